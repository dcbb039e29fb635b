import { describe, expect, it } from 'vitest';
import { answerRoute, findRoute } from '@/lib/endpoints/routes';
import { issueAccessToken, issueClientAccessToken } from '@/lib/oidc/access-token';
import { describeProvider } from '@/lib/oidc/discovery';
import { issueIdToken } from '@/lib/oidc/id-token';
import type { ResourceServer } from '@/lib/oidc/resource-server';
import { confidentialClient, publicClient } from '../memory/clients';
import { ISSUER, type MemoryDeps, memoryDeps, SUBJECT } from '../memory/deps';

const WEB = confidentialClient({ tokenEndpointAuthMethod: 'client_secret_post' });
const API: ResourceServer = {
  id: '0'.repeat(24),
  identifier: 'https://api.test/',
  name: 'API',
  scopes: [{ value: 'read', description: '' }],
  signingAlgorithm: 'ES256',
  tokenLifetimeSeconds: 600,
  tokenLifetimeForWebSeconds: 600,
  allowOfflineAccess: true,
  skipConsent: true,
  isSystem: false,
};

/** Somebody signed in at the client, which holds all that it was given. */
async function stage() {
  const deps = memoryDeps(WEB, { ...WEB, clientId: 'other' }, publicClient());
  const now = deps.clock();
  const grant = {
    clientId: 'web',
    subject: SUBJECT,
    sessionId: 'sid1',
    scope: 'openid offline_access',
    audience: null,
    nonce: null,
    authenticatedAt: now,
    authTimeRequested: false,
    familyId: 'family1',
  };
  const expiresAt = new Date(now.getTime() + 60_000);
  const code = { authorizationCode: 'C1', redirectUri: 'x', requestedRedirectUri: 'x', codeChallenge: null };
  deps.codes.issue({ ...code, grant, expiresAt });
  const redemption = { authorizationCode: 'C1', redirectUri: 'x', codeChallenge: null, clientId: 'web', now };
  await deps.codes.redeem({
    ...redemption,
    accessTokensExpireAt: expiresAt,
    refresh: { idleExpiresAt: expiresAt, expiresAt },
    askedFrom: { ip: null, userAgent: null },
  });
  const { accessToken } = await issueAccessToken(deps, { client: WEB, grant, api: null, now });
  return {
    deps,
    accessToken,
    idToken: await issueIdToken(deps, { client: WEB, grant, accessToken, now }),
    refreshToken: deps.refreshTokens.derive({ familyId: 'family1', sequence: 0 }),
  };
}

function ask(deps: MemoryDeps, token: string, changes: Record<string, string> = {}): Promise<Response> {
  const route = findRoute('/oauth/introspect');
  if (route === null) throw new Error('There is no route.');
  const body = new URLSearchParams({ client_id: 'web', client_secret: 's3cret', token, ...changes });
  return answerRoute(deps, route, new Request(`${ISSUER}oauth/introspect`, { method: 'POST', body }));
}

async function expectInactive(response: Response): Promise<void> {
  expect(response.status).toBe(200);
  expect(response.headers.get('cache-control')).toBe('no-store');
  expect(await response.json()).toEqual({ active: false });
}

describe('/oauth/introspect', () => {
  it('tells a client what its access token stands for (RFC 7662 §2.2)', async () => {
    const { deps, accessToken } = await stage();
    const now = deps.clock().getTime() / 1000;
    const response = await ask(deps, accessToken, { token_type_hint: 'refresh_token' });
    expect(response.status).toBe(200);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await response.json()).toEqual({
      active: true,
      iss: ISSUER,
      client_id: 'web',
      sub: SUBJECT.sub,
      scope: 'openid offline_access',
      aud: `${ISSUER}userinfo`,
      token_type: 'Bearer',
      iat: now,
      exp: now + 86_400,
      jti: expect.any(String),
    });
  });

  it('tells a client what its refresh token stands for, and does not use it up', async () => {
    const { deps, refreshToken } = await stage();
    for (const hint of ['refresh_token', 'access_token']) {
      const response = await ask(deps, refreshToken, { token_type_hint: hint });
      expect(await response.json()).toEqual({
        active: true,
        iss: ISSUER,
        client_id: 'web',
        sub: SUBJECT.sub,
        scope: 'openid offline_access',
        exp: expect.any(Number),
      });
    }
  });

  it('knows the tokens that a client got for itself', async () => {
    const { deps } = await stage();
    const issue = { clientId: 'web', api: API, scope: 'read', now: deps.clock() };
    const { accessToken } = await issueClientAccessToken(deps, issue);
    expect(await (await ask(deps, accessToken)).json()).toMatchObject({
      active: true,
      sub: 'web@clients',
      aud: API.identifier,
      scope: 'read',
    });
  });

  it('says nothing of tokens of another client, of ID tokens, and of what is none (JWT-2)', async () => {
    const { deps, accessToken, refreshToken, idToken } = await stage();
    await expectInactive(await ask(deps, accessToken, { client_id: 'other' }));
    await expectInactive(await ask(deps, refreshToken, { client_id: 'other' }));
    await expectInactive(await ask(deps, idToken));
    await expectInactive(await ask(deps, 'x'));
    await expectInactive(await ask(deps, `${accessToken}x`));
  });

  it('says nothing of tokens that are revoked, replaced or expired', async () => {
    const { deps, accessToken, refreshToken } = await stage();
    const family = { familyId: 'family1', clientId: 'web', now: deps.clock() };
    await deps.refreshTokenStore.rotate({
      ...family,
      sequence: 0,
      scope: [],
      apiScope: [],
      rotates: true,
      graceSeconds: 10,
      idleSeconds: 60,
      askedFrom: { ip: null, userAgent: null },
    });
    await expectInactive(await ask(deps, refreshToken));
    await deps.families.revoke(family);
    await expectInactive(await ask(deps, accessToken));
    const expired = await stage();
    expired.deps.advance(86_400);
    await expectInactive(await ask(expired.deps, expired.accessToken));
  });

  it('serves clients that prove themselves, and no other (CLI-2)', async () => {
    const { deps, accessToken } = await stage();
    expect((await ask(deps, accessToken, { client_secret: 'wrong' })).status).toBe(401);
    expect((await ask(deps, accessToken, { client_id: 'spa', client_secret: '' })).status).toBe(401);
    expect((await ask(deps, '')).status).toBe(400);
  });

  it('is announced, with the ways to prove oneself', () => {
    expect(describeProvider(ISSUER, ['en'])).toMatchObject({
      introspection_endpoint: `${ISSUER}oauth/introspect`,
      introspection_endpoint_auth_methods_supported: [
        'client_secret_basic',
        'client_secret_post',
        'private_key_jwt',
      ],
    });
  });
});
