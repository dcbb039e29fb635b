// Words of the pages, in the language chosen for one request. The type of every catalogue is that of the English one.
import { createTranslator } from 'use-intl/core';
import type { FormPostWords } from '@/lib/endpoints/answer-client';
import { chooseLanguage, directionOf, type Language } from '@/lib/login/languages';
import en from '@/messages/en/login.json';

const CATALOGUES: Record<Language, typeof en> = { en };
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

/** Words of the page that posts an answer to a client. */
export const formPostWords: FormPostWords = (acceptLanguage) => {
  const language = chooseLanguage([], acceptLanguage);
  const t = wordsOf(language);
  return {
    language,
    direction: directionOf(language),
    title: t('formPost.title'),
    explanation: t('formPost.explanation'),
    button: t('formPost.button'),
  };
};
