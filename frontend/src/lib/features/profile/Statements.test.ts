import { fireEvent, render, screen } from '@testing-library/svelte';
import { expect, test, vi } from 'vitest';
import { toasts } from '$lib/ui/toasts.svelte';
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
  render(Statements, { of: aParticipant(), kind: 'offers' });
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
  render(Statements, { of: aParticipant({ offers }), kind: 'offers' });
  await fireEvent.click(screen.getByRole('button', { name: 'Remove “Cold chain”' }));
  await vi.waitFor(() => expect(calls.at(-1)?.body).toEqual([{ text: 'Vectors' }]));
  toasts[0]?.undo?.();
  await vi.waitFor(() => expect(calls.at(-1)?.body).toEqual([{ text: 'Cold chain' }, { text: 'Vectors' }]));
});

test('an offer that could not be saved stays, and says so', async () => {
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('Failed to fetch')));
  render(Statements, { of: aParticipant({ offers }), kind: 'offers' });
  const box = screen.getByRole('textbox', { name: 'Offer 2' });
  await fireEvent.input(box, { target: { value: 'Lentiviral vectors' } });
  await fireEvent.blur(box);
  await vi.waitFor(() => screen.getByText(/Not saved/));
  screen.getByRole('button', { name: 'Try again' });
  expect((box as HTMLTextAreaElement).value).toBe('Lentiviral vectors');
});
