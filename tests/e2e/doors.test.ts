// The two doors of a sign-in's pages: our server, which answers them before Next, and Next's own server out of the standalone
// output, which is all there is on hosts without ours. One installation of both, so that each meets what the other made:
// the same pages, forms that are taken by either, and the same refusals. docs/decisions/0027, security.md §0.1.
import { randomBytes, randomUUID } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CookieJar } from '@/tests/harness/cookie-jar';
import { createDatabase } from '@/tests/harness/database';
import { findSpills } from '@/tests/harness/evidence';
import { findFreePort } from '@/tests/harness/free-port';
import { everythingPrinted, type LatchkeyProcess, startLatchkey } from '@/tests/harness/latchkey';
import { type App, createApp } from '@/tests/harness/operator';
import { authorizationCodeOf, authorizePath, PUBLIC_CLIENT, redeem } from '@/tests/harness/public-client';
import { askForCode, readCode, signIn, wrongCode } from '@/tests/harness/sign-in';
import { type SmtpSink, startSmtpSink } from '@/tests/harness/smtp-sink';
import { startTwilioSink, type TwilioSink } from '@/tests/harness/twilio-sink';
import { createVisitor, type Visit, type Visitor } from '@/tests/harness/visitor';

let post: SmtpSink;
let twilio: TwilioSink;
let doors: { front: LatchkeyProcess; next: LatchkeyProcess };
let app: App;
let theirs: App;

const OPERATOR = { client_id: 'operator', client_secret: randomBytes(24).toString('base64url') };

type Door = keyof typeof doors;
const DOORS = ['front', 'next'] as const satisfies Door[];

beforeAll(async () => {
  [post, twilio] = await Promise.all([startSmtpSink(), startTwilioSink()]);
  const port = `${await findFreePort()}`;
  const shared = {
    DATABASE_URL: await createDatabase('doors'),
    SECRET: randomBytes(32).toString('hex'),
    ISSUER: `http://localhost:${port}`,
    SMTP_URL: post.url,
    TWILIO_ACCOUNT_SID: twilio.accountSid,
    TWILIO_AUTH_TOKEN: twilio.authToken,
    TWILIO_FROM: '+4915155500000',
    TWILIO_API_BASE_URL: twilio.url,
    LIMITS: JSON.stringify({ starts_per_ip: 10_000, guesses_per_ip: 10_000 }),
    MANAGEMENT_CLIENT_ID: OPERATOR.client_id,
    MANAGEMENT_CLIENT_SECRET: OPERATOR.client_secret,
  };
  doors = {
    front: await startLatchkey({ ...shared, PORT: port }),
    next: await startLatchkey(shared, '.next/standalone/server.js'),
  };
  app = await createApp(doors.front, [...PUBLIC_CLIENT, 'Shop']);
  theirs = await createApp(doors.front, ['--third-party', ...PUBLIC_CLIENT, 'Shop of others']);
});

afterAll(async () => {
  await Promise.all(Object.values(doors ?? {}).map((server) => server.stop()));
  await Promise.all([post?.close(), twilio?.close()]);
  expect(findSpills(everythingPrinted())).toEqual([]);
});

/** Both doors know it within five seconds. */
async function setPrimaryColor(primary: string | null): Promise<void> {
  const { address, issuer } = doors.front;
  const send = (path: string, method: string, body: object, token = '') =>
    fetch(address + path, {
      method,
      headers: { 'Content-Type': 'application/json', ...(token && { Authorization: `Bearer ${token}` }) },
      body: JSON.stringify(body),
    });
  const asked = { grant_type: 'client_credentials', audience: `${issuer}/api/v2/`, ...OPERATOR };
  const { access_token: token } = await (await send('/oauth/token', 'POST', asked)).json();
  expect((await send('/api/v2/branding', 'PATCH', { colors: { primary } }, token)).status).toBe(200);
}

const newAddress = () => `${randomUUID()}@example.com`;

/** A browser that comes through a door; with the jar of another, the same browser. */
function through(door: Door, jar?: CookieJar, language = 'en'): Visitor {
  return createVisitor(doors.front.issuer, {
    connectTo: doors[door].address,
    headers: { 'Accept-Language': language },
    ...(jar && { jar }),
  });
}

async function arrive(language?: string, parameters?: Record<string, string>) {
  const visitor = through('front', undefined, language);
  return { visitor, page: await visitor.open(authorizePath(app, parameters)) };
}

/** Somebody who has proven who they are, and is asked what the client may have. */
async function askedForConsent() {
  const visitor = through('front');
  const address = newAddress();
  const page = await visitor.open(authorizePath(theirs));
  const consentPage = await signIn(visitor, page, { post, address });
  expect(consentPage.url.pathname).toMatch(/\/consent$/);
  return { visitor, consentPage };
}

describe('a page of a sign-in', () => {
  /** What both doors should write: not Next's scripts and React's marks for them, nor the nonce, nor what counts down. */
  function essence(html: string) {
    const plain = html
      .replace(/<script(?! src="\/login\.js)[^>]*>.*?<\/script>|<link rel="preload"[^>]*>/gs, '')
      .replace(/<!--.*?-->/gs, '')
      .replace('<div hidden=""></div>', '')
      .replace(/ nonce="[^"]*"/g, '')
      .replace(/ data-(?:countdown|waits)="[^"]*"/g, '')
      // Of two answers one may be given a second later.
      .replace(/in \d+ seconds/g, 'in a while');
    const [head = '', body = ''] = plain.split('</head>');
    return { head: head.split(/(?=<)/).sort(), body };
  }

  async function expectSame({ jar }: Visitor, path: string, language?: string): Promise<string> {
    const [front, next] = await Promise.all(
      DOORS.map(async (door) => through(door, jar, language).send(path)),
    );
    const html = (await front?.text()) ?? '';
    expect(front?.status, path).toBe(next?.status);
    expect(front?.headers.get('location') ?? null, path).toBe(next?.headers.get('location') ?? null);
    expect(essence(html), path).toEqual(essence((await next?.text()) ?? ''));
    return html;
  }

  it('is the same at both doors, at every step and with whatever it has to say', async () => {
    const { visitor, page } = await arrive();
    const path = page.url.pathname;
    expect(await expectSame(visitor, path)).toContain('Sign in to Shop');
    await visitor.submit(page, { fields: { identifier: 'maria@' }, press: 'Continue' });
    expect(await expectSame(visitor, path)).toContain('aria-invalid="true"');
    const address = newAddress();
    const codePage = await askForCode(visitor, page, address);
    const codePath = codePage.url.pathname;
    expect(await expectSame(visitor, codePath)).toContain('Enter your code');
    const news = await expectSame(visitor, codePath.replace('code', 'delivery'));
    expect(JSON.parse(news)).toEqual({ state: 'under_way' });
    const code = await readCode(post, address);
    await visitor.submit(codePage, { fields: { code: wrongCode(code) }, press: 'Continue' });
    expect(await expectSame(visitor, codePath)).toContain('4 tries left');
    await visitor.submit(codePage, { press: 'Send it again' });
    expect(await expectSame(visitor, codePath)).toContain('Please try again in');
    authorizationCodeOf(await visitor.submit(codePage, { fields: { code }, press: 'Continue' }));
    expect(await expectSame(visitor, codePath)).toContain('This sign-in is finished');
  });

  it('wears the colours of the brand, admitted by the policy of the answer', async () => {
    const { visitor, page } = await arrive();
    const look = async (door: Door) => {
      const response = await through(door, visitor.jar).send(page.url.pathname);
      const [, nonce = null] = /<style nonce="([^"]+)"/.exec(await response.text()) ?? [];
      return { nonce, policy: response.headers.get('content-security-policy') };
    };
    const isBranded = async () => (await Promise.all(DOORS.map(look))).map(({ nonce }) => nonce !== null);
    await setPrimaryColor('#0a7d4f');
    await expect.poll(isBranded, { timeout: 15_000 }).toEqual([true, true]);
    for (const door of DOORS) {
      const { nonce, policy } = await look(door);
      expect(policy, door).toContain(`style-src 'self' 'nonce-${nonce}'`);
    }
    await setPrimaryColor(null);
    await expect.poll(isBranded, { timeout: 15_000 }).toEqual([false, false]);
  });

  it('is the same in a language that is read from the right, and where the country of a number is asked for', async () => {
    const { visitor, page } = await arrive('ar', { connection: 'sms' });
    await visitor.submit(page, { fields: { identifier: '0151 2345678' }, press: 'متابعة' });
    expect(await expectSame(visitor, page.url.pathname, 'ar')).toContain('<html lang="ar" dir="rtl">');
  });

  it('that asks for consent is the same at both', async () => {
    const { visitor, consentPage } = await askedForConsent();
    expect(await expectSame(visitor, consentPage.url.pathname)).toContain('Shop of others');
  });

  it('that leads elsewhere, or is nobody’s, does so at both', async () => {
    const { visitor, page } = await arrive();
    const early = page.url.pathname.replace('identifier', 'code');
    const [front, next] = await Promise.all(
      DOORS.map(async (door) => (await through(door, visitor.jar).open(early)).url.pathname),
    );
    expect([front, next]).toEqual([page.url.pathname, page.url.pathname]);
    for (const step of ['identifier', 'code', 'done'])
      expect(await expectSame(visitor, `/login/AAAAAAAAAAAAAAAAAAAAAA/${step}`)).toContain('out of date');
  });

  it('brings no script of Next’s from our server, and travels small', async () => {
    const { visitor, page } = await arrive();
    const sources = [...page.html.matchAll(/<(?:script|link)\b[^>]*?(?:src|href)="([^"?]*)/g)].map(
      ([, at]) => at,
    );
    expect(sources.filter((at) => !at?.endsWith('.css'))).toEqual(['/favicon.svg', '/login.js']);
    const plain = await visitor.send(page.url);
    const zipped = await visitor.send(page.url, { headers: { 'Accept-Encoding': 'br, gzip' } });
    const bytes = Buffer.from(await zipped.arrayBuffer());
    expect(zipped.headers.get('content-encoding')).toBe('gzip');
    expect(gunzipSync(bytes).toString().length).toBe((await plain.text()).length);
    expect(bytes.length).toBeLessThan(2_000);
    const refused = await visitor.send(page.url, { headers: { 'Accept-Encoding': 'gzip;q=0, identity' } });
    expect(refused.headers.get('content-encoding')).toBeNull();
    const head = await visitor.send(page.url, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-type'), await head.text()]).toEqual([
      200,
      'text/html; charset=utf-8',
      '',
    ]);
  });
});

describe('a form of a sign-in', () => {
  it.each([
    { shownBy: 'front', takenBy: 'next' },
    { shownBy: 'next', takenBy: 'front' },
  ] as const)('that $shownBy showed is taken by $takenBy, each of them', async ({ shownBy, takenBy }) => {
    const { visitor, page } = await arrive();
    const [shower, taker] = [through(shownBy, visitor.jar), through(takenBy, visitor.jar)];
    const show = (visit: Visit) => shower.open(visit.url);

    const german = await taker.submit(await show(page), {
      fields: { language: 'de' },
      press: 'Change language',
    });
    expect(german.html).toContain('<html lang="de"');
    const english = await taker.submit(await show(page), {
      fields: { language: 'en' },
      press: 'Sprache ändern',
    });
    expect(english.html).toContain('<html lang="en"');

    const address = newAddress();
    const codePage = await taker.submit(await show(english), {
      fields: { identifier: address },
      press: 'Continue',
    });
    const code = await readCode(post, address);
    const early = await taker.submit(await show(codePage), { press: 'Send it again' });
    expect(early.text).toContain('Please try again in');
    const wrong = await taker.submit(await show(early), {
      fields: { code: wrongCode(code) },
      press: 'Continue',
    });
    expect(wrong.text).toContain('4 tries left');
    const left = await taker.submit(await show(wrong), { fields: { code }, press: 'Continue' });
    expect(await redeem(doors.front.address, app, authorizationCodeOf(left))).toEqual(expect.any(String));

    const { visitor: asked, consentPage } = await askedForConsent();
    const allowing = await through(shownBy, asked.jar).open(consentPage.url);
    authorizationCodeOf(await through(takenBy, asked.jar).submit(allowing, { press: 'Allow' }));
  });

  it.each(DOORS)(
    'that another site sends is refused at the door %s, and by the action itself (FRM-2, NXT-2)',
    async (door) => {
      const { visitor, page } = await arrive();
      const victim = newAddress();
      const browser = through(door, visitor.jar);
      const { url, method, headers, body } = await browser.compose(page, {
        fields: { identifier: victim },
        press: 'Continue',
      });
      const forgeries: Record<string, string>[] = [
        { Origin: 'https://evil.test', 'Sec-Fetch-Site': 'cross-site' },
        { Origin: url.origin, 'Sec-Fetch-Site': 'same-site' },
        { Origin: 'null', 'Sec-Fetch-Site': 'cross-site' },
      ];
      for (const forged of forgeries) {
        for (const guarded of [{}, { 'x-latchkey-front': 'x', 'x-nonce': 'x' }]) {
          const sent = { ...headers, ...forged, ...guarded };
          const response = await browser.send(url, { method, headers: sent, ...(body && { body }) });
          expect(response.status).toBeGreaterThanOrEqual(400);
          expect(response.headers.getSetCookie()).toEqual([]);
        }
      }
      expect(post.messages.filter(({ to }) => to.includes(victim))).toEqual([]);
    },
  );
});

it.each([
  '/passwordless/start',
  '/otp/challenge',
  '/co/authenticate',
  '/api/users',
  '/api/v2/users',
  '/webhooks/twilio',
  '/oauth/token',
])('a program that asks %s is heard at both, though it comes from no page (RED-11)', async (path) => {
  const [front, next] = await Promise.all(
    DOORS.map(async (door) => {
      const response = await fetch(doors[door].address + path, { method: 'POST' });
      return { status: response.status, type: response.headers.get('content-type') };
    }),
  );
  expect(next).toEqual(front);
  expect(front?.status).not.toBe(403);
});

it.each(['/nothing', '/inbox', '/link?client_id=nobody'])(
  'what is no page, or none here (%s), is said so by our server in the language of the browser',
  async (path) => {
    const { status, text } = await through('front', undefined, 'de').open(path);
    expect(status).toBe(404);
    expect(text).toContain('Hier gibt es keine Seite');
  },
);
