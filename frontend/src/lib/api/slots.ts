import type { Slot } from './types';

/** The slots of one block of time of one day, in order. */
export type SessionOfSlots = { key: string; name: string; starts: string; slots: Slot[] };

/** The slots by session; a session that goes on another day counts as another one. */
export function sessions(slots: readonly Slot[]): SessionOfSlots[] {
  const found = new Map<string, SessionOfSlots>();
  for (const slot of [...slots].sort((a, b) => a.position - b.position)) {
    // The API gives times in the event's zone, so the date of the day there is what they begin with.
    const key = `${slot.starts.slice(0, 10)} ${slot.session}`;
    const known = found.get(key);
    if (known) known.slots.push(slot);
    else found.set(key, { key, name: slot.session, starts: slot.starts, slots: [slot] });
  }
  return [...found.values()];
}
