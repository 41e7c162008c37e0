import { error } from '@sveltejs/kit';
import { event, organises } from '$lib/api/session.svelte';

export async function load({ parent }) {
  await parent();
  if (!organises(event())) error(404, { message: '', code: 'not-found' });
}
