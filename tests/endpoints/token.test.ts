import { decodeJwt, decodeProtectedHeader } from 'jose';
import { describe, expect, it } from 'vitest';
import { token } from '@/lib/endpoints/token';
import { userinfo } from '@/lib/endpoints/userinfo';
import type { AuthorizationGrant } from '@/lib/oidc/authorization-code';
import type { Client } from '@/lib/oidc/client';
import { StorageUnavailable } from '@/lib/oidc/errors';
import type { IssuedCode } from '../memory/authorization-codes';
import { confidentialClient, publicClient } from '../memory/clients';
import { ISSUER, type MemoryDeps, memoryDeps, SUBJECT } from '../memory/deps';

const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';

type GrantChanges = Partial<AuthorizationGrant>;

/** Everything in memory, with the code `C1` issued to the public client. */
function withCode(
  grant: GrantChanges = {},
  code: Partial<IssuedCode> = {},
  ...clients: Client[]
): MemoryDeps {
  const deps = memoryDeps(...clients);
  deps.codes.issue({
    authorizationCode: 'C1',
    grant: {
      clientId: 'spa',
      subject: SUBJECT,
      sessionId: 'sid1',
      scope: 'openid profile email',
      audience: null,
      nonce: null,
      authenticatedAt: deps.clock(),
      authTimeRequested: false,
      familyId: 'family1',
      ...grant,
    },
    redirectUri: 'https://spa.test/cb',
    requestedRedirectUri: 'https://spa.test/cb',
    codeChallenge: CHALLENGE,
    expiresAt: new Date(deps.clock().getTime() + 60_000),
    ...code,
  });
  return deps;
}

const FORM = {
  grant_type: 'authorization_code',
  client_id: 'spa',
  code: 'C1',
  redirect_uri: 'https://spa.test/cb',
  code_verifier: VERIFIER,
};

type Changes = Readonly<Record<string, string | undefined>>;

function send(
  deps: MemoryDeps,
  body: BodyInit,
  headers: Record<string, string> = {},
  query = '',
): Promise<Response> {
  return token(deps, new Request(`https://op.test/oauth/token${query}`, { method: 'POST', body, headers }));
}

/** Redeems `C1` by form with some parameters changed; undefined leaves one out. */
function redeem(
  deps: MemoryDeps,
  changes: Changes = {},
  headers: Record<string, string> = {},
): Promise<Response> {
  const form = Object.entries<string | undefined>({ ...FORM, ...changes }).filter(
    ([, value]) => value !== undefined,
  );
  return send(deps, new URLSearchParams(form as [string, string][]), headers);
}

const JSON_TYPE = { 'Content-Type': 'application/json' };
const FORM_TYPE = { 'Content-Type': 'application/x-www-form-urlencoded' };

async function expectRefusal(response: Response, status: number, error: string): Promise<void> {
  expect(response.status).toBe(status);
  expect(response.headers.get('cache-control')).toBe('no-store');
  expect(response.headers.get('pragma')).toBe('no-cache');
  expect(response.headers.get('content-type')).toMatch(/^application\/json/);
  expect(response.headers.get('x-request-id')).toMatch(/^ref/);
  expect(await response.json()).toEqual({ error, error_description: expect.any(String) });
}

describe('the authorization code grant', () => {
  it('turns a code into tokens (oidcc-server, oidcc-ensure-request-with-valid-pkce-succeeds)', async () => {
    const response = await redeem(withCode());
    expect(response.status).toBe(200);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('pragma')).toBe('no-cache');
    expect(await response.json()).toEqual({
      access_token: expect.any(String),
      id_token: expect.any(String),
      token_type: 'Bearer',
      expires_in: 86_400,
      scope: 'openid profile email',
    });
  });

  it('takes JSON as Auth0’s native clients send it', async () => {
    const response = await send(withCode(), JSON.stringify(FORM), JSON_TYPE);
    expect(response.status).toBe(200);
  });

  it('takes client_secret_basic and client_secret_post (oidcc-server-client-secret-post)', async () => {
    const grant = { clientId: 'web' };
    const basic = withCode(grant);
    const authorization = `Basic ${btoa('web:s3cret')}`;
    expect((await redeem(basic, { client_id: undefined }, { Authorization: authorization })).status).toBe(
      200,
    );
    const post = withCode(grant, {}, confidentialClient({ tokenEndpointAuthMethod: 'client_secret_post' }));
    expect((await redeem(post, { client_id: 'web', client_secret: 's3cret' })).status).toBe(200);
  });

  it('gives no ID token without the scope openid', async () => {
    const response = await redeem(withCode({ scope: 'email' }));
    expect(await response.json()).not.toHaveProperty('id_token');
  });

  it('serves a code once; a replay revokes what it gave (COD-1, oidcc-codereuse, oidcc-codereuse-30seconds)', async () => {
    const deps = withCode();
    const { access_token: accessToken } = await (await redeem(deps)).json();
    const ask = () =>
      userinfo(
        deps,
        new Request('https://op.test/userinfo', { headers: { Authorization: `Bearer ${accessToken}` } }),
      );
    expect((await ask()).status).toBe(200);
    deps.advance(30);
    await expectRefusal(await redeem(deps), 400, 'invalid_grant');
    expect((await ask()).status).toBe(401);
  });

  it('serves a code to its own client only, and leaves it for that one (COD-3)', async () => {
    const deps = withCode();
    const authorization = `Basic ${btoa('web:s3cret')}`;
    const stolen = await redeem(deps, { client_id: undefined }, { Authorization: authorization });
    await expectRefusal(stolen, 400, 'invalid_grant');
    expect((await redeem(deps)).status).toBe(200);
  });

  it.each([undefined, '', 'https://spa.test/other', 'https://spa.test/CB', 'https://evil.test/cb'])(
    'wants the redirect URI of the request, not %s (COD-4)',
    async (redirectUri) => {
      const deps = withCode();
      await expectRefusal(await redeem(deps, { redirect_uri: redirectUri }), 400, 'invalid_grant');
      expect((await redeem(deps)).status).toBe(200);
    },
  );

  it('wants no redirect URI where the request had none (COD-4)', async () => {
    const deps = withCode({}, { requestedRedirectUri: null });
    expect((await redeem(deps, { redirect_uri: undefined })).status).toBe(200);
  });

  it('refuses a code after sixty seconds (COD-5)', async () => {
    const deps = withCode();
    deps.advance(61);
    await expectRefusal(await redeem(deps), 400, 'invalid_grant');
  });

  it.each(['C', 'C11', 'c1', 'C1 ', ' C1'])('refuses %j for the code C1 (COD-8)', async (code) => {
    await expectRefusal(await redeem(withCode(), { code }), 400, 'invalid_grant');
  });

  it.each([undefined, '', 'a'.repeat(43), 'a'.repeat(42), 'a'.repeat(129), `${'a'.repeat(43)}é`])(
    'wants the verifier of the challenge, not %s; a wrong one costs nothing (PKC-2, PKC-4, COD-6)',
    async (verifier) => {
      const deps = withCode();
      await expectRefusal(await redeem(deps, { code_verifier: verifier }), 400, 'invalid_grant');
      expect((await redeem(deps)).status).toBe(200);
    },
  );

  it('refuses a thousand wrong verifiers and then serves the right one (COD-6)', async () => {
    const deps = withCode();
    for (let i = 0; i < 1000; i++) {
      const response = await redeem(deps, { code_verifier: `${i}`.padStart(43, 'a') });
      expect(response.status).toBe(400);
    }
    expect((await redeem(deps)).status).toBe(200);
  });

  it('refuses a verifier where there was no challenge (PKC-3)', async () => {
    await expectRefusal(await redeem(withCode({}, { codeChallenge: null })), 400, 'invalid_grant');
  });

  it('is refused to a client that is not registered for it (COD-7)', async () => {
    const deps = withCode({}, {}, publicClient({ grantTypes: ['refresh_token'] }));
    await expectRefusal(await redeem(deps), 400, 'unauthorized_client');
  });
});

describe('the ID token', () => {
  async function idTokenOf(deps: MemoryDeps): Promise<string> {
    return (await (await redeem(deps)).json()).id_token;
  }

  it('says who signed in to whom, and when (oidcc-idtoken-signature)', async () => {
    const deps = withCode();
    const { access_token: accessToken, id_token: idToken } = await (await redeem(deps)).json();
    const issuedAt = deps.clock().getTime() / 1000;
    const digest = new Uint8Array(
      await crypto.subtle.digest('SHA-256', new TextEncoder().encode(accessToken)),
    );
    expect(decodeProtectedHeader(idToken)).toMatchObject({ alg: 'RS256', typ: 'JWT', kid: 'k1' });
    expect(decodeJwt(idToken)).toEqual({
      iss: ISSUER,
      sub: SUBJECT.sub,
      aud: 'spa',
      iat: issuedAt,
      exp: issuedAt + 36_000,
      sid: 'sid1',
      at_hash: Buffer.from(digest.subarray(0, 16)).toString('base64url'),
      name: 'ada@example.com',
      nickname: 'ada',
      given_name: 'Ada',
      updated_at: 1_767_225_600,
      email: 'ada@example.com',
      email_verified: true,
    });
    await expect(deps.signer.verify(idToken, { typ: 'JWT' })).resolves.not.toBeNull();
  });

  it('carries the nonce it was asked with, and none otherwise (STA-2)', async () => {
    expect(decodeJwt(await idTokenOf(withCode({ nonce: 'N/+ é' })))).toMatchObject({ nonce: 'N/+ é' });
    expect(decodeJwt(await idTokenOf(withCode()))).not.toHaveProperty('nonce');
  });

  it('carries auth_time when it was asked for (oidcc-max-age-1)', async () => {
    const authenticatedAt = new Date('2026-11-20T11:00:00.900Z');
    const idToken = await idTokenOf(withCode({ authTimeRequested: true, authenticatedAt }));
    expect(decodeJwt(idToken)).toMatchObject({ auth_time: Date.parse('2026-11-20T11:00:00Z') / 1000 });
    expect(decodeJwt(await idTokenOf(withCode()))).not.toHaveProperty('auth_time');
  });

  it('carries protocol claims only where the client wants it so (JWT-6)', async () => {
    const deps = withCode({}, {}, publicClient({ profileClaimsInIdToken: false }));
    expect(Object.keys(decodeJwt(await idTokenOf(deps))).sort()).toEqual([
      'at_hash',
      'aud',
      'exp',
      'iat',
      'iss',
      'sid',
      'sub',
    ]);
  });
});

describe('the access token', () => {
  it('is a JWT for UserInfo that names its family (JWT-2, RFC 9068)', async () => {
    const deps = withCode();
    const { access_token: accessToken } = await (await redeem(deps)).json();
    const issuedAt = deps.clock().getTime() / 1000;
    expect(decodeProtectedHeader(accessToken)).toMatchObject({ alg: 'RS256', typ: 'at+jwt', kid: 'k1' });
    expect(decodeJwt(accessToken)).toEqual({
      iss: ISSUER,
      sub: SUBJECT.sub,
      aud: `${ISSUER}userinfo`,
      azp: 'spa',
      client_id: 'spa',
      scope: 'openid profile email',
      iat: issuedAt,
      exp: issuedAt + 86_400,
      jti: expect.any(String),
      family: 'family1',
    });
  });
});

describe('the token endpoint refuses', () => {
  it.each(['null', '[]', '["C1"]', '{}', '{"not":""}', '{"contains":""}', '{"gt":""}', 'true', '0', '""'])(
    'a JSON parameter that is %s (OTP-14)',
    async (value) => {
      for (const name of ['grant_type', 'client_id', 'code']) {
        const body = JSON.stringify({ ...FORM, [name]: JSON.parse(value) });
        await expectRefusal(await send(withCode(), body, JSON_TYPE), 400, 'invalid_request');
      }
    },
  );

  it.each(['grant_type', 'client_id', 'code'])('a request without %s (OTP-14)', async (name) => {
    await expectRefusal(await redeem(withCode(), { [name]: undefined }), 400, 'invalid_request');
    await expectRefusal(await redeem(withCode(), { [name]: '' }), 400, 'invalid_request');
    await expectRefusal(
      await redeem(withCode(), { [name]: undefined, [`${name}[]`]: 'C1' }),
      400,
      'invalid_request',
    );
    await expectRefusal(
      await redeem(withCode(), { [name]: undefined, [`${name}[not]`]: 'x' }),
      400,
      'invalid_request',
    );
  });

  it('a parameter that comes twice (CLI-7)', async () => {
    const form = `${new URLSearchParams(FORM)}`;
    for (const suffix of ['&otp=1&otp=2', '&code=C1', '&code=other', '&client_id=web']) {
      await expectRefusal(await send(withCode(), form + suffix, FORM_TYPE), 400, 'invalid_request');
    }
    const json = JSON.stringify(FORM).replace('{', '{"code":"other",');
    await expectRefusal(await send(withCode(), json, JSON_TYPE), 400, 'invalid_request');
  });

  it('a grant type it does not have', async () => {
    const types = ['password', 'urn:x', 'constructor', '__proto__'];
    for (const type of types)
      await expectRefusal(await redeem(withCode(), { grant_type: type }), 400, 'unsupported_grant_type');
  });

  it('a wrong secret with 401, asking for Basic where Basic was used (CLI-3)', async () => {
    const response = await redeem(
      withCode(),
      { client_id: undefined },
      { Authorization: `Basic ${btoa('web:wrong')}` },
    );
    expect(response.headers.get('www-authenticate')).toMatch(/^Basic realm=/);
    await expectRefusal(response, 401, 'invalid_client');
    await expectRefusal(await redeem(withCode(), { client_id: 'nobody' }), 401, 'invalid_client');
  });

  it('a secret in the query, even a right one beside a good request (CLI-2)', async () => {
    const form = new URLSearchParams(FORM);
    await expectRefusal(await send(withCode(), form, {}, '?client_secret=s3cret'), 400, 'invalid_request');
    await expectRefusal(
      await send(withCode(), form, {}, '?client_id=web&client_secret=s3cret'),
      400,
      'invalid_request',
    );
  });

  it('two ways of authentication in one request (CLI-2)', async () => {
    const changes = { client_id: 'web', client_secret: 's3cret' };
    const response = await redeem(withCode(), changes, { Authorization: `Basic ${btoa('web:s3cret')}` });
    await expectRefusal(response, 400, 'invalid_request');
  });

  it.each([
    'text/plain',
    'multipart/form-data; boundary=x',
    'application/json; charset=utf-16',
    'application/jsonp',
    '',
  ])('a body of type %j with 415 (CLI-7)', async (type) => {
    await expectRefusal(await send(withCode(), 'x', { 'Content-Type': type }), 415, 'invalid_request');
  });

  it('a compressed body with 415', async () => {
    await expectRefusal(
      await send(withCode(), 'x', { ...FORM_TYPE, 'Content-Encoding': 'gzip' }),
      415,
      'invalid_request',
    );
  });

  it('a body over 64 KiB with 413, whether it says so or not, reading no further (INP-1)', async () => {
    const big = `code=${'a'.repeat(1024 * 1024)}`;
    await expectRefusal(await send(withCode(), big, FORM_TYPE), 413, 'invalid_request');
    await expectRefusal(
      await send(withCode(), 'x', { ...FORM_TYPE, 'Content-Length': '9999999' }),
      413,
      'invalid_request',
    );
    await expectRefusal(
      await send(withCode(), 'x', { ...FORM_TYPE, 'Content-Length': 'x' }),
      413,
      'invalid_request',
    );

    let pulled = 0;
    const endless = new ReadableStream({
      pull(controller) {
        pulled += 1;
        controller.enqueue(new Uint8Array(16_384));
      },
    });
    const request = new Request('https://op.test/oauth/token', {
      method: 'POST',
      headers: FORM_TYPE,
      body: endless,
      duplex: 'half',
    } as RequestInit);
    await expectRefusal(await token(withCode(), request), 413, 'invalid_request');
    expect(pulled).toBeLessThan(10);
  });

  it.each([
    ['bytes that are not UTF-8', new Uint8Array([0x63, 0x3d, 0xff]), 'application/x-www-form-urlencoded'],
    ['a byte order mark', '\ufeff{}', 'application/json'],
    ['nesting', '['.repeat(60_000), 'application/json'],
    ['ten thousand parameters', 'a=b&'.repeat(10_000), 'application/x-www-form-urlencoded'],
    ['NUL', 'grant_type=authorization_code&client_id=spa&code=%00', 'application/x-www-form-urlencoded'],
    ['__proto__', '{"__proto__":{"client_id":"spa"}}', 'application/json'],
    ['nothing', '', 'application/json'],
  ])('%s with 400 (INP-2)', async (_, body, type) => {
    await expectRefusal(await send(withCode(), body, { 'Content-Type': type }), 400, 'invalid_request');
  });

  it('to pretend when storage is away: 503 with Retry-After, and the code is still good afterwards (AVL-1)', async () => {
    const deps = withCode();
    const away = {
      ...deps,
      codes: { ...deps.codes, redeem: () => Promise.reject(new StorageUnavailable('down')) },
    };
    const response = await redeem(away);
    expect(response.headers.get('retry-after')).toBe('5');
    await expectRefusal(response, 503, 'temporarily_unavailable');
    expect((await redeem(deps)).status).toBe(200);
  });

  it('to show a bug: 500 with a reference that is in the log', async () => {
    const deps = withCode();
    const broken = { ...deps, codes: { ...deps.codes, redeem: () => Promise.reject(new Error('select *')) } };
    const response = await redeem(broken);
    expect(response.headers.get('x-request-id')).toBe('ref1');
    expect(await response.clone().text()).not.toContain('select');
    await expectRefusal(response, 500, 'server_error');
    expect(deps.happened).toEqual(['failed /oauth/token Error: select *']);
  });
});

describe('scripts of other origins', () => {
  const allowed = (response: Response) => response.headers.get('access-control-allow-origin');

  it('may read the answer if the client lists their origin (HDR-3)', async () => {
    const good = await redeem(withCode(), {}, { Origin: 'https://spa.test' });
    expect(allowed(good)).toBe('https://spa.test');
    expect(good.headers.get('vary')).toBe('Origin');
    expect(good.headers.has('access-control-allow-credentials')).toBe(false);
    const bad = await redeem(withCode(), { code: 'x' }, { Origin: 'https://spa.test' });
    expect(allowed(bad)).toBe('https://spa.test');
  });

  it.each([
    'https://spa.test.evil',
    'null',
    'http://spa.test',
    'https://a.spa.test',
    'https://xspa.test',
    'https://spa.test/',
  ])('may not read it from %s (HDR-3)', async (origin) => {
    const response = await redeem(withCode(), {}, { Origin: origin });
    expect(allowed(response)).toBeNull();
    expect(response.headers.get('vary')).toBe('Origin');
  });

  it('may not read the answer of a client that another origin belongs to (HDR-3)', async () => {
    const deps = withCode(
      {},
      {},
      publicClient(),
      publicClient({ clientId: 'b', webOrigins: ['https://b.test'] }),
    );
    expect(allowed(await redeem(deps, {}, { Origin: 'https://b.test' }))).toBeNull();
  });

  it('may read it from an origin that is allowed to call and no more (HDR-3)', async () => {
    const allowedOrigins = ['https://docs.test'];
    const client = publicClient({ allowedOrigins });
    expect(allowed(await redeem(withCode({}, {}, client), {}, { Origin: 'https://docs.test' }))).toBe(
      'https://docs.test',
    );
  });

  it('may ask first, with the telemetry header of Auth0’s clients (HDR-3)', async () => {
    const preflight = (origin: string) =>
      token(
        withCode(),
        new Request('https://op.test/oauth/token', { method: 'OPTIONS', headers: { Origin: origin } }),
      );
    const listed = await preflight('https://spa.test');
    expect(listed.status).toBe(204);
    expect(allowed(listed)).toBe('https://spa.test');
    expect(listed.headers.get('access-control-allow-methods')).toBe('POST');
    expect(listed.headers.get('access-control-allow-headers')).toContain('auth0-client');
    expect(allowed(await preflight('https://evil.test'))).toBeNull();
  });
});
