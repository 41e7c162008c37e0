import { fireEvent, render, screen, within } from '@testing-library/svelte';
import { expect, test, vi } from 'vitest';
import type { Gap, Gaps as Answer } from '$lib/api/types';
import { aPerson, serve } from '../../../../tests/make';
import Gaps from './Gaps.svelte';

const aGap = (id: number): Gap => ({ participant: aPerson(id), text: `Text ${id}`, language: 'fr', audience: [], kind: 'funding' });
const list = (count: number, total = count) => ({ total, items: Array.from({ length: count }, (_, i) => aGap(i + 1)) });
const anAnswer = (change: Partial<Answer> = {}): Answer => ({ state: 'ready', needs: list(2), offers: list(0), ...change });

test('each need that nobody answers comes with its author and kind; where nothing lacks, that is told', async () => {
  serve(() => anAnswer());
  render(Gaps, { rankedAt: 'then' });
  await screen.findByRole('heading', { name: '2 needs that nobody answers' });
  screen.getByRole('heading', { name: 'Somebody needs every offer.' });
  const first = within(screen.getAllByRole('listitem')[0] as HTMLElement);
  first.getByText('Text 1');
  first.getByText('Funding');
  expect(first.getByRole('link', { name: 'Person 1' }).getAttribute('href')).toBe('/events/1/organise/participants/1');
});

test('the list is short until all is asked for, and then the keyboard goes on at the first one added', async () => {
  serve(() => anAnswer({ needs: list(100, 230) }));
  render(Gaps, { rankedAt: 'then' });
  await screen.findByRole('heading', { name: '230 needs that nobody answers' });
  expect(screen.getAllByRole('listitem')).toHaveLength(5);
  await fireEvent.click(screen.getByRole('button', { name: 'Show all 100' }));
  expect(screen.getAllByRole('listitem')).toHaveLength(100);
  await vi.waitFor(() => expect(document.activeElement?.textContent).toBe('Person 6'));
  screen.getByText('The first 100 are shown, the furthest from any match on top.');
});

test('gaps that are being computed are looked at again, and a new ranking has them read anew', async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  const answers = [anAnswer({ state: 'reading', needs: list(0) }), anAnswer(), anAnswer({ needs: list(1) })];
  const calls = serve(() => answers[Math.min(calls.length, 3) - 1]);
  const { rerender } = render(Gaps, { rankedAt: 'then' });
  await screen.findByRole('progressbar', { name: 'Comparing all offers with all needs' });
  await vi.advanceTimersByTimeAsync(1600);
  await screen.findByRole('heading', { name: '2 needs that nobody answers' });
  await rerender({ rankedAt: 'now' });
  await screen.findByRole('heading', { name: '1 need that nobody answers' });
});

test('before the first ranking nothing is claimed', async () => {
  serve(() => anAnswer({ state: 'unranked', needs: list(0) }));
  render(Gaps, { rankedAt: undefined });
  await screen.findByText('Known once there is a ranking.');
  expect(screen.queryByText('Somebody answers every need.')).toBeNull();
});
