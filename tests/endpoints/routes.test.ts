import { describe, expect, it } from 'vitest';
import { answerRoute, findRoute, refuseMethod } from '@/lib/endpoints/routes';
import { StorageUnavailable } from '@/lib/oidc/errors';
import { type MemoryDeps, memoryDeps } from '../memory/deps';

async function answer(
  path: string,
  init: RequestInit = {},
  deps: MemoryDeps = memoryDeps(),
): Promise<Response> {
  const route = findRoute(path);
  if (route === null) throw new Error(`${path} has no route`);
  return answerRoute(deps, route, new Request(`https://op.test${path}`, init));
}

describe('the protocol’s addresses', () => {
  it('are those of the contract', () => {
    for (const path of [
      '/authorize',
      '/oauth/token',
      '/userinfo',
      '/oidc/logout',
      '/v2/logout',
      '/livez',
      '/readyz',
    ]) {
      expect(findRoute(path)).not.toBeNull();
    }
    expect(findRoute('/login')).toBeNull();
    expect(findRoute('/authorize/')).toBeNull();
    expect(findRoute('constructor')).toBeNull();
  });

  it.each([
    ['/oauth/token', 'GET', 'POST, OPTIONS'],
    ['/oauth/token', 'PUT', 'POST, OPTIONS'],
    ['/authorize', 'OPTIONS', 'GET, POST'],
    ['/authorize', 'DELETE', 'GET, POST'],
    ['/authorize', 'HEAD', 'GET, POST'],
    ['/userinfo', 'PATCH', 'GET, POST, OPTIONS'],
    ['/v2/logout', 'POST', 'GET'],
    ['/.well-known/jwks.json', 'POST', 'GET, HEAD'],
  ])('answer %s %s with 405 and what is allowed (CLI-7, HDR-4)', async (path, method, allowed) => {
    const response = await answer(path, { method });
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe(allowed);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.has('access-control-allow-origin')).toBe(false);
    expect(await response.text()).toContain('method_not_allowed');
  });

  it('refuse TRACE, of which no Request can be made (HDR-4)', async () => {
    const route = findRoute('/authorize');
    if (route === null) throw new Error('no route');
    const response = await refuseMethod(memoryDeps(), route, new Headers());
    expect(response.status).toBe(405);
  });

  it('tell browsers to stay on https (HDR-2)', async () => {
    const response = await answer('/authorize');
    expect(response.headers.get('strict-transport-security')).toMatch(/^max-age=63072000/);
    const local = await answer('/livez', {}, { ...memoryDeps(), issuer: 'http://localhost:3000/' });
    expect(local.headers.has('strict-transport-security')).toBe(false);
  });
});

describe('metadata', () => {
  it.each(['/.well-known/openid-configuration', '/.well-known/oauth-authorization-server'])(
    'at %s is for everybody, and names the configured issuer whatever the request says (STA-4)',
    async (path) => {
      const headers = {
        Host: 'evil.test',
        'X-Forwarded-Host': 'evil.test',
        Forwarded: 'host=evil.test',
        Origin: 'https://any.test',
      };
      const response = await answer(path, { headers });
      expect(response.headers.get('content-type')).toMatch(/^application\/json/);
      expect(response.headers.get('cache-control')).toMatch(/^public, max-age=\d+$/);
      expect(response.headers.get('access-control-allow-origin')).toBe('*');
      expect(response.headers.has('access-control-allow-credentials')).toBe(false);
      expect(response.headers.has('pragma')).toBe(false);
      const document = await response.text();
      expect(JSON.parse(document).issuer).toBe('https://op.test/');
      expect(document).not.toContain('evil');
    },
  );

  it('answers HEAD with the headers of GET', async () => {
    const response = await answer('/.well-known/openid-configuration', { method: 'HEAD' });
    expect(response.headers.get('content-type')).toMatch(/^application\/json/);
    expect(await response.text()).toBe('');
  });

  it('publishes public members of keys only (JWT-5)', async () => {
    const { keys } = await (await answer('/.well-known/jwks.json')).json();
    expect(Object.keys(keys[0]).sort()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use']);
  });
});

describe('health', () => {
  const away = { ...memoryDeps(), pingStorage: () => Promise.reject(new Error('ECONNREFUSED')) };

  it('is fine while the process answers, storage or not (AVL-2)', async () => {
    expect((await answer('/livez', {}, away)).status).toBe(200);
    expect((await answer('/readyz')).status).toBe(200);
  });

  it('is not ready while storage is away (AVL-1)', async () => {
    const response = await answer('/readyz', {}, away);
    expect(response.status).toBe(503);
    expect(response.headers.has('retry-after')).toBe(true);
    const stalled = { ...away, pingStorage: () => Promise.reject(new StorageUnavailable('x', 9)) };
    expect((await answer('/readyz', {}, stalled)).headers.get('retry-after')).toBe('9');
  });
});
