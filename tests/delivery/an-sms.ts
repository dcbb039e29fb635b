// One text message for the tests of the senders, as compose-sms.ts would make it.
import type { Sms } from '@/lib/login/message';

/** A text message with some fields of one's own. */
export function anSms(changes: Partial<Sms> = {}): Sms {
  return {
    idempotencyKey: 'login-message-q83vASNFZ4mrze8BI0VniQ',
    to: '+447700900123',
    body: '482913 is your Acme “Notes” & + % code.\n\n@login.acme.test #482913',
    language: 'en',
    request: { ip: '203.0.113.7', userAgent: 'Mozilla/5.0' },
    ...changes,
  };
}
