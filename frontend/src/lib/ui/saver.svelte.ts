import { onDestroy } from 'svelte';
import { Problem } from '$lib/api/problem';

/** Saves what was entered a moment after the last change, one save after the other, the newest always last. */
export class Saver {
  state = $state<'idle' | 'waiting' | 'saving' | 'saved' | 'failed'>('idle');
  problem = $state.raw<Problem>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #pending: (() => Promise<void>) | undefined;
  #running = false;

  /** Saves by `save` in `delay` milliseconds, in the place of a save that still waits. */
  soon(save: () => Promise<void>, delay = 700): void {
    this.#pending = save;
    if (!this.#running) this.state = 'waiting';
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.flush(), delay);
  }

  /** Saves now what waits; also again what failed. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    if (this.#running || !this.#pending) return;
    const save = this.#pending;
    this.#pending = undefined;
    this.#running = true;
    this.state = 'saving';
    try {
      await save();
      this.problem = undefined;
      this.state = this.#pending ? 'waiting' : 'saved';
    } catch (thrown) {
      this.problem = Problem.from(thrown);
      this.state = 'failed';
      this.#pending ??= save;
      this.#running = false;
      return;
    }
    this.#running = false;
    if (this.#pending) await this.flush();
  }

  /** Forgets what waits or failed: what is stored is shown instead. */
  discard(): void {
    clearTimeout(this.#timer);
    this.#pending = undefined;
    this.problem = undefined;
    this.state = 'idle';
  }

  get unsaved(): boolean {
    return this.state === 'waiting' || this.state === 'saving' || this.state === 'failed';
  }
}

/** A saver that saves what waits when its component goes, and warns before the window closes on unsaved work. */
export function saver(): Saver {
  const made = new Saver();
  const warn = (event: BeforeUnloadEvent) => {
    if (made.unsaved) event.preventDefault();
  };
  $effect(() => {
    window.addEventListener('beforeunload', warn);
    return () => window.removeEventListener('beforeunload', warn);
  });
  onDestroy(() => void made.flush());
  return made;
}
