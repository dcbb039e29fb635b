// Words of the console, from one catalogue: English, until there is another.
import { createTranslator } from 'use-intl/core';
import words from '@/messages/en/console.json';

/** `t('page.word', values)`, checked against the catalogue. */
export const t = createTranslator({ locale: 'en', messages: words });

/** What a page is written in. */
export const LANGUAGE = 'en';
