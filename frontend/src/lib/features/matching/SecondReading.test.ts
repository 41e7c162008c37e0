import { fireEvent, render, screen, within } from '@testing-library/svelte';
import { expect, test, vi } from 'vitest';
import { session } from '$lib/api/session.svelte';
import type { Matching } from '$lib/api/types';
import { anEvent, serve } from '../../../../tests/make';
import SecondReading from './SecondReading.svelte';

const rules = {
  may_not_meet: [],
  country_bonus: 0,
  theme_bonus: 10,
  met_before_penalty: 50,
  popularity_damping: 100,
  learning: true,
  reranking: false
};
const idle = { pairs: 0, judgements: 0, requests: 0, total: 0, notice: null, finished_at: null };
const exposure = { gini: 0, never_shown: 0, mean_score: 0 };
const ranking = {
  ranked_at: '2027-01-01T10:00:00Z',
  people: 20,
  exposure,
  exposure_undamped: exposure,
  notices: [],
  insufficient_text: [],
  pairs_met_before: 0,
  learning: null
};
const off: Matching = { rules, ranking, state: 'current', reranking: { state: 'idle', ...idle } };
const on: Matching = { ...off, rules: { ...rules, reranking: true } };
const estimate = { pairs: 900, cached: 100, requests: 500, input_tokens: 225_000, output_tokens: 30_000 };

test('what it takes is read before the second reading is turned on', async () => {
  session.event = anEvent();
  const calls = serve(({ method }) => (method === 'GET' ? estimate : on));
  const changed = vi.fn();
  render(SecondReading, { of: off, onchange: changed });
  await fireEvent.click(screen.getByRole('button', { name: 'Turn on' }));
  const dialog = await vi.waitFor(() => screen.getByRole('dialog'));
  expect(dialog.textContent).toContain('800 of 900 pairs are unread');
  expect(dialog.textContent).toContain('500 requests, about 225,000 tokens in and 30,000 tokens out');
  expect(dialog.textContent).toContain('The rest follows');
  expect(calls.map((call) => call.method)).toEqual(['GET']);
  await fireEvent.click(within(dialog).getByRole('button', { name: 'Turn on' }));
  await vi.waitFor(() => expect(changed).toHaveBeenCalledWith(on));
  expect(calls.at(-1)?.body).toEqual({ reranking: true });
});

test('how far it got and why it ended are told, and it can be stopped and turned off', async () => {
  session.event = anEvent();
  const reranking = { ...idle, state: 'running' as const, requests: 40, total: 500, notice: 'The server failed.' };
  const calls = serve(() => off);
  render(SecondReading, { of: { ...on, reranking }, onchange: () => undefined });
  expect(screen.getByRole('status').textContent).toContain('40 of 500');
  expect(screen.getByRole('alert').textContent).toContain('The server failed.');
  await fireEvent.click(screen.getByRole('button', { name: 'Stop reading' }));
  await vi.waitFor(() => expect(calls.map((call) => call.path)).toEqual(['/api/v1/events/1/matching/reranking/cancel']));
  await vi.waitFor(() => expect(screen.getByRole('button', { name: 'Turn off' }).hasAttribute('disabled')).toBe(false));
  await fireEvent.click(screen.getByRole('button', { name: 'Turn off' }));
  await vi.waitFor(() => expect(calls.at(-1)?.body).toEqual({ reranking: false }));
});

test('before the first ranking there is nothing to count or to read', () => {
  render(SecondReading, { of: { ...off, ranking: null }, onchange: () => undefined });
  expect(screen.getByRole('button', { name: 'Turn on' }).hasAttribute('disabled')).toBe(true);
});

test('where the installation has no reranker there is nothing to see', () => {
  const { container } = render(SecondReading, { of: { ...off, reranking: null }, onchange: () => undefined });
  expect(container.textContent).toBe('');
});
