// Words of the pages, in the language chosen for one request. The type of every catalogue is that of the English one.
import { createTranslator } from 'use-intl/core';
import type { FormPostWords } from '@/lib/endpoints/answer-client';
import { wordsInstead } from '@/lib/login/custom-texts';
import { chooseLanguage, directionOf, type Language } from '@/lib/login/languages';
import type { CustomTexts } from '@/lib/login/settings';
import ar from '@/messages/ar/login.json';
import de from '@/messages/de/login.json';
import en from '@/messages/en/login.json';
import es from '@/messages/es/login.json';
import fr from '@/messages/fr/login.json';
import he from '@/messages/he/login.json';
import hi from '@/messages/hi/login.json';
import it from '@/messages/it/login.json';
import ja from '@/messages/ja/login.json';
import ko from '@/messages/ko/login.json';
import nl from '@/messages/nl/login.json';
import pl from '@/messages/pl/login.json';
import ptBR from '@/messages/pt-BR/login.json';
import tr from '@/messages/tr/login.json';
import zhHans from '@/messages/zh-Hans/login.json';
import zhHant from '@/messages/zh-Hant/login.json';

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
type Translators = Map<Language, ReturnType<typeof createWords>>;

/** By the texts of the operator: those that were read again make others. */
const translators = new WeakMap<CustomTexts, Translators>();
const OURS: CustomTexts = {};

/**
 * The words of the pages in that language: `t('screen.word', values)`, checked against the English catalogue.
 * @param texts what an operator has pages say instead
 */
export function wordsOf(language: Language, texts: CustomTexts = OURS): ReturnType<typeof createWords> {
  const known: Translators = translators.get(texts) ?? new Map();
  translators.set(texts, known);
  const made = known.get(language) ?? createWords(language, texts);
  known.set(language, made);
  return made;
}

function createWords(locale: Language, texts: CustomTexts) {
  const messages = structuredClone(CATALOGUES[locale]);
  for (const [word, sentence] of wordsInstead(texts[locale] ?? {})) {
    const [screen = '', key = ''] = word.split('.');
    (messages as Record<string, Record<string, string>>)[screen] = {
      ...(messages as Record<string, Record<string, string>>)[screen],
      [key]: sentence,
    };
  }
  return createTranslator({ locale, messages });
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
