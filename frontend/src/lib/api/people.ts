import { api, unwrap } from './client';
import { event } from './session.svelte';

const path = (participantId: number) => ({ params: { path: { event_id: event().id, participant_id: participantId } } });

export const readParticipant = (id: number) =>
  unwrap(api.GET('/api/v1/events/{event_id}/participants/{participant_id}', path(id)));

export const readAvailability = (id: number) =>
  unwrap(api.GET('/api/v1/events/{event_id}/participants/{participant_id}/availability', path(id)));

export const readAgenda = (id: number) =>
  unwrap(api.GET('/api/v1/events/{event_id}/participants/{participant_id}/agenda', path(id)));

export const readSlots = () =>
  unwrap(api.GET('/api/v1/events/{event_id}/slots', { params: { path: { event_id: event().id } } }));
