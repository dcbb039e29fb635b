// Applications that run in the browser, in a real one: npm packages as they are published, told nothing but the domain, the
// client and where they live. The page is on another site than we are, so that cookies and frames are as strict as
// they are outside. Each signs somebody in, renews behind their back, calls an API and signs them out.
import { randomInt } from 'node:crypto';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import express from 'express';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PASSWORDLESS_OTP_GRANT } from '@/lib/oidc/vocabulary';
import { codeOf, linkOf, newAddress } from '@/tests/harness/applications';
import { openProfile, startBrowser, type Viewer } from '@/tests/harness/browser';
import { findSpills, witness } from '@/tests/harness/evidence';
import { everythingPrinted } from '@/tests/harness/latchkey';
import { createApp } from '@/tests/harness/operator';
import { askOrdersApi, createOrdersApi, ORDERS_SITE } from '@/tests/harness/orders-api';
import { enterCode, readCode, wrongCode } from '@/tests/harness/sign-in';
import { API, DOMAIN, startTenant, type Tenant } from '@/tests/harness/tenant';

const SITE = 'spa.test';
const HOME = `https://${SITE}/`;
const SCOPE = 'openid profile email read:orders';

let tenant: Tenant;
let browser: Browser;
let profile: BrowserContext;
let page: Page;

beforeAll(async () => {
  tenant = await startTenant('sdks in browsers', [ORDERS_SITE, SITE], { LEGACY: 'on' });
  tenant.web.serve(ORDERS_SITE, createOrdersApi());
  const appOf = (type: string) =>
    createApp(tenant.server, [
      ...['--name', type, '--type', type, '--web-origin', `https://${SITE}`],
      ...['--callback', HOME, '--logout-url', HOME],
      ...['--grant', 'authorization_code', 'refresh_token', 'implicit', PASSWORDLESS_OTP_GRANT],
    ]);
  const [spa, phone] = await Promise.all([appOf('spa'), appOf('native')]);
  browser = await startBrowser(tenant.web.chromiumFlags);
  tenant.web.serve(SITE, await createSite({ clientId: spa.client_id, phoneId: phone.client_id }));
});

afterAll(async () => {
  await browser?.close();
  await tenant?.close();
  expect(findSpills(everythingPrinted())).toEqual([]);
});

beforeEach(() => openApplication());

afterEach(() => profile?.close());

async function openApplication(viewer: Viewer = {}): Promise<void> {
  profile = await openProfile(browser, viewer);
  page = await profile.newPage();
  await page.goto(HOME);
}

/** The application's own site: one page and its script. */
async function createSite(ids: { clientId: string; phoneId: string }): Promise<express.Express> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('page.mjs', import.meta.url))],
    bundle: true,
    alias: { react: lockOwn('react'), 'react-dom': lockOwn('react-dom') }, // the project's own React is another
    mainFields: ['browser', 'module', 'main'], // webpack's, which Lock is made for
    write: false,
    define: { 'process.env.NODE_ENV': '"production"', global: 'window' },
  });
  const settings = JSON.stringify({ domain: DOMAIN, ...ids, audience: API, scope: SCOPE });
  const html = `<!doctype html><title>Spa</title><body>
    <script>window.settings = ${settings}</script><script src="/page.js"></script>`;
  const site = express();
  site.get('/page.js', (_, response) => void response.type('js').send(outputFiles[0]?.text));
  site.get('/', (_, response) => void response.send(html));
  return site;
}

/** Folder of a package as Lock gets it. */
function lockOwn(name: string): string {
  const { resolve } = createRequire(createRequire(import.meta.url).resolve('auth0-lock'));
  return path.dirname(resolve(`${name}/package.json`));
}

/** Runs an expression in the page and waits for what it promises. */
const run = <Answer>(expression: string): Promise<Answer> => page.evaluate<Answer>(expression);

/** Runs an expression that leaves the page. */
const leave = (expression: string): Promise<void> => page.evaluate(`void (${expression})`);

/** On our pages: an address, the code from the message, and back to the application. */
async function signInHere(address: string): Promise<void> {
  await page.waitForURL(`https://${DOMAIN}/**`);
  await page.getByLabel('Email address').fill(address);
  await page.getByRole('button', { name: 'Continue' }).click();
  await enterCode(page, await readCode(tenant.post, address));
  await page.waitForURL(`${HOME}**`);
}

/** Signs out, and waits until that has brought a new page home and its script has run. */
async function returnHome(leaving: string): Promise<void> {
  await leave(`window.isOld = true, ${leaving}`);
  await page.waitForFunction(`location.href === '${HOME}' && !window.isOld && window.webAuth`);
}

describe.each([
  ['byFrame', 'web_message'],
  ['byRefreshToken', 'refresh_token'],
])('@auth0/auth0-spa-js 2.27, renewing %s', (client, means) => {
  it('signs in, renews behind the scenes, calls the API and signs out', async () => {
    const address = newAddress();
    await leave(`${client}.loginWithRedirect()`);
    await signInHere(address);
    await run(`${client}.handleRedirectCallback()`);
    const user = await run<Record<string, unknown>>(`${client}.getUser()`);
    expect(user).toMatchObject({ email: address, email_verified: true, nickname: address.split('@')[0] });

    const first = await run<string>(`${client}.getTokenSilently()`);
    const asked: string[] = [];
    profile.on('request', (request) => asked.push(`${request.url()} ${request.postData()}`));
    const second = await run<string>(`${client}.getTokenSilently({ cacheMode: 'off' })`);
    expect(asked.join()).toContain(means);
    expect(second).not.toBe(first);
    for (const token of [first, second]) expect(await askOrdersApi(token)).toMatchObject({ sub: user.sub });

    // A page that is loaded again remembers no token: only the frame can help.
    await page.goto(HOME);
    const again = await run(`${client}.checkSession().then(() => ${client}.getUser())`);
    expect(again).toMatchObject({ sub: user.sub });

    await returnHome(`${client}.logout({ logoutParams: { returnTo: '${HOME}' } })`);
    await expect(run(`${client}.getTokenSilently()`)).rejects.toThrow('Login required');
  });
});

it.each([
  ['@auth0/auth0-spa-js', 'byFrame.loginWithRedirect({ authorizationParams: HINTS })'],
  ['auth0-js', 'webAuth.authorize(HINTS)'],
])('%s tells the login page whom it expects, and in which language', async (_, leaving) => {
  const hints = { login_hint: 'grace@example.com', ui_locales: 'de', screen_hint: 'signup' };
  const inItsWords = leaving.startsWith('webAuth') ? { ...hints, loginHint: hints.login_hint } : hints;
  await leave(leaving.replace('HINTS', JSON.stringify(inItsWords)));
  await page.waitForURL(`https://${DOMAIN}/**`);
  expect(await page.getByLabel('E-Mail-Adresse').inputValue()).toBe('grace@example.com');
});

/** What auth0-js makes of an address with tokens in it. */
type Parsed = { accessToken: string; idTokenPayload: Record<string, unknown> };

/** Asks auth0-js something that it answers by callback. */
const ask = <Answer>(question: string) => run<Answer>(`answered((done) => webAuth.${question})`);

/** Renews in a frame, calls the API with both tokens, and signs out. */
async function goOn({ accessToken, idTokenPayload: { sub } }: Parsed): Promise<void> {
  const renewed = await ask<Parsed>('checkSession({}, done)');
  expect(renewed.idTokenPayload.sub).toBe(sub);
  expect(renewed.accessToken).not.toBe(accessToken);
  for (const token of [accessToken, renewed.accessToken]) {
    expect(await askOrdersApi(token)).toMatchObject({ sub });
  }
  const person = await ask(`client.userInfo('${accessToken}', done)`);
  expect(person).toMatchObject({ sub });

  await returnHome(`webAuth.logout({ returnTo: '${HOME}' })`);
  await expect(ask('checkSession({}, done)')).rejects.toThrow('login_required');
}

describe('auth0-js 10.2', () => {
  it('signs in by redirect, renews in a frame, calls the API and signs out', async () => {
    const address = newAddress();
    await leave('webAuth.authorize()');
    await signInHere(address);
    const parsed = await ask<Parsed>('parseHash(done)');
    expect(parsed.idTokenPayload).toMatchObject({ email: address, email_verified: true });
    await goOn(parsed);
  });

  it.each(['passwordlessLogin', 'passwordlessVerify'])(
    'signs in on the page of the application by %s, renews, calls the API and signs out',
    async (how) => {
      const address = newAddress();
      const person = `connection: 'email', email: '${address}'`;
      await ask(`passwordlessStart({ ${person}, send: 'code' }, done)`);
      const code = await readCode(tenant.post, address);
      const left = page.waitForURL(`${HOME}#**`);
      await leave(`webAuth.${how}({ ${person}, verificationCode: '${code}' }, () => {})`);
      await left;
      const parsed = await ask<Parsed>('parseHash(done)');
      expect(parsed.idTokenPayload).toMatchObject({ email: address, email_verified: true });
      await goOn(parsed);
    },
  );

  it('trades a code as a password in the page of a telephone’s application, which no other may', async () => {
    const address = newAddress();
    await ask(`passwordlessStart({ connection: 'email', email: '${address}', send: 'code' }, done)`);
    const password = await readCode(tenant.post, address);
    const trade = (application: string, code: string) =>
      run<{ accessToken: string }>(`answered((done) => ${application}.client.loginWithResourceOwner(
        { username: '${address}', password: '${code}', connection: 'email', scope: 'openid email' }, done))`);
    await expect(trade('webAuth', password)).rejects.toThrow('unauthorized_client');

    await run(`answered((done) =>
      onPhone.passwordlessStart({ connection: 'email', email: '${address}', send: 'code' }, done))`);
    const { accessToken } = await trade('onPhone', await readCode(tenant.post, address));
    const person = await ask(`client.userInfo('${witness(accessToken)}', done)`);
    expect(person).toMatchObject({ email: address });
  });

  it('is told of a wrong code', async () => {
    const address = newAddress();
    const person = `connection: 'email', email: '${address}'`;
    await ask(`passwordlessStart({ ${person}, send: 'code' }, done)`);
    const wrong = wrongCode(await readCode(tenant.post, address));
    await expect(ask(`passwordlessLogin({ ${person}, verificationCode: '${wrong}' }, done)`)).rejects.toThrow(
      'Wrong email or verification code.',
    );
  });
});

describe('Auth0.Management of auth0-js 10.2', () => {
  const OF_THEIR_OWN = JSON.stringify({
    audience: `https://${DOMAIN}/api/v2/`,
    scope: 'openid email read:current_user update:current_user_metadata update:current_user_identities',
    prompt: 'login',
  });

  async function signInAs(address: string) {
    await leave(`webAuth.authorize(${OF_THEIR_OWN})`);
    await signInHere(address);
    const { accessToken, idToken, idTokenPayload } = await ask<Parsed & { idToken: string }>(
      'parseHash(done)',
    );
    return { accessToken: witness(accessToken), idToken: witness(idToken), id: idTokenPayload.sub };
  }

  it('reads, changes and links what is a person’s own, on the page of the application (LNK-1, LNK-3)', async () => {
    const [address, other] = [newAddress(), newAddress()];
    const person = await signInAs(address);
    const second = await signInAs(other);
    const manage = <Answer>(call: string) =>
      run<Answer>(`answered((done) => manage('${person.accessToken}').${call})`);

    expect(await manage(`getUser('${person.id}', done)`)).toMatchObject({
      user_id: person.id,
      email: address,
    });
    const changed = await manage(`patchUserMetadata('${person.id}', { color: 'blue' }, done)`);
    expect(changed).toMatchObject({ user_metadata: { color: 'blue' } });
    const again = await manage(`patchUserAttributes('${person.id}', { user_metadata: { size: 'M' } }, done)`);
    expect(again).toMatchObject({ user_metadata: { color: 'blue', size: 'M' } });
    const vouching = manage(`patchUserAttributes('${person.id}', { email_verified: true }, done)`);
    await expect(vouching).rejects.toThrow('Insufficient scope, expected any of: update:users');

    expect(await manage(`linkUser('${person.id}', '${second.idToken}', done)`)).toMatchObject([
      { user_id: `${person.id}`.replace('email|', '') },
      { user_id: `${second.id}`.replace('email|', ''), profileData: { email: other } },
    ]);
    await expect(manage(`getUser('${second.id}', done)`)).rejects.toThrow('good for its own user alone');
    expect((await signInAs(other)).id).toBe(person.id);
  });
});

describe('auth0-lock 14.3, passwordless', () => {
  it('signs in by e-mail on the page of the application, renews, calls the API and signs out', async () => {
    const address = newAddress();
    await run(`void openLock('email').show()`);
    await page.locator('input[name=email]').fill(address);
    await press();
    const parsed = await answer('email', await readCode(tenant.post, address));
    expect(parsed.idTokenPayload).toMatchObject({ email: address, email_verified: true });
    await goOn(parsed);
  });

  it('signs in by a link, and goes on likewise', async () => {
    const address = newAddress();
    await run(`void openLock('email', 'link').show()`);
    await page.locator('input[name=email]').fill(address);
    await press();
    await page.goto(linkOf(await tenant.post.waitForMessage(address)));
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.waitForURL(`${HOME}#**`);
    const parsed = await readAnswer('email');
    expect(parsed.idTokenPayload).toMatchObject({ email: address, email_verified: true });
    await goOn(parsed);
  });

  it('signs in by text message, beginning with the country of the browser, and goes on likewise', async () => {
    await profile.close();
    await openApplication({ locale: 'de-DE' });
    const national = `151${randomInt(10_000_000, 99_999_999)}`;
    await run(`void openLock('sms').show()`);
    await page.getByText('+49').waitFor();
    await page.locator('input[name=phoneNumber]').fill(national);
    await press();
    const message = await tenant.twilio.waitForMessage(witness(`+49${national}`));
    const parsed = await answer('sms', codeOf(message));
    expect(parsed.idTokenPayload.sub).toMatch(/^sms\|/);
    await goOn(parsed);
  });

  const press = () => page.locator('.auth0-lock-submit').click();

  /** Types the code, and reads what Lock makes of the address it comes back to. */
  async function answer(connection: 'email' | 'sms', code: string): Promise<Parsed> {
    await page.locator('input[name=vcode]').fill(code);
    const left = page.waitForURL(`${HOME}#**`);
    await press();
    await left;
    return readAnswer(connection);
  }

  /** What Lock makes of the address that a sign-in leads back to. */
  async function readAnswer(connection: 'email' | 'sms'): Promise<Parsed> {
    await run(`void openLock('${connection}')`);
    await page.waitForFunction('window.authenticated');
    return run<Parsed>('window.authenticated');
  }
});
