// What the audit log says of what happens at the endpoints: one row for each thing, with who it was about, who asked and from
// where, and none for what is nobody's business. On a real store.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PASSWORDLESS_OTP_GRANT } from '@/lib/oidc/vocabulary';
import { otherThan } from '@/tests/store/conformance/sign-in-desk';
import { type ApplicationDesk, openApplicationDesk, type Wish } from './application-desk';

let desk: ApplicationDesk;
beforeAll(async () => {
  desk = await openApplicationDesk();
});
beforeEach(() => desk.reset());
afterAll(() => desk?.close());

const HERE: Wish = { ip: '192.0.2.1' };
const PAGE = { ...HERE, headers: { Origin: 'https://spa.test' } };
const WEB = { client_id: 'web', client_secret: 's3cret' };
const OFFLINE = { scope: 'openid offline_access' };

/** Rows since it was asked last, without what each test would have to make up. */
async function told() {
  const { prisma } = desk.stage;
  const rows = await prisma.logEvent.findMany({ orderBy: { type: 'asc' } });
  await prisma.logEvent.deleteMany();
  return rows.map(({ type, clientId, accountId, ip }) => ({
    type,
    clientId,
    ip,
    ...(accountId !== null && { account: accountId.split('|')[0] }),
  }));
}

/** One thing that happens, and what has to have happened before it. */
type Happening = Readonly<{ before?: () => Promise<unknown>; act: () => Promise<unknown> }>;

const start = (wish: Wish = HERE) => desk.start({}, wish);
const trade = (body = {}, wish: Wish = HERE) => desk.trade(desk.code(), body, wish);

async function signIn(body = {}): Promise<Response> {
  await start();
  return trade(body);
}

const refresh = (refresh_token: string) =>
  desk.post('/oauth/token', { grant_type: 'refresh_token', client_id: 'native', refresh_token }, HERE);

let refreshToken = '';
const beOffline = async () => {
  refreshToken = (await (await signIn(OFFLINE)).json()).refresh_token;
};

let browser: Awaited<ReturnType<ApplicationDesk['press']>>;
const press = async () => {
  browser = await desk.press(HERE);
};
const redeem = () => desk.redeem(browser.authorizationCode, {}, HERE);

const native = { clientId: 'native', ip: '192.0.2.1' };
const web = { clientId: 'web', ip: '192.0.2.1' };
const ann = { account: 'email' };

const HAPPENINGS: Readonly<Record<string, Happening & { rows: object[] }>> = {
  'a code is sent by e-mail': { act: start, rows: [{ ...native, type: 'cls' }] },
  'a code is sent by text message': {
    act: () => desk.start({ connection: 'sms', phone_number: '+4915112345678', email: undefined }, HERE),
    rows: [{ ...native, type: 'cs' }],
  },
  'nothing is sent, because sign-up is closed': {
    act: () =>
      desk.post('/otp/challenge', { client_id: 'native', connection: 'email', email: 'ann@x.test' }, HERE),
    rows: [{ ...native, type: 'f' }],
  },
  'a request is refused before anything happens': {
    act: () => desk.start({ connection: 'nothing' }, HERE),
    rows: [],
  },
  'somebody signs in for the first time': {
    before: start,
    act: trade,
    rows: [{ ...native, ...ann, type: 'ss' }],
  },
  'somebody signs in again': {
    async before() {
      await signIn();
      await start();
    },
    act: trade,
    rows: [{ ...native, ...ann, type: 's' }],
  },
  'somebody signs in as of old': {
    before: start,
    act: () =>
      desk.post(
        '/oauth/ro',
        {
          client_id: 'native',
          username: 'ann@x.test',
          password: desk.code(),
          connection: 'email',
          grant_type: 'password',
        },
        HERE,
      ),
    rows: [{ ...native, ...ann, type: 'ss' }],
  },
  'somebody signs in by a press, and the client is answered with that session': {
    act: press,
    rows: [
      { ...web, type: 'cls' },
      { ...web, ...ann, type: 'ss' },
      { ...web, ...ann, type: 'ssa' },
    ],
  },
  'a code is wrong': {
    before: start,
    act: () => desk.trade(otherThan(desk.code()), {}, HERE),
    rows: [{ ...native, type: 'f' }],
  },
  'a code is checked, and wrong': {
    before: start,
    act: () =>
      desk.post(
        '/passwordless/verify',
        {
          client_id: 'native',
          connection: 'email',
          email: 'ann@x.test',
          verification_code: otherThan(desk.code()),
        },
        HERE,
      ),
    rows: [{ ...native, type: 'f' }],
  },
  'a code is wrong in a page of the client': {
    before: () => desk.start({ client_id: 'spa' }, PAGE),
    act: () =>
      desk.post(
        '/co/authenticate',
        {
          client_id: 'spa',
          credential_type: PASSWORDLESS_OTP_GRANT,
          username: 'ann@x.test',
          realm: 'email',
          otp: otherThan(desk.code()),
        },
        PAGE,
      ),
    rows: [{ ...native, clientId: 'spa', type: 'f' }],
  },
  'guesses are over, however often it is tried': {
    before: start,
    async act() {
      const wish = { ...HERE, limits: { guesses_per_identifier: 1 } };
      for (let guess = 0; guess < 5; guess++) await desk.trade(otherThan(desk.code()), {}, wish);
    },
    rows: [
      { ...native, type: 'f' },
      { ...native, type: 'limit_wc' },
    ],
  },
  'a network has asked for enough': {
    async act() {
      const wish = { ...HERE, limits: { starts_per_ip: 1 } };
      for (let at = 0; at < 5; at++) await desk.start({ email: `p${at}@x.test` }, wish);
    },
    rows: [
      { ...native, type: 'api_limit' },
      { ...native, type: 'cls' },
    ],
  },
  'a client does not know its secret, once too often': {
    async act() {
      const wish = { ip: '192.0.2.9', limits: { wrong_secrets: 1 } };
      for (let at = 0; at < 5; at++)
        await desk.post('/oauth/revoke', { ...WEB, client_secret: 'x', token: 'x' }, wish);
    },
    rows: [{ clientId: 'web', ip: '192.0.2.9', type: 'api_limit' }],
  },
  'an authorization code is redeemed': {
    before: press,
    act: redeem,
    rows: [{ ...web, ...ann, type: 'seacft' }],
  },
  'an authorization code is used again': {
    async before() {
      await press();
      await redeem();
    },
    act: redeem,
    rows: [{ ...web, ...ann, type: 'feacft' }],
  },
  'a refresh token is exchanged': {
    before: beOffline,
    act: () => refresh(refreshToken),
    rows: [{ ...native, ...ann, type: 'sertft' }],
  },
  'a refresh token is used again, when its successor is long in use': {
    async before() {
      await beOffline();
      await refresh(refreshToken);
      desk.stage.pass(60);
    },
    act: () => refresh(refreshToken),
    rows: [{ ...native, ...ann, type: 'ferrt' }],
  },
  'a refresh token is dead': {
    async before() {
      await beOffline();
      await desk.post('/oauth/revoke', { client_id: 'native', token: refreshToken }, HERE);
    },
    act: () => refresh(refreshToken),
    rows: [{ ...native, ...ann, type: 'fertft' }],
  },
  'somebody signs out': {
    before: press,
    act: () => desk.send('/v2/logout?client_id=web', { headers: { Cookie: browser.cookie } }, HERE),
    rows: [{ ...web, ...ann, type: 'slo' }],
  },
};

describe.each(Object.entries(HAPPENINGS))('%s', (_, { before, act, rows }) => {
  it('LOG-2: is told once, with who and from where', async () => {
    await before?.();
    await told();
    await act();
    expect(await told()).toEqual(rows);
  });
});
