import { expect, test } from 'vitest';
import { aStatement } from '../../../../tests/make';
import { steps } from './steps';

const statement = aStatement(1, 'x');
const complete = { me: { offers: [statement], needs: [statement] }, free: 3, waiting: 0, sent: 1 };
const titles = (change: Partial<Parameters<typeof steps>[1]>) =>
  steps({ id: 1 }, { ...complete, ...change }).map((step) => step.title);

test('nothing is asked of somebody who has done everything', () => {
  expect(titles({})).toEqual([]);
});

test('those who wait for an answer come first', () => {
  expect(titles({ waiting: 2, sent: 0, free: 0, me: { offers: [], needs: [] } })).toEqual([
    'day.answer',
    'day.offers',
    'day.needs',
    'day.availability',
    'day.ask'
  ]);
});
