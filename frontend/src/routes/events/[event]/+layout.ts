import { error } from '@sveltejs/kit';
import { Problem } from '$lib/api/problem';
import { session } from '$lib/api/session.svelte';
import { locale } from '$lib/i18n/index.svelte';

export async function load({ params, parent }) {
  await parent();
  try {
    locale.zone = (await session.open(Number(params.event))).time_zone;
  } catch (thrown) {
    const problem = Problem.from(thrown);
    // Somebody else's event and no event at all look the same.
    if ([403, 404, 422].includes(problem.status)) error(404, { message: '', code: 'not-found' });
    throw thrown;
  }
}
