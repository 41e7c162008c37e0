import type { StatementPreview } from '$lib/api/types';
import type { Key } from '$lib/i18n/index.svelte';

/** What to say of a text by what the API finds missing: nothing more where somebody fits it strongly. */
export function adviceOn({ missing, best }: Pick<StatementPreview, 'missing' | 'best'>): Key[] {
  const is = (code: StatementPreview['missing'][number]) => missing.includes(code);
  if (is('same_as_other')) return ['writing.same'];
  if (is('generic')) return ['writing.generic'];
  if (best[0]?.strength === 'strong') return [];
  const found: Key[] = is('too_short') ? ['writing.short'] : [];
  if (is('say_for_what') && is('say_when_or_how_much')) found.push('writing.forWhatHowMuch');
  else if (is('say_for_what')) found.push('writing.forWhat');
  else if (is('say_when_or_how_much')) found.push('writing.howMuch');
  return found;
}
