import { expect, test } from 'vitest';
import { accents, contrast, fromOklch, luminance, parse } from './colour';

const light = luminance(fromOklch([0.993, 0.0015, 235]));
const dark = luminance(fromOklch([0.26, 0.015, 240]));
const of = (css: string) => {
  const [L = 0, c = 0, h = 0] = css.slice(6, -1).split(' ').map(Number);
  return luminance(fromOklch([L, c, h]));
};

test('any colour of an event becomes legible in both themes', () => {
  for (let step = 0; step < 512; step += 1) {
    const hex = `#${[(step >> 6) & 7, (step >> 3) & 7, step & 7].map((part) => Math.round((part * 255) / 7).toString(16).padStart(2, '0')).join('')}`;
    const found = accents(hex);
    expect(contrast(of(found?.light ?? ''), light), `${hex} on light`).toBeGreaterThanOrEqual(4.5);
    expect(contrast(of(found?.dark ?? ''), dark), `${hex} on dark`).toBeGreaterThanOrEqual(4.5);
  }
});

test('a colour that is legible already keeps its hue', () => {
  const hue = (css: string | undefined) => Number(css?.slice(6, -1).split(' ')[2]);
  const found = accents('#0f766e');
  expect(Math.abs(hue(found?.light) - hue(found?.dark))).toBeLessThan(1);
});

test('contrast is that of the standard', () => {
  expect(contrast(luminance(parse('#fff') ?? [0, 0, 0]), luminance(parse('#000') ?? [0, 0, 0]))).toBeCloseTo(21);
  expect(contrast(luminance(parse('#767676') ?? [0, 0, 0]), 1)).toBeCloseTo(4.54, 2);
});

test('what is no colour gives none', () => {
  for (const wrong of ['', 'teal', '#12', '#12345g', 'javascript:alert(1)']) expect(accents(wrong)).toBeNull();
});
