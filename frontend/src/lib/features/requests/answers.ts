import { api, unwrap } from '$lib/api/client';
import type { MeetingRequest } from '$lib/api/types';
import { complain, dismiss, tell } from '$lib/ui/toasts.svelte';

export type Answer = 'accept' | 'decline' | 'withdraw';

const SECONDS = 6;
const waiting = new Set<() => void>();

// What still waits for a change of mind is sent when the page goes.
if (typeof window !== 'undefined') window.addEventListener('pagehide', settle);

/** Sends at once every answer that could still be undone. */
export function settle(): void {
  for (const send of [...waiting]) send();
}

export function send(id: number, answer: Answer): Promise<MeetingRequest> {
  const options = { params: { path: { request_id: id } }, keepalive: true };
  if (answer === 'accept') return unwrap(api.POST('/api/v1/requests/{request_id}/accept', options));
  if (answer === 'decline') return unwrap(api.POST('/api/v1/requests/{request_id}/decline', options));
  return unwrap(api.POST('/api/v1/requests/{request_id}/withdraw', options));
}

/**
 * Sends an answer after some seconds in which it can be undone: once sent, the API has no way back.
 * `undone` is called where it was taken back, and where it failed.
 */
export function sendLater(id: number, answer: Answer, told: string, undone: () => void, sent: (r: MeetingRequest) => void) {
  const go = () => {
    if (!waiting.delete(go)) return;
    clearTimeout(timer);
    dismiss(toast);
    send(id, answer).then(sent, (thrown: unknown) => {
      undone();
      complain(thrown);
    });
  };
  const toast = tell(told, {
    seconds: SECONDS,
    undo: () => {
      if (!waiting.delete(go)) return;
      clearTimeout(timer);
      undone();
    }
  });
  const timer = setTimeout(go, SECONDS * 1000);
  waiting.add(go);
}
