import { render, screen } from '@testing-library/svelte';
import { tick } from 'svelte';
import { expect, test, vi } from 'vitest';
import { session } from '$lib/api/session.svelte';
import { toasts } from '$lib/ui/toasts.svelte';
import { anEvent, aRequest, serve } from '../../../../tests/make';
import { settle } from './answers';
import RequestItem from './RequestItem.svelte';

const paths = (calls: { method: string; path: string }[]) => calls.map((call) => `${call.method} ${call.path}`);

test('accepting is sent at once and shown', async () => {
  const calls = serve(() => aRequest({ status: 'accepted' }));
  render(RequestItem, { request: aRequest(), box: 'received' });
  screen.getByRole('button', { name: 'Accept the request of Bram Peeters' }).click();
  await vi.waitFor(() => screen.getByText('Accepted'));
  expect(paths(calls)).toEqual(['POST /api/v1/requests/7/accept']);
});

test('a decline that is undone is never sent', async () => {
  vi.useFakeTimers();
  const calls = serve(() => aRequest({ status: 'declined' }));
  render(RequestItem, { request: aRequest(), box: 'received' });
  screen.getByRole('button', { name: 'Decline the request of Bram Peeters' }).click();
  await tick();
  screen.getByText('Declined');
  toasts[0]?.undo?.();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(calls).toEqual([]);
  screen.getByText('Waiting');
});

test('a decline is sent once the time to undo it is over, and only once', async () => {
  vi.useFakeTimers();
  const calls = serve(() => aRequest({ status: 'declined' }));
  render(RequestItem, { request: aRequest(), box: 'received' });
  screen.getByRole('button', { name: /^Decline/ }).click();
  await vi.advanceTimersByTimeAsync(10_000);
  settle();
  expect(paths(calls)).toEqual(['POST /api/v1/requests/7/decline']);
});

test('leaving the page sends what could still be undone', async () => {
  vi.useFakeTimers();
  const calls = serve(() => aRequest({ status: 'withdrawn' }));
  render(RequestItem, { request: aRequest({ sender: aRequest().recipient, recipient: aRequest().sender }), box: 'sent' });
  screen.getByRole('button', { name: /^Withdraw/ }).click();
  window.dispatchEvent(new Event('pagehide'));
  await vi.advanceTimersByTimeAsync(0);
  expect(paths(calls)).toEqual(['POST /api/v1/requests/7/withdraw']);
});

test('an answer that fails is taken back on the screen and told', async () => {
  vi.useFakeTimers();
  serve(() => [409, { code: 'already-answered', status: 409, title: 'x', detail: 'x' }]);
  render(RequestItem, { request: aRequest(), box: 'received' });
  screen.getByRole('button', { name: /^Decline/ }).click();
  await vi.advanceTimersByTimeAsync(7_000);
  screen.getByText('Waiting');
  expect(toasts.map((toast) => toast.text)).toContain('This request was answered in the meantime.');
});

test('where a meeting of a mutual request is, both see; what found no place says so once there is a schedule', () => {
  const slot = { id: 1, position: 0, session: 'Morning', starts: '2027-05-20T09:30:00+02:00', ends: '2027-05-20T09:50:00+02:00' };
  const place = { id: 1, name: 'Table 9', kind: 'table' as const, capacity: 1, organisation: null };
  const { unmount } = render(RequestItem, { request: aRequest({ meeting: { slot, place } }), box: 'sent' });
  screen.getByText(/Table 9/);
  unmount();
  session.event = anEvent({ published_schedule_id: 4 });
  render(RequestItem, { request: aRequest({ status: 'accepted' }), box: 'sent' });
  screen.getByText('Not in the published schedule');
});
