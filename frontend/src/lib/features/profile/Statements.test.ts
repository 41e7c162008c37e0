import { fireEvent, render, screen, within } from '@testing-library/svelte';
import { expect, test, vi } from 'vitest';
import { toasts } from '$lib/ui/toasts.svelte';
import { ProfileEdits } from '$lib/api/people';
import { session } from '$lib/api/session.svelte';
import { aParticipant, anEvent, aStatement, serve } from '../../../../tests/make';
import Statements from './Statements.svelte';

// What a text finds is asked by requests of its own, and has its own tests.
vi.mock('./Finds.svelte', () => ({ default: () => {} }));

const offers = [aStatement(1, 'Cold chain'), aStatement(2, 'Vectors')];
const unsaid = { audience: [], kind: null };

/** What the API answers: the offers as sent, each said to be French. */
const french = ({ body }: { body: unknown }) =>
  aParticipant({ offers: (body as { text: string }[]).map((sent, id) => aStatement(id, sent.text, { ...sent, language: 'fr' })) });

test('what is written is saved by itself, and its language shown', async () => {
  const calls = serve(french);
  render(Statements, { of: aParticipant(), kind: 'offers', edits: new ProfileEdits(3) });
  await fireEvent.click(screen.getByRole('button', { name: 'Add an offer' }));
  await fireEvent.input(screen.getByRole('textbox', { name: 'Offer 1' }), { target: { value: ' Vecteurs viraux ' } });
  await fireEvent.blur(screen.getByRole('textbox', { name: 'Offer 1' }));
  await vi.waitFor(() => screen.getByText('Written in French'));
  screen.getByText('Saved');
  expect(calls.map((call) => [call.method, call.path, call.body])).toEqual([
    ['PUT', '/api/v1/events/1/participants/1/offers', [{ text: 'Vecteurs viraux', ...unsaid }]]
  ]);
});

test('a removed offer comes back where it was', async () => {
  const calls = serve(french);
  render(Statements, { of: aParticipant({ offers }), kind: 'offers', edits: new ProfileEdits(3) });
  await fireEvent.click(screen.getByRole('button', { name: 'Remove “Cold chain”' }));
  await vi.waitFor(() => expect(calls.at(-1)?.body).toEqual([{ text: 'Vectors', ...unsaid }]));
  toasts[0]?.undo?.();
  await vi.waitFor(() => expect(calls.at(-1)?.body).toEqual(['Cold chain', 'Vectors'].map((text) => ({ text, ...unsaid }))));
});

test('an offer that could not be saved stays, and says so', async () => {
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('Failed to fetch')));
  render(Statements, { of: aParticipant({ offers }), kind: 'offers', edits: new ProfileEdits(3) });
  const box = screen.getByRole('textbox', { name: 'Offer 2' });
  await fireEvent.input(box, { target: { value: 'Lentiviral vectors' } });
  await fireEvent.blur(box);
  await vi.waitFor(() => screen.getByText(/Not saved/));
  screen.getByRole('button', { name: 'Try again' });
  expect((box as HTMLTextAreaElement).value).toBe('Lentiviral vectors');
});

test('of two who edit at once the second keeps their text and sees what is stored', async () => {
  const theirs = aParticipant({ offers: [aStatement(3, 'Their offer')] });
  const versions: (string | null)[] = [];
  vi.stubGlobal('fetch', async (request: Request) => {
    versions.push(request.headers.get('if-match'));
    const conflict = versions.length === 1;
    const body = conflict ? { code: 'version-conflict', status: 409, current: theirs } : await french({ body: await request.json() });
    return new Response(JSON.stringify(body), {
      status: conflict ? 409 : 200,
      headers: { 'content-type': 'application/json', etag: conflict ? '"4"' : '"5"' }
    });
  });
  render(Statements, { of: aParticipant({ offers }), kind: 'offers', edits: new ProfileEdits(3) });
  const box = screen.getByRole('textbox', { name: 'Offer 2' });
  await fireEvent.input(box, { target: { value: 'Lentiviral vectors' } });
  await fireEvent.blur(box);
  await vi.waitFor(() => screen.getByText('Their offer'));
  expect((box as HTMLTextAreaElement).value).toBe('Lentiviral vectors');
  await fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
  await vi.waitFor(() => screen.getByText('Saved'));
  expect(versions).toEqual(['"3"', '"4"']);
  expect(screen.queryByText('Their offer')).toBeNull();
});

test('what is stored can be taken over', async () => {
  const theirs = aParticipant({ offers: [aStatement(3, 'Their offer')] });
  serve(() => [409, { code: 'version-conflict', status: 409, current: theirs }]);
  render(Statements, { of: aParticipant({ offers }), kind: 'offers', edits: new ProfileEdits(3) });
  await fireEvent.input(screen.getByRole('textbox', { name: 'Offer 2' }), { target: { value: 'Mine' } });
  await fireEvent.blur(screen.getByRole('textbox', { name: 'Offer 2' }));
  await fireEvent.click(await screen.findByRole('button', { name: 'Use what is stored' }));
  expect(screen.getAllByRole('textbox').map((box) => (box as HTMLTextAreaElement).value)).toEqual(['Their offer']);
});

test('whom an offer is for is ticked among the types of the event, and its kind chosen; both are saved with it', async () => {
  session.event = anEvent({ types: ['hospital', 'investor'] });
  const calls = serve(french);
  render(Statements, { of: aParticipant({ offers }), kind: 'offers', edits: new ProfileEdits(3) });
  const chips = within(screen.getByRole('group', { name: 'Who is it for? Offer 2' }));
  const hospital = chips.getByRole('button', { name: 'Hospital' });
  expect(chips.getAllByRole('button').map((chip) => chip.getAttribute('aria-pressed'))).toEqual(['false', 'false']);
  await fireEvent.click(hospital);
  await fireEvent.click(chips.getByRole('button', { name: 'Investor' }));
  expect(hospital.getAttribute('aria-pressed')).toBe('true');
  await fireEvent.change(screen.getByRole('combobox', { name: 'Kind Offer 2' }), { target: { value: 'clinical_site' } });
  const ticked = { text: 'Vectors', audience: ['hospital', 'investor'], kind: 'clinical_site' };
  await vi.waitFor(() => expect(calls.at(-1)?.body).toEqual([{ text: 'Cold chain', ...unsaid }, ticked]), 2000);
  await fireEvent.click(hospital);
  expect(hospital.getAttribute('aria-pressed')).toBe('false');
  await vi.waitFor(() => expect(calls.at(-1)?.body).toEqual([{ text: 'Cold chain', ...unsaid }, { ...ticked, audience: ['investor'] }]), 2000);
  expect(calls).toHaveLength(2);
});

test('a need asks who could help; a type that nobody has any more can be taken back', async () => {
  session.event = anEvent({ types: ['investor'] });
  const calls = serve(french);
  const needs = [aStatement(1, 'A trial', { audience: ['CRO'], kind: 'research' })];
  render(Statements, { of: aParticipant({ needs }), kind: 'needs', edits: new ProfileEdits(3) });
  const chips = within(screen.getByRole('group', { name: 'Who could help? Need 1' }));
  expect(chips.getAllByRole('button').map((chip) => chip.textContent)).toEqual(['Investor', 'CRO']);
  const kind = screen.getByRole<HTMLSelectElement>('combobox', { name: 'Kind Need 1' });
  expect([...kind.options].map((option) => option.text)).toHaveLength(14);
  expect(kind.selectedOptions[0]?.text).toBe('Research');
  await fireEvent.click(chips.getByRole('button', { name: 'CRO' }));
  chips.getByRole('button', { name: 'CRO', pressed: false });
  await fireEvent.change(kind, { target: { value: [...kind.options].find((option) => option.text === 'Not said')?.value } });
  await vi.waitFor(() => expect(calls.at(-1)?.body).toEqual([{ text: 'A trial', ...unsaid }]), 2000);
});

test('an event without types asks for the kind only, and a line without words is not saved', async () => {
  vi.useFakeTimers();
  const calls = serve(french);
  render(Statements, { of: aParticipant(), kind: 'offers', edits: new ProfileEdits(3) });
  await fireEvent.click(screen.getByRole('button', { name: 'Add an offer' }));
  expect(screen.queryByRole('group')).toBeNull();
  await fireEvent.change(screen.getByRole('combobox', { name: 'Kind Offer 1' }), { target: { value: 'data' } });
  await vi.advanceTimersByTimeAsync(2000);
  expect(calls).toEqual([]);
});

test('who only ticked otherwise sees in a conflict what was ticked', async () => {
  session.event = anEvent({ types: ['hospital', 'investor'] });
  const theirs = aParticipant({ offers: [aStatement(1, 'Cold chain', { audience: ['hospital'], kind: 'supply' })] });
  serve(() => [409, { code: 'version-conflict', status: 409, current: theirs }]);
  render(Statements, { of: aParticipant({ offers }), kind: 'offers', edits: new ProfileEdits(3) });
  const chips = within(screen.getByRole('group', { name: 'Who is it for? Offer 1' }));
  await fireEvent.click(chips.getByRole('button', { name: 'Investor' }));
  await fireEvent.click(await screen.findByRole('button', { name: 'Use what is stored' }, { timeout: 2000 }));
  screen.getByRole('button', { name: 'Hospital', pressed: true });
  screen.getByRole('button', { name: 'Investor', pressed: false });
});
