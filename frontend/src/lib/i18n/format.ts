import { locale } from './index.svelte';

type Moment = string | Date;

const date = (moment: Moment, options: Intl.DateTimeFormatOptions) =>
  new Intl.DateTimeFormat(locale.tag, { timeZone: locale.zone, ...options }).format(new Date(moment));

/** 09:20 */
export const time = (moment: Moment) => date(moment, { hour: '2-digit', minute: '2-digit' });
/** Tuesday 8 December */
export const day = (moment: Moment) => date(moment, { weekday: 'long', day: 'numeric', month: 'long' });
/** 8 December 2026 */
export const fullDate = (moment: Moment) => date(moment, { day: 'numeric', month: 'long', year: 'numeric' });
/** 8 Dec, 09:20 */
export const dateTime = (moment: Moment) =>
  date(moment, { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });

/** 09:20–09:40 */
export const span = (starts: Moment, ends: Moment) => `${time(starts)}–${time(ends)}`;

export const number = (value: number) => new Intl.NumberFormat(locale.tag).format(value);
/** A share of 1 as a percentage. */
/** Names in a sentence: "a, b and c". */
export const listed = (names: readonly string[]) => new Intl.ListFormat(locale.tag).format(names);

export const percent = (share: number, digits = 0) =>
  new Intl.NumberFormat(locale.tag, { style: 'percent', maximumFractionDigits: digits }).format(share);
/** 0:12, 1:05 */
export const clock = (seconds: number) =>
  `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`;

const name = (type: Intl.DisplayNamesOptions['type'], code: string) => {
  try {
    return new Intl.DisplayNames(locale.tag, { type }).of(code) ?? code;
  } catch {
    return code;
  }
};

/** The name of a country, of its ISO 3166-1 code. */
export const country = (code: string) => name('region', code);
/** The name of a language, of its ISO 639-1 code. */
export const languageName = (code: string) => name('language', code);

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60]
];

/** "3 hours ago"; the date where it is more than a week ago. */
export function ago(moment: Moment, now = Date.now()): string {
  const seconds = (new Date(moment).getTime() - now) / 1000;
  if (Math.abs(seconds) > 7 * 86_400) return date(moment, { day: 'numeric', month: 'short' });
  const [unit, size] = STEPS.find(([, step]) => Math.abs(seconds) >= step) ?? ['minute', 60];
  return new Intl.RelativeTimeFormat(locale.tag, { numeric: 'auto' }).format(Math.round(seconds / size), unit);
}

/** Sorted as a dictionary of the language shown would. */
export function alphabetical<T>(items: readonly T[], by: (item: T) => string): T[] {
  const { compare } = new Intl.Collator(locale.tag, { numeric: true });
  return [...items].sort((a, b) => compare(by(a), by(b)));
}
