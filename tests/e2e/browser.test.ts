// A person at a real browser: scripts on and off, phone and desktop, light and dark. The client is openid-client's, its
// callback a server of the test that counts how often it is called.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import axe from 'axe-core';
import * as client from 'openid-client';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openProfile, startBrowser, type Viewer } from '../harness/browser';
import { witness } from '../harness/evidence';
import { type LatchkeyProcess, startLatchkey } from '../harness/latchkey';
import { type App, createApp } from '../harness/operator';
import { enterCode, readCode } from '../harness/sign-in';
import { type SmtpSink, startSmtpSink } from '../harness/smtp-sink';

let browser: Browser;
let post: SmtpSink;
let server: LatchkeyProcess;
let callbacks: Server;
let callback: string;
let issuer: client.Configuration;
/** A client of another house. */
let others: client.Configuration;
const called: URL[] = [];

/** Whoever may use the management API. */
const MACHINE = { client_id: 'operator', client_secret: 'Vb8Kq2Zt5Wn1Xc7Rm4Lp9Ds3Gf6Hj0Ya' };

beforeAll(async () => {
  callbacks = createServer((request, response) => {
    const url = new URL(request.url ?? '/', callback);
    if (url.pathname === '/callback') called.push(url);
    response
      .setHeader('content-type', 'text/html')
      .end('<title>Back at the app</title><p>Back at the app</p>');
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => callbacks.once('listening', resolve));
  callback = `http://127.0.0.1:${(callbacks.address() as AddressInfo).port}/callback`;
  [browser, post] = await Promise.all([startBrowser(), startSmtpSink()]);
  server = await startLatchkey({
    SMTP_URL: post.url,
    EMAIL_FROM: 'Login <login@example.com>',
    MANAGEMENT_CLIENT_ID: MACHINE.client_id,
    MANAGEMENT_CLIENT_SECRET: MACHINE.client_secret,
  });
  const app = await createApp(server, ['--name', 'Acme', '--callback', callback]);
  const theirs = await createApp(server, ['--name', 'Shop', '--third-party', '--callback', callback]);
  const discover = ({ client_id: id, client_secret: secret }: App) =>
    client.discovery(new URL(server.issuer), id, secret, undefined, {
      execute: [client.allowInsecureRequests],
    });
  [issuer, others] = await Promise.all([discover(app), discover(theirs)]);
});

afterAll(async () => {
  await Promise.allSettled([browser?.close(), server?.stop(), post?.close()]);
  callbacks?.close();
});

type Axe = Pick<typeof axe, 'run'>;

let people = 0;
const newAddress = () => `person${++people}@example.com`;

type Begun = { page: Page; state: string; verifier: string };

/** Sends a browser to /authorize, as the client would. */
async function begin(
  profile: BrowserContext,
  more: Record<string, string> = {},
  of = issuer,
  tab?: Page,
): Promise<Begun> {
  const [verifier, state] = [client.randomPKCECodeVerifier(), client.randomState()];
  const to = client.buildAuthorizationUrl(of, {
    redirect_uri: callback,
    scope: 'openid profile email',
    state,
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    ...more,
  });
  const page = tab ?? (await profile.newPage());
  await page.goto(to.href);
  return { page, state, verifier };
}

async function ask(page: Page, address: string): Promise<void> {
  await page.getByLabel('Email address').fill(address);
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.waitForURL('**/code');
}

const VIEWERS: [string, Viewer][] = [
  ['scripts on, desktop', {}],
  ['scripts off, desktop', { scripts: false }],
  ['scripts on, dark, phone', { colorScheme: 'dark', screen: 'phone' }],
  ['scripts off, dark, phone', { scripts: false, colorScheme: 'dark', screen: 'phone' }],
];

describe.each(VIEWERS)('a person with %s', (_, viewer) => {
  it('signs in with the code from the message, and the callback is called exactly once (HDR-1)', async () => {
    const profile = await openProfile(browser, viewer);
    const violations: string[] = [];
    profile.on('console', (message) => {
      // Scripts of Next's are meant to be stopped (docs/decisions/0003).
      const isViolation = message.text().includes('Content Security Policy');
      if (isViolation && !message.text().includes('script-src')) violations.push(message.text());
    });
    const { page, state, verifier } = await begin(profile);
    expect(await page.title()).toBe('Sign in - Acme');
    const address = newAddress();
    await ask(page, address);
    await enterCode(page, await readCode(post, address));
    await page.waitForURL(`${callback}**`);

    const mine = called.filter((url) => url.searchParams.get('state') === state);
    expect(mine).toHaveLength(1);
    const tokens = await client.authorizationCodeGrant(issuer, mine[0] as URL, {
      pkceCodeVerifier: verifier,
      expectedState: state,
    });
    expect(tokens.claims()).toMatchObject({ email: address, email_verified: true });
    expect(violations).toEqual([]);
    await profile.close();
  });

  it('is told of a wrong code, asks again, and signs in with the first code', async () => {
    const profile = await openProfile(browser, viewer);
    const { page, state } = await begin(profile);
    const address = newAddress();
    await ask(page, address);
    const code = await readCode(post, address);
    await enterCode(page, code === '000000' ? '111111' : '000000');
    await page.getByText('4 tries left').waitFor();
    expect(await page.title()).toMatch(/^Error: /);
    await enterCode(page, code);
    await page.waitForURL(`${callback}**`);
    expect(called.filter((url) => url.searchParams.get('state') === state)).toHaveLength(1);
    await profile.close();
  });
});

describe.each(VIEWERS)('a client of another house, to a person with %s', (_, viewer) => {
  it.each([
    ['Allow', 'code'],
    ['Decline', 'error'],
  ])('is answered once, by %s', async (press, told) => {
    const profile = await openProfile(browser, viewer);
    const { page, state, verifier } = await begin(profile, {}, others);
    const address = newAddress();
    await ask(page, address);
    await enterCode(page, await readCode(post, address));
    await page.getByRole('heading', { name: 'Shop asks for access' }).waitFor();
    expect(await page.title()).toBe('Shop asks for access - Shop');
    await page.getByRole('button', { name: press }).click();
    await page.waitForURL(`${callback}**`);

    const mine = called.filter((url) => url.searchParams.get('state') === state);
    expect(mine.map(({ searchParams }) => searchParams.has(told))).toEqual([true]);
    const redeemed = client.authorizationCodeGrant(others, mine[0] as URL, {
      pkceCodeVerifier: verifier,
      expectedState: state,
    });
    if (press === 'Decline') await expect(redeemed).rejects.toMatchObject({ error: 'access_denied' });
    else expect((await redeemed).claims()).toMatchObject({ email: address });
    await page.goBack();
    if (viewer.scripts === false) await page.getByText('This sign-in is finished').waitFor();
    await profile.close();
  });
});

describe('with scripts on', () => {
  it('downloads one small script of ours and nothing of a framework', async () => {
    const profile = await openProfile(browser);
    const page = await profile.newPage();
    const scripts: string[] = [];
    page.on('response', (response) => {
      if (response.request().resourceType() === 'script') scripts.push(new URL(response.url()).pathname);
    });
    const { page: login } = await begin(profile);
    await login.waitForLoadState('networkidle');
    await page.goto(login.url());
    await page.waitForLoadState('networkidle');
    expect(scripts).toEqual(['/login.js']);
    await profile.close();
  });

  it('sends a pasted code by itself, once', async () => {
    const profile = await openProfile(browser);
    const { page, state } = await begin(profile);
    const address = newAddress();
    await ask(page, address);
    const code = await readCode(post, address);
    const field = page.getByLabel('6-digit code');
    await field.focus();
    await page.evaluate(
      (text) => document.execCommand('insertText', false, text),
      ` ${code.slice(0, 3)}-${code.slice(3)} `,
    );
    await page.waitForURL(`${callback}**`);
    expect(called.filter((url) => url.searchParams.get('state') === state)).toHaveLength(1);
    await profile.close();
  });
});

describe('tabs', () => {
  it('two tabs are two sign-ins, and each finishes its own (STA-5)', async () => {
    const profile = await openProfile(browser);
    const [first, second] = [await begin(profile), await begin(profile)];
    const [ann, bob] = [newAddress(), newAddress()];
    await ask(first.page, ann);
    await ask(second.page, bob);
    const codes = [await readCode(post, ann), await readCode(post, bob)] as const;
    await enterCode(second.page, codes[1]);
    await second.page.waitForURL(`${callback}**`);
    expect(new URL(second.page.url()).searchParams.get('state')).toBe(second.state);

    // The first tab was overtaken: it says so, and goes on with the session there is.
    await first.page.reload();
    await first.page.getByText('You have signed in already').waitFor();
    await first.page.getByRole('link', { name: 'Continue' }).click();
    await first.page.waitForURL(`${callback}**`);
    expect(new URL(first.page.url()).searchParams.get('state')).toBe(first.state);
    await profile.close();
  });

  it('a link takes the tab that waits to the question, and whichever tab answers it goes on', async () => {
    const profile = await openProfile(browser);
    const { page, state } = await begin(profile, {}, others);
    const address = newAddress();
    await ask(page, address);
    const link = /^https?:\/\/\S+\/passwordless\/link\/[\w-]+$/m.exec(
      (await post.waitForMessage(address)).text ?? '',
    )?.[0];
    const fromMail = await profile.newPage();
    await fromMail.goto(link ?? '');
    await page.getByRole('heading', { name: 'Shop asks for access' }).waitFor();
    await fromMail.getByText('You can close this page.').waitFor();
    // Who looks at the other tab again is asked there too.
    await fromMail.goto(page.url());
    await fromMail.getByRole('button', { name: 'Allow' }).click();
    await fromMail.waitForURL(`${callback}**`);
    await page.getByRole('button', { name: 'Allow' }).click();
    await page.getByText('This sign-in is finished').waitFor();
    expect(called.filter((url) => url.searchParams.get('state') === state)).toHaveLength(1);
    await profile.close();
  });

  it('a tab that is gone back to after the sign-in says that it is finished', async () => {
    const profile = await openProfile(browser, { scripts: false });
    const { page } = await begin(profile);
    const address = newAddress();
    await ask(page, address);
    const codePage = page.url();
    await enterCode(page, await readCode(post, address));
    await page.waitForURL(`${callback}**`);
    await page.goto(codePage);
    await page.getByRole('heading', { name: 'This sign-in is finished' }).waitFor();
    await profile.close();
  });
});

describe('every page', () => {
  it.each(VIEWERS.slice(0, 3))(
    'has nothing that axe objects to: %s',
    { timeout: 60_000 },
    async (_, viewer) => {
      // axe runs a script of its own in the page, which the policy would refuse.
      const profile = await openProfile(browser, { ...viewer, scripts: true });
      // In a tab of its own: what a page shows is in the cookie, so the same address shows the same.
      const examine = async (address: string) => {
        const page = await profile.newPage();
        await page.goto(address);
        await page.evaluate(axe.source);
        const { violations } = await page.evaluate(() =>
          (globalThis as unknown as typeof globalThis & { axe: Axe }).axe.run(),
        );
        expect(
          violations.map(({ id, nodes }) => `${address} ${id} ${nodes.map(({ html }) => html)}`),
        ).toEqual([]);
        await page.close();
      };
      const { page } = await begin(profile);
      await examine(page.url());
      await page.getByRole('button', { name: 'Continue' }).click();
      await page.getByText('Enter your email address').waitFor();
      await examine(page.url());
      await page.bringToFront();
      await ask(page, newAddress());
      await examine(page.url());
      await page.bringToFront();
      await enterCode(page, '000000');
      await page.getByText('4 tries left').waitFor();
      await examine(page.url());
      const { page: theirs } = await begin(profile, { prompt: 'login' }, others);
      const address = newAddress();
      await ask(theirs, address);
      await enterCode(theirs, await readCode(post, address));
      await theirs.waitForURL('**/consent');
      await examine(theirs.url());
      for (const path of [
        '/login/nobody/code',
        '/authorize?client_id=nobody',
        '/oidc/logout',
        '/logout/done',
        '/nowhere',
        '/',
        '/demo',
      ]) {
        await examine(server.issuer + path);
      }
      await profile.close();
    },
  );
});

// The last: from here on pages ask for passkeys.
describe('passkeys', () => {
  /** Answers as JSON; nothing where there is none. */
  async function manage(method: string, path: string, body?: object) {
    const grant = { grant_type: 'client_credentials', audience: `${server.issuer}/api/v2/`, ...MACHINE };
    const asked = await fetch(`${server.issuer}/oauth/token`, {
      method: 'POST',
      body: new URLSearchParams(grant),
    });
    const { access_token } = (await asked.json()) as { access_token: string };
    const answered = await fetch(`${server.issuer}/api/v2/${path}`, {
      method,
      headers: { Authorization: `Bearer ${witness(access_token)}`, 'Content-Type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
    return { status: answered.status, json: await answered.json().catch(() => null) };
  }

  const offer = (passkey_offer: boolean) => manage('PATCH', 'tenants/settings', { passkey_offer });

  /** A device that keeps passkeys and whose owner is there, in a browser of its own. */
  async function openDevice() {
    const profile = await openProfile(browser);
    const page = await profile.newPage();
    const device = await profile.newCDPSession(page);
    await device.send('WebAuthn.enable');
    const { authenticatorId } = await device.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
      },
    });
    const beOwner = (enabled: boolean) =>
      device.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId, enabled });
    return { profile, page, beOwner };
  }

  it('are made once somebody signed in, sign in by the button and beside the field, and are ended by an operator', async () => {
    expect((await offer(true)).status).toBe(200);
    const { profile, page, beOwner } = await openDevice();
    const address = newAddress();
    const first = await begin(profile, {}, issuer, page);
    await page.getByRole('button', { name: 'Sign in with a passkey' }).waitFor();
    await ask(page, address);
    await enterCode(page, await readCode(post, address));
    await page.getByRole('heading', { name: 'Sign in faster next time' }).waitFor();
    await page.getByRole('button', { name: 'Create a passkey' }).click();
    await page.waitForURL(`${callback}**`);
    expect(new URL(page.url()).searchParams.get('state')).toBe(first.state);

    // By the button.
    await beOwner(false);
    const second = await begin(profile, { prompt: 'login' }, issuer, page);
    const before = await profile.storageState();
    const sent = page.waitForRequest((request) => request.method() === 'POST');
    await beOwner(true);
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
    const answered = await sent;
    await page.waitForURL(`${callback}**`);
    const mine = called.filter((url) => url.searchParams.get('state') === second.state);
    expect(mine).toHaveLength(1);
    const tokens = await client.authorizationCodeGrant(issuer, mine[0] as URL, {
      pkceCodeVerifier: second.verifier,
      expectedState: second.state,
    });
    expect(tokens.claims()).toMatchObject({ email: address, email_verified: true });

    // The same answer again, by whoever holds what the browser held then, is worth nothing (MAG-1, FRM-3).
    for (const storageState of [before, undefined]) {
      const thief = await browser.newContext({ ...(storageState && { storageState }) });
      const replay = await thief.request.post(answered.url(), {
        headers: { origin: server.issuer, 'content-type': answered.headers()['content-type'] ?? '' },
        data: answered.postDataBuffer() ?? '',
        maxRedirects: 0,
      });
      expect(replay.status()).toBe(303);
      expect(replay.headers().location).toMatch(/\/identifier$/);
      expect(replay.headers()['set-cookie'] ?? '').not.toMatch(/session=/);
      await thief.close();
    }

    // Beside the field: the owner picks it from what the browser fills in.
    const third = await begin(profile, { prompt: 'login' }, issuer, page);
    await page.waitForURL(`${callback}**`);
    expect(new URL(page.url()).searchParams.get('state')).toBe(third.state);

    const { json: users } = await manage('GET', `users-by-email?email=${encodeURIComponent(address)}`);
    const path = `users/${encodeURIComponent(users[0].user_id)}/authentication-methods`;
    const { json: methods } = await manage('GET', path);
    expect(methods).toMatchObject([
      { type: 'email', email: address },
      {
        type: 'passkey',
        relying_party_identifier: 'localhost',
        name: expect.any(String),
        last_auth_at: expect.any(String),
      },
    ]);
    expect((await manage('DELETE', `${path}/${encodeURIComponent(methods[0].id)}`)).status).toBe(404);
    expect((await manage('DELETE', `${path}/${encodeURIComponent(methods[1].id)}`)).status).toBe(204);
    expect((await manage('GET', path)).json).toHaveLength(1);

    // It signs nobody in any more.
    await begin(profile, { prompt: 'login' }, issuer, page);
    await page.getByText('That passkey did not work').waitFor();
    await profile.close();
  });

  it('sign in where guesses are used up, and ask for consent as a code does; an opened link is followed by the offer', async () => {
    expect((await offer(true)).status).toBe(200);
    const { profile, page, beOwner } = await openDevice();
    const address = newAddress();
    await beOwner(false);
    await begin(profile, {}, issuer, page);
    await ask(page, address);
    const { text } = await post.waitForMessage(address);
    const fromMail = await profile.newPage();
    await fromMail.goto(/^https?:\/\/\S+\/passwordless\/link\/[\w-]+$/m.exec(text ?? '')?.[0] ?? '');
    await page.getByRole('heading', { name: 'Sign in faster next time' }).waitFor();
    await fromMail.close();
    await beOwner(true);
    await page.getByRole('button', { name: 'Create a passkey' }).click();
    await page.waitForURL(`${callback}**`);

    await beOwner(false);
    const { state } = await begin(profile, { prompt: 'login' }, others, page);
    const other = newAddress();
    await ask(page, other);
    const code = await readCode(post, other);
    for (let guess = 0; guess < 5; guess++) {
      const before = page.waitForResponse((response) => response.request().method() === 'POST');
      await enterCode(page, code === '000000' ? '111111' : '000000');
      await before;
    }
    await page.getByRole('heading', { name: 'Too many tries' }).waitFor();
    await beOwner(true);
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
    await page.getByText(address).waitFor();
    await page.getByRole('button', { name: 'Allow' }).click();
    await page.waitForURL(`${callback}**`);
    expect(new URL(page.url()).searchParams.get('state')).toBe(state);

    // What was allowed once is not asked again.
    const again = await begin(profile, { prompt: 'login' }, others, page);
    await page.waitForURL(`${callback}**`);
    expect(new URL(page.url()).searchParams.get('state')).toBe(again.state);

    // Blocked, the client is told, and nobody is signed in (COD-9).
    const { json: users } = await manage('GET', `users-by-email?email=${encodeURIComponent(address)}`);
    await manage('PATCH', `users/${encodeURIComponent(users[0].user_id)}`, { blocked: true });
    await begin(profile, { prompt: 'login' }, issuer, page);
    await page.waitForURL(`${callback}**`);
    expect(new URL(page.url()).searchParams.get('error_description')).toBe('user is blocked');
    await profile.close();
  });

  it('are offered to nobody twice in a row, nor where none can be kept, nor without scripts', async () => {
    const { profile, page } = await openDevice();
    const address = newAddress();
    await begin(profile, {}, issuer, page);
    await ask(page, address);
    await enterCode(page, await readCode(post, address));
    await page.getByRole('button', { name: 'Not now' }).click();
    await page.waitForURL(`${callback}**`);
    await begin(profile, { prompt: 'login' }, issuer, page);
    await ask(page, newAddress());
    expect(await page.locator('[name=passkeys]').count()).toBe(0);
    await profile.close();

    for (const viewer of [{}, { scripts: false }]) {
      const elsewhere = await openProfile(browser, viewer);
      const { page, state } = await begin(elsewhere);
      expect(await page.getByRole('button', { name: 'Sign in with a passkey' }).isVisible()).toBe(
        viewer.scripts !== false,
      );
      const other = newAddress();
      await ask(page, other);
      await enterCode(page, await readCode(post, other));
      await page.waitForURL(`${callback}**`);
      expect(called.filter((url) => url.searchParams.get('state') === state)).toHaveLength(1);
      await elsewhere.close();
    }
    await offer(false);
  });
});
