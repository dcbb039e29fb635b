// Applications that run on servers, built from npm packages that nobody here touched and told nothing but the domain, the
// client, its secret and its callback. Each signs somebody in, renews, calls an API that checks the access token, and
// signs them out. What an application needs of its own is what the package's README says.
import { generateKeyPairSync, randomInt } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { Auth0Client } from '@auth0/nextjs-auth0/server';
import { AuthenticationClient, ManagementClient as OldManagementClient, UserInfoClient } from 'auth0';
import { ManagementClient } from 'auth0-v7';
import express, { type RequestHandler } from 'express';
import openid from 'express-openid-connect';
import type { NextApiRequest, NextApiResponse } from 'next';
import { NextRequest } from 'next/server';
import NextAuth, { type NextAuthOptions } from 'next-auth';
import Auth0Provider from 'next-auth/providers/auth0';
import * as oauth from 'oauth4webapi';
import * as openidClient from 'openid-client';
import passport from 'passport';
import Auth0Strategy from 'passport-auth0';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PASSWORDLESS_OTP_GRANT } from '@/lib/oidc/vocabulary';
import { findSpills, witness } from '@/tests/harness/evidence';
import { fillIn } from '@/tests/harness/html-form';
import { everythingPrinted } from '@/tests/harness/latchkey';
import { askOrdersApi, createOrdersApi, ORDERS_SITE, tryDoor } from '@/tests/harness/orders-api';
import { readCode, signIn, wrongCode } from '@/tests/harness/sign-in';
import { API, DOMAIN, MACHINE, startTenant, type Tenant } from '@/tests/harness/tenant';
import { createVisitor, type Visit, type Visitor } from '@/tests/harness/visitor';
import { describeOperators } from './operators';
import { describeUsers } from './users';

const SITES = ['eoc.test', 'eoc-plain.test', 'nextjs.test', 'nextauth.test', 'passport.test'];
const SCOPE = 'openid profile email offline_access read:orders';
/** For libraries that send the secret in the header unless told otherwise: a client proves itself in one way (CLI-2). */
const BASIC = { token_endpoint_auth_method: 'client_secret_basic' } as const;
/** For libraries that send no challenge unless told otherwise. */
const NO_PKCE = { require_pkce: false };
/** 32 characters for whatever an application seals its own cookies with. */
const COOKIE_SECRET = 'a secret of the application only';

let tenant: Tenant;
/** Who manages the installation from outside: auth0 7.1. */
const operator = new ManagementClient({ domain: DOMAIN, ...MACHINE });

beforeAll(async () => {
  tenant = await startTenant('sdks on servers', [ORDERS_SITE, ...SITES]);
  tenant.web.serve(ORDERS_SITE, createOrdersApi());
});

afterAll(async () => {
  await tenant?.close();
  expect(findSpills(everythingPrinted())).toEqual([]);
});

let people = 0;
const newAddress = () => witness(`person${++people}@example.com`);

function fail(reason: string): never {
  throw new Error(reason);
}

type App = { client_id: string; client_secret: string; callback: string };
/** What Auth0's types know, and what is ours. */
type Registration = Omit<
  Parameters<ManagementClient['clients']['create']>[0],
  'token_endpoint_auth_method'
> & {
  require_pkce: boolean;
  token_endpoint_auth_method: 'client_secret_basic' | 'private_key_jwt';
  jwks: { keys: object[] };
};

/** Registers an application of a site through the management API. */
async function register(site: string, callback: string, settings: Partial<Registration> = {}): Promise<App> {
  const origin = `https://${site}`;
  const app = await operator.clients.create({
    name: site,
    app_type: 'regular_web',
    callbacks: [`${origin}${callback}`],
    allowed_logout_urls: [origin, `${origin}/`],
    ...settings,
  } as Parameters<ManagementClient['clients']['create']>[0]);
  return {
    client_id: app.client_id ?? '',
    client_secret: witness(app.client_secret ?? ''),
    callback: `${origin}${callback}`,
  };
}

/** One browser, on the application's site and on ours. */
function openBrowser(site: string) {
  return { app: createVisitor(`https://${site}`), login: createVisitor(`https://${DOMAIN}`) };
}

type Browser = ReturnType<typeof openBrowser>;

/** From an answer of the application through our pages back to it. @throws when the way does not lead there */
async function passThrough({ app, login }: Browser, leaving: Visit, address: string): Promise<Visit> {
  const first = await login.open(leavesTo(leaving));
  const back = first.leavesTo ? first : await signIn(login, first, { post: tenant.post, address });
  return follow(app, back);
}

/** Where an answer sends the browser. @throws when it stays */
function leavesTo(visit: Visit): URL {
  if (visit.leavesTo === null) throw new Error(`Still at ${visit.url}, ${visit.status}: ${visit.text}`);
  return visit.leavesTo;
}

const follow = (visitor: Visitor, visit: Visit): Promise<Visit> => visitor.open(leavesTo(visit));

function json(visit: Visit) {
  const { url, status, headers, text, html } = visit;
  if (headers.get('content-type')?.includes('json')) return JSON.parse(html);
  throw new Error(`${url.origin}${url.pathname} answers ${status} and no JSON: ${text}`);
}

/** Whether our own session is gone: the silent question of any application is refused. */
async function expectSignedOut({ login }: Browser, app: App): Promise<void> {
  const ask = new URLSearchParams({
    client_id: app.client_id,
    redirect_uri: app.callback,
    response_type: 'code',
    scope: 'openid',
    prompt: 'none',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
  });
  const answer = await login.open(`/authorize?${ask}`);
  expect(answer.leavesTo?.searchParams.get('error')).toBe('login_required');
}

describe('express-openid-connect 3.4', () => {
  it('signs in, renews, calls the API and signs out', async () => {
    const site = 'eoc.test';
    const registered = await register(site, '/callback', BASIC);
    const server = express();
    server.use(
      openid.auth({
        issuerBaseURL: `https://${DOMAIN}`,
        baseURL: `https://${site}`,
        clientID: registered.client_id,
        clientSecret: registered.client_secret,
        secret: COOKIE_SECRET,
        authRequired: false,
        idpLogout: true,
        authorizationParams: { response_type: 'code', audience: API, scope: SCOPE },
      }),
    );
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
    const home = await passThrough(browser, await browser.app.open('/login'), address);
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
      ...BASIC,
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
  let registered: App;

  beforeAll(async () => {
    registered = await register(site, '/auth/callback', {
      grant_types: ['authorization_code', 'refresh_token', PASSWORDLESS_OTP_GRANT],
    });
    const auth0 = new Auth0Client({
      domain: DOMAIN,
      clientId: registered.client_id,
      clientSecret: registered.client_secret,
      secret: COOKIE_SECRET,
      appBaseUrl: `https://${site}`,
      authorizationParameters: { audience: API, scope: SCOPE },
      pushedAuthorizationRequests: true,
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
  });

  it('signs in, renews, calls the API and signs out', async () => {
    const browser = openBrowser(site);
    const address = newAddress();
    const leaving = await browser.app.open('/auth/login');
    expect([...leavesTo(leaving).searchParams.keys()].sort()).toEqual(['client_id', 'request_uri']);
    await passThrough(browser, leaving, address);
    const person = json(await browser.app.open('/auth/profile'));
    expect(person).toMatchObject({ email: address, email_verified: true });

    const { token: first } = json(await browser.app.open('/auth/access-token'));
    const { token: second } = json(await browser.app.open('/renew'));
    expect(second).not.toBe(first);
    for (const token of [first, second]) expect(await askOrdersApi(token)).toMatchObject({ sub: person.sub });

    const gone = await browser.login.open(leavesTo(await browser.app.open('/auth/logout')));
    expect(leavesTo(gone).origin).toBe(`https://${site}`);
    expect((await browser.app.open('/auth/profile')).status).toBe(401);
    await expectSignedOut(browser, registered);
  });

  it('signs in on the own page of the application', async () => {
    const { app } = openBrowser(site);
    const address = newAddress();
    const post = (path: string, body: object) =>
      app.send(path, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', Origin: `https://${site}` },
        body: JSON.stringify(body),
      });
    const asked = await post('/auth/passwordless/start', {
      connection: 'email',
      email: address,
      send: 'code',
    });
    expect([asked.status, await asked.text()]).toEqual([204, '']);
    const code = await readCode(tenant.post, address);
    const verified = await post('/auth/passwordless/verify', {
      connection: 'email',
      email: address,
      verificationCode: code,
    });
    expect([verified.status, await verified.json()]).toEqual([200, { success: true }]);
    const person = json(await app.open('/auth/profile'));
    expect(person).toMatchObject({ email: address });
    const { token } = json(await app.open('/renew'));
    expect(await askOrdersApi(token)).toMatchObject({ sub: person.sub });
  });
});

describe('next-auth 4.24 with its Auth0 provider', () => {
  it('signs in, calls the API, is not asked again while our session lives, and signs out', async () => {
    const site = 'nextauth.test';
    const registered = await register(site, '/api/auth/callback/auth0', BASIC);
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
  it('signs in, renews, calls the API and signs out', async () => {
    const registered = await register('openid.test', '/callback');
    const browser = openBrowser('openid.test');
    const issuer = new URL(`https://${DOMAIN}`);
    const config = await openidClient.discovery(issuer, registered.client_id, registered.client_secret);
    const pkceCodeVerifier = openidClient.randomPKCECodeVerifier();
    const [state, nonce] = [openidClient.randomState(), openidClient.randomNonce()];
    const request = openidClient.buildAuthorizationUrl(config, {
      redirect_uri: registered.callback,
      scope: SCOPE,
      audience: API,
      state,
      nonce,
      code_challenge: await openidClient.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: 'S256',
    });
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
async function signOutByAddress(browser: Browser, app: App, site: string): Promise<void> {
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

describe('auth0 4.37', () => {
  it.each(['email', 'sms'] as const)(
    'asks for a code by %s, trades it for checked tokens, renews, calls the API and gives the tokens up',
    async (connection) => {
      const { auth0, registered } = await openAuthentication();
      const { address, ask, trade } = connection === 'email' ? byEmail(auth0) : bySms(auth0);
      const code = await ask();
      const { data: first } = await trade(code);
      const person = await new UserInfoClient({ domain: DOMAIN }).getUserInfo(witness(first.access_token));
      expect(person.data).toMatchObject(
        connection === 'email' ? { email: address } : { phone_number: address },
      );

      const { data: second } = await auth0.oauth.refreshTokenGrant({
        refresh_token: witness(first.refresh_token ?? ''),
      });
      for (const { access_token } of [first, second]) {
        expect(await askOrdersApi(access_token)).toMatchObject({
          sub: person.data.sub,
          azp: registered.client_id,
        });
      }

      const last = witness(second.refresh_token ?? first.refresh_token ?? '');
      expect(await auth0.oauth.revokeRefreshToken({ token: last })).toMatchObject({ status: 200 });
      await expect(auth0.oauth.refreshTokenGrant({ refresh_token: last })).rejects.toMatchObject({
        error: 'invalid_grant',
        statusCode: 403,
      });
    },
  );

  it('is told of a wrong code in the words that applications show', async () => {
    const { auth0 } = await openAuthentication();
    const { ask, address } = byEmail(auth0);
    const code = await ask();
    const wrong = wrongCode(code);
    await expect(auth0.passwordless.loginWithEmail({ email: address, code: wrong })).rejects.toMatchObject({
      error: 'invalid_grant',
      error_description: 'Wrong email or verification code.',
      statusCode: 403,
    });
  });

  it('redeems the code of a redirect', async () => {
    const { auth0, registered } = await openAuthentication();
    const browser = createVisitor(`https://${DOMAIN}`);
    const callback = registered.callback;
    const address = newAddress();
    const ask = new URLSearchParams({
      client_id: registered.client_id,
      redirect_uri: callback,
      response_type: 'code',
      scope: SCOPE,
      audience: API,
    });
    const left = await signIn(browser, await browser.open(`/authorize?${ask}`), {
      post: tenant.post,
      address,
    });
    const code = leavesTo(left).searchParams.get('code') ?? '';
    const { data } = await auth0.oauth.authorizationCodeGrant({ code, redirect_uri: callback });
    expect(await askOrdersApi(data.access_token)).toMatchObject({ azp: registered.client_id });
  });

  it('sends a link that leads back to the application after a press', async () => {
    const { auth0, registered } = await openAuthentication();
    const address = newAddress();
    const authParams = {
      response_type: 'code',
      redirect_uri: registered.callback,
      scope: SCOPE,
      audience: API,
    };
    await auth0.passwordless.sendEmail({
      email: address,
      send: 'link',
      authParams: { ...authParams, state: 'abc' },
    });
    const { text } = await tenant.post.waitForMessage(address);
    const link = witness(/https:\/\/\S+verify_redirect\S+/.exec(text ?? '')?.[0] ?? '');
    const browser = createVisitor(`https://${DOMAIN}`);
    const back = leavesTo(await browser.submit(await browser.open(link)));
    expect(back.href).toMatch(new RegExp(`^${registered.callback}\\?.*state=abc`));
    const code = witness(back.searchParams.get('code') ?? '');
    const { data } = await auth0.oauth.authorizationCodeGrant({ code, redirect_uri: registered.callback });
    expect(await askOrdersApi(data.access_token)).toMatchObject({ azp: registered.client_id });
  });

  it('proves itself by a key in place of a secret', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const { auth0 } = await openAuthentication({
      settings: {
        token_endpoint_auth_method: 'private_key_jwt',
        jwks: { keys: [{ ...publicKey.export({ format: 'jwk' }), alg: 'RS256', use: 'sig', kid: 'first' }] },
      },
      proof: { clientAssertionSigningKey: `${privateKey.export({ type: 'pkcs8', format: 'pem' })}` },
    });
    const { ask, trade, address } = byEmail(auth0);
    const { data } = await trade(await ask());
    const { refresh_token = '' } = data;
    const renewed = await auth0.oauth.refreshTokenGrant({ refresh_token: witness(refresh_token) });
    const claims = await askOrdersApi(renewed.data.access_token);
    const person = await new UserInfoClient({ domain: DOMAIN }).getUserInfo(renewed.data.access_token);
    expect(person.data).toMatchObject({ sub: claims.sub, email: address });
  });

  async function openAuthentication({
    settings = {},
    proof,
  }: {
    settings?: Partial<Registration>;
    proof?: { clientAssertionSigningKey: string };
  } = {}) {
    const registered = await register('own-pages.test', '/callback', {
      ...NO_PKCE,
      grant_types: ['authorization_code', 'refresh_token', PASSWORDLESS_OTP_GRANT],
      ...settings,
    });
    const auth0 = new AuthenticationClient({
      domain: DOMAIN,
      clientId: registered.client_id,
      ...(proof ?? { clientSecret: registered.client_secret }),
    });
    return { auth0, registered };
  }

  function byEmail(auth0: AuthenticationClient) {
    const address = newAddress();
    return {
      address,
      async ask() {
        await auth0.passwordless.sendEmail({ email: address, send: 'code' });
        return readCode(tenant.post, address);
      },
      trade: (code: string) =>
        auth0.passwordless.loginWithEmail({ email: address, code, audience: API, scope: SCOPE }),
    };
  }

  function bySms(auth0: AuthenticationClient) {
    const address = witness(`+49151${randomInt(10_000_000, 99_999_999)}`);
    return {
      address,
      async ask() {
        await auth0.passwordless.sendSMS({ phone_number: address });
        const { body } = await tenant.twilio.waitForMessage(address);
        return witness(/^\d{6}/.exec(body)?.[0] ?? '');
      },
      trade: (code: string) =>
        auth0.passwordless.loginWithSMS({
          phone_number: address,
          code,
          audience: API,
          scope: `${SCOPE} phone`,
        }),
    };
  }
});

describe('a machine', () => {
  it('gets a token of the API by auth0 4.37', async () => {
    const auth0 = new AuthenticationClient({ domain: DOMAIN, ...MACHINE });
    const { data } = await auth0.oauth.clientCredentialsGrant({ audience: API });
    expect(await askOrdersApi(data.access_token)).toMatchObject({
      sub: `${MACHINE.clientId}@clients`,
      gty: 'client-credentials',
      scope: 'read:orders',
    });
  });

  it('registers a client by auth0 7.1, which auth0 4.37 then finds', async () => {
    const { client_id } = await register('made.test', '/callback');
    const old = new OldManagementClient({ domain: DOMAIN, ...MACHINE });
    const { data } = await old.clients.get({ client_id });
    expect(data).toMatchObject({ name: 'made.test', callbacks: ['https://made.test/callback'] });
    const { data: page } = await operator.clients.list();
    expect(page).toContainEqual(expect.objectContaining({ client_id }));
  });
});

describeUsers(() => tenant);
describeOperators();

describe('an API behind express-oauth2-jwt-bearer 1.10 and jwks-rsa 4.1', () => {
  it('believes no token that is not for it', async () => {
    const auth0 = new AuthenticationClient({ domain: DOMAIN, ...MACHINE });
    const { data } = await auth0.oauth.clientCredentialsGrant({ audience: `https://${DOMAIN}/api/v2/` });
    const genuine = (await auth0.oauth.clientCredentialsGrant({ audience: API })).data.access_token;
    const [head, body, signature = ''] = genuine.split('.');
    const forged = [
      head,
      body,
      signature.startsWith('A') ? `B${signature.slice(1)}` : `A${signature.slice(1)}`,
    ];
    for (const token of [data.access_token, forged.join('.'), 'nonsense']) {
      for (const door of ['orders', 'by-key'] as const) {
        expect([door, (await tryDoor(door, token)).status]).toEqual([door, 401]);
      }
    }
  });
});
