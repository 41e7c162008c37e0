import { describe, expect, test } from 'vitest';
import openapi from '../../../openapi.json';
import { fill, LANGUAGES, type Catalogue, type Message } from './catalogue';
import { en } from './en';
import { fr } from './fr';
import { nl } from './nl';

const languages: Record<string, Catalogue> = { en, fr, nl };

const messages = (catalogue: Catalogue): [string, Message][] =>
  Object.entries(catalogue).flatMap(([section, some]) =>
    Object.entries(some).map(([name, message]): [string, Message] => [`${section}.${name}`, message as Message])
  );
const english = new Map<string, Message>(messages(en));
const forms = (message: Message) => (typeof message === 'string' ? [message] : Object.values(message));
const values = (message: Message) =>
  [...new Set(forms(message).flatMap((form) => [...form.matchAll(/\{(\w+)\}/g)].map((found) => found[1])))].sort();

describe.each(LANGUAGES)('the catalogue in %s', (language) => {
  const catalogue = languages[language] as Catalogue;

  test('has the keys of English, and none is empty', () => {
    expect(messages(catalogue).map(([key]) => key)).toEqual(messages(en).map(([key]) => key));
    for (const [key, message] of messages(catalogue)) {
      for (const form of forms(message)) expect(form.trim(), key).not.toBe('');
    }
  });

  test('uses the same values as English in every message', () => {
    for (const [key, message] of messages(catalogue)) expect(values(message), key).toEqual(values(english.get(key) ?? ''));
  });

  test('fills every plural for none, one and many', () => {
    for (const [key, message] of messages(catalogue)) {
      if (typeof message === 'string') continue;
      for (const n of [0, 1, 2, 1_000_000]) {
        const given = Object.fromEntries(values(message).map((name) => [String(name), n]));
        expect(fill(message, language, { n, ...given }), key).not.toMatch(/[{}]|undefined/);
      }
    }
  });
});

test('every error of the API has a message', () => {
  const answers = Object.values(openapi.paths).flatMap((operations) =>
    Object.values(operations as Record<string, { responses?: Record<string, { description: string }> }>)
  );
  const described = answers.flatMap((operation) => Object.entries(operation.responses ?? {}));
  const codes = described.flatMap(([status, answer]) =>
    status >= '400' ? [...answer.description.matchAll(/\(`([\w-]+)`\)/g)].map((found) => found[1]) : []
  );
  expect(new Set(codes).size).toBeGreaterThan(25);
  expect([...new Set(codes)].filter((code) => !english.has(`problem.${code}`))).toEqual([]);
});

test('no sentence of French or Dutch is English left as it was', () => {
  for (const catalogue of [fr, nl]) {
    const same = messages(catalogue).filter(
      ([key, message]) =>
        typeof message === 'string' && /\p{L} \p{L}/u.test(message.replace(/\{\w+\}/g, '')) && message === english.get(key)
    );
    expect(same).toEqual([]);
  }
});

test('French has the apostrophes, quotation marks and unbroken spaces of print', () => {
  for (const [key, message] of messages(fr)) for (const form of forms(message)) expect(form, key).not.toMatch(/\w'\w|"| [;:?!»]|« /);
});
