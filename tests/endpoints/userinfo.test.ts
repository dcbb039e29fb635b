import { describe, expect, it } from 'vitest';
import { userinfo } from '@/lib/endpoints/userinfo';
import { issueAccessToken } from '@/lib/oidc/access-token';
import { issueIdToken } from '@/lib/oidc/id-token';
import { issueLogoutToken } from '@/lib/oidc/logout-token';
import { confidentialClient, publicClient } from '../memory/clients';
import { ISSUER, type MemoryDeps, memoryDeps, SUBJECT } from '../memory/deps';

const CLIENT = publicClient();

/** A redeemed code's access token, and the deps it is good at. */
async function withToken(
  scope = 'openid email',
  client = CLIENT,
): Promise<{ deps: MemoryDeps; accessToken: string; idToken: string }> {
  const deps = memoryDeps();
  const now = deps.clock();
  const grant = {
    clientId: client.clientId,
    subject: SUBJECT,
    sessionId: 'sid1',
    scope,
    audience: null,
    nonce: null,
    authenticatedAt: now,
    authTimeRequested: false,
    familyId: 'family1',
  };
  const expiresAt = new Date(now.getTime() + 60_000);
  const code = { authorizationCode: 'C1', redirectUri: 'x', requestedRedirectUri: 'x', codeChallenge: null };
  deps.codes.issue({ ...code, grant, expiresAt });
  await deps.codes.redeem({
    ...code,
    redirectUri: 'x',
    clientId: client.clientId,
    now,
    accessTokensExpireAt: expiresAt,
    refresh: { idleExpiresAt: expiresAt, expiresAt },
    askedFrom: { ip: null, userAgent: null },
  });
  const { accessToken } = await issueAccessToken(deps, { client, grant, api: null, now });
  return {
    deps,
    accessToken,
    idToken: await issueIdToken(deps, { client, grant, accessToken, now }),
  };
}

function get(deps: MemoryDeps, token: string | null, headers: Record<string, string> = {}, query = '') {
  const authorization: Record<string, string> = token === null ? {} : { Authorization: `Bearer ${token}` };
  return userinfo(
    deps,
    new Request(`https://op.test/userinfo${query}`, { headers: { ...authorization, ...headers } }),
  );
}

function post(deps: MemoryDeps, body: string | null, headers: Record<string, string> = {}) {
  return userinfo(deps, new Request('https://op.test/userinfo', { method: 'POST', body, headers }));
}

async function expectInvalidToken(response: Response): Promise<void> {
  expect(response.status).toBe(401);
  expect(response.headers.get('www-authenticate')).toMatch(/^Bearer error="invalid_token"/);
  expect(response.headers.get('cache-control')).toBe('no-store');
  expect(await response.json()).toEqual({ error: 'invalid_token', error_description: expect.any(String) });
}

describe('/userinfo', () => {
  it('answers with the claims the scope asks for (oidcc-userinfo-get)', async () => {
    const { deps, accessToken } = await withToken();
    const response = await get(deps, accessToken);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toMatch(/^application\/json/);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await response.json()).toEqual({
      sub: SUBJECT.sub,
      email: 'ada@example.com',
      email_verified: true,
    });
  });

  it('takes the token from the header of a POST (oidcc-userinfo-post-header)', async () => {
    const { deps, accessToken } = await withToken();
    expect((await post(deps, null, { Authorization: `Bearer ${accessToken}` })).status).toBe(200);
    expect((await post(deps, null, { Authorization: `bearer  ${accessToken}` })).status).toBe(200);
  });

  it('takes the token from the form of a POST (oidcc-userinfo-post-body)', async () => {
    const { deps, accessToken } = await withToken();
    const form = { 'Content-Type': 'application/x-www-form-urlencoded' };
    expect((await post(deps, `access_token=${accessToken}`, form)).status).toBe(200);
    const twice = await post(deps, `access_token=${accessToken}`, {
      ...form,
      Authorization: `Bearer ${accessToken}`,
    });
    expect(twice.status).toBe(400);
  });

  it('refuses a token in the address, on GET and POST (HDR-5)', async () => {
    const { deps, accessToken } = await withToken();
    const response = await get(deps, null, {}, `?access_token=${accessToken}`);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: 'invalid_request' });
    expect((await get(deps, accessToken, {}, `?access_token=${accessToken}`)).status).toBe(400);
  });

  describe('asked by passport-auth0, which knows no other way (HDR-5)', () => {
    const says = (name: string) => Buffer.from(JSON.stringify({ name, version: '1.4.5' })).toString('base64');
    const passport = { 'Auth0-Client': says('passport-auth0') };

    it('takes the token of a client with a secret from the address', async () => {
      const { deps, accessToken } = await withToken('openid email', confidentialClient());
      const response = await get(deps, null, passport, `?access_token=${accessToken}`);
      expect(response.status).toBe(200);
      expect(response.headers.get('cache-control')).toBe('no-store');
      expect(await response.json()).toMatchObject({ sub: SUBJECT.sub });
    });

    it('refuses the token of a client without a secret', async () => {
      const { deps, accessToken } = await withToken();
      const response = await get(deps, null, passport, `?access_token=${accessToken}`);
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ error: 'invalid_request' });
    });

    it.each<[string, Record<string, string>]>([
      ['no library at all', {}],
      ['another library', { 'Auth0-Client': says('auth0.js') }],
      ['a header that is not read', { 'Auth0-Client': 'passport-auth0' }],
      ['a header that holds null', { 'Auth0-Client': btoa('null') }],
      ['a page', { ...passport, Origin: 'https://rp.test' }],
      ['a browser', { ...passport, 'Sec-Fetch-Site': 'none' }],
      ['a browser that is signed in', { ...passport, Cookie: '__Host-session=secret' }],
      ['a header with a token beside it', { ...passport, Authorization: 'Bearer x' }],
    ])('refuses the same from %s, and tells the log nothing of it', async (_, headers) => {
      const { deps, accessToken } = await withToken('openid email', confidentialClient());
      const response = await get(deps, null, headers, `?access_token=${accessToken}`);
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ error: 'invalid_request' });
      expect(deps.happened).toEqual(['refused /userinfo 400 invalid_request']);
    });

    it('refuses a POST, two tokens, and a token that is none', async () => {
      const { deps, accessToken } = await withToken('openid email', confidentialClient());
      const url = `https://op.test/userinfo?access_token=${accessToken}`;
      const posted = await userinfo(deps, new Request(url, { method: 'POST', headers: passport }));
      expect(posted.status).toBe(400);
      const twice = `?access_token=${accessToken}&access_token=${accessToken}`;
      expect((await get(deps, null, passport, twice)).status).toBe(400);
      expect((await get(deps, null, passport, '?access_token=')).status).toBe(400);
      await expectInvalidToken(await get(deps, null, passport, '?access_token=x'));
    });
  });

  it('asks for a token where there is none, without an error code (RFC 6750 §3.1)', async () => {
    const { deps } = await withToken();
    for (const response of [
      await get(deps, null),
      await get(deps, null, { Authorization: 'Basic eDp5' }),
      await post(deps, null),
    ]) {
      expect(response.status).toBe(401);
      expect(response.headers.get('www-authenticate')).toBe('Bearer');
    }
  });

  it('refuses an ID token, a logout token, a changed token and anything else (JWT-2, JWT-3)', async () => {
    const { deps, accessToken, idToken } = await withToken();
    await expectInvalidToken(await get(deps, idToken));
    const told = { clientId: 'spa', sub: SUBJECT.sub, sid: 'sid1', now: deps.clock() };
    await expectInvalidToken(await get(deps, await issueLogoutToken(deps, told)));
    await expectInvalidToken(await get(deps, 'x'));
    await expectInvalidToken(await get(deps, 'x'.repeat(9000)));
    const [, claims] = accessToken.split('.');
    await expectInvalidToken(
      await get(deps, `${Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url')}.${claims}.`),
    );
  });

  it.each<[string, Record<string, unknown>]>([
    ['another issuer', { iss: 'https://evil.test/' }],
    ['another audience', { aud: 'https://api.test/' }],
    ['no family', { family: undefined }],
    ['a family nobody knows', { family: 'x' }],
    ['another person', { sub: 'email|other' }],
    ['more characters than any of ours', { more: 'x'.repeat(8_192) }],
  ])('refuses an access token of %s (JWT-3)', async (_, changes) => {
    const { deps } = await withToken();
    const good = {
      iss: ISSUER,
      sub: SUBJECT.sub,
      aud: `${ISSUER}userinfo`,
      client_id: 'spa',
      scope: 'openid',
      exp: 2e9,
      family: 'family1',
    };
    const sign = (claims: object) => deps.signer.sign({ ...claims }, { typ: 'at+jwt', alg: 'RS256' });
    expect((await get(deps, await sign(good))).status).toBe(200);
    await expectInvalidToken(await get(deps, await sign({ ...good, ...changes })));
  });

  it('takes a token that is for an API and UserInfo both', async () => {
    const { deps } = await withToken();
    const claims = {
      iss: ISSUER,
      sub: SUBJECT.sub,
      aud: ['https://api.test/', `${ISSUER}userinfo`],
      client_id: 'spa',
      scope: 'openid',
      exp: 2e9,
      family: 'family1',
    };
    expect((await get(deps, await deps.signer.sign(claims, { typ: 'at+jwt', alg: 'RS256' }))).status).toBe(
      200,
    );
  });

  it('refuses a token that has expired, and one whose family was revoked (JWT-3)', async () => {
    const revoked = await withToken();
    await revoked.deps.families.revoke({ familyId: 'family1', clientId: 'spa', now: revoked.deps.clock() });
    await expectInvalidToken(await get(revoked.deps, revoked.accessToken));
    const expired = await withToken();
    expired.deps.advance(86_400 + 61);
    await expectInvalidToken(await get(expired.deps, expired.accessToken));
  });

  it('refuses a token without the scope openid with 403 (JWT-2)', async () => {
    const { deps, accessToken } = await withToken('email');
    const response = await get(deps, accessToken);
    expect(response.status).toBe(403);
    expect(response.headers.get('www-authenticate')).toMatch(/^Bearer error="insufficient_scope"/);
  });

  it('may be read by scripts of the client’s own origins, never with cookies (HDR-3)', async () => {
    const { deps, accessToken } = await withToken();
    const from = async (origin: string, token: string) =>
      (await get(deps, token, { Origin: origin })).headers.get('access-control-allow-origin');
    expect(await from('https://spa.test', accessToken)).toBe('https://spa.test');
    expect(await from('https://spa.test', 'expired')).toBe('https://spa.test');
    expect(await from('https://evil.test', accessToken)).toBeNull();
    expect(await from('null', accessToken)).toBeNull();
    const response = await get(deps, accessToken, { Origin: 'https://spa.test' });
    expect(response.headers.has('access-control-allow-credentials')).toBe(false);
  });
});
