import type { GoalReport } from '$lib/api/types';
import { number, percent } from '$lib/i18n/format';
import { t } from '$lib/i18n/index.svelte';

export type Verdict = { kind: 'best' | 'near' | 'open'; text: string; bound: string };

/** What may be said of a goal: never more than is proven. Value is maximised, all other goals are minimised. */
export function verdict({ goal, value, bound, gap, proven }: Pick<GoalReport, 'goal' | 'value' | 'bound' | 'gap' | 'proven'>): Verdict {
  if (proven) return { kind: 'best', text: t('goals.best'), bound: '' };
  if (goal === 'value') {
    // Rounded up to a hundredth of a per cent: no gap is shown as smaller than it is.
    const shown = Math.max(1, Math.ceil(gap * 10_000 - 1e-9)) / 10_000;
    return {
      kind: gap <= 0.005 ? 'near' : 'open',
      text: t('goals.within', { gap: percent(shown, 2) }),
      bound: t('goals.atMost', { n: number(bound) })
    };
  }
  return bound > 0
    ? { kind: 'open', text: t('goals.away', { n: value - bound }), bound: t('goals.atLeast', { n: number(bound) }) }
    : { kind: 'open', text: t('goals.open'), bound: '' };
}
