// Who may use the management API: tokens as machines and people really get them, at the door of the API.
import { describe, expect, it } from 'vitest';
import { token } from '@/lib/endpoints/token';
import { createOperators } from '@/lib/management/operators';
import { MANAGEMENT_SCOPES, managementAudience } from '@/lib/management/scopes';
import { issueAccessToken } from '@/lib/oidc/access-token';
import { issueIdToken } from '@/lib/oidc/id-token';
import { issueLogoutToken } from '@/lib/oidc/logout-token';
import { confidentialClient } from '../memory/clients';
import { ISSUER, type MemoryDeps, memoryDeps, SUBJECT } from '../memory/deps';
import { api } from '../memory/resource-servers';

const MANAGEMENT = api({
  identifier: managementAudience(ISSUER),
  isSystem: true,
  scopes: [...MANAGEMENT_SCOPES],
});
const MACHINE = confidentialClient({ clientId: 'machine', grantTypes: ['client_credentials'] });
const SCOPES = ['read:users', 'read:clients'];

function granted(): MemoryDeps {
  const deps = memoryDeps(MACHINE);
  for (const known of [MANAGEMENT, api()]) deps.resourceServers.put(known);
  deps.resourceServers.grant('machine', { audience: MANAGEMENT.identifier, scopes: SCOPES });
  deps.resourceServers.grant('machine', { audience: api().identifier, scopes: ['read:things'] });
  return deps;
}

async function tokenOf(deps: MemoryDeps, fields: Record<string, string> = {}): Promise<string> {
  const response = await token(
    deps,
    new Request('https://op.test/oauth/token', {
      method: 'POST',
      headers: { Authorization: `Basic ${btoa('machine:s3cret')}` },
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        audience: MANAGEMENT.identifier,
        ...fields,
      }),
    }),
  );
  return ((await response.json()) as { access_token: string }).access_token;
}

/** The tokens of somebody who signed in with the scopes of a person, and more. */
async function tokensOfPerson(deps: MemoryDeps) {
  const grant = {
    clientId: 'machine',
    subject: SUBJECT,
    sessionId: 'sid1',
    scope: 'openid read:current_user read:users',
    audience: MANAGEMENT.identifier,
    nonce: null,
    authenticatedAt: deps.clock(),
    authTimeRequested: false,
    familyId: 'family1',
  };
  const issue = { client: MACHINE, grant, now: deps.clock() };
  const { accessToken } = await issueAccessToken(deps, { ...issue, api: MANAGEMENT });
  const atUserinfo = await issueAccessToken(deps, { ...issue, api: null });
  return {
    accessToken,
    idToken: await issueIdToken(deps, { ...issue, accessToken }),
    userinfoToken: atUserinfo.accessToken,
  };
}

async function scopesOf(deps: MemoryDeps, authorization: string | null, query = '') {
  const operators = createOperators({
    ...deps,
    isOperatorToken: (bearerToken) => bearerToken === 'operator',
  });
  const headers: Record<string, string> = authorization === null ? {} : { Authorization: authorization };
  const caller = await operators.callerOf(new Request(`${ISSUER}api/v2/clients${query}`, { headers }));
  return caller?.scopes ?? null;
}

describe('the management API is open', () => {
  it('for everything to the command line of this machine', async () => {
    expect(await scopesOf(granted(), 'Bearer operator')).toBe('every');
  });

  it('to a machine for what is in its token (MGT-5)', async () => {
    const deps = granted();
    expect(await scopesOf(deps, `Bearer ${await tokenOf(deps)}`)).toEqual(SCOPES);
    const narrow = await tokenOf(deps, { scope: 'read:clients' });
    expect(await scopesOf(deps, `bearer ${narrow}`)).toEqual(['read:clients']);
  });

  it('no longer for what was taken back since, though the token says so (MGT-5)', async () => {
    const deps = granted();
    const accessToken = await tokenOf(deps);
    const now = memoryDeps(MACHINE).resourceServers;
    now.grant('machine', { audience: MANAGEMENT.identifier, scopes: ['read:clients', 'read:logs'] });
    expect(await scopesOf({ ...deps, resourceServers: now }, `Bearer ${accessToken}`)).toEqual([
      'read:clients',
    ]);
    const none = memoryDeps(MACHINE).resourceServers;
    expect(await scopesOf({ ...deps, resourceServers: none }, `Bearer ${accessToken}`)).toEqual([]);
  });

  it('to a person as a person, as long as the token’s family is alive (SCP-1)', async () => {
    const deps = granted();
    const { accessToken } = await tokensOfPerson(deps);
    const families = {
      findActive: async (familyId: string) =>
        familyId === 'family1'
          ? { subject: SUBJECT, scope: '', sessionId: null, authenticatedAt: null, createdAt: deps.clock() }
          : null,
    };
    const asked = new Request(`${ISSUER}api/v2/clients`, {
      headers: { Authorization: `Bearer ${accessToken}` },
    });
    const operators = createOperators({ ...deps, families, isOperatorToken: () => false });
    expect(await operators.callerOf(asked)).toMatchObject({ kind: 'person', accountId: SUBJECT.sub });
    expect(await scopesOf(deps, `Bearer ${accessToken}`)).toBeNull();
  });
});

describe('the management API is closed', () => {
  it('to ID tokens, logout tokens, and tokens for UserInfo or another API (JWT-2, SCP-3)', async () => {
    const deps = granted();
    const { idToken, userinfoToken } = await tokensOfPerson(deps);
    const ofThings = await tokenOf(deps, { audience: api().identifier });
    const told = { clientId: 'web', sub: 'web@clients', sid: 'sid1', now: deps.clock() };
    for (const other of [idToken, userinfoToken, ofThings, await issueLogoutToken(deps, told)])
      expect(await scopesOf(deps, `Bearer ${other}`)).toBeNull();
  });

  it('to a token that has expired (JWT-3)', async () => {
    const deps = granted();
    const accessToken = await tokenOf(deps);
    deps.advance(MANAGEMENT.tokenLifetimeSeconds + 61);
    expect(await scopesOf(deps, `Bearer ${accessToken}`)).toBeNull();
  });

  it('to a token in the address, or sent in any way but one (HDR-5)', async () => {
    const deps = granted();
    const accessToken = await tokenOf(deps);
    expect(await scopesOf(deps, null, `?access_token=${accessToken}`)).toBeNull();
    for (const odd of [
      '',
      accessToken,
      `Basic ${accessToken}`,
      `Bearer ${accessToken}, Bearer operator`,
      'Bearer',
    ])
      expect(await scopesOf(deps, odd)).toBeNull();
    expect(await scopesOf(deps, `Bearer ${'x'.repeat(9_000)}`)).toBeNull();
  });
});
