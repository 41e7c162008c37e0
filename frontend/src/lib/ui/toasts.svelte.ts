import { Problem } from '$lib/api/problem';
import { time } from '$lib/i18n/format';
import { exists, t, type Key } from '$lib/i18n/index.svelte';

export type Toast = { id: number; text: string; kind: 'done' | 'problem'; undo?: () => void };

let last = 0;
export const toasts = $state<Toast[]>([]);

export function dismiss(id: number): void {
  const at = toasts.findIndex((toast) => toast.id === id);
  if (at >= 0) toasts.splice(at, 1);
}

/** Tells what happened, for some seconds; with a way back where there is one. Returns the id. */
export function tell(text: string, options: { kind?: Toast['kind']; undo?: () => void; seconds?: number } = {}): number {
  const id = ++last;
  toasts.push({ id, text, kind: options.kind ?? 'done', undo: options.undo });
  setTimeout(() => dismiss(id), (options.seconds ?? 6) * 1000);
  return id;
}

/** What a problem means to the one who reads it. */
export function meaning(thrown: unknown): string {
  const problem = Problem.from(thrown);
  if (problem.retryAt) return t('problem.too-many-until', { time: time(problem.retryAt) });
  const byCode = `problem.${problem.code}`;
  const byStatus: Record<number, Key> = {
    401: 'problem.not-signed-in',
    403: 'problem.forbidden',
    404: 'problem.not-found',
    422: 'problem.invalid',
    429: 'problem.too-many'
  };
  return t(exists(byCode) ? byCode : (byStatus[problem.status] ?? 'problem.other'));
}

export function complain(thrown: unknown): void {
  tell(meaning(thrown), { kind: 'problem', seconds: 10 });
}
