// What the running server really sends, to a mail server and to Resend's interface, and what becomes of it when they
// refuse, dawdle or hang up, and when the server itself is killed between asking and sending. security.md §1.7.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createDatabase } from '@/tests/harness/database';
import { findSpills } from '@/tests/harness/evidence';
import { findFreePort } from '@/tests/harness/free-port';
import { everythingPrinted, type LatchkeyProcess, startLatchkey } from '@/tests/harness/latchkey';
import { type App, createApp } from '@/tests/harness/operator';
import { authorizationCodeOf, authorizePath, PUBLIC_CLIENT, redeem } from '@/tests/harness/public-client';
import { type ResendSink, startResendSink } from '@/tests/harness/resend-sink';
import { askForCode, readCode, typeCode } from '@/tests/harness/sign-in';
import { type SmtpSink, startSmtpSink } from '@/tests/harness/smtp-sink';
import { createVisitor, type Visit } from '@/tests/harness/visitor';
import { layLink } from '@/tests/store/interruptible-link';

const SECRET = 'n7Wq2Lx9TbVe4Rk0YsHc6MzPd1GfJuAo';
const NO_LIMITS = JSON.stringify({
  starts_per_ip: 1000,
  starts_per_recipient_hour: 1000,
  starts_per_recipient_day: 1000,
});
const APP_NAME = 'Visit evil.test & "win"';

let resend: ResendSink;
let smtp: SmtpSink;
let server: LatchkeyProcess;
let app: App;
/** Begun with the file, because it waits for a lease to run out. */
let crash: Promise<CrashStory>;

beforeAll(async () => {
  [resend, smtp] = await Promise.all([startResendSink(), startSmtpSink()]);
  server = await startLatchkey({
    DATABASE_URL: await createDatabase('messages'),
    SECRET,
    RESEND_API_KEY: resend.apiKey,
    RESEND_BASE_URL: resend.url,
    SMTP_URL: smtp.url,
    EMAIL_FROM: 'Latchkey <login@op.example>',
    LIMITS: NO_LIMITS,
  });
  app = await createApp(server, [...PUBLIC_CLIENT, APP_NAME]);
  crash = killBetweenAskingAndSending();
  crash.catch(() => {}); // its test looks at it
});

beforeEach(async () => {
  resend.behave({ kind: 'accept' });
  await smtp.behave({ kind: 'accept' });
});

afterAll(async () => {
  await server?.stop();
  await Promise.all([resend?.close(), smtp?.close()]);
  expect(resend.violations).toEqual([]);
  expect(findSpills(everythingPrinted())).toEqual([]);
});

/** Somebody new asks for a code. */
async function ask(address = `${randomUUID()}@example.com`, headers: Record<string, string> = {}) {
  const visitor = createVisitor(server.issuer, { headers });
  const codePage = await askForCode(visitor, await visitor.open(authorizePath(app)), address);
  return { visitor, codePage, address };
}

const countTo = (address: string) =>
  resend.messages.filter(({ to }) => [to].flat().includes(address)).length +
  smtp.messages.filter(({ to }) => to.includes(address)).length;

/** Opens the page again until it says so, as somebody who waits would. */
async function reloadUntil(
  visit: { visitor: ReturnType<typeof createVisitor>; codePage: Visit },
  words: string,
) {
  for (const giveUpAt = Date.now() + 15_000; Date.now() < giveUpAt; await sleep(250)) {
    const page = await visit.visitor.open(visit.codePage.url);
    if (page.text.includes(words)) return page;
  }
  throw new Error(`The page never said: ${words}`);
}

describe('a message', () => {
  it('goes to Resend first, as Resend describes its requests, to one person and once', async () => {
    const { visitor, codePage, address } = await ask();
    const email = await resend.waitForMessage(address);
    expect(email).toMatchObject({
      from: 'Latchkey <login@op.example>',
      to: [address],
      headers: { 'Auto-Submitted': 'auto-generated', 'Content-Language': 'en' },
    });
    expect(email.idempotencyKey).toMatch(/^login-message-[\w-]{22}$/);
    const code = /^\d{6}$/m.exec(email.text ?? '')?.[0] ?? '';
    expect(email.html?.replace(/[^0-9]/g, '')).toContain(code);
    expect((await typeCode(visitor, codePage, code)).leavesTo).not.toBeNull();
    await sleep(1500);
    expect(countTo(address)).toBe(1);
    expect(resend.violations).toEqual([]);
  });

  it('says for whom, from where, until when and what to do if it was not asked for (MSG-7)', async () => {
    const { address } = await ask();
    const { subject, text } = await resend.waitForMessage(address);
    expect(subject).toMatch(/^\d{3} \d{3} is your /);
    expect(text).toContain(`Or type this code at ${new URL(server.issuer).host}`);
    expect(text).toMatch(/Both work for 10 minutes, until \d\d:\d\d UTC\./);
    expect(text).toMatch(/Asked for at \d\d:\d\d UTC from Firefox on Linux\./);
    expect(text).toContain('Ignore this message');
    const links = text?.match(/https?:\S+/g) ?? [];
    expect(links.map((link) => link.replace(/[\w-]{56}/, '…'))).toEqual([
      `${server.issuer}/passwordless/link/…`,
      `${server.issuer}/passwordless/link/…/stop`,
    ]);
  });

  it('holds no text that a stranger chose, no link but its own, and no header but ours (MSG-2, MSG-3, MSG-4, LOG-3)', async () => {
    resend.behave({ kind: 'hang-up' });
    const address = `o'brien+a&b=${randomUUID()}@example.com`;
    await ask(address, {
      'User-Agent': 'Mozilla/5.0 <b>Claim your prize at https://prize.test now</b>',
      'Accept-Language': 'en, <script>',
      Referer: 'https://prize.test/',
    });
    const mail = await smtp.waitForMessage(address);
    expect(mail.to).toEqual([address]);
    const [head = '', body = ''] = mail.raw.toString('latin1').split(/\r\n\r\n(.*)/s);
    const names = [...head.replace(/\r\n[ \t]+/g, ' ').matchAll(/^([^:\r\n]+):/gm)].map(([, name]) => name);
    expect([...names].sort()).toEqual([
      'Auto-Submitted',
      'Content-Language',
      'Content-Type',
      'Date',
      'From',
      'MIME-Version',
      'Message-ID',
      'Subject',
      'To',
    ]);
    for (const words of [body, mail.html ?? '', mail.text ?? '', mail.subject]) {
      expect(words).not.toMatch(/prize|<script|<b>Claim|https?:\/\/(?!www\.w3\.org|localhost:)/i);
      expect(words).not.toContain('evil.test'); // the app's name, taken apart so that no program makes it a link
    }
    expect(mail.html).toContain('&amp;');
    expect(mail.subject).toContain('"win"');
  });

  it.each([
    'a@x.test,evil@y.test',
    'a@x.test;evil@y.test',
    '"a@x.test" <evil@y.test>',
    'a@x.test\r\nBcc: evil@y.test',
    'a@x.test%0aTo:evil@y.test',
    '"evil@y.test x"@x.test',
    'a(evil@y.test)@x.test',
    '@y.test:a@x.test',
    'a@x.test evil@y.test',
    'evil%y.test@x.test',
    'a@аpple.test',
    '<a@x.test>',
    'a\u0000@x.test',
    `${'a'.repeat(65)}@x.test`,
    `a@${'x.'.repeat(130)}test`,
    '|/bin/sh@x.test',
    '<a href=//evil>x</a>@x.test',
  ])('is not sent to %j, and the page says how an address looks (MSG-1, IDN-3, IDN-6)', async (typed) => {
    const before = [resend.requestCount(), smtp.messages.length];
    const { codePage } = await ask(typed);
    expect(codePage.status).toBe(200);
    expect(codePage.url.pathname).toMatch(/\/identifier$/);
    expect(codePage.text).toContain('Enter an address like name@example.com');
    expect([resend.requestCount(), smtp.messages.length]).toEqual(before);
  });
});

describe('when Resend', () => {
  it.each([
    ['answers 500', { kind: 'refuse', status: 500, name: 'application_error' }],
    ['answers 429', { kind: 'refuse', status: 429, name: 'rate_limit_exceeded', retryAfterSeconds: 1 }],
    ['answers 422', { kind: 'refuse', status: 422, name: 'validation_error' }],
    ['hangs up', { kind: 'hang-up' }],
  ] as const)('%s, the mail server gets the message in the same second (AVL-5)', async (_, behaviour) => {
    resend.behave(behaviour);
    const { visitor, codePage, address } = await ask();
    const code = await readCode(smtp, address, 3000);
    expect((await typeCode(visitor, codePage, code)).leavesTo).not.toBeNull();
    expect(countTo(address)).toBe(1);
  });

  it('does not answer for ten seconds, the mail server gets it then (AVL-5)', async () => {
    resend.behave({ kind: 'slow', delayMilliseconds: 13_000 });
    const askedAt = Date.now();
    const { address } = await ask();
    await readCode(smtp, address, 14_000);
    expect(Date.now() - askedAt).toBeGreaterThan(9_000);
  });
});

describe('when nobody takes a message', () => {
  it('for a moment, it arrives at the second try, once (MSG-6)', async () => {
    resend.behave({ kind: 'hang-up' });
    await smtp.behave({ kind: 'refuse', status: 451, at: 'recipient' });
    const { address } = await ask();
    await sleep(1000);
    await smtp.behave({ kind: 'accept' });
    await readCode(smtp, address, 8000);
    await sleep(1500);
    expect(countTo(address)).toBe(1);
  });

  it('for good, the page says so, the person goes on once it works again, and the code never shows (MSG-6, OTP-19)', async () => {
    resend.behave({ kind: 'refuse', status: 422, name: 'validation_error' });
    await smtp.behave({ kind: 'refuse', status: 550, at: 'recipient' });
    const asking = await ask();
    expect(asking.codePage.text).toContain('Enter your code');
    const trouble = await reloadUntil(asking, 'We could not send the message');
    expect(trouble.html).not.toMatch(/\b\d{6}\b|\b\d{3} \d{3}\b/);

    resend.behave({ kind: 'accept' });
    const tooSoon = await asking.visitor.submit(trouble, { press: 'Try again' });
    expect(tooSoon.text).toMatch(/try again in \d+ seconds/i);
    expect(countTo(asking.address)).toBe(0);

    const back = await asking.visitor.open(trouble.url.href.replace(/code$/, 'identifier'), {
      from: trouble,
    });
    const codePage = await askForCode(asking.visitor, back, asking.address);
    const { text } = await resend.waitForMessage(asking.address);
    const left = await typeCode(asking.visitor, codePage, /^\d{6}$/m.exec(text ?? '')?.[0] ?? '');
    expect(await redeem(server.address, app, authorizationCodeOf(left))).not.toBeNull();
  });

  it('the answer to the first step takes as long as ever (MSG-6, ENU-1)', async () => {
    async function medianMilliseconds(): Promise<number> {
      const taken: number[] = [];
      for (let round = 0; round < 9; round++) {
        const visitor = createVisitor(server.issuer);
        const page = await visitor.open(authorizePath(app));
        const begunAt = performance.now();
        await askForCode(visitor, page, `${randomUUID()}@example.com`);
        taken.push(performance.now() - begunAt);
      }
      return taken.sort((one, other) => one - other)[4] ?? Number.NaN;
    }
    const quick = await medianMilliseconds();
    resend.behave({ kind: 'slow', delayMilliseconds: 2000 });
    const slow = await medianMilliseconds();
    resend.behave({ kind: 'hang-up' });
    await smtp.behave({ kind: 'slow', delayMilliseconds: 2000 });
    const slowest = await medianMilliseconds();
    expect(slow).toBeLessThan(quick + 300);
    expect(slowest).toBeLessThan(quick + 300);
  });
});

type CrashStory = {
  askedAt: number;
  arrivedAt: number;
  copies: () => number;
  /** Types the code of the message on the page from before the crash, and redeems what comes of it. */
  finish: () => Promise<string | null>;
  end: () => Promise<void>;
};

/** The mail server holds its breath, the process is killed, both come back. */
async function killBetweenAskingAndSending(): Promise<CrashStory> {
  const post = await startSmtpSink();
  const link = await layLink(post.url);
  const environment = {
    DATABASE_URL: await createDatabase('crash'),
    SECRET,
    SMTP_URL: link.url,
    PORT: `${await findFreePort()}`,
  };
  const first = await startLatchkey(environment);
  const client = await createApp(first, [...PUBLIC_CLIENT, 'Shop']);
  const address = 'crash@example.com';
  const visitor = createVisitor(first.issuer);
  const firstPage = await visitor.open(authorizePath(client));
  await link.become('silent');
  const askedAt = Date.now();
  const codePage = await askForCode(visitor, firstPage, address);
  await first.kill();
  link.cut();
  await link.become('open');
  const second = await startLatchkey(environment);
  const code = await readCode(post, address, 60_000);
  return {
    askedAt,
    arrivedAt: Date.now(),
    copies: () => post.messages.length,
    async finish() {
      const left = await typeCode(visitor, codePage, code);
      return redeem(second.address, client, authorizationCodeOf(left));
    },
    async end() {
      await second.stop();
      await Promise.all([post.close(), link.close()]);
    },
  };
}

describe('when the server is killed between asking and sending', () => {
  it('the message arrives after the restart, once, and its code works on the page from before (AVL-3, AVL-5)', async () => {
    const story = await crash;
    expect(story.arrivedAt - story.askedAt).toBeLessThan(60_000);
    await sleep(2500);
    expect(story.copies()).toBe(1);
    expect(await story.finish()).not.toBeNull();
    await story.end();
  }, 75_000);
});
