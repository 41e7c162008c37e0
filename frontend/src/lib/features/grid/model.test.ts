import { expect, test } from 'vitest';
import { aGrid, aPerson } from '../../../../tests/make';
import { board, byReason, concerns, short, used } from './model';

test('each meeting stands at its place and in its slot', () => {
  const { rows, slots } = board(aGrid());
  expect(slots.map((slot) => slot.id)).toEqual([1, 2]);
  expect(rows.map((row) => row.cells.map((cell) => cell.map((meeting) => meeting.id)))).toEqual([
    [[5], []],
    [[], []]
  ]);
});

test('a session that goes on the next day is another one', () => {
  const grid = aGrid();
  const next = { id: 3, position: 2, session: 'Morning', starts: '2027-05-21T09:10:00+02:00', ends: '2027-05-21T09:20:00+02:00' };
  expect(board({ ...grid, slots: [...grid.slots, next] }).sessions.map((one) => one.slots.length)).toEqual([2, 1]);
});

test('people are found without their accents, by name and organisation', () => {
  const meeting = { participants: [aPerson(1, 'Élodie Claes'), aPerson(2, 'Bram Peeters')] };
  expect(concerns('elodie', meeting)).toBe(true);
  expect(concerns('claes organisation 1', meeting)).toBe(true);
  expect(concerns('elodie peeters', meeting)).toBe(false);
});

test('names are shortened to what still tells them apart', () => {
  expect([short('Élodie Van den Broeck'), short('Plato')]).toEqual(['É. Van den Broeck', 'Plato']);
});

test('the unplaced are grouped by reason, the most frequent first', () => {
  const one = (request_id: number, code: string) => ({ request_id, participants: [], reason: { code, text: code } });
  expect(byReason([one(1, 'a'), one(2, 'b'), one(3, 'b')]).map((group) => [group.code, group.some.length])).toEqual([
    ['b', 2],
    ['a', 1]
  ]);
});

test('the use of the room counts every capacity', () => {
  expect(used(aGrid())).toBeCloseTo(1 / 6);
});
