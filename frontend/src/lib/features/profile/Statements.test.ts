import { fireEvent, render, screen } from '@testing-library/svelte';
import { expect, test, vi } from 'vitest';
import { toasts } from '$lib/ui/toasts.svelte';
import { ProfileEdits } from '$lib/api/people';
import { aParticipant, serve } from '../../../../tests/make';
import Statements from './Statements.svelte';

const offers = [
  { id: 1, text: 'Cold chain', language: 'en' },
  { id: 2, text: 'Vectors', language: 'en' }
];

/** What the API answers: the offers as sent, each said to be French. */
const french = ({ body }: { body: unknown }) =>
  aParticipant({ offers: (body as { text: string }[]).map(({ text }, id) => ({ id, text, language: 'fr' })) });

test('what is written is saved by itself, and its language shown', async () => {
  const calls = serve(french);
  render(Statements, { of: aParticipant(), kind: 'offers', edits: new ProfileEdits(3) });
  await fireEvent.click(screen.getByRole('button', { name: 'Add an offer' }));
  await fireEvent.input(screen.getByRole('textbox', { name: 'Offer 1' }), { target: { value: ' Vecteurs viraux ' } });
  await fireEvent.blur(screen.getByRole('textbox', { name: 'Offer 1' }));
  await vi.waitFor(() => screen.getByText('Written in French'));
  screen.getByText('Saved');
  expect(calls.map((call) => [call.method, call.path, call.body])).toEqual([
    ['PUT', '/api/v1/events/1/participants/1/offers', [{ text: 'Vecteurs viraux' }]]
  ]);
});

test('a removed offer comes back where it was', async () => {
  const calls = serve(french);
  render(Statements, { of: aParticipant({ offers }), kind: 'offers', edits: new ProfileEdits(3) });
  await fireEvent.click(screen.getByRole('button', { name: 'Remove “Cold chain”' }));
  await vi.waitFor(() => expect(calls.at(-1)?.body).toEqual([{ text: 'Vectors' }]));
  toasts[0]?.undo?.();
  await vi.waitFor(() => expect(calls.at(-1)?.body).toEqual([{ text: 'Cold chain' }, { text: 'Vectors' }]));
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
  const theirs = aParticipant({ offers: [{ id: 3, text: 'Their offer', language: 'en' }] });
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
  const theirs = aParticipant({ offers: [{ id: 3, text: 'Their offer', language: 'en' }] });
  serve(() => [409, { code: 'version-conflict', status: 409, current: theirs }]);
  render(Statements, { of: aParticipant({ offers }), kind: 'offers', edits: new ProfileEdits(3) });
  await fireEvent.input(screen.getByRole('textbox', { name: 'Offer 2' }), { target: { value: 'Mine' } });
  await fireEvent.blur(screen.getByRole('textbox', { name: 'Offer 2' }));
  await fireEvent.click(await screen.findByRole('button', { name: 'Use what is stored' }));
  expect(screen.getAllByRole('textbox').map((box) => (box as HTMLTextAreaElement).value)).toEqual(['Their offer']);
});
