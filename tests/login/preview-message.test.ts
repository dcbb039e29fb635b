// Previews: what an operator sees is what a person would be sent, and what is wrong stands beside it.
import { describe, expect, it } from 'vitest';
import { LANGUAGES } from '@/lib/login/languages';
import { type MessagePreview, type PreviewedConnection, previewMessage } from '@/lib/login/preview-message';

const email = {
  strategy: 'email',
  sendMode: 'both',
  codeLength: 6,
  codeLifetimeSeconds: 600,
  template: { from: null, subject: null, body: null },
} as const satisfies PreviewedConnection;

const sms = {
  strategy: 'sms',
  codeLength: 6,
  codeLifetimeSeconds: 600,
  template: null,
} as const satisfies PreviewedConnection;

const letterhead = { from: 'Acme <login@acme.test>', issuerHost: 'login.acme.test' };

function preview<Kind extends MessagePreview['kind']>(
  kind: Kind,
  connection: PreviewedConnection,
  sample: Partial<Parameters<typeof previewMessage>[1]> = {},
) {
  const given = { kind: 'login', language: 'en', applicationName: 'Acme Notes', ...sample } as const;
  const seen = previewMessage(connection, given, letterhead);
  if (seen.kind !== kind) throw new Error(`a preview of ${seen.kind}`);
  return seen as Extract<MessagePreview, { kind: Kind }>;
}

describe('the preview of an e-mail', () => {
  it('is subject, sender, HTML and text of a sample', () => {
    expect(preview('email', email)).toEqual({
      kind: 'email',
      subject: '482 913 is your Acme Notes code',
      from: 'Acme <login@acme.test>',
      html: expect.stringContaining('href="https://login.acme.test/passwordless/link/sample"'),
      text: expect.stringMatching(/^482913$/m),
      problems: [],
    });
  });

  it('carries what the connection sends, with codes of its length and life', () => {
    const code = preview('email', { ...email, sendMode: 'code', codeLength: 8, codeLifetimeSeconds: 180 });
    expect(code.subject).toBe('4829 1375 is your Acme Notes code');
    expect(code.text).toContain('It works for 3 minutes, until 14:05 UTC.');
    expect(code.text).not.toContain('https:');
    const link = preview('email', { ...email, sendMode: 'link' });
    expect(link.subject).toBe('Sign in to Acme Notes');
    expect(link.text).not.toContain('482913');
  });

  it('is of any kind', () => {
    expect(preview('email', email, { kind: 'new_device' }).subject).toBe('New sign-in to Acme Notes');
    const changed = preview('email', { ...email, sendMode: 'link' }, { kind: 'change_email' });
    expect(changed.subject).toBe('482 913 confirms your new email address');
  });

  it.each(LANGUAGES)('is in %s when that is asked for', (language) => {
    expect(preview('email', email, { language }).html).toContain(`<html lang="${language}"`);
    expect(preview('sms', sms, { language }).body).toMatch(/482913[\s\S]*\n\n@login\.acme\.test #482913$/);
  });

  it('shows the templates of the connection', () => {
    const template = {
      from: '{{ application.name }} <us@acme.test>',
      subject: 'Hello {{ code }}',
      body: '<p>{{ request_language }} {{ code }}</p>',
    };
    expect(preview('email', { ...email, template }, { language: 'fr' })).toEqual({
      kind: 'email',
      subject: 'Hello 482913',
      from: 'Acme Notes <us@acme.test>',
      html: '<p>fr 482913</p>',
      text: 'fr 482913\n',
      problems: [],
    });
  });

  it('MSG-5: names what is wrong with line and column, beside what is sent in its place', () => {
    const template = { from: 'us@acme.test', subject: '{{ code', body: '<p>\n  {{ cod }}</p>' };
    const seen = preview('email', { ...email, template });
    expect(seen.problems).toEqual([
      { part: 'subject', reason: expect.stringContaining('not closed'), line: 1, column: 1 },
      { part: 'body', reason: expect.stringContaining('there is no cod;'), line: 2, column: 6 },
    ]);
    expect(seen.from).toBe('us@acme.test');
    expect(seen.subject).toBe('482 913 is your Acme Notes code');
    expect(seen.html).toContain('class="code"');
  });

  it('names what only shows once a message is made: a body that signs nobody in', () => {
    const template = {
      ...email.template,
      body: '{% if send == "code" %}{{ code }}{% else %}Hello{% endif %}',
    };
    expect(preview('email', { ...email, template, sendMode: 'code' }).problems).toEqual([]);
    expect(preview('email', { ...email, template, sendMode: 'link' }).problems).toEqual([
      { part: 'body', reason: 'shows nothing to sign in with', line: 1, column: 1 },
    ]);
  });
});

describe('the preview of a text message', () => {
  it('is the body, and what it costs', () => {
    expect(preview('sms', sms)).toEqual({
      kind: 'sms',
      body: '482913 is your Acme Notes code.\n\n@login.acme.test #482913',
      encoding: 'GSM-7',
      characters: 57,
      segments: 1,
      warning: null,
      problems: [],
    });
  });

  it('warns when it is over one segment, in either encoding', () => {
    const long = (text: string) => preview('sms', { ...sms, template: { text, syntax: 'liquid' } });
    expect(long(`{{ code }} ${'a'.repeat(200)}`)).toMatchObject({
      encoding: 'GSM-7',
      segments: 2,
      warning: 'This is sent and paid for as 2 messages. One holds 160 characters.',
    });
    expect(long(`{{ code }} ✓ ${'a'.repeat(60)}`)).toMatchObject({
      encoding: 'UCS-2',
      segments: 2,
      warning:
        'This is sent and paid for as 2 messages. One holds 70 characters, because some of these are not in GSM-7.',
    });
  });

  it('names what is wrong with its template, in the syntax it is written in', () => {
    const template = { text: 'Hi\n@@cod@@', syntax: 'md_with_macros' } as const;
    expect(preview('sms', { ...sms, template })).toMatchObject({
      problems: [
        { part: 'template', reason: expect.stringContaining('there is no @@cod@@'), line: 2, column: 1 },
      ],
    });
    expect(preview('sms', { ...sms, template: { ...template, syntax: 'liquid' } }).problems).toEqual([]);
    expect(preview('sms', { ...sms, template: { text: 'a{% if', syntax: 'liquid' } })).toMatchObject({
      body: expect.stringContaining('482913 is your Acme Notes code.'),
      problems: [{ part: 'template', line: 1, column: 2 }],
    });
  });
});
