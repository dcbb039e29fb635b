import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { UserDocument } from '@/lib/management/user-document';
import { USERS_BY_EMAIL_PATH, USERS_PATH } from '@/lib/management/user-routes';
import { type Asked, type Office, openOffice } from './office';

let office: Office;
beforeAll(async () => {
  office = await openOffice('users');
});
afterAll(() => office?.close());
beforeEach(() => office.reset());

const ask = ({ path = '', ...asked }: Omit<Asked, 'path'> & { path?: string }) =>
  office.ask({ path: `${USERS_PATH}${path}`, ...asked });
const read = async (response: Response | Promise<Response>) => (await response).json();
const pathOf = (id: string) => `/${encodeURIComponent(id)}`;
const create = (body: object) => ask({ method: 'POST', body });
const created = async (body: object): Promise<UserDocument> => {
  const response = await create(body);
  if (response.status !== 201) throw new Error(await response.text());
  return read(response);
};
const update = (id: string, body: unknown, asked: Partial<Asked> = {}) =>
  ask({ method: 'PATCH', path: pathOf(id), body, ...asked });
const load = (id: string): Promise<UserDocument> => read(ask({ path: pathOf(id) }));
const ann = { connection: 'email', email: 'ann@example.com' };
const bob = { connection: 'sms', phone_number: '+4915123456789' };

/** By the rows themselves: whether an address can be read anywhere in the database. */
async function tablesThatName(words: readonly string[]): Promise<string[]> {
  const tables = await office.prisma.$queryRaw<{ name: string }[]>`
    SELECT table_name AS name FROM information_schema.tables
    WHERE table_schema = 'public' AND table_name NOT LIKE '\\_%'`;
  const found = await Promise.all(
    tables.map(async ({ name }) => {
      const rows = await office.prisma.$queryRawUnsafe<{ row: string }[]>(
        `SELECT t::text AS row FROM "${name}" t`,
      );
      return rows.some(({ row }) => words.some((word) => row.includes(word))) ? [name] : [];
    }),
  );
  return found.flat().sort();
}

describe('a new user', () => {
  it('of an e-mail address is Auth0’s document, with our fall-backs for names and no picture', async () => {
    const response = await create(ann);
    expect(response.status).toBe(201);
    const user = await read(response);
    expect(user).toEqual({
      user_id: expect.stringMatching(/^email\|[0-9a-f]{24}$/),
      email: 'ann@example.com',
      email_verified: false,
      name: 'ann@example.com',
      nickname: 'ann',
      identities: [
        { connection: 'email', provider: 'email', user_id: user.user_id.slice(6), isSocial: false },
      ],
      user_metadata: {},
      app_metadata: {},
      blocked: false,
      created_at: office.now.toISOString(),
      updated_at: office.now.toISOString(),
      logins_count: 0,
    });
    expect(await load(user.user_id)).toEqual(user);
  });

  it('of a telephone number is known by it', async () => {
    expect(await created({ ...bob, phone_verified: true })).toMatchObject({
      user_id: expect.stringMatching(/^sms\|[0-9a-f]{24}$/),
      phone_number: '+4915123456789',
      phone_verified: true,
      name: '+4915123456789',
    });
  });

  it('is sent nothing, and may be made where sign-up is closed (seed 001)', async () => {
    await office.prisma.connection.updateMany({ data: { options: { disable_signup: true } } });
    office.pass(5);
    await created(ann);
    await created(bob);
    expect(await office.prisma.message.count()).toBe(0);
  });

  it('may be told everything about, and have an id of the operator’s choice', async () => {
    const told = {
      email_verified: true,
      name: 'Ann Ångström',
      nickname: 'ann',
      given_name: 'Ann',
      family_name: 'Ångström',
      picture: 'https://example.com/ann.png',
      user_metadata: { locale: 'sv' },
      app_metadata: { plan: 'gold' },
      blocked: true,
    };
    expect(await created({ ...ann, ...told, user_id: 'a-1' })).toMatchObject({
      ...told,
      user_id: 'email|a-1',
    });
    expect(await created({ ...bob, user_id: 'sms|b-1' })).toMatchObject({ user_id: 'sms|b-1' });
  });

  it('has an address and an id of their own, in whatever spelling: 409 (IDN-4, IDN-5)', async () => {
    await created({ ...ann, user_id: '1' });
    await created({ ...bob, user_id: '2' });
    const taken = {
      statusCode: 409,
      error: 'Conflict',
      message: 'The user already exists.',
      errorCode: 'auth0_idp_error',
    };
    for (const body of [
      { ...ann, email: ' ANN@EXAMPLE.COM ' },
      { ...bob, phone_number: '+49 (0)151 234-56789' },
      { ...ann, email: 'other@example.com', user_id: '1' },
      { ...ann, email: 'other@example.com', user_id: 'email|1' },
    ])
      expect(await read(create(body))).toEqual(taken);
    expect(await read(ask({}))).toHaveLength(2);
  });

  it.each<[string, object, string]>([
    ['no connection', { email: 'a@x.test' }, 'connection must be there.'],
    ['no address', { connection: 'email' }, 'email must be there.'],
    ['no number', { connection: 'sms' }, 'phone_number must be there.'],
    ['two addresses', { ...ann, email: 'a@x.test, b@x.test' }, 'email must be one e-mail address.'],
    [
      'an address that looks like another (IDN-3)',
      { ...ann, email: 'a@аpple.test' },
      'email must be one e-mail address.',
    ],
    ['a NUL (IDN-6)', { ...ann, email: 'a\0@x.test' }, 'email must be one e-mail address.'],
    [
      'no country code',
      { ...bob, phone_number: '0151 23456789' },
      'phone_number must be one telephone number with +',
    ],
    [
      'a number at an e-mail connection',
      { ...ann, phone_number: '+4915123456789' },
      'phone_number has no place',
    ],
    ['a word of that', { ...bob, email_verified: true }, 'email_verified has no place'],
    ['a password', { ...ann, password: 'secret' }, 'that is not one of'],
    ['a login count', { ...ann, logins_count: 5 }, 'that is not one of'],
    ['identities', { ...ann, identities: [] }, 'that is not one of'],
    ['a bar too many', { ...ann, user_id: 'auth0|1' }, 'user_id must be up to 128 letters'],
    ['another provider’s id', { ...ann, user_id: 'sms|1' }, 'user_id must begin with email|'],
    ['markup for a name', { ...ann, name: '<b>Ann</b>' }, 'name may not hold < or >'],
    [
      'a picture without https',
      { ...ann, picture: 'http://example.com/a.png' },
      'picture must be an https URL.',
    ],
    [
      'a picture that is a script',
      { ...ann, picture: 'javascript:alert(1)' },
      'picture must be an https URL.',
    ],
    ['a list for metadata', { ...ann, user_metadata: [] }, 'user_metadata must be a JSON object.'],
    [
      'NUL in metadata',
      { ...ann, app_metadata: { a: ['\0'] } },
      'app_metadata may hold 16 objects within each other, and texts',
    ],
    [
      'half a character in metadata',
      { ...ann, app_metadata: { '\ud800': 1 } },
      'app_metadata may hold 16 objects',
    ],
    [
      'a deep object',
      { ...ann, app_metadata: JSON.parse(`${'{"a":'.repeat(17)}1${'}'.repeat(17)}`) },
      'app_metadata may hold 16 objects',
    ],
    [
      'much metadata',
      { ...ann, user_metadata: { a: 'x'.repeat(32 * 1024) } },
      'user_metadata may hold 32 KiB at most.',
    ],
    ['a word for a flag', { ...ann, blocked: 'yes' }, 'blocked must be true or false.'],
  ])('with %s is refused with a sentence (MGT-2)', async (_, body, sentence) => {
    const problem = await read(create(body));
    expect(problem).toMatchObject({ statusCode: 400, errorCode: 'invalid_body' });
    expect(problem.message).toContain(sentence);
    expect(await office.prisma.account.count()).toBe(0);
  });

  it('of a connection that there is not is refused in Auth0’s words', async () => {
    expect(await read(create({ connection: 'facebook', email: 'a@x.test' }))).toEqual({
      statusCode: 400,
      error: 'Bad Request',
      message: 'Connection does not exist.',
      errorCode: 'inexistent_connection',
    });
  });
});

describe('a user', () => {
  it.each([
    'email|nobody',
    'auth0|1',
    'nobody',
    'email|%00',
    "email|'; DROP TABLE accounts",
    `email|${'x'.repeat(200)}`,
  ])('who is not there is not found: %s', async (id) => {
    const path = id.includes('%') ? `/${id}` : pathOf(id);
    const missing = { statusCode: 404, message: 'The user does not exist.', errorCode: 'inexistent_user' };
    expect(await read(ask({ path }))).toMatchObject(missing);
    expect(await read(ask({ method: 'PATCH', path, body: { blocked: true } }))).toMatchObject(missing);
    expect((await ask({ method: 'DELETE', path })).status).toBe(204);
  });

  it('is shown with the fields that were asked for', async () => {
    const { user_id } = await created(ann);
    expect(await load(user_id)).toHaveProperty('nickname');
    expect(await read(ask({ path: `${pathOf(user_id)}?fields=email,user_id` }))).toEqual({
      email: 'ann@example.com',
      user_id,
    });
  });

  it('is found by an e-mail address in any spelling, and by no part of one', async () => {
    const user = await created({ ...ann, email: 'Ann@Example.com' });
    await created(bob);
    const byEmail = async (email: string) =>
      read(office.ask({ path: `${USERS_BY_EMAIL_PATH}?email=${encodeURIComponent(email)}` }));
    expect(await byEmail('ANN@example.com')).toEqual([user]);
    for (const email of ['a_n@example.com', '%@example.com', 'example.com', '+4915123456789', ''])
      expect(await byEmail(email)).toEqual([]);
  });
});

describe('a change', () => {
  it('replaces what is named, takes away what is null, and leaves the rest', async () => {
    const { user_id } = await created({ ...ann, given_name: 'Ann', family_name: 'Lee', blocked: true });
    office.pass(60);
    const changed = await read(update(user_id, { given_name: 'Anne', family_name: null, name: 'Anne L.' }));
    expect(changed).toMatchObject({
      given_name: 'Anne',
      name: 'Anne L.',
      blocked: true,
      email: 'ann@example.com',
    });
    expect(changed).not.toHaveProperty('family_name');
    expect(changed.updated_at).toBe(office.now.toISOString());
    expect(await read(update(user_id, { name: null }))).toMatchObject({ name: 'ann@example.com' });
  });

  it('merges metadata at the first level, as Auth0 does', async () => {
    const { user_id } = await created({
      ...ann,
      user_metadata: { a: 1, b: { c: 1, d: 2 } },
      app_metadata: { x: 1 },
    });
    const patch = async (body: object) => (await read(update(user_id, body))) as UserDocument;
    expect((await patch({ user_metadata: { b: { c: 3 }, e: [null] } })).user_metadata).toEqual({
      a: 1,
      b: { c: 3 },
      e: [null],
    });
    expect((await patch({ user_metadata: { a: null, nothing: null } })).user_metadata).toEqual({
      b: { c: 3 },
      e: [null],
    });
    expect(await patch({ user_metadata: {} })).toMatchObject({ user_metadata: {}, app_metadata: { x: 1 } });
  });

  it('of metadata leaves no more than there may be', async () => {
    const { user_id } = await created({ ...ann, user_metadata: { a: 'x'.repeat(30_000) } });
    expect(
      await read(update(user_id, { user_metadata: { b: 'y'.repeat(30_000) }, name: 'No' })),
    ).toMatchObject({
      message: 'Payload validation error: metadata may hold 32 KiB at most, with what is there already.',
    });
    expect(await load(user_id)).toMatchObject({ name: 'ann@example.com' });
    expect((await update(user_id, { user_metadata: { a: null, b: 'y'.repeat(30_000) } })).status).toBe(200);
  });

  it('of an address counts as proven only where the operator says so (LNK-4)', async () => {
    const { user_id } = await created({ ...ann, email_verified: true });
    expect(await read(update(user_id, { email: 'ADA@example.com' }))).toMatchObject({
      user_id,
      email: 'ada@example.com',
      email_verified: false,
    });
    expect(await read(update(user_id, { email_verified: true }))).toMatchObject({ email_verified: true });
    expect(await read(update(user_id, { email: 'eve@example.com', email_verified: true }))).toMatchObject({
      email: 'eve@example.com',
      email_verified: true,
    });
    expect(await read(update(user_id, { email: 'Eve@Example.com' }))).toMatchObject({ email_verified: true });
    const { user_id: phone } = await created({ ...bob, phone_verified: true });
    expect(await read(update(phone, { phone_number: '+4915123456780', connection: 'sms' }))).toMatchObject({
      phone_number: '+4915123456780',
      phone_verified: false,
    });
  });

  it('to an address or number of somebody else is refused: 409', async () => {
    const { user_id } = await created(ann);
    await created({ ...ann, email: 'ada@example.com' });
    expect(await read(update(user_id, { email: 'Ada@example.com', name: 'Ada' }))).toEqual({
      statusCode: 409,
      error: 'Conflict',
      message: 'The specified new email already exists',
      errorCode: 'auth0_idp_error',
    });
    expect(await load(user_id)).toMatchObject({ email: 'ann@example.com', name: 'ann@example.com' });
    const { user_id: phone } = await created(bob);
    await created({ ...bob, phone_number: '+4915123456780' });
    expect((await update(phone, { phone_number: '+4915123456780' })).status).toBe(409);
  });

  it.each<[string, object, string]>([
    ['nothing', {}, 'the body must name something to change.'],
    ['only a connection', { connection: 'email' }, 'the body must name something to change.'],
    [
      'a number the user does not have',
      { phone_number: '+4915123456789' },
      'phone_number cannot be changed: the user has none.',
    ],
    ['its proof', { phone_verified: true }, 'phone_number cannot be changed: the user has none.'],
    [
      'both at once',
      { email: 'a@x.test', phone_number: '+4915123456789' },
      'phone_number cannot be changed in one request',
    ],
    ['no address', { email: null }, 'email must be a string.'],
    [
      'a connection of the other kind',
      { email: 'a@x.test', connection: 'sms' },
      'connection must be one whose strategy is email.',
    ],
    ['an id', { user_id: 'email|2' }, 'that is not one of'],
    ['identities', { identities: [] }, 'that is not one of'],
    ['a date', { created_at: '2020-01-01' }, 'that is not one of'],
    ['no object', [], 'the body must be a JSON object.'],
  ])('to %s is refused with a sentence (MGT-2)', async (_, body, sentence) => {
    const user = await created(ann);
    const problem = await read(update(user.user_id, body));
    expect(problem).toMatchObject({ statusCode: 400, errorCode: 'invalid_body' });
    expect(problem.message).toContain(sentence);
    expect(await load(user.user_id)).toEqual(user);
  });
});

describe('a person with a token of their own', () => {
  const own = (accountId: string, scopes: string[]): Partial<Asked> => ({
    caller: { kind: 'person', clientId: 'app', accountId },
    scopes,
  });

  it('reads themselves, and changes their own metadata', async () => {
    const { user_id } = await created({ ...ann, app_metadata: { plan: 'gold' } });
    expect(await read(ask({ path: pathOf(user_id), ...own(user_id, ['read:current_user']) }))).toMatchObject({
      user_id,
    });
    const mine = own(user_id, ['update:current_user_metadata']);
    expect(await read(update(user_id, { user_metadata: { theme: 'dark' } }, mine))).toMatchObject({
      user_metadata: { theme: 'dark' },
      app_metadata: { plan: 'gold' },
    });
  });

  it.each([
    { email_verified: true },
    { app_metadata: { plan: 'gold' } },
    { blocked: false },
    { email: 'eve@example.com' },
    { name: 'Eve' },
    { user_metadata: {}, app_metadata: {} },
  ])('changes nothing else: %j (LNK-3)', async (body) => {
    const user = await created(ann);
    const response = await update(user.user_id, body, own(user.user_id, ['update:current_user_metadata']));
    expect(await read(response)).toMatchObject({ statusCode: 403, errorCode: 'insufficient_scope' });
    expect(await load(user.user_id)).toEqual(user);
  });

  it('may leave', async () => {
    const { user_id } = await created(ann);
    expect(
      (await ask({ method: 'DELETE', path: pathOf(user_id), ...own(user_id, ['delete:current_user']) }))
        .status,
    ).toBe(204);
    expect((await ask({ path: pathOf(user_id) })).status).toBe(404);
  });
});

describe('PRV-2: a deletion', () => {
  it('leaves nothing that names the person in any table, and log rows under one pseudonym', async () => {
    const { user_id } = await created({
      ...ann,
      name: 'Ann Witness',
      user_id: 'staff-4711',
      user_metadata: { city: 'Witnesstown' },
    });
    await update(user_id, { blocked: true });
    const { prisma, now } = office;
    const row = { occurredAt: now, type: 's', accountId: user_id };
    await prisma.logEvent.createMany({
      data: [
        { ...row, id: '1', maskedIdentifier: 'a***@example.com', identifierHash: 'x' },
        {
          ...row,
          id: '2',
          accountId: null,
          maskedIdentifier: 'a***@example.com',
          identifierHash: hashOf('ann@example.com'),
        },
        {
          ...row,
          id: '3',
          accountId: 'email|other',
          maskedIdentifier: 'o***@example.com',
          identifierHash: 'y',
        },
        { ...row, id: '4', accountId: null, type: 'sapi', details: { request: { params: { id: user_id } } } },
      ],
    });
    expect((await ask({ method: 'DELETE', path: pathOf(user_id) })).status).toBe(204);
    expect(
      await tablesThatName([
        'ann@example.com',
        'Ann Witness',
        'Witnesstown',
        'staff-4711',
        hashOf('ann@example.com'),
      ]),
    ).toEqual([]);
    const rows = await prisma.logEvent.findMany({
      where: { id: { in: ['1', '2', '3', '4'] } },
      orderBy: { id: 'asc' },
    });
    const pseudonym = rows[0]?.accountId;
    expect(pseudonym).toMatch(/^deleted\|[0-9a-f]{24}$/);
    expect(rows).toMatchObject([
      { accountId: pseudonym, maskedIdentifier: null },
      { accountId: pseudonym, maskedIdentifier: null },
      { accountId: 'email|other', maskedIdentifier: 'o***@example.com' },
      { accountId: null, details: { request: { params: { id: pseudonym } } } },
    ]);
    expect(await prisma.logEvent.count({ where: { type: 'sdu', accountId: pseudonym ?? '' } })).toBe(1);
    expect(office.events.at(-1)).toMatchObject({
      description: 'Delete a user',
      details: { request: { params: {} } },
    });
  });

  it('is done by the address as well, of the connection that knows it', async () => {
    const connections = await read(office.ask({ path: '/api/v2/connections' }));
    const idOf = (name: string) => connections.find((one: { name: string }) => one.name === name)?.id;
    const removeBy = (connection: string, query: string) =>
      office.ask({ method: 'DELETE', path: `/api/v2/connections/${connection}/users${query}` });
    const { user_id } = await created(ann);
    const { user_id: other } = await created({ ...ann, email: 'ada@example.com' });
    const address = '?email=ANN%40example.com';
    expect((await removeBy('con_nobody', address)).status).toBe(404);
    expect((await removeBy(idOf('sms'), address)).status).toBe(400);
    expect((await removeBy(idOf('email'), '')).status).toBe(400);
    expect((await removeBy(idOf('email'), address)).status).toBe(204);
    expect((await removeBy(idOf('email'), address)).status).toBe(204);
    expect((await ask({ path: pathOf(user_id) })).status).toBe(404);
    expect((await ask({ path: pathOf(other) })).status).toBe(200);
    // An address that is linked is no name for the user it is linked to.
    const [provider, id] = other.split('|');
    for (const main of [bob, { ...ann, email: 'amy@example.com' }]) {
      const path = pathOf((await created(main)).user_id);
      const linked = { method: 'POST', path: `${path}/identities`, body: { provider, user_id: id } } as const;
      expect((await ask(linked)).status).toBe(201);
      expect((await removeBy(idOf('email'), '?email=ada%40example.com')).status).toBe(400);
      expect((await ask({ path })).status).toBe(200);
      await ask({ method: 'DELETE', path: `${path}/identities/${provider}/${id}` });
    }
  });

  it('IDN-8: gives a new id to whoever comes with that address next', async () => {
    const { user_id } = await created(ann);
    await ask({ method: 'DELETE', path: pathOf(user_id) });
    expect((await created(ann)).user_id).not.toBe(user_id);
  });
});

function hashOf(email: string): string {
  return office.deps.identifierHashes({ channel: 'email', canonical: email })[0] ?? '';
}
