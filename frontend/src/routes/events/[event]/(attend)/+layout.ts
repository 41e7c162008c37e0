import { error } from '@sveltejs/kit';
import { event } from '$lib/api/session.svelte';

export async function load({ parent }) {
  await parent();
  if (event().membership.participant_id == null) error(404, { message: '', code: 'not-found' });
}
