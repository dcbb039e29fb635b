// Applications that run on servers, built from npm packages that nobody here touched and told nothing but the domain, the
// client, its secret and its callback. Each signs somebody in, renews, calls an API that checks the access token, and
// signs them out. What an application needs of its own is what the package's README says.
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { Auth0Client } from '@auth0/nextjs-auth0/server';
import express, { type RequestHandler } from 'express';
import openid from 'express-openid-connect';
import { importPKCS8 } from 'jose';
import type { NextApiRequest, NextApiResponse } from 'next';
import { NextRequest } from 'next/server';
import NextAuth, { type NextAuthOptions } from 'next-auth';
import Auth0Provider from 'next-auth/providers/auth0';
import * as oauth from 'oauth4webapi';
import * as openidClient from 'openid-client';
import passport from 'passport';
import Auth0Strategy from 'passport-auth0';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PASSWORDLESS_OTP_GRANT } from '@/lib/oidc/vocabulary';
import {
  type Browser,
  expectSignedOut,
  leavesTo,
  linkOf,
  newAddress,
  newKey,
  openBrowser,
  type RegisteredApp,
  register,
  SCOPE,
} from '@/tests/harness/applications';
import { findSpills, witness } from '@/tests/harness/evidence';
import { fillIn } from '@/tests/harness/html-form';
import { everythingPrinted } from '@/tests/harness/latchkey';
import { askOrdersApi, createOrdersApi, ORDERS_SITE } from '@/tests/harness/orders-api';
import { readCode, signIn } from '@/tests/harness/sign-in';
import { API, DOMAIN, startTenant, type Tenant } from '@/tests/harness/tenant';
import { createVisitor, type Visit, type Visitor } from '@/tests/harness/visitor';
import { describeOperators } from './operators';
import { describeLinking, describeUsers } from './users';

const SITES = ['eoc.test', 'eoc-plain.test', 'nextjs.test', 'nextauth.test', 'passport.test'];
/** For libraries that send no challenge unless told otherwise. */
const NO_PKCE = { require_pkce: false };
/** 32 characters for whatever an application seals its own cookies with. */
const COOKIE_SECRET = 'a secret of the application only';

let tenant: Tenant;
beforeAll(async () => {
  tenant = await startTenant('sdks on servers', [ORDERS_SITE, ...SITES]);
  tenant.web.serve(ORDERS_SITE, createOrdersApi());
});

afterAll(async () => {
  await tenant?.close();
  expect(findSpills(everythingPrinted())).toEqual([]);
});

function fail(reason: string): never {
  throw new Error(reason);
}

/** From an answer of the application through our pages back to it. @throws when the way does not lead there */
async function passThrough({ app, login }: Browser, leaving: Visit, address: string): Promise<Visit> {
  const first = await login.open(leavesTo(leaving));
  const back = first.leavesTo ? first : await signIn(login, first, { post: tenant.post, address });
  return follow(app, back);
}

const follow = (visitor: Visitor, visit: Visit): Promise<Visit> => visitor.open(leavesTo(visit));

function json(visit: Visit) {
  const { url, status, headers, text, html } = visit;
  if (headers.get('content-type')?.includes('json')) return JSON.parse(html);
  throw new Error(`${url.origin}${url.pathname} answers ${status} and no JSON: ${text}`);
}

/** How an application proves itself, and how its requests come. */
const PROOFS = [
  ['with a secret', { isKeyed: false }],
  ['with a key, pushing its requests', { isKeyed: true }],
] as const;

/** What an application may tell the login page of whom it expects. */
const HINTS = { login_hint: 'grace@example.com', ui_locales: 'de', screen_hint: 'signup' };

/** The page speaks the language that was asked for, and has the address in its field. */
async function expectHintsTaken({ login }: Browser, leaving: Visit): Promise<void> {
  const page = await login.open(leavesTo(leaving));
  expect(page.html).toContain('<html lang="de"');
  expect(page.html).toContain('value="grace@example.com"');
}

describe('express-openid-connect 3.4', () => {
  it.each(PROOFS)('signs in %s, renews, calls the API and signs out', async (_, { isKeyed }) => {
    const site = 'eoc.test';
    const { settings, pem } = newKey();
    const registered = await register(site, '/callback', isKeyed ? settings : {});
    const authorizationParams = { response_type: 'code', audience: API, scope: SCOPE } as const;
    const server = express();
    server.use(
      openid.auth({
        issuerBaseURL: `https://${DOMAIN}`,
        baseURL: `https://${site}`,
        clientID: registered.client_id,
        ...(isKeyed
          ? {
              clientAssertionSigningKey: pem,
              clientAssertionSigningAlg: 'RS256',
              pushedAuthorizationRequests: true,
            }
          : { clientSecret: registered.client_secret }),
        secret: COOKIE_SECRET,
        authRequired: false,
        idpLogout: true,
        authorizationParams,
      }),
    );
    server.get('/hinted', (_request, response) => {
      response.oidc.login({ authorizationParams: { ...authorizationParams, ...HINTS } });
    });
    server.get('/', (request, response) => void response.json(request.oidc.user ?? null));
    server.get(
      '/person',
      async (request, response) => void response.json(await request.oidc.fetchUserInfo()),
    );
    server.get('/token', (request, response) => void response.json(request.oidc.accessToken));
    server.get('/renew', async (request, response) => {
      response.json(await request.oidc.accessToken?.refresh());
    });
    tenant.web.serve(site, server);

    const browser = openBrowser(site);
    const address = newAddress();
    await expectHintsTaken(browser, await browser.app.open('/hinted'));
    const leaving = await browser.app.open('/login');
    expect(leavesTo(leaving).searchParams.has('request_uri')).toBe(isKeyed);
    const home = await passThrough(browser, leaving, address);
    expect(json(home)).toMatchObject({ email: address, email_verified: true, name: address });
    expect(json(await browser.app.open('/person'))).toMatchObject({ sub: json(home).sub, email: address });

    const { access_token: first } = json(await browser.app.open('/token'));
    const { access_token: second } = json(await browser.app.open('/renew'));
    expect(second).not.toBe(first);
    for (const token of [first, second])
      expect(await askOrdersApi(token)).toMatchObject({ sub: json(home).sub });

    const gone = await browser.login.open(leavesTo(await browser.app.open('/logout')));
    expect(leavesTo(gone).origin).toBe(`https://${site}`);
    expect(json(await browser.app.open('/'))).toBeNull();
    await expectSignedOut(browser, registered);
  });
});

describe('express-openid-connect 3.4 with its back channel', () => {
  it('hears of a sign-out that another application began, and lets the person in again', async () => {
    const site = 'eoc.test';
    const server = express();
    // Requests from our server come by the network, as an operator with a network of their own allows.
    const listening = server.listen(0, '127.0.0.1');
    await once(listening, 'listening');
    const channel = `http://127.0.0.1:${(listening.address() as AddressInfo).port}/backchannel-logout`;
    const registered = await register(site, '/callback', {
      oidc_logout: { backchannel_logout_urls: [channel] },
    });
    const loggedOut = new Map<string, unknown>();
    server.use(
      openid.auth({
        issuerBaseURL: `https://${DOMAIN}`,
        baseURL: `https://${site}`,
        clientID: registered.client_id,
        clientSecret: registered.client_secret,
        secret: COOKIE_SECRET,
        authRequired: false,
        authorizationParams: { response_type: 'code', scope: 'openid email' },
        backchannelLogout: {
          store: {
            get: (id, done) => done(null, loggedOut.get(id) as never),
            set: (id, value, done) => done?.(void loggedOut.set(id, value)),
            destroy: (id, done) => done?.(void loggedOut.delete(id)),
          },
        },
      }),
    );
    server.get('/', (request, response) => void response.json(request.oidc.user ?? null));
    tenant.web.serve(site, server);

    const browser = openBrowser(site);
    const address = newAddress();
    const home = await passThrough(browser, await browser.app.open('/login'), address);
    expect(json(home)).toMatchObject({ email: address });
    const page = await browser.login.open('/oidc/logout');
    await browser.login.submit(page, { press: 'Sign out' });
    await expect.poll(() => loggedOut.size).toBeGreaterThan(0);
    expect(json(await browser.app.open('/'))).toBeNull();
    const again = await passThrough(browser, await browser.app.open('/login'), address);
    expect(json(again)).toMatchObject({ email: address });
    listening.close();
  });
});

describe('express-openid-connect 3.4 as its README begins', () => {
  it('signs in by an ID token in a form, and without a question where our session lives', async () => {
    const site = 'eoc-plain.test';
    const registered = await register(site, '/callback', { ...NO_PKCE, grant_types: ['implicit'] });
    const server = express();
    server.use(
      openid.auth({
        issuerBaseURL: `https://${DOMAIN}`,
        baseURL: `https://${site}`,
        clientID: registered.client_id,
        secret: COOKIE_SECRET,
        authRequired: false,
      }),
    );
    server.get('/silent', openid.attemptSilentLogin());
    server.use((request, response) => void response.json(request.oidc.user ?? null));
    tenant.web.serve(site, server);

    const browser = openBrowser(site);
    const address = newAddress();
    const first = await browser.login.open(leavesTo(await browser.app.open('/login')));
    const home = await post(browser.app, await signIn(browser.login, first, { post: tenant.post, address }));
    expect(json(home)).toMatchObject({ email: address });

    const anew = { login: browser.login, app: createVisitor(`https://${site}`) };
    const silent = await anew.login.open(leavesTo(await anew.app.open('/silent')));
    expect(json(await post(anew.app, silent))).toMatchObject({ email: address });

    const stranger = openBrowser(site);
    const refused = await stranger.login.open(leavesTo(await stranger.app.open('/silent')));
    expect(json(await post(stranger.app, refused))).toBeNull();
  });

  /** What the page with the form does by itself, where scripts run. */
  async function post(app: Visitor, page: Visit): Promise<Visit> {
    const { action, entries } = fillIn(page.html, { press: 'Continue' });
    const answer = await app.send(action, {
      method: 'POST',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded', Origin: `https://${DOMAIN}` },
      body: new URLSearchParams(entries).toString(),
    });
    return app.open(answer.headers.get('location') ?? fail(`${answer.status}`));
  }
});

describe('@auth0/nextjs-auth0 4.30', () => {
  const site = 'nextjs.test';

  /** Puts the application on its site. */
  async function serve({ isKeyed }: { isKeyed: boolean }): Promise<RegisteredApp> {
    const { settings, pem } = newKey();
    const registered = await register(site, '/auth/callback', {
      grant_types: ['authorization_code', 'refresh_token', PASSWORDLESS_OTP_GRANT],
      ...(isKeyed && settings),
    });
    const auth0 = new Auth0Client({
      domain: DOMAIN,
      clientId: registered.client_id,
      ...(isKeyed ? { clientAssertionSigningKey: pem } : { clientSecret: registered.client_secret }),
      secret: COOKIE_SECRET,
      appBaseUrl: `https://${site}`,
      authorizationParameters: { audience: API, scope: SCOPE },
      pushedAuthorizationRequests: isKeyed,
    });
    /** `middleware.ts` of the README, and one route that renews. */
    const respond = async (request: NextRequest) => {
      const answer = await auth0.middleware(request);
      if (request.nextUrl.pathname !== '/renew') return answer;
      const token = await auth0.getAccessToken(request, answer, { refresh: true });
      answer.headers.set('Content-Type', 'application/json');
      return new Response(JSON.stringify(token), answer);
    };
    tenant.web.serve(site, async (request, response) => {
      const body = request.method === 'POST' ? Buffer.concat(await request.toArray()) : null;
      const answer = await respond(
        new NextRequest(`https://${site}${request.url}`, {
          method: request.method ?? 'GET',
          headers: request.headers as Record<string, string>,
          ...(body && { body: new Uint8Array(body) }),
        }),
      );
      response.writeHead(answer.status, [...answer.headers].flat());
      response.end(await answer.text());
    });
    return registered;
  }

  /** Renews, calls the API with both tokens, and signs out. */
  async function goOn({ app, login }: Browser, address: string): Promise<void> {
    const person = json(await app.open('/auth/profile'));
    expect(person).toMatchObject({ email: address, email_verified: true });
    const { token: first } = json(await app.open('/auth/access-token'));
    const { token: second } = json(await app.open('/renew'));
    expect(second).not.toBe(first);
    for (const token of [first, second]) expect(await askOrdersApi(token)).toMatchObject({ sub: person.sub });

    const gone = await login.open(leavesTo(await app.open('/auth/logout')));
    expect(leavesTo(gone).origin).toBe(`https://${site}`);
    expect((await app.open('/auth/profile')).status).toBe(401);
  }

  it.each(PROOFS)('signs in %s, renews, calls the API and signs out', async (_, { isKeyed }) => {
    const registered = await serve({ isKeyed });
    const browser = openBrowser(site);
    const address = newAddress();
    await expectHintsTaken(browser, await browser.app.open(`/auth/login?${new URLSearchParams(HINTS)}`));
    const leaving = await browser.app.open('/auth/login');
    const sent = [...leavesTo(leaving).searchParams.keys()].sort();
    if (isKeyed) expect(sent).toEqual(['client_id', 'request_uri']);
    else expect(sent).toContain('code_challenge');
    await passThrough(browser, leaving, address);
    await goOn(browser, address);
    await expectSignedOut(browser, registered);
  });

  describe('on the own page of the application', () => {
    let browser: Browser;
    let address: string;
    beforeAll(() => serve({ isKeyed: false }));
    beforeEach(() => {
      browser = openBrowser(site);
      address = newAddress();
    });

    /** What the page's script sends, and what it is told. */
    async function post(path: string, body: object): Promise<[number, string]> {
      const answer = await browser.app.send(`/auth/passwordless${path}`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', Origin: `https://${site}` },
        body: JSON.stringify(body),
      });
      return [answer.status, await answer.text()];
    }

    const DONE = [200, '{"success":true}'];

    it('signs in by a code, renews, calls the API and signs out', async () => {
      const person = { connection: 'email', email: address };
      expect(await post('/start', { ...person, send: 'code' })).toEqual([204, '']);
      const verificationCode = await readCode(tenant.post, address);
      expect(await post('/verify', { ...person, verificationCode })).toEqual(DONE);
      await goOn(browser, address);
    });

    it('signs in by a link, and goes on likewise', async () => {
      expect(await post('/start', { connection: 'email', email: address, send: 'link' })).toEqual([204, '']);
      const link = linkOf(await tenant.post.waitForMessage(address));
      await follow(browser.app, await browser.login.submit(await browser.login.open(link)));
      await goOn(browser, address);
    });

    it('signs in by a challenge, and goes on likewise', async () => {
      const asked = { connection: 'email', email: address, allowSignup: true };
      const [status, answer] = await post('/otp/challenge', asked);
      expect(status).toBe(200);
      const { authSession } = JSON.parse(answer);
      const otp = await readCode(tenant.post, address);
      expect(await post('/otp/token', { authSession: witness(authSession), otp })).toEqual(DONE);
      await goOn(browser, address);
    });
  });
});

describe('next-auth 4.24 with its Auth0 provider', () => {
  it('signs in, calls the API, is not asked again while our session lives, and signs out', async () => {
    const site = 'nextauth.test';
    const registered = await register(site, '/api/auth/callback/auth0');
    process.env.NEXTAUTH_URL = `https://${site}`;
    const options: NextAuthOptions = {
      secret: COOKIE_SECRET,
      providers: [
        Auth0Provider({
          clientId: registered.client_id,
          clientSecret: registered.client_secret,
          issuer: `https://${DOMAIN}`,
          authorization: { params: { audience: API, scope: SCOPE } },
        }),
      ],
      callbacks: {
        jwt: ({ token, account }) => (account ? { ...token, accessToken: account.access_token } : token),
        session: ({ session, token }) => ({ ...session, accessToken: token.accessToken }),
      },
    };
    const server = express().use(express.urlencoded({ extended: false }));
    /** `pages/api/auth/[...nextauth].ts`, with what Next adds to a request. */
    server.use('/api/auth', (request, response) => {
      const cookies = Object.fromEntries(new URLSearchParams(request.headers.cookie?.replaceAll('; ', '&')));
      const query = { ...request.query, nextauth: request.path.slice(1).split('/') };
      const { method, headers, body } = request;
      const asNext = { method, headers, body, query, cookies } as unknown as NextApiRequest;
      return NextAuth(asNext, response as unknown as NextApiResponse, options);
    });
    tenant.web.serve(site, server);

    const browser = openBrowser(site);
    const address = newAddress();
    const press = async () => {
      const page = await browser.app.open('/api/auth/signin');
      return browser.app.submit(page, { press: 'Sign in with Auth0' });
    };
    await passThrough(browser, await press(), address);
    const session = json(await browser.app.open('/api/auth/session'));
    expect(session.user).toMatchObject({ email: address, name: address.split('@')[0] });
    expect(await askOrdersApi(session.accessToken)).toMatchObject({ azp: registered.client_id });

    const again = await browser.login.open(leavesTo(await press()));
    await follow(browser.app, again);
    const renewed = json(await browser.app.open('/api/auth/session'));
    expect(renewed.accessToken).not.toBe(session.accessToken);
    expect(await askOrdersApi(renewed.accessToken)).toMatchObject({ azp: registered.client_id });

    await browser.app.submit(await browser.app.open('/api/auth/signout'), { press: 'Sign out' });
    expect(json(await browser.app.open('/api/auth/session'))).toEqual({});
    await signOutByAddress(browser, registered, site);
  });
});

/** Signs in at a client that is no more than its protocol, and brings back where the browser was sent. */
async function answerTo(login: Visitor, request: URL, address: string): Promise<URL> {
  return leavesTo(await signIn(login, await login.open(request), { post: tenant.post, address }));
}

describe('openid-client 6.8', () => {
  it.each(PROOFS)('signs in %s, renews, calls the API and signs out', async (_, { isKeyed }) => {
    const { settings, pem } = newKey();
    const registered = await register('openid.test', '/callback', isKeyed ? settings : {});
    const browser = openBrowser('openid.test');
    const issuer = new URL(`https://${DOMAIN}`);
    const proof = isKeyed
      ? openidClient.PrivateKeyJwt(await importPKCS8(pem, 'RS256'))
      : openidClient.ClientSecretPost(registered.client_secret);
    const config = await openidClient.discovery(issuer, registered.client_id, undefined, proof);
    const pkceCodeVerifier = openidClient.randomPKCECodeVerifier();
    const [state, nonce] = [openidClient.randomState(), openidClient.randomNonce()];
    const parameters = {
      redirect_uri: registered.callback,
      scope: SCOPE,
      audience: API,
      state,
      nonce,
      code_challenge: await openidClient.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: 'S256',
    };
    const request = isKeyed
      ? await openidClient.buildAuthorizationUrlWithPAR(config, parameters)
      : openidClient.buildAuthorizationUrl(config, parameters);
    const back = await answerTo(browser.login, request, newAddress());
    const checks = { pkceCodeVerifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true };
    const first = await openidClient.authorizationCodeGrant(config, back, checks);
    const second = await openidClient.refreshTokenGrant(config, witness(first.refresh_token ?? ''));
    for (const { access_token } of [first, second]) {
      expect(await askOrdersApi(access_token)).toMatchObject({ sub: first.claims()?.sub });
    }

    const goodbye = openidClient.buildEndSessionUrl(config, {
      id_token_hint: witness(first.id_token ?? ''),
      post_logout_redirect_uri: 'https://openid.test/',
    });
    expect(leavesTo(await browser.login.open(goodbye)).href).toBe('https://openid.test/');
    await expectSignedOut(browser, registered);
  });
});

describe('oauth4webapi 3.8', () => {
  it('signs in, renews, calls the API and signs out', async () => {
    const registered = await register('oauth.test', '/callback');
    const browser = openBrowser('oauth.test');
    const client: oauth.Client = { client_id: registered.client_id };
    const proof = oauth.ClientSecretPost(registered.client_secret);
    const issuer = new URL(`https://${DOMAIN}`);
    const found = await oauth.discoveryRequest(issuer);
    const server = await oauth.processDiscoveryResponse(issuer, found);
    const verifier = oauth.generateRandomCodeVerifier();
    const [state, nonce] = [oauth.generateRandomState(), oauth.generateRandomNonce()];
    const request = new URL(server.authorization_endpoint ?? '');
    request.search = new URLSearchParams({
      client_id: client.client_id,
      redirect_uri: registered.callback,
      response_type: 'code',
      scope: SCOPE,
      audience: API,
      state,
      nonce,
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    }).toString();
    const back = await answerTo(browser.login, request, newAddress());
    const first = await oauth.processAuthorizationCodeResponse(
      server,
      client,
      await oauth.authorizationCodeGrantRequest(
        server,
        client,
        proof,
        oauth.validateAuthResponse(server, client, back, state),
        registered.callback,
        verifier,
      ),
      { expectedNonce: nonce, requireIdToken: true },
    );
    const refreshToken = witness(first.refresh_token ?? '');
    const renewal = await oauth.refreshTokenGrantRequest(server, client, proof, refreshToken);
    const second = await oauth.processRefreshTokenResponse(server, client, renewal);
    const sub = oauth.getValidatedIdTokenClaims(first)?.sub;
    for (const { access_token } of [first, second]) {
      expect(await askOrdersApi(access_token)).toMatchObject({ sub });
    }

    const goodbye = new URL(server.end_session_endpoint ?? '');
    goodbye.search = new URLSearchParams({
      id_token_hint: witness(first.id_token ?? ''),
      post_logout_redirect_uri: 'https://oauth.test/',
    }).toString();
    expect(leavesTo(await browser.login.open(goodbye)).href).toBe('https://oauth.test/');
    await expectSignedOut(browser, registered);
  });
});

/** `/v2/logout`, where libraries that have no sign-out of their own send people. */
async function signOutByAddress(browser: Browser, app: RegisteredApp, site: string): Promise<void> {
  const back = new URLSearchParams({ client_id: app.client_id, returnTo: `https://${site}` });
  const gone = await browser.login.open(`/v2/logout?${back}`);
  expect(leavesTo(gone).origin).toBe(`https://${site}`);
  await expectSignedOut(browser, app);
}

describe('passport-auth0 1.4', () => {
  it('signs in with a checked ID token and a profile, calls the API and signs out', async () => {
    const site = 'passport.test';
    const registered = await register(site, '/callback', NO_PKCE);
    const strategy = new Auth0Strategy(
      {
        domain: DOMAIN,
        clientID: registered.client_id,
        clientSecret: registered.client_secret,
        callbackURL: `https://${site}/callback`,
      },
      (accessToken, _refreshToken, _parameters, profile, done) => done(null, { accessToken, profile }),
    );
    const people = new passport.Passport().use(strategy);
    const server = express().use(keepSessions());
    const options = { session: false, audience: API, scope: 'openid profile email read:orders' };
    server.get('/login', people.authenticate('auth0', options));
    server.get('/callback', people.authenticate('auth0', options), (request, response) => {
      response.json(request.user);
    });
    tenant.web.serve(site, server);

    const browser = openBrowser(site);
    const address = newAddress();
    const { profile, accessToken } = json(
      await passThrough(browser, await browser.app.open('/login'), address),
    );
    expect(profile).toMatchObject({
      provider: 'email',
      id: expect.stringMatching(/^email\|[0-9a-f]{24}$/),
      displayName: address,
      emails: [{ value: address }],
    });
    expect(await askOrdersApi(accessToken)).toMatchObject({ sub: profile.id });

    const again = await browser.login.open(leavesTo(await browser.app.open('/login')));
    expect(json(await follow(browser.app, again)).profile.id).toBe(profile.id);
    await signOutByAddress(browser, registered, site);
  });
});

/** As much of express-session as a strategy needs. */
function keepSessions(): RequestHandler {
  const sessions = new Map<string, object>();
  return (request, response, next) => {
    const key = /sid=(\w+)/.exec(request.headers.cookie ?? '')?.[1] ?? `${sessions.size + 1}`;
    const session = sessions.get(key) ?? {};
    sessions.set(key, session);
    response.cookie('sid', key, { secure: true, httpOnly: true });
    next(void Object.assign(request, { session }));
  };
}

describeUsers(() => tenant);
describeLinking(() => tenant);
describeOperators();
