import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { RESOURCE_SERVERS_PATH } from '@/lib/management/resource-server-routes';
import { OPERATOR_SCOPES } from '@/lib/management/scopes';
import { type Asked, type Office, openOffice } from './office';

const ORDERS = 'https://orders.acme.test/v1';
const MANAGEMENT = 'https://login.example.com/api/v2/';

let office: Office;
beforeAll(async () => {
  office = await openOffice('resource servers');
});
afterAll(() => office?.close());
beforeEach(() => office.reset());

const ask = (path: string, asked: Omit<Asked, 'path'> = {}) =>
  office.ask({ path: `${RESOURCE_SERVERS_PATH}${path}`, ...asked });
const read = async (response: Response | Promise<Response>) => (await response).json();
const create = (body: Record<string, unknown> = {}) =>
  ask('', { method: 'POST', body: { identifier: ORDERS, ...body } });
const update = (id: string, body: unknown, asked: Omit<Asked, 'path'> = {}) =>
  ask(`/${encodeURIComponent(id)}`, { method: 'PATCH', body, ...asked });

const SCOPES = [{ value: 'read:orders', description: 'Read your orders' }, { value: 'write:orders' }];

describe('a new API', () => {
  it('is answered in Auth0’s names, with what nobody chose', async () => {
    const response = await create();
    expect(response.status).toBe(201);
    const created = await response.json();
    expect(created).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{24}$/),
      name: ORDERS,
      identifier: ORDERS,
      is_system: false,
      scopes: [],
      signing_alg: 'RS256',
      token_lifetime: 86_400,
      token_lifetime_for_web: 7_200,
      allow_offline_access: false,
      skip_consent_for_verifiable_first_party_clients: true,
      token_dialect: 'rfc9068_profile',
      enforce_policies: false,
    });
    for (const id of [created.id, encodeURIComponent(ORDERS)])
      expect(await read(ask(`/${id}`))).toEqual(created);
    expect(await office.deps.resourceServers.find(ORDERS)).toMatchObject({ id: created.id });
  });

  it('keeps everything it was given', async () => {
    const given = {
      name: 'Orders',
      scopes: SCOPES,
      signing_alg: 'ES256',
      token_lifetime: 600,
      token_lifetime_for_web: 60,
      allow_offline_access: true,
      skip_consent_for_verifiable_first_party_clients: false,
      token_dialect: 'access_token',
      enforce_policies: false,
    };
    expect(await read(create(given))).toMatchObject(given);
    expect(await read(ask(`/${encodeURIComponent(ORDERS)}`))).toMatchObject(given);
  });

  it('gives tokens from the front no longer life than others', async () => {
    expect(await read(create({ token_lifetime: 300 }))).toMatchObject({ token_lifetime_for_web: 300 });
  });

  it('has an identifier of its own: 409', async () => {
    await create();
    expect(await read(create({ name: 'Again' }))).toEqual({
      statusCode: 409,
      error: 'Conflict',
      message: 'An API with the same identifier already exists',
      errorCode: 'resource_server_conflict',
    });
    expect((await create({ identifier: MANAGEMENT })).status).toBe(409);
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['no identifier', { identifier: undefined }, 'identifier must be there.'],
    ['an empty one', { identifier: '' }, 'identifier must not be empty.'],
    ['a long one', { identifier: 'x'.repeat(601) }, 'identifier may hold 600 characters at most.'],
    ['blanks', { identifier: 'my api' }, 'identifier may hold printable ASCII without blanks'],
    ['markup', { identifier: 'https://a/<b>' }, 'identifier may hold printable ASCII'],
    [
      'the audience of UserInfo',
      { identifier: 'https://login.example.com/userinfo' },
      'identifier is the audience',
    ],
    ['an id', { id: '0'.repeat(24) }, 'the body holds a field id that is not one of'],
    ['a claim to be the system’s', { is_system: true }, 'the body holds a field is_system'],
    ['a secret', { signing_secret: 'x'.repeat(32) }, 'the body holds a field signing_secret'],
    ['markup in its name', { name: '<b>' }, 'name may not hold'],
    ['a shared secret', { signing_alg: 'HS256' }, 'signing_alg must be one of RS256, ES256, EdDSA.'],
    ['no signature (JWT-1)', { signing_alg: 'none' }, 'signing_alg must be one of'],
    [
      'a lifetime of nothing',
      { token_lifetime: 0 },
      'token_lifetime must be a whole number from 1 to 2592000.',
    ],
    ['a life without end', { token_lifetime: 2_592_001 }, 'token_lifetime must be a whole number'],
    ['a lifetime in words', { token_lifetime: '600' }, 'token_lifetime must be a whole number'],
    [
      'more life at the front',
      { token_lifetime: 60, token_lifetime_for_web: 61 },
      'token_lifetime_for_web may not be more',
    ],
    ['permissions', { token_dialect: 'access_token_authz' }, 'token_dialect must be one of'],
    ['policies', { enforce_policies: true }, 'enforce_policies must be false: '],
    ['scopes that are words', { scopes: ['read:orders'] }, 'scopes[0] must be a JSON object.'],
    ['scopes that are none', { scopes: 'read:orders' }, 'scopes must be a list of'],
    ['a scope of nothing', { scopes: [{ value: '' }] }, 'scopes[0].value must not be empty.'],
    [
      'a scope of two (SCP-2)',
      { scopes: [{ value: 'read write' }] },
      'scopes[0].value may hold printable ASCII',
    ],
    [
      'a scope with a quote (SCP-2)',
      { scopes: [{ value: 'a"b' }] },
      'scopes[0].value may hold printable ASCII',
    ],
    [
      'a scope that everybody has',
      { scopes: [{ value: 'openid' }] },
      'scopes[0].value is a scope of OpenID Connect',
    ],
    [
      'one scope twice',
      { scopes: [{ value: 'a' }, { value: 'a' }] },
      'scopes must not hold two of one value.',
    ],
    [
      'a long description',
      { scopes: [{ value: 'a', description: 'x'.repeat(501) }] },
      'scopes[0].description may hold 500',
    ],
    ['more about a scope', { scopes: [{ value: 'a', name: 'b' }] }, 'scopes[0] holds a field name that'],
    [
      'scopes without end',
      { scopes: Array.from({ length: 1001 }, (_, index) => ({ value: `s${index}` })) },
      'scopes may hold 1000',
    ],
  ])('with %s is refused with a sentence, and not made (MGT-2)', async (_, body, sentence) => {
    const problem = await read(create(body));
    expect(problem).toMatchObject({ statusCode: 400, errorCode: 'invalid_body' });
    expect(problem.message).toContain(`Payload validation error: ${sentence}`);
    expect(await office.prisma.resourceServer.count()).toBe(1);
  });
});

describe('a change of an API', () => {
  it('touches what was sent and nothing else, by id or identifier', async () => {
    const before = await read(create({ scopes: SCOPES, token_lifetime: 600 }));
    expect(await read(update(before.id, { name: 'Orders' }))).toEqual({ ...before, name: 'Orders' });
    expect(await read(update(ORDERS, { scopes: [{ value: 'x' }] }))).toEqual({
      ...before,
      name: 'Orders',
      scopes: [{ value: 'x' }],
    });
    expect(await read(update(ORDERS, { token_lifetime: 60 }))).toMatchObject({
      token_lifetime: 60,
      token_lifetime_for_web: 60,
    });
    expect(await office.deps.resourceServers.find(ORDERS)).toMatchObject({ tokenLifetimeSeconds: 60 });
  });

  it('never changes the identifier (MGT-2)', async () => {
    await create();
    const problem = await read(update(ORDERS, { identifier: 'https://other.test' }));
    expect(problem.message).toContain('the body holds a field identifier that is not one of');
    for (const field of ['id', 'is_system', 'isSystem', 'client_id'])
      expect(await read(update(ORDERS, { [field]: 'x' }))).toMatchObject({ errorCode: 'invalid_body' });
  });

  it('is made beside another at the same moment: neither is lost', async () => {
    await create();
    const changes = [{ name: 'Orders' }, { token_lifetime: 60 }, { allow_offline_access: true }];
    const answers = await Promise.all(changes.map((change) => update(ORDERS, change)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(await read(ask(`/${encodeURIComponent(ORDERS)}`))).toMatchObject(Object.assign({}, ...changes));
  });

  it('that others are always quicker with is given up: 409', async () => {
    await create();
    const deps = { resourceServers: { ...office.deps.resourceServers, change: async () => null } };
    expect((await update(ORDERS, { name: 'Never' }, { deps })).status).toBe(409);
  });
});

describe('the management API', () => {
  it('is among the APIs, marked, with every scope there is', async () => {
    const [system] = await read(ask(''));
    expect(system).toMatchObject({ identifier: MANAGEMENT, is_system: true });
    const values = system.scopes.map(({ value }: { value: string }) => value);
    expect(values).toEqual(expect.arrayContaining(OPERATOR_SCOPES.map(({ value }) => value)));
  });

  it.each([
    ['its scopes', { scopes: [] }],
    ['its name', { name: 'Mine' }],
    ['that no refresh token comes with it', { allow_offline_access: true }],
  ])('is not to be changed in %s', async (_, body) => {
    expect(await read(update(MANAGEMENT, body))).toMatchObject({
      statusCode: 400,
      errorCode: 'operation_not_supported',
    });
  });

  it('has tokens that live a day at most (MGT-5)', async () => {
    expect(await read(update(MANAGEMENT, { token_lifetime: 3600 }))).toMatchObject({ token_lifetime: 3600 });
    expect(await read(update(MANAGEMENT, { token_lifetime: 86_401 }))).toMatchObject({
      message: 'Payload validation error: token_lifetime may be 86400 at most for the management API.',
    });
  });

  it('is not to be deleted (MGT-5)', async () => {
    const path = `/${encodeURIComponent(MANAGEMENT)}`;
    expect(await read(ask(path, { method: 'DELETE' }))).toMatchObject({
      statusCode: 400,
      message: 'The management API cannot be deleted.',
    });
    expect((await ask(path)).status).toBe(200);
  });
});

describe('the list of APIs', () => {
  beforeEach(async () => {
    for (const identifier of ['urn:one', 'urn:two']) {
      office.pass(1);
      await create({ identifier });
    }
  });
  const identifiers = (apis: { identifier: string }[]) => apis.map(({ identifier }) => identifier);

  it('begins with the management API, a page at a time, with totals when asked', async () => {
    expect(identifiers(await read(ask('')))).toEqual([MANAGEMENT, 'urn:one', 'urn:two']);
    expect(identifiers(await read(ask('?per_page=2&page=1')))).toEqual(['urn:two']);
    const page = await read(ask('?per_page=1&page=1&include_totals=true'));
    expect(page).toMatchObject({ start: 1, limit: 1, length: 1, total: 3 });
    expect(identifiers(page.resource_servers)).toEqual(['urn:one']);
  });

  it('is narrowed to identifiers', async () => {
    expect(identifiers(await read(ask('?identifiers=urn:two')))).toEqual(['urn:two']);
    const both = `?identifiers=urn:two&identifiers=${encodeURIComponent(MANAGEMENT)}&identifiers=urn:none`;
    expect(identifiers(await read(ask(both)))).toEqual([MANAGEMENT, 'urn:two']);
    expect(await read(ask('?fields=name&identifiers=urn:two'))).toEqual([{ name: 'urn:two' }]);
  });

  it.each([
    'per_page=101',
    'page=-1',
    'include_totals=1',
    'sort=name',
    `identifiers=a${'&identifiers=a'.repeat(10)}`,
  ])('takes no %s (MGT-3)', async (query) => {
    expect(await read(ask(`?${query}`))).toMatchObject({ errorCode: 'invalid_query_string' });
  });
});

it('an API that is deleted is gone, with what was granted of it', async () => {
  const { id } = await read(create({ scopes: SCOPES }));
  const { client_id } = await read(
    office.ask({ method: 'POST', path: '/api/v2/clients', body: { name: 'M', app_type: 'non_interactive' } }),
  );
  const body = { client_id, audience: ORDERS, scope: ['read:orders'] };
  expect((await office.ask({ method: 'POST', path: '/api/v2/client-grants', body })).status).toBe(201);
  expect((await ask(`/${id}`, { method: 'DELETE' })).status).toBe(204);
  expect(await read(office.ask({ path: '/api/v2/client-grants' }))).toEqual([]);
  for (const method of ['GET', 'DELETE'])
    expect(await read(ask(`/${id}`, { method }))).toMatchObject({
      statusCode: 404,
      errorCode: 'inexistent_resource_server',
    });
});

it.each(['nothing', '%00', '%27%20OR%201=1', 'x'.repeat(700)])('there is no API %s', async (id) => {
  expect((await ask(`/${id}`)).status).toBe(404);
  expect((await ask(`/${id}`, { method: 'PATCH', body: {} })).status).toBe(404);
});
