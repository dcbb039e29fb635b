// Client libraries that nobody here wrote sign people in through the running server: openid-client and oauth4webapi, both
// certified, check every answer against the specifications. The person is a browser without scripts and a mailbox. What the
// OpenID Foundation's own modules assert of signing in is in conformance.test.ts; of signing out it is here, by name.
import { setTimeout as sleep } from 'node:timers/promises';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import * as oauth from 'oauth4webapi';
import * as openid from 'openid-client';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BackChannel, startBackChannel } from '@/tests/harness/back-channel';
import { createDatabase } from '@/tests/harness/database';
import { findSpills, witness } from '@/tests/harness/evidence';
import { fillIn } from '@/tests/harness/html-form';
import { everythingPrinted, type LatchkeyProcess, startLatchkey } from '@/tests/harness/latchkey';
import { type App, createApp } from '@/tests/harness/operator';
import { askForCode, callbackParameters, readCode, signIn, typeCode } from '@/tests/harness/sign-in';
import { type SmtpSink, startSmtpSink } from '@/tests/harness/smtp-sink';
import { createVisitor, type Visit, type Visitor } from '@/tests/harness/visitor';

const CALLBACK = 'https://rp.test/cb';
const GOODBYE = 'https://rp.test/bye';
/** Where one of the clients begins a sign-in by itself. */
const START = 'https://rp.test/start';
/** Names no registered address, and never asked for a code. */
const NOBODY = 'https://rp.test/other';

let post: SmtpSink;
let server: LatchkeyProcess;
let databaseUrl: string;
let apps: Record<'spa' | 'basic' | 'secretPost' | 'lenient' | 'theirs' | 'told' | 'wiki', App>;
/** Back channels of the last two. */
let told: BackChannel;
let wiki: BackChannel;

beforeAll(async () => {
  [post, told, wiki] = await Promise.all([startSmtpSink(), startBackChannel(), startBackChannel()]);
  databaseUrl = await createDatabase('relying parties');
  server = await startLatchkey({
    DATABASE_URL: databaseUrl,
    SECRET: 'u3Xk8sVn1qLz6TfWb0YcRm5GhJp2DdEa',
    SMTP_URL: post.url,
    OUTBOUND_PRIVATE_NETWORKS: '127.0.0.1/32',
    // The Foundation's suite signs one person in fifty times within minutes, from one address.
    LIMITS: JSON.stringify({
      starts_per_ip: 1000,
      starts_per_recipient_hour: 1000,
      starts_per_recipient_day: 1000,
    }),
  });
  const uris = ['--callback', CALLBACK, '--logout-url', GOODBYE];
  const hears = (name: string, { url }: BackChannel) =>
    createApp(server, [
      ...['--name', name, '--auth-method', 'client_secret_basic', '--backchannel-logout-url', url],
      ...uris,
    ]);
  const [spa, basic, secretPost, lenient, theirs, toldApp, wikiApp] = await Promise.all([
    createApp(server, ['--name', 'Spa', '--type', 'spa', ...uris]),
    createApp(server, ['--name', 'Basic', '--auth-method', 'client_secret_basic', ...uris, NOBODY]),
    createApp(server, ['--name', 'Post', '--auth-method', 'client_secret_post', ...uris]),
    createApp(server, [
      '--name',
      'Old',
      '--auth-method',
      'client_secret_basic',
      '--no-require-pkce',
      ...uris,
    ]),
    createApp(server, ['--name', 'Shop of others', '--third-party', '--login-url', START, ...uris]),
    hears('Told', told),
    hears('Wiki & Söhne', wiki),
  ]);
  apps = { spa, basic, secretPost, lenient, theirs, told: toldApp, wiki: wikiApp };
});

afterAll(async () => {
  await server?.stop();
  await Promise.all([post, told, wiki].map((outside) => outside?.close()));
  expect([...told.violations, ...wiki.violations]).toEqual([]);
  expect(findSpills(everythingPrinted())).toEqual([]);
});

/** A client built on openid-client, with everything one sign-in of it needs to remember. */
async function openRelyingParty(app: App, authentication: openid.ClientAuth = openid.None()) {
  const config = await openid.discovery(new URL(server.issuer), app.client_id, undefined, authentication, {
    execute: [openid.allowInsecureRequests],
  });
  return {
    config,
    /** A request, and what its answer is checked with. `null` leaves a parameter out. */
    async begin(parameters: Record<string, string | null> = {}) {
      const codeVerifier = openid.randomPKCECodeVerifier();
      const wanted: Record<string, string | null> = {
        redirect_uri: CALLBACK,
        scope: 'openid profile email',
        state: openid.randomState(),
        nonce: openid.randomNonce(),
        code_challenge: await openid.calculatePKCECodeChallenge(codeVerifier),
        code_challenge_method: 'S256',
        ...parameters,
      };
      const sent = Object.fromEntries(
        Object.entries(wanted).filter((entry): entry is [string, string] => entry[1] !== null),
      );
      const checks = {
        ...(sent.code_challenge && { pkceCodeVerifier: codeVerifier }),
        ...(sent.state !== undefined && { expectedState: sent.state }),
        ...(sent.nonce !== undefined && { expectedNonce: sent.nonce }),
        ...(sent.max_age !== undefined && { maxAge: Number(sent.max_age) }),
        idTokenExpected: true,
      };
      return { url: openid.buildAuthorizationUrl(config, sent), checks };
    },
    async redeem(answer: URL | Request, checks: openid.AuthorizationCodeGrantChecks) {
      const tokens = await openid.authorizationCodeGrant(config, answer, checks);
      witness(tokens.access_token);
      witness(tokens.id_token ?? '');
      return tokens;
    },
  };
}

type RelyingParty = Awaited<ReturnType<typeof openRelyingParty>>;

const basicParty = () => openRelyingParty(apps.basic, openid.ClientSecretBasic(apps.basic.client_secret));

/** The callback's own address, of an answer that left the site. @throws when the browser is still here */
function answerOf(visit: Visit): URL {
  if (visit.leavesTo === null) throw new Error(`The browser is still at ${visit.url}: ${visit.text}`);
  return visit.leavesTo;
}

/** Signs a person in and redeems the code, with what both sides saw. */
async function complete(
  party: RelyingParty,
  {
    visitor,
    address,
    parameters = {},
  }: { visitor: Visitor; address: string; parameters?: Record<string, string | null> },
) {
  const { url, checks } = await party.begin(parameters);
  const firstPage = await visitor.open(url);
  const answer = answerOf(
    firstPage.leavesTo ? firstPage : await signIn(visitor, firstPage, { post, address }),
  );
  const tokens = await party.redeem(answer, checks);
  return { tokens, claims: tokens.claims() ?? fail('no ID token'), answer, firstPage };
}

function fail(reason: string): never {
  throw new Error(reason);
}

const browser = () => createVisitor(server.issuer);

async function look<Row>(statement: string, parameters: unknown[] = []): Promise<Row[]> {
  const client = new pg.Client(databaseUrl);
  await client.connect();
  const { rows } = await client.query(statement, parameters).finally(() => client.end());
  return rows;
}

/** Asks again with the session the browser holds, for the callback's parameters. */
async function askSilently(party: RelyingParty, visitor: Visitor, parameters: Record<string, string> = {}) {
  const { url } = await party.begin({ prompt: 'none', ...parameters });
  return callbackParameters(answerOf(await visitor.open(url)));
}

const userinfo = (init: RequestInit) => fetch(`${server.issuer}/userinfo`, init);

describe('oauth4webapi', () => {
  it.each([
    ['a public client', 'spa', () => oauth.None()],
    ['client_secret_basic', 'basic', (app: App) => oauth.ClientSecretBasic(app.client_secret ?? '')],
    ['client_secret_post', 'secretPost', (app: App) => oauth.ClientSecretPost(app.client_secret ?? '')],
  ] as const)(
    'signs a person in with %s, asks UserInfo and signs out (STA-2, STA-3)',
    async (_, kind, authenticate) => {
      const app = apps[kind];
      const client: oauth.Client = { client_id: app.client_id };
      const plain = { [oauth.allowInsecureRequests]: true };
      const issuer = new URL(server.issuer);
      const provider = await oauth.processDiscoveryResponse(
        issuer,
        await oauth.discoveryRequest(issuer, plain),
      );

      const verifier = oauth.generateRandomCodeVerifier();
      const [state, nonce] = [oauth.generateRandomState(), oauth.generateRandomNonce()];
      const request = new URL(provider.authorization_endpoint ?? '');
      request.search = new URLSearchParams({
        client_id: app.client_id,
        redirect_uri: CALLBACK,
        response_type: 'code',
        scope: 'openid profile email',
        state,
        nonce,
        code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
      }).toString();
      const visitor = browser();
      const address = `${kind.toLowerCase()}@example.com`;
      const left = await signIn(visitor, await visitor.open(request), { post, address });
      expect(left.status).toBe(303);

      const answer = oauth.validateAuthResponse(provider, client, answerOf(left), state);
      expect(answer.get('iss')).toBe(provider.issuer);
      const response = await oauth.authorizationCodeGrantRequest(
        provider,
        client,
        authenticate(app),
        answer,
        CALLBACK,
        verifier,
        plain,
      );
      expect(response.headers.get('cache-control')).toBe('no-store');
      const tokens = await oauth.processAuthorizationCodeResponse(provider, client, response, {
        expectedNonce: nonce,
        requireIdToken: true,
      });
      await oauth.validateApplicationLevelSignature(provider, response, plain);
      witness(tokens.access_token);
      const claims = oauth.getValidatedIdTokenClaims(tokens) ?? fail('no ID token');
      expect(claims).toMatchObject({ email: address, email_verified: true });
      expect(claims.sub).toMatch(/^email\|[0-9a-f]{24}$/);

      const asked = await oauth.userInfoRequest(provider, client, tokens.access_token, plain);
      const person = await oauth.processUserInfoResponse(provider, client, claims.sub, asked);
      expect(person).toMatchObject({ sub: claims.sub, email: address });

      const goodbye = new URL(provider.end_session_endpoint ?? '');
      goodbye.search = new URLSearchParams({
        id_token_hint: witness(tokens.id_token ?? ''),
        post_logout_redirect_uri: GOODBYE,
        state,
      }).toString();
      const gone = answerOf(await visitor.open(goodbye));
      expect(gone.href).toBe(`${GOODBYE}?state=${state}`);
      expect((await visitor.open(`${request}&prompt=none`)).leavesTo?.searchParams.get('error')).toBe(
        'login_required',
      );
    },
  );
});

describe('openid-client', () => {
  it.each([
    ['spa', () => openid.None()],
    ['basic', (app: App) => openid.ClientSecretBasic(app.client_secret)],
    ['secretPost', (app: App) => openid.ClientSecretPost(app.client_secret)],
  ] as const)('signs a person in as %s by query, fragment and form_post', async (kind, authenticate) => {
    const party = await openRelyingParty(apps[kind], authenticate(apps[kind]));
    const address = `modes-${kind.toLowerCase()}@example.com`;
    const subjects = new Set<string>();
    for (const mode of ['query', 'fragment', 'form_post']) {
      const visitor = browser();
      const { url, checks } = await party.begin({ response_mode: mode });
      const left = await signIn(visitor, await visitor.open(url), { post, address });
      const tokens = await party.redeem(receive(left, mode), checks);
      const claims = tokens.claims() ?? fail('no ID token');
      subjects.add(claims.sub);
      const person = await openid.fetchUserInfo(party.config, tokens.access_token, claims.sub);
      expect(person.email).toBe(address);
    }
    expect(subjects.size).toBe(1);
  });

  /** The answer as the client's own server or script gets it. */
  function receive(left: Visit, mode: string): URL | Request {
    if (mode === 'query') {
      expect(answerOf(left).hash).toBe('');
      return answerOf(left);
    }
    if (mode === 'fragment') {
      const answer = answerOf(left);
      expect(answer.search).toBe('');
      return new URL(`${CALLBACK}?${answer.hash.slice(1)}`);
    }
    return receiveForm(left);
  }

  function receiveForm(page: Visit): Request {
    expect(page).toMatchObject({ status: 200, leavesTo: null });
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('form-action');
    expect(page.headers.get('cache-control')).toContain('no-store');
    const nonce = /script-src 'nonce-([^']+)'/.exec(policy)?.[1];
    expect(page.html).toContain(`<script nonce="${nonce}">document.forms[0].submit()</script>`);
    const form = fillIn(page.html, { press: 'Continue' });
    expect(form).toMatchObject({ action: CALLBACK, method: 'post' });
    return new Request(CALLBACK, { method: 'POST', body: new URLSearchParams(form.entries) });
  }
});

describe('an account that an operator blocked while its code was on the way', () => {
  it.each(['query', 'fragment', 'form_post'])(
    'is signed in nowhere, and the client is told so by %s',
    async (mode) => {
      const party = await basicParty();
      const address = `blocked-${mode}@example.com`;
      await complete(party, { visitor: browser(), address });
      const visitor = browser();
      const { url } = await party.begin({ response_mode: mode, state: 'S1' });
      const codePage = await askForCode(visitor, await visitor.open(url), address);
      const code = await readCode(post, address);
      await look(
        `UPDATE accounts SET blocked_at = now()
       WHERE id = (SELECT account_id FROM identities WHERE identifier = $1)`,
        [address],
      );
      const left = await typeCode(visitor, codePage, code);
      const told =
        left.leavesTo === null
          ? new URLSearchParams(fillIn(left.html, { press: 'Continue' }).entries)
          : callbackParameters(left.leavesTo);
      expect(Object.fromEntries(told)).toEqual({
        error: 'unauthorized',
        error_description: 'user is blocked',
        state: 'S1',
        iss: `${server.issuer}/`,
      });
    },
  );
});

describe('a request', () => {
  let party: RelyingParty;
  /** Signed in once, for everything that looks at a session. */
  let visitor: Visitor;
  let first: Awaited<ReturnType<typeof complete>>;
  const address = 'ada@example.com';

  beforeAll(async () => {
    party = await basicParty();
    visitor = browser();
    first = await complete(party, { visitor, address, parameters: { max_age: '10000' } });
  });

  it('with an id_token_hint of the person is silent, of another is login_required', async () => {
    const hint = first.tokens.id_token ?? '';
    expect((await askSilently(party, visitor, { id_token_hint: hint })).get('error')).toBeNull();
    const other = await complete(party, { visitor: browser(), address: 'bob@example.com' });
    const refused = await askSilently(party, visitor, { id_token_hint: other.tokens.id_token ?? '' });
    expect(refused.get('error')).toBe('login_required');
  });

  it('with a login_hint fills the field in, as text (RED-5)', async () => {
    const { url } = await party.begin({ login_hint: 'grace+"><b>@example.com' });
    const page = await browser().open(url);
    expect(page.html).toContain('value="grace+&quot;&gt;&lt;b&gt;@example.com"');
    expect(page.html).not.toContain('<b>@');
  });

  it('with screen_hint=signup speaks of signing up, with a session only where it asks again', async () => {
    const hinted = { screen_hint: 'signup' };
    const newcomer = browser();
    const page = await newcomer.open((await party.begin(hinted)).url);
    expect(page.text).toContain('Create your account with Basic');
    expect(page.text).toContain('Have an account already? This also signs you in.');
    expect(page.html).toContain('<title>Sign up - Basic</title>');
    expect((await signIn(newcomer, page, { post, address: 'new@example.com' })).leavesTo).not.toBeNull();

    expect((await newcomer.open((await party.begin(hinted)).url)).leavesTo).not.toBeNull();
    const again = await newcomer.open((await party.begin({ ...hinted, prompt: 'login' })).url);
    expect(again.text).toContain('Create your account with Basic');
  });

  it('with prompt=select_account lets the person say who they are (OpenID Connect Core §3.1.2.1)', async () => {
    const page = await visitor.open((await party.begin({ prompt: 'select_account' })).url);
    expect(page.url.pathname).toMatch(/identifier$/);
  });

  it('gets its state back to the byte, two kilobytes of it too (STA-1)', async () => {
    for (const state of ['%20+&=#"<é ✓', `"${'ü<&%2B'.repeat(250)}`]) {
      const { answer } = await complete(party, { visitor, address, parameters: { state } });
      expect(answer.searchParams.get('state')).toBe(state);
      const { url } = await party.begin({ state, prompt: 'login' });
      const fresh = browser();
      const left = await signIn(fresh, await fresh.open(url), { post, address: 'state@example.com' });
      expect(answerOf(left).searchParams.get('state')).toBe(state);
    }
  });

  it.each([
    ['no response_type', { response_type: '' }, 'invalid_request'],
    ['response_type=token (RED-6)', { response_type: 'token' }, 'unsupported_response_type'],
    ['response_type=code token (RED-6)', { response_type: 'code token' }, 'unsupported_response_type'],
    ['response_type=CODE (RED-6)', { response_type: 'CODE' }, 'unsupported_response_type'],
    [
      'request (RED-12)',
      { request: 'eyJhbGciOiJub25lIn0.eyJyZWRpcmVjdF91cmkiOiJodHRwczovL2V2aWwudGVzdC8ifQ.' },
      'request_not_supported',
    ],
    ['request_uri (RED-12)', { request_uri: 'https://rp.test/request.jwt' }, 'request_uri_not_supported'],
    ['a scope of markup (RED-5)', { scope: '<svg/onload=1>' }, 'invalid_scope'],
    ['prompt=none login', { prompt: 'none login' }, 'invalid_request'],
    ['no code_challenge (PKC-1)', { code_challenge: null, code_challenge_method: null }, 'invalid_request'],
    ['code_challenge_method=plain (PKC-1)', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['no code_challenge_method (PKC-1)', { code_challenge_method: null }, 'invalid_request'],
  ])('with %s is told so, with state and iss', async (_, parameters, error) => {
    const { url } = await party.begin({ state: 'xyz', ...parameters });
    if ('response_type' in parameters) url.searchParams.set('response_type', parameters.response_type ?? '');
    const answer = answerOf(await browser().open(url));
    expect(answer.href.startsWith(`${CALLBACK}?`)).toBe(true);
    const told = Object.fromEntries(answer.searchParams);
    expect(told).toMatchObject({ error, state: 'xyz', iss: `${server.issuer}/` });
    expect(told.error_description).not.toMatch(/[<>"]/);
  });
});

describe('UserInfo', () => {
  let accessToken: string;
  beforeAll(async () => {
    const { tokens } = await complete(await basicParty(), {
      visitor: browser(),
      address: 'info@example.com',
    });
    accessToken = tokens.access_token;
  });

  const asForm = (body: string) => ({
    method: 'POST',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    body,
  });

  it('takes no token from the address, none twice, and no other token (HDR-5)', async () => {
    const inQuery = await fetch(`${server.issuer}/userinfo?access_token=${accessToken}`);
    expect(inQuery.status).toBe(400);
    const twice = { ...asForm(`access_token=${accessToken}`) };
    twice.headers = { ...twice.headers, Authorization: `Bearer ${accessToken}` } as typeof twice.headers;
    expect((await userinfo(twice)).status).toBe(400);
    for (const token of [`${accessToken}x`, accessToken.slice(0, -1), 'nonsense']) {
      const refused = await userinfo({ headers: { Authorization: `Bearer ${token}` } });
      expect(refused.status).toBe(401);
      expect(refused.headers.get('www-authenticate')).toMatch(/^Bearer .*error="invalid_token"/);
    }
    const without = await userinfo({});
    expect([without.status, without.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
  });
});

describe('an authorization code', () => {
  /** The token endpoint as a client calls it, for calls no library would make. */
  async function redeem(fields: Record<string, string>, app: App = apps.basic) {
    const response = await fetch(`${server.issuer}/oauth/token`, {
      method: 'POST',
      headers: { Authorization: `Basic ${btoa(`${app.client_id}:${app.client_secret}`)}` },
      body: new URLSearchParams({ grant_type: 'authorization_code', redirect_uri: CALLBACK, ...fields }),
    });
    const answer = (await response.json()) as Record<string, string>;
    if (answer.access_token) witness(answer.access_token);
    expect(response.headers.get('cache-control')).toBe('no-store');
    return { status: response.status, ...answer } as {
      status: number;
      error?: string;
      access_token?: string;
    };
  }

  const invalidGrant = { status: 400, error: 'invalid_grant' };
  const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
  let visitor: Visitor;
  let party: RelyingParty;
  beforeAll(async () => {
    party = await basicParty();
    visitor = browser();
    await complete(party, { visitor, address: 'coded@example.com' });
  });

  async function freshCode(
    parameters: Record<string, string | null> = {},
    from: RelyingParty = party,
  ): Promise<string> {
    const code_challenge = await openid.calculatePKCECodeChallenge(verifier);
    const { url } = await from.begin({ code_challenge, ...parameters });
    return witness(answerOf(await visitor.open(url)).searchParams.get('code') ?? fail('no code'));
  }

  it('is bound to its verifier, and a wrong one does not spend it (PKC-2, PKC-4, COD-6)', async () => {
    const code = await freshCode();
    for (const code_verifier of [
      '',
      verifier.slice(1),
      `${verifier}x`,
      verifier.toUpperCase(),
      'x'.repeat(42),
      'x'.repeat(129),
      `${verifier}é`,
    ])
      expect((await redeem({ code, code_verifier })).status, code_verifier).toBe(400);
    expect(await redeem({ code })).toMatchObject(invalidGrant);
    expect((await redeem({ code, code_verifier: verifier })).status).toBe(200);
  });

  it('is bound to its client and to its redirect URI (COD-3, COD-4)', async () => {
    const code = await freshCode();
    const given = { code, code_verifier: verifier };
    expect(await redeem(given, apps.lenient)).toMatchObject(invalidGrant);
    for (const redirect_uri of [NOBODY, `${CALLBACK}/`, CALLBACK.toUpperCase()])
      expect(await redeem({ ...given, redirect_uri })).toMatchObject(invalidGrant);
    expect(await redeem({ ...given, redirect_uri: '' })).toMatchObject(invalidGrant);
    expect((await redeem(given)).status).toBe(200);
  });

  it('is taken whole or not at all (COD-8)', async () => {
    const code = await freshCode();
    for (const bent of [
      code.slice(0, -1),
      `${code}A`,
      ` ${code}`,
      `${code} `,
      code.toUpperCase(),
      code.toLowerCase(),
    ])
      if (bent !== code)
        expect(await redeem({ code: bent, code_verifier: verifier })).toMatchObject(invalidGrant);
    expect((await redeem({ code, code_verifier: verifier })).status).toBe(200);
  });

  it('may do without PKCE where the client may, but then takes no verifier (PKC-3)', async () => {
    const lenient = await openRelyingParty(
      apps.lenient,
      openid.ClientSecretBasic(apps.lenient.client_secret),
    );
    const without = { code_challenge: null, code_challenge_method: null };
    const code = await freshCode(without, lenient);
    expect(await redeem({ code, code_verifier: verifier }, apps.lenient)).toMatchObject(invalidGrant);
    expect((await redeem({ code }, apps.lenient)).status).toBe(200);

    const { claims } = await complete(lenient, {
      visitor,
      address: 'coded@example.com',
      parameters: without,
    });
    expect(claims.email).toBe('coded@example.com');
    const bound = await freshCode({}, lenient);
    expect(await redeem({ code: bound }, apps.lenient)).toMatchObject(invalidGrant);
  });

  it('is not given to a client that cannot prove itself', async () => {
    const code = await freshCode();
    const stranger = { ...apps.basic, client_secret: 'wrong' };
    const refused = await redeem({ code, code_verifier: verifier }, stranger);
    expect(refused).toMatchObject({ status: 401, error: 'invalid_client' });
    expect((await redeem({ code, code_verifier: verifier })).status).toBe(200);
  });

  it('and the access token have at least 128 random bits', async () => {
    const code = await freshCode();
    expect(code).toMatch(/^[\w-]{22,}$/);
    expect(new Set(await Promise.all(Array.from({ length: 20 }, () => freshCode()))).size).toBe(20);
  });
});

describe('RP-initiated logout', () => {
  let party: RelyingParty;
  beforeAll(async () => {
    party = await basicParty();
  });

  async function signedIn() {
    const visitor = browser();
    const { tokens } = await complete(party, { visitor, address: 'leaver@example.com' });
    return { visitor, hint: tokens.id_token ?? fail('no ID token') };
  }
  const isSignedIn = async (visitor: Visitor) => !(await askSilently(party, visitor)).has('error');
  const logoutUrl = (parameters: Record<string, string>) => `/oidc/logout?${new URLSearchParams(parameters)}`;
  /** `{"alg":"none"}` in place of the real header, and no signature. */
  const unsigned = (jwt: string) => `eyJhbGciOiJub25lIn0.${jwt.split('.')[1]}.`;

  it('with a hint ends the session at once and returns with state (oidcc-rp-initiated-logout)', async () => {
    const { visitor, hint } = await signedIn();
    const url = openid.buildEndSessionUrl(party.config, {
      id_token_hint: hint,
      post_logout_redirect_uri: GOODBYE,
      state: 'bye',
    });
    const left = await visitor.open(url);
    expect([left.status, left.leavesTo?.href]).toEqual([303, `${GOODBYE}?state=bye`]);
    expect(await isSignedIn(visitor)).toBe(false);
  });

  it('without state returns without (oidcc-rp-initiated-logout-no-state)', async () => {
    const { visitor, hint } = await signedIn();
    const left = await visitor.open(logoutUrl({ id_token_hint: hint, post_logout_redirect_uri: GOODBYE }));
    expect(left.leavesTo?.href).toBe(GOODBYE);
  });

  it('without an address to return to shows that it is done (oidcc-rp-initiated-logout-no-post-logout-redirect-uri)', async () => {
    const { visitor, hint } = await signedIn();
    const page = await visitor.open(logoutUrl({ id_token_hint: hint }));
    expect(page.text).toContain('You are signed out');
    expect(await isSignedIn(visitor)).toBe(false);
  });

  it.each([
    ['no parameters (oidcc-rp-initiated-logout-no-params)', {}],
    ['state alone (oidcc-rp-initiated-logout-only-state)', { state: 'bye' }],
  ])('with %s asks first, and ends nothing unasked', async (_, parameters) => {
    const { visitor } = await signedIn();
    const page = await visitor.open(logoutUrl(parameters));
    expect(page.text).toContain('Sign out?');
    expect(await isSignedIn(visitor)).toBe(true);
    const done = await visitor.submit(page, { press: 'Sign out' });
    expect(done.text).toContain('You are signed out');
    expect(done.trail).toHaveLength(2);
    expect(await isSignedIn(visitor)).toBe(false);
  });

  it.each([
    [
      'an address nobody registered (oidcc-rp-initiated-logout-bad-post-logout-redirect-uri)',
      (hint: string) => ({ id_token_hint: hint, post_logout_redirect_uri: 'https://evil.test/' }),
    ],
    [
      'a query added (oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri)',
      (hint: string) => ({ id_token_hint: hint, post_logout_redirect_uri: `${GOODBYE}?x=1` }),
    ],
    [
      'a hint that is not one (oidcc-rp-initiated-logout-bad-id-token-hint)',
      () => ({ id_token_hint: 'nonsense', post_logout_redirect_uri: GOODBYE }),
    ],
    [
      'a hint of alg none (oidcc-rp-initiated-logout-modified-id-token-hint)',
      (hint: string) => ({ id_token_hint: unsigned(hint), post_logout_redirect_uri: GOODBYE }),
    ],
    [
      'an address but no hint (oidcc-rp-initiated-logout-no-id-token-hint)',
      () => ({ post_logout_redirect_uri: GOODBYE }),
    ],
  ])('with %s sends nobody anywhere and ends nothing unasked (RED-8)', async (_, parametersFor) => {
    const { visitor, hint } = await signedIn();
    const page = await visitor.open(logoutUrl(parametersFor(hint)));
    expect(page.leavesTo).toBeNull();
    expect(page.html).not.toContain('evil.test');
    expect(await isSignedIn(visitor)).toBe(true);
  });

  it('leaves an old cookie worthless (FRM-7)', async () => {
    const { visitor, hint } = await signedIn();
    const [old] = visitor.jar.list('localhost').filter(({ name }) => name === 'session');
    await visitor.open(logoutUrl({ id_token_hint: hint }));
    const { url } = await party.begin({ prompt: 'none' });
    const replayed = await browser().send(url, { headers: { Cookie: `session=${old?.value}` } });
    expect(new URL(replayed.headers.get('location') ?? '').searchParams.get('error')).toBe('login_required');
  });
});

describe('a sign-in page without a sign-in', () => {
  it.each(['/login', '/u/login', '/u/login/identifier?state=x', '/u/login/passwordless-email-challenge'])(
    'sends a browser to the client it came from, which begins anew and is told with whom: %s',
    async (path) => {
      const party = await openRelyingParty(apps.theirs);
      const visitor = browser();
      await visitor.open((await (await basicParty()).begin()).url);
      await visitor.open((await party.begin()).url);
      const lost = await visitor.open(path);
      expect(lost.leavesTo?.href).toBe(`${START}?iss=${encodeURIComponent(`${server.issuer}/`)}`);
    },
  );

  it('offers the same request again where the client has no beginning of its own', async () => {
    const visitor = browser();
    const { url } = await (await basicParty()).begin({ state: 'kept' });
    const { url: at } = await visitor.open(url);
    const lost = await visitor.open('/login');
    expect([lost.status, lost.leavesTo]).toEqual([200, null]);
    const [, href = ''] = /<a href="(\/authorize[^"]+)"/.exec(lost.html) ?? [];
    expect(href).toContain('state=kept');
    // Cut short, but still about.
    expect((await visitor.open(at.pathname.replace('/identifier', ''))).url.pathname).toBe(at.pathname);
  });

  it.each(['/login', '/u/login', '/login/AAAAAAAAAAAAAAAAAAAAAA', '/login/AAAAAAAAAAAAAAAAAAAAAA/consent'])(
    'sends nobody anywhere whom nobody sent: %s (RED-9)',
    async (path) => {
      for (const query of ['', '?returnTo=https://evil.test/&iss=https://evil.test/']) {
        const lost = await browser().open(path + query);
        expect([lost.status, lost.leavesTo]).toEqual([200, null]);
        expect(lost.text).toContain('Go back to the app and sign in again');
        expect(lost.html).not.toMatch(/(href|action)="[^"]*evil/);
      }
    },
  );
});

describe('a client of another house', () => {
  let party: RelyingParty;
  beforeAll(async () => {
    party = await openRelyingParty(apps.theirs, openid.ClientSecretPost(apps.theirs.client_secret));
  });

  /** Signs somebody in as far as the question whether the client may. */
  async function reachConsent(address: string, parameters: Record<string, string> = {}) {
    const visitor = browser();
    const { url, checks } = await party.begin(parameters);
    const page = await signIn(visitor, await visitor.open(url), { post, address });
    expect(page.url.pathname).toMatch(/^\/login\/[\w-]+\/consent$/);
    expect(page.leavesTo).toBeNull();
    return { visitor, page, checks };
  }

  async function allow(visitor: Visitor, page: Visit): Promise<URL> {
    const answer = answerOf(await visitor.submit(page, { press: 'Allow' }));
    witness(callbackParameters(answer).get('code') ?? '');
    return answer;
  }

  it('is answered once the person allows it, and from then on without a question', async () => {
    const { visitor, page, checks } = await reachConsent('amy@example.com', {
      scope: 'openid email offline_access',
    });
    expect(page.text).toContain('Shop of others asks for access');
    expect(page.text).toContain('You signed in as amy@example.com.');
    for (const asked of [
      'Your email address',
      'Staying signed in while you are away',
      'You go on to rp.test.',
    ])
      expect(page.text).toContain(asked);
    expect(page.text).not.toContain('Your phone number');

    const answer = await allow(visitor, page);
    const tokens = await party.redeem(answer, checks);
    expect(tokens.claims()).toMatchObject({ email: 'amy@example.com' });
    expect((await askSilently(party, visitor, { scope: 'openid email' })).get('error')).toBeNull();
    const again = await complete(party, {
      visitor,
      address: 'amy@example.com',
      parameters: { scope: 'email openid' },
    });
    expect(again.firstPage.leavesTo).not.toBeNull();

    // In another browser too, after the code.
    const elsewhere = await complete(party, {
      visitor: browser(),
      address: 'amy@example.com',
      parameters: { scope: 'openid email' },
    });
    expect(elsewhere.claims.sub).toBe(tokens.claims()?.sub);
  });

  it('asks again for what is new, and for all of it where it wants to', async () => {
    const { visitor, page, checks } = await reachConsent('bea@example.com', { scope: 'openid email' });
    await party.redeem(await allow(visitor, page), checks);
    const more = await party.begin({ scope: 'openid email phone' });
    const asked = await visitor.open(more.url);
    expect(asked.text).toContain('You allowed it something before. Now it also asks for: Your phone number');
    expect(asked.text).not.toContain('Your email address');
    await party.redeem(await allow(visitor, asked), more.checks);

    const whole = await party.begin({ scope: 'openid email phone', prompt: 'consent' });
    const page2 = await visitor.open(whole.url);
    expect(page2.text).toContain('It asks for: Your email address Your phone number');
    await party.redeem(await allow(visitor, page2), whole.checks);
  });

  it('is told access_denied when the person declines, with state and iss; who it is stays known (RED-5, RED-7)', async () => {
    const { visitor, page, checks } = await reachConsent('cleo@example.com', { state: 'of-cleo' });
    const { url, ...request } = await visitor.compose(page, { press: 'Decline' });
    const declined = await visitor.send(url, request);
    expect(declined.status).toBe(303);
    const answer = new URL(declined.headers.get('location') ?? '');
    expect(Object.fromEntries(answer.searchParams)).toEqual({
      error: 'access_denied',
      error_description: 'User did not authorize the request',
      state: 'of-cleo',
      iss: `${server.issuer}/`,
    });
    await expect(party.redeem(answer, checks)).rejects.toMatchObject({
      cause: expect.any(URLSearchParams),
      error: 'access_denied',
    });
    // The same once more is nobody's answer.
    const twice = await visitor.submit(page, { press: 'Allow' });
    expect([twice.leavesTo, twice.text]).toEqual([null, expect.stringContaining('This sign-in is finished')]);
    const next = await visitor.open((await party.begin()).url);
    expect(next.url.pathname).toMatch(/consent$/);
  });

  it('is told consent_required where nobody may be asked (oidcc-prompt-none-logged-in, STA-6)', async () => {
    const { visitor } = await reachConsent('dora@example.com');
    const answer = await askSilently(party, visitor, { state: 'abc' });
    expect(Object.fromEntries(answer)).toEqual({
      error: 'consent_required',
      error_description: 'Consent required',
      state: 'abc',
      iss: `${server.issuer}/`,
    });
  });

  it.each(['Allow', 'Decline'])('is answered by form_post and by fragment: %s', async (press) => {
    for (const mode of ['form_post', 'fragment']) {
      const { visitor, page, checks } = await reachConsent(`${mode}-${press.toLowerCase()}@example.com`, {
        response_mode: mode,
      });
      const left = await visitor.submit(page, { press });
      const sent =
        mode === 'form_post'
          ? new URLSearchParams(fillIn(left.html, { press: 'Continue' }).entries)
          : callbackParameters(answerOf(left));
      expect(sent.get('iss')).toBe(`${server.issuer}/`);
      if (press === 'Decline') expect(sent.get('error')).toBe('access_denied');
      else await party.redeem(new URL(`${CALLBACK}?${sent}`), checks);
    }
  });

  it('is given one code for two presses, and the second tab is told that it is done (COD-1)', async () => {
    const { visitor, page, checks } = await reachConsent('eve@example.com');
    const { url, ...request } = await visitor.compose(page, { press: 'Allow' });
    const answers = await Promise.all([visitor.send(url, request), visitor.send(url, request)]);
    const left = answers.flatMap((answer) => {
      const to = new URL(answer.headers.get('location') ?? '', url);
      return to.origin === url.origin ? [] : [to];
    });
    expect(left).toHaveLength(1);
    witness(left[0]?.searchParams.get('code') ?? '');
    await party.redeem(left[0] as URL, checks);
  });

  it('is allowed nothing before somebody has proven who they are, nor by another login’s form (FRM-8, STA-5)', async () => {
    const { page } = await reachConsent('fay@example.com');
    const stranger = browser();
    const begun = await stranger.open((await party.begin()).url);
    const [, , own = ''] = begun.url.pathname.split('/');
    const [, , others = ''] = page.url.pathname.split('/');
    // Allowing by the consent form of somebody else: for their login, and for one's own that has proven nothing.
    for (const interaction of [others, own]) {
      const early = await stranger.submit(page, { fields: { interaction }, press: 'Allow' });
      expect([early.status, early.leavesTo]).toEqual([200, null]);
      expect(early.url.pathname).toBe(
        interaction === own ? `/login/${own}/identifier` : `/login/${others}/consent`,
      );
      expect(early.text).not.toContain('Shop of others asks');
    }
    for (const skipped of ['consent', 'done'])
      expect((await stranger.open(`/login/${own}/${skipped}`)).url.pathname).toBe(`/login/${own}/identifier`);
  });

  it('goes back to the question from every step before it', async () => {
    const { visitor, page } = await reachConsent('gia@example.com');
    for (const step of ['identifier', 'code', 'done', 'return'])
      expect((await visitor.open(page.url.pathname.replace('consent', step))).url.pathname).toBe(
        page.url.pathname,
      );
  });

  it.each<[string, Record<string, string>]>([
    ['another site', { Origin: 'https://evil.test' }],
    ['a sandboxed page', { Origin: 'null' }],
    ['nobody says whom', { 'Sec-Fetch-Site': 'cross-site' }],
  ])('is allowed nothing by %s (FRM-2)', async (_, headers) => {
    const { visitor, page } = await reachConsent('hal@example.com', { prompt: 'consent' });
    const forged = await visitor.submit(page, { press: 'Allow', headers });
    expect([forged.status, forged.leavesTo]).toEqual([403, null]);
    expect((await visitor.submit(page, { press: 'Decline' })).leavesTo).not.toBeNull();
  });

  it('is allowed nothing once the person has signed out, and the page says so (FRM-7)', async () => {
    const { visitor, page } = await reachConsent('ida@example.com');
    await visitor.submit(await visitor.open('/oidc/logout'), { press: 'Sign out' });
    const late = await visitor.submit(page, { press: 'Allow' });
    expect([late.leavesTo, late.text]).toEqual([null, expect.stringContaining('This page is out of date')]);
  });

  it('may be allowed by another account than the one that is signed in', async () => {
    const { visitor, page, checks } = await reachConsent('jan@example.com');
    const first = await visitor.submit(page, { press: 'Not you? Use another account' });
    expect(first.url.pathname).toMatch(/identifier$/);
    expect(first.html).not.toContain('jan@example.com');
    const next = await signIn(visitor, first, { post, address: 'kim@example.com' });
    expect(next.text).toContain('You signed in as kim@example.com.');
    const tokens = await party.redeem(await allow(visitor, next), checks);
    expect(tokens.claims()).toMatchObject({ email: 'kim@example.com' });
  });

  it('keeps nothing that was issued under a grant that is withdrawn (RFT-6)', async () => {
    const { visitor, page, checks } = await reachConsent('lea@example.com', {
      scope: 'openid email offline_access',
    });
    const tokens = await party.redeem(await allow(visitor, page), checks);
    const refreshed = await openid.refreshTokenGrant(party.config, witness(tokens.refresh_token ?? ''));
    const { sub = '' } = tokens.claims() ?? {};
    expect(await look('DELETE FROM grants WHERE account_id = $1 RETURNING scopes', [sub])).toEqual([
      { scopes: ['openid', 'email', 'offline_access'] },
    ]);
    await expect(
      openid.refreshTokenGrant(party.config, witness(refreshed.refresh_token ?? '')),
    ).rejects.toMatchObject({ error: 'invalid_grant' });
    const asked = await userinfo({ headers: { Authorization: `Bearer ${refreshed.access_token}` } });
    expect(asked.status).toBe(401);
    expect((await askSilently(party, visitor, { scope: 'openid email' })).get('error')).toBe(
      'consent_required',
    );
  });

  it('of ours asks for the scopes of an API that wants it, in the API’s words (SCP-1)', async () => {
    await look(
      `INSERT INTO resource_servers (id, identifier, name, scopes, skip_consent, created_at, updated_at)
       VALUES ('00000000000000000000000a', 'https://orders.test/', 'Orders', $1, false, now(), now())`,
      [
        JSON.stringify([
          { value: 'read:orders', description: 'See your orders' },
          { value: 'read:bills', description: '' },
          { value: 'write:bills', description: '' },
        ]),
      ],
    );
    await sleep(5_100); // APIs are remembered for five seconds
    const ours = await basicParty();
    const visitor = browser();
    const { url, checks } = await ours.begin({
      audience: 'https://orders.test/',
      scope: 'openid email read:orders read:bills write:bills',
    });
    const page = await signIn(visitor, await visitor.open(url), { post, address: 'mia@example.com' });
    expect(page.text).toContain('It asks for: Using Orders in your name See your orders bills: read, write');
    expect(page.text).not.toContain('Your email address');
    const tokens = await ours.redeem(await allow(visitor, page), checks);
    expect(tokens.scope).toBe('openid email read:orders read:bills write:bills');
    // Without the API nobody is asked.
    expect((await askSilently(ours, visitor)).get('error')).toBeNull();
  });
});

describe('back-channel logout', () => {
  let first: RelyingParty;
  let second: RelyingParty;
  beforeAll(async () => {
    const open = (app: App) => openRelyingParty(app, openid.ClientSecretBasic(app.client_secret));
    [first, second] = await Promise.all([open(apps.told), open(apps.wiki)]);
  });

  /** A person in a browser, signed in to the first client. */
  async function signedIn(address = `${crypto.randomUUID()}@example.com`, visitor = browser()) {
    const { tokens, claims } = await complete(first, { visitor, address });
    return { visitor, address, claims, hint: tokens.id_token ?? fail('no ID token') };
  }
  const signOutWith = (hint: string, more: Record<string, string> = {}) =>
    `/oidc/logout?${new URLSearchParams({ id_token_hint: hint, ...more })}`;

  /** What the next logout token says, once it holds. */
  async function nextToken(channel: BackChannel, app: App) {
    const keys = createRemoteJWKSet(new URL(`${server.issuer}/.well-known/jwks.json`));
    const options = { issuer: `${server.issuer}/`, audience: app.client_id, typ: 'logout+jwt' };
    return (await jwtVerify(witness(await channel.waitForToken()), keys, options)).payload;
  }

  it('tells the client whose session it was, and the browser goes back with its state (oidcc-backchannel-rp-initiated-logout)', async () => {
    const { visitor, claims, hint } = await signedIn();
    const left = await visitor.open(signOutWith(hint, { post_logout_redirect_uri: GOODBYE, state: 'bye' }));
    expect(left.leavesTo?.href).toBe(`${GOODBYE}?state=bye`);
    const payload = await nextToken(told, apps.told);
    expect(payload).toMatchObject({
      sub: claims.sub,
      sid: claims.sid,
      events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
    });
    expect(payload).not.toHaveProperty('nonce');
    expect((await askSilently(first, visitor)).get('error')).toBe('login_required');
  });

  it('tells every client of the session, and the page that says so names the others', async () => {
    const { visitor, claims, hint } = await signedIn();
    const silent = await complete(second, { visitor, address: '' });
    expect(silent.claims.sid).toBe(claims.sid);
    const page = await visitor.open(signOutWith(hint, { ui_locales: 'de' }));
    expect(page.text).toContain('Sie sind von Told abgemeldet');
    expect(page.text).toContain('Auch diese Anwendungen melden Sie ab: Wiki & Söhne');
    expect(page.text).not.toContain('Basic');
    expect((await nextToken(told, apps.told)).sid).toBe(claims.sid);
    expect((await nextToken(wiki, apps.wiki)).sid).toBe(claims.sid);
  });

  it.each([
    ['/v2/logout', (id: string) => `/v2/logout?client_id=${id}`],
    ['the page that asks first', () => '/oidc/logout'],
  ])('happens after %s as well', async (_, path) => {
    const { visitor, claims } = await signedIn();
    const page = await visitor.open(path(apps.told.client_id));
    if (page.url.pathname === '/logout') await visitor.submit(page, { press: 'Sign out' });
    expect((await nextToken(told, apps.told)).sid).toBe(claims.sid);
  });

  it('happens when somebody else signs in with the browser, and not when the same person is proven again', async () => {
    const { visitor, address, claims, hint } = await signedIn();
    const again = await complete(second, { visitor, address, parameters: { prompt: 'login' } });
    expect(again.claims.sid).toBe(claims.sid);
    const other = await complete(second, {
      ...{ visitor, address: 'somebody.else@example.com', parameters: { prompt: 'login' } },
    });
    expect(other.claims.sid).not.toBe(claims.sid);
    expect(await nextToken(told, apps.told)).toMatchObject({ sub: claims.sub, sid: claims.sid });
    expect(await nextToken(wiki, apps.wiki)).toMatchObject({ sub: claims.sub, sid: claims.sid });
    // The hint is of a session that is over: nobody else is signed out with it unasked.
    expect((await visitor.open(signOutWith(hint))).text).toContain('Sign out');
    expect((await askSilently(second, visitor)).has('code')).toBe(true);
  });

  it.each([
    ['says nothing', { kind: 'silence' }],
    ['is broken', { kind: 'answer', status: 500 }],
  ] as const)('holds nobody up where the client %s (LGO-3)', async (_, behaviour) => {
    const { visitor, claims, hint } = await signedIn();
    told.behave(behaviour);
    const began = performance.now();
    const answer = await visitor.send(signOutWith(hint));
    expect(performance.now() - began).toBeLessThan(1_000);
    const page = await visitor.open(answer.headers.get('location') ?? '');
    expect(page.text).toContain('You are signed out of Told');
    expect((await nextToken(told, apps.told)).sid).toBe(claims.sid);
    told.behave({ kind: 'answer', status: 200 });
    // It is asked again after two seconds; one that is silent is waited for five.
    expect((await nextToken(told, apps.told)).sid).toBe(claims.sid);
  });
});
