import { expect, test } from 'vitest';
import { anEvent } from '../../../../tests/make';
import { current, items, sideOf, sides } from './navigation';

test('each sees the sides of an event that are theirs', () => {
  expect(sides(anEvent())).toEqual(['attend']);
  expect(sides(anEvent({ membership: { role: 'owner', participant_id: null } }))).toEqual(['organise']);
  expect(sides(anEvent({ membership: { role: 'organiser', participant_id: 3 } }))).toEqual(['attend', 'organise']);
  expect(sides(anEvent({ membership: { role: 'helper', participant_id: null } }))).toEqual([]);
});

test('exactly one item is current on every page', () => {
  const pages = ['/events/1/day', '/events/1/organise', '/events/1/organise/schedules/7', '/events/1/organise/participants'];
  for (const path of pages) {
    expect(items(anEvent(), sideOf(path)).filter((item) => current(item, path)), path).toHaveLength(1);
  }
});
