// Every endpoint that limits how often something may be tried: the refusal says when it is worth trying again, that moment comes
// nearer, and then it is true. On a real store that two processes share.
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

/** Twice and no more. */
const LIMITS = {
  starts_per_ip: 2,
  starts_per_recipient_hour: 2,
  guesses_per_identifier: 2,
  wrong_secrets: 2,
  failed_redemptions: 2,
};

/** One thing that may be tried twice, by whoever comes from this network. */
type Attempt = Readonly<{ prepare?: () => Promise<unknown>; attempt: (wish: Wish) => Promise<Response> }>;

let people = 0;
const newAddress = () => `person${++people}@x.test`;
const start = () => desk.start();
const wrong = () => otherThan(desk.code());
const SPA = 'https://spa.test';
const fromSpa = (wish: Wish) => ({ ...wish, headers: { Origin: SPA } });

/** A request of a client that does not know its secret. */
const asClient =
  (path: string, body: Readonly<Record<string, string>>) =>
  (wish: Wish): Promise<Response> =>
    desk.post(path, { client_id: 'web', client_secret: 'wrong', ...body }, { ...wish, form: true });

const ATTEMPTS: Readonly<Record<string, Attempt>> = {
  'a code is asked for': { attempt: (wish) => desk.start({ email: newAddress() }, wish) },
  'a challenge is asked for': {
    attempt: (wish) =>
      desk.post('/otp/challenge', { client_id: 'native', connection: 'email', email: newAddress() }, wish),
  },
  'somebody is made known': {
    async attempt(wish) {
      desk.stage.pass(31); // sooner nothing is sent, and nothing counted
      const body = { connection: 'email', email: 'ann@x.test' };
      return desk.post('/api/users', body, { ...wish, scopes: ['create:users'] });
    },
  },
  'a wrong code is traded': { prepare: start, attempt: (wish) => desk.trade(wrong(), {}, wish) },
  'a wrong code is traded of old': {
    prepare: start,
    attempt: (wish) =>
      desk.post(
        '/oauth/ro',
        {
          client_id: 'native',
          username: 'ann@x.test',
          password: wrong(),
          connection: 'email',
          grant_type: 'password',
        },
        wish,
      ),
  },
  'a wrong code is checked': {
    prepare: start,
    attempt: (wish) =>
      desk.post(
        '/passwordless/verify',
        { client_id: 'native', connection: 'email', email: 'ann@x.test', verification_code: wrong() },
        wish,
      ),
  },
  'a wrong code is typed in a page of the client': {
    prepare: () => desk.start({ client_id: 'spa' }, { headers: { Origin: SPA } }),
    attempt: (wish) =>
      desk.post(
        '/co/authenticate',
        {
          client_id: 'spa',
          credential_type: PASSWORDLESS_OTP_GRANT,
          username: 'ann@x.test',
          realm: 'email',
          otp: wrong(),
        },
        fromSpa(wish),
      ),
  },
  'a wrong secret comes to /oauth/token': {
    attempt: asClient('/oauth/token', { grant_type: 'authorization_code', code: 'x' }),
  },
  'a wrong secret comes to /oauth/revoke': { attempt: asClient('/oauth/revoke', { token: 'x' }) },
  'a wrong secret comes to /oauth/introspect': { attempt: asClient('/oauth/introspect', { token: 'x' }) },
  'a wrong secret comes to /oauth/par': { attempt: asClient('/oauth/par', { response_type: 'code' }) },
  'a wrong secret comes to /passwordless/start': {
    attempt: asClient('/passwordless/start', { connection: 'email', email: 'ann@x.test' }),
  },
  'a code cannot be redeemed': {
    attempt: (wish) =>
      desk.post(
        '/oauth/token',
        { grant_type: 'authorization_code', client_id: 'web', client_secret: 's3cret', code: 'guess' },
        wish,
      ),
  },
};

let networks = 0;

describe.each(Object.entries(ATTEMPTS))('%s', (_, { prepare, attempt }) => {
  it('RLM-1: twice, then not until the moment that both processes name', async () => {
    await prepare?.();
    // What one network closed stays closed to it, whatever becomes of the store.
    const wish: Wish = { ip: `192.0.2.${++networks}`, limits: LIMITS };
    for (let time = 0; time < 2; time++) expect((await attempt(wish)).status).not.toBe(429);

    const waits: number[] = [];
    for (const on of [desk.stage.first, desk.stage.second]) {
      const refused = await attempt({ ...wish, on });
      expect([refused.status, refused.headers.get('cache-control')]).toEqual([429, 'no-store']);
      expect(await refused.json()).toEqual({
        error: expect.stringMatching(/^too_many_(requests|attempts)$/),
        error_description: expect.any(String),
      });
      waits.push(Number(refused.headers.get('retry-after')));
    }
    const [wait = 0, other = 0] = waits;
    expect(Math.abs(wait - other)).toBeLessThanOrEqual(31);
    expect(wait).toBeGreaterThan(0);

    desk.stage.pass(other - 32);
    await prepare?.(); // a code that is dead by now is not looked at
    expect((await attempt(wish)).status).toBe(429);
    desk.stage.pass(32);
    expect((await attempt(wish)).status).not.toBe(429);
  });
});
