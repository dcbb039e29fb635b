// Words to begin with are words that the API keeps, and what they make of each message lets somebody sign in.
import { expect, it } from 'vitest';
import { previewMessage } from '@/lib/login/preview-message';
import { EMAIL_EXAMPLES, SMS_EXAMPLES } from '@/lib/web/console/message-examples';

const LETTERHEAD = { from: 'Acme <login@acme.test>', issuerHost: 'login.acme.test' };
const CODES = { codeLength: 6, codeLifetimeSeconds: 600 };
const SAMPLE = { language: 'en', applicationName: 'Acme Notes' };

it.each(Object.entries(EMAIL_EXAMPLES))('every kind of e-mail can be written with: %s', (_, body) => {
  for (const sendMode of ['both', 'code', 'link'] as const)
    for (const kind of ['login', 'change_email'] as const) {
      const template = { from: null, subject: null, body };
      const connection = { strategy: 'email', sendMode, ...CODES, template } as const;
      const seen = previewMessage(connection, { ...SAMPLE, kind }, LETTERHEAD);
      expect(seen.problems).toEqual([]);
      expect(seen).toMatchObject({ text: expect.stringContaining('You did not ask for it?') });
      expect(seen).toMatchObject({ text: expect.not.stringContaining('[]') });
    }
});

it('a text message that signs in can be, and is paid for as one', () => {
  const template = { text: SMS_EXAMPLES.line, syntax: 'liquid' } as const;
  const seen = previewMessage(
    { strategy: 'sms', ...CODES, template },
    { ...SAMPLE, kind: 'login' },
    LETTERHEAD,
  );
  expect(seen).toMatchObject({
    problems: [],
    segments: 1,
    body: expect.stringContaining('never ask for it'),
  });
});
