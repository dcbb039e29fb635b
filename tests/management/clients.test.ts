import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hashClientSecret, openClientSecret } from '@/lib/keys/client-secret';
import { CLIENTS_PATH } from '@/lib/management/client-routes';
import type { ClientRegister } from '@/lib/oidc/client-register';
import { StorageUnavailable } from '@/lib/oidc/errors';
import { createClientStore } from '@/lib/store/prisma/clients';
import { type Asked, box, type Office, openOffice } from './office';

const CALLBACK = 'https://app.example.com/callback';

let office: Office;
let clients: ClientRegister;

beforeAll(async () => {
  office = await openOffice('clients');
  clients = office.deps.clients;
});
afterAll(() => office?.close());
beforeEach(() => office.reset());

const ask = ({ path = '', ...asked }: Omit<Asked, 'path'> & { path?: string }) =>
  office.ask({ path: `${CLIENTS_PATH}${path}`, ...asked });
const create = (body: unknown) => ask({ method: 'POST', body });
const read = async (response: Response | Promise<Response>) => (await response).json();

describe('a new client that proves itself by keys (CLI-5)', () => {
  const KEY = { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo', kid: 'k1' };
  const body = { name: 'App', app_type: 'regular_web', token_endpoint_auth_method: 'private_key_jwt' };
  const elevenOf = (key: object) =>
    Array.from({ length: 11 }, (_, number) => ({ ...key, kid: `k${number}` }));

  it('has no secret, and is found with its keys', async () => {
    const created = await read(create({ ...body, jwks: { keys: [{ ...KEY, use: 'sig' }] } }));
    expect(created).toMatchObject({
      token_endpoint_auth_method: 'private_key_jwt',
      jwks: { keys: [KEY] },
    });
    expect(created).not.toHaveProperty('client_secret');
    expect(await clients.find(created.client_id)).toMatchObject({ secretHashes: [], jwks: [KEY] });
  });

  it.each([
    ['no keys', body],
    ['a private key', { ...body, jwks: { keys: [{ ...KEY, d: KEY.x }] } }],
    ['a symmetric key', { ...body, jwks: { keys: [{ kty: 'oct', k: KEY.x }] } }],
    ['a key for encryption', { ...body, jwks: { keys: [{ ...KEY, use: 'enc' }] } }],
    ['two keys of one name', { ...body, jwks: { keys: [KEY, { ...KEY, alg: 'EdDSA' }] } }],
    ['more keys than anybody needs', { ...body, jwks: { keys: elevenOf(KEY) } }],
    ['keys, and a secret', { ...body, token_endpoint_auth_method: undefined, jwks: { keys: [KEY] } }],
  ])('is refused with %s', async (_, asked) => {
    const response = await create(asked);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      errorCode: 'invalid_body',
      message: expect.stringContaining(' jwks '),
    });
  });
});

describe('a new client whose secret signs its ID tokens (HS256)', () => {
  const body = { name: 'App', app_type: 'regular_web', jwt_configuration: { alg: 'HS256' } };

  it('is shown its secret this once; it is kept sealed, and proves the client as any other does (CLI-4)', async () => {
    const created = await read(create(body));
    expect(created).toMatchObject({ jwt_configuration: { alg: 'HS256', lifetime_in_seconds: 36_000 } });
    const client = await clients.find(created.client_id);
    expect(client).toMatchObject({ secretHashes: [hashClientSecret(box, created.client_secret)] });
    expect(client?.sealedSecret).not.toContain(created.client_secret);
    expect(openClientSecret(box, client?.sealedSecret ?? '')).toBe(created.client_secret);
    const shown = await (await ask({ path: `/${created.client_id}` })).text();
    expect(shown).toContain('"HS256"');
    expect(shown).not.toContain(created.client_secret);
    expect(shown).not.toContain(client?.sealedSecret);
  });

  it('keeps no secret that can be read where it asked for nothing of the kind', async () => {
    for (const asked of [{}, { jwt_configuration: { alg: 'RS256' } }]) {
      const created = await read(create({ name: 'App', app_type: 'regular_web', ...asked }));
      expect(created).toMatchObject({ jwt_configuration: { alg: 'RS256' } });
      expect(await clients.find(created.client_id)).toMatchObject({ sealedSecret: null });
    }
  });

  it.each([
    ['without a secret', { ...body, app_type: 'spa' }],
    ['with alg none (JWT-1)', { ...body, jwt_configuration: { alg: 'none' } }],
    ['with more than alg', { ...body, jwt_configuration: { alg: 'HS256', scopes: {} } }],
    ['with something else', { ...body, jwt_configuration: 'HS256' }],
  ])('is refused %s', async (_, asked) => {
    const response = await create(asked);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ message: expect.stringContaining('jwt_configuration') });
  });
});

describe('a new client that must push its requests (RFC 9126 §6)', () => {
  const body = { name: 'App', require_pushed_authorization_requests: true };

  it('is found so', async () => {
    const created = await read(create({ ...body, app_type: 'regular_web' }));
    expect(created).toMatchObject({ require_pushed_authorization_requests: true });
    expect(await clients.find(created.client_id)).toMatchObject({ requirePushedRequests: true });
  });

  it('proves itself: one that cannot is refused', async () => {
    expect((await create({ ...body, app_type: 'spa' })).status).toBe(400);
  });
});

describe('a new client that hears of sign-outs', () => {
  const body = { name: 'App', app_type: 'regular_web' };
  const uri = 'https://app.example.com/logout';

  it('may say where by Auth0’s name or the standard’s, and is shown both', async () => {
    for (const sent of [
      { oidc_logout: { backchannel_logout_urls: [uri] } },
      { backchannel_logout_uri: uri },
      { backchannel_logout_uri: uri, oidc_logout: { backchannel_logout_urls: [uri] } },
    ]) {
      const created = await read(create({ ...body, ...sent, backchannel_logout_session_required: true }));
      expect(created).toMatchObject({
        oidc_logout: {
          backchannel_logout_urls: [uri],
          backchannel_logout_initiators: { mode: 'all' },
        },
        backchannel_logout_uri: uri,
        backchannel_logout_session_required: true,
      });
      expect(await clients.find(created.client_id)).toMatchObject({
        backchannelLogoutUri: uri,
        backchannelNeedsSid: true,
        backchannelInitiators: ['all'],
      });
    }
  });

  it('may choose which endings it hears of', async () => {
    const initiators = { mode: 'custom', selected_initiators: ['rp-logout', 'session-revoked'] };
    const oidc_logout = { backchannel_logout_urls: [uri], backchannel_logout_initiators: initiators };
    expect(await read(create({ ...body, oidc_logout }))).toMatchObject({ oidc_logout });
  });

  it.each([
    ['an address inside the network (SRF-1)', { backchannel_logout_uri: 'https://127.0.0.1/logout' }],
    ['an address without TLS (SRF-1)', { backchannel_logout_uri: 'http://app.example.com/logout' }],
    ['metadata (SRF-1)', { oidc_logout: { backchannel_logout_urls: ['http://169.254.169.254/'] } }],
    ['no address', { backchannel_logout_uri: 'logout' }],
    ['a fragment', { backchannel_logout_uri: `${uri}#x` }],
    ['two addresses', { oidc_logout: { backchannel_logout_urls: [uri, `${uri}2`] } }],
    [
      'two names that differ',
      { backchannel_logout_uri: `${uri}2`, oidc_logout: { backchannel_logout_urls: [uri] } },
    ],
    [
      'an ending that there is not',
      {
        oidc_logout: { backchannel_logout_initiators: { mode: 'custom', selected_initiators: ['boredom'] } },
      },
    ],
  ])('is refused with %s', async (_, sent) => {
    const response = await create({ ...body, ...sent });
    expect(response.status).toBe(400);
    expect((await response.json()).message).toMatch(/backchannel_logout_(ur|initiators)/);
  });
});

describe('a new client whose refresh tokens live as it says', () => {
  const body = { name: 'App', app_type: 'regular_web' };
  const MONTH = 2_592_000;
  const usual = {
    rotation_type: 'rotating',
    expiration_type: 'expiring',
    leeway: 10,
    token_lifetime: MONTH,
    infinite_token_lifetime: false,
    idle_token_lifetime: MONTH,
    infinite_idle_token_lifetime: false,
  };

  it('has the usual ones where it says nothing', async () => {
    for (const sent of [{}, { refresh_token: {} }])
      expect(await read(create({ ...body, ...sent }))).toMatchObject({ refresh_token: usual });
  });

  it('may have them otherwise, in Auth0’s names', async () => {
    const refresh_token = {
      ...usual,
      ...{ rotation_type: 'non-rotating', leeway: 0, token_lifetime: 31_557_600, idle_token_lifetime: 3600 },
    };
    const created = await read(create({ ...body, refresh_token }));
    expect(created).toMatchObject({ refresh_token });
    expect(await clients.find(created.client_id)).toMatchObject({
      refreshRotates: false,
      refreshGraceSeconds: 0,
      refreshLifetimeSeconds: 31_557_600,
      refreshIdleSeconds: 3600,
    });
  });

  it('may have them without an end', async () => {
    for (const refresh_token of [
      { expiration_type: 'non-expiring' },
      { infinite_token_lifetime: true, infinite_idle_token_lifetime: true },
    ]) {
      const created = await read(create({ ...body, refresh_token }));
      expect(created.refresh_token).toMatchObject({
        expiration_type: 'non-expiring',
        infinite_token_lifetime: true,
        infinite_idle_token_lifetime: true,
      });
      expect(await clients.find(created.client_id)).toMatchObject({
        refreshLifetimeSeconds: null,
        refreshIdleSeconds: null,
      });
    }
  });

  it.each([
    ['a leeway of more than a minute', 'regular_web', { leeway: 61 }],
    ['a life of more than a year', 'regular_web', { token_lifetime: 31_557_601 }],
    ['no life', 'regular_web', { idle_token_lifetime: 0 }],
    ['a token that stays the same and no secret', 'native', { rotation_type: 'non-rotating' }],
    ['a token that stays the same in a browser', 'spa', { rotation_type: 'non-rotating' }],
    ['a token without an end in a browser', 'spa', { expiration_type: 'non-expiring' }],
    ['what Auth0 has and we have not', 'regular_web', { policies: [] }],
  ])('is refused with %s', async (_, app_type, refresh_token) => {
    const response = await create({ ...body, app_type, refresh_token });
    expect(response.status).toBe(400);
    expect((await response.json()).message).toContain('refresh_token');
  });
});

describe('a new client', () => {
  it('is answered in Auth0’s names, with its secret this once (CLI-4)', async () => {
    const response = await create({ name: ' My app ', app_type: 'regular_web', callbacks: [CALLBACK] });
    expect(response.status).toBe(201);
    expect(response.headers.get('cache-control')).toBe('no-store');
    const created = await response.json();
    expect(created).toEqual({
      client_id: expect.stringMatching(/^[A-Za-z0-9]{32}$/),
      client_secret: expect.stringMatching(/^lks_/),
      name: 'My app',
      description: null,
      app_type: 'regular_web',
      is_first_party: true,
      callbacks: [CALLBACK],
      allowed_logout_urls: [],
      oidc_logout: { backchannel_logout_urls: [], backchannel_logout_initiators: { mode: 'all' } },
      backchannel_logout_uri: null,
      backchannel_logout_session_required: false,
      refresh_token: {
        rotation_type: 'rotating',
        expiration_type: 'expiring',
        leeway: 10,
        token_lifetime: 2_592_000,
        infinite_token_lifetime: false,
        idle_token_lifetime: 2_592_000,
        infinite_idle_token_lifetime: false,
      },
      web_origins: [],
      allowed_origins: [],
      grant_types: ['authorization_code', 'refresh_token'],
      token_endpoint_auth_method: 'client_secret_post',
      require_pkce: true,
      require_pushed_authorization_requests: false,
      logo_uri: null,
      initiate_login_uri: null,
      jwt_configuration: { alg: 'RS256', lifetime_in_seconds: 36_000, secret_encoded: false },
      profile_claims_in_id_token: true,
      cross_origin_authentication: true,
      is_token_endpoint_ip_header_trusted: false,
      client_metadata: {},
      custom_login_page_on: true,
      oidc_conformant: true,
      sso_disabled: false,
      require_proof_of_possession: false,
      global: false,
    });
    const { client_secret: secret, ...document } = created;
    expect(await read(ask({ path: `/${created.client_id}` }))).toEqual(document);
    expect(await read(ask({}))).toEqual([document]);
    expect(JSON.stringify(await office.prisma.client.findMany())).not.toContain(`"${secret}`);
  });

  it('keeps the hash alone, and may use every connection there is', async () => {
    const { client_id: id, client_secret: secret } = await read(
      create({ name: 'App', app_type: 'regular_web' }),
    );
    expect(await clients.find(id)).toMatchObject({
      secretHashes: [hashClientSecret(box, secret)],
      connections: ['email', 'sms'],
    });
  });

  it('is a web application unless something else is said, as with Auth0’s libraries', async () => {
    expect(await read(create({ name: 'App' }))).toMatchObject({ app_type: 'regular_web' });
  });

  it.each([
    ['spa', 'none', ['authorization_code', 'refresh_token']],
    ['native', 'none', ['authorization_code', 'refresh_token']],
    ['regular_web', 'client_secret_post', ['authorization_code', 'refresh_token']],
    ['non_interactive', 'client_secret_post', ['client_credentials']],
  ])('of type %s authenticates by %s and may use %j', async (app_type, method, grantTypes) => {
    const created = await read(create({ name: 'App', app_type }));
    expect(created).toMatchObject({ token_endpoint_auth_method: method, grant_types: grantTypes });
    expect('client_secret' in created).toBe(method !== 'none');
    expect(await clients.find(created.client_id)).toMatchObject({
      secretHashes: method === 'none' ? [] : [expect.any(String)],
    });
  });

  it('may hold a wildcard only if it was made with one', async () => {
    const created = await read(
      create({ name: 'A', app_type: 'spa', callbacks: ['https://*.preview.example.com/cb'] }),
    );
    expect(await clients.find(created.client_id)).toMatchObject({ wildcardRedirectUris: true });
    const toLeave = { callbacks: [CALLBACK], allowed_logout_urls: ['https://*.preview.example.com/bye'] };
    const leaving = await read(create({ name: 'C', app_type: 'spa', ...toLeave }));
    expect(await clients.find(leaving.client_id)).toMatchObject({ wildcardRedirectUris: true });
    const plain = await read(create({ name: 'B', app_type: 'spa', callbacks: [CALLBACK] }));
    expect(await clients.find(plain.client_id)).toMatchObject({ wildcardRedirectUris: false });
  });

  it('keeps everything it was given, once', async () => {
    const given = {
      name: 'Kassensystem „Süd“ 🐟',
      app_type: 'native',
      callbacks: ['com.example.app:/cb', 'http://127.0.0.1/cb'],
      allowed_logout_urls: ['https://app.example.com/bye?x=1'],
      web_origins: ['https://app.example.com', 'http://localhost:3001'],
      allowed_origins: ['https://docs.example.com'],
      is_first_party: false,
      grant_types: ['authorization_code'],
      description: 'At every till',
      client_metadata: { team: 'Kasse' },
      custom_login_page_on: false,
      cross_origin_authentication: false,
      profile_claims_in_id_token: false,
      logo_uri: 'https://app.example.com/logo.svg',
      initiate_login_uri: 'https://app.example.com/login',
    };
    const created = await read(create({ ...given, callbacks: [...given.callbacks, ...given.callbacks] }));
    expect(created).toMatchObject(given);
  });
});

describe('a body that breaks a rule is refused with a sentence, and nothing is made (RED-3, MGT-2)', () => {
  const App = { name: 'App', app_type: 'regular_web' };
  it.each<[string, unknown, RegExp]>([
    ['no name', { app_type: 'spa' }, /: name must be there\.$/],
    ['an empty name', { ...App, name: '  ' }, /: name must not be empty\.$/],
    ['a long name', { ...App, name: 'x'.repeat(101) }, /: name may hold 100 characters at most\.$/],
    ['markup in the name', { ...App, name: '"><img src=x>' }, /: name may not hold </],
    ['a name that turns the text around', { ...App, name: 'a\u202eb' }, /: name may not hold/],
    ['a name that is an object', { ...App, name: { not: '' } }, /: name must be a string\.$/],
    ['a type there is not', { ...App, app_type: 'mobile' }, /: app_type must be one of/],
    [
      'a script for a callback',
      { ...App, callbacks: ['javascript:alert(1)//'] },
      /callbacks\[0\]: The redirect URI has a scheme/,
    ],
    ['data', { ...App, callbacks: ['data:text/html,x'] }, /callbacks\[0\]: The redirect URI has a scheme/],
    ['vbscript', { ...App, callbacks: ['vbscript:x'] }, /callbacks\[0\]: The redirect URI has a scheme/],
    [
      'a blank in front',
      { ...App, callbacks: [' javascript:alert(1)'] },
      /callbacks\[0\]: The redirect URI may hold printable/,
    ],
    [
      'a fragment',
      { ...App, callbacks: [CALLBACK, 'https://x.example/#f'] },
      /callbacks\[1\]: The redirect URI has a fragment\.$/,
    ],
    [
      'a wildcard for a host',
      { ...App, callbacks: ['https://*/cb'] },
      /callbacks\[0\]: The redirect URI may hold one \*/,
    ],
    [
      'a wildcard for a domain',
      { ...App, callbacks: ['https://*.com/cb'] },
      /callbacks\[0\]: The redirect URI may hold one \*/,
    ],
    [
      'http in public',
      { ...App, callbacks: ['http://app.example.com/cb'] },
      /callbacks\[0\]: The redirect URI is http/,
    ],
    [
      'a scheme of its own on the web',
      { ...App, callbacks: ['com.example:/cb'] },
      /callbacks\[0\]: .* native/,
    ],
    ['a callback that is no string', { ...App, callbacks: [1] }, /: callbacks\[0\] must be a string\.$/],
    [
      'callbacks that are no list',
      { ...App, callbacks: CALLBACK },
      /: callbacks must be a list of strings\.$/,
    ],
    [
      'too many callbacks',
      { ...App, callbacks: Array(101).fill(CALLBACK) },
      /: callbacks may hold 100 entries/,
    ],
    [
      'a script after sign-out',
      { ...App, allowed_logout_urls: ['javascript:x'] },
      /allowed_logout_urls\[0\]: /,
    ],
    [
      'an origin with a path',
      { ...App, web_origins: ['https://a.example/'] },
      /web_origins\[0\] must be an origin/,
    ],
    [
      'an origin without TLS',
      { ...App, web_origins: ['http://a.example'] },
      /web_origins\[0\] must be an origin/,
    ],
    [
      'an allowed origin with a path',
      { ...App, allowed_origins: ['https://a.example/'] },
      /allowed_origins\[0\] must be an origin/,
    ],
    ['a house that is neither', { ...App, is_first_party: 'no' }, /is_first_party must be true or false/],
    ['every origin', { ...App, web_origins: ['*'] }, /web_origins\[0\] must be an origin/],
    ['no origin', { ...App, web_origins: ['null'] }, /web_origins\[0\] must be an origin/],
    ['a grant there is not', { ...App, grant_types: ['password'] }, /: grant_types\[0\] must be one of/],
    [
      'a secret in a browser',
      { ...App, app_type: 'spa', token_endpoint_auth_method: 'client_secret_post' },
      /must be none: a spa/,
    ],
    [
      'a machine without one',
      { ...App, app_type: 'non_interactive', token_endpoint_auth_method: 'none' },
      /must not be none/,
    ],
    [
      'a public client without PKCE',
      { ...App, app_type: 'spa', require_pkce: false },
      /require_pkce must be true where/,
    ],
    ['PKCE in words', { ...App, require_pkce: 'false' }, /require_pkce must be true or false/],
    [
      'machine grants without a secret',
      { ...App, app_type: 'spa', grant_types: ['client_credentials'] },
      /grant_types may hold/,
    ],
    [
      'a script for a logo',
      { ...App, logo_uri: 'javascript:alert(1)' },
      /: logo_uri must be an https URL\.$/,
    ],
    [
      'a login page without TLS',
      { ...App, initiate_login_uri: 'http://a.example/login' },
      /initiate_login_uri must be/,
    ],
    [
      'an id of its own',
      { ...App, client_id: 'mine' },
      /: the body holds a field client_id that is not one of name, /,
    ],
    ['a secret of its own', { ...App, client_secret: 'mine' }, /: the body holds a field client_secret/],
    ['a column', { ...App, secretHashes: ['x'] }, /: the body holds a field secretHashes/],
    ['a field whose name is a text', { ...App, '<b>': 1 }, /: the body holds a field that is not one of/],
    ['a prototype', '{"name":"App","app_type":"spa","__proto__":{"x":1}}', /: the body holds a field/],
    ['a list', [App], /: the body must be a JSON object\.$/],
    ['null', 'null', /: the body must be a JSON object\.$/],
    ['no JSON', '{"name":', /: the body is not JSON\.$/],
    ['nothing', '', /: the body is not JSON\.$/],
  ])('%s', async (_, body, sentence) => {
    const response = await create(body);
    const problem = await response.json();
    expect(problem).toEqual({
      statusCode: 400,
      error: 'Bad Request',
      message: expect.stringMatching(/^Payload validation error: /),
      errorCode: 'invalid_body',
    });
    expect(problem.message).toMatch(sentence);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(office.refusals).toEqual([problem.message]);
    expect(await office.prisma.client.count()).toBe(0);
  });

  it('a public regular web client may not go without PKCE, a confidential one may', async () => {
    const web = { ...App, require_pkce: false };
    expect((await create({ ...web, token_endpoint_auth_method: 'none' })).status).toBe(400);
    expect(await read(create(web))).toMatchObject({ require_pkce: false });
  });

  it.each([
    ['a form', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
    ['a text', { 'content-type': 'text/plain' }, 415],
    ['another charset', { 'content-type': 'application/json; charset=utf-16' }, 415],
  ])('%s', async (_, headers, status) => {
    const response = await ask({ method: 'POST', body: App, headers });
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ statusCode: status, error: 'Unsupported Media Type' });
  });

  it('more than 64 KiB', async () => {
    const response = await create({ ...App, name: 'x'.repeat(70_000) });
    expect(await response.json()).toMatchObject({ statusCode: 413, error: 'Payload Too Large' });
  });
});

describe('the list', () => {
  beforeEach(async () => {
    for (const name of ['one', 'two', 'three']) {
      office.pass(1);
      await create({ name, app_type: 'spa' });
    }
  });

  const names = (documents: { name: string }[]) => documents.map(({ name }) => name);

  it('is in the order clients were made, a page at a time', async () => {
    expect(names(await read(ask({})))).toEqual(['one', 'two', 'three']);
    expect(names(await read(ask({ path: '?per_page=2&page=1' })))).toEqual(['three']);
    expect(await read(ask({ path: '?page=9' }))).toEqual([]);
  });

  it('tells the total when asked', async () => {
    const page = await read(ask({ path: '?per_page=2&include_totals=true' }));
    expect(page).toMatchObject({ start: 0, limit: 2, total: 3 });
    expect(names(page.clients)).toEqual(['one', 'two']);
  });

  it('is narrowed by type, and shows the fields that are wanted', async () => {
    await create({ name: 'four', app_type: 'native' });
    expect(names(await read(ask({ path: '?app_type=native,regular_web' })))).toEqual(['four']);
    expect(await read(ask({ path: '?app_type=native&include_totals=true' }))).toMatchObject({ total: 1 });
    expect(await read(ask({ path: '?is_global=true' }))).toEqual([]);
    await create({ name: 'theirs', is_first_party: false });
    expect(names(await read(ask({ path: '?is_first_party=false' })))).toEqual(['theirs']);
    expect(names(await read(ask({ path: '?is_first_party=true&app_type=native' })))).toEqual(['four']);
    const [first] = await read(ask({ path: '?fields=name,app_type&per_page=1' }));
    expect(first).toEqual({ name: 'one', app_type: 'spa' });
    const [id] = await read(ask({ path: '?fields=client_id&per_page=1' }));
    const rest = await read(ask({ path: `/${id.client_id}?fields=client_id,name&include_fields=false` }));
    expect(rest).toMatchObject({ app_type: 'spa' });
    expect(rest).not.toHaveProperty('name');
  });

  it.each([
    'per_page=0',
    'per_page=101',
    'per_page=-1',
    'per_page=1e9',
    'per_page=',
    'page=-1',
    'page=1.5',
    'page=99999999999999999999',
    'page=1&page=2',
    'include_totals=yes',
    'fields=client_id;',
    'include_fields=1',
    'app_type=mobile',
    'app_type=spa&app_type=native',
    'is_global=1',
    'is_first_party=no',
    'from=x',
    'sort=name',
    'q={"$ne":1}',
  ])('takes no %s (MGT-3)', async (query) => {
    const response = await ask({ path: `?${query}` });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ statusCode: 400, errorCode: 'invalid_query_string' });
  });
});

describe('what is asked wrongly', () => {
  it.each([
    ['PUT', '', 'GET, POST'],
    ['DELETE', '', 'GET, POST'],
    ['POST', '/x', 'GET, PATCH, DELETE'],
    ['PUT', '/x', 'GET, PATCH, DELETE'],
    ['GET', '/x/rotate-secret', 'POST'],
  ])('not by %s%s', async (method, path, allow) => {
    const response = await ask({ method, path });
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe(allow);
  });

  it.each(['/unknown', '/%00', '/%27%20OR%201=1', `/${'x'.repeat(1000)}`])(
    'finds nothing at %s',
    async (path) => {
      const response = await ask({ path });
      expect(await response.json()).toEqual({
        statusCode: 404,
        error: 'Not Found',
        message: 'The client does not exist',
        errorCode: 'inexistent_client',
      });
    },
  );

  it('says so when the address is broken', async () => {
    expect(await read(ask({ path: '/%zz' }))).toMatchObject({ statusCode: 400, errorCode: 'invalid_uri' });
    expect(await read(ask({ path: '/x?sort=name' }))).toMatchObject({ statusCode: 400 });
  });
});

describe('what goes wrong on our side', () => {
  const failing = (problem: Error) => ({ clients: { ...clients, load: () => Promise.reject(problem) } });

  it('is 503 with Retry-After while storage is away (AVL-1)', async () => {
    const response = await ask({ path: '/x', deps: failing(new StorageUnavailable(new Error('down'))) });
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('5');
    expect(await response.json()).toMatchObject({ statusCode: 503, error: 'Service Unavailable' });
  });

  it('is 500 with the reference of the log for a bug, and tells nothing of it', async () => {
    const response = await ask({ path: '/x', deps: failing(new Error('hunter2')) });
    const text = await response.text();
    expect(response.status).toBe(500);
    expect(text).toContain('REFERENCE');
    expect(text).not.toContain('hunter2');
  });
});

describe('the memory of the store', () => {
  it('shows a change made elsewhere within five seconds', async () => {
    const elsewhere = createClientStore(office.prisma, { clock: () => office.now });
    const { client_id: id } = await read(
      create({ name: 'Before', app_type: 'spa', web_origins: ['https://a.example'] }),
    );
    expect((await elsewhere.find(id))?.name).toBe('Before');
    expect(await elsewhere.hasWebOrigin('https://a.example')).toBe(true);
    await office.prisma.client.update({ where: { clientId: id }, data: { name: 'After', webOrigins: [] } });
    expect((await elsewhere.find(id))?.name).toBe('Before');
    office.pass(5);
    expect((await elsewhere.find(id))?.name).toBe('After');
    expect(await elsewhere.hasWebOrigin('https://a.example')).toBe(false);
  });

  it('does not remember that a client was not there', async () => {
    const elsewhere = createClientStore(office.prisma, { clock: () => office.now });
    expect(await elsewhere.find('to-come')).toBeNull();
    await office.prisma.client.create({
      data: {
        ...{ clientId: 'to-come', name: 'Now', applicationType: 'spa', tokenEndpointAuthMethod: 'none' },
        ...{ secretHashes: [], redirectUris: [], postLogoutRedirectUris: [], webOrigins: [], grantTypes: [] },
        ...{ createdAt: office.now, updatedAt: office.now },
      },
    });
    expect(await elsewhere.find('to-come')).toMatchObject({ name: 'Now' });
  });

  it('knows its own new clients and their origins at once', async () => {
    expect(await clients.hasWebOrigin('https://new.example')).toBe(false);
    const created = await read(
      create({ name: 'New', app_type: 'spa', web_origins: ['https://new.example'] }),
    );
    expect(await clients.find(created.client_id)).toMatchObject({ name: 'New' });
    expect(await clients.hasWebOrigin('https://new.example')).toBe(true);
  });

  it('recovers from a failure by itself', async () => {
    const broken = { state: true };
    const prisma = new Proxy(office.prisma, {
      get: (target, name) => {
        if (broken.state) throw new Error('connection refused');
        return Reflect.get(target, name);
      },
    });
    const store = createClientStore(prisma, { clock: () => office.now });
    await expect(store.find('anything')).rejects.toThrow('connection refused');
    broken.state = false;
    expect(await store.find('anything')).toBeNull();
  });
});
