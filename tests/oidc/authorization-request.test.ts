import { describe, expect, it } from 'vitest';
import { MANAGEMENT_SCOPES } from '@/lib/management/scopes';
import { type AuthorizationRequest, checkAuthorizationRequest } from '@/lib/oidc/authorization-request';
import type { AuthorizationError } from '@/lib/oidc/errors';
import { parseFormParameters } from '@/lib/oidc/parameters';
import { confidentialClient, memoryClients, publicClient } from '../memory/clients';
import { api, memoryResourceServers } from '../memory/resource-servers';
import { memorySigner } from '../memory/token-signer';

const ISSUER = 'https://op.test/';
const NOW = new Date('2026-11-20T12:00:00Z');
const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';
const signer = memorySigner(ISSUER, () => NOW);
const resourceServers = memoryResourceServers(
  api(),
  api({ identifier: 'https://offline.test/', allowOfflineAccess: true }),
  api({ identifier: `${ISSUER}api/v2/`, isSystem: true, scopes: [...MANAGEMENT_SCOPES] }),
);
const clients = memoryClients(
  confidentialClient(),
  publicClient({ connections: ['email', 'sms'], grantTypes: ['authorization_code', 'refresh_token'] }),
  confidentialClient({ clientId: 'two', redirectUris: ['https://rp.test/a', 'https://rp.test/b'] }),
  confidentialClient({ clientId: 'machine', grantTypes: ['client_credentials'] }),
  confidentialClient({ clientId: 'frames', webOrigins: ['https://rp.test'] }),
  confidentialClient({
    clientId: 'odd',
    applicationType: 'native',
    redirectUris: [
      'https://rp.test/cb',
      'https://rp.test;script-src.test/cb',
      'http://[::1]/cb',
      'com.example:/cb',
    ],
    webOrigins: ['https://other.test', 'https://rp.test;script-src.test', 'http://[::1]', 'null'],
  }),
);

const GOOD = {
  client_id: 'spa',
  redirect_uri: 'https://spa.test/cb',
  response_type: 'code',
  scope: 'openid email',
  state: 'S1',
  code_challenge: CHALLENGE,
  code_challenge_method: 'S256',
};

/** The good request with some parameters changed; undefined leaves one out. */
function check(
  changes: Record<string, string | undefined> = {},
  suffix = '',
  defaultAudience: string | null = null,
): Promise<AuthorizationRequest> {
  const pairs = Object.entries<string | undefined>({ ...GOOD, ...changes }).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`],
  );
  return checkAuthorizationRequest(
    { issuer: ISSUER, clients, resourceServers, defaultAudience: () => defaultAudience, signer },
    parseFormParameters(pairs.join('&') + suffix),
  );
}

async function refusal(
  changes: Record<string, string | undefined>,
  suffix = '',
): Promise<AuthorizationError> {
  return check(changes, suffix).then(
    () => Promise.reject(new Error('the request was accepted')),
    (error: AuthorizationError) => error,
  );
}

describe('a good authorization request', () => {
  it('becomes plain JSON with everything later steps need', async () => {
    const request = await check({
      nonce: 'N',
      login_hint: 'ada@example.com',
      connection: 'sms',
      screen_hint: 'signup',
    });
    expect(request).toEqual({
      clientId: 'spa',
      redirectUri: 'https://spa.test/cb',
      requestedRedirectUri: 'https://spa.test/cb',
      responseMode: 'query',
      responseType: ['code'],
      webTokenLifetimeSeconds: null,
      scope: 'openid email',
      audience: null,
      state: 'S1',
      nonce: 'N',
      codeChallenge: CHALLENGE,
      prompt: [],
      maxAgeSeconds: null,
      loginHint: 'ada@example.com',
      hintedSubject: null,
      uiLocales: [],
      connection: 'sms',
      screenHint: 'signup',
    });
    expect(JSON.parse(JSON.stringify(request))).toEqual(request);
  });

  it('may leave out the redirect URI where the client has one, and remembers that it did (COD-4)', async () => {
    const request = await check({ redirect_uri: undefined });
    expect(request).toMatchObject({ redirectUri: 'https://spa.test/cb', requestedRedirectUri: null });
  });

  it('passes parameters by that it does not know, twice and at length too, and keeps nothing of them (oidcc-ensure-request-with-unknown-parameter-succeeds)', async () => {
    const others = new URLSearchParams([
      ['auth0Client', 'eyJuYW1lIjoiYXV0aDAuanMifQ=='],
      ['organization', 'org_1'],
      ['invitation', 'i'.repeat(8000)],
      ['ext-campaign', 'ünïcode & <b>'],
      ['ext-campaign', 'again'],
      ['_csrf', 'c'],
      ['_intstate', 's'],
      ['protocol', 'oauth2'],
      ['owp', 'true'],
      ['realm', 'email'],
      ['resource', 'https://a.test/'],
      ['resource', 'https://b.test/'],
      ['dpop_jkt', 'k'],
      ['registration', '{}'],
    ]);
    expect(await check({}, `&foo=bar&foo&${others}`)).toEqual(await check());
  });

  it('may go without nonce (STA-2, oidcc-ensure-request-without-nonce-succeeds-for-code-flow)', async () => {
    await expect(check()).resolves.toMatchObject({ nonce: null });
  });

  it('passes display, claims, claims_locales and acr_values by (oidcc-display-page, oidcc-claims-locales, oidcc-claims-essential, oidcc-ensure-request-with-acr-values-succeeds)', async () => {
    const wishes = {
      display: 'popup',
      claims: '{"userinfo":{"name":{"essential":true}}}',
      claims_locales: 'de',
      acr_values: '1 2',
    };
    await expect(check(wishes)).resolves.toMatchObject({ clientId: 'spa' });
  });

  it.each([
    ['none', ['none']],
    ['login', ['login']],
    ['login consent', ['login', 'consent']],
  ])('may prompt %s', async (prompt, expected) => {
    await expect(check({ prompt })).resolves.toMatchObject({ prompt: expected });
  });

  it('keeps the locales it can read, in order (oidcc-ui-locales)', async () => {
    const request = await check({ ui_locales: 'de-AT de <x> fr_FR en' });
    expect(request.uiLocales).toEqual(['de-AT', 'de', 'en']);
  });

  it.each(['query', 'fragment', 'form_post'] as const)(
    'may ask for the response mode %s',
    async (responseMode) => {
      await expect(check({ response_mode: responseMode })).resolves.toMatchObject({ responseMode });
    },
  );

  it('keeps two kilobytes of state and more byte for byte (STA-1)', async () => {
    const state = '%20+&=#"<é'.padEnd(2559, 'x');
    await expect(check({ state })).resolves.toMatchObject({ state });
  });

  it('may ask for the audience of UserInfo', async () => {
    await expect(check({ audience: `${ISSUER}userinfo` })).resolves.toMatchObject({ audience: null });
  });

  it('is for the operator’s default where it names no API, while that is there', async () => {
    const byDefault = (changes: Record<string, string>, audience = 'https://api.test/') =>
      check({ scope: 'openid read:things', ...changes }, '', audience);
    await expect(byDefault({})).resolves.toMatchObject({
      audience: 'https://api.test/',
      scope: 'openid read:things',
    });
    await expect(byDefault({ audience: 'https://offline.test/' })).resolves.toMatchObject({
      audience: 'https://offline.test/',
    });
    await expect(byDefault({ audience: `${ISSUER}userinfo` })).resolves.toMatchObject({ audience: null });
    await expect(byDefault({}, 'https://removed.test/')).resolves.toMatchObject({
      audience: null,
      scope: 'openid',
    });
  });
});

describe('a request for an answer by message', () => {
  const framed = { client_id: 'frames', redirect_uri: 'https://rp.test/cb', response_mode: 'web_message' };

  it('is good for a web origin of the client, where nobody is to be asked anything', async () => {
    const request = await check({ ...framed, prompt: 'none' });
    expect(request).toMatchObject({ responseMode: 'web_message', redirectUri: 'https://rp.test/cb' });
  });

  it.each([undefined, 'login', 'consent'])(
    'is refused, by message, where somebody might be asked: prompt=%s (FRM-1)',
    async (prompt) => {
      await expect(refusal({ ...framed, prompt })).resolves.toMatchObject({
        error: 'invalid_request',
        returnAddress: { responseMode: 'web_message' },
      });
    },
  );

  it.each([
    'https://rp.test/cb',
    // A header is no place for what is not a plain host name.
    'https://rp.test;script-src.test/cb',
    'http://[::1]/cb',
    'com.example:/cb',
  ])('is refused for any other origin, which gets no message and no frame: %s (RED-6)', async (uri) => {
    const changes = { ...framed, client_id: 'odd', redirect_uri: uri, prompt: 'none' };
    await expect(refusal(changes)).resolves.toMatchObject({
      error: 'invalid_request',
      returnAddress: { responseMode: 'query', redirectUri: uri },
    });
  });
});

describe('a request for an API', () => {
  const granted = async (changes: Record<string, string | undefined>) => (await check(changes)).scope;

  it('is granted its scopes beside those of OpenID Connect, and not another API’s (SCP-1)', async () => {
    const request = await check({
      audience: 'https://api.test/',
      scope: 'openid write:things read:others read:things',
    });
    expect(request).toMatchObject({
      audience: 'https://api.test/',
      scope: 'openid write:things read:things',
    });
    expect(await granted({ audience: undefined, scope: 'openid read:things' })).toBe('openid');
  });

  it('may do without OpenID Connect', async () => {
    expect(await granted({ audience: 'https://api.test/', scope: 'read:things' })).toBe('read:things');
  });

  it('compares scopes whole (SCP-2)', async () => {
    const scope = 'openid read:thing read:things_all READ:THINGS things';
    expect(await granted({ audience: 'https://api.test/', scope })).toBe('openid');
  });

  it('is granted offline access where the API allows it (RFT-9)', async () => {
    const scope = 'openid offline_access read:things';
    expect(await granted({ audience: 'https://api.test/', scope })).toBe('openid read:things');
    expect(await granted({ audience: 'https://offline.test/', scope })).toBe(scope);
  });

  it('is not granted offline access by a client that may not refresh (RFT-9)', async () => {
    const asked = { client_id: 'web', redirect_uri: undefined, scope: 'openid offline_access' };
    expect(await granted(asked)).toBe('openid');
  });

  it('gives nobody an operator’s rights: of the management API only what is about oneself (SCP-1)', async () => {
    const audience = `${ISSUER}api/v2/`;
    const scope = 'openid delete:users read:current_user update:current_user_metadata';
    expect(await granted({ audience, scope })).toBe('openid read:current_user update:current_user_metadata');
    await expect(refusal({ audience, scope: 'delete:users' })).resolves.toMatchObject({
      error: 'access_denied',
      returnAddress: { state: 'S1' },
    });
  });
});

describe('errors of client and redirect URI', () => {
  it.each([
    [{ client_id: undefined }, 'invalid_request', 400],
    [{ client_id: 'nobody' }, 'unauthorized_client', 400],
    [{ client_id: 'x\0' }, 'invalid_request', 400],
    [{ redirect_uri: 'https://evil.test/cb' }, 'invalid_request', 403],
    [{ redirect_uri: 'https://spa.test/cb/' }, 'invalid_request', 403],
    [{ client_id: 'two', redirect_uri: undefined }, 'invalid_request', 400],
    [{ state: 'x'.repeat(65_536) }, 'invalid_request', 400],
    [{ state: 'a\nb' }, 'invalid_request', 400],
  ])(
    'are for a page of ours and never redirect: %j (RED-2, oidcc-ensure-registered-redirect-uri)',
    async (changes, error, status) => {
      await expect(refusal(changes)).resolves.toMatchObject({ error, status, returnAddress: null });
    },
  );

  it.each([
    '&client_id=spa',
    '&client_id=web',
    '&redirect_uri=https%3A%2F%2Fevil.test%2F',
    '&redirect_uri=https%3A%2F%2Fspa.test%2Fcb',
    '&state=other',
    '&response_mode=fragment&response_mode=query',
  ])('include the repetition of what names the return address: %s (RED-4)', async (suffix) => {
    await expect(refusal({}, suffix)).resolves.toMatchObject({
      error: 'invalid_request',
      returnAddress: null,
    });
  });

  it('name the client once it is known, for the page to offer a way back', async () => {
    await expect(refusal({ redirect_uri: 'https://evil.test/' })).resolves.toMatchObject({
      client: { clientId: 'spa' },
    });
    await expect(refusal({ client_id: 'nobody' })).resolves.toMatchObject({ client: null });
  });
});

describe('every later error', () => {
  it.each<[Record<string, string | undefined>, string]>([
    [{ response_type: undefined }, 'invalid_request'],
    [{ response_type: 'token' }, 'unsupported_response_type'],
    [{ response_type: 'id_token' }, 'unsupported_response_type'],
    [{ response_type: 'code token' }, 'unsupported_response_type'],
    [{ response_type: 'code code' }, 'unsupported_response_type'],
    [{ response_type: 'Code' }, 'unsupported_response_type'],
    [{ response_mode: 'web_message' }, 'invalid_request'],
    [{ response_mode: 'QUERY' }, 'invalid_request'],
    [{ client_id: 'machine', redirect_uri: 'https://rp.test/cb' }, 'unauthorized_client'],
    [{ code_challenge: undefined }, 'invalid_request'],
    [{ code_challenge_method: 'plain' }, 'invalid_request'],
    [{ code_challenge_method: undefined }, 'invalid_request'],
    [{ code_challenge: undefined, code_challenge_method: undefined }, 'invalid_request'],
    [{ scope: '<svg/onload=1>' }, 'invalid_scope'],
    [{ scope: 'openid\nemail' }, 'invalid_scope'],
    [{ scope: 'READ:USERS' }, 'invalid_scope'],
    [{ prompt: 'none login' }, 'invalid_request'],
    [{ prompt: 'create' }, 'invalid_request'],
    [{ max_age: '-1' }, 'invalid_request'],
    [{ max_age: '1e3' }, 'invalid_request'],
    [{ max_age: '99999999999' }, 'invalid_request'],
    [{ nonce: 'x'.repeat(513) }, 'invalid_request'],
    [{ nonce: 'a\0' }, 'invalid_request'],
    [{ login_hint: 'x'.repeat(321) }, 'invalid_request'],
    [{ connection: 'facebook' }, 'invalid_request'],
    [{ audience: 'https://unknown.test/' }, 'access_denied'],
    [{ audience: 'https://api.test' }, 'access_denied'],
    [{ audience: 'HTTPS://api.test/' }, 'access_denied'],
    [{ audience: 'https://api.test/ https://offline.test/' }, 'access_denied'],
    [{ audience: 'x'.repeat(601) }, 'invalid_request'],
    [{ audience: 'https://api.test/', scope: 'read:others' }, 'invalid_scope'],
    [{ request: 'eyJhbGciOiJub25lIn0.e30.' }, 'request_not_supported'],
    [{ request_uri: 'http://127.0.0.1/r.jwt' }, 'request_uri_not_supported'],
  ])('is told to the client: %j is %s (RED-5, RED-6, RED-12, PKC-1)', async (changes, error) => {
    await expect(refusal(changes)).resolves.toMatchObject({ error, returnAddress: { state: 'S1' } });
  });

  it.each([
    '&response_type=code',
    '&scope=email',
    '&nonce=a&nonce=b',
    '&prompt=none&prompt=login',
    '&code_challenge=x',
  ])('includes the repetition of a parameter that is read: %s (RED-4)', async (suffix) => {
    await expect(refusal({}, suffix)).resolves.toMatchObject({
      error: 'invalid_request',
      returnAddress: { redirectUri: 'https://spa.test/cb' },
    });
  });

  it('comes before the content of a request object is looked at (RED-12, oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported, oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported)', async () => {
    const redirectElsewhere = btoa(JSON.stringify({ redirect_uri: 'https://evil.test/' }));
    await expect(refusal({ request: `eyJhbGciOiJub25lIn0.${redirectElsewhere}.` })).resolves.toMatchObject({
      error: 'request_not_supported',
      returnAddress: { redirectUri: 'https://spa.test/cb' },
    });
  });

  it('says nothing of what was sent (RED-5)', async () => {
    const error = await refusal({ connection: '<script>' });
    expect(error.description).not.toContain('<');
  });

  it('is told in the mode that was asked for', async () => {
    await expect(refusal({ response_mode: 'form_post', max_age: 'x' })).resolves.toMatchObject({
      returnAddress: { responseMode: 'form_post' },
    });
  });

  it('holds the request to what fits into cookies (INP-1)', async () => {
    const changes = { state: '"'.repeat(2500) };
    await expect(refusal(changes)).resolves.toMatchObject({ error: 'invalid_request' });
  });
});

describe('an id_token_hint', () => {
  const sign = (claims: Record<string, unknown>, typ: 'JWT' | 'at+jwt' = 'JWT') =>
    signer.sign(
      { iss: ISSUER, sub: 'email|1', aud: 'spa', exp: 1_700_000_000, ...claims },
      { typ, alg: 'RS256' },
    );

  it('names the person it was issued for, however old it is (oidcc-id-token-hint)', async () => {
    await expect(check({ id_token_hint: await sign({}) })).resolves.toMatchObject({
      hintedSubject: 'email|1',
    });
  });

  it.each([
    ['another client', { aud: 'web' }, 'JWT'],
    ['another issuer', { iss: 'https://evil.test/' }, 'JWT'],
    ['an access token', {}, 'at+jwt'],
  ] as const)('of %s is refused (JWT-2)', async (_, claims, typ) => {
    await expect(refusal({ id_token_hint: await sign(claims, typ) })).resolves.toMatchObject({
      error: 'invalid_request',
    });
  });

  it('without a signature is refused', async () => {
    const [, claims] = (await sign({})).split('.');
    await expect(refusal({ id_token_hint: `${btoa('{"alg":"none"}')}.${claims}.` })).resolves.toMatchObject({
      error: 'invalid_request',
    });
  });
});
