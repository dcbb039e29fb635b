// Access tokens for an API that a person signed in for: from /authorize to the API, by code and by refresh token.
// RFC 9068; security.md SCP-*, JWT-*; auth0-contract §4.6 for the audiences.
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { describe, expect, it } from 'vitest';
import { authorize } from '@/lib/endpoints/authorize';
import { revoke } from '@/lib/endpoints/revoke';
import { token } from '@/lib/endpoints/token';
import { userinfo } from '@/lib/endpoints/userinfo';
import { MANAGEMENT_SCOPES, managementAudience } from '@/lib/management/scopes';
import { verifyAccessToken } from '@/lib/oidc/access-token';
import type { ResourceServer } from '@/lib/oidc/resource-server';
import { publicClient } from '../memory/clients';
import { ISSUER, type MemoryDeps, memoryDeps, SESSION_COOKIE, SUBJECT } from '../memory/deps';
import { api } from '../memory/resource-servers';

const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';
const THINGS = 'https://api.test/';
const USERINFO = `${ISSUER}userinfo`;
const MANAGEMENT = managementAudience(ISSUER);

type Tokens = {
  access_token: string;
  id_token?: string;
  refresh_token?: string;
  scope: string;
  expires_in: number;
  error?: string;
};

/** Somebody is signed in, and there are the API of things and the management API. */
function signedIn(changes: Partial<ResourceServer> = {}): MemoryDeps {
  const deps = memoryDeps(publicClient({ grantTypes: ['authorization_code', 'refresh_token'] }));
  deps.resourceServers.put(api(changes));
  deps.resourceServers.put(api({ identifier: MANAGEMENT, isSystem: true, scopes: [...MANAGEMENT_SCOPES] }));
  deps.beginSession();
  return deps;
}

/** What /authorize tells the client. */
async function authorized(deps: MemoryDeps, asked: Record<string, string>): Promise<URLSearchParams> {
  const query = new URLSearchParams({
    client_id: 'spa',
    redirect_uri: 'https://spa.test/cb',
    response_type: 'code',
    prompt: 'none',
    code_challenge: CHALLENGE,
    code_challenge_method: 'S256',
    ...asked,
  });
  const headers = { Cookie: SESSION_COOKIE };
  const response = await authorize(deps, new Request(`https://op.test/authorize?${query}`, { headers }));
  return new URL(response.headers.get('location') ?? '', ISSUER).searchParams;
}

const post = (deps: MemoryDeps, fields: Record<string, string>) =>
  token(
    deps,
    new Request('https://op.test/oauth/token', {
      method: 'POST',
      body: new URLSearchParams({ client_id: 'spa', ...fields }),
    }),
  );

async function tokensFor(deps: MemoryDeps, asked: Record<string, string>): Promise<Tokens> {
  const code = (await authorized(deps, asked)).get('code') ?? '';
  const response = await post(deps, {
    grant_type: 'authorization_code',
    code,
    redirect_uri: 'https://spa.test/cb',
    code_verifier: VERIFIER,
  });
  expect(response.status).toBe(200);
  return (await response.json()) as Tokens;
}

const refresh = (deps: MemoryDeps, tokens: Tokens, more: Record<string, string> = {}) =>
  post(deps, { grant_type: 'refresh_token', refresh_token: tokens.refresh_token ?? '', ...more });

const atUserinfo = (deps: MemoryDeps, { access_token }: Tokens) =>
  userinfo(deps, new Request(USERINFO, { headers: { Authorization: `Bearer ${access_token}` } }));

const audienceOf = ({ access_token }: Tokens) => decodeJwt(access_token).aud;

describe('an access token', () => {
  it('is for the API and UserInfo both where the scope asks who it is', async () => {
    const deps = signedIn();
    const tokens = await tokensFor(deps, { audience: THINGS, scope: 'openid email read:things' });
    expect(audienceOf(tokens)).toEqual([THINGS, USERINFO]);
    expect(tokens).toMatchObject({ scope: 'openid email read:things', expires_in: 600 });
    expect(decodeJwt(tokens.access_token)).toMatchObject({
      sub: SUBJECT.sub,
      azp: 'spa',
      client_id: 'spa',
      scope: 'openid email read:things',
    });
    expect(await (await atUserinfo(deps, tokens)).json()).toMatchObject({ email: SUBJECT.email });
  });

  it('is for the API alone where it does not, with no ID token, and UserInfo refuses it (SCP-3)', async () => {
    const deps = signedIn();
    const tokens = await tokensFor(deps, { audience: THINGS, scope: 'read:things' });
    expect(audienceOf(tokens)).toBe(THINGS);
    expect(tokens).not.toHaveProperty('id_token');
    expect((await atUserinfo(deps, tokens)).status).toBe(401);
  });

  it.each<Record<string, string>>([{}, { audience: USERINFO }])(
    'is for UserInfo alone where %j names no API (SCP-3)',
    async (asked) => {
      const deps = signedIn();
      const tokens = await tokensFor(deps, { scope: 'openid read:things', ...asked });
      expect(audienceOf(tokens)).toBe(USERINFO);
      expect(tokens).toMatchObject({ scope: 'openid', expires_in: 86_400 });
      for (const audience of [THINGS, MANAGEMENT])
        expect(await verifyAccessToken(deps, tokens.access_token, audience)).toBeNull();
    },
  );

  it('of a person holds no operator’s right (SCP-1)', async () => {
    const deps = signedIn();
    const tokens = await tokensFor(deps, {
      audience: MANAGEMENT,
      scope: 'openid delete:users read:current_user',
    });
    expect(tokens.scope).toBe('openid read:current_user');
    const refused = await authorized(deps, { audience: MANAGEMENT, scope: 'delete:users' });
    expect([refused.get('error'), refused.get('code')]).toEqual(['access_denied', null]);
  });

  it('for an API nobody knows is refused at the client’s own address (SCP-1)', async () => {
    const refused = await authorized(signedIn(), { audience: 'https://unknown.test/', scope: 'openid' });
    expect([refused.get('error'), refused.get('code')]).toEqual(['access_denied', null]);
  });

  it.each(['RS256', 'ES256', 'EdDSA'] as const)(
    'is signed with the API’s %s; the ID token beside it stays with RS256, and UserInfo takes it (JWT-1)',
    async (signingAlgorithm) => {
      const deps = signedIn({ signingAlgorithm });
      const tokens = await tokensFor(deps, { audience: THINGS, scope: 'openid' });
      expect(decodeProtectedHeader(tokens.access_token)).toMatchObject({
        typ: 'at+jwt',
        alg: signingAlgorithm,
      });
      expect(decodeProtectedHeader(tokens.id_token ?? '')).toMatchObject({ typ: 'JWT', alg: 'RS256' });
      expect((await atUserinfo(deps, tokens)).status).toBe(200);
    },
  );

  it('is not an ID token, nor the other way round (JWT-2)', async () => {
    const deps = signedIn();
    const tokens = await tokensFor(deps, { audience: THINGS, scope: 'openid' });
    expect(await verifyAccessToken(deps, tokens.id_token ?? '', THINGS)).toBeNull();
    expect(await verifyAccessToken(deps, tokens.id_token ?? '', 'spa')).toBeNull();
    const hinted = await authorized(deps, { id_token_hint: tokens.access_token, scope: 'openid' });
    expect(hinted.get('error')).toBe('invalid_request');
  });

  it('is not issued once the API has been removed', async () => {
    const deps = signedIn();
    const code = (await authorized(deps, { audience: THINGS, scope: 'openid' })).get('code') ?? '';
    deps.resourceServers.remove(THINGS);
    const redirect_uri = 'https://spa.test/cb';
    const response = await post(deps, {
      grant_type: 'authorization_code',
      code,
      redirect_uri,
      code_verifier: VERIFIER,
    });
    expect([response.status, await response.json()]).toEqual([
      400,
      { error: 'invalid_grant', error_description: 'Invalid authorization code' },
    ]);
  });

  it('for an API is given up by its client, and with it the family (RFC 7009)', async () => {
    const deps = signedIn({ allowOfflineAccess: true });
    const tokens = await tokensFor(deps, { audience: THINGS, scope: 'offline_access read:things' });
    const body = new URLSearchParams({ client_id: 'spa', token: tokens.access_token });
    await revoke(deps, new Request('https://op.test/oauth/revoke', { method: 'POST', body }));
    expect((await refresh(deps, tokens)).status).toBe(403);
  });
});

describe('a refresh token', () => {
  const asked = { audience: THINGS, scope: 'openid offline_access read:things' };

  it('comes only where the API allows it, whatever the client may (RFT-9)', async () => {
    const withheld = await tokensFor(signedIn(), asked);
    expect(withheld).not.toHaveProperty('refresh_token');
    expect(withheld.scope).toBe('openid read:things');
    expect(await tokensFor(signedIn({ allowOfflineAccess: true }), asked)).toHaveProperty('refresh_token');
  });

  it('stays with its API, which decides algorithm and lifetime anew, and passes an audience over', async () => {
    const deps = signedIn({ allowOfflineAccess: true });
    const tokens = await tokensFor(deps, asked);
    deps.resourceServers.put(
      api({ allowOfflineAccess: true, signingAlgorithm: 'ES256', tokenLifetimeSeconds: 60 }),
    );
    const next = (await (await refresh(deps, tokens, { audience: MANAGEMENT })).json()) as Tokens;
    expect(next).toMatchObject({ expires_in: 60, scope: 'openid offline_access read:things' });
    expect(audienceOf(next)).toEqual([THINGS, USERINFO]);
    expect(decodeProtectedHeader(next.access_token).alg).toBe('ES256');
  });

  it('RFT-8: narrows to the API alone, and never grows by the API’s other scopes (SCP-1)', async () => {
    const deps = signedIn({ allowOfflineAccess: true });
    const tokens = await tokensFor(deps, asked);
    const grown = await refresh(deps, tokens, { scope: 'read:things write:things' });
    expect([grown.status, ((await grown.json()) as Tokens).error]).toEqual([400, 'invalid_scope']);
    const narrow = (await (
      await refresh(deps, tokens, { scope: 'read:things read:other' })
    ).json()) as Tokens;
    expect([narrow.scope, audienceOf(narrow)]).toEqual(['read:things', THINGS]);
    const whole = (await (await refresh(deps, narrow)).json()) as Tokens;
    expect([whole.scope, audienceOf(whole)]).toEqual([asked.scope, [THINGS, USERINFO]]);
  });

  it('brings no scope any more that the API has lost (SCP-1)', async () => {
    const deps = signedIn({ allowOfflineAccess: true });
    const tokens = await tokensFor(deps, { ...asked, scope: `${asked.scope} write:things` });
    deps.resourceServers.put(
      api({ allowOfflineAccess: true, scopes: [{ value: 'write:things', description: '' }] }),
    );
    const next = (await (await refresh(deps, tokens)).json()) as Tokens;
    expect(next.scope).toBe('openid offline_access write:things');
    expect(decodeJwt(next.access_token).scope).toBe(next.scope);
    const lost = (await (await refresh(deps, next, { scope: 'read:things' })).json()) as Tokens;
    expect(lost.scope).toBe('');
  });

  it('is dead where the API is gone, and so is a code: neither becomes a token for UserInfo (SCP-1)', async () => {
    const deps = signedIn({ allowOfflineAccess: true });
    const tokens = await tokensFor(deps, asked);
    const code = (await authorized(deps, asked)).get('code') ?? '';
    deps.resourceServers.remove(THINGS);
    const redemption = { code, redirect_uri: 'https://spa.test/cb', code_verifier: VERIFIER };
    for (const response of [
      await refresh(deps, tokens),
      await post(deps, { grant_type: 'authorization_code', ...redemption }),
    ])
      expect(await response.json()).toMatchObject({ error: 'invalid_grant' });
  });

  it('is dead where the API allows it no longer', async () => {
    const deps = signedIn({ allowOfflineAccess: true });
    const tokens = await tokensFor(deps, asked);
    deps.resourceServers.put(api());
    const response = await refresh(deps, tokens);
    expect([response.status, await response.json()]).toEqual([
      403,
      { error: 'invalid_grant', error_description: 'Unknown or invalid refresh token.' },
    ]);
  });
});
