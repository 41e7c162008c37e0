import { redirect } from '@sveltejs/kit';
import { event, organises } from '$lib/api/session.svelte';

export async function load({ parent }) {
  await parent();
  redirect(307, `/events/${event().id}/${organises(event()) ? 'organise' : 'day'}`);
}
