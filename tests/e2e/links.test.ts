// Magic links as people and machines meet them: the tab that waits finishes itself, a second browser only ever gets a code
// to carry over, and whoever stands between sender and reader (mail scanners of four classes) can spend nothing.
// security.md §1.6, experience.md §2 screens 3–6.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as client from 'openid-client';
import type { Browser, BrowserContext } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openProfile, startBrowser } from '../harness/browser';
import { findSpills, witness } from '../harness/evidence';
import { everythingPrinted, type LatchkeyProcess, startLatchkey } from '../harness/latchkey';
import { createApp, updateConnection } from '../harness/operator';
import { enterCode } from '../harness/sign-in';
import { type SmtpSink, startSmtpSink } from '../harness/smtp-sink';
import { createVisitor, type Visit, type Visitor } from '../harness/visitor';

let browser: Browser;
let post: SmtpSink;
let server: LatchkeyProcess;
let callbacks: Server;
let callback: string;
let issuer: client.Configuration;
const called: URL[] = [];

beforeAll(async () => {
  callbacks = createServer((request, response) => {
    const url = new URL(request.url ?? '/', callback);
    if (url.pathname === '/callback') called.push(url);
    response.setHeader('content-type', 'text/html').end('<title>Back</title><p>Back at the app</p>');
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => callbacks.once('listening', resolve));
  callback = `http://127.0.0.1:${(callbacks.address() as AddressInfo).port}/callback`;
  [browser, post] = await Promise.all([startBrowser(), startSmtpSink()]);
  server = await startLatchkey({
    SMTP_URL: post.url,
    EMAIL_FROM: 'Login <login@example.com>',
    LIMITS: JSON.stringify({ starts_per_ip: 1000 }),
  });
  const app = await createApp(server, ['--name', 'Acme', '--callback', callback]);
  issuer = await client.discovery(new URL(server.issuer), app.client_id, app.client_secret, undefined, {
    execute: [client.allowInsecureRequests],
  });
});

afterAll(async () => {
  await Promise.allSettled([browser?.close(), server?.stop(), post?.close()]);
  callbacks?.close();
  expect(findSpills(everythingPrinted())).toEqual([]);
});

type Request = { href: string; state: string; nonce: string; verifier: string };

/** What the client sends its user's browser to. */
async function authorization(): Promise<Request> {
  const [verifier, state, nonce] = [
    client.randomPKCECodeVerifier(),
    client.randomState(),
    client.randomNonce(),
  ];
  const { href } = client.buildAuthorizationUrl(issuer, {
    redirect_uri: callback,
    scope: 'openid profile email',
    state,
    nonce,
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  });
  return { href, state, nonce, verifier };
}

let people = 0;
const newAddress = () => witness(`reader${++people}@example.com`);

type Letter = { link: string; code: string };

/** Link and code of the next message to that address. */
async function readLetter(address: string): Promise<Letter> {
  const text = (await post.waitForMessage(address)).text ?? '';
  const link = /^https?:\/\/\S+\/passwordless\/link\/[\w-]+$/m.exec(text)?.[0];
  const code = /^\d{6}$/m.exec(text)?.[0];
  if (link === undefined || code === undefined) throw new Error(`No link and code in:\n${text}`);
  witness(new URL(link).pathname.split('/').at(-1) ?? '');
  return { link, code: witness(code) };
}

/** Chromium asks for a message and waits on the code page. */
async function askInChromium(profile: BrowserContext) {
  const request = await authorization();
  const address = newAddress();
  const page = await profile.newPage();
  await page.goto(request.href);
  await page.locator('input[name=identifier]').fill(address);
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.waitForURL('**/code');
  return { page, address, ...request };
}

/** The same without scripts and without Chromium. */
async function ask(visitor: Visitor) {
  const request = await authorization();
  const address = newAddress();
  const first = await visitor.open(request.href);
  const codePage = await visitor.submit(first, { fields: { identifier: address }, press: 'Continue' });
  return { codePage, address, ...request };
}

const callsOf = (state: string) => called.filter(({ searchParams }) => searchParams.get('state') === state);

/** The client's part: state, nonce, PKCE and redirect URI are checked by openid-client. */
async function redeem({ state, nonce, verifier }: Request, at: URL) {
  const tokens = await client.authorizationCodeGrant(issuer, at, {
    pkceCodeVerifier: verifier,
    expectedState: state,
    expectedNonce: nonce,
  });
  return tokens.claims();
}

const hasSession = async (profile: BrowserContext) =>
  (await profile.cookies()).some(({ name }) => name.endsWith('session'));

describe('a link opened in the browser that asked', () => {
  it('finishes the tab that waits, and state, nonce and PKCE survive the hop (STA-2)', async () => {
    const profile = await openProfile(browser);
    const begun = await askInChromium(profile);
    const { link } = await readLetter(begun.address);
    const fromMail = await profile.newPage();
    await fromMail.goto(link);
    await begun.page.waitForURL(`${callback}**`);
    await fromMail.getByText('You can close this page.').waitFor();
    expect(new URL(fromMail.url()).pathname).not.toContain(link.split('/').at(-1));
    expect(callsOf(begun.state)).toHaveLength(1);
    expect(await redeem(begun, callsOf(begun.state)[0] as URL)).toMatchObject({ email: begun.address });
    await profile.close();
  });

  it('goes on by itself when the tab that waited is gone', async () => {
    const profile = await openProfile(browser);
    const begun = await askInChromium(profile);
    const { link } = await readLetter(begun.address);
    await begun.page.close();
    const fromMail = await profile.newPage();
    await fromMail.goto(link);
    await fromMail.waitForURL(`${callback}**`);
    expect(callsOf(begun.state)).toHaveLength(1);
    await redeem(begun, callsOf(begun.state)[0] as URL);
    await profile.close();
  });

  it('needs one press where scripts are off', async () => {
    const visitor = createVisitor(server.issuer);
    const begun = await ask(visitor);
    const { link } = await readLetter(begun.address);
    const landing = await visitor.open(link, { headers: { 'Sec-Fetch-Site': 'cross-site' } });
    expect(landing.text).toContain('Signing you in to Acme');
    const done = await visitor.submit(landing, { press: 'Sign in' });
    expect(await redeem(begun, done.leavesTo as URL)).toMatchObject({ email: begun.address });
  });

  it('opened a second time says that it was used, and signs nobody in (MAG-1)', async () => {
    const visitor = createVisitor(server.issuer);
    const begun = await ask(visitor);
    const { link, code } = await readLetter(begun.address);
    await visitor.submit(await visitor.open(link), { press: 'Sign in' });
    expect((await visitor.open(link)).text).toMatch(/already signed in|has been used/);
    const stranger = createVisitor(server.issuer);
    expect((await stranger.open(link)).text).toContain('This link has been used');
    expect(stranger.jar.headerFor(new URL(server.issuer)) ?? '').not.toContain('session');
    expect(code).toMatch(/^\d{6}$/);
  });
});

describe('a link opened in another browser (MAG-4)', () => {
  it('hands over a code that finishes the first browser, and signs in nobody itself', async () => {
    const [desktop, phone] = await Promise.all([
      openProfile(browser),
      openProfile(browser, { screen: 'phone' }),
    ]);
    const begun = await askInChromium(desktop);
    const { link, code } = await readLetter(begun.address);
    const landing = await phone.newPage();
    await landing.goto(link);
    await landing.getByRole('heading', { name: 'Finish where you started' }).waitFor();
    const relayCode = (await landing.locator('main').textContent())?.replace(/\s/g, '').match(/\d{6}/)?.[0];
    expect(relayCode).toBe(code);
    expect(await landing.locator('main').textContent()).toContain('Chrome');
    expect(await hasSession(phone)).toBe(false);
    await enterCode(begun.page, relayCode ?? '');
    await begun.page.waitForURL(`${callback}**`);
    expect(callsOf(begun.state)).toHaveLength(1);
    expect(await redeem(begun, callsOf(begun.state)[0] as URL)).toMatchObject({ email: begun.address });
    expect(await hasSession(phone)).toBe(false);
    await Promise.all([desktop.close(), phone.close()]);
  });

  it('lets its reader stop the sign-in, after a tick and a press, and tells the window that waits', async () => {
    const [asker, reader] = [createVisitor(server.issuer), createVisitor(server.issuer)];
    const begun = await ask(asker);
    const { link, code } = await readLetter(begun.address);
    const stop = await reader.open(`${link}/stop`);
    const unticked = await reader.submit(stop, { press: 'Stop the sign-in' });
    expect(unticked.text).toContain('Tick the box to stop the sign-in.');
    const stopped = await reader.submit(unticked, { fields: { confirm: true }, press: 'Stop the sign-in' });
    expect(stopped.text).toContain('The sign-in is stopped');
    const typed = await asker.submit(begun.codePage, { fields: { code }, press: 'Continue' });
    expect(typed.leavesTo).toBeNull();
    expect(typed.text).toContain('This sign-in was stopped');
    expect((await reader.open(link)).text).toContain('stopped');
  });

  it('signs in there only where the operator allows it, only by a press, and never finishes the first browser', async () => {
    const [asker, reader] = [createVisitor(server.issuer), createVisitor(server.issuer)];
    const before = await ask(createVisitor(server.issuer));
    expect((await reader.open((await readLetter(before.address)).link)).text).not.toContain(
      'Sign in on this device',
    );

    await updateConnection(server, 'email', { sign_in_on_other_device: true });
    const begun = await ask(asker);
    const { link } = await readLetter(begun.address);
    const landing = await reader.open(link);
    const done = await reader.submit(landing, { press: /Sign in on this device/ });
    expect(done.text).toContain('You are signed in');
    expect(done.leavesTo).toBeNull();
    expect(reader.jar.headerFor(new URL(server.issuer))).toContain('session');
    const waiting = await asker.open(begun.codePage.url);
    expect(waiting.leavesTo).toBeNull();
    expect(asker.jar.headerFor(new URL(server.issuer)) ?? '').not.toMatch(/(^|; )(__Host-)?session=/);
    await updateConnection(server, 'email', { sign_in_on_other_device: false });
  });
});

describe('a mail scanner in front of the person', () => {
  const SCANNERS: [string, (link: string) => Promise<void>][] = [
    [
      'asks for HEAD and OPTIONS',
      async (link) => {
        for (const method of ['HEAD', 'OPTIONS', 'HEAD']) await fetch(link, { method });
      },
    ],
    [
      'fetches it, as prefetchers, previews and routers do',
      async (link) => {
        const variants: Record<string, string>[] = [
          {},
          { Purpose: 'prefetch' },
          { 'Sec-Purpose': 'prefetch;prerender' },
          { RSC: '1' },
          { 'Next-Router-Prefetch': '1', RSC: '1' },
          { 'User-Agent': 'Mozilla/5.0 (compatible; Microsoft-SafeLinks)' },
        ];
        for (const headers of variants) {
          const answer = await fetch(link, { headers, redirect: 'manual' });
          expect(answer.headers.getSetCookie().filter((cookie) => /session=/.test(cookie))).toEqual([]);
        }
        await fetch(`${link}.rsc`);
        await fetch(`${link}?_rsc=1`);
      },
    ],
    [
      'opens it in a browser that runs scripts, and waits',
      async (link) => {
        const profile = await openProfile(browser);
        const page = await profile.newPage();
        await page.goto(link);
        await page.waitForTimeout(4_000);
        expect(await hasSession(profile)).toBe(false);
        await profile.close();
      },
    ],
    [
      'presses every button it finds, and every one on the pages behind',
      async (link) => {
        const profile = await openProfile(browser);
        for (let which = 0; which < 12; which++) {
          const page = await profile.newPage();
          await page.goto(link);
          const found = page.locator('main button, main a');
          if (which >= (await found.count())) {
            await page.close();
            break;
          }
          await found.nth(which).click({ timeout: 2_000 });
          await page.waitForLoadState('load');
          const behind = page.locator('main button, main a');
          for (let next = 0; next < Math.min(4, await behind.count()); next++) {
            await behind
              .nth(next)
              .click({ timeout: 1_000 })
              .catch(() => {});
          }
          await page.close();
        }
        expect(await hasSession(profile)).toBe(false);
        await profile.close();
      },
    ],
  ];

  it.each(SCANNERS)('that %s leaves link and code whole for them (MAG-2, MAG-3)', async (_, scan) => {
    const [byLink, byCode] = [createVisitor(server.issuer), createVisitor(server.issuer)];
    const [first, second] = [await ask(byLink), await ask(byCode)];
    const [letter, other] = [await readLetter(first.address), await readLetter(second.address)];
    await scan(letter.link);
    await scan(other.link);
    const done = await byLink.submit(await byLink.open(letter.link), { press: 'Sign in' });
    expect(await redeem(first, done.leavesTo as URL)).toMatchObject({ email: first.address });
    const typed = await byCode.submit(second.codePage, { fields: { code: other.code }, press: 'Continue' });
    expect(await redeem(second, typed.leavesTo as URL)).toMatchObject({ email: second.address });
  });
});

describe('what a link tells', () => {
  const sanitized = ({ headers }: Visit) => [
    headers.get('cache-control'),
    headers.get('referrer-policy'),
    headers.get('x-frame-options'),
  ];

  it('is the same status for a made-up, a damaged and a used link; only a genuine one is told more (MAG-9, COD-8)', async () => {
    const visitor = createVisitor(server.issuer);
    const begun = await ask(visitor);
    const { link } = await readLetter(begun.address);
    const reader = createVisitor(server.issuer);
    const fresh = await reader.open(link);
    const damaged = await Promise.all(
      [link.slice(0, -1), `${link}A`, link.replace(/[^/]+$/, (token) => token.toUpperCase()), `${link}%00`]
        .concat(`${server.issuer}/passwordless/link/${'A'.repeat(56)}`)
        .map((address) => reader.open(address)),
    );
    for (const visit of damaged) {
      expect(visit.text).toContain('This link does not work');
      expect(visit.status).toBe(fresh.status);
      expect(sanitized(visit)).toEqual(sanitized(fresh));
    }
    expect(fresh.headers.get('cache-control')).toContain('no-store');
    expect(fresh.headers.get('referrer-policy')).toMatch(/^(no-referrer|same-origin)$/);
    expect(fresh.html.match(/<title>(.*?)<\/title>/)?.[1]).not.toContain(link.split('/').at(-1));
  });

  it('is not changed by what is added to its address (MAG-8)', async () => {
    const visitor = createVisitor(server.issuer);
    const begun = await ask(visitor);
    const { link } = await readLetter(begun.address);
    const landing = await visitor.open(
      `${link}?redirect_uri=https://evil.test&callback=//evil.test&email=eve@x.test`,
    );
    const done = await visitor.submit(landing, { press: 'Sign in' });
    expect(done.leavesTo?.origin).toBe(new URL(callback).origin);
  });

  it('comes from the configured address, whatever the request claims (MAG-5)', async () => {
    const visitor = createVisitor(server.issuer, {
      headers: {
        'X-Forwarded-Host': 'evil.test',
        'X-Forwarded-Proto': 'https',
        Forwarded: 'host=evil.test;proto=https',
        'X-Original-Host': 'evil.test',
      },
    });
    const begun = await ask(visitor);
    const { link } = await readLetter(begun.address);
    expect(new URL(link).origin).toBe(new URL(server.issuer).origin);
  });

  it('is a newer one once a wrong address was changed: the older says so', async () => {
    const visitor = createVisitor(server.issuer);
    const begun = await ask(visitor);
    const older = await readLetter(begun.address);
    const identifierPage = await visitor.open(begun.codePage.url.href.replace(/code$/, 'identifier'));
    const another = newAddress();
    await visitor.submit(identifierPage, { fields: { identifier: another }, press: 'Continue' });
    await readLetter(another);
    expect((await visitor.open(older.link)).text).toContain('There is a newer link');
  });
});

describe('fifty presses of one link at once', () => {
  it('make one session and one authorization code (MAG-6)', async () => {
    const visitor = createVisitor(server.issuer);
    const begun = await ask(visitor);
    const { link } = await readLetter(begun.address);
    const landing = await visitor.open(link);
    const { url, method, headers, body } = await visitor.compose(landing, { press: 'Sign in' });
    const answers = await Promise.all(
      Array.from({ length: 50 }, () =>
        fetch(url, { method, headers, body: body as BodyInit, redirect: 'manual' }),
      ),
    );
    const toClient = answers.filter((answer) => answer.headers.get('location')?.startsWith(callback));
    expect(toClient).toHaveLength(1);
    expect(toClient[0]?.status).toBe(303);
    expect(answers.every(({ status }) => status < 500)).toBe(true);
    await redeem(begun, new URL(toClient[0]?.headers.get('location') ?? ''));
  });
});
