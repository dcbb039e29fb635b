import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CONNECTIONS_PATH } from '@/lib/management/connection-routes';
import type { ConnectionDocument } from '@/lib/management/connections';
import { type Asked, box, type Office, openOffice } from './office';

const SID = `AC${'0123456789abcdef'.repeat(2)}`;
const TOKEN = 'auth-token-of-thirty-two-or-more-characters';

let office: Office;
beforeAll(async () => {
  office = await openOffice('connections');
});
afterAll(() => office?.close());
beforeEach(() => office.reset());

const ask = ({ path = '', ...asked }: Omit<Asked, 'path'> & { path?: string }) =>
  office.ask({ path: `${CONNECTIONS_PATH}${path}`, ...asked });
const read = async (response: Response | Promise<Response>) => (await response).json();
const list = (query = ''): Promise<ConnectionDocument[]> => read(ask({ path: query }));
const named = async (name: string) =>
  (await list()).find((connection) => connection.name === name) as ConnectionDocument;
const create = (body: unknown) => ask({ method: 'POST', body });
const update = (id: string, body: unknown) => ask({ method: 'PATCH', path: `/${id}`, body });

async function registerClient(name: string): Promise<string> {
  const response = await office.ask({
    method: 'POST',
    path: '/api/v2/clients',
    body: { name, app_type: 'spa' },
  });
  return ((await response.json()) as { client_id: string }).client_id;
}

describe('the connections after the first boot', () => {
  it('are e-mail and text messages, in Auth0’s names, with their defaults', async () => {
    expect(await list()).toEqual([
      {
        id: expect.stringMatching(/^con_.{16}$/),
        name: 'email',
        strategy: 'email',
        options: expect.objectContaining({ send: 'both', totp: { length: 6, time_step: 600 } }),
        enabled_clients: [],
        realms: ['email'],
        metadata: {},
        is_domain_connection: false,
        show_as_button: false,
      },
      expect.objectContaining({ name: 'sms', strategy: 'sms' }),
    ]);
  });

  it('are both offered by clients that are new', async () => {
    const clientId = await registerClient('App');
    expect((await list()).map(({ enabled_clients }) => enabled_clients)).toEqual([[clientId], [clientId]]);
  });
});

describe('the list', () => {
  it('is narrowed by name and strategy, a page at a time, with totals when asked', async () => {
    await create({ name: 'staff', strategy: 'email' });
    const names = async (query: string) => (await list(query)).map(({ name }) => name);
    expect(await names('?strategy=email')).toEqual(['email', 'staff']);
    expect(await names('?name=sms')).toEqual(['sms']);
    expect(await names('?name=sms&strategy=email')).toEqual([]);
    expect(await names('?per_page=2&page=1')).toEqual(['staff']);
    expect(await read(ask({ path: '?per_page=1&include_totals=true' }))).toMatchObject({
      start: 0,
      limit: 1,
      length: 1,
      total: 3,
      connections: [{ name: 'email' }],
    });
  });

  it('is read from a place on, which is handed out sealed (MGT-3)', async () => {
    await create({ name: 'staff', strategy: 'email' });
    const first = await read(ask({ path: '?take=2' }));
    expect(first.connections.map(({ name }: ConnectionDocument) => name)).toEqual(['email', 'sms']);
    const second = await read(ask({ path: `?take=2&from=${first.next}` }));
    expect(second).toEqual({ connections: [expect.objectContaining({ name: 'staff' })] });
    const forged = `${first.next.slice(0, -2)}AA`;
    expect(await read(ask({ path: `?from=${forged}` }))).toMatchObject({ statusCode: 400 });
    // The place is kept by the one behind, should that which it follows be gone.
    const { id } = await named('sms');
    await ask({ method: 'DELETE', path: `/${id}` });
    expect(await read(ask({ path: `?take=2&from=${first.next}` }))).toEqual(second);
  });

  it('shows the fields that were asked for, or all but those', async () => {
    const [shown] = await list('?fields=name,strategy');
    expect(shown).toEqual({ name: 'email', strategy: 'email' });
    const [rest] = await list('?fields=options,realms,metadata&include_fields=false');
    expect(Object.keys(rest ?? {})).toEqual([
      'id',
      'name',
      'strategy',
      'enabled_clients',
      'is_domain_connection',
      'show_as_button',
    ]);
    const { id } = await named('email');
    expect(await read(ask({ path: `/${id}?fields=name` }))).toEqual({ name: 'email' });
  });

  it.each(['per_page=101', 'fields=a;b', 'name=a&name=b', 'take=0', 'from=con_1', 'sort=name'])(
    'takes no %s (MGT-3)',
    async (query) => {
      expect(await read(ask({ path: `?${query}` }))).toMatchObject({ errorCode: 'invalid_query_string' });
    },
  );
});

describe('a new connection', () => {
  it('has a name, a strategy and the clients it is for', async () => {
    const clientId = await registerClient('App');
    await registerClient('Another');
    const response = await create({
      name: 'staff-sms',
      strategy: 'sms',
      options: { countries: ['DE'] },
      enabled_clients: [clientId],
    });
    expect(response.status).toBe(201);
    expect(response.headers.get('cache-control')).toBe('no-store');
    const created = await response.json();
    expect(created).toMatchObject({
      name: 'staff-sms',
      options: { countries: ['DE'] },
      enabled_clients: [clientId],
    });
    expect(await read(ask({ path: `/${created.id}` }))).toEqual(created);
    office.pass(5);
    expect(await office.deps.clients.find(clientId)).toMatchObject({
      connections: ['email', 'sms', 'staff-sms'],
    });
  });

  it('has a name of its own: 409', async () => {
    expect(await read(create({ name: 'email', strategy: 'sms' }))).toEqual({
      statusCode: 409,
      error: 'Conflict',
      message: 'A connection with the same name already exists',
      errorCode: 'connection_conflict',
    });
  });

  it.each<[string, unknown, string]>([
    ['no name', { strategy: 'email' }, 'name must be there.'],
    ['blanks', { name: 'my mail', strategy: 'email' }, 'name may hold letters, digits, and single hyphens'],
    ['a path', { name: '../x', strategy: 'email' }, 'name may hold letters'],
    ['a long name', { name: 'x'.repeat(129), strategy: 'email' }, 'name may hold 128 characters'],
    ['another strategy', { name: 'x', strategy: 'auth0' }, 'strategy must be email or sms.'],
    [
      'an id of its own',
      { name: 'x', strategy: 'sms', id: 'con_1' },
      'the body holds a field id that is not one of',
    ],
    ['no object', [], 'the body must be a JSON object.'],
    ['a word for options', { name: 'x', strategy: 'sms', options: 'x' }, 'options must be an object.'],
    [
      'an unknown option',
      { name: 'x', strategy: 'sms', options: { send: 'code' } },
      'options.send is not known',
    ],
    ['an unknown client', { name: 'x', strategy: 'sms', enabled_clients: ['ghost'] }, 'no client: ghost.'],
    [
      'no client ID',
      { name: 'x', strategy: 'sms', enabled_clients: ['a b'] },
      'enabled_clients[0] is no client ID',
    ],
    [
      'another realm',
      { name: 'x', strategy: 'sms', realms: ['acme.test'] },
      'realms may hold the name of the connection alone.',
    ],
    [
      'every client at once',
      { name: 'x', strategy: 'sms', is_domain_connection: true },
      'is_domain_connection must be false: ',
    ],
    ['a button', { name: 'x', strategy: 'sms', show_as_button: true }, 'show_as_button must be false: '],
    ['deep metadata', { name: 'x', strategy: 'sms', metadata: { a: {} } }, 'metadata.a must be a string.'],
    ['markup for a name', { name: 'x', strategy: 'sms', display_name: '<b>' }, 'display_name may not hold'],
    [
      'a gateway inside the network (SRF-1)',
      { name: 'x', strategy: 'sms', options: { gateway_url: 'https://169.254.169.254/' } },
      'options.gateway_url is not called from here: not_in_OUTBOUND_PRIVATE_NETWORKS.',
    ],
  ])('with %s is refused with a sentence, and not made (MGT-2)', async (_, body, sentence) => {
    const problem = await read(create(body));
    expect(problem).toMatchObject({ statusCode: 400, error: 'Bad Request', errorCode: 'invalid_body' });
    expect(problem.message).toMatch(/^Payload validation error: /);
    expect(problem.message).toContain(sentence);
    expect(office.refusals).toEqual([problem.message]);
    expect((await list()).length).toBe(2);
  });
});

describe('a change', () => {
  it('replaces the whole options object, as Auth0 does', async () => {
    const { id } = await named('email');
    await update(id, { options: { send: 'code', totp: { length: 8 } } });
    const changed = await read(update(id, { options: { max_attempts: 3 } }));
    expect(changed.options).toMatchObject({ send: 'both', totp: { length: 6 }, max_attempts: 3 });
    expect((await office.deps.connections.all())[0]).toMatchObject({ maxGuesses: 3, codeLength: 6 });
  });

  it('keeps a secret that is left out, and shows none (MGT-4, PRV-3)', async () => {
    const { id } = await named('sms');
    await update(id, { options: { twilio_sid: SID, twilio_token: TOKEN } });
    await update(id, { options: { twilio_sid: SID, from: 'Acme' } });
    const [, connection] = await office.deps.connections.all();
    const { twilio } = connection as Extract<typeof connection, { strategy: 'sms' }>;
    expect(box.unseal('connection', twilio?.sealedAuthToken ?? '')).toBe(TOKEN);
    expect(JSON.stringify(await office.prisma.connection.findMany())).not.toContain(TOKEN);
    for (const path of ['', `/${id}`])
      expect(await (await ask({ path })).text()).not.toMatch(/auth-token|\bsealed/);
    expect((await named('sms')).options.twilio_token).toBe('••••••••');
  });

  it('of what was read before somebody else changed it says so: 409', async () => {
    const { id } = await named('email');
    const stale = await office.deps.connections.find(id);
    await update(id, { options: { send: 'code' } });
    const deps = { connections: { ...office.deps.connections, find: async () => stale } };
    const response = await ask({
      method: 'PATCH',
      path: `/${id}`,
      body: { options: { send: 'link' } },
      deps,
    });
    expect(await response.json()).toMatchObject({ statusCode: 409, errorCode: 'connection_conflict' });
    expect((await named('email')).options.send).toBe('code');
  });

  it('keeps what Auth0’s tools send, and shows it to them again', async () => {
    const { id } = await named('email');
    const sent = {
      display_name: 'Mail',
      metadata: { team: 'shop' },
      realms: ['email'],
      is_domain_connection: false,
      show_as_button: false,
      enabled_clients: null,
    };
    const { enabled_clients: _, ...kept } = sent;
    expect(await read(update(id, sent))).toMatchObject(kept);
    expect(await read(update(id, { metadata: { tier: 'gold' } }))).toMatchObject({
      display_name: 'Mail',
      metadata: { tier: 'gold' },
    });
    expect(await read(update(id, { display_name: null }))).not.toHaveProperty('display_name');
    expect(await read(update(id, { realms: ['other'] }))).toMatchObject({ statusCode: 400 });
  });

  it('changes options and clients together, or nothing', async () => {
    const [clientId, { id }] = [await registerClient('One'), await named('sms')];
    const body = { options: { countries: ['DE'] }, enabled_clients: ['ghost'] };
    expect((await update(id, body)).status).toBe(400);
    expect((await named('sms')).options.countries).not.toEqual(['DE']);
    expect(await read(update(id, { ...body, enabled_clients: [clientId] }))).toMatchObject({
      options: { countries: ['DE'] },
      enabled_clients: [clientId],
    });
  });

  it('puts it on the pages of exactly these clients', async () => {
    const [first, second] = [await registerClient('One'), await registerClient('Two')];
    const { id } = await named('sms');
    expect(await read(update(id, { enabled_clients: [second] }))).toMatchObject({
      enabled_clients: [second],
    });
    expect(await read(update(id, { enabled_clients: [first, first] }))).toMatchObject({
      enabled_clients: [first],
    });
    expect(await read(update(id, { enabled_clients: ['ghost'] }))).toMatchObject({ statusCode: 400 });
    expect((await named('sms')).enabled_clients).toEqual([first]);
  });

  it.each([
    ['its name', 'name', 'mail'],
    ['its strategy', 'strategy', 'sms'],
    ['a column', 'createdAt', '2031-01-01'],
  ])('does not touch %s (MGT-2)', async (_, field, value) => {
    const { id } = await named('email');
    const problem = await read(update(id, { [field]: value }));
    expect(problem).toMatchObject({ statusCode: 400, errorCode: 'invalid_body' });
    expect(problem.message).toContain(`the body holds a field ${field} that is not one of options, `);
  });

  it('MSG-8: a bad option is refused and changes nothing; the rest goes on', async () => {
    const { id } = await named('sms');
    const response = await update(id, { options: { template: '{% if', twilio_sid: 'AC' } });
    expect(response.status).toBe(400);
    expect((await office.deps.connections.all()).map(({ name }) => name)).toEqual(['email', 'sms']);
  });
});

it('one that can no longer be read says why, and can be put right', async () => {
  const { id } = await named('sms');
  await office.prisma.connection.update({ where: { id }, data: { options: { totp: { length: 99 } } } });
  expect(await read(ask({ path: `/${id}` }))).toMatchObject({
    options: { totp: { length: 99 } },
    options_problem: 'options.totp.length must be a whole number from 4 to 10',
  });
  const repaired = await read(update(id, { options: {} }));
  expect(repaired).toMatchObject({ options: { totp: { length: 6 } } });
  expect(repaired).not.toHaveProperty('options_problem');
});

describe('the clients of a connection', () => {
  it('are listed, put on and taken off', async () => {
    const [first, second] = [await registerClient('One'), await registerClient('Two')];
    const { id } = await named('sms');
    const response = await ask({
      method: 'PATCH',
      path: `/${id}/clients`,
      body: [{ client_id: first, status: false }],
    });
    expect(response.status).toBe(204);
    expect(await read(ask({ path: `/${id}/clients` }))).toEqual({ clients: [{ client_id: second }] });
  });

  it('are listed in parts, whose places are handed out sealed (MGT-3)', async () => {
    const ids = [await registerClient('One'), await registerClient('Two'), await registerClient('Three')];
    const { id } = await named('sms');
    const first = await read(ask({ path: `/${id}/clients?take=2` }));
    const second = await read(ask({ path: `/${id}/clients?take=2&from=${first.next}` }));
    expect(second).not.toHaveProperty('next');
    const listed = [...first.clients, ...second.clients].map(({ client_id }) => client_id);
    expect(listed).toEqual([...ids].sort());
    const { id: other } = await named('email');
    for (const from of [`${first.next}A`, ids[0]])
      expect((await ask({ path: `/${id}/clients?from=${from}` })).status).toBe(400);
    // A place among the clients of one connection is none among those of another.
    expect((await ask({ path: `/${other}/clients?from=${first.next}` })).status).toBe(400);
    expect((await ask({ path: `/${id}/clients?take=101` })).status).toBe(400);
  });

  it.each([
    [[], 'the body must not be empty.'],
    [{}, 'the body must be a list of { client_id, status }.'],
    [[{ client_id: 'ghost', status: true }], 'enabled_clients holds what is no client: ghost.'],
    [[{ client_id: 'a' }], '[0].status must be true or false.'],
    [Array(51).fill({ client_id: 'a', status: true }), 'the body may hold 50 entries at most.'],
  ])('are not changed by %j', async (body, sentence) => {
    const { id } = await named('sms');
    const problem = await read(ask({ method: 'PATCH', path: `/${id}/clients`, body }));
    expect(problem.message).toContain(sentence);
  });
});

describe('the connections of a client', () => {
  it('are those its pages offer', async () => {
    const clientId = await registerClient('One');
    const connections = (query = '') =>
      read(office.ask({ path: `/api/v2/clients/${clientId}/connections${query}` }));
    expect(await connections('?fields=name')).toEqual({ connections: [{ name: 'email' }, { name: 'sms' }] });
    const { id } = await named('sms');
    await ask({ method: 'PATCH', path: `/${id}/clients`, body: [{ client_id: clientId, status: false }] });
    expect((await connections()).connections).toEqual([await named('email')]);
    expect(await connections('?strategy=sms')).toEqual({ connections: [] });
    expect(await read(office.ask({ path: '/api/v2/clients/nobody/connections' }))).toMatchObject({
      errorCode: 'inexistent_client',
    });
  });
});

it('a connection that is deleted is offered nowhere, and does not come back', async () => {
  const clientId = await registerClient('One');
  const { id } = await named('sms');
  expect((await ask({ method: 'DELETE', path: `/${id}` })).status).toBe(204);
  expect((await list()).map(({ name }) => name)).toEqual(['email']);
  office.pass(5);
  expect(await office.deps.clients.find(clientId)).toMatchObject({ connections: ['email'] });
  expect((await ask({ method: 'DELETE', path: `/${id}` })).status).toBe(404);
});

it('the status of a connection is good while its options can be read', async () => {
  const { id } = await named('sms');
  const status = async () => (await ask({ path: `/${id}/status` })).status;
  expect(await status()).toBe(200);
  await office.prisma.connection.update({ where: { id }, data: { options: { totp: { length: 99 } } } });
  expect(await status()).toBe(404);
});

it.each([
  ['GET', ''],
  ['PATCH', ''],
  ['DELETE', ''],
  ['GET', '/status'],
  ['GET', '/clients'],
  ['PATCH', '/clients'],
])('%s of a connection that there is not is 404', async (method, below) => {
  const body = method !== 'PATCH' ? undefined : below === '' ? {} : [{ client_id: 'a', status: true }];
  for (const id of ['con_AAAAAAAAAAAAAAAA', 'email', '%27%20OR%201=1']) {
    expect(await read(ask({ method, path: `/${id}${below}`, body }))).toEqual({
      statusCode: 404,
      error: 'Not Found',
      message: 'The connection does not exist',
      errorCode: 'inexistent_connection',
    });
  }
});
