import { chosen, preferred, speak } from '$lib/i18n/index.svelte';
import { restore } from '$lib/ui/theme.svelte';

export const ssr = false;
export const prerender = false;

export async function load() {
  restore();
  await speak(chosen() ?? preferred());
}
