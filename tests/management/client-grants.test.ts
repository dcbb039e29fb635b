import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CLIENT_GRANTS_PATH } from '@/lib/management/client-grant-routes';
import { type Asked, type Office, openOffice } from './office';

const ORDERS = 'https://orders.acme.test/v1';
const MANAGEMENT = 'https://login.example.com/api/v2/';

let office: Office;
let machine: string;
beforeAll(async () => {
  office = await openOffice('client grants');
});
afterAll(() => office?.close());
beforeEach(async () => {
  await office.reset();
  machine = await addClient('Machine');
  await office.ask({
    method: 'POST',
    path: '/api/v2/resource-servers',
    body: { identifier: ORDERS, scopes: [{ value: 'read:orders' }, { value: 'write:orders' }] },
  });
});

const ask = (path: string, asked: Omit<Asked, 'path'> = {}) =>
  office.ask({ path: `${CLIENT_GRANTS_PATH}${path}`, ...asked });
const read = async (response: Response | Promise<Response>) => (await response).json();
const grant = (body: Record<string, unknown> = {}, asked: Omit<Asked, 'path'> = {}) =>
  ask('', {
    method: 'POST',
    body: { client_id: machine, audience: ORDERS, scope: ['read:orders'], ...body },
    ...asked,
  });
const change = (id: string, scope: unknown, asked: Omit<Asked, 'path'> = {}) =>
  ask(`/${id}`, { method: 'PATCH', body: { scope }, ...asked });
const revoke = (id: string, asked: Omit<Asked, 'path'> = {}) => ask(`/${id}`, { method: 'DELETE', ...asked });

async function addClient(name: string): Promise<string> {
  const body = { name, app_type: 'non_interactive' };
  return (await read(office.ask({ method: 'POST', path: '/api/v2/clients', body }))).client_id;
}

describe('a grant', () => {
  it('is given, seen, changed and taken back, in Auth0’s names', async () => {
    const response = await grant();
    expect(response.status).toBe(201);
    const given = await response.json();
    expect(given).toEqual({
      id: expect.stringMatching(/^cgr_[A-Za-z0-9_-]{16}$/),
      client_id: machine,
      audience: ORDERS,
      scope: ['read:orders'],
      subject_type: 'client',
    });
    expect(await read(ask(`/${given.id}`))).toEqual(given);
    const scopes = async () => (await office.deps.resourceServers.findGrants(machine))[0]?.scopes;
    expect(await scopes()).toEqual(['read:orders']);
    const changed = { ...given, scope: ['write:orders', 'read:orders'] };
    expect(await read(change(given.id, [...changed.scope, 'read:orders']))).toEqual(changed);
    expect(await scopes()).toEqual(changed.scope);
    expect((await revoke(given.id)).status).toBe(204);
    expect(await scopes()).toBeUndefined();
  });

  it('may be of no scope', async () => {
    expect(await read(grant({ scope: undefined }))).toMatchObject({ scope: [] });
  });

  it('keeps a scope that the API has lost until somebody takes it out', async () => {
    const { id } = await read(grant({ scope: ['read:orders', 'write:orders'] }));
    await office.ask({
      method: 'PATCH',
      path: `/api/v2/resource-servers/${encodeURIComponent(ORDERS)}`,
      body: { scopes: [{ value: 'write:orders' }] },
    });
    expect((await change(id, ['read:orders', 'write:orders'])).status).toBe(200);
    await change(id, ['write:orders']);
    expect((await change(id, ['read:orders'])).status).toBe(400);
  });

  it('there is one of each API for a client: 409', async () => {
    await grant();
    expect(await read(grant({ scope: [] }))).toEqual({
      statusCode: 409,
      error: 'Conflict',
      message: 'The client has a grant of this API already',
      errorCode: 'client_grant_conflict',
    });
  });

  it.each<[string, Record<string, unknown>, number, string]>([
    ['no client', { client_id: undefined }, 400, 'client_id must be there.'],
    ['what is no client ID', { client_id: 'a b' }, 400, 'client_id is no client ID.'],
    ['another client', { client_id: 'nobody' }, 404, 'The client does not exist'],
    ['no API', { audience: undefined }, 400, 'audience must be there.'],
    ['another API', { audience: 'urn:nothing' }, 404, 'The API does not exist'],
    ['what is nowhere', { audience: '\0' }, 404, 'The API does not exist'],
    ['a word for scopes', { scope: 'read:orders' }, 400, 'scope must be a list of strings.'],
    ['another scope', { scope: ['read:orders', 'read:secrets'] }, 400, 'scope[1] is not a scope of the API.'],
    ['a part of a scope (SCP-2)', { scope: ['read'] }, 400, 'scope[0] is not a scope of the API.'],
    ['a person', { subject_type: 'user' }, 400, 'subject_type must be client: '],
    ['an id', { id: 'cgr_x' }, 400, 'the body holds a field id that is not one of'],
    [
      'any organization',
      { allow_any_organization: true },
      400,
      'the body holds a field allow_any_organization',
    ],
  ])('of %s is not given (MGT-2)', async (_, body, statusCode, sentence) => {
    const problem = await read(grant(body));
    expect(problem).toMatchObject({ statusCode });
    expect(problem.message).toContain(sentence);
    expect(await office.prisma.clientGrant.count()).toBe(0);
  });

  it.each<[string, Record<string, unknown>]>([
    ['its client', { client_id: 'x', scope: [] }],
    ['its API', { audience: MANAGEMENT, scope: [] }],
    ['nothing', {}],
    ['no list', { scope: null }],
  ])('is not changed by %s (MGT-2)', async (_, body) => {
    const { id } = await read(grant());
    const response = await ask(`/${id}`, { method: 'PATCH', body });
    expect(await read(response)).toMatchObject({ statusCode: 400, errorCode: 'invalid_body' });
    expect(await read(ask(`/${id}`))).toMatchObject({ scope: ['read:orders'] });
  });

  it.each(['cgr_AAAAAAAAAAAAAAAA', 'x', '%00', '%27%20OR%201=1'])('there is none %s', async (id) => {
    for (const response of [ask(`/${id}`), change(id, []), revoke(id)])
      expect(await read(response)).toMatchObject({ statusCode: 404, errorCode: 'inexistent_client_grant' });
  });
});

describe('a grant of the management API (MGT-5)', () => {
  const asked = (...scopes: string[]): Omit<Asked, 'path'> => ({ scopes, caller: { clientId: 'other' } });

  it('holds no more than whoever gives it has (SCP-1)', async () => {
    const body = { audience: MANAGEMENT, scope: ['read:users', 'delete:users'] };
    expect(await read(grant(body, asked('create:client_grants', 'read:users')))).toMatchObject({
      statusCode: 403,
      message: 'Insufficient scope, expected any of: delete:users',
      errorCode: 'insufficient_scope',
    });
    const given = await read(
      grant({ ...body, scope: ['read:users'] }, asked('create:client_grants', 'read:users')),
    );
    const more = ['read:users', 'delete:users'];
    expect((await change(given.id, more, asked('update:client_grants', 'read:users'))).status).toBe(403);
    // What it had already is left to it, whoever changes the rest.
    expect((await change(given.id, more, asked('update:client_grants', 'delete:users'))).status).toBe(200);
  });

  it('is not changed or taken back by the client that has it, so that the last one cannot be', async () => {
    const { id } = await read(grant({ audience: MANAGEMENT, scope: ['read:users'] }));
    const caller = { clientId: machine };
    for (const response of [change(id, [], { caller }), revoke(id, { caller })])
      expect(await read(response)).toMatchObject({
        statusCode: 400,
        errorCode: 'operation_not_supported',
        message: 'A client cannot change its own grant of the management API.',
      });
    const orders = await read(grant({}, { caller }));
    expect((await revoke(orders.id, { caller })).status).toBe(204);
    expect((await revoke(id)).status).toBe(204);
  });

  it('of a client that the environment describes is not changed: the next boot would undo it', async () => {
    await office.prisma.client.update({ where: { clientId: machine }, data: { clientId: 'declared' } });
    const given = await read(grant({ client_id: 'declared', audience: MANAGEMENT, scope: ['read:users'] }));
    for (const response of [change(given.id, []), revoke(given.id)])
      expect(await read(response)).toMatchObject({ errorCode: 'operation_not_supported' });
  });
});

describe('the list of grants', () => {
  let other: string;
  beforeEach(async () => {
    other = await addClient('Other');
    await grant();
    office.pass(1);
    await grant({ audience: MANAGEMENT, scope: [] });
    office.pass(1);
    await grant({ client_id: other });
  });
  type Grant = { client_id: string; audience: string };
  const pairs = (grants: Grant[]) => grants.map(({ client_id, audience }) => [client_id, audience]);

  it('is narrowed by client and API, a page at a time, with totals when asked', async () => {
    expect(pairs(await read(ask('')))).toEqual([
      [machine, ORDERS],
      [machine, MANAGEMENT],
      [other, ORDERS],
    ]);
    expect(pairs(await read(ask(`?client_id=${other}`)))).toEqual([[other, ORDERS]]);
    const orders = `?audience=${encodeURIComponent(ORDERS)}`;
    expect(pairs(await read(ask(orders)))).toEqual([
      [machine, ORDERS],
      [other, ORDERS],
    ]);
    expect(await read(ask(`${orders}&client_id=nobody`))).toEqual([]);
    const page = await read(ask('?per_page=2&page=1&include_totals=true'));
    expect(page).toMatchObject({ start: 2, limit: 2, length: 1, total: 3 });
    expect(pairs(page.client_grants)).toEqual([[other, ORDERS]]);
  });

  it('is read from a place on, which is handed out sealed (MGT-3)', async () => {
    const first = await read(ask('?take=2'));
    expect(pairs(first.client_grants)).toEqual([
      [machine, ORDERS],
      [machine, MANAGEMENT],
    ]);
    const second = await read(ask(`?take=2&from=${first.next}`));
    expect(second).toEqual({ client_grants: [expect.objectContaining({ client_id: other })] });
    const whole = await read(ask('?take=3'));
    expect(whole.next).toBeUndefined();
  });

  it('begins at no place that was changed, made up, or is another list’s (MGT-3)', async () => {
    const { next } = await read(ask('?take=1'));
    const { next: elsewhere } = await read(office.ask({ path: '/api/v2/connections?take=1' }));
    const forged = [
      `${next.slice(0, -2)}AA`,
      next.slice(1),
      `${next}x`,
      elsewhere,
      'x',
      JSON.stringify(['client grants', { createdAt: '2031-01-01', id: 'x' }]),
    ];
    for (const from of forged)
      expect(await read(ask(`?take=1&from=${encodeURIComponent(from)}`))).toMatchObject({
        statusCode: 400,
        message: 'Query validation error: from is not where this list goes on.',
      });
  });

  it.each([
    'take=101',
    'take=0',
    'per_page=1e9',
    'client_id=a%20b',
    'audience=%00',
    'client_id=a&client_id=b',
    'q=x',
  ])('takes no %s (MGT-3)', async (query) => {
    expect(await read(ask(`?${query}`))).toMatchObject({ errorCode: 'invalid_query_string' });
  });
});
