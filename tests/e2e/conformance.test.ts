// The modules of the OpenID Foundation's plans for providers, Basic OP, Form Post OP and Config OP, against the running server
// on https: each test is named after its module and asserts what the module asserts, its warnings too where we have
// none. One person signs in throughout, as in the suite. Clients send no PKCE challenge but where a module is about it.
import { setTimeout as sleep } from 'node:timers/promises';
import type { JSONWebKeySet } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  checkCallback,
  checkCallbackError,
  checkIdToken,
  checkTokenResponse,
  checkUserInfo,
  type Expected,
} from '@/tests/harness/conformance';
import { findSpills } from '@/tests/harness/evidence';
import { fillIn } from '@/tests/harness/html-form';
import { everythingPrinted } from '@/tests/harness/latchkey';
import { type App, createApp } from '@/tests/harness/operator';
import { PKCE } from '@/tests/harness/public-client';
import { signIn } from '@/tests/harness/sign-in';
import { DOMAIN, startTenant, type Tenant } from '@/tests/harness/tenant';
import { createVisitor, type Visit, type Visitor } from '@/tests/harness/visitor';

const ORIGIN = `https://${DOMAIN}`;
const ISSUER = `${ORIGIN}/`;
const CALLBACK = 'https://suite.test/test/a/latchkey/callback';
const PERSON = 'ada@example.com';
/** What a wait is longer than, where the suite waits that long. */
const ONE_SECOND = 1_100;

let tenant: Tenant;
let metadata: Record<string, unknown>;
let jwks: JSONWebKeySet;
let first: Client;
let second: Client;
let posting: Client;

beforeAll(async () => {
  tenant = await startTenant('conformance');
  const register = async (method: string) => {
    const words = ['--auth-method', method, '--no-require-pkce', '--callback', CALLBACK];
    const app = await createApp(tenant.server, ['--name', 'Suite', ...words]);
    return { ...app, method };
  };
  [first, second, posting] = await Promise.all([
    register('client_secret_basic'),
    register('client_secret_basic'),
    register('client_secret_post'),
  ]);
  metadata = await (await fetch(`${ORIGIN}/.well-known/openid-configuration`)).json();
  jwks = (await (await fetch(String(metadata.jwks_uri))).json()) as JSONWebKeySet;
  await Promise.all(Object.values(PLANS).map((plan) => plan.begin()));
});

afterAll(async () => {
  await tenant?.close();
  expect(findSpills(everythingPrinted())).toEqual([]);
});

type Client = App & { method: string };

const browser = () => createVisitor(ORIGIN);

/** The token endpoint, as this client calls it. */
function callTokenEndpoint(client: Client, fields: Record<string, string>): Promise<Response> {
  const { client_id, client_secret = '' } = client;
  const isPosting = client.method === 'client_secret_post';
  return fetch(String(metadata.token_endpoint), {
    method: 'POST',
    headers: isPosting ? {} : { Authorization: `Basic ${btoa(`${client_id}:${client_secret}`)}` },
    body: new URLSearchParams({ ...fields, ...(isPosting && { client_id, client_secret }) }),
  });
}

const askUserInfo = (accessToken: string, init: RequestInit = {}) =>
  fetch(String(metadata.userinfo_endpoint), {
    ...init,
    headers: { Authorization: `Bearer ${accessToken}`, ...init.headers },
  });

/** OAuth's refusals at the token endpoint. @see RFC 6749 §5.2 */
async function expectInvalidGrant(response: Response): Promise<void> {
  expect([response.status, await response.json()]).toEqual([
    400,
    expect.objectContaining({ error: 'invalid_grant' }),
  ]);
  expect(response.headers.get('cache-control')).toBe('no-store');
}

describe('Config OP', () => {
  const is = (name: string) => metadata[name];

  it('oidcc-discovery-endpoint-verification (PKC-5, STA-3)', async () => {
    const response = await fetch(`${ORIGIN}/.well-known/openid-configuration`);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toMatch(/^application\/json/);
    expect(is('issuer')).toBe(ISSUER);
    for (const [name, value] of Object.entries(metadata))
      if (name.endsWith('_endpoint') || name === 'jwks_uri')
        expect([name, value]).toEqual([name, expect.stringMatching(/^https:\/\/login\.acme\.test\/[\w.]/)]);
    for (const name of ['authorization', 'token', 'userinfo', 'end_session'])
      expect(metadata).toHaveProperty(`${name}_endpoint`);
    expect(is('scopes_supported')).toContain('openid');
    expect(is('response_types_supported')).toContain('code');
    expect(is('response_modes_supported')).toEqual(
      expect.arrayContaining(['query', 'fragment', 'form_post']),
    );
    expect(is('grant_types_supported')).toEqual(
      expect.arrayContaining(['authorization_code', 'refresh_token']),
    );
    expect(is('subject_types_supported')).toEqual(['public']);
    expect(is('id_token_signing_alg_values_supported')).toContain('RS256');
    expect(is('id_token_signing_alg_values_supported')).not.toContain('none');
    expect(is('claims_supported')).toEqual(
      expect.arrayContaining(['sub', 'iss', 'auth_time', 'name', 'email']),
    );
    expect(is('code_challenge_methods_supported')).toEqual(['S256']);
    expect(is('authorization_response_iss_parameter_supported')).toBe(true);
    for (const name of ['claims', 'request', 'request_uri'])
      expect([name, is(`${name}_parameter_supported`)]).toEqual([name, false]);
  });

  it('has a JWKS of public keys with names of their own (JWT-5)', () => {
    expect(jwks.keys.length).toBeGreaterThan(1);
    expect(new Set(jwks.keys.map(({ kid }) => kid)).size).toBe(jwks.keys.length);
    for (const key of jwks.keys) {
      expect(key).toMatchObject({ kty: 'RSA', use: 'sig', alg: 'RS256', kid: expect.stringMatching(/./) });
      expect(key.n).toMatch(/^[\w-]{342,}$/);
      for (const secret of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k']) expect(key).not.toHaveProperty(secret);
    }
  });
});

/** One run of the suite, with the browser of the person who signs in. */
function createPlan(responseMode: 'form_post' | null) {
  const home = browser();
  let reuseLater: Promise<void>;

  /** Signs the person in, and begins what takes half a minute. */
  async function begin(): Promise<void> {
    await flow({ visitor: home });
    reuseLater = reuseCode(30_000);
    reuseLater.catch(() => {}); // it is looked at in its test
  }

  type Wish = {
    /** A browser that is not signed in, where the module is about signing in. */
    visitor?: Visitor;
    client?: Client;
    /** Added to the request; null leaves a parameter out. */
    changes?: Record<string, string | null>;
    /** In another order than clients usually write. */
    isReversed?: boolean;
  };

  /** A request as the suite makes it, and what its answer will be held against. */
  function compose({ client = first, changes = {}, isReversed = false }: Wish = {}) {
    const [state, nonce] = [randomText(), randomText()];
    const parameters = Object.entries({
      client_id: client.client_id,
      redirect_uri: CALLBACK,
      scope: 'openid',
      state,
      nonce,
      response_type: 'code',
      response_mode: responseMode,
      ...changes,
    }).filter((entry): entry is [string, string] => entry[1] !== null);
    const request = new URL(String(metadata.authorization_endpoint));
    request.search = new URLSearchParams(isReversed ? parameters.reverse() : parameters).toString();
    const expected: Expected = {
      issuer: ISSUER,
      clientId: client.client_id,
      state,
      nonce: changes.nonce === null ? null : nonce,
      withAuthTime: changes.max_age !== undefined,
    };
    return { request, expected };
  }

  /** What the client gets, in the way it asked for. */
  function receive(visit: Visit): URLSearchParams {
    if (responseMode === null) {
      const { leavesTo } = visit;
      if (leavesTo === null) throw new Error(`Still at ${visit.url}, ${visit.status}: ${visit.text}`);
      expect([visit.status, leavesTo.origin + leavesTo.pathname, leavesTo.hash]).toEqual([303, CALLBACK, '']);
      return leavesTo.searchParams;
    }
    expect([visit.status, visit.leavesTo]).toEqual([200, null]);
    const policy = visit.headers.get('content-security-policy') ?? '';
    expect(policy).not.toContain('form-action');
    const nonce = /script-src 'nonce-([^']+)'/.exec(policy)?.[1];
    expect(visit.html).toContain(`<script nonce="${nonce}">document.forms[0].submit()</script>`);
    const { entries, ...form } = fillIn(visit.html, { press: 'Continue' });
    const encoding = 'application/x-www-form-urlencoded';
    expect(form).toEqual({ method: 'post', action: CALLBACK, encoding });
    return new URLSearchParams(entries);
  }

  /** Asks, signs in and allows where that is wanted, and brings back what the client gets. */
  async function ask(visitor: Visitor, request: URL) {
    const page = await visitor.open(request);
    const isAsked = page.leavesTo === null && page.html.includes('name="identifier"');
    const proven = isAsked ? await signIn(visitor, page, { post: tenant.post, address: PERSON }) : page;
    const mustAllow = request.searchParams.get('prompt') === 'consent';
    const left = mustAllow ? await visitor.submit(proven, { press: 'Allow' }) : proven;
    return { isAsked, answer: receive(left) };
  }

  /** From the client's callback to UserInfo, with every check that the suite always makes. */
  async function finish(answer: URLSearchParams, expected: Expected, { client = first, changes }: Wish = {}) {
    const code = checkCallback(answer, expected);
    const verifier = changes?.code_challenge && { code_verifier: PKCE.verifier };
    const redemption = { grant_type: 'authorization_code', code, redirect_uri: CALLBACK, ...verifier };
    const tokens = await checkTokenResponse(await callTokenEndpoint(client, redemption));
    const idToken = await checkIdToken(tokens, expected, jwks);
    const userInfo = await checkUserInfo(await askUserInfo(tokens.access_token), idToken);
    return { code, tokens, idToken, userInfo };
  }

  type Flow = Awaited<ReturnType<typeof finish>> & { isAsked: boolean };

  /** All of it, beginning with the request. */
  async function flow(wish: Wish = {}): Promise<Flow> {
    const { request, expected } = compose(wish);
    const { isAsked, answer } = await ask(wish.visitor ?? home, request);
    return { isAsked, ...(await finish(answer, expected, wish)) };
  }

  /** The error that the client is told, where nobody is signed in. */
  async function refusal(changes: Wish['changes'] = {}): Promise<string> {
    const { request, expected } = compose({ changes });
    return checkCallbackError((await ask(browser(), request)).answer, expected);
  }

  async function reuseCode(waitMilliseconds: number): Promise<void> {
    const { code, tokens } = await flow();
    await sleep(waitMilliseconds);
    await expectInvalidGrant(
      await callTokenEndpoint(first, { grant_type: 'authorization_code', code, redirect_uri: CALLBACK }),
    );
    expect((await askUserInfo(tokens.access_token)).status).toBe(401);
  }

  return { begin, compose, receive, finish, flow, refusal, reuseCode, reusedLater: () => reuseLater };
}

const PLANS = {
  'Basic OP': createPlan(null),
  'Form Post OP': createPlan('form_post'),
};

describe.each(Object.entries(PLANS))('%s', (_, plan) => {
  const { compose, flow, refusal } = plan;

  it('oidcc-server', async () => {
    const { isAsked } = await flow({ visitor: browser() });
    expect(isAsked).toBe(true);
  });

  it('oidcc-response-type-missing', async () => {
    const error = await refusal({ response_type: null });
    expect(['invalid_request', 'unsupported_response_type']).toContain(error);
  });

  it('oidcc-idtoken-signature', async () => {
    const { tokens } = await flow();
    const [, kid] = /"kid":"([^"]+)"/.exec(atob(tokens.id_token.split('.')[0] ?? '')) ?? [];
    expect(jwks.keys.filter((key) => key.kid === kid)).toHaveLength(1);
  });

  it('oidcc-userinfo-get, oidcc-userinfo-post-header, oidcc-userinfo-post-body', async () => {
    const { tokens, idToken } = await flow();
    await checkUserInfo(await askUserInfo(tokens.access_token, { method: 'GET' }), idToken);
    await checkUserInfo(await askUserInfo(tokens.access_token, { method: 'POST' }), idToken);
    const inBody = await fetch(String(metadata.userinfo_endpoint), {
      method: 'POST',
      body: new URLSearchParams({ access_token: tokens.access_token }),
    });
    await checkUserInfo(inBody, idToken);
  });

  it('oidcc-ensure-request-without-nonce-succeeds-for-code-flow (STA-2)', async () => {
    const { idToken } = await flow({ changes: { nonce: null } });
    expect(idToken).not.toHaveProperty('nonce');
  });

  it.each([
    ['oidcc-scope-profile', 'openid profile', ['name', 'nickname', 'updated_at']],
    ['oidcc-scope-email', 'openid email', ['email', 'email_verified']],
    ['oidcc-scope-address', 'openid address', []],
    ['oidcc-scope-phone', 'openid phone', []],
    [
      'oidcc-scope-all',
      'openid email phone address profile',
      ['name', 'nickname', 'updated_at', 'email', 'email_verified'],
    ],
  ])('%s', async (_module, scope, claims) => {
    const { userInfo, tokens } = await flow({ changes: { scope } });
    // Of a person who proved an address by e-mail that is all there is to tell (§5.4: claims are voluntary).
    expect(Object.keys(userInfo).sort()).toEqual(['sub', ...claims].sort());
    if (claims.includes('email')) expect(userInfo).toMatchObject({ email: PERSON, email_verified: true });
    expect(tokens.scope).toBe(scope);
  });

  it('oidcc-alternate-happy-flow', async () => {
    const { userInfo } = await flow({ changes: { scope: 'email openid' }, isReversed: true });
    expect(userInfo.email).toBe(PERSON);
  });

  it.each([
    ['oidcc-display-page', { display: 'page' }],
    ['oidcc-display-popup', { display: 'popup' }],
    ['oidcc-ensure-request-with-unknown-parameter-succeeds', { extra: 'foobar' }],
    ['oidcc-login-hint', { login_hint: `buffy@${DOMAIN}` }],
    ['oidcc-ui-locales', { ui_locales: 'se' }],
    ['oidcc-claims-locales', { claims_locales: 'se' }],
    ['oidcc-ensure-request-with-acr-values-succeeds', { acr_values: '1 2' }],
    ['oidcc-claims-essential', { claims: '{"userinfo":{"name":{"essential":true}}}' }],
  ])('%s', async (_module, changes) => {
    // Where nobody is signed in, so that the page that asks has to live with it too.
    const { isAsked } = await flow({ visitor: browser(), changes });
    expect(isAsked).toBe(true);
  });

  it('oidcc-prompt-login (STA-6)', async () => {
    const before = await flow({ changes: { max_age: '10000' } });
    await sleep(ONE_SECOND);
    const { isAsked, idToken } = await flow({ changes: { prompt: 'login' } });
    expect(isAsked).toBe(true);
    expect(idToken.sub).toBe(before.idToken.sub);
    expect(idToken.auth_time).toBeGreaterThan(Number(before.idToken.auth_time));
  });

  it('oidcc-prompt-none-not-logged-in (STA-6)', async () => {
    expect(await refusal({ prompt: 'none' })).toBe('login_required');
  });

  it('oidcc-prompt-none-logged-in', async () => {
    const before = await flow({ changes: { max_age: '10000' } });
    const { isAsked, idToken } = await flow({ changes: { prompt: 'none', max_age: '10000' } });
    expect(isAsked).toBe(false);
    expect(idToken).toMatchObject({ sub: before.idToken.sub, auth_time: before.idToken.auth_time });
  });

  it('oidcc-max-age-1 (STA-6)', async () => {
    const before = await flow({ changes: { max_age: '10000' } });
    await sleep(2 * ONE_SECOND);
    const { isAsked, idToken } = await flow({ changes: { max_age: '1' } });
    expect(isAsked).toBe(true);
    expect(idToken.sub).toBe(before.idToken.sub);
    expect(idToken.auth_time).toBeGreaterThan(Number(before.idToken.auth_time));
  });

  it('oidcc-max-age-10000', async () => {
    const before = await flow({ changes: { max_age: '10000' } });
    const { isAsked, idToken } = await flow({ changes: { max_age: '10000' } });
    expect(isAsked).toBe(false);
    expect(idToken).toMatchObject({ sub: before.idToken.sub, auth_time: before.idToken.auth_time });
  });

  it('oidcc-id-token-hint', async () => {
    const before = await flow();
    const changes = { prompt: 'none', id_token_hint: before.tokens.id_token };
    const { isAsked, idToken } = await flow({ changes });
    expect([isAsked, idToken.sub]).toEqual([false, before.idToken.sub]);
  });

  it('oidcc-codereuse (COD-1)', () => plan.reuseCode(0));

  it('oidcc-ensure-registered-redirect-uri (RED-1)', async () => {
    const { request } = compose({ changes: { redirect_uri: `${CALLBACK}/${randomText()}` } });
    const page = await browser().open(request);
    expect([page.status, page.leavesTo]).toEqual([403, null]);
    expect(page.text).toContain('an address it has not registered');
    expect(page.html).not.toContain(CALLBACK);
  });

  it('oidcc-ensure-post-request-succeeds (RED-11)', async () => {
    const visitor = browser();
    const { request, expected } = compose();
    const answer = await visitor.send(String(metadata.authorization_endpoint), {
      method: 'POST',
      headers: {
        'Content-Type': 'application/x-www-form-urlencoded',
        Origin: 'https://suite.test',
        'Sec-Fetch-Site': 'cross-site',
        'Sec-Fetch-Mode': 'navigate',
      },
      body: request.searchParams.toString(),
    });
    expect(answer.status).toBe(303);
    const page = await visitor.open(answer.headers.get('location') ?? '');
    const left = await signIn(visitor, page, { post: tenant.post, address: PERSON });
    await plan.finish(plan.receive(left), expected);
  });

  it('oidcc-server-client-secret-post', async () => {
    await flow({ client: posting });
  });

  it('oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported (RED-12)', async () => {
    const request_uri = 'https://suite.test/test/a/latchkey/requesturi/abc';
    expect(await refusal({ request_uri })).toBe('request_uri_not_supported');
  });

  /** An unsigned request object with these claims. */
  function requestObject(claims: object): string {
    const encoded = [{ alg: 'none' }, claims].map((part) => btoa(JSON.stringify(part)));
    return `${encoded.join('.').replaceAll('=', '')}.`;
  }

  it('oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported (RED-12)', async () => {
    const { request } = compose();
    const object = requestObject(Object.fromEntries(request.searchParams));
    expect(await refusal({ request: object })).toBe('request_not_supported');
  });

  it('oidcc-ensure-request-object-with-redirect-uri (RED-12)', async () => {
    const { request: good } = compose();
    const { request } = compose({
      changes: {
        redirect_uri: `${CALLBACK}/${randomText()}`,
        request: requestObject(Object.fromEntries(good.searchParams)),
      },
    });
    const page = await browser().open(request);
    expect([page.status, page.leavesTo]).toEqual([403, null]);
    expect(page.text).toContain('an address it has not registered');
  });

  it('oidcc-refresh-token (RFT-5)', async () => {
    const scope = 'openid offline_access';
    for (const [client, other] of [
      [first, second],
      [second, first],
    ] as const) {
      const { tokens, idToken } = await flow({ client, changes: { scope, prompt: 'consent' } });
      const refresh = (by: Client, token = tokens.refresh_token ?? '') =>
        callTokenEndpoint(by, { grant_type: 'refresh_token', refresh_token: token, scope });
      await sleep(ONE_SECOND);
      const renewed = await checkTokenResponse(await refresh(client));
      expect(renewed.access_token).not.toBe(tokens.access_token);
      const expected = { issuer: ISSUER, clientId: client.client_id, state: '', nonce: null };
      const renewedIdToken = await checkIdToken(renewed, { ...expected, withAuthTime: false }, jwks);
      expect(renewedIdToken).toMatchObject({ iss: idToken.iss, sub: idToken.sub, aud: idToken.aud });
      expect(renewedIdToken.iat).toBeGreaterThan(idToken.iat);
      await checkUserInfo(await askUserInfo(renewed.access_token), idToken);
      await expectInvalidGrant(await refresh(other, renewed.refresh_token));
    }
  });

  it('oidcc-ensure-request-with-valid-pkce-succeeds', async () => {
    await flow({ changes: { code_challenge: PKCE.challenge, code_challenge_method: 'S256' } });
  });

  it('oidcc-codereuse-30seconds (COD-1)', () => plan.reusedLater());
});

/** As much chance as the suite puts into a state. */
function randomText(): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(15))).toString('base64url');
}
