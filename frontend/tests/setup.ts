import { afterEach, beforeEach, vi } from 'vitest';
import { session } from '$lib/api/session.svelte';
import { speak } from '$lib/i18n/index.svelte';
import { toasts } from '$lib/ui/toasts.svelte';
import { anEvent } from './make';

// What jsdom lacks and the page uses: the native dialog.
HTMLDialogElement.prototype.showModal ??= function (this: HTMLDialogElement) {
  this.open = true;
};
HTMLDialogElement.prototype.close ??= function (this: HTMLDialogElement) {
  this.open = false;
  this.dispatchEvent(new Event('close'));
};

vi.mock('$app/navigation', () => ({ goto: vi.fn(), afterNavigate: vi.fn() }));

beforeEach(async () => {
  session.event = anEvent();
  await speak('en');
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
  toasts.length = 0;
});
