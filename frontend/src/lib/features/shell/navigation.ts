import { organises } from '$lib/api/session.svelte';
import type { Event } from '$lib/api/types';
import type { Key } from '$lib/i18n/index.svelte';
import type { IconName } from '$lib/ui/icons';

export type Item = { href: string; label: Key; icon: IconName };
export type Side = 'attend' | 'organise';

/** The pages of one side of an event, the most used first. */
export function items(event: Event, side: Side): Item[] {
  const at = `/events/${event.id}`;
  return side === 'attend'
    ? [
        { href: `${at}/day`, label: 'nav.day', icon: 'day' },
        { href: `${at}/matches`, label: 'nav.matches', icon: 'matches' },
        { href: `${at}/requests`, label: 'nav.requests', icon: 'requests' },
        { href: `${at}/agenda`, label: 'nav.agenda', icon: 'agenda' },
        { href: `${at}/profile`, label: 'nav.profile', icon: 'profile' }
      ]
    : [
        { href: `${at}/organise`, label: 'nav.overview', icon: 'overview' },
        { href: `${at}/organise/participants`, label: 'nav.participants', icon: 'participants' },
        { href: `${at}/organise/requests`, label: 'nav.requests', icon: 'requests' },
        { href: `${at}/organise/schedules`, label: 'nav.schedules', icon: 'schedules' },
        { href: `${at}/organise/matching`, label: 'nav.matching', icon: 'matches' },
        { href: `${at}/organise/import`, label: 'nav.import', icon: 'import' },
        { href: `${at}/organise/settings`, label: 'nav.settings', icon: 'settings' }
      ];
}

/** The sides of an event that are open to the one signed in. */
export function sides(event: Event): Side[] {
  return [...(event.membership.participant_id == null ? [] : ['attend' as const]), ...(organises(event) ? ['organise' as const] : [])];
}

export const sideOf = (path: string): Side => (/^\/events\/\d+\/organise(\/|$)/.test(path) ? 'organise' : 'attend');

/** Whether the page at `path` belongs to the item: its own page, or one below it. */
export function current(item: Item, path: string): boolean {
  return path === item.href || (!item.href.endsWith('/organise') && path.startsWith(`${item.href}/`));
}
