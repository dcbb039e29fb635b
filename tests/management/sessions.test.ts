import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { GRANTS_PATH } from '@/lib/management/grant-routes';
import { DEVICE_CREDENTIALS_PATH, REFRESH_TOKENS_PATH } from '@/lib/management/refresh-token-routes';
import { SESSIONS_PATH } from '@/lib/management/session-routes';
import { USERS_PATH } from '@/lib/management/user-routes';
import { type Asked, type Office, openOffice } from './office';

let office: Office;
beforeAll(async () => {
  office = await openOffice('sessions');
});
afterAll(() => office?.close());

let app: string;
let ann: string;
let bob: string;
beforeEach(async () => {
  await office.reset();
  await office.prisma.session.deleteMany();
  await office.prisma.tokenFamily.deleteMany();
  await office.prisma.logEvent.deleteMany();
  app = (await create('/api/v2/clients', { name: 'App', app_type: 'regular_web' })).client_id;
  ann = (await create(USERS_PATH, { connection: 'email', email: 'ann@example.com' })).user_id;
  bob = (await create(USERS_PATH, { connection: 'email', email: 'bob@example.com' })).user_id;
});

const read = async (response: Response | Promise<Response>) => (await response).json();
const ask = (path: string, asked: Omit<Asked, 'path'> = {}) => office.ask({ path, ...asked });
const create = (path: string, body: object) => read(ask(path, { method: 'POST', body }));
const ofUser = (id: string, what: string) => `${USERS_PATH}/${encodeURIComponent(id)}/${what}`;
const later = (seconds: number) => new Date(office.now.getTime() + seconds * 1000);
const ids = (list: { id: string }[]) => list.map(({ id }) => id);

async function addSession(id: string, accountId: string, changes: object = {}) {
  office.pass(1);
  await office.prisma.session.create({
    data: {
      id,
      secretHash: `hash of ${id}`,
      accountId,
      authenticatedAt: office.now,
      amr: ['otp'],
      connection: 'email',
      clientIds: [app],
      ip: '203.0.113.7',
      userAgent: 'Firefox',
      lastIp: '203.0.113.8',
      lastUserAgent: null,
      createdAt: office.now,
      lastSeenAt: office.now,
      idleExpiresAt: later(60),
      expiresAt: later(3600),
      ...changes,
    },
  });
}

async function addRefreshToken(id: string, accountId: string, changes: object = {}) {
  office.pass(1);
  await office.prisma.tokenFamily.create({
    data: {
      id,
      clientId: app,
      accountId,
      scope: 'openid offline_access',
      refreshSequence: 1,
      refreshIdleExpiresAt: later(3600),
      refreshExpiresAt: null,
      userAgent: 'Firefox',
      createdAt: office.now,
      expiresAt: null,
      ...changes,
    },
  });
}

const liveTokens = async () =>
  ids(await office.prisma.tokenFamily.findMany({ where: { revokedAt: null }, orderBy: { id: 'asc' } }));
const liveSessions = async () =>
  ids(await office.prisma.session.findMany({ where: { endedAt: null }, orderBy: { id: 'asc' } }));

describe('sessions', () => {
  it('are shown in Auth0’s names, without what proves anything (MGT-4)', async () => {
    await addSession('s1', ann);
    const shown = await read(ask(`${SESSIONS_PATH}/s1`));
    const at = office.now.toISOString();
    expect(shown).toEqual({
      id: 's1',
      user_id: ann,
      created_at: at,
      updated_at: at,
      authenticated_at: at,
      idle_expires_at: later(60).toISOString(),
      expires_at: later(3600).toISOString(),
      last_interacted_at: at,
      device: {
        initial_ip: '203.0.113.7',
        initial_user_agent: 'Firefox',
        last_ip: '203.0.113.8',
        last_user_agent: 'Firefox',
      },
      clients: [{ client_id: app }],
      authentication: { methods: [{ name: 'email', timestamp: at }] },
      session_metadata: null,
    });
    expect(await read(ask(ofUser(ann, 'sessions')))).toEqual({ sessions: [shown] });
  });

  it('hold strings of an operator’s tools, as refresh tokens do, each time all that is sent', async () => {
    await addSession('s1', ann);
    await addRefreshToken('t1', ann);
    for (const [path, field] of [
      [`${SESSIONS_PATH}/s1`, 'session_metadata'],
      [`${REFRESH_TOKENS_PATH}/t1`, 'refresh_token_metadata'],
    ] as const) {
      const set = (metadata: unknown) => ask(path, { method: 'PATCH', body: { [field]: metadata } });
      expect(await read(set({ team: 'staff', size: 'M' }))).toMatchObject({
        [field]: { team: 'staff', size: 'M' },
      });
      await set({ size: 'L' });
      expect((await read(ask(path)))[field]).toEqual({ size: 'L' });
      const tooMany = Object.fromEntries(Array.from({ length: 26 }, (_, index) => [`k${index}`, '']));
      for (const wrong of [
        tooMany,
        { a: 1 },
        { a: 'x'.repeat(256) },
        { '': 'x' },
        { a: { b: 'c' } },
        'x',
        undefined,
      ])
        expect((await set(wrong)).status, JSON.stringify(wrong)?.slice(0, 40)).toBe(400);
      expect((await ask(path, { method: 'PATCH', body: { [field]: {}, clients: [] } })).status).toBe(400);
      expect((await read(ask(path)))[field]).toEqual({ size: 'L' });
      await set(null);
      expect((await read(ask(path)))[field]).toBeNull();
    }
    await office.prisma.session.updateMany({ data: { endedAt: office.now } });
    await office.prisma.tokenFamily.updateMany({ data: { revokedAt: office.now } });
    const body = { session_metadata: {} };
    expect((await ask(`${SESSIONS_PATH}/s1`, { method: 'PATCH', body })).status).toBe(404);
    const other = { refresh_token_metadata: {} };
    expect((await ask(`${REFRESH_TOKENS_PATH}/t1`, { method: 'PATCH', body: other })).status).toBe(404);
  });

  it('of a user are listed the newest first, from a place on that is handed out sealed (MGT-3)', async () => {
    for (const id of ['s1', 's2', 's3']) await addSession(id, ann);
    await addSession('other', bob);
    await addSession('over', ann, { endedAt: office.now });
    const first = await read(ask(`${ofUser(ann, 'sessions')}?take=2&include_totals=true`));
    expect(ids(first.sessions)).toEqual(['s3', 's2']);
    const rest = await read(ask(`${ofUser(ann, 'sessions')}?take=2&from=${first.next}`));
    expect(rest).toEqual({ sessions: [expect.objectContaining({ id: 's1' })] });
    // Neither a place that was made up, nor one in somebody else's list.
    for (const [user, from] of [
      [ann, 's1'],
      [ann, `${first.next}x`],
      [bob, first.next],
    ])
      expect(await read(ask(`${ofUser(user, 'sessions')}?from=${from}`))).toMatchObject({
        statusCode: 400,
        message: 'Query validation error: from is not where this list goes on.',
      });
  });

  it('end one by one, or all of a user; refresh tokens live on, and the audit log knows (LOG-2)', async () => {
    for (const id of ['s1', 's2', 's3']) await addSession(id, ann);
    await addSession('other', bob);
    await addRefreshToken('t1', ann, { sessionId: 's1' });
    expect((await ask(`${SESSIONS_PATH}/s1`, { method: 'DELETE' })).status).toBe(202);
    expect(await liveSessions()).toEqual(['other', 's2', 's3']);
    expect((await ask(ofUser(ann, 'sessions'), { method: 'DELETE' })).status).toBe(202);
    expect(await liveSessions()).toEqual(['other']);
    expect(await liveTokens()).toEqual(['t1']);
    const logged = await office.prisma.logEvent.findMany({ where: { type: 'slo' } });
    expect(logged.map(({ accountId, ip }) => [accountId, ip])).toEqual([
      [ann, '203.0.113.7'],
      [ann, '203.0.113.7'],
    ]);
  });

  it('are revoked with the refresh tokens they gave, by whoever may revoke those too (MGT-1)', async () => {
    await addSession('s1', ann);
    await addRefreshToken('t1', ann, { sessionId: 's1' });
    await addRefreshToken('t2', ann);
    const revoke = (scopes: string[]) => ask(`${SESSIONS_PATH}/s1/revoke`, { method: 'POST', scopes });
    expect(await read(revoke(['delete:sessions']))).toMatchObject({
      statusCode: 403,
      message: 'Insufficient scope, expected any of: delete:refresh_tokens',
    });
    expect(await liveSessions()).toEqual(['s1']);
    expect((await revoke(['delete:sessions', 'delete:refresh_tokens'])).status).toBe(202);
    expect(await liveSessions()).toEqual([]);
    expect(await liveTokens()).toEqual(['t2']);
  });

  it('and all access of a user end together, refresh tokens unless they are preserved', async () => {
    const revoke = (body: object, scopes: Asked['scopes'] = 'every') =>
      ask(ofUser(ann, 'revoke-access'), { method: 'POST', body, scopes });
    await addSession('s1', ann);
    await addSession('s2', ann);
    await addRefreshToken('t1', ann, { sessionId: 's1' });
    await addRefreshToken('t2', ann);
    await addRefreshToken('t3', bob);
    const kept = { session_id: 's1', preserve_refresh_tokens: true };
    expect((await revoke({ session_id: 's1' }, ['delete:sessions'])).status).toBe(403);
    expect((await revoke(kept, ['delete:sessions'])).status).toBe(202);
    expect([await liveSessions(), await liveTokens()]).toEqual([['s2'], ['t1', 't2', 't3']]);
    expect((await revoke({})).status).toBe(202);
    expect([await liveSessions(), await liveTokens()]).toEqual([[], ['t3']]);
  });

  it.each(['nobody', '%00', 'x'.repeat(200), '%27%20OR%201=1'])('there is none %s', async (id) => {
    for (const method of ['GET', 'DELETE'])
      expect(await read(ask(`${SESSIONS_PATH}/${id}`, { method }))).toMatchObject({
        statusCode: 404,
        errorCode: 'inexistent_session',
      });
  });

  it('that are over cannot be ended again', async () => {
    await addSession('s1', ann, { idleExpiresAt: office.now });
    expect((await ask(`${SESSIONS_PATH}/s1`, { method: 'DELETE' })).status).toBe(404);
  });
});

describe('refresh tokens', () => {
  it('are shown in Auth0’s names, never themselves (MGT-4)', async () => {
    await addRefreshToken('t1', ann, { sessionId: 's1', ip: '203.0.113.7', audience: 'urn:acme:orders' });
    const shown = await read(ask(`${REFRESH_TOKENS_PATH}/t1`));
    expect(shown).toEqual({
      id: 't1',
      user_id: ann,
      client_id: app,
      session_id: 's1',
      rotating: true,
      created_at: office.now.toISOString(),
      idle_expires_at: later(3600).toISOString(),
      expires_at: null,
      last_exchanged_at: null,
      device: {
        initial_ip: '203.0.113.7',
        initial_user_agent: 'Firefox',
        last_ip: '203.0.113.7',
        last_user_agent: 'Firefox',
      },
      resource_servers: [{ audience: 'urn:acme:orders', scopes: 'openid offline_access' }],
      refresh_token_metadata: null,
    });
    expect(await read(ask(ofUser(ann, 'refresh-tokens')))).toEqual({ tokens: [shown] });
  });

  it('are listed of a user and an application, a part at a time (MGT-3)', async () => {
    for (const id of ['t1', 't2', 't3']) await addRefreshToken(id, ann);
    await addRefreshToken('other', bob);
    const first = await read(ask(`${ofUser(ann, 'refresh-tokens')}?take=2`));
    expect(ids(first.tokens)).toEqual(['t3', 't2']);
    const query = new URLSearchParams({ user_id: ann, take: '2', from: first.next, fields: 'id' });
    expect(await read(ask(`${REFRESH_TOKENS_PATH}?${query}`))).toEqual({ tokens: [{ id: 't1' }] });
    const nobodys = new URLSearchParams({ user_id: ann, client_id: 'nobody' });
    expect(await read(ask(`${REFRESH_TOKENS_PATH}?${nobodys}`))).toEqual({ tokens: [] });
    expect((await ask(REFRESH_TOKENS_PATH)).status).toBe(400);
  });

  it('are revoked one by one, or all of a user', async () => {
    for (const id of ['t1', 't2', 't3']) await addRefreshToken(id, ann);
    await addRefreshToken('t4', bob);
    expect((await ask(`${REFRESH_TOKENS_PATH}/t1`, { method: 'DELETE' })).status).toBe(202);
    expect(await liveTokens()).toEqual(['t2', 't3', 't4']);
    expect((await ask(`${REFRESH_TOKENS_PATH}/t1`, { method: 'DELETE' })).status).toBe(404);
    expect((await ask(ofUser(ann, 'refresh-tokens'), { method: 'DELETE' })).status).toBe(202);
    expect(await liveTokens()).toEqual(['t4']);
  });

  it.each<[string, () => object, string[]]>([
    ['ids', () => ({ ids: ['t1', 't3', 'nobody'] }), ['t2', 't4']],
    ['a user', () => ({ user_id: ann }), ['t3', 't4']],
    ['an application', () => ({ client_id: app }), ['t4']],
    ['both', () => ({ user_id: ann, client_id: app }), ['t3', 't4']],
    ['an API', () => ({ user_id: ann, client_id: app, audience: 'urn:acme:orders' }), ['t2', 't3', 't4']],
  ])('are revoked by %s', async (_, body, left) => {
    await addRefreshToken('t1', ann, { audience: 'urn:acme:orders' });
    await addRefreshToken('t2', ann);
    await addRefreshToken('t3', bob);
    await addRefreshToken('t4', bob, { clientId: 'other' });
    const response = await ask(`${REFRESH_TOKENS_PATH}/revoke`, { method: 'POST', body: body() });
    expect(response.status).toBe(202);
    expect(await liveTokens()).toEqual(left);
  });

  it.each<[string, unknown]>([
    ['nothing', {}],
    ['no ids', { ids: [] }],
    ['too many ids', { ids: Array.from({ length: 101 }, String) }],
    ['what is no text', { ids: ['\0'] }],
    ['half a character', { user_id: '\ud800' }],
    ['two kinds at once', { ids: ['t1'], user_id: 'email|1' }],
    ['an API alone', { audience: 'urn:acme:orders' }],
    ['an API of everybody', { client_id: 'app', audience: 'urn:acme:orders' }],
    ['anything else', { ids: ['t1'], all: true }],
  ])('are not revoked by %s (MGT-2)', async (_, body) => {
    await addRefreshToken('t1', ann);
    const response = await ask(`${REFRESH_TOKENS_PATH}/revoke`, { method: 'POST', body });
    expect(await read(response)).toMatchObject({ statusCode: 400, errorCode: 'invalid_body' });
    expect(await liveTokens()).toEqual(['t1']);
  });

  it('are device credentials to tools that know them by that name', async () => {
    await addRefreshToken('t1', ann);
    await addRefreshToken('t2', ann);
    const query = new URLSearchParams({ user_id: ann, type: 'rotating_refresh_token' });
    const credential = {
      id: 't1',
      type: 'rotating_refresh_token',
      device_name: 'Firefox',
      user_id: ann,
      client_id: app,
    };
    expect(await read(ask(`${DEVICE_CREDENTIALS_PATH}?${query}`))).toEqual([
      { ...credential, id: 't2' },
      credential,
    ]);
    const page = await read(ask(`${DEVICE_CREDENTIALS_PATH}?${query}&per_page=1&page=1&include_totals=true`));
    expect(page).toEqual({ start: 1, limit: 1, length: 1, total: 2, device_credentials: [credential] });
    await office.prisma.client.update({ where: { clientId: app }, data: { refreshRotates: false } });
    const still = new URLSearchParams({ user_id: ann });
    expect(await read(ask(`${DEVICE_CREDENTIALS_PATH}?${query}`))).toEqual([]);
    expect(ids(await read(ask(`${DEVICE_CREDENTIALS_PATH}?${still}`)))).toEqual(['t2', 't1']);
    expect((await ask(`${DEVICE_CREDENTIALS_PATH}/t2`, { method: 'DELETE' })).status).toBe(204);
    expect(await liveTokens()).toEqual(['t1']);
    expect((await ask(`${DEVICE_CREDENTIALS_PATH}?${still}&page=20`)).status).toBe(400);
  });
});

describe('what people allowed', () => {
  const USERINFO = 'https://login.example.com/userinfo';
  const addGrant = (id: string, accountId: string, audience: string | null = null) =>
    office.prisma.grant.create({
      data: {
        id,
        accountId,
        clientId: app,
        audience,
        scopes: ['openid', 'email'],
        createdAt: later(Number(id)),
        updatedAt: office.now,
      },
    });
  const list = (query: Record<string, string> = {}) =>
    read(ask(`${GRANTS_PATH}?${new URLSearchParams(query)}`));
  beforeEach(async () => {
    await create('/api/v2/resource-servers', { identifier: 'urn:acme:orders' });
    await addGrant('1', ann);
    await addGrant('2', ann, 'urn:acme:orders');
    await addGrant('3', bob);
  });

  it('is listed in Auth0’s names, by user, application and API', async () => {
    const grant = { id: '1', clientID: app, user_id: ann, audience: USERINFO, scope: ['openid', 'email'] };
    expect(await list({ user_id: ann, per_page: '1', include_totals: 'true' })).toEqual({
      start: 0,
      limit: 1,
      length: 1,
      total: 2,
      grants: [grant],
    });
    expect(ids(await list({ client_id: app }))).toEqual(['1', '2', '3']);
    expect(ids(await list({ audience: 'urn:acme:orders' }))).toEqual(['2']);
    expect(ids(await list({ audience: USERINFO }))).toEqual(['1', '3']);
    expect(await list({ client_id: 'nobody' })).toEqual([]);
  });

  it('is withdrawn one by one, or all of a user, with tokens that were issued under it', async () => {
    await addRefreshToken('t1', ann, { grantId: '1' });
    expect((await ask(`${GRANTS_PATH}/1`, { method: 'DELETE' })).status).toBe(204);
    expect(ids(await list())).toEqual(['2', '3']);
    expect((await ask(`${REFRESH_TOKENS_PATH}/t1`)).status).toBe(404);
    expect((await ask(`${GRANTS_PATH}/1`, { method: 'DELETE' })).status).toBe(204);
    const mine = new URLSearchParams({ user_id: ann });
    expect((await ask(`${GRANTS_PATH}?${mine}`, { method: 'DELETE' })).status).toBe(204);
    expect(ids(await list())).toEqual(['3']);
  });

  it('is not withdrawn from everybody at once, by whatever is said (MGT-3)', async () => {
    for (const query of ['', '?user_id=', '?user_id=%00', `?user_id=${ann}&user_id=${bob}`, '?client_id=x'])
      expect((await ask(GRANTS_PATH + query, { method: 'DELETE' })).status).toBe(400);
    expect(await list()).toHaveLength(3);
  });
});
