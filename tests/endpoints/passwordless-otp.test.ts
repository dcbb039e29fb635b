// The passwordless OTP grant on a real store that two processes share.
import { decodeJwt } from 'jose';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { emailConnection } from '@/tests/memory/connections';
import { otherThan } from '@/tests/store/conformance/sign-in-desk';
import { type ApplicationDesk, openApplicationDesk, refusal } from './application-desk';

let desk: ApplicationDesk;
beforeAll(async () => {
  desk = await openApplicationDesk();
});
beforeEach(() => desk.reset());
afterEach(async () => expect(await desk.stage.findSecretsAtRest()).toEqual([]));
afterAll(() => desk?.close());

const WEB = { client_id: 'web', client_secret: 's3cret' };
const WRONG = [403, 'invalid_grant', 'Wrong email or verification code.'];
const TOO_MANY = [
  403,
  'invalid_grant',
  "You've reached the maximum number of attempts. Please try to login again.",
];

/** How many answers there are of each status. */
function countStatuses(responses: readonly Response[]): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const { status } of responses) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

describe('a right code', () => {
  it('becomes tokens, and a first login an account', async () => {
    await desk.start();
    const response = await desk.trade(desk.code(), { scope: 'openid profile email offline_access' });
    expect(response.status).toBe(200);
    expect(response.headers.get('cache-control')).toBe('no-store');
    const body = await response.json();
    expect(body).toEqual({
      access_token: expect.any(String),
      id_token: expect.any(String),
      refresh_token: expect.any(String),
      token_type: 'Bearer',
      expires_in: 86_400,
      scope: 'openid profile email offline_access',
    });
    const claims = decodeJwt(body.id_token);
    expect(claims).toMatchObject({
      sub: expect.stringMatching(/^email\|[0-9a-f]{24}$/),
      aud: 'native',
      email: 'ann@x.test',
      email_verified: true,
    });
    expect(claims).not.toHaveProperty('sid');
    const { prisma, events } = desk.stage;
    expect(await prisma.session.count()).toBe(0);
    expect(await prisma.account.findMany()).toMatchObject([{ id: claims.sub, loginsCount: 1 }]);
    expect(await prisma.tokenFamily.findMany()).toMatchObject([
      { clientId: 'native', accountId: claims.sub, sessionId: null, refreshSequence: 0 },
    ]);
    expect(await events()).toEqual({ cls: 1, ss: 1 });
  });

  it('gives a refresh token that is exchanged as any other', async () => {
    await desk.start();
    const first = await (await desk.trade(desk.code(), { scope: 'openid offline_access' })).json();
    const exchange = { grant_type: 'refresh_token', client_id: 'native', refresh_token: first.refresh_token };
    const response = await desk.post('/oauth/token', exchange, { form: true });
    expect(response.status).toBe(200);
    const next = await response.json();
    expect(decodeJwt(next.id_token)).toMatchObject({ sub: decodeJwt(first.id_token).sub });
  });

  it('gives neither refresh nor ID token that was not asked for, and what was granted by default', async () => {
    await desk.start();
    const body = await (await desk.trade(desk.code(), { scope: 'email' })).json();
    expect(Object.keys(body).sort()).toEqual(['access_token', 'expires_in', 'scope', 'token_type']);
    desk.stage.pass(31);
    await desk.start();
    expect(await (await desk.trade(desk.code())).json()).toMatchObject({ scope: 'openid profile email' });
  });

  it('RFT-9: gives no refresh token to a client that may not use one', async () => {
    const trusted = { ...WEB, client_id: 'trusted' };
    await desk.start(trusted);
    const response = await desk.trade(desk.code(), { ...trusted, scope: 'openid offline_access' });
    const body = await response.json();
    expect(body).toMatchObject({ scope: 'openid', id_token: expect.any(String) });
    expect(body).not.toHaveProperty('refresh_token');
  });

  it('is traded by the request of Auth0’s own guide as it is typed there', async () => {
    await desk.start(WEB);
    const response = await desk.trade(desk.code(), { ...WEB, scopes: 'openid profile', redirect_uri: 'x' });
    expect(await response.json()).toMatchObject({ scope: 'openid profile', id_token: expect.any(String) });
  });

  it('for a number is right in the realm sms', async () => {
    const sms = { connection: 'sms', email: undefined, phone_number: '+4915112345678' };
    await desk.start(sms);
    const proof = { username: '+4915112345678', realm: 'sms', scope: 'openid phone' };
    expect(await refusal(await desk.trade(otherThan(desk.code()), proof))).toEqual([
      403,
      'invalid_grant',
      'Wrong phone number or verification code.',
    ]);
    const { id_token } = await (await desk.trade(desk.code(), proof)).json();
    expect(decodeJwt(id_token)).toMatchObject({
      sub: expect.stringMatching(/^sms\|/),
      phone_number: '+4915112345678',
      phone_number_verified: true,
    });
  });

  it('IDN-1: is right for every spelling of the address', async () => {
    await desk.start({ email: 'Ann@X.test' });
    expect((await desk.trade(desk.code(), { username: ' aNN@x.TEST ' })).status).toBe(200);
  });

  it('OTP-15: is right with a space or in full-width digits; a long one is refused at once', async () => {
    await desk.start();
    expect((await desk.trade(`${desk.code().slice(0, 3)} ${desk.code().slice(3)}`)).status).toBe(200);
    expect(await refusal(await desk.trade('1'.repeat(100)))).toEqual(WRONG);
    expect((await desk.trade('1'.repeat(10_000))).status).toBe(400);
  });

  it('OTP-10: is right once', async () => {
    await desk.start();
    expect((await desk.trade(desk.code())).status).toBe(200);
    expect(await refusal(await desk.trade(desk.code()))).toEqual(WRONG);
  });

  it('OTP-10: of fifty at once over two processes one gets tokens', async () => {
    await desk.start();
    const traded = await desk.stage.atOnce(50, (on) => desk.trade(desk.code(), {}, { on }));
    expect(countStatuses(traded)).toEqual({ 200: 1, 403: 49 });
    expect(await desk.stage.prisma.tokenFamily.count()).toBe(1);
    expect(await desk.stage.prisma.account.findMany()).toMatchObject([{ loginsCount: 1 }]);
  });

  it('OTP-9: is wrong for another client, another address and another realm', async () => {
    await desk.start();
    const [code] = [desk.code()];
    expect(await refusal(await desk.trade(code, WEB))).toEqual(WRONG);
    expect(await refusal(await desk.trade(code, { username: 'bob@x.test' }))).toEqual(WRONG);
    expect((await desk.trade(code, { username: '+4915112345678', realm: 'sms' })).status).toBe(403);
    await desk.start(WEB);
    expect(desk.code()).not.toBe(code);
    expect((await desk.trade(code)).status).toBe(200);
  });

  it('OTP-9: is wrong in another connection that knows the address as well', async () => {
    const both = {
      connections: [emailConnection(), emailConnection({ id: 'con_members', name: 'members' })],
    };
    await desk.start({}, both);
    expect(await refusal(await desk.trade(desk.code(), { realm: 'members' }, both))).toEqual(WRONG);
    expect((await desk.trade(desk.code(), {}, both)).status).toBe(200);
  });

  it('OTP-9: of a login on our own pages is wrong here', async () => {
    await desk.stage.ask('ann@x.test');
    expect(await refusal(await desk.trade('123456'))).toEqual(WRONG);
  });

  it('OTP-11: that is too old is told so, with no house-keeping', async () => {
    await desk.start();
    desk.stage.pass(600);
    expect(await refusal(await desk.trade(desk.code()))).toEqual([
      403,
      'invalid_grant',
      'The verification code has expired. Please try to login again.',
    ]);
    expect(await refusal(await desk.trade(otherThan(desk.code())))).toEqual(WRONG);
  });

  it('of somebody whom an operator blocks meanwhile gets no tokens', async () => {
    await desk.start();
    await desk.stage.block((await desk.stage.signIn('ann@x.test')).accountId);
    expect(await refusal(await desk.trade(desk.code()))).toEqual([403, 'unauthorized', 'user is blocked']);
    expect(await desk.stage.prisma.tokenFamily.count()).toBe(0);
  });

  it('leaves no trace of code or address in log and counters (LOG-1)', async () => {
    await desk.start({}, { ip: '192.0.2.7' });
    const code = desk.code();
    await desk.trade(otherThan(code), {}, { ip: '192.0.2.7' });
    await desk.trade(code, {}, { ip: '192.0.2.7' });
    const dump = await desk.stage.dump();
    expect(dump.filter(({ row }) => new RegExp(`\\b${code}\\b`).test(row))).toEqual([]);
  });
});

describe('guesses', () => {
  it('OTP-2: are five, then the right code is refused as a wrong one is, and a new one is right', async () => {
    await desk.start();
    const code = desk.code();
    for (let guess = 0; guess < 5; guess++)
      expect(await refusal(await desk.trade(otherThan(code)))).toEqual(WRONG);
    expect(await refusal(await desk.trade(code))).toEqual(TOO_MANY);
    expect(await refusal(await desk.trade(otherThan(code)))).toEqual(TOO_MANY);
    await desk.start();
    expect(desk.code()).not.toBe(code);
    expect((await desk.trade(desk.code())).status).toBe(200);
  });

  it('OTP-3: of fifty at once over two processes five are compared', async () => {
    await desk.start();
    const wrong = otherThan(desk.code());
    const traded = await desk.stage.atOnce(50, (on) => desk.trade(wrong, {}, { on }));
    const told = await Promise.all(traded.map(refusal));
    expect(told.filter(([, , description]) => description.startsWith('Wrong'))).toHaveLength(5);
    expect(await desk.stage.prisma.challenge.findFirst()).toMatchObject({ attempts: 5, provenAt: null });
  });

  it('OTP-4: are not compared, and so not counted, where another parameter is refused', async () => {
    await desk.start();
    const wrong = otherThan(desk.code());
    for (let guess = 0; guess < 6; guess++)
      expect((await desk.trade(wrong, { audience: 'https://nobody.test' })).status).toBe(403);
    expect(await desk.stage.prisma.challenge.findFirst()).toMatchObject({ attempts: 0 });
    expect((await desk.trade(desk.code())).status).toBe(200);
  });

  it('OTP-5: asking again gives no new ones while the code lives', async () => {
    await desk.start();
    const wrong = otherThan(desk.code());
    for (let guess = 0; guess < 4; guess++) await desk.trade(wrong);
    desk.stage.pass(31);
    await desk.start();
    expect(await refusal(await desk.trade(wrong))).toEqual(WRONG);
    expect(await refusal(await desk.trade(desk.code()))).toEqual(TOO_MANY);
  });

  it('OTP-5: are of one budget over clients, spellings and our own pages', async () => {
    const limits = { guesses_per_identifier: 3 };
    await desk.start({ email: 'ann@x.test' });
    await desk.trade(otherThan(desk.code()), {}, { limits });
    await desk.start({ ...WEB, email: 'ann+news@x.test' });
    await desk.trade(otherThan(desk.code()), { ...WEB, username: 'ANN+news@x.test' }, { limits });
    await desk.start({ ...WEB, email: 'ann@x.test' });
    await desk.trade(otherThan(desk.code()), WEB, { limits });
    const response = await desk.trade(desk.code(), WEB, { limits });
    expect(response.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(await refusal(response)).toEqual([
      429,
      'too_many_attempts',
      'Your account has been blocked after multiple consecutive login attempts.',
    ]);
    expect((await desk.trade(desk.code(), WEB)).status).toBe(200);
  });

  it('OTP-6: are counted by network for a client without a secret', async () => {
    const limits = { guesses_per_ip: 1 };
    await desk.start();
    const guess = (ip: string, body = {}) => desk.trade(otherThan(desk.code()), body, { ip, limits });
    expect((await guess('2001:db8::1')).status).toBe(403);
    expect((await guess('2001:db8::2')).status).toBe(429);
    expect((await guess('192.0.2.1')).status).toBe(403);
    await desk.start(WEB);
    for (let times = 0; times < 3; times++) expect((await guess('2001:db8::1', WEB)).status).toBe(403);
  });

  it('RLM-4: are counted by the network that a client names whose word is taken', async () => {
    const trusted = { ...WEB, client_id: 'trusted' };
    await desk.start(trusted);
    const guess = (address: string) =>
      desk.trade(otherThan(desk.code()), trusted, {
        limits: { guesses_per_ip: 1 },
        headers: { 'auth0-forwarded-for': address },
      });
    expect((await guess('198.51.100.1')).status).toBe(403);
    expect((await guess('198.51.100.1')).status).toBe(429);
    expect((await guess('198.51.100.2')).status).toBe(403);
  });
});

describe('OTP-14: what never is a code, a name, a realm or a client', () => {
  const values: unknown[] = [
    undefined,
    '',
    null,
    [],
    ['123456'],
    {},
    { not: '' },
    { contains: '' },
    { gt: '' },
    true,
    0,
  ];
  const names = ['otp', 'username', 'realm', 'client_id'];
  it.each(names.flatMap((name) => values.map((value): [string, unknown] => [name, value])))(
    '%s: %j',
    async (name, value) => {
      await desk.start();
      const response = await desk.trade(desk.code(), { [name]: value });
      expect(await refusal(response)).toEqual([400, 'invalid_request', expect.any(String)]);
      expect(await desk.stage.prisma.account.count()).toBe(0);
    },
  );

  it.each(['otp[not]=x', 'otp[]=123456', 'otp=1&otp=2'])('the form %s (CLI-7)', async (form) => {
    const rest = 'grant_type=http%3A%2F%2Fauth0.com%2Foauth%2Fgrant-type%2Fpasswordless%2Fotp';
    const body = `${rest}&client_id=native&username=ann%40x.test&realm=email&${form}`;
    expect((await desk.post('/oauth/token', body, { form: true })).status).toBe(400);
  });
});

describe('a request that may not be served', () => {
  it.each([
    ['a realm that is none', { realm: 'database' }, 400, 'invalid_request'],
    ['an API that is none', { audience: 'https://nobody.test' }, 403, 'access_denied'],
    ['a wrong secret', { ...WEB, client_secret: 'no' }, 401, 'invalid_client'],
    ['a client without its secret', { client_id: 'web' }, 401, 'invalid_client'],
    ['a client without the grant', { client_id: 'plain', client_secret: 's3cret' }, 401, 'invalid_client'],
    ['a single-page application', { client_id: 'spa' }, 403, 'unauthorized_client'],
  ])('CLI-6: %s', async (_, changes, status, error) => {
    await desk.start();
    const response = await desk.trade(desk.code(), changes);
    expect(await refusal(response)).toEqual([status, error, expect.any(String)]);
    expect(await desk.stage.prisma.account.count()).toBe(0);
  });

  it('CLI-6: of a client without the grant is told so once the client is known', async () => {
    const headers = { Authorization: `Basic ${btoa('plain:s3cret')}` };
    const response = await desk.trade('123456', { client_id: 'plain' }, { headers });
    expect(await refusal(response)).toEqual([403, 'unauthorized_client', expect.any(String)]);
  });
});

it('OTP-13, ENU-1: a wrong code, an address that asked for none and no address are refused alike', async () => {
  await desk.start();
  expect(await refusal(await desk.trade(otherThan(desk.code())))).toEqual(WRONG);
  expect(await refusal(await desk.trade('123456', { username: 'nobody@x.test' }))).toEqual(WRONG);
  expect(await refusal(await desk.trade('123456', { username: 'no address' }))).toEqual(WRONG);
});
