import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { guessLimits } from '@/lib/login/answer-challenge';
import type { CountedLimit, LimitName } from '@/lib/login/limits';
import { startLimits } from '@/lib/login/start-login';
import { createLimitStore } from '@/lib/store/prisma/limits';
import { type Asked, type Office, openOffice } from './office';

let office: Office;
beforeAll(async () => {
  office = await openOffice('blocks');
});
afterAll(() => office?.close());
beforeEach(async () => {
  await office.reset();
  await office.prisma.limitCounter.deleteMany();
  await office.prisma.logEvent.deleteMany();
});

const ANN = { channel: 'email', canonical: 'ann@example.com' } as const;
const BOB = { channel: 'sms', canonical: '+4915123456789' } as const;
const NETWORK = '2001:db8:1:2::7';

const context = () => ({
  ip: NETWORK,
  userAgent: null,
  language: 'en',
  knownBrowserId: null,
  now: office.now,
});

/** Uses one of these limits up, as the sign-in itself counts. */
async function spend(name: LimitName, limits: readonly CountedLimit[]): Promise<void> {
  const limit = limits.find((candidate) => candidate.name === name);
  if (limit === undefined) throw new Error(`no ${name}`);
  const store = createLimitStore(office.prisma);
  while ((await store.count(limit, { clientId: 'client-1', ip: '192.0.2.1', now: office.now })) === null);
}

const guesses = ({ channel, canonical }: typeof ANN | typeof BOB) =>
  guessLimits(office.deps, { asked: { channel, identifier: canonical }, isTest: false }, context());

const ask = async (path: string, asked: Partial<Asked> = {}) =>
  office.ask({ path: `/api/v2${path}`, ...asked });
const blocked = async (path: string) => (await (await ask(path)).json()).blocked_for;
const createUser = async (body: object): Promise<string> =>
  (await (await ask('/users', { method: 'POST', body })).json()).user_id;
const byName = (identifier: string) => `/user-blocks?identifier=${encodeURIComponent(identifier)}`;

describe('what keeps a person out', () => {
  it('is told by their address in any spelling, and by their id; nobody is out at first', async () => {
    const id = await createUser({ connection: 'email', email: ANN.canonical });
    const paths = [byName('Ann@Example.com'), `/user-blocks/${encodeURIComponent(id)}`];
    for (const path of paths) expect(await blocked(path)).toEqual([]);
    await spend('guesses_per_identifier', guesses(ANN));
    for (const path of paths)
      expect(await blocked(path)).toEqual([{ identifier: 'ann@example.com', connection: 'email' }]);
    expect(await blocked(byName('ada@example.com'))).toEqual([]);
  });

  it('is also that they were sent too many messages', async () => {
    await spend('starts_per_recipient_hour', startLimits(office.deps, BOB, context()));
    expect(await blocked(byName('+49 151 23456789'))).toEqual([
      { identifier: '+4915123456789', connection: 'sms' },
    ]);
  });

  it('is taken away, from them alone, and the audit log says so', async () => {
    const id = await createUser({ connection: 'email', email: ANN.canonical });
    for (const person of [ANN, BOB]) await spend('guesses_per_identifier', guesses(person));
    await spend('starts_per_recipient_day', startLimits(office.deps, ANN, context()));
    expect((await ask(`/user-blocks/${encodeURIComponent(id)}`, { method: 'DELETE' })).status).toBe(204);
    expect(await blocked(byName('ann@example.com'))).toEqual([]);
    expect(await blocked(byName('+4915123456789'))).toHaveLength(1);
    expect((await ask(byName('+4915123456789'), { method: 'DELETE' })).status).toBe(204);
    expect(await blocked(byName('+4915123456789'))).toEqual([]);
    expect(
      await office.prisma.logEvent.findMany({
        where: { type: 'ublkdu' },
        orderBy: { maskedIdentifier: 'asc' },
      }),
    ).toMatchObject([
      { type: 'ublkdu', clientId: 'operator', maskedIdentifier: '***789' },
      { type: 'ublkdu', clientId: 'operator', maskedIdentifier: 'a***@example.com' },
    ]);
  });

  it('leaves an account blocked that an operator blocked', async () => {
    const id = await createUser({ connection: 'email', email: ANN.canonical, blocked: true });
    await ask(`/user-blocks/${encodeURIComponent(id)}`, { method: 'DELETE' });
    expect(await (await ask(`/users/${encodeURIComponent(id)}`)).json()).toMatchObject({ blocked: true });
  });

  it('is asked of somebody', async () => {
    expect((await ask('/user-blocks/email%7Cnobody')).status).toBe(404);
    for (const path of ['/user-blocks', byName('ann'), byName('0151 23456789')])
      expect(await (await ask(path)).json()).toMatchObject({ errorCode: 'invalid_query_string' });
  });
});

describe('what keeps a network out', () => {
  const path = (ip: string) => `/anomaly/blocks/ips/${encodeURIComponent(ip)}`;

  it.each<LimitName>(['guesses_per_ip', 'starts_per_ip'])(
    'is told of all its addresses: %s',
    async (name) => {
      expect((await ask(path(NETWORK))).status).toBe(404);
      await spend(name, [...guesses(ANN), ...startLimits(office.deps, ANN, context())]);
      expect((await ask(path('2001:db8:1:2:ffff::1'))).status).toBe(200);
      expect((await ask(path('2001:db8:1:3::7'))).status).toBe(404);
      expect((await ask(path(NETWORK), { method: 'DELETE' })).status).toBe(204);
      expect((await ask(path(NETWORK))).status).toBe(404);
    },
  );

  it('is asked of an address', async () => {
    expect(await (await ask(path('somewhere'))).json()).toMatchObject({ errorCode: 'invalid_uri' });
  });
});

describe('the log of a user', () => {
  it('tells what they did and what was done with them, and of nobody else', async () => {
    const { prisma } = office;
    const id = await createUser({ connection: 'email', email: ANN.canonical });
    const at = (minute: number) => new Date(office.now.getTime() + minute * 60_000);
    await ask('/clients', { method: 'POST', body: { name: 'Acme', app_type: 'spa' } });
    const { clientId } = await prisma.client.findFirstOrThrow();
    await prisma.logEvent.createMany({
      data: [
        {
          id: '1',
          occurredAt: at(1),
          type: 's',
          accountId: id,
          clientId,
          connection: 'email',
          ip: '192.0.2.1',
          userAgent: 'Firefox',
          maskedIdentifier: 'a***@example.com',
          description: 'Signed in.',
        },
        {
          id: '2',
          occurredAt: at(2),
          type: 'sapi',
          clientId: 'gone',
          details: { request: { params: { id } } },
        },
        { id: '3', occurredAt: at(3), type: 's', accountId: 'email|other' },
      ],
    });
    const path = `/users/${encodeURIComponent(id)}/logs`;
    expect(await (await ask(path, { scopes: ['read:logs_users'] })).json()).toEqual([
      {
        _id: '2',
        log_id: '2',
        date: at(2).toISOString(),
        type: 'sapi',
        client_id: 'gone',
        details: { request: { params: { id } } },
      },
      {
        _id: '1',
        log_id: '1',
        date: at(1).toISOString(),
        type: 's',
        client_id: clientId,
        client_name: 'Acme',
        connection: 'email',
        connection_id: expect.stringMatching(/^con_/),
        strategy: 'email',
        strategy_type: 'passwordless',
        user_id: id,
        user_name: 'a***@example.com',
        ip: '192.0.2.1',
        user_agent: 'Firefox',
        description: 'Signed in.',
      },
    ]);
    expect(
      await (await ask(`${path}?per_page=1&page=1&sort=date:1&include_totals=true`)).json(),
    ).toMatchObject({
      total: 2,
      logs: [{ log_id: '2' }],
    });
    expect((await ask('/users/email%7Cnobody/logs')).status).toBe(404);
    expect((await ask(`${path}?sort=ip:1`)).status).toBe(400);
  });
});

describe('the ways a user proves who they are', () => {
  it('are their address and their number, proven or not', async () => {
    const id = await createUser({ connection: 'sms', phone_number: BOB.canonical, phone_verified: true });
    const path = `/users/${encodeURIComponent(id)}/authentication-methods`;
    const method = {
      id,
      type: 'phone',
      confirmed: true,
      phone_number: BOB.canonical,
      created_at: office.now.toISOString(),
      enrolled_at: office.now.toISOString(),
    };
    expect(await (await ask(path)).json()).toEqual([method]);
    expect(await (await ask(`${path}?include_totals=true`)).json()).toMatchObject({
      total: 1,
      authenticators: [method],
    });
    expect(await (await ask(`${path}/${encodeURIComponent(id)}`)).json()).toEqual(method);
    expect((await ask(`${path}/passkey%7Cdev_x`)).status).toBe(404);
    const unproven = await createUser({ connection: 'email', email: ANN.canonical });
    expect(await (await ask(`/users/${encodeURIComponent(unproven)}/authentication-methods`)).json()).toEqual(
      [
        {
          id: unproven,
          type: 'email',
          confirmed: false,
          email: ANN.canonical,
          created_at: office.now.toISOString(),
        },
      ],
    );
  });

  it('are their passkeys, which are removed one by one or all at once', async () => {
    const id = await createUser({ connection: 'email', email: ANN.canonical, email_verified: true });
    const other = await createUser({ connection: 'sms', phone_number: BOB.canonical, phone_verified: true });
    const path = `/users/${encodeURIComponent(id)}/authentication-methods`;
    const keep = (userId: string, name: string) =>
      office.prisma.passkey.create({
        data: {
          ...{ id: `passkey|dev_${name}`, credentialId: name, name, userHandle: 'aGFuZGxl', signCount: 0 },
          ...{ publicKey: new Uint8Array([1, 2, 3]), transports: ['internal'], deviceType: 'multi_device' },
          ...{ isBackedUp: true, aaguid: '00000000-0000-0000-0000-000000000000', createdAt: office.now },
          ...{ provider: userId.split('|')[0] ?? '', userId: userId.split('|')[1] ?? '' },
        },
      });
    for (const name of ['a', 'b', 'c']) await keep(id, name);
    await keep(other, 'd');
    const names = async () =>
      (await (await ask(path)).json()).map(({ id, name }: { id: string; name?: string }) => name ?? id);
    expect((await (await ask(path)).json())[1]).toEqual({
      id: 'passkey|dev_a',
      type: 'passkey',
      confirmed: true,
      created_at: office.now.toISOString(),
      enrolled_at: office.now.toISOString(),
      name: 'a',
      key_id: 'a',
      public_key: 'AQID',
      relying_party_identifier: new URL(office.deps.issuer).hostname,
      credential_device_type: 'multi_device',
      credential_backed_up: true,
      aaguid: '00000000-0000-0000-0000-000000000000',
      transports: ['internal'],
      user_handle: 'aGFuZGxl',
      identity_user_id: id.split('|')[1],
    });
    const remove = async (method: string) =>
      (await ask(`${path}/${encodeURIComponent(method)}`, { method: 'DELETE' })).status;
    // Neither what another user has, nor an identity (MGT-1).
    expect([await remove('passkey|dev_d'), await remove(id)]).toEqual([404, 404]);
    expect(await remove('passkey|dev_b')).toBe(204);
    expect(await names()).toEqual([id, 'a', 'c']);
    expect((await ask(path, { method: 'DELETE' })).status).toBe(204);
    expect(await names()).toEqual([id]);
    expect(await office.prisma.passkey.count()).toBe(1);
  });
});
