import { sessions, type SessionOfSlots } from '$lib/api/slots';
import type { Grid, GridMeeting, Slot, Unplaced } from '$lib/api/types';

type Place = Grid['places'][number];

/** A place and what happens there: the meetings of each slot, in the order of the slots. */
export type Row = { place: Place; cells: GridMeeting[][] };
export type Board = { sessions: SessionOfSlots[]; slots: Slot[]; rows: Row[] };

/** The grid as rows of places by columns of slots. */
export function board(grid: Pick<Grid, 'slots' | 'places' | 'meetings'>): Board {
  const blocks = sessions(grid.slots);
  const slots = blocks.flatMap((block) => block.slots);
  const column = new Map(slots.map((slot, at) => [slot.id, at]));
  const rows = grid.places.map((place) => ({ place, cells: slots.map((): GridMeeting[] => []) }));
  const row = new Map(rows.map((one) => [one.place.id, one]));
  for (const meeting of grid.meetings) {
    row.get(meeting.place_id)?.cells[column.get(meeting.slot_id) ?? -1]?.push(meeting);
  }
  return { sessions: blocks, slots, rows };
}

const plain = (text: string) =>
  text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase();

/** Whether everything typed is found in the name or the organisation of one of the people; accents do not matter. */
export function concerns(words: string, { participants }: Pick<GridMeeting, 'participants'>): boolean {
  const wanted = plain(words).split(/\s+/).filter(Boolean);
  return participants.some((person) => {
    const text = plain(`${person.name} ${person.organisation.name}`);
    return wanted.every((word) => text.includes(word));
  });
}

/** "A. Dubois" of "Amélie Dubois". */
export function short(name: string): string {
  const [first = '', ...rest] = name.trim().split(/\s+/);
  return rest.length ? `${[...first][0]}. ${rest.join(' ')}` : first;
}

/** The unplaced by the kind of what keeps them out, the most frequent first. */
export function byReason(unplaced: readonly Unplaced[]): { code: string; some: Unplaced[] }[] {
  const found = new Map<string, Unplaced[]>();
  for (const one of unplaced) found.set(one.reason.code, [...(found.get(one.reason.code) ?? []), one]);
  return [...found].map(([code, some]) => ({ code, some })).sort((a, b) => b.some.length - a.some.length);
}

/** How much of the room is used: meetings over the capacity of all places in all slots. */
export function used(grid: Pick<Grid, 'slots' | 'places' | 'meetings'>): number {
  const room = grid.places.reduce((sum, place) => sum + place.capacity, 0) * grid.slots.length;
  return room ? grid.meetings.length / room : 0;
}
