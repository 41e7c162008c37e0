import type { en } from './en';

/** A sentence, or its forms by plural category of `n` (CLDR); `other` is there in every language. */
export type Plural = { readonly one?: string; readonly many?: string; readonly other: string };
export type Message = string | Plural;

/** The shape every language must have: English's sections and keys, no more and no fewer. */
export type Catalogue = {
  readonly [S in keyof typeof en]: { readonly [K in keyof (typeof en)[S]]: Message };
};

/** `section.name` of every message. */
export type Key = { [S in keyof typeof en & string]: `${S}.${keyof (typeof en)[S] & string}` }[keyof typeof en & string];

export type Values = Readonly<Record<string, string | number>>;

export const LANGUAGES = ['en', 'fr', 'nl'] as const;
export type Language = (typeof LANGUAGES)[number];

/** Numbers, dates and countries follow Belgian habit in French and Dutch. */
export const TAGS: Record<Language, string> = { en: 'en-GB', fr: 'fr-BE', nl: 'nl-BE' };

export function isLanguage(value: unknown): value is Language {
  return LANGUAGES.includes(value as Language);
}

/** The message with its `{values}` filled in; the value `n` chooses the plural. */
export function fill(message: Message, language: Language, values: Values = {}): string {
  let sentence: string;
  if (typeof message === 'string') {
    sentence = message;
  } else {
    const category = new Intl.PluralRules(TAGS[language]).select(Number(values.n));
    sentence = message[category as 'one' | 'many'] ?? message.other;
  }
  return sentence.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    return typeof value === 'number' ? new Intl.NumberFormat(TAGS[language]).format(value) : value;
  });
}
