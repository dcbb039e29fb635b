// The words of messages, in sixteen languages. The type of every catalogue is that of the English one, so a sentence cannot
// be asked for that nobody has written. Knows neither HTML nor when what is said.
import { createTranslator } from 'use-intl/core';
import english from '@/messages/en/message.json';
import { directionOf, findLanguage, LANGUAGES, type Language } from './languages';

const CATALOGUES: Partial<Record<Language, typeof english>> = { en: english };

/** The words of one language: `translate('text', values)`, checked against the English catalogue. */
export type MessageWords = ReturnType<typeof createWords>;

/** The words for a BCP 47 tag, in the language that serves it, or in English. */
export function findWords(tag: string): MessageWords {
  const language = findLanguage(tag) ?? LANGUAGES[0];
  const made = wordsByLanguage.get(language) ?? createWords(language);
  wordsByLanguage.set(language, made);
  return made;
}

const wordsByLanguage = new Map<Language, MessageWords>();

function createWords(wanted: Language) {
  const language = wanted in CATALOGUES ? wanted : LANGUAGES[0];
  const message = CATALOGUES[language] ?? english;
  return {
    language,
    direction: directionOf(language),
    translate: createTranslator({ locale: language, messages: { message }, namespace: 'message' }),
  };
}
