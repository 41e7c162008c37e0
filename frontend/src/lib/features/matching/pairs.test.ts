import { expect, test } from 'vitest';
import { mayMeet, toggled } from './pairs';

test('a pair is kept apart in either order, and let together again', () => {
  const apart = toggled([['buyer', 'buyer']], 'investor', 'start-up');
  expect(mayMeet(apart, 'start-up', 'investor')).toBe(false);
  expect(mayMeet(apart, 'investor', 'investor')).toBe(true);
  expect(toggled(apart, 'start-up', 'investor')).toEqual([['buyer', 'buyer']]);
});
