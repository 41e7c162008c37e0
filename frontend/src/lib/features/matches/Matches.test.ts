import { render, screen } from '@testing-library/svelte';
import { createRawSnippet } from 'svelte';
import { expect, test, vi } from 'vitest';
import type { Match } from '$lib/api/types';
import { aMatch, aParticipant, serve } from '../../../../tests/make';
import Matches from './Matches.svelte';

const action = createRawSnippet(() => ({ render: () => '<i></i>' }));
const bram = aMatch({ participant: aParticipant({ id: 2, name: 'Bram Peeters' }) });
const cleo = aMatch({ participant: aParticipant({ id: 3, name: 'Cleo O’Connor' }), strength: null });
const show = (items: Match[], everyone = false) => {
  const calls = serve(({ path }) => (path.includes('organisations') ? [] : { items, total: items.length, limit: 50, offset: 0 }));
  render(Matches, { action, everyone });
  return calls;
};

test('the list says where it ends, and leads to all others', async () => {
  show([bram]);
  await vi.waitFor(() => screen.getByText(/That is everybody who fits/));
  expect(screen.getByRole('link', { name: 'Browse all participants' }).getAttribute('href')).toBe('/events/1/people');
});

test('whoever has no match is told so, and may still browse', async () => {
  show([]);
  await vi.waitFor(() => screen.getByRole('heading', { name: 'No matches yet' }));
  screen.getByRole('link', { name: 'Browse all participants' });
});

test('who browses sees all others under a heading of their own, and no end of matches', async () => {
  const calls = show([bram, cleo], true);
  await vi.waitFor(() => screen.getByRole('heading', { name: 'Others at the event' }));
  expect(calls.some(({ path }) => path.includes('/matches?') && path.includes('everyone=true'))).toBe(true);
  expect(screen.queryByText(/That is everybody/)).toBeNull();
});
