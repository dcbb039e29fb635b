// The client credentials grant as a machine sees it. RFC 6749 §4.4, RFC 9068; security.md SCP-*, COD-7, CLI-*.
import { decodeJwt, decodeProtectedHeader } from 'jose';
import * as oauth from 'oauth4webapi';
import { describe, expect, it } from 'vitest';
import { revoke } from '@/lib/endpoints/revoke';
import { answerRoute, findRoute } from '@/lib/endpoints/routes';
import { token } from '@/lib/endpoints/token';
import { userinfo } from '@/lib/endpoints/userinfo';
import { MANAGEMENT_SCOPES, managementAudience } from '@/lib/management/scopes';
import { verifyAccessToken } from '@/lib/oidc/access-token';
import type { TokenEvent } from '@/lib/oidc/token-events';
import { confidentialClient, publicClient } from '../memory/clients';
import { ISSUER, type MemoryDeps, memoryDeps } from '../memory/deps';
import { api } from '../memory/resource-servers';

const THINGS = 'https://api.test/';
const MANAGEMENT = managementAudience(ISSUER);
const MACHINE = confidentialClient({
  clientId: 'machine',
  applicationType: 'non_interactive',
  redirectUris: [],
  grantTypes: ['client_credentials'],
});

/** A machine that was granted the API of things, in an order of its own. */
function granted(): MemoryDeps {
  const deps = memoryDeps(MACHINE, confidentialClient(), publicClient());
  deps.resourceServers.put(api());
  deps.resourceServers.put(
    api({ identifier: MANAGEMENT, name: 'Management API', isSystem: true, scopes: [...MANAGEMENT_SCOPES] }),
  );
  deps.resourceServers.grant('machine', { audience: THINGS, scopes: ['write:things', 'read:things'] });
  return deps;
}

const post = (deps: MemoryDeps, body: BodyInit, headers: Record<string, string> = {}) =>
  token(deps, new Request('https://op.test/oauth/token', { method: 'POST', body, headers }));

const BASIC = { Authorization: `Basic ${btoa('machine:s3cret')}` };

const ask = (deps: MemoryDeps, fields: Record<string, string> = { audience: THINGS }) =>
  post(deps, new URLSearchParams({ grant_type: 'client_credentials', ...fields }), BASIC);

type Answer = { access_token: string; scope?: string; error?: string };
const read = async (response: Response | Promise<Response>) => (await (await response).json()) as Answer;

async function expectRefusal(response: Promise<Response>, status: number, error: string): Promise<void> {
  const refused = await response;
  expect([refused.status, (await read(refused.clone())).error]).toEqual([status, error]);
  expect(refused.headers.get('cache-control')).toBe('no-store');
}

describe('a client that asks for itself', () => {
  it('gets an access token for the API it was granted, and nothing else', async () => {
    const deps = granted();
    const response = await ask(deps);
    expect(response.status).toBe(200);
    expect(response.headers.get('cache-control')).toBe('no-store');
    const body = await read(response);
    expect(body).toEqual({
      access_token: expect.any(String),
      token_type: 'Bearer',
      expires_in: 600,
      scope: 'write:things read:things',
    });
    const issuedAt = Math.floor(deps.clock().getTime() / 1000);
    expect(decodeJwt(body.access_token)).toEqual({
      iss: ISSUER,
      sub: 'machine@clients',
      aud: THINGS,
      azp: 'machine',
      client_id: 'machine',
      scope: 'write:things read:things',
      gty: 'client-credentials',
      iat: issuedAt,
      exp: issuedAt + 600,
      jti: expect.any(String),
    });
    expect(decodeProtectedHeader(body.access_token)).toMatchObject({ typ: 'at+jwt', alg: 'RS256' });
  });

  it('may ask in JSON, as Auth0’s clients do, and for a part (SCP-1)', async () => {
    const body = { grant_type: 'client_credentials', audience: THINGS, scope: 'read:things' };
    const response = await post(granted(), JSON.stringify(body), {
      ...BASIC,
      'Content-Type': 'application/json',
    });
    expect(await read(response)).toMatchObject({ scope: 'read:things' });
  });

  it('need not name the API where it was granted one only', async () => {
    const deps = granted();
    expect(decodeJwt((await read(ask(deps, {}))).access_token).aud).toBe(THINGS);
    deps.resourceServers.grant('machine', { audience: MANAGEMENT, scopes: ['read:users'] });
    await expectRefusal(ask(deps, {}), 400, 'invalid_request');
    const byDefault = { ...deps, defaultAudience: () => THINGS };
    expect(decodeJwt((await read(ask(byDefault, {}))).access_token).aud).toBe(THINGS);
  });

  it('gets no scope where the API has none, and none that the API has no longer', async () => {
    const deps = granted();
    deps.resourceServers.put(api({ scopes: [{ value: 'read:things', description: 'Read' }] }));
    expect(await read(ask(deps))).toMatchObject({ scope: 'read:things' });
    deps.resourceServers.put(api({ scopes: [] }));
    const bare = await read(ask(deps));
    expect(bare).not.toHaveProperty('scope');
    expect(decodeJwt(bare.access_token)).not.toHaveProperty('scope');
  });

  it.each(['RS256', 'ES256', 'EdDSA'] as const)(
    'gets a token signed with %s where the API says so (JWT-1)',
    async (alg) => {
      const deps = granted();
      deps.resourceServers.put(api({ signingAlgorithm: alg }));
      const { access_token } = await read(ask(deps));
      expect(decodeProtectedHeader(access_token).alg).toBe(alg);
      expect(await verifyAccessToken(deps, access_token, THINGS)).toMatchObject({
        sub: 'machine@clients',
        familyId: null,
      });
    },
  );

  it('is in the audit log, and so is a refusal, with from where and without what was asked (LOG-1)', async () => {
    const deps = granted();
    const told: TokenEvent[] = [];
    deps.moveTo('192.0.2.7');
    const fields = new URLSearchParams({ grant_type: 'client_credentials' });
    const headers = { ...BASIC, 'User-Agent': 'worker/1.0' };
    await post({ ...deps, tokenEvents: { record: (event) => told.push(event) } }, fields, headers);
    expect(told).toMatchObject([{ type: 'seccft', ip: '192.0.2.7', userAgent: 'worker/1.0' }]);
    await ask(deps);
    await ask(deps, { audience: 'https://secret.test/' });
    expect(deps.happened.filter((happening) => happening.includes('machine'))).toEqual([
      'seccft machine Access token issued for the API Things.',
      'feccft machine The client has not been granted this API.',
    ]);
  });
});

describe('a client that asks for itself is refused', () => {
  it.each([
    ['an API that it was not granted', MANAGEMENT],
    ['an API that there is not', 'https://unknown.test/'],
    ['an API in another spelling', 'https://API.test/'],
    ['UserInfo', `${ISSUER}userinfo`],
  ])('%s, with one and the same answer (SCP-1)', async (_, audience) => {
    const response = await ask(granted(), { audience });
    expect(response.status).toBe(403);
    expect(await response.json()).toEqual({
      error: 'access_denied',
      error_description: 'The client has not been granted this API.',
    });
  });

  it('an API once it is gone', async () => {
    const deps = granted();
    deps.resourceServers.remove(THINGS);
    await expectRefusal(ask(deps), 403, 'access_denied');
  });

  it.each([
    'read:things delete:things',
    'read:thing',
    'read:things_all',
    'READ:THINGS',
    'openid',
    'offline_access',
  ])('more than it was granted: %s (SCP-1, SCP-2)', async (scope) => {
    await expectRefusal(ask(granted(), { audience: THINGS, scope }), 403, 'access_denied');
  });

  it.each([
    'read:things  write:things',
    ' read:things',
    'read:things\twrite:things',
    'read:things\nwrite:things',
    '"',
  ])('a malformed scope: %j (SCP-2)', async (scope) => {
    await expectRefusal(ask(granted(), { audience: THINGS, scope }), 400, 'invalid_scope');
  });

  it('an operator’s rights that it was not granted, though it has others (SCP-1)', async () => {
    const deps = granted();
    deps.resourceServers.grant('machine', { audience: MANAGEMENT, scopes: ['read:users'] });
    expect(await read(ask(deps, { audience: MANAGEMENT }))).toMatchObject({ scope: 'read:users' });
    await expectRefusal(ask(deps, { audience: MANAGEMENT, scope: 'delete:users' }), 403, 'access_denied');
  });

  it('unless the grant type is its own (COD-7)', async () => {
    const deps = granted();
    const fields = { grant_type: 'client_credentials', audience: THINGS };
    const spa = post(deps, new URLSearchParams({ ...fields, client_id: 'spa' }));
    await expectRefusal(spa, 400, 'unauthorized_client');
    const web = { Authorization: `Basic ${btoa('web:s3cret')}` };
    await expectRefusal(post(deps, new URLSearchParams(fields), web), 400, 'unauthorized_client');
  });

  it('where it can prove nothing, even if somebody gave it the grant type (COD-7)', async () => {
    const deps = memoryDeps(publicClient({ grantTypes: ['client_credentials'] }));
    deps.resourceServers.put(api());
    deps.resourceServers.grant('spa', { audience: THINGS, scopes: ['read:things'] });
    const fields = { grant_type: 'client_credentials', audience: THINGS, client_id: 'spa' };
    await expectRefusal(post(deps, new URLSearchParams(fields)), 400, 'unauthorized_client');
  });

  it('with a wrong secret, or none (CLI-2)', async () => {
    const fields = new URLSearchParams({ grant_type: 'client_credentials', audience: THINGS });
    const wrong = { Authorization: `Basic ${btoa('machine:wrong')}` };
    await expectRefusal(post(granted(), fields, wrong), 401, 'invalid_client');
    const open = new URLSearchParams({ ...Object.fromEntries(fields), client_id: 'machine' });
    await expectRefusal(post(granted(), open), 401, 'invalid_client');
  });

  it.each([null, [], [THINGS], {}, { not: '' }, { contains: '' }, true, 0])(
    'a value that is no text: %j (OTP-14)',
    async (value) => {
      for (const name of ['audience', 'scope', 'grant_type']) {
        const body = { grant_type: 'client_credentials', audience: THINGS, [name]: value };
        const headers = { ...BASIC, 'Content-Type': 'application/json' };
        await expectRefusal(post(granted(), JSON.stringify(body), headers), 400, 'invalid_request');
      }
    },
  );
});

describe('a token that a client got for itself', () => {
  const tokenFor = async (deps: MemoryDeps) => (await read(ask(deps))).access_token;

  it('says nothing at UserInfo, which knows people (JWT-2, SCP-3)', async () => {
    const deps = granted();
    const headers = { Authorization: `Bearer ${await tokenFor(deps)}` };
    const response = await userinfo(deps, new Request('https://op.test/userinfo', { headers }));
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toMatch(/^Bearer error="invalid_token"/);
  });

  it('is not taken by another API, nor by the management API (SCP-3)', async () => {
    const deps = granted();
    const accessToken = await tokenFor(deps);
    expect(await verifyAccessToken(deps, accessToken, THINGS)).not.toBeNull();
    for (const audience of [MANAGEMENT, `${ISSUER}userinfo`, 'https://api.test', ''])
      expect(await verifyAccessToken(deps, accessToken, audience)).toBeNull();
  });

  it('may be given up like any other: 200, and it ends by itself (RFC 7009 §2.2)', async () => {
    const deps = granted();
    const body = new URLSearchParams({ token: await tokenFor(deps) });
    const request = new Request('https://op.test/oauth/revoke', { method: 'POST', body, headers: BASIC });
    expect((await revoke(deps, request)).status).toBe(200);
  });
});

it('a machine built on oauth4webapi gets its token, and an API built on it checks it', async () => {
  const deps = granted();
  deps.resourceServers.put(api({ signingAlgorithm: 'ES256', tokenLifetimeSeconds: 86_400 }));
  const fetch = async (url: string, init?: object) => {
    const route = findRoute(new URL(url).pathname);
    if (route === null) throw new Error(`${url} is not the protocol's`);
    return answerRoute(deps, route, new Request(url, init));
  };
  const options = { [oauth.customFetch]: fetch };
  const issuer = new URL(ISSUER);
  const server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, options));
  const client = { client_id: 'machine' };
  const response = await oauth.clientCredentialsGrantRequest(
    server,
    client,
    oauth.ClientSecretBasic('s3cret'),
    new URLSearchParams({ audience: THINGS }),
    options,
  );
  const { access_token } = await oauth.processClientCredentialsResponse(server, client, response);
  const atApi = new Request(THINGS, { headers: { Authorization: `Bearer ${access_token}` } });
  const claims = await oauth.validateJwtAccessToken(server, atApi, THINGS, {
    ...options,
    [oauth.clockSkew]: Math.round((deps.clock().getTime() - Date.now()) / 1000),
  });
  expect(claims).toMatchObject({
    sub: 'machine@clients',
    client_id: 'machine',
    scope: 'write:things read:things',
  });
});
