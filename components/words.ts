// The words of the pages, as everyone who uses them sees them: a function from a key of the catalogue
// (messages/<language>/login.json) to text. Which language it speaks is decided by whoever hands it in.
import type { ReactNode } from 'react';
import type catalogue from '@/messages/en/login.json';

type Catalogue = typeof catalogue;

/** `screen.word`, checked against the English catalogue. */
export type WordKey = {
  [Screen in keyof Catalogue]: `${Screen}.${keyof Catalogue[Screen] & string}`;
}[keyof Catalogue];

/** What `createTranslator` of use-intl returns, narrowed to our keys. */
export type Words = {
  (key: WordKey, values?: Record<string, string | number>): string;
  /** For sentences with an element inside: `<time>{time}</time>` calls `values.time`. */
  rich(key: WordKey, values: Record<string, string | number | ((inside: ReactNode) => ReactNode)>): ReactNode;
};
