import { fireEvent, render, screen } from '@testing-library/svelte';
import { expect, test, vi } from 'vitest';
import { aGrid, aPerson } from '../../../../tests/make';
import Grid from './Grid.svelte';

const cells = () => screen.getAllByRole('gridcell');

test('the arrow keys move between the cells, and Enter shows who meets', async () => {
  render(Grid, { grid: aGrid() });
  const [first, second] = cells();
  first?.focus();
  await fireEvent.keyDown(first as Element, { key: 'ArrowRight' });
  expect(document.activeElement).toBe(second);
  await fireEvent.keyDown(second as Element, { key: 'ArrowLeft' });
  await fireEvent.keyDown(first as Element, { key: 'Enter' });
  expect(first?.getAttribute('aria-selected')).toBe('true');
  screen.getByText('Score 80 of 100');
  expect(cells().filter((cell) => cell.tabIndex === 0)).toEqual([first]);
});

test('looking for somebody leaves only the places where they meet', async () => {
  render(Grid, { grid: aGrid() });
  expect(screen.getAllByRole('rowheader')).toHaveLength(2);
  await fireEvent.input(screen.getByRole('searchbox'), { target: { value: 'elodie' } });
  await vi.waitFor(() => expect(screen.getAllByRole('rowheader').map((row) => row.textContent)).toEqual(['Table 1']));
  screen.getByText('1 meeting shown');
});

test('what has no place stands beside the grid with its reason', () => {
  const text = 'The two are never free in the same slot.';
  const unplaced = [{ request_id: 9, participants: [aPerson(3), aPerson(4)], reason: { code: 'no_common_slot', text } }];
  render(Grid, { grid: aGrid({ unplaced }) });
  screen.getByText('1 meeting without a place');
  screen.getByText('The two are never free in the same slot.');
});
