import { api, unwrap } from '$lib/api/client';
import { readAgenda, readAvailability, readParticipant } from '$lib/api/people';
import { event, ownId } from '$lib/api/session.svelte';

const path = () => ({ event_id: event().id });

/** All that "my day" shows, read at once. */
export async function readStanding() {
  const requests = (query: { box: 'sent' | 'received'; status?: 'pending' }) =>
    unwrap(api.GET('/api/v1/events/{event_id}/requests', { params: { path: path(), query: { ...query, limit: 1 } } }));
  const [me, availability, waiting, sent, agenda, matches] = await Promise.all([
    readParticipant(ownId()),
    readAvailability(ownId()),
    requests({ box: 'received', status: 'pending' }),
    requests({ box: 'sent' }),
    readAgenda(ownId()),
    unwrap(api.GET('/api/v1/events/{event_id}/matches', { params: { path: path(), query: { limit: 8 } } }))
  ]);
  return {
    standing: { me, free: availability.slot_ids.length, waiting: waiting.total, sent: sent.total },
    agenda,
    /** The best whom there is still to ask. */
    matches: matches.items.filter((match) => !match.request).slice(0, 3)
  };
}
