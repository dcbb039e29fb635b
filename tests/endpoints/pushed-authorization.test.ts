import { describe, expect, it } from 'vitest';
import { answerRoute, findRoute } from '@/lib/endpoints/routes';
import { describeProvider } from '@/lib/oidc/discovery';
import { confidentialClient, publicClient } from '../memory/clients';
import { ISSUER, type MemoryDeps, memoryDeps } from '../memory/deps';

const WEB = confidentialClient({ tokenEndpointAuthMethod: 'client_secret_post' });
const REQUEST = {
  response_type: 'code',
  redirect_uri: 'https://rp.test/cb',
  scope: 'openid email',
  state: 's1',
  code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
  code_challenge_method: 'S256',
  login_hint: 'ada@example.com',
};

function answer(deps: MemoryDeps, path: string, init: RequestInit = {}): Promise<Response> {
  const url = new URL(path, ISSUER);
  const route = findRoute(url.pathname);
  if (route === null) throw new Error(`${path} has no route`);
  return answerRoute(deps, route, new Request(url, init));
}

type Form = Readonly<Record<string, string>>;

const push = (deps: MemoryDeps, changes: Form = {}, headers: Record<string, string> = {}) =>
  answer(deps, '/oauth/par', {
    method: 'POST',
    body: new URLSearchParams({ client_id: 'web', client_secret: 's3cret', ...REQUEST, ...changes }),
    headers,
  });

async function pushed(deps: MemoryDeps, changes: Form = {}): Promise<string> {
  const response = await push(deps, changes);
  expect(response.status).toBe(201);
  return (await response.json()).request_uri;
}

const browse = (deps: MemoryDeps, query: Form) => answer(deps, `/authorize?${new URLSearchParams(query)}`);

async function expectPage(response: Response, error: string): Promise<void> {
  expect(response.status).toBe(400);
  expect(response.headers.has('location')).toBe(false);
  expect(await response.text()).toContain(error);
}

describe('/oauth/par', () => {
  it('takes a request in and gives a reference that lives 90 seconds (RFC 9126 §2.2)', async () => {
    const response = await push(memoryDeps(WEB));
    expect(response.status).toBe(201);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await response.json()).toEqual({
      request_uri: expect.stringMatching(/^urn:ietf:params:oauth:request_uri:[\w-]+$/),
      expires_in: 90,
    });
  });

  it('takes the client from the header as well', async () => {
    const deps = memoryDeps(confidentialClient());
    const body = new URLSearchParams(REQUEST);
    const headers = { Authorization: `Basic ${btoa('web:s3cret')}` };
    expect((await answer(deps, '/oauth/par', { method: 'POST', body, headers })).status).toBe(201);
  });

  it.each<[string, Form, string]>([
    ['a redirect URI that is not registered', { redirect_uri: 'https://evil.test/' }, 'invalid_request'],
    ['no PKCE', { code_challenge: '' }, 'invalid_request'],
    ['another response type', { response_type: 'device' }, 'unsupported_response_type'],
    ['a request object', { request: 'e30.e30.' }, 'request_not_supported'],
    ['a reference to another request', { request_uri: 'https://rp.test/r' }, 'invalid_request'],
    ['an API nobody knows', { audience: 'https://api.test/' }, 'access_denied'],
  ])(
    'tells the client what /authorize would refuse: %s (RFC 9126 §2.3, RED-12)',
    async (_, changes, error) => {
      const response = await push(memoryDeps(WEB), changes);
      expect(response.status).toBe(400);
      expect(await response.json()).toEqual({ error, error_description: expect.any(String) });
    },
  );

  it('refuses a wrong secret, no secret, and a client without one (CLI-2)', async () => {
    const deps = memoryDeps(WEB, publicClient());
    expect((await push(deps, { client_secret: 'wrong' })).status).toBe(401);
    expect((await push(deps, { client_secret: '' })).status).toBe(401);
    const response = await push(deps, { client_id: 'spa', client_secret: '' });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: 'unauthorized_client' });
  });

  it('refuses other methods, other types and parameters sent twice (CLI-7)', async () => {
    const deps = memoryDeps(WEB);
    expect((await answer(deps, '/oauth/par')).status).toBe(405);
    expect((await push(deps, {}, { 'Content-Type': 'application/json' })).status).toBe(415);
    const body = `${new URLSearchParams({ client_id: 'web', client_secret: 's3cret', ...REQUEST })}&scope=openid`;
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
    expect((await answer(deps, '/oauth/par', { method: 'POST', body, headers })).status).toBe(400);
  });

  it('is announced', () => {
    expect(describeProvider(ISSUER, ['en'])).toMatchObject({
      pushed_authorization_request_endpoint: `${ISSUER}oauth/par`,
      request_uri_parameter_supported: false,
    });
  });
});

describe('/authorize with a reference', () => {
  it('does what was pushed, and nothing that the browser brought beside it (RFC 9126 §4, RED-12)', async () => {
    const deps = memoryDeps(WEB);
    const requestUri = await pushed(deps);
    const response = await browse(deps, {
      client_id: 'web',
      request_uri: requestUri,
      scope: 'openid phone offline_access',
      redirect_uri: 'https://evil.test/',
      state: 'forged',
    });
    expect(response.status).toBe(303);
    expect(response.headers.get('location')).toBe('/login/i1/identifier');
    expect(deps.interactions).toMatchObject([
      { redirectUri: 'https://rp.test/cb', scope: 'openid email', state: 's1', loginHint: 'ada@example.com' },
    ]);
  });

  it('works once', async () => {
    const deps = memoryDeps(WEB);
    const query = { client_id: 'web', request_uri: await pushed(deps) };
    expect((await browse(deps, query)).status).toBe(303);
    await expectPage(await browse(deps, query), 'invalid_request_uri');
  });

  it('works no longer after 90 seconds', async () => {
    const deps = memoryDeps(WEB);
    const query = { client_id: 'web', request_uri: await pushed(deps) };
    deps.advance(90);
    await expectPage(await browse(deps, query), 'invalid_request_uri');
  });

  it('works for the client that pushed it alone, and another’s attempt does not use it up', async () => {
    const deps = memoryDeps(WEB, { ...WEB, clientId: 'other' });
    const requestUri = await pushed(deps);
    await expectPage(
      await browse(deps, { client_id: 'other', request_uri: requestUri }),
      'invalid_request_uri',
    );
    await expectPage(await browse(deps, { request_uri: requestUri }), 'invalid_request');
    expect((await browse(deps, { client_id: 'web', request_uri: requestUri })).status).toBe(303);
  });

  it('is checked again when it is used: the client may have changed meanwhile', async () => {
    const deps = memoryDeps(WEB);
    const requestUri = await pushed(deps);
    const changed = memoryDeps({ ...WEB, redirectUris: ['https://rp.test/new'] });
    const response = await browse(
      { ...changed, pushedRequests: deps.pushedRequests },
      {
        client_id: 'web',
        request_uri: requestUri,
      },
    );
    expect(response.status).toBe(403);
  });

  it.each(['https://rp.test/request.jwt', 'http://127.0.0.1/', 'urn:other:1'])(
    'fetches nothing: %s is told to the client as not supported (RED-12)',
    async (requestUri) => {
      const deps = memoryDeps(WEB);
      const response = await browse(deps, { client_id: 'web', ...REQUEST, request_uri: requestUri });
      expect(response.headers.get('location')).toContain('error=request_uri_not_supported');
    },
  );

  it('refuses a reference that is made up', async () => {
    const deps = memoryDeps(WEB);
    const request_uri = 'urn:ietf:params:oauth:request_uri:made-up';
    await expectPage(await browse(deps, { client_id: 'web', request_uri }), 'invalid_request_uri');
  });
});

describe('a client that must push (RFC 9126 §6)', () => {
  const deps = memoryDeps({ ...WEB, requirePushedRequests: true });

  it('is told so when its browser brings the request', async () => {
    const response = await browse(deps, { client_id: 'web', ...REQUEST });
    expect(response.headers.get('location')).toMatch(/^https:\/\/rp\.test\/cb\?error=invalid_request&/);
  });

  it('is served by reference', async () => {
    expect((await browse(deps, { client_id: 'web', request_uri: await pushed(deps) })).status).toBe(303);
  });
});
