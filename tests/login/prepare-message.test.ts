// Messages as they are handed to a provider: an operator's template where there is one, our own words wherever it fails, and
// nothing of either that could reach anybody else. Looks at the raw bytes where headers are concerned.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createSmtpSender } from '@/lib/delivery/smtp';
import { LINK_PATH } from '@/lib/login/magic-link';
import type { Email, LoginMessage } from '@/lib/login/message';
import { type PreparedEmail, prepareEmail, prepareSms } from '@/lib/login/prepare-message';
import { startComputing } from '@/tests/harness/computing-time';
import { type SmtpSink, startSmtpSink } from '@/tests/harness/smtp-sink';

/** As long as they are. */
const LINK = `https://login.acme.test${LINK_PATH}/${'aB3_-x7'.repeat(8)}`;

const message: LoginMessage = {
  messageId: 'q83vASNFZ4mrze8BI0VniQ',
  kind: 'login',
  channel: 'email',
  connection: 'email',
  recipient: 'Ann@x.test',
  oneTimeCode: '482913',
  link: LINK,
  stopLink: `${LINK}/stop`,
  language: 'en',
  applicationName: 'Acme & Sons',
  reference: 'K7',
  askedAt: new Date('2026-11-20T14:02:31Z'),
  expiresAt: new Date('2026-11-20T14:12:31Z'),
  userAgent: null,
  ip: null,
};
const sms: LoginMessage = {
  ...message,
  channel: 'sms',
  connection: 'sms',
  recipient: '+12025550123',
  link: null,
  stopLink: null,
};

const letterhead = { from: 'Acme <login@acme.test>', issuerHost: 'login.acme.test' };
const OWN = { from: null, subject: null, body: null };

type Templates = Partial<typeof OWN | Record<keyof typeof OWN, string | null>>;

function prepare(template: Templates = {}, changes: Partial<LoginMessage> = {}): PreparedEmail {
  const prepared = prepareEmail(
    { ...message, ...changes },
    { template: { ...OWN, ...template } },
    letterhead,
  );
  if ('unsendable' in prepared) throw new Error(prepared.unsendable);
  return prepared;
}

const ours = (changes: Partial<LoginMessage> = {}) => prepare({}, changes).email;

describe('an e-mail without a template', () => {
  it('has our words and the sender of the server', () => {
    expect(prepare()).toEqual({
      email: expect.objectContaining({
        from: letterhead.from,
        to: 'Ann@x.test',
        subject: '482 913 is your Acme & Sons code',
        language: 'en',
      }),
      templateProblem: null,
    });
  });

  it('MSG-1: is not sent to what is not exactly one address', () => {
    for (const recipient of ['a@x.test,b@y.test', 'a@x.test\r\nBcc: b@y.test', '']) {
      const prepared = prepareEmail({ ...message, recipient }, { template: OWN }, letterhead);
      expect(prepared).toEqual({ unsendable: expect.not.stringContaining('@') });
    }
  });
});

describe('an e-mail with a template', () => {
  const body = `<!doctype html><html><head><title>Hi</title><style>p{color:red}</style></head><body>
    <h1>Hello</h1><p>Press <a href="{{ link }}">here, {{ application.name }}</a> now, or type:</p>
    <table><tr><td><b>{{ code }}</b></td></tr></table><img src="https://acme.test/logo.png" alt="Acme"></body></html>`;

  it('says what the operator wrote, in HTML and as text', () => {
    const { email, templateProblem } = prepare({
      from: '{{ application.name }} <hello@acme.test>',
      subject: '{{ code }} for {{ application.name }}',
      body,
    });
    expect(templateProblem).toBeNull();
    expect(email.from).toBe('"Acme & Sons" <hello@acme.test>');
    expect(email.subject).toBe('482913 for Acme & Sons');
    expect(email.html).toContain(`<a href="${LINK}">here, Acme &amp; Sons</a>`);
    expect(email.text).toBe(`Hello\n\nPress here, Acme & Sons\n${LINK}\nnow, or type:\n\n482913\n`);
  });

  it('AVL-5: is the same to the letter each time, also where it tells the time', () => {
    const template = { body: body.replace('Hello', "Hello at {{ 'now' | date: '%H:%M:%S' }}") };
    expect(prepare(template)).toEqual(prepare(template));
    expect(prepare(template).email.text).toContain('14:02:31');
    expect(prepare(template).email.idempotencyKey).toBe(ours().idempotencyKey);
  });

  it('decides by what the message carries', () => {
    const source = `{% if operation == 'change_email' %}New: {{ code }}{% elsif send == 'link' %}<a href="{{ link }}">Open</a>
      {% else %}{{ send }} {{ code }} {{ email }} {{ request_language }}{% endif %}`;
    const textOf = (changes: Partial<LoginMessage>) => prepare({ body: source }, changes).email.text.trim();
    expect(textOf({ link: null, language: 'pt-BR' })).toBe('code 482913 Ann@x.test pt-BR');
    expect(textOf({})).toBe('both 482913 Ann@x.test en');
    expect(textOf({ oneTimeCode: null })).toBe(`Open\n${LINK}`);
    expect(textOf({ link: null, kind: 'change_email' })).toBe('New: 482913');
  });

  it('MSG-3: holds names and addresses as text', () => {
    const hostile = '<a href=//evil.test>x</a>';
    const { email } = prepare(
      { body: '{{ application.name }} {{ email }} {{ code }}', subject: '{{ application.name }}' },
      { applicationName: hostile, recipient: "o'brien&co@x.test" },
    );
    expect(email.html).not.toMatch(/<a|o'brien/);
    expect(email.html).toContain('o&#39;brien&amp;co@x.test');
    expect(email.text).toContain("o'brien&co@x.test");
  });

  it('MSG-4: names an application so that no mail program makes a link of it', () => {
    const { email } = prepare(
      {
        from: '{{ application.name }} <a@acme.test>',
        subject: '{{ application.name }}',
        body: '{{ application.name }} {{ code }}',
      },
      { applicationName: 'https://evil.test/x' },
    );
    for (const words of [email.from, email.subject, email.html, email.text]) {
      expect(words).not.toMatch(/evil\.test|:\/\//);
    }
  });

  it('MSG-5: reads no template in a name or an address', () => {
    const { email } = prepare(
      { subject: '{{ application.name }}', body: '{{ application.name }} {{ email }} {{ link }}' },
      { applicationName: '{{ code }} {% for i in (1..9) %}', recipient: '{{code}}@x.test' },
    );
    expect(email.subject.replaceAll('\u200b', '')).toBe('{{ code }} {% for i in (1..9) %}');
    expect(email.html + email.subject).not.toContain('482913');
  });

  it('leaves a notice about a new device to our own words, under its sender', () => {
    const notice = { kind: 'new_device', oneTimeCode: null, link: null } as const;
    const { email } = prepare({ from: 'Us <us@acme.test>', subject: 'Code {{ code }}', body }, notice);
    expect(email).toEqual({ ...ours(notice), from: 'Us <us@acme.test>' });
  });
});

describe('where a template fails', () => {
  it.each([
    ['from', '{{ application.name }}', 'one address'],
    ['from', 'Acme <{{ email }}>, b@y.test', 'one address'],
    ['from', '{% if %}', 'value expression'],
    ['subject', '{{ code', 'not closed'],
    ['subject', '{% if operation %}x{% endif %}', 'gives nothing'],
    ['body', '{{ code | frobnicate }}', 'undefined filter'],
    ['body', '{% for i in (1..999999999) %}{{ code }}{% endfor %}', 'limit exceeded'],
    ['body', 'x'.repeat(20_481), '20480 characters at most'],
    ['body', '{{ code }}{% include "/etc/passwd" %}', '"include" not found'],
    [
      'body',
      '{% if send == "code" %}{{ code }}{% elsif send == "link" %}{{ link }}{% endif %}',
      'gives nothing',
    ],
    ['body', '<p>Welcome to {{ application.name }}</p>', 'nothing to sign in with'],
  ] as const)('MSG-8: %s %s: our words go out in its place, and the log is told', (part, source, reason) => {
    const computedMs = startComputing();
    const { email, templateProblem } = prepare({ [part]: source });
    expect(computedMs()).toBeLessThan(1_000);
    expect(email).toEqual(ours());
    expect(templateProblem).toMatchObject({ part, reason: expect.stringContaining(reason), line: 1 });
    expect(JSON.stringify(templateProblem)).not.toMatch(/482913|x\.test/);
  });

  it('MSG-8: the others are used all the same', () => {
    const { email, templateProblem } = prepare({
      subject: '{{',
      body: '<b>{{ code }}</b>',
      from: 'us@acme.test',
    });
    expect(email).toMatchObject({ from: 'us@acme.test', subject: ours().subject, html: '<b>482913</b>' });
    expect(templateProblem).toMatchObject({ part: 'subject' });
  });

  it('accepts a code in groups, and a link inside another address', () => {
    const grouped = '{{ code | slice: 0, 3 }}&nbsp;<b>{{ code | slice: 3, 3 }}</b>';
    expect(prepare({ body: grouped }).templateProblem).toBeNull();
    const wrapped = '<a href="https://app.acme.test/open?to={{ link | url_encode }}">Open</a>';
    expect(prepare({ body: wrapped }, { oneTimeCode: null }).templateProblem).toBeNull();
  });

  it('words that came from Auth0 with its sender give way to ours', () => {
    const { email, templateProblem } = prepare({
      from: '{{ application.name }} <root@auth0.com>',
      subject: 'Welcome',
      body: '{{ code }}',
    });
    expect(email).toEqual(ours());
    expect(templateProblem).toMatchObject({ part: 'from' });
  });

  it.each([
    ['deep', '<div>'.repeat(4_000)],
    ['wide', '<i>x</i>'.repeat(2_500)],
    ['never closed', `<a ${'href=x '.repeat(2_500)}`],
    ['full of comments', '<!--'.repeat(5_000)],
    ['full of entities', '&amp'.repeat(5_000)],
    ['a table of tables', '<table><tr><td>'.repeat(1_300)],
  ])('MSG-5: markup that is %s is read in no time', (_, markup) => {
    const computedMs = startComputing();
    expect(prepare({ body: `{{ code }}${markup}` }).email.to).toBe('Ann@x.test');
    expect(computedMs()).toBeLessThan(2_000);
  });
});

describe('over the wire', () => {
  let sink: SmtpSink;
  beforeAll(async () => {
    sink = await startSmtpSink();
  });
  beforeEach(() => {
    sink.messages.length = 0;
  });
  afterAll(() => sink.close());

  async function transmit(email: Email) {
    const outcome = await createSmtpSender({ url: sink.url }).send(email, AbortSignal.timeout(10_000));
    expect(outcome).toMatchObject({ kind: 'accepted' });
    const [mail, ...more] = sink.messages;
    if (!mail || more.length > 0) throw new Error('not one message');
    return mail;
  }

  it.each([
    'Acme\r\nBcc: evil@y.test\r\n\r\n<h1>evil</h1>',
    'Acme\nBcc: evil@y.test',
    'Acme\u2028Bcc: evil@y.test',
    'Acme" <evil@y.test>, "x',
    'Acme, evil@y.test',
    'Acme <evil@y.test>',
    'Acme\\" <evil@y.test>',
    '(evil@y.test) Acme;',
    '=?utf-8?q?Acme=0d=0aBcc:_evil=40y.test?=',
    'Ümläut ✓ 日本',
    `Acme ${'long '.repeat(200)}`,
  ])(
    'MSG-1, MSG-2: an application called %j adds no header, no recipient and no sender',
    async (applicationName) => {
      const { email, templateProblem } = prepare(
        {
          from: '{{ application.name }} <hello@acme.test>',
          subject: '{{ code }}\r\nX-Evil: {{ application.name }}',
          body: '{{ application.name }}\r\nBcc: x@y.test\r\n{{ code }}',
        },
        { applicationName, language: 'en\r\nBcc: evil@y.test' },
      );
      const mail = await transmit(email);
      expect([...mail.headers.keys()].sort()).toEqual(HEADERS);
      expect(mail.to).toEqual(['Ann@x.test']);
      // A name that would make the sender ambiguous costs the template's sender, not the message.
      expect(mail.from).toBe(templateProblem === null ? 'hello@acme.test' : 'login@acme.test');
      expect(mail.headers.get('to')).toBe('Ann@x.test');
      expect(mail.headers.get('from')).toMatch(/<(?:hello|login)@acme\.test>$/);
      const [head = ''] = mail.raw.toString('latin1').split('\r\n\r\n');
      expect(head).not.toMatch(/^(?:Bcc|X-Evil):/im);
    },
  );

  it.each(['en', 'ar', 'ja'])(
    'the link arrives whole in both parts in %s, and in no two lines',
    async (language) => {
      const mail = await transmit(ours({ language }));
      expect(mail.html).toContain(`href="${LINK}"`);
      expect(mail.text?.split('\n')).toEqual(expect.arrayContaining([LINK, `${LINK}/stop`, '482913']));
      expect(mail.headers.get('content-language')).toBe(language);
    },
  );

  it('a long link of a template arrives whole too', async () => {
    const link = `${LINK}?${'scope=openid%20profile&'.repeat(20)}x=1`;
    const mail = await transmit(prepare({ body: '<a href="{{ link }}">{{ code }}</a>' }, { link }).email);
    expect(mail.html).toContain(`href="${link.replaceAll('&', '&amp;')}"`);
    expect(mail.text?.split('\n')).toContain(link);
  });
});

/** Every header of our mail. */
const HEADERS = [
  'auto-submitted',
  'content-language',
  'content-type',
  'date',
  'from',
  'message-id',
  'mime-version',
  'subject',
  'to',
];

describe('a text message', () => {
  const text = (
    source: string | null,
    changes: Partial<LoginMessage> = {},
    syntax?: 'liquid' | 'md_with_macros',
  ) =>
    prepareSms(
      { ...sms, ...changes },
      { template: source === null ? null : { text: source, syntax: syntax ?? 'liquid' } },
      letterhead,
    );

  it('MSG-7: has our words, and ends with the line for our host', () => {
    expect(text(null)).toEqual({
      sms: expect.objectContaining({
        to: '+12025550123',
        body: '482913 is your Acme & Sons code.\n\n@login.acme.test #482913',
      }),
      templateProblem: null,
    });
  });

  it('MSG-7: has the words of the operator in either syntax, and the same last line', () => {
    const body = 'Code 482913 from Acme & Sons for +12025550123 (en)\n\n@login.acme.test #482913';
    const liquid =
      'Code {{ password }} from {{ application.name }} for {{ phone_number }} ({{ request_language }})';
    const macros = 'Code @@password@@ from @@application.name@@ for @@phone_number@@ (@@request_language@@)';
    expect(text(liquid)).toMatchObject({ sms: { body }, templateProblem: null });
    expect(text(macros, {}, 'md_with_macros')).toMatchObject({ sms: { body }, templateProblem: null });
  });

  it('MSG-5: reads no template in a name', () => {
    const named = { applicationName: '@@code@@ {{ code }}' };
    expect(text('@@application.name@@', named, 'md_with_macros')).toMatchObject({
      sms: { body: expect.stringMatching(/^@\s?@\s?code@\s?@ \{\{ code \}\}\n/) },
    });
  });

  it.each(['{{ code', '{% for i in (1..999999999) %}{% endfor %}', '{{ operation }}', 'x'.repeat(5_121)])(
    'MSG-8: a template that fails (%s) gives way to our words, and the log is told',
    (source) => {
      const own = text(null);
      expect(text(source)).toEqual({
        ...own,
        templateProblem: { part: 'template', reason: expect.any(String), line: 1, column: 1 },
      });
    },
  );

  it('is not sent to what is not one number, nor without a code', () => {
    expect(text(null, { recipient: '+12025550123,+12025550124' })).toHaveProperty('unsendable');
    expect(text('{{ code }}', { oneTimeCode: null })).toHaveProperty('unsendable');
  });
});
