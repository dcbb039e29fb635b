// One e-mail for the tests of the senders, as compose-email.ts would make it.
import type { Email } from '@/lib/login/message';

/** An e-mail with some fields of one's own. */
export function anEmail(changes: Partial<Email> = {}): Email {
  return {
    idempotencyKey: 'login-message-q83vASNFZ4mrze8BI0VniQ',
    from: 'Acme “Notes” <login@acme.test>',
    to: 'Ann@x.test',
    subject: '482 913 is your Acme code',
    html: '<p>Your code: <b>482913</b> — “Acme”</p>',
    text: 'Your code\n\n482913\n\n“Acme”\n',
    language: 'en',
    ...changes,
  };
}

/** A signal of one's own that never aborts. */
export const unhurried = (): AbortSignal => new AbortController().signal;
