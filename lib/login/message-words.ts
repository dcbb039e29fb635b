// The words of messages, in sixteen languages. The type of every catalogue is that of the English one, so a sentence cannot
// be asked for that nobody has written. Knows neither HTML nor when what is said.
import { createTranslator } from 'use-intl/core';
import ar from '@/messages/ar/message.json';
import de from '@/messages/de/message.json';
import en from '@/messages/en/message.json';
import es from '@/messages/es/message.json';
import fr from '@/messages/fr/message.json';
import he from '@/messages/he/message.json';
import hi from '@/messages/hi/message.json';
import it from '@/messages/it/message.json';
import ja from '@/messages/ja/message.json';
import ko from '@/messages/ko/message.json';
import nl from '@/messages/nl/message.json';
import pl from '@/messages/pl/message.json';
import ptBR from '@/messages/pt-BR/message.json';
import tr from '@/messages/tr/message.json';
import zhHans from '@/messages/zh-Hans/message.json';
import zhHant from '@/messages/zh-Hant/message.json';
import { directionOf, findLanguage, LANGUAGES, type Language } from './languages';

const CATALOGUES: Record<Language, typeof en> = {
  en,
  de,
  fr,
  es,
  'pt-BR': ptBR,
  it,
  nl,
  pl,
  tr,
  ar,
  he,
  ja,
  ko,
  'zh-Hans': zhHans,
  'zh-Hant': zhHant,
  hi,
};

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

function createWords(language: Language) {
  return {
    language,
    direction: directionOf(language),
    translate: createTranslator({
      locale: language,
      messages: { message: CATALOGUES[language] },
      namespace: 'message',
    }),
  };
}
