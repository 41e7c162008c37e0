import type { Event, Participant } from '$lib/api/types';
import type { Key } from '$lib/i18n/index.svelte';
import type { IconName } from '$lib/ui/icons';

export type Step = { title: Key; hint: Key; href: string; icon: IconName; n?: number };

export type Standing = {
  me: Pick<Participant, 'offers' | 'needs'>;
  free: number;
  /** Requests that wait for an answer, and requests sent. */
  waiting: number;
  sent: number;
};

/** What somebody should do next, the most urgent first; nothing where all is done. */
export function steps(event: Pick<Event, 'id'>, { me, free, waiting, sent }: Standing): Step[] {
  const at = `/events/${event.id}`;
  const all: [due: boolean, step: Step][] = [
    [waiting > 0, { title: 'day.answer', hint: 'day.answerHint', href: `${at}/requests`, icon: 'requests', n: waiting }],
    [!me.offers.length, { title: 'day.offers', hint: 'day.offersHint', href: `${at}/profile`, icon: 'edit' }],
    [!me.needs.length, { title: 'day.needs', hint: 'day.needsHint', href: `${at}/profile`, icon: 'edit' }],
    [
      free === 0,
      { title: 'day.availability', hint: 'day.availabilityHint', href: `${at}/profile#availability`, icon: 'day' }
    ],
    [sent === 0, { title: 'day.ask', hint: 'day.askHint', href: `${at}/matches`, icon: 'matches' }]
  ];
  return all.filter(([due]) => due).map(([, step]) => step);
}
