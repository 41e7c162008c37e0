import { vi } from 'vitest';
import type { Event, Grid, Match, MeetingRequest, Participant, ParticipantBrief, Statement } from '$lib/api/types';

export const anEvent = (change: Partial<Event> = {}): Event => ({
  id: 1,
  slug: 'day',
  name: 'The Day',
  time_zone: 'Europe/Brussels',
  languages: ['en', 'fr', 'nl'],
  colour: '#0f766e',
  logo_url: null,
  starts: '2027-05-20T09:30:00+02:00',
  ends: '2027-05-20T17:00:00+02:00',
  themes: [],
  types: [],
  countries: ['BE'],
  published_schedule_id: null,
  membership: { role: null, participant_id: 1 },
  ...change
});

export const aPerson = (id: number, name = `Person ${id}`): ParticipantBrief => ({
  id,
  name,
  organisation: { id, name: `Organisation ${id}` },
  country: 'BE',
  type: '',
  job_title: ''
});

export const aParticipant = (change: Partial<Participant> = {}): Participant => ({
  ...aPerson(1),
  first_name: 'Ann',
  last_name: 'One',
  language: 'en',
  themes: [],
  offers: [],
  needs: [],
  place: null,
  remote: false,
  ...change
});

export const aStatement = (id: number, text: string, change: Partial<Statement> = {}): Statement => ({
  id,
  text,
  language: 'en',
  audience: [],
  kind: null,
  ...change
});

export const aMatch = (change: Partial<Match> = {}): Match => ({
  participant: aParticipant({ id: 2, name: 'Bram Peeters' }),
  strength: 'strong',
  reasons: [],
  request: null,
  may_request: true,
  feedback: null,
  ...change
});

export const aRequest = (change: Partial<MeetingRequest> = {}): MeetingRequest => ({
  id: 7,
  sender: aPerson(2, 'Bram Peeters'),
  recipient: aPerson(1, 'Ann One'),
  status: 'pending',
  preference: 'like',
  message: '',
  proposed: false,
  created_at: '2027-01-01T10:00:00Z',
  answered_at: null,
  meeting: null,
  ...change
});

/** Two slots by two places, with one meeting at the first of each. */
export const aGrid = (change: Partial<Grid> = {}): Grid => ({
  slots: [1, 2].map((id) => ({
    id,
    position: id - 1,
    session: 'Morning',
    starts: `2027-05-20T09:${id}0:00+02:00`,
    ends: `2027-05-20T09:${id + 1}0:00+02:00`
  })),
  places: [
    { id: 1, name: 'Table 1', kind: 'table', capacity: 1 },
    { id: 2, name: 'Stand A', kind: 'stand', capacity: 2 }
  ],
  meetings: [{ id: 5, slot_id: 1, place_id: 1, participants: [aPerson(1, 'Élodie Claes'), aPerson(2, 'Bram Peeters')], score: 80 }],
  unplaced: [],
  ...change
});

export type Call = { method: string; path: string; body: unknown };

/** Answers the API's calls by `answer` and keeps them; `[status, body]` answers otherwise than 200. */
export function serve(answer: (call: Call) => unknown): Call[] {
  const calls: Call[] = [];
  vi.stubGlobal('fetch', async (request: Request) => {
    const text = await request.clone().text();
    const json = request.headers.get('content-type')?.includes('json');
    const url = new URL(request.url);
    const call = { method: request.method, path: url.pathname + url.search, body: json && text ? JSON.parse(text) : text };
    calls.push(call);
    const given = answer(call);
    const [status, body] = Array.isArray(given) && typeof given[0] === 'number' ? (given as [number, unknown]) : [200, given];
    return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } });
  });
  return calls;
}
