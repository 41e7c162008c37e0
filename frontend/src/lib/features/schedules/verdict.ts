import type { GoalReport } from '$lib/api/types';
import { listed, number, percent } from '$lib/i18n/format';
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

/** What may be said of a schedule as a whole: best only where every goal is proven, else which goals are not. */
export function overall(goals: Pick<GoalReport, 'goal' | 'proven'>[]): Pick<Verdict, 'kind' | 'text'> {
  const unproven = goals.filter((goal) => !goal.proven);
  if (!goals.length) return { kind: 'open', text: t('goals.open') };
  if (!unproven.length) return { kind: 'best', text: t('goals.best') };
  const names = unproven.map(({ goal }) => t(`goals.${goal}`));
  return { kind: 'open', text: t('goals.notProven', { goals: listed(names) }) };
}
