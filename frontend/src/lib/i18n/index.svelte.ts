import { fill, isLanguage, LANGUAGES, TAGS, type Catalogue, type Key, type Language, type Values } from './catalogue';

export { isLanguage, LANGUAGES, type Key, type Language };

const STORED = 'matchmaker.language';

const load: Record<Language, () => Promise<Catalogue>> = {
  en: async () => (await import('./en')).en,
  fr: async () => (await import('./fr')).fr,
  nl: async () => (await import('./nl')).nl
};

let language = $state<Language>('en');
// Empty until `speak` was awaited, which the first layout does before anything is shown.
let catalogue = $state.raw({} as Catalogue);
let zone = $state<string>();

export const locale = {
  get language() {
    return language;
  },
  get tag() {
    return TAGS[language];
  },
  /** The event's time zone: every time is shown in it. */
  get zone() {
    return zone;
  },
  set zone(name: string | undefined) {
    zone = name;
  }
};

/** Shows the page in this language from now on. */
export async function speak(wanted: Language): Promise<void> {
  const loaded = await load[wanted]();
  language = wanted;
  catalogue = loaded;
  document.documentElement.lang = wanted;
}

/** Remembers in this browser that the language was chosen. */
export function remember(wanted: Language): void {
  try {
    localStorage.setItem(STORED, wanted);
  } catch {
    // Storage may be forbidden; the choice then lasts as long as the page.
  }
}

/** The language chosen in this browser before. */
export function chosen(): Language | null {
  try {
    const stored = localStorage.getItem(STORED);
    return isLanguage(stored) ? stored : null;
  } catch {
    return null;
  }
}

/** The first language of the browser's that we speak. */
export function preferred(): Language {
  return navigator.languages.map((tag) => tag.slice(0, 2)).find(isLanguage) ?? 'en';
}

/** The message in the language shown. */
export function t(key: Key, values?: Values): string {
  const [section, name] = key.split('.') as [keyof Catalogue, never];
  return fill(catalogue[section][name], language, values);
}

/** Whether there is a message of this key: for keys made of what the API answers. */
export function exists(key: string): key is Key {
  const at = key.indexOf('.');
  const [section, name] = [key.slice(0, at), key.slice(at + 1)];
  return Object.hasOwn((catalogue as Record<string, object>)[section] ?? {}, name);
}

/** A word of the organiser's own, in the language shown where it is a common one, or else as written. */
export function term(written: string): string {
  const key = `terms.${written.trim().toLowerCase()}`;
  return exists(key) ? t(key) : written;
}

/** The text of an answer of the API that comes in every language; in English where ours is missing. */
export function said(text: Readonly<Record<string, string>> | null | undefined): string {
  return text?.[language] ?? text?.en ?? Object.values(text ?? {})[0] ?? '';
}
