// POST /co/authenticate and the login tickets it gives, on a real store that two processes share.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PASSWORDLESS_OTP_GRANT } from '@/lib/oidc/vocabulary';
import { otherThan } from '@/tests/store/conformance/sign-in-desk';
import { type ApplicationDesk, openApplicationDesk, refusal, type Wish } from './application-desk';

let desk: ApplicationDesk;
beforeAll(async () => {
  desk = await openApplicationDesk();
});
beforeEach(() => desk.reset());
afterEach(async () => expect(await desk.stage.findSecretsAtRest()).toEqual([]));
afterAll(() => desk?.close());

const PAGE = 'https://spa.test';
const FROM_PAGE = { headers: { Origin: PAGE } };

const authenticate = (otp: unknown, body: Readonly<Record<string, unknown>> = {}, wish: Wish = FROM_PAGE) =>
  desk.post(
    '/co/authenticate',
    {
      client_id: 'spa',
      credential_type: PASSWORDLESS_OTP_GRANT,
      username: 'ann@x.test',
      realm: 'email',
      otp,
      ...body,
    },
    wish,
  );

async function ticket(): Promise<string> {
  await desk.start({ client_id: 'spa' }, FROM_PAGE);
  return (await (await authenticate(desk.code())).json()).login_ticket;
}

/** The page sends its browser on. */
function authorize(
  login_ticket: string,
  { page = `${PAGE}/login`, ...changes }: Record<string, string | null> = {},
  wish: Wish = {},
): Promise<Response> {
  const query = new URLSearchParams({
    client_id: 'spa',
    redirect_uri: 'https://spa.test/cb',
    response_type: 'code',
    scope: 'openid',
    state: 'S1',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
    realm: 'email',
    login_ticket,
    ...(changes as Record<string, string>),
  });
  const headers: Record<string, string> = page === null ? {} : { Referer: page };
  return desk.send(`/authorize?${query}`, { headers }, wish);
}

function callback(response: Response): Record<string, string> {
  const location = new URL(response.headers.get('location') ?? '');
  expect(location.origin).toBe('https://spa.test');
  return Object.fromEntries(location.searchParams);
}

const REFUSED = {
  error: 'access_denied',
  error_description: 'Unknown or invalid login ticket.',
  state: 'S1',
  iss: 'https://op.test/',
};

describe('a code typed in a page of the client', () => {
  it('becomes a ticket, which its scripts may read although they sent cookies', async () => {
    await desk.start({ client_id: 'spa' }, FROM_PAGE);
    const response = await authenticate(desk.code());
    expect(response.status).toBe(200);
    expect(response.headers.get('access-control-allow-origin')).toBe(PAGE);
    expect(response.headers.get('access-control-allow-credentials')).toBe('true');
    expect(response.headers.get('set-cookie')).toBeNull();
    expect(await response.json()).toEqual({
      login_ticket: expect.stringMatching(/^[\w-]{56}$/),
      co_verifier: expect.any(String),
      co_id: expect.any(String),
    });
    expect(await desk.stage.prisma.session.count()).toBe(0);
  });

  it('OTP-2, OTP-5: is a guess, of the same number as everywhere', async () => {
    await desk.start({ client_id: 'spa' }, FROM_PAGE);
    const wrong = otherThan(desk.code());
    for (let guess = 0; guess < 5; guess++)
      expect(await refusal(await authenticate(wrong))).toEqual([
        403,
        'access_denied',
        'Wrong email or verification code.',
      ]);
    expect(await refusal(await authenticate(desk.code()))).toEqual([
      403,
      'access_denied',
      expect.stringContaining('maximum number'),
    ]);
  });

  it.each([
    { scope: 'openid' },
    { realm: undefined },
    { otp: '' },
    { credential_type: 'password' },
    { username: ['ann@x.test'] },
    { otp: { not: '' } },
    { otp: null },
  ])('OTP-14: is asked about with exactly five parameters (%j)', async (changes) => {
    await desk.start({ client_id: 'spa' }, FROM_PAGE);
    const told = await refusal(await authenticate(desk.code(), changes));
    expect(told).toEqual([400, 'invalid_request', expect.any(String)]);
  });

  it('SMS-2, HDR-3: is taken from pages of the client and from no others', async () => {
    for (const headers of [{ Origin: 'https://evil.test' }, { Origin: 'null' }, {}]) {
      const response = await authenticate('123456', {}, { headers: headers as Record<string, string> });
      expect(response.status).toBe(403);
      expect(response.headers.get('access-control-allow-origin')).toBeNull();
      expect(response.headers.get('access-control-allow-credentials')).toBeNull();
    }
    expect((await authenticate('123456', { client_id: 'native' }, { headers: {} })).status).toBe(403);
    // A page that may call, and no more.
    const docs = { headers: { Origin: 'https://docs.test' } };
    expect(await refusal(await authenticate('123456', {}, docs))).toEqual([
      403,
      'access_denied',
      'This is no web origin of the client.',
    ]);
    // One that can keep a secret has no page to type a code into, and one that was not allowed has none either.
    for (const [client_id, page] of [
      ['web', 'https://rp.test'],
      ['hosted', PAGE],
    ] as const)
      expect(
        await refusal(await authenticate('123456', { client_id }, { headers: { Origin: page } })),
      ).toEqual([403, 'unauthorized_client', 'Cross-origin login is not allowed for this client.']);
    expect((await authenticate('123456', { client_id: 'nobody' })).status).toBe(403);
    const preflight = (path: string) => desk.send(path, { method: 'OPTIONS', headers: { Origin: PAGE } });
    expect((await preflight('/co/authenticate')).headers.get('access-control-allow-credentials')).toBe(
      'true',
    );
    expect((await preflight('/oauth/token')).headers.get('access-control-allow-credentials')).toBeNull();
  });
});

describe('a login ticket', () => {
  it('signs in the browser that the page sends on, and gives its client a code', async () => {
    const response = await authorize(await ticket());
    expect(callback(response)).toEqual({ code: expect.any(String), state: 'S1', iss: 'https://op.test/' });
    expect(response.headers.get('set-cookie')).toMatch(/^__Host-session=/);
    expect(await desk.stage.prisma.account.count()).toBe(1);
    const { sessionId } = await desk.stage.prisma.authorizationCode.findFirstOrThrow();
    expect(await desk.stage.prisma.session.findFirst()).toMatchObject({ id: sessionId, amr: ['otp'] });
  });

  it('is good once, also at once over two processes', async () => {
    const issued = await ticket();
    const answers = await desk.stage.atOnce(20, (on) => authorize(issued, {}, { on }));
    const told = answers.map(callback);
    expect(told.filter((parameters) => 'code' in parameters)).toHaveLength(1);
    expect(told.filter(({ error }) => error === 'access_denied')).toHaveLength(19);
    expect(await desk.stage.prisma.session.count()).toBe(1);
  });

  it('is good for two minutes', async () => {
    const issued = await ticket();
    desk.stage.pass(121);
    expect(callback(await authorize(issued))).toEqual(REFUSED);
    desk.stage.pass(-1);
    expect(callback(await authorize(issued))).toHaveProperty('code');
  });

  it.each<[string, string | null]>([
    ['another page', 'https://evil.test/'],
    ['a page that hides where it is', null],
    ['no page', 'about:blank'],
  ])('MAG-4: of somebody else signs nobody in from %s', async (_, page) => {
    const issued = await ticket();
    const response = await authorize(issued, { page });
    expect(callback(response)).toEqual(REFUSED);
    expect(response.headers.get('set-cookie')).toBeNull();
    expect(await desk.stage.prisma.session.count()).toBe(0);
  });

  it('OTP-9: is none at another client, not even at one of the same page', async () => {
    const issued = await ticket();
    const response = await authorize(issued, { client_id: 'hosted' });
    expect(callback(response)).toEqual(REFUSED);
    expect(response.headers.get('set-cookie')).toBeNull();
    expect(callback(await authorize(issued))).toHaveProperty('code');
  });

  it('is none when it is changed, made up, or the link of a message', async () => {
    const issued = await ticket();
    const asked = await desk.stage.ask('bob@x.test');
    for (const other of [
      issued.slice(0, -1) + (issued.endsWith('x') ? 'y' : 'x'),
      'x',
      asked.challengeId,
      'A'.repeat(56),
    ])
      expect(callback(await authorize(other))).toEqual(REFUSED);
  });

  it('of a code that nobody had checked is none', async () => {
    const issued = await ticket();
    await desk.stage.prisma.challenge.updateMany({ data: { checkedAt: null } });
    expect(callback(await authorize(issued))).toEqual(REFUSED);
  });
});
