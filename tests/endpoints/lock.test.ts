import { describe, expect, it } from 'vitest';
import { answerRoute, findRoute } from '@/lib/endpoints/routes';
import { confidentialClient, publicClient } from '../memory/clients';
import { emailConnection, memoryConnections, smsConnection } from '../memory/connections';
import { type MemoryDeps, memoryDeps } from '../memory/deps';

function stage(...connections: string[]): MemoryDeps {
  const deps = memoryDeps(publicClient({ connections }));
  const all = [
    smsConnection(),
    emailConnection(),
    emailConnection({ id: 'con_2', name: 'staff' }),
    emailConnection({ id: 'con_3', name: 'others' }),
  ];
  return { ...deps, embedded: { ...deps.embedded, connections: memoryConnections(...all) } };
}

function get(deps: MemoryDeps, path: string, headers: Record<string, string> = {}, method = 'GET') {
  const url = new URL(path, 'https://op.test');
  const route = findRoute(url.pathname);
  if (route === null) throw new Error(`${path} has no route`);
  return answerRoute(deps, route, new Request(url, { method, headers }));
}

/** What a page's own `Auth0.setClient` would be told. */
async function run(response: Response): Promise<unknown[]> {
  const told: unknown[] = [];
  const Auth0 = { setClient: (client: unknown) => told.push(client) };
  new Function('Auth0', await response.text())(Auth0);
  return told;
}

describe('/client/{client_id}.js', () => {
  it('tells Lock which connections the client has, by strategy', async () => {
    const response = await get(stage('email', 'sms', 'staff'), '/client/spa.js?t1763672640000');
    expect(response.status).toBe(200);
    expect(await run(response)).toEqual([
      {
        id: 'spa',
        tenant: 'op.test',
        strategies: [
          { name: 'sms', connections: [{ name: 'sms' }] },
          { name: 'email', connections: [{ name: 'email' }, { name: 'staff' }] },
        ],
      },
    ]);
  });

  it('is a script that caches may keep and pages of any origin may run', async () => {
    const { headers } = await get(stage('email'), '/client/spa.js');
    expect(headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    expect(headers.get('cache-control')).toBe('public, max-age=300');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('cross-origin-resource-policy')).toBe('cross-origin');
    expect(headers.has('set-cookie')).toBe(false);
  });

  it('holds nothing of the client but its id and its connections (CLI-4)', async () => {
    const deps = memoryDeps(confidentialClient());
    const text = await (await get(deps, '/client/web.js')).text();
    expect(text).not.toMatch(/hash|s3cret|rp\.test|Web/);
  });

  it('is 404 for a client that does not exist, without repeating its name', async () => {
    const response = await get(stage(), '/client/nobody.js');
    expect(response.status).toBe(404);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await response.text()).not.toContain('nobody');
  });

  it('is no address for ids that no application has', () => {
    for (const path of [
      '/client/.js',
      '/client/a/b.js',
      `/client/a'b.js`,
      '/client/a%22.js',
      '/client/spa',
      '/client',
    ])
      expect(findRoute(path)).toBeNull();
  });
});

describe('/user/geoloc/country', () => {
  it('guesses from the languages of the browser, as the login page does', async () => {
    const response = await get(stage(), '/user/geoloc/country', { 'Accept-Language': 'de-AT,de;q=0.9' });
    expect(await response.json()).toEqual({ countryCode: 'AT' });
    expect(response.headers.get('cache-control')).toBe('private, max-age=300');
    expect(response.headers.get('vary')).toBe('Origin, Accept-Language');
  });

  it('names none where nothing tells', async () => {
    expect(await (await get(stage(), '/user/geoloc/country')).json()).toEqual({});
    const odd = { 'Accept-Language': '*, x-y, --' };
    expect(await (await get(stage(), '/user/geoloc/country', odd)).json()).toEqual({});
  });

  it('may be read by pages of clients, whose scripts send their telemetry along (HDR-3)', async () => {
    const from = (origin: string, method: string) =>
      get(stage('email'), '/user/geoloc/country', { Origin: origin }, method);
    const preflight = await from('https://spa.test', 'OPTIONS');
    expect(preflight.headers.get('access-control-allow-origin')).toBe('https://spa.test');
    expect(preflight.headers.get('access-control-allow-headers')).toContain('auth0-client');
    expect((await from('https://spa.test', 'GET')).headers.get('access-control-allow-origin')).toBe(
      'https://spa.test',
    );
    expect((await from('https://evil.test', 'GET')).headers.has('access-control-allow-origin')).toBe(false);
  });
});
