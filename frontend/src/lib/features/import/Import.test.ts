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
  const calls = serve(({ path }) => ({ event_id: path.includes('dry_run=true') ? null : 4, counts, notices: [] }));
  render(Import, {});
  await choose();
  await vi.waitFor(() => screen.getByText('No errors found in event.xlsx'));
  expect(calls.map((call) => call.path)).toEqual(['/api/v1/imports?dry_run=true&language=en']);
  await fireEvent.click(screen.getByRole('button', { name: 'Import now' }));
  await vi.waitFor(() => screen.getByText('The import is complete'));
  expect(screen.getByRole('link', { name: 'Open the event' }).getAttribute('href')).toBe('/events/4');
});

test('every error is shown with its sheet, row, column, value and what was expected', async () => {
  const errors = [
    { sheet: 'Participants', row: 14, column: 'email', value: 'jan(at)acme', expected: 'an e-mail address' },
    { sheet: 'Places', row: null, column: null, value: null, expected: 'a sheet named Places' }
  ];
  serve(({ method }) => (method === 'GET' ? { items: [] } : [422, { code: 'invalid-workbook', status: 422, title: 'x', detail: 'x', errors }]));
  render(Import, { eventId: 1 });
  await choose();
  await vi.waitFor(() => screen.getByText('2 errors to correct'));
  screen.getByText('event.xlsx cannot be imported');
  const rows = within(screen.getByRole('table')).getAllByRole('row').slice(1);
  expect(rows.map((row) => within(row).getAllByRole('cell').map((cell) => cell.textContent))).toEqual([
    ['Participants', '14', 'email', 'jan(at)acme', 'an e-mail address'],
    ['Places', '–', '–', '–', 'a sheet named Places']
  ]);
  screen.getByText('Nothing was imported. Correct the workbook, then choose it again.');
});

test('a workbook that is refused without a list of errors says why', async () => {
  serve(() => [422, { code: 'invalid-workbook', status: 422, title: 'x', detail: 'x' }]);
  render(Import, {});
  await choose();
  await vi.waitFor(() => screen.getByText('The file holds a value that cannot be stored.'));
});

const sheet = { added: 0, updated: 0, unchanged: 0, removed: 0 };
const update = {
  import_id: null as number | null,
  counts: {
    participants: { ...sheet, added: 2, unchanged: 58 },
    offers_and_needs: { ...sheet, removed: 3 },
    requests: sheet,
    slots: sheet,
    places: sheet
  },
  ignored: {
    notices: [{ sheet: 'participants', column: 'phone', text: 'this column is not known, and is ignored' }],
    missing_participants: { count: 30, names: ['Ann One', 'Bob Two'] },
    kept_answers: { count: 1, names: ['Ann One – Bob Two'] },
    event_fields: ['name', 'time_zone']
  },
  other_event: null as object | null
};

test('what an update changes is counted by sheet, and what it leaves out is listed', async () => {
  serve(({ method }) => (method === 'GET' ? { items: [] } : update));
  render(Import, { eventId: 1 });
  await choose();
  await vi.waitFor(() => screen.getByText('No errors found in event.xlsx'));
  const rows = within(screen.getByRole('table')).getAllByRole('row').slice(0, 3);
  expect(rows.map((row) => [...row.children].map((cell) => cell.textContent).join(' '))).toEqual([
    'Sheet New Changed Removed Unchanged',
    'Participants 2 0 0 58',
    'Offers and needs 0 0 3 0'
  ]);
  screen.getByText('participants, phone: this column is not known, and is ignored');
  screen.getByText('30 participants are not in the file and stay: Ann One, Bob Two …');
  screen.getByText('1 answer given here stays: Ann One – Bob Two');
  screen.getByText('These settings of the event stay as they are: name, time zone');
});

test('a file of another event is imported only with the name of this one', async () => {
  const other_event = { event_name: 'The Day', file_name: 'Fair', event_people: 60, people: 400, known: 3 };
  const calls = serve(({ method, path }) => {
    if (method === 'GET') return { items: [] };
    if (path.includes('dry_run=true') || path.includes('confirm_name=The')) return { ...update, other_event };
    return [409, { code: 'other-event', status: 409, title: 'x', detail: 'x' }];
  });
  render(Import, { eventId: 1 });
  await choose();
  await vi.waitFor(() => screen.getByText(/The file is about “Fair”, and knows 3 of its 400 people here/));
  const go = screen.getByRole('button', { name: 'Import now' }) as HTMLButtonElement;
  expect(go.disabled).toBe(true);
  await fireEvent.input(screen.getByRole('textbox'), { target: { value: 'Day' } });
  await fireEvent.click(screen.getByRole('button', { name: 'Import now' }));
  await vi.waitFor(() => screen.getByText(/Type the name of this one to import it/));
  await fireEvent.input(screen.getByRole('textbox'), { target: { value: 'The Day' } });
  await fireEvent.click(screen.getByRole('button', { name: 'Import now' }));
  await vi.waitFor(() => screen.getByText('The import is complete'));
  expect(calls.filter((call) => call.method === 'POST').at(-1)?.path).toContain('confirm_name=The');
});

test('an import is undone after a question, or says what depends on it', async () => {
  let refuse = true;
  const run = { id: 9, filename: 'may.xlsx', created_at: '2027-05-01T08:00:00Z', counts: update.counts, undone_at: null, undoable: true };
  const calls = serve(({ method }) => {
    if (method === 'GET') return { items: [run, { ...run, id: 8, filename: 'april.xlsx', undoable: false }] };
    const errors = [{ reason: 'edited', name: 'Ann One' }];
    return refuse ? [409, { code: 'import-in-use', status: 409, title: 'x', detail: 'x', errors }] : { ...run, undoable: false };
  });
  const onimported = vi.fn();
  render(Import, { eventId: 1, onimported });
  await fireEvent.click(await screen.findByRole('button', { name: 'Undo' }));
  const dialog = within(await screen.findByRole('dialog'));
  dialog.getByText(/What “may.xlsx” added goes again/);
  await fireEvent.click(dialog.getByRole('button', { name: 'Undo' }));
  await vi.waitFor(() => dialog.getByText('Ann One was edited since'));
  refuse = false;
  await fireEvent.click(dialog.getByRole('button', { name: 'Undo' }));
  await vi.waitFor(() => expect(onimported).toHaveBeenCalledOnce());
  expect(calls.filter((call) => call.method === 'POST').map((call) => call.path)).toEqual([
    '/api/v1/imports/9/undo',
    '/api/v1/imports/9/undo'
  ]);
});
