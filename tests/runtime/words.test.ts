// The catalogues: every language has every word, with the same places to fill in, in the plural forms it needs.
import { readdirSync, readFileSync } from 'node:fs';
import { type MessageFormatElement, parse, TYPE } from '@formatjs/icu-messageformat-parser';
import { describe, expect, it } from 'vitest';
import { LANGUAGES } from '@/lib/login/languages';
import { wordsOf } from '@/lib/runtime/words';

type Catalogue = { [key: string]: string | Catalogue };

const FILES = ['login.json', 'message.json'];
const read = (language: string, file: string) =>
  JSON.parse(readFileSync(`messages/${language}/${file}`, 'utf8')) as Catalogue;

/** Every sentence under its path: `code.heading`. */
function sentencesOf(catalogue: Catalogue, path = ''): [string, string][] {
  return Object.entries(catalogue).flatMap(([key, value]) =>
    typeof value === 'string'
      ? [[path + key, value] as [string, string]]
      : sentencesOf(value, `${path}${key}.`),
  );
}

/** Arguments and tags of a sentence, each once: `{app}`, `<time>`. */
function placesOf(elements: readonly MessageFormatElement[]): string[] {
  const places = elements.flatMap((element): string[] => {
    if (element.type === TYPE.literal || element.type === TYPE.pound) return [];
    if (element.type === TYPE.tag) return [`<${element.value}>`, ...placesOf(element.children)];
    if (element.type === TYPE.plural || element.type === TYPE.select)
      return [
        `{${element.value}}`,
        ...Object.values(element.options).flatMap(({ value }) => placesOf(value)),
      ];
    return [`{${element.value}}`];
  });
  return [...new Set(places)].sort();
}

/** The plural forms a sentence tells apart, one list a plural. */
function pluralFormsOf(elements: readonly MessageFormatElement[]): string[][] {
  return elements.flatMap((element) =>
    element.type === TYPE.plural ? [Object.keys(element.options).sort()] : [],
  );
}

it('there is a folder for every language, and a language for every folder', () => {
  expect(readdirSync('messages').sort()).toEqual([...LANGUAGES].sort());
});

describe.each(LANGUAGES)('%s', (language) => {
  it.each(FILES)('has every word of %s in the order of the English one, and no other', (file) => {
    const keys = (of: string) => sentencesOf(read(of, file)).map(([path]) => path);
    expect(keys(language)).toEqual(keys('en'));
  });

  it.each(FILES)('fills in the same places in every sentence of %s', (file) => {
    const places = (of: string) =>
      Object.fromEntries(sentencesOf(read(of, file)).map(([path, words]) => [path, placesOf(parse(words))]));
    expect(places(language)).toEqual(places('en'));
  });

  it.each(FILES)('says the plurals of %s in each form that whole numbers take in it', (file) => {
    const { pluralCategories } = new Intl.PluralRules(language).resolvedOptions();
    for (const [path, words] of sentencesOf(read(language, file))) {
      for (const forms of pluralFormsOf(parse(words))) {
        expect(
          forms.filter((form) => !form.startsWith('=')),
          path,
        ).toEqual([...pluralCategories].sort());
      }
    }
  });

  it('has no sentence that is empty, padded or left in English', () => {
    const english = new Map(FILES.flatMap((file) => sentencesOf(read('en', file))));
    for (const [path, words] of FILES.flatMap((file) => sentencesOf(read(language, file)))) {
      expect(words.trim(), path).toBe(words);
      expect(words, path).not.toBe('');
      const isSentence =
        words
          .replace(/\{[^}]*\}|<[^>]*>/g, '')
          .trim()
          .split(/\s+/).length > 3;
      if (language !== 'en' && isSentence) expect(words, path).not.toBe(english.get(path));
    }
  });
});

describe('words of an operator', () => {
  const place = (name: string) => `\${${name}}`;
  const saying = (title: string) =>
    wordsOf('en', { en: { 'login-id': { 'login-id': { title } } } })('identifier.heading', { app: 'Acme' });

  it.each([
    "It's {'<b>'} {a, plural, one {b}} # ''",
    "'{'",
    "''{''}''",
    '<b>bold</b> & {app}',
    "'",
    "}{'<'>",
  ])('are text, whatever is in it: %s', (title) => {
    expect(saying(title)).toBe(title);
  });

  it('name the application where they say so, in that language and that place only', () => {
    expect(saying(`'${place('clientName')}' <- ${place(' clientName ')}'`)).toBe("'Acme' <- Acme'");
    expect(wordsOf('de', { en: { 'login-id': { 'login-id': { title: 'x' } } } })('identifier.continue')).toBe(
      wordsOf('de')('identifier.continue'),
    );
    expect(wordsOf('en')('identifier.heading', { app: 'Acme' })).toBe('Sign in to Acme');
  });
});
