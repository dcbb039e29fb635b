// Entries of the audit log as the console says them.
import 'server-only';
import { describeBrowser } from '@/lib/login/requesting-browser';
import { CONSOLE_PATH } from '@/lib/management/console-path';
import type { LogDocument } from '@/lib/management/logs';
import words from '@/messages/en/console.json';
import { t } from './words';

/** The log. */
export const LOGS_PAGE = `${CONSOLE_PATH}/logs`;

/** Path of the page of an entry. */
export function logPage(id: string): string {
  return `${LOGS_PAGE}/${encodeURIComponent(id)}`;
}

/** What happened. Of an operator’s change the sentence of the API stands there; a type that has no words stands as it is. */
export function eventWords({ type, description }: Pick<LogDocument, 'type' | 'description'>): string {
  if ((type === 'sapi' || type === 'mgmt_api_read') && description !== undefined) return description;
  return isNamed(type) ? t(`events.${type}`) : type;
}

function isNamed(type: string): type is keyof typeof words.events {
  return Object.hasOwn(words.events, type);
}

/** What failed, and what was limited; everything else is a matter of course. */
export function eventTone(type: string): 'plain' | 'heed' | 'bad' {
  if (type.startsWith('limit')) return 'heed';
  return type.startsWith('f') ? 'bad' : 'plain';
}

/** `Chrome, Windows`, as far as a User-Agent tells; of a program its name. */
export function browserWords(userAgent: string): string {
  const { browser, system } = describeBrowser(userAgent);
  const told = [browser, system].filter((part) => part !== null);
  return told.length === 0 ? (userAgent.split(' ')[0] ?? '').slice(0, UNKNOWN_SHOWN) : told.join(', ');
}

/** Of the name of what is no browser. */
const UNKNOWN_SHOWN = 40;
