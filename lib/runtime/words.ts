// Words for people, in the language chosen for one request. Which languages there are is told by the catalogues.
import { createTranslator } from 'use-intl/core';
import type { FormPostWords } from '@/lib/endpoints/answer-client';
import login from '@/messages/en/login.json';

/** BCP 47 tags that the pages speak, the default first. */
export const LANGUAGES = ['en'] as const;
export type Language = (typeof LANGUAGES)[number];

const CATALOGUES: Record<Language, typeof login> = { en: login };
const translators = new Map<Language, ReturnType<typeof createWords>>();

/** The words of the pages in that language: `t('screen.word', values)`, checked against the English catalogue. */
export function wordsOf(language: Language): ReturnType<typeof createWords> {
  const made = translators.get(language) ?? createWords(language);
  translators.set(language, made);
  return made;
}

function createWords(locale: Language) {
  return createTranslator({ locale, messages: CATALOGUES[locale] });
}

/**
 * The first language that is both wanted and spoken: `ui_locales` of the request, then the browser's Accept-Language,
 * then the default (RFC 4647 §3.4 look-up).
 */
export function chooseLanguage(uiLocales: readonly string[], acceptLanguage: string | null): Language {
  const accepted = (acceptLanguage ?? '')
    .split(',')
    .slice(0, 20)
    .map((range) => range.split(';')[0]?.trim() ?? '');
  for (const wanted of [...uiLocales, ...accepted]) {
    const spoken = lookUp(wanted);
    if (spoken !== null) return spoken;
  }
  return LANGUAGES[0];
}

function lookUp(range: string): Language | null {
  for (let tag = range.toLowerCase(); tag !== ''; tag = tag.slice(0, Math.max(0, tag.lastIndexOf('-')))) {
    const spoken = LANGUAGES.find((language) => language.toLowerCase() === tag);
    if (spoken !== undefined) return spoken;
  }
  return null;
}

/** Words of the page that posts an answer to a client. */
export const formPostWords: FormPostWords = (acceptLanguage) => {
  const language = chooseLanguage([], acceptLanguage);
  const t = wordsOf(language);
  return {
    language,
    title: t('formPost.title'),
    explanation: t('formPost.explanation'),
    button: t('formPost.button'),
  };
};
