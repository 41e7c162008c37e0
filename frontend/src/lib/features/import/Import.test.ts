import { fireEvent, render, screen, within } from '@testing-library/svelte';
import { expect, test, vi } from 'vitest';
import { serve } from '../../../../tests/make';
import Import from './Import.svelte';

const counts = { participants: 400, organisations: 182, offers: 3, needs: 2, requests: 9, slots: 4, places: 5 };

async function choose() {
  const file = new File(['x'], 'event.xlsx');
  await fireEvent.change(screen.getByLabelText('Choose a file'), { target: { files: [file] } });
}

test('a workbook is checked first and imported only when told to', async () => {
  const calls = serve(({ path }) => ({ event_id: path.includes('dry_run=true') ? null : 4, counts }));
  render(Import, {});
  await choose();
  await vi.waitFor(() => screen.getByText('No errors found in event.xlsx'));
  expect(calls.map((call) => call.path)).toEqual(['/api/v1/imports?dry_run=true']);
  await fireEvent.click(screen.getByRole('button', { name: 'Import now' }));
  await vi.waitFor(() => screen.getByText('The import is complete'));
  expect(screen.getByRole('link', { name: 'Open the event' }).getAttribute('href')).toBe('/events/4');
});

test('every error is shown with its sheet, row, column, value and what was expected', async () => {
  const errors = [
    { sheet: 'Participants', row: 14, column: 'email', value: 'jan(at)acme', expected: 'an e-mail address' },
    { sheet: 'Places', row: null, column: null, value: null, expected: 'a sheet named Places' }
  ];
  serve(() => [422, { code: 'invalid-workbook', status: 422, title: 'x', detail: 'x', errors }]);
  render(Import, { eventId: 1 });
  await choose();
  await vi.waitFor(() => screen.getByText('2 errors to correct'));
  const rows = within(screen.getByRole('table')).getAllByRole('row').slice(1);
  expect(rows.map((row) => within(row).getAllByRole('cell').map((cell) => cell.textContent))).toEqual([
    ['Participants', '14', 'email', 'jan(at)acme', 'an e-mail address'],
    ['Places', '–', '–', '–', 'a sheet named Places']
  ]);
  screen.getByText('Nothing was imported. Correct the workbook, then choose it again.');
});
