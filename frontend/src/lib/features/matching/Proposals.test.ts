import { fireEvent, render, screen, within } from '@testing-library/svelte';
import { expect, test, vi } from 'vitest';
import type { Proposals as Found, ProposalsPreview } from '$lib/api/types';
import { aPerson, serve } from '../../../../tests/make';
import Proposals from './Proposals.svelte';

const ready: Found = {
  id: 5,
  event_id: 1,
  state: 'ready',
  options: { minimum: 1, maximum: 3, minimum_score: 10, between: null },
  meetings: 1,
  open_requests: 0,
  created_at: '2027-01-01T10:00:00Z',
  finished_at: '2027-01-01T10:00:09Z',
  adopted_at: null
};
const preview: ProposalsPreview = {
  ...ready,
  people: [
    { participant: aPerson(1, 'Ann One'), agreed: 0, proposed: 1, shortfall: null },
    { participant: aPerson(2, 'Bram Peeters'), agreed: 1, proposed: 1, shortfall: null },
    { participant: aPerson(3, 'Cleo Claes'), agreed: 0, proposed: 0, shortfall: '0 of 1 meetings: there is nobody whom they can meet.' }
  ],
  pairs: [{ participant_ids: [1, 2], score: 64 }],
  unchanged: 0,
  proven: true
};
const page = (...items: Found[]) => ({ items, total: items.length, limit: 50, offset: 0 });

test('a preview shows those left short first, with the reason, and everybody’s partners', async () => {
  serve(({ path }) => (path.endsWith('/proposals/5') ? preview : page(ready)));
  render(Proposals, {});
  await vi.waitFor(() => screen.getByText('1 meeting to propose'));
  const rows = within(screen.getByRole('table')).getAllByRole('row').slice(1);
  expect(rows.map((row) => within(row).getByRole('link').textContent)).toEqual(['Cleo Claes', 'Ann One', 'Bram Peeters']);
  expect(rows[0]?.textContent).toContain('0 of 1 meetings: there is nobody whom they can meet.');
  expect(rows[1]?.textContent).toContain('Bram Peeters');
});

test('nothing is adopted before its consequences were read, and a set that stands can be taken back', async () => {
  let state: Found = ready;
  const calls = serve(({ method, path }) => {
    if (path.endsWith('/adopt')) state = { ...ready, state: 'adopted', open_requests: 1, adopted_at: ready.finished_at };
    if (path.endsWith('/withdraw')) state = { ...ready, state: 'withdrawn' };
    if (method === 'POST') return state;
    return path.endsWith('/proposals/5') ? preview : page(state);
  });
  const posts = () => calls.filter((call) => call.method === 'POST').map((call) => [call.path, call.body]);
  render(Proposals, {});
  await vi.waitFor(() => screen.getByRole('button', { name: 'Adopt' }));
  await fireEvent.click(screen.getByRole('button', { name: 'Adopt' }));
  expect(posts()).toEqual([]);
  await fireEvent.click(screen.getByRole('radio', { name: /As requests/ }));
  await fireEvent.click(within(screen.getByRole('dialog')).getByRole('button', { name: 'Adopt' }));
  await vi.waitFor(() => screen.getByText('1 meeting stands'));
  expect(posts()).toEqual([['/api/v1/proposals/5/adopt', { status: 'pending' }]]);
  await fireEvent.click(screen.getByRole('button', { name: 'Take back' }));
  await fireEvent.click(within(screen.getByRole('dialog')).getByRole('button', { name: 'Take back' }));
  await vi.waitFor(() => expect(screen.queryByText('1 meeting stands')).toBeNull());
  expect(posts()[1]?.[0]).toBe('/api/v1/proposals/5/withdraw');
});
