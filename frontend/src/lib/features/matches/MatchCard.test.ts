import { fireEvent, render, screen, within } from '@testing-library/svelte';
import { createRawSnippet, tick } from 'svelte';
import { expect, test, vi } from 'vitest';
import { toasts } from '$lib/ui/toasts.svelte';
import { aMatch, aParticipant, serve } from '../../../../tests/make';
import MatchCard from './MatchCard.svelte';

const action = createRawSnippet(() => ({ render: () => '<button>Ask</button>' }));
const bram = aParticipant({ id: 2, name: 'Bram Peeters' });
const card = (change: Parameters<typeof aMatch>[0] = {}, onreorder = vi.fn()) => {
  render(MatchCard, { match: aMatch({ participant: bram, ...change }), level: 2, action, onreorder });
  return onreorder;
};
const FEEDBACK = '/api/v1/events/1/matches/2/feedback';

test('a match is a word, and no number', () => {
  card({ strength: 'good' });
  screen.getByText('Good match');
  expect(screen.getByRole('article').textContent?.replace('Organisation 1', '')).not.toMatch(/\d/);
});

test('who is no match has neither word nor buttons to say what one thinks of it', () => {
  card({ strength: null });
  expect(screen.queryByText(/match$/)).toBeNull();
  expect(screen.queryByRole('button', { name: /Not for me/ })).toBeNull();
});

test('who is not for me is hidden at once, asked why, and can be brought back; the focus goes along', async () => {
  const calls = serve(({ body }) => body || null);
  const onreorder = card();
  await fireEvent.click(screen.getByRole('button', { name: 'Not for me: Bram Peeters' }));
  await vi.waitFor(() => expect(document.activeElement?.textContent).toMatch(/no longer appears/));
  expect(screen.queryByText('Strong match')).toBeNull();
  expect(screen.queryByRole('button', { name: 'Ask' })).toBeNull();
  const why = within(screen.getByRole('group', { name: 'Why?' }));
  expect(why.getAllByRole('radio')).toHaveLength(4);
  await fireEvent.click(why.getByRole('radio', { name: 'We already know each other' }));
  await vi.waitFor(() => screen.getByText('Noted, thank you.'));
  expect(onreorder, 'the card stays for a change of mind').not.toHaveBeenCalled();
  await fireEvent.click(screen.getByRole('button', { name: 'Undo: show Bram Peeters again' }));
  await vi.waitFor(() => expect(document.activeElement).toBe(screen.getByRole('button', { name: /^Not for me/ })));
  screen.getByText('Strong match');
  await vi.waitFor(() => expect(onreorder).toHaveBeenCalledOnce());
  expect(calls.map(({ method, path, body }) => [method, path, body])).toEqual([
    ['PUT', FEEDBACK, { verdict: 'not_for_me', reason: null }],
    ['PUT', FEEDBACK, { verdict: 'not_for_me', reason: 'already_known' }],
    ['DELETE', FEEDBACK, '']
  ]);
});

test('more like this is a switch that has the list made again', async () => {
  const calls = serve(({ body }) => body || null);
  const onreorder = card();
  const button = screen.getByRole('button', { name: 'More like this: Bram Peeters' });
  expect(button.getAttribute('aria-pressed')).toBe('false');
  await fireEvent.click(button);
  await vi.waitFor(() => expect(onreorder).toHaveBeenCalledTimes(1));
  expect(button.getAttribute('aria-pressed')).toBe('true');
  expect(toasts.map((toast) => toast.text)).toEqual(['People like Bram Peeters now rank higher']);
  await fireEvent.click(button);
  await vi.waitFor(() => expect(onreorder).toHaveBeenCalledTimes(2));
  expect(calls.map(({ method }) => method)).toEqual(['PUT', 'DELETE']);
});

test('what the server refuses is taken back on the card and told', async () => {
  serve(() => [503, { code: 'unavailable', status: 503, title: 'x', detail: 'x' }]);
  card();
  await fireEvent.click(screen.getByRole('button', { name: /^Not for me/ }));
  await vi.waitFor(() => screen.getByText('Strong match'));
  expect(toasts).toHaveLength(1);
});

test('who was hidden before can be brought back by whoever finds them again', async () => {
  card({ strength: null, feedback: { verdict: 'not_for_me', reason: 'other' } });
  await tick();
  expect((screen.getByRole('radio', { name: 'Another reason' }) as HTMLInputElement).checked).toBe(true);
  screen.getByRole('button', { name: /^Undo/ });
});
