import { error } from '@sveltejs/kit';

export async function load({ parent }) {
  const { me } = await parent();
  if (!me.creates_events) error(403, { message: '', code: 'forbidden' });
}
