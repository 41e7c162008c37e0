import { redirect } from '@sveltejs/kit';
import { session } from '$lib/api/session.svelte';

export async function load() {
  const me = await session.read();
  if (!me) redirect(307, '/sign-in');
  const [only, another] = me.memberships;
  redirect(307, only && !another ? `/events/${only.event.id}` : '/events');
}
