// The mailbox a message is from: a display name, if there is one, and exactly one address. RFC 5322 §3.4.
import { emailRecipient } from './identifier';

export type Mailbox = Readonly<{ name: string; address: string }>;

/** Reads `login@x.test` or `Name <login@x.test>`, the name quoted or not; null for anything else. */
export function parseMailbox(text: string): Mailbox | null {
  const [, name = '', bracketed = text] = /^([^<>]*)<([^<>]*)>$/.exec(text.trim()) ?? [];
  const address = emailRecipient(bracketed);
  if (address === null || text.length > MAILBOX_MAX_LENGTH) return null;
  return { name: name.trim().replace(/^"(.*)"$/, '$1'), address };
}

/** The mailbox as a header value that is read in one way only: a name that holds more than letters is quoted. */
export function formatMailbox({ name, address }: Mailbox): string {
  const text = name
    .replace(/["\\<>\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  if (text === '') return address;
  return `${/^[\p{L}\p{M}\p{N} ]+$/u.test(text) ? text : `"${text}"`} <${address}>`;
}

const MAILBOX_MAX_LENGTH = 512;
