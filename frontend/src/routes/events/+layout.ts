import { redirect } from '@sveltejs/kit';
import { session } from '$lib/api/session.svelte';
import { chosen, isLanguage, locale, speak } from '$lib/i18n/index.svelte';

export async function load({ url }) {
  const me = await session.read();
  if (!me) redirect(307, `/sign-in?next=${encodeURIComponent(url.pathname + url.search)}`);
  const wanted = chosen() ?? me.language;
  if (isLanguage(wanted) && wanted !== locale.language) await speak(wanted);
  return { me };
}
