import type { Participant } from '$lib/api/types';
import { country } from '$lib/i18n/format';
import { t, term } from '$lib/i18n/index.svelte';

/** Who somebody is, in one line. */
export function headline(of: Participant): string {
  return [of.job_title, of.organisation.name, country(of.country), term(of.type)].filter(Boolean).join('\u00a0· ');
}

/** Where somebody can be met. */
export function whereabouts(of: Participant): string | null {
  if (of.place) return t('person.stand', { place: of.place.name });
  return of.remote ? t('person.remote') : null;
}
