// POST /otp/challenge and its form of the OTP grant, on a real store that two processes share.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { emailConnection, smsConnection } from '@/tests/memory/connections';
import { otherThan } from '@/tests/store/conformance/sign-in-desk';
import { type ApplicationDesk, openApplicationDesk, refusal, type Wish } from './application-desk';

let desk: ApplicationDesk;
beforeAll(async () => {
  desk = await openApplicationDesk();
});
beforeEach(() => desk.reset());
afterEach(async () => expect(await desk.stage.findSecretsAtRest()).toEqual([]));
afterAll(() => desk?.close());

const challenge = (body: Readonly<Record<string, unknown>> = {}, wish: Wish = {}) =>
  desk.post(
    '/otp/challenge',
    { client_id: 'native', connection: 'email', email: 'ann@x.test', allow_signup: true, ...body },
    wish,
  );

const session = async (body = {}, wish: Wish = {}): Promise<string> =>
  (await (await challenge(body, wish)).json()).auth_session;

const trade = (auth_session: unknown, otp: unknown, body = {}, wish: Wish = {}) =>
  desk.trade(otp, { auth_session, username: undefined, realm: undefined, ...body }, wish);

describe('a question with a session of its own', () => {
  it('is answered by its code, once', async () => {
    const response = await challenge();
    expect(response.status).toBe(200);
    const { auth_session, ...others } = await response.json();
    expect(auth_session).toMatch(/^[\w-]{56}$/);
    expect(others).toEqual({});
    const traded = await trade(auth_session, desk.code(), { scope: 'openid' });
    expect(traded.status).toBe(200);
    expect(await traded.json()).toMatchObject({ id_token: expect.any(String), scope: 'openid' });
    expect(await refusal(await trade(auth_session, desk.code()))).toEqual([
      400,
      'invalid_request',
      'Wrong email or verification code.',
    ]);
  });

  it('OTP-7, OTP-8: is used up by nobody who asked for the same address', async () => {
    const mine = await session();
    const code = desk.code();
    const theirs = await session();
    expect(theirs).not.toBe(mine);
    for (let guess = 0; guess < 6; guess++) await trade(theirs, otherThan(code));
    expect((await trade(mine, code)).status).toBe(200);
  });

  it('OTP-9: is answered neither by the code of another, nor for another client, nor without it', async () => {
    const mine = await session();
    const code = desk.code();
    await session();
    expect((await trade(mine, desk.code())).status).toBe(400);
    const web = { client_id: 'web', client_secret: 's3cret' };
    expect(await refusal(await trade(mine, code, web))).toEqual([400, 'invalid_request', expect.any(String)]);
    expect((await desk.trade(code)).status).toBe(403);
    expect((await trade(mine, code)).status).toBe(200);
  });

  it('OTP-3: has five guesses, also at once over two processes', async () => {
    const mine = await session();
    const wrong = otherThan(desk.code());
    const told = await Promise.all(
      (await desk.stage.atOnce(50, (on) => trade(mine, wrong, {}, { on }))).map(refusal),
    );
    expect(told.filter(([, , description]) => description.startsWith('Wrong'))).toHaveLength(5);
    expect(await refusal(await trade(mine, desk.code()))).toEqual([
      400,
      'invalid_request',
      expect.stringContaining('maximum number'),
    ]);
  });

  it('OTP-11: lives as long as its code', async () => {
    const mine = await session();
    desk.stage.pass(600);
    expect(await refusal(await trade(mine, desk.code()))).toEqual([
      400,
      'invalid_request',
      expect.stringContaining('expired'),
    ]);
  });

  it.each([undefined, '', null, [], {}, { not: '' }, true, 0, 'x', 'A'.repeat(56)])(
    'OTP-14: is not %j',
    async (auth_session) => {
      await session();
      expect(await refusal(await trade(auth_session, desk.code()))).toEqual([
        400,
        'invalid_request',
        expect.any(String),
      ]);
    },
  );
});

describe('ENU-1: whether there is an account', () => {
  it('shows neither with sign-up allowed nor without, nor for a blocked one', async () => {
    await desk.stage.signIn('known@x.test');
    await desk.stage.block((await desk.stage.signIn('block@x.test')).accountId);
    const closed = { connections: [emailConnection({ signUpOpen: false }), smsConnection()] };
    const asked = [
      ['known@x.test', false, {}],
      ['nobod@x.test', false, {}],
      ['nobod@x.test', undefined, {}],
      ['block@x.test', true, {}],
      ['other@x.test', true, closed],
    ] as const;
    const seen = new Set<string>();
    for (const [email, allow_signup, wish] of asked) {
      const response = await challenge({ email, allow_signup }, wish);
      const headers = [...response.headers].filter(([name]) => name !== 'x-request-id');
      const { auth_session } = await response.json();
      seen.add(JSON.stringify([response.status, headers, auth_session.length]));
      expect(await refusal(await trade(auth_session, '000000', {}, wish))).toEqual([
        400,
        'invalid_request',
        'Wrong email or verification code.',
      ]);
    }
    expect(seen.size).toBe(1);
    expect(desk.messages.map(({ recipient }) => recipient)).toEqual(['known@x.test']);
  });
});

it('SMS-2, CLI-6: a single-page application is heard from its own pages alone', async () => {
  for (const headers of [{}, { Origin: 'null' }, { Origin: 'https://evil.test' }]) {
    const response = await challenge({ client_id: 'spa' }, { headers: headers as Record<string, string> });
    expect(await refusal(response)).toEqual([403, 'access_denied', expect.any(String)]);
  }
  expect(desk.messages).toEqual([]);
  expect((await challenge({ client_id: 'spa' }, { headers: { Origin: 'https://spa.test' } })).status).toBe(
    200,
  );
});

it('SMS-1: a number of a country that is not texted to is refused, and nothing sent', async () => {
  const sms = { connection: 'sms', email: undefined, phone_number: '+447400123456' };
  const response = await challenge(sms, { served: ['DE'] });
  expect(await refusal(response)).toEqual([400, 'invalid_request', expect.any(String)]);
  expect(desk.messages).toEqual([]);
  expect(await desk.stage.prisma.challenge.count()).toBe(0);
});

it.each<[Record<string, unknown>, number, string]>([
  [{ connection: 'nothing' }, 400, 'invalid_connection'],
  [{ connection: undefined }, 400, 'invalid_request'],
  [{ email: 'ann' }, 400, 'invalid_request'],
  [{ email: ['ann@x.test'] }, 400, 'invalid_request'],
  [{ allow_signup: 'yes' }, 400, 'invalid_request'],
  [{ delivery_method: 'voice' }, 400, 'invalid_request'],
  [{ client_id: 'web' }, 401, 'invalid_client'],
  [{ client_id: 'nobody' }, 401, 'invalid_client'],
])('refuses %j', async (changes, status, error) => {
  expect(await refusal(await challenge(changes))).toEqual([status, error, expect.any(String)]);
  expect(desk.messages).toEqual([]);
});

it.each([
  [{ connection: undefined }, 'connection'],
  [{ email: 'ann' }, 'email'],
  [{ email: undefined }, 'email'],
  [{ allow_signup: 'yes' }, 'allow_signup'],
  [{ delivery_method: 'voice' }, 'delivery_method'],
])('names the field that is at fault: %j', async (changes, field) => {
  const refused = await (await challenge(changes)).json();
  expect(refused.validation_errors).toEqual([{ field, message: refused.error_description }]);
});

it('RLM-1: asks one person ten times an hour, and one network fifty times', async () => {
  for (let times = 0; times < 10; times++) expect((await challenge()).status).toBe(200);
  const response = await challenge();
  expect(response.headers.get('retry-after')).toMatch(/^\d+$/);
  expect(await refusal(response)).toEqual([429, 'too_many_requests', expect.any(String)]);
  const wish = { ip: '192.0.2.7', limits: { starts_per_ip: 1 } };
  expect((await challenge({ email: 'bob@x.test' }, wish)).status).toBe(200);
  expect((await challenge({ email: 'carl@x.test' }, wish)).status).toBe(429);
});
