import { fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { beforeEach, expect, test, vi } from 'vitest';
import { ProfileEdits } from '$lib/api/people';
import { session } from '$lib/api/session.svelte';
import type { StatementDraft, StatementPreview } from '$lib/api/types';
import { speak } from '$lib/i18n/index.svelte';
import { anEvent, aParticipant, aPerson, aStatement, serve, type Call } from '../../../../tests/make';
import { adviceOn } from './advice';
import Statements from './Statements.svelte';

const bob = { participant: aPerson(2, 'Bob Peeters'), text: 'Rounds of five to twenty million', strength: 'strong' as const };
const nothing = { audience: [], kind: null };
const aPreview = (change: Partial<StatementPreview> = {}): StatementPreview => ({
  people: 7,
  best: [bob],
  missing: [],
  proposed: nothing,
  reading: false,
  ...change
});
const needs = [aStatement(1, 'Investors for a series A')];
const isPreview = (call: Call) => call.path.endsWith('/statements/preview');
const type = (text: string) => fireEvent.input(screen.getByRole('textbox', { name: 'Need 1' }), { target: { value: text } });

/** The page of needs, for which the API answers with these previews one after the other, the last again and again. */
function page(...previews: StatementPreview[]): { asked: () => StatementDraft[]; saved: () => unknown[] } {
  const left = [...previews];
  const calls = serve((call) => {
    if (isPreview(call)) return left.length > 1 ? left.shift() : left[0];
    return aParticipant({ needs: (call.body as StatementDraft[]).map((sent, id) => aStatement(id, sent.text, sent)) });
  });
  render(Statements, { of: aParticipant({ needs }), kind: 'needs', edits: new ProfileEdits(3) });
  return {
    asked: () => calls.filter(isPreview).map((call) => call.body as StatementDraft),
    saved: () => calls.filter((call) => call.method === 'PUT').map((call) => call.body)
  };
}

beforeEach(() => {
  session.event = anEvent({ types: ['hospital', 'investor'] });
  vi.useFakeTimers({ shouldAdvanceTime: true });
});

test('a need that stands in the profile shows at once whom it finds, with links and the text that fits', async () => {
  const { asked } = page(aPreview());
  await screen.findByText('7 people fit.');
  expect(screen.getByRole('link', { name: 'Bob Peeters' }).getAttribute('href')).toBe('/events/1/people/2');
  screen.getByText('(strong)');
  screen.getByText('Rounds of five to twenty million');
  expect(asked()).toEqual([{ role: 'need', text: 'Investors for a series A', audience: [], kind: null }]);
});

test('typing asks once, 400 ms after the last key, and only the last answer counts', async () => {
  const aborted: boolean[] = [];
  const { asked } = page(aPreview());
  await screen.findByText('7 people fit.');
  const before = asked().length;
  await type('Investors for');
  await vi.advanceTimersByTimeAsync(300);
  await type('Investors for a kit');
  await vi.advanceTimersByTimeAsync(390);
  expect(asked()).toHaveLength(before);
  await vi.advanceTimersByTimeAsync(20);
  expect(asked().slice(before).map(({ text }) => text)).toEqual(['Investors for a kit']);

  // One that is on its way when the next key is pressed is given up.
  let answer: (response: Response) => void = () => undefined;
  vi.stubGlobal('fetch', (request: Request) => {
    request.signal.addEventListener('abort', () => aborted.push(true));
    return new Promise<Response>((resolve) => (answer = resolve));
  });
  await type('Investors for a kit of tests');
  await vi.advanceTimersByTimeAsync(410);
  const late = answer;
  await type('Investors');
  expect(aborted).toEqual([true]);
  late(new Response(JSON.stringify(aPreview({ people: 99 })), { headers: { 'content-type': 'application/json' } }));
  await vi.advanceTimersByTimeAsync(50);
  expect(screen.queryByText('99 people fit.')).toBeNull();
});

test('an awaited answer shows as a grey line only after 300 ms, and is read aloud only once something was written', async () => {
  let answer: (response: Response) => void = () => undefined;
  vi.stubGlobal('fetch', () => new Promise<Response>((resolve) => (answer = resolve)));
  const { container } = render(Statements, { of: aParticipant({ needs }), kind: 'needs', edits: new ProfileEdits(3) });
  await vi.advanceTimersByTimeAsync(250);
  expect(container.querySelector('.skeleton')).toBeNull();
  await vi.advanceTimersByTimeAsync(100);
  expect(container.querySelector('.skeleton')).not.toBeNull();
  answer(new Response(JSON.stringify(aPreview()), { headers: { 'content-type': 'application/json' } }));
  await screen.findByText('7 people fit.');
  expect(container.querySelector('.skeleton')).toBeNull();
  expect(container.querySelector('[aria-live=polite] strong')).toBeNull();
  await type('Investors for a kit');
  await vi.advanceTimersByTimeAsync(10);
  expect(container.querySelector('[aria-live=polite]')).not.toBeNull();
});

test('while the server reads the event it is asked again', async () => {
  const { asked } = page(aPreview({ people: null, best: [], reading: true }), aPreview());
  await vi.advanceTimersByTimeAsync(2000);
  await screen.findByText('7 people fit.');
  expect(asked()).toHaveLength(2);
});

test('what is proposed is set by one tap, saved, and never before', async () => {
  const { saved, asked } = page(aPreview({ proposed: { audience: ['investor'], kind: 'funding' } }));
  await screen.findByText('Suggested: Investor · Funding');
  screen.getByRole('button', { name: 'Investor', pressed: false });
  expect(saved()).toEqual([]);
  await fireEvent.click(screen.getByRole('button', { name: 'Use the suggestion for Need 1' }));
  await waitFor(() => expect(document.activeElement).toBe(screen.getByRole('button', { name: 'Investor', pressed: true })));
  expect(screen.queryByText(/^Suggested/)).toBeNull();
  await waitFor(() => expect(saved()).toEqual([[{ text: 'Investors for a series A', audience: ['investor'], kind: 'funding' }]]));
  await waitFor(() => expect(asked().at(-1)).toMatchObject({ audience: ['investor'], kind: 'funding' }));
});

test('what the author has ticked is not proposed otherwise', async () => {
  page(aPreview({ proposed: { audience: ['investor'], kind: 'funding' } }));
  await screen.findByText('Suggested: Investor · Funding');
  await fireEvent.click(screen.getByRole('button', { name: 'Hospital' }));
  screen.getByText('Suggested: Funding');
});

test('nobody who fits, and what is missing, are told', async () => {
  page(aPreview({ people: 0, best: [], missing: ['say_for_what', 'say_when_or_how_much'] }));
  await screen.findByText('Nobody here offers this yet.');
  screen.getByText('Say for what, when and how much.');
});

test('in an event without a ranking what is missing is told alone', async () => {
  page(aPreview({ people: null, best: [], missing: ['generic'] }));
  await screen.findByText(/^Almost anybody could write this/);
  expect(screen.queryByText(/Nobody|fit/)).toBeNull();
});

test('a look-up that fails says nothing, for the text is saved all the same', async () => {
  serve(() => [503, { code: 'unavailable', status: 503 }]);
  const { container } = render(Statements, { of: aParticipant({ needs }), kind: 'needs', edits: new ProfileEdits(3) });
  await vi.advanceTimersByTimeAsync(500);
  expect(container.querySelector('.skeleton')).toBeNull();
  expect(container.querySelector('[role=alert]')).toBeNull();
});

test('a strong match needs no advice but on what is generic or written twice', () => {
  const strong = { best: [bob] };
  expect(adviceOn({ ...strong, missing: ['too_short', 'say_for_what'] })).toEqual([]);
  expect(adviceOn({ ...strong, missing: ['generic', 'too_short'] })).toEqual(['writing.generic']);
  expect(adviceOn({ ...strong, missing: ['generic', 'same_as_other'] })).toEqual(['writing.same']);
  expect(adviceOn({ best: [], missing: ['too_short', 'say_when_or_how_much'] })).toEqual(['writing.short', 'writing.howMuch']);
});

test.each([
  ['fr', 1, '1 personne correspond.'],
  ['fr', 2, '2 personnes correspondent.'],
  ['nl', 1, '1 persoon past hierbij.'],
  ['nl', 3, '3 mensen passen hierbij.'],
  ['en', 1, '1 person fits.']
] as const)('in %s, %i who fit are told with the right plural', async (language, people, sentence) => {
  await speak(language);
  try {
    page(aPreview({ people }));
    await screen.findByText(sentence);
  } finally {
    await speak('en');
  }
});
