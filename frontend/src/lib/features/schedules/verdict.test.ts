import { expect, test } from 'vitest';
import { stageName } from './stages';
import { overall, verdict } from './verdict';

test('only what is proven is called best', () => {
  expect(verdict({ goal: 'value', value: 10, bound: 10, gap: 0, proven: true }).text).toBe('Proven best');
  expect(verdict({ goal: 'value', value: 10, bound: 10, gap: 0, proven: false }).text).not.toContain('best');
});

test('a gap is never shown smaller than it is', () => {
  const text = (value: number, bound: number) =>
    verdict({ goal: 'value', value, bound, gap: (bound - value) / bound, proven: false }).text;
  expect(text(51403, 51456)).toBe('Within 0.11% of the proven bound');
  expect(text(999, 1000)).toBe('Within 0.1% of the proven bound');
  expect(text(9_999_999, 10_000_000)).toBe('Within 0.01% of the proven bound');
});

test('a goal that is minimised says how far above its bound it is', () => {
  expect(verdict({ goal: 'idle', value: 104, bound: 12, gap: 7.6, proven: false })).toEqual({
    kind: 'open',
    text: '92 above the proven bound',
    bound: 'at least 12 is unavoidable'
  });
  expect(verdict({ goal: 'breaks', value: 61, bound: 0, gap: 61, proven: false }).text).toBe('Not proven yet');
});

test('a schedule is called best only where every goal is proven', () => {
  expect(overall([{ goal: 'value', proven: true }, { goal: 'breaks', proven: true }]).text).toBe('Proven best');
  expect(overall([{ goal: 'value', proven: true }, { goal: 'breaks', proven: false }, { goal: 'idle', proven: false }])).toEqual({
    kind: 'open',
    text: 'Not proven best: Breaks between meetings and Idle slots'
  });
  expect(overall([]).text).not.toContain('best');
});

test('a stage the page does not know is simply work', () => {
  expect(stageName('exact breaks')).toBe('Proving how good it is');
  expect(stageName('something new')).toBe('Working');
});
