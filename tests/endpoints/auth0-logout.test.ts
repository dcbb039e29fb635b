import { describe, expect, it } from 'vitest';
import { auth0Logout } from '@/lib/endpoints/auth0-logout';
import type { Client } from '@/lib/oidc/client';
import { confidentialClient } from '../memory/clients';
import { type MemoryDeps, memoryDeps, SESSION_COOKIE } from '../memory/deps';

function signedIn(...clients: readonly Client[]): MemoryDeps {
  const deps = memoryDeps(...clients);
  deps.beginSession();
  return deps;
}

function get(deps: MemoryDeps, query: string, headers: Record<string, string> = {}): Promise<Response> {
  return auth0Logout(
    deps,
    new Request(`https://op.test/v2/logout${query}`, { headers: { Cookie: SESSION_COOKIE, ...headers } }),
  );
}

async function isSignedIn(deps: MemoryDeps): Promise<boolean> {
  return (await deps.sessions.findActive(new Headers({ Cookie: SESSION_COOKIE }))) !== null;
}

describe('GET /v2/logout', () => {
  it.each(['https://rp.test/bye', 'https://rp.test/bye?error=x&y=1', 'https://rp.test/bye#part'])(
    'of a client with a listed returnTo ends the session and goes there: %s',
    async (returnTo) => {
      const deps = signedIn();
      const response = await get(deps, `?client_id=web&returnTo=${encodeURIComponent(returnTo)}`, {
        'Sec-Fetch-Dest': 'document',
      });
      expect(response.status).toBe(302);
      expect(response.headers.get('location')).toBe(returnTo);
      expect(response.headers.getSetCookie()).toEqual(['__Host-session=; Path=/; Max-Age=0']);
      expect(deps.happened).toEqual(['ended sid1 for web']);
    },
  );

  it('without returnTo goes to the client’s first logout address', async () => {
    const deps = signedIn();
    const response = await get(deps, '?client_id=web&federated');
    expect(response.headers.get('location')).toBe('https://rp.test/bye');
    expect(await isSignedIn(deps)).toBe(false);
  });

  it('says OK where the client has no such address', async () => {
    const deps = signedIn(confidentialClient({ postLogoutRedirectUris: [] }));
    const response = await get(deps, '?client_id=web');
    expect(response.status).toBe(200);
    expect(await response.text()).toBe('OK');
    expect(await isSignedIn(deps)).toBe(false);
  });

  it.each([
    '?client_id=web&returnTo=https%3A%2F%2Fevil.test%2F',
    '?client_id=web&returnTo=https%3A%2F%2Frp.test%2Fbye%2F',
    '?client_id=web&returnTo=https%3A%2F%2Frp.test%2FBYE',
    '?client_id=web&returnTo=https%3A%2F%2FRP.test%2Fbye',
    '?client_id=web&returnTo=https%3A%2F%2Frp.test%40evil.test%2Fbye',
    '?client_id=web&returnTo=https%3A%2F%2Fevil.test%5C%40rp.test%2Fbye',
    '?client_id=web&returnTo=https%3A%2F%2Frp.test%2Fbye%00',
    '?client_id=web&returnTo=%2F%2Fevil.test',
    '?client_id=web&returnTo=https%3A%2F%2Fspa.test%2F',
    '?client_id=nobody',
    '?returnTo=https%3A%2F%2Frp.test%2Fbye',
    '?client_id=web&client_id=web',
    '?client_id=web&returnTo=https%3A%2F%2Frp.test%2Fbye&returnTo=https%3A%2F%2Fevil.test%2F',
  ])('refuses, with a page and the session alive: %s (RED-8, RED-4)', async (query) => {
    const deps = signedIn();
    const response = await get(deps, query);
    expect(response.status).toBe(400);
    expect(response.headers.has('location')).toBe(false);
    expect(await isSignedIn(deps)).toBe(true);
  });

  it('of nobody asks the person (LGO-2)', async () => {
    const deps = signedIn();
    const response = await get(deps, '');
    expect(response.headers.get('location')).toBe('/logout');
    expect(await isSignedIn(deps)).toBe(true);
    expect(deps.signOuts).toMatchObject([{ clientId: null, postLogoutRedirectUri: null }]);
  });

  it('of nobody may lead to what the operator lists, and to nothing else, once the person was asked (LGO-2, RED-8)', async () => {
    const deps = { ...signedIn(), allowedLogoutUrls: () => ['https://acme.test/bye'] };
    const response = await get(deps, '?returnTo=https%3A%2F%2Facme.test%2Fbye%3Fx%3D1');
    expect(response.headers.get('location')).toBe('/logout');
    expect(deps.signOuts).toMatchObject([{ postLogoutRedirectUri: 'https://acme.test/bye?x=1' }]);
    expect((await get(deps, '?returnTo=https%3A%2F%2Facme.test%2F')).status).toBe(400);
    const ofClient = await get(deps, '?client_id=web&returnTo=https%3A%2F%2Facme.test%2Fbye');
    expect(ofClient.status).toBe(400);
    // A star stands for nothing where no application was made for it.
    const starred = { ...signedIn(), allowedLogoutUrls: () => ['https://*.acme.test/bye'] };
    expect((await get(starred, '?returnTo=https%3A%2F%2Fx.acme.test%2Fbye')).status).toBe(400);
  });

  it('of nobody says OK where nobody is signed in', async () => {
    expect(await (await get(memoryDeps(), '')).text()).toBe('OK');
  });

  it.each(['image', 'iframe', 'empty', 'script'])(
    'as a sub-resource (%s) signs nobody out (LGO-2)',
    async (destination) => {
      const deps = signedIn();
      await get(deps, '?client_id=web&returnTo=https%3A%2F%2Frp.test%2Fbye', {
        'Sec-Fetch-Dest': destination,
      });
      expect(await isSignedIn(deps)).toBe(true);
    },
  );
});
