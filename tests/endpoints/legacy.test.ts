// The endpoints of Auth0's first years: /api/users, /oauth/ro and tokens at /passwordless/verify, on a real store.
import { decodeJwt } from 'jose';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { otherThan } from '@/tests/store/conformance/sign-in-desk';
import { type ApplicationDesk, openApplicationDesk, refusal, type Wish } from './application-desk';

let desk: ApplicationDesk;
beforeAll(async () => {
  desk = await openApplicationDesk();
});
beforeEach(() => desk.reset());
afterEach(async () => expect(await desk.stage.findSecretsAtRest()).toEqual([]));
afterAll(() => desk?.close());

const OPERATOR = { scopes: ['create:users'] };
const NUMBER = '+14251112222';

/** The request of Auth0's guide of 2014, as it is typed there. */
const makeKnown = (
  body: Readonly<Record<string, unknown>> = {},
  wish: Wish = OPERATOR,
  path = '/api/users/',
) => desk.post(path, { connection: 'sms', email_verified: false, phone_number: NUMBER, ...body }, wish);

/** And the one that follows it. */
const trade = (password: unknown, body: Readonly<Record<string, unknown>> = {}, wish: Wish = {}) =>
  desk.post(
    '/oauth/ro',
    {
      client_id: 'native',
      username: NUMBER,
      password,
      connection: 'sms',
      grant_type: 'password',
      scope: 'openid',
      ...body,
    },
    wish,
  );

describe('the guide of 2014', () => {
  it('makes somebody known, who is sent a code, which becomes tokens', async () => {
    const response = await makeKnown();
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      _id: expect.stringMatching(/^[0-9a-f]{24}$/),
      connection: 'sms',
      email_verified: false,
      phone_number: NUMBER,
      phone_verified: false,
    });
    expect(desk.messages).toMatchObject([{ channel: 'sms', recipient: NUMBER, link: null }]);
    expect(await desk.stage.prisma.account.count()).toBe(0);

    const traded = await trade(desk.code());
    expect(traded.status).toBe(200);
    const tokens = await traded.json();
    expect(tokens).toMatchObject({ access_token: expect.any(String), token_type: 'bearer' });
    expect(decodeJwt(tokens.id_token)).toMatchObject({
      sub: expect.stringMatching(/^sms\|[0-9a-f]{24}$/),
      aud: 'native',
    });
    expect(await refusal(await trade(desk.code()))).toEqual([
      401,
      'invalid_user_password',
      'Wrong phone number or verification code.',
    ]);
  });

  it('does so without the slash, and for an address', async () => {
    await makeKnown({ connection: 'email', email: 'ann@x.test' }, OPERATOR, '/api/users');
    expect((await trade(desk.code(), { connection: 'email', username: 'ann@x.test' })).status).toBe(200);
  });

  it.each([
    [599, 200],
    [601, 401],
  ])('OTP-11: sends codes that live ten minutes: after %i s the answer is %i', async (seconds, status) => {
    await makeKnown();
    desk.stage.pass(seconds);
    expect((await trade(desk.code())).status).toBe(status);
  });

  it('OTP-17: sends the code in hand again, and none too soon', async () => {
    await makeKnown();
    await makeKnown();
    expect(desk.messages).toHaveLength(1);
    desk.stage.pass(31);
    await makeKnown();
    expect(new Set(desk.messages.map(({ oneTimeCode }) => oneTimeCode)).size).toBe(1);
  });
});

describe('/oauth/ro', () => {
  it('trades a code that its own client asked for, sooner than one that nobody did', async () => {
    await makeKnown();
    const known = desk.code();
    await desk.start({ connection: 'sms', phone_number: NUMBER, email: undefined });
    const mine = desk.code();
    expect((await trade(known)).status).toBe(401);
    expect((await trade(mine)).status).toBe(200);
    expect((await trade(known)).status).toBe(200);
  });

  it('OTP-9: trades no code that another client asked for; the grant of today none that nobody did', async () => {
    await desk.start({ connection: 'sms', phone_number: NUMBER, email: undefined });
    const web = { client_id: 'web', client_secret: 's3cret' };
    expect((await trade(desk.code(), web)).status).toBe(401);
    await makeKnown({ connection: 'email', email: 'ann@x.test' });
    expect((await desk.trade(desk.code())).status).toBe(403);
  });

  it('OTP-2, OTP-5: has no guesses of its own', async () => {
    await desk.start({ connection: 'sms', phone_number: NUMBER, email: undefined });
    const wrong = otherThan(desk.code());
    const today = { realm: 'sms', username: NUMBER };
    for (let guess = 0; guess < 5; guess++) await (guess % 2 === 0 ? trade(wrong) : desk.trade(wrong, today));
    expect(await refusal(await desk.trade(desk.code(), today))).toEqual([
      403,
      'invalid_grant',
      expect.stringContaining('maximum number'),
    ]);
    const limited = await trade(wrong, {}, { limits: { guesses_per_identifier: 0 } });
    expect(limited.status).toBe(401);
  });

  it('OTP-5: is stopped by the budget of the person', async () => {
    await makeKnown();
    const limits = { guesses_per_identifier: 1 };
    await trade(otherThan(desk.code()), {}, { limits });
    const response = await trade(desk.code(), {}, { limits });
    expect(await refusal(response)).toEqual([429, 'too_many_attempts', expect.any(String)]);
  });

  it.each<[Record<string, unknown>, number, string, string]>([
    [{ client_id: undefined }, 400, 'invalid_request', 'missing client_id parameter'],
    [{ username: undefined }, 400, 'invalid_request', 'missing username parameter'],
    [{ password: '' }, 400, 'invalid_request', 'missing password parameter'],
    [{ connection: undefined }, 400, 'invalid_request', 'missing connection parameter'],
    [{ connection: 'nothing' }, 400, 'invalid_request', 'the connection was not found'],
    [{ scope: ['openid'] }, 400, 'invalid_request', 'scope parameter must be a string'],
    [{ scope: 'openid offline_access' }, 400, 'invalid_request', 'missing device parameter'],
    [{ client_id: 'nobody' }, 403, 'unauthorized_client', 'invalid client'],
    [{ client_id: 'spa' }, 403, 'unauthorized_client', expect.any(String)],
    [{ client_id: 'web' }, 401, 'invalid_client', expect.any(String)],
    [
      {
        grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
        username: undefined,
        password: undefined,
        device: 'My phone',
        id_token: 'e30.e30.e30',
      },
      400,
      'unsupported_grant_type',
      'specified strategy does not support requested operation',
    ],
  ])('refuses %j in the words of then', async (changes, status, error, description) => {
    await makeKnown();
    expect(await refusal(await trade(desk.code(), changes))).toEqual([status, error, description]);
    expect(await desk.stage.prisma.account.count()).toBe(0);
  });

  it.each(
    ['password', 'username', 'connection', 'client_id'].flatMap((name) =>
      [null, [], ['x'], {}, { not: '' }, true, 0].map((value): [string, unknown] => [name, value]),
    ),
  )('OTP-14: %s is not %j', async (name, value) => {
    await makeKnown();
    expect((await trade(desk.code(), { [name]: value })).status).toBe(400);
  });

  it('gives a refresh token to a device that says its name', async () => {
    await makeKnown();
    const response = await trade(desk.code(), { scope: 'openid offline_access', device: 'My phone' });
    expect(await response.json()).toMatchObject({ refresh_token: expect.any(String) });
  });
});

it('/passwordless/verify trades a code in its documented form', async () => {
  await desk.start();
  const body = { grant_type: 'password', client_id: 'native', connection: 'email', username: 'ann@x.test' };
  const wrong = { ...body, password: otherThan(desk.code()) };
  expect(await refusal(await desk.post('/passwordless/verify', wrong))).toEqual([
    401,
    'invalid_user_password',
    'Wrong email or verification code.',
  ]);
  const response = await desk.post('/passwordless/verify', { ...body, password: desk.code() });
  expect(await response.json()).toMatchObject({ id_token: expect.any(String), token_type: 'bearer' });
});

describe('/api/users', () => {
  it('MGT-1: is for whoever may make users', async () => {
    expect(await refusal(await makeKnown({}, {}))).toEqual([401, 'invalid_token', 'Invalid token']);
    expect(await refusal(await makeKnown({}, { scopes: ['read:users'] }))).toEqual([
      403,
      'insufficient_scope',
      'Insufficient scope, expected any of: create:users',
    ]);
    expect(desk.messages).toEqual([]);
  });

  it.each<[Record<string, unknown>]>([
    [{ connection: undefined }],
    [{ connection: 'nothing' }],
    [{ phone_number: undefined }],
    [{ phone_number: '0151' }],
    [{ phone_number: [NUMBER] }],
    [{ phone_number: { not: '' } }],
  ])('refuses %j', async (changes) => {
    expect(await refusal(await makeKnown(changes))).toEqual([400, 'invalid_request', expect.any(String)]);
    expect(desk.messages).toEqual([]);
  });

  it('is answered alike for people with an account and blocked ones (ENU-1), and up to the limit', async () => {
    const email = { connection: 'email', email: 'ann@x.test' };
    await desk.stage.block((await desk.stage.signIn('ann@x.test')).accountId);
    expect((await makeKnown(email)).status).toBe(200);
    expect(desk.messages).toEqual([]);
    const limits = { starts_per_recipient_hour: 1 };
    const response = await makeKnown(email, { ...OPERATOR, limits });
    expect(response.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(response.status).toBe(429);
  });
});

it('all of it is gone where it is switched off', async () => {
  const off = { ...OPERATOR, legacy: false };
  const verify = { grant_type: 'password', client_id: 'native', connection: 'sms', username: NUMBER };
  for (const response of [
    await makeKnown({}, off),
    await trade('123456', {}, off),
    await desk.post('/passwordless/verify', verify, off),
  ])
    expect(await refusal(response)).toEqual([404, 'endpoint_disabled', expect.any(String)]);
  expect((await desk.start({}, off)).status).toBe(200);
});
