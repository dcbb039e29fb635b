import { SignJWT } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTokenSigner } from '@/lib/keys/signing-keys';
import type { UserDocument } from '@/lib/management/user-document';
import { USERS_PATH } from '@/lib/management/user-routes';
import { createSigningKeyStore } from '@/lib/store/prisma/signing-keys';
import { type Asked, box, type Office, openOffice } from './office';

let office: Office;
beforeAll(async () => {
  office = await openOffice('identities');
  await office.signingKeys.ensureKeys();
});
afterAll(() => office?.close());
beforeEach(() => office.reset());

const pathOf = (id: string) => `${USERS_PATH}/${encodeURIComponent(id)}`;
const read = async (response: Response | Promise<Response>) => (await response).json();
const created = (body: object): Promise<UserDocument> =>
  read(office.ask({ method: 'POST', path: USERS_PATH, body }));
const load = (id: string): Promise<Response> => office.ask({ path: pathOf(id) });
const link = (id: string, body: unknown, asked: Partial<Asked> = {}) =>
  office.ask({ method: 'POST', path: `${pathOf(id)}/identities`, body, ...asked });
const unlink = (id: string, identity: string, asked: Partial<Asked> = {}) =>
  office.ask({ method: 'DELETE', path: `${pathOf(id)}/identities/${identity}`, ...asked });

const ann = () =>
  created({
    connection: 'email',
    email: 'ann@example.com',
    email_verified: true,
    user_id: 'ann',
    name: 'Ann',
    user_metadata: { color: 'blue' },
  });
const annsPhone = () =>
  created({
    connection: 'sms',
    phone_number: '+4915123456789',
    phone_verified: true,
    user_id: 'phone',
    nickname: 'annie',
    app_metadata: { plan: 'gold' },
  });
const PHONE = { provider: 'sms', user_id: 'phone' };

const MAIN = { connection: 'email', provider: 'email', user_id: 'ann', isSocial: false };
const LINKED = {
  connection: 'sms',
  provider: 'sms',
  user_id: 'phone',
  isSocial: false,
  profileData: { phone_number: '+4915123456789', phone_verified: true, nickname: 'annie' },
};

describe('a user that an operator links', () => {
  it('is an identity of the other, answered in Auth0’s shape, and a user no more', async () => {
    const [{ user_id: id }] = [await ann(), await annsPhone()];
    const response = await link(id, PHONE);
    expect(response.status).toBe(201);
    expect(await response.json()).toEqual([MAIN, LINKED]);
    expect(await read(load(id))).toMatchObject({
      user_id: 'email|ann',
      name: 'Ann',
      email: 'ann@example.com',
      phone_number: '+4915123456789',
      user_metadata: { color: 'blue' },
      app_metadata: {},
      identities: [MAIN, LINKED],
    });
    expect((await load('sms|phone')).status).toBe(404);
    expect(await read(office.ask({ path: `${USERS_PATH}?include_totals=true` }))).toMatchObject({ total: 1 });
  });

  it('is told to the proven addresses that the other had, without where the operator sat (LNK-1)', async () => {
    await ann();
    await annsPhone();
    const headers = { 'x-request-language': 'fr', 'user-agent': 'curl/8' };
    await link('email|ann', PHONE, { headers });
    expect(office.sent).toMatchObject([
      {
        ...{ kind: 'identity_added', recipient: 'ann@example.com', language: 'fr' },
        ...{ userAgent: null, ip: null, oneTimeCode: null, link: null },
      },
    ]);
    office.sent.length = 0;
    await link('email|ann', PHONE);
    expect(office.sent).toEqual([]);
    await unlink('email|ann', 'sms/phone');
    expect(office.sent).toMatchObject([{ kind: 'identity_removed', recipient: 'ann@example.com' }]);
  });

  it.each([
    ['identities.user_id:"phone"'],
    ['identities.provider:sms'],
    ['phone_number:"+4915123456789"'],
    ['email:ann@example.com AND phone_verified:true'],
  ])('is found as the other: %s', async (q) => {
    await ann();
    await annsPhone();
    await link('email|ann', PHONE);
    const found = await read(office.ask({ path: `${USERS_PATH}?q=${encodeURIComponent(q)}` }));
    expect(found.map(({ user_id }: UserDocument) => user_id)).toEqual(['email|ann']);
  });

  it('of whatever age keeps the address of the main one in front', async () => {
    await created({ connection: 'email', email: 'older@example.com', user_id: 'older' });
    office.pass(60);
    await ann();
    expect(await read(link('email|ann', { provider: 'email', user_id: 'older' }))).toHaveLength(2);
    expect(await read(load('email|ann'))).toMatchObject({ email: 'ann@example.com' });
    expect(await read(office.ask({ path: '/api/v2/users-by-email?email=older@example.com' }))).toMatchObject([
      { user_id: 'email|ann' },
    ]);
  });

  it('may be named with the provider before its id, and by its connection', async () => {
    await ann();
    await annsPhone();
    const connections = await office.deps.connections.all();
    const connection_id = connections.find(({ strategy }) => strategy === 'sms')?.id;
    expect((await link('email|ann', { provider: 'sms', user_id: 'sms|phone', connection_id })).status).toBe(
      201,
    );
  });

  it.each<[object, number, string]>([
    [{ provider: 'email', user_id: 'ann' }, 400, 'Main identity and the new one are the same.'],
    [{ provider: 'sms', user_id: 'nobody' }, 404, 'The user to be linked does not exist.'],
    [
      { provider: 'sms', user_id: 'email|phone' },
      400,
      'Payload validation error: user_id must begin with sms| or have no bar.',
    ],
    [
      { provider: 'google-oauth2', user_id: '1' },
      400,
      'Payload validation error: provider must be one of email, sms.',
    ],
    [{ provider: 'sms' }, 400, 'Payload validation error: user_id must be there.'],
    [{ user_id: '1' }, 400, 'Payload validation error: provider must be there.'],
    [{}, 400, 'Payload validation error: provider must be there.'],
    [{ ...PHONE, connection_id: 'con_nowhere' }, 400, 'Connection does not exist.'],
    [
      { ...PHONE, merge: true },
      400,
      'Payload validation error: the body holds a field merge that is not one of provider, user_id, connection_id, link_with.',
    ],
    [
      { link_with: 'a.b.c' },
      400,
      'Payload validation error: link_with is for the token of a person: name provider and user_id.',
    ],
  ])('is refused: %j (MGT-2)', async (body, statusCode, message) => {
    await ann();
    await annsPhone();
    expect(await read(link('email|ann', body))).toMatchObject({ statusCode, message });
    expect((await load('sms|phone')).status).toBe(200);
  });

  it('is refused where it is linked already, to this or another: 409', async () => {
    await ann();
    await annsPhone();
    await created({ connection: 'email', email: 'bob@example.com', user_id: 'bob' });
    await link('email|ann', PHONE);
    for (const id of ['email|ann', 'email|bob']) {
      expect(await read(link(id, PHONE))).toMatchObject({
        statusCode: 409,
        message: 'The identity is linked already.',
      });
    }
  });

  it('is refused where there is no such user, or one of them is blocked', async () => {
    await ann();
    await annsPhone();
    expect((await link('email|nobody', PHONE)).status).toBe(404);
    expect((await link('auth0|1', PHONE)).status).toBe(404);
    await office.ask({ method: 'PATCH', path: pathOf('sms|phone'), body: { blocked: true } });
    expect(await read(link('email|ann', PHONE))).toMatchObject({
      statusCode: 400,
      message: 'A user who is blocked is linked to nobody.',
    });
  });

  it('needs update:users', async () => {
    expect(await read(link('email|ann', PHONE, { scopes: ['read:users'] }))).toMatchObject({
      statusCode: 403,
      message: 'Insufficient scope, expected any of: update:users',
    });
  });

  it('takes nothing of what it was told into the audit log but its id, which goes with the user (PRV-2)', async () => {
    await ann();
    await annsPhone();
    await link('email|ann', PHONE);
    expect(office.events.at(-1)).toMatchObject({
      type: 'sapi',
      description: 'Link a user',
      details: { request: { params: { id: 'email|ann' } } },
    });
    const logged = await office.prisma.logEvent.findMany({ where: { type: 'sapi' } });
    expect(logged.map(({ accountId, description }) => [accountId, description])).toEqual(
      expect.arrayContaining([
        ['email|ann', 'An identity was linked.'],
        ['sms|phone', 'Linked to another account, and ended.'],
      ]),
    );
    await office.ask({ method: 'DELETE', path: pathOf('email|ann') });
    expect(
      await office.prisma.logEvent.count({ where: { accountId: { in: ['email|ann', 'sms|phone'] } } }),
    ).toBe(0);
  });

  it('is changed by the one that is in front, and proven by nobody else’s word', async () => {
    await ann();
    await annsPhone();
    await created({ connection: 'sms', phone_number: '+4915123456780', user_id: 'second' });
    await link('email|ann', PHONE);
    await link('email|ann', { provider: 'sms', user_id: 'second' });
    await office.ask({
      method: 'PATCH',
      path: pathOf('email|ann'),
      body: { phone_number: '+4915123456781', phone_verified: true },
    });
    const { identities } = await read(load('email|ann'));
    expect(identities.map(({ profileData }: typeof LINKED) => profileData?.phone_number)).toEqual([
      undefined,
      '+4915123456781',
      '+4915123456780',
    ]);
  });
});

describe('an identity that an operator unlinks', () => {
  beforeEach(async () => {
    await ann();
    await annsPhone();
    await link('email|ann', PHONE);
  });

  it('leaves the rest, and is a user of its own again without metadata', async () => {
    const response = await unlink('email|ann', 'sms/phone');
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual([MAIN]);
    const phone = await read(load('sms|phone'));
    expect(phone).toMatchObject({
      user_id: 'sms|phone',
      phone_number: '+4915123456789',
      nickname: 'annie',
      app_metadata: {},
      logins_count: 0,
    });
    expect(phone.email).toBeUndefined();
    expect((await link('email|ann', PHONE)).status).toBe(201);
  });

  it('may be named with its provider', async () => {
    expect((await unlink('email|ann', `sms/${encodeURIComponent('sms|phone')}`)).status).toBe(200);
  });

  it.each([
    ['email|ann', 'email/ann', 400, 'Main identity cannot be removed.'],
    ['email|ann', 'sms/nobody', 404, 'The user has no such identity.'],
    ['email|ann', 'google-oauth2/phone', 404, 'The user has no such identity.'],
    ['email|ann', `sms/${encodeURIComponent('email|ann')}`, 404, 'The user has no such identity.'],
    ['email|nobody', 'sms/phone', 404, 'The user does not exist.'],
  ])('is not: %s, %s', async (id, identity, statusCode, message) => {
    expect(await read(unlink(id, identity))).toMatchObject({ statusCode, message });
    expect(await read(load('email|ann'))).toMatchObject({ identities: [MAIN, LINKED] });
  });
});

describe('a person who links with their own token', () => {
  const CLIENT = 'the-app';
  const scopes = ['update:current_user_identities'];
  const asAnn = (changes: Partial<Asked['caller']> = {}): Partial<Asked> => ({
    caller: {
      kind: 'person',
      clientId: CLIENT,
      accountId: 'email|ann',
      provenAt: office.now,
      scopes,
      ...changes,
    },
  });

  beforeEach(async () => {
    await ann();
    await annsPhone();
    await office.prisma.account.update({ where: { id: 'sms|phone' }, data: { lastLoginAt: office.now } });
  });

  type Claims = Record<string, unknown>;
  const seconds = (at: Date) => Math.floor(at.getTime() / 1000);
  const claims = (changes: Claims = {}): Claims => ({
    iss: 'https://login.example.com/',
    sub: 'sms|phone',
    aud: CLIENT,
    iat: seconds(office.now),
    exp: seconds(office.now) + 36_000,
    ...changes,
  });
  const idToken = (changes?: Claims) =>
    office.signingKeys.sign(claims(changes), { typ: 'JWT', alg: 'RS256' });

  it('has both from then on, with an ID token of the other', async () => {
    const response = await link('email|ann', { link_with: await idToken() }, asAnn());
    expect(response.status).toBe(201);
    expect(await response.json()).toEqual([MAIN, LINKED]);
    expect(await read(unlink('email|ann', 'sms/phone', asAnn()))).toEqual([MAIN]);
  });

  const refused = async (linkWith: string, message: string, asked = asAnn()) => {
    expect(await read(link('email|ann', { link_with: linkWith }, asked))).toMatchObject({
      statusCode: 400,
      message,
    });
    expect((await load('sms|phone')).status).toBe(200);
  };
  const AZP = "JWT (link_with) must have an aud claim that matches that of the calling token's azp.";
  const STALE = 'JWT (link_with) must be of a sign-in of the last 10 minutes.';
  const UNSIGNED = 'JWT (link_with) is not signed by this issuer, or has expired.';

  it.each<[string, Claims, string]>([
    ['another client', { aud: 'another-app' }, AZP],
    ['several clients', { aud: [CLIENT, 'another-app'] }, AZP],
    [
      'another issuer',
      { iss: 'https://evil.example/' },
      'JWT (link_with) must have the same issuer as the calling user.',
    ],
    ['long ago', { iat: 1, exp: 2 }, UNSIGNED],
    ['the same account', { sub: 'email|ann' }, STALE],
    ['nobody', { sub: 'sms|nobody' }, STALE],
    ['a client', { sub: `${CLIENT}@clients` }, 'JWT (link_with) is no ID token.'],
    ['a session that is somebody else’s', { sid: 'unknown' }, STALE],
  ])('LNK-1: is refused with a token of %s', async (_, changes, message) => {
    await refused(await idToken(changes), message);
  });

  it('LNK-1: is refused with one that nobody signed, or somebody else, or that is for something else', async () => {
    const [header, payload, signature] = (await idToken()).split('.');
    const none = Buffer.from(JSON.stringify({ alg: 'none', typ: 'JWT' })).toString('base64url');
    const alg = 'JWT (link_with) must have an alg of RS256.';
    await refused(`${none}.${payload}.`, alg);
    await refused(`${none}.${payload}.${signature}`, alg);
    const shared = new TextEncoder().encode('a secret that a client knows as well');
    await refused(
      await new SignJWT(claims()).setProtectedHeader({ alg: 'HS256', typ: 'JWT' }).sign(shared),
      alg,
    );
    await refused(`${header}.${payload}.${'A'.repeat(342)}`, UNSIGNED);
    await refused(
      `${header}.${Buffer.from(JSON.stringify(claims({ sub: 'email|bob' }))).toString('base64url')}.${signature}`,
      UNSIGNED,
    );
    await refused(await office.signingKeys.sign(claims(), { typ: 'at+jwt', alg: 'RS256' }), UNSIGNED);
    await refused(await office.signingKeys.sign(claims(), { typ: 'logout+jwt', alg: 'RS256' }), UNSIGNED);
    const elsewhere = createTokenSigner({
      store: createSigningKeyStore(office.prisma),
      box,
      clock: () => office.now,
      issuer: 'https://evil.example/',
    });
    await refused(
      await elsewhere.sign(claims({ iss: 'https://evil.example/' }), { typ: 'JWT', alg: 'RS256' }),
      'JWT (link_with) must have the same issuer as the calling user.',
    );
    await refused('not a token', 'JWT (link_with) is no JWT.');
  });

  it('LNK-1: is refused with a token, or a proof, that is older than ten minutes', async () => {
    const old = await idToken();
    office.pass(601);
    await refused(old, STALE, asAnn());
    // Given for a refresh token: new, and no proof.
    await refused(await idToken(), STALE, asAnn());
    await office.prisma.account.update({ where: { id: 'sms|phone' }, data: { lastLoginAt: office.now } });
    expect((await link('email|ann', { link_with: await idToken() }, asAnn())).status).toBe(201);
  });

  it('LNK-1: is asked to sign in again where their own proof is older (RFC 9470)', async () => {
    const { provenAt: _, ...unknown } = asAnn().caller ?? {};
    for (const asked of [
      { caller: unknown },
      asAnn({ provenAt: new Date(office.now.getTime() - 601_000) }),
    ]) {
      const response = await link('email|ann', { link_with: await idToken() }, asked);
      expect(response.status).toBe(401);
      expect(response.headers.get('www-authenticate')).toContain('error="insufficient_user_authentication"');
      expect(response.headers.get('www-authenticate')).toContain('max_age="600"');
    }
    expect((await load('sms|phone')).status).toBe(200);
  });

  it('names nobody by their id alone, and is no other account', async () => {
    for (const body of [PHONE, { ...PHONE, link_with: await idToken() }])
      expect((await link('email|ann', body, asAnn())).status).toBe(403);
    expect((await link('email|ann', {}, asAnn())).status).toBe(400);
    expect((await link('sms|phone', { link_with: await idToken() }, asAnn())).status).toBe(403);
    expect(
      (await link('email|ann', { link_with: await idToken() }, asAnn({ scopes: ['read:current_user'] })))
        .status,
    ).toBe(403);
    expect((await unlink('sms|phone', 'email/ann', asAnn())).status).toBe(403);
  });

  it('is told that the two are the same', async () => {
    await office.prisma.account.update({ where: { id: 'email|ann' }, data: { lastLoginAt: office.now } });
    await refused(await idToken({ sub: 'email|ann' }), 'Main identity and the new one are the same.');
  });
});
