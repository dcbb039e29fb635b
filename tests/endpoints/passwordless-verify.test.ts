// POST /passwordless/verify and the address it leads to, on a real store that two processes share.
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

const WEB = { client_id: 'web', client_secret: 's3cret' };
const SPA = 'https://spa.test';
const FROM_SPA = { headers: { Origin: SPA } };
const WRONG = 'Wrong email or verification code.';

/** Asks whether a code is right, as a script of the single-page application. */
const verify = (code: unknown, body: Readonly<Record<string, unknown>> = {}, wish: Wish = FROM_SPA) =>
  desk.post(
    '/passwordless/verify',
    { client_id: 'spa', connection: 'email', email: 'ann@x.test', verification_code: code, ...body },
    wish,
  );

const startInSpa = () => desk.start({ client_id: 'spa' }, FROM_SPA);

describe('a code that is asked about', () => {
  it('is told to be right, and is right still', async () => {
    await startInSpa();
    for (let times = 0; times < 6; times++) {
      const response = await verify(desk.code());
      expect([response.status, await response.json()]).toEqual([200, {}]);
    }
    expect(await desk.stage.prisma.challenge.findFirst()).toMatchObject({
      attempts: 0,
      provenAt: null,
      checkedOrigin: SPA,
    });
  });

  it('OTP-2: is a guess when it is wrong; after five the right one is refused as a wrong one', async () => {
    await startInSpa();
    const wrong = otherThan(desk.code());
    for (let guess = 0; guess < 5; guess++)
      expect(await refusal(await verify(wrong))).toEqual([400, 'bad.verification_code', WRONG]);
    const [right, again] = [await refusal(await verify(desk.code())), await refusal(await verify(wrong))];
    expect(right).toEqual([400, 'bad.verification_code', expect.stringContaining('maximum number')]);
    expect(again).toEqual(right);
  });

  it('OTP-3, OTP-5: shares its guesses with the grant, also at once over two processes', async () => {
    await desk.start();
    const wrong = otherThan(desk.code());
    const native = { client_id: 'native' };
    const told = await desk.stage.atOnce(50, (on, index) =>
      index % 4 < 2 ? desk.trade(wrong, {}, { on }) : verify(wrong, native, { on }),
    );
    const descriptions = (await Promise.all(told.map(refusal))).map(([, , description]) => description);
    expect(descriptions.filter((description) => description === WRONG)).toHaveLength(5);
    expect(await desk.stage.prisma.challenge.findFirst()).toMatchObject({ attempts: 5 });
  });

  it('OTP-5: counts against the budget of the person', async () => {
    const wish = { ...FROM_SPA, limits: { guesses_per_identifier: 1 } };
    await startInSpa();
    await verify(otherThan(desk.code()), {}, wish);
    const response = await verify(otherThan(desk.code()), {}, wish);
    expect(response.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(await refusal(response)).toEqual([429, 'too_many_attempts', expect.any(String)]);
  });

  it('OTP-11: is told to be too old', async () => {
    await startInSpa();
    desk.stage.pass(600);
    expect(await refusal(await verify(desk.code()))).toEqual([
      400,
      'bad.verification_code',
      expect.stringContaining('has expired'),
    ]);
  });

  it.each([undefined, '', null, [], ['123456'], {}, { not: '' }, true, 0])(
    'OTP-14: is not %j',
    async (code) => {
      await startInSpa();
      expect(await refusal(await verify(code))).toEqual([400, 'invalid_request', expect.any(String)]);
    },
  );

  it('SMS-2, HDR-3: is answered to pages of the client, and to no others', async () => {
    await startInSpa();
    expect((await verify(desk.code())).headers.get('access-control-allow-origin')).toBe(SPA);
    const evil = await verify(desk.code(), {}, { headers: { Origin: 'https://evil.test' } });
    expect(evil.status).toBe(403);
    expect(evil.headers.get('access-control-allow-origin')).toBeNull();
    expect((await verify(desk.code(), { client_id: 'web' })).status).toBe(401);
  });
});

const REQUEST = {
  redirect_uri: 'https://rp.test/cb',
  response_type: 'code',
  scope: 'openid',
  state: 'S 1',
  nonce: 'N1',
};

/** The link of a message to somebody whom a server asked for. */
async function link(): Promise<string> {
  await desk.start({ ...WEB, send: 'link', authParams: REQUEST });
  return (desk.messages.at(-1)?.link ?? '').replace('https://op.test', '');
}

const open = (address: string, headers: Record<string, string> = {}, method = 'GET') =>
  desk.send(address, { method, headers });

const SAME_ORIGIN = { Origin: 'https://op.test', 'Content-Type': 'application/x-www-form-urlencoded' };

/** Presses the button of a link's page. */
const press = (address: string, headers: Record<string, string> = SAME_ORIGIN) => {
  const [path = '', query = ''] = address.split('?');
  return desk.send(path, { method: 'POST', body: query, headers });
};

/** Where a client is told something, as its callback reads it. */
function callback(response: Response): Record<string, string> {
  const location = new URL(response.headers.get('location') ?? '');
  expect(location.origin + location.pathname).toBe('https://rp.test/cb');
  return Object.fromEntries(location.searchParams);
}

describe('the link of an application', () => {
  it('MAG-2: signs nobody in by being opened, however often and however', async () => {
    const address = await link();
    for (const method of ['GET', 'HEAD', 'GET']) {
      const response = await open(address, { Referer: 'https://mail.test/' }, method);
      expect(response.status).toBe(200);
      expect(response.headers.get('set-cookie')).toBeNull();
      expect(response.headers.get('cache-control')).toBe('no-store');
    }
    const { prisma } = desk.stage;
    expect(await prisma.challenge.findFirst()).toMatchObject({ attempts: 0, provenAt: null });
    expect(await prisma.session.count()).toBe(0);
    expect((await open(address, { 'Sec-Purpose': 'prefetch' })).status).toBe(400);
  });

  it('signs in by a press, and its client redeems the code with its own state and nonce', async () => {
    const address = await link();
    expect(await (await open(address)).text()).toContain('Web');
    const response = await press(address);
    expect(response.status).toBe(303);
    expect(response.headers.get('set-cookie')).toMatch(/^__Host-session=.+; Secure/);
    const { code, ...others } = callback(response);
    expect(others).toEqual({ state: 'S 1', iss: 'https://op.test/' });
    const redeemed = await desk.post(
      '/oauth/token',
      { grant_type: 'authorization_code', ...WEB, code: code ?? '', redirect_uri: REQUEST.redirect_uri },
      { form: true },
    );
    expect(redeemed.status).toBe(200);
    expect((await redeemed.json()).id_token).toEqual(expect.any(String));
  });

  it('MAG-6: is pressed once; later its client is told', async () => {
    const address = await link();
    expect(callback(await press(address))).toHaveProperty('code');
    expect(callback(await press(address))).toEqual({
      error: 'unauthorized',
      error_description: WRONG,
      state: 'S 1',
      iss: 'https://op.test/',
    });
    expect(await desk.stage.prisma.session.count()).toBe(1);
  });

  it('MAG-6: of fifty presses at once over two processes one signs in', async () => {
    const address = await link();
    const [path = '', query = ''] = address.split('?');
    const pressed = await desk.stage.atOnce(50, (on) =>
      desk.send(path, { method: 'POST', body: query, headers: SAME_ORIGIN }, { on }),
    );
    expect(pressed.filter((response) => 'code' in callback(response))).toHaveLength(1);
    expect(await desk.stage.prisma.session.count()).toBe(1);
  });

  it('MAG-3: that is too old is told to its client in Auth0’s words', async () => {
    const address = await link();
    desk.stage.pass(600);
    expect(callback(await press(address))).toMatchObject({
      error: 'unauthorized',
      error_description: 'The verification code has expired. Please try to login again.',
    });
  });

  it('OTP-3: is no way to guess more often', async () => {
    const address = await link();
    const code = new URLSearchParams(address).get('verification_code');
    const wrong = address.replace(/(?<=verification_code=)\d+/, otherThan(code));
    for (let guess = 0; guess < 5; guess++) await press(wrong);
    expect(callback(await press(address))).toMatchObject({ error: 'unauthorized' });
    expect(await desk.stage.prisma.session.count()).toBe(0);
  });

  it.each([
    { Origin: 'https://evil.test' },
    { Origin: 'null' },
    { 'Sec-Fetch-Site': 'cross-site' },
    { Origin: 'https://op.test', 'Sec-Fetch-Site': 'cross-site' },
    {},
  ])('FRM-2: is not pressed for somebody by a form of another site (%j)', async (headers) => {
    const address = await link();
    const type = { 'Content-Type': 'application/x-www-form-urlencoded' };
    const response = await press(address, { ...type, ...headers } as Record<string, string>);
    expect(response.status).toBe(403);
    expect(response.headers.get('set-cookie')).toBeNull();
    expect(await desk.stage.prisma.session.count()).toBe(0);
  });

  it('RED-1: leads to no address that is not the client’s', async () => {
    const address = (await link()).replace('rp.test', 'evil.test');
    expect((await open(address)).status).toBe(403);
    const response = await press(address);
    expect(response.status).toBe(403);
    expect(response.headers.get('location')).toBeNull();
  });

  it.each(['verification_code', 'email'])('without %s is told to its client', async (name) => {
    const address = (await link()).replace(new RegExp(`&${name}=[^&]*`), '');
    expect(callback(await open(address))).toMatchObject({ error: 'invalid_request' });
  });
});

describe('a page of the client that has had the code checked', () => {
  /** The address its script goes on to. */
  const goOn = () =>
    `/passwordless/verify_redirect?${new URLSearchParams({
      client_id: 'web',
      connection: 'email',
      email: 'ann@x.test',
      verification_code: desk.code(),
      ...REQUEST,
      protocol: 'oauth2',
    })}`;
  const PAGE = 'https://rp.test';

  const checkedIn = async (origin: string | null) => {
    await desk.start(WEB);
    const headers: Record<string, string> = origin === null ? {} : { Origin: origin };
    expect((await verify(desk.code(), WEB, { headers })).status).toBe(200);
  };

  it('goes on and is signed in without a press, within a minute', async () => {
    await checkedIn(PAGE);
    desk.stage.pass(60);
    const response = await open(goOn(), { Referer: `${PAGE}/login?x` });
    expect(callback(response)).toHaveProperty('code');
    expect(response.headers.get('set-cookie')).toMatch(/^__Host-session=/);
  });

  it('MAG-2: is not signed in by asking for the headers alone', async () => {
    await checkedIn(PAGE);
    const response = await open(goOn(), { Referer: `${PAGE}/login` }, 'HEAD');
    expect([response.status, response.headers.get('set-cookie')]).toEqual([200, null]);
    expect(await desk.stage.prisma.session.count()).toBe(0);
  });

  it.each<[string, string | null, string | null, number]>([
    ['later', PAGE, `${PAGE}/`, 61],
    ['another page', PAGE, 'https://evil.test/', 0],
    ['another page of the client', PAGE, 'https://shop.rp.test/', 0],
    ['no page at all', PAGE, null, 0],
    ['a page that checked nothing', null, `${PAGE}/`, 0],
    ['a page of nobody', 'https://evil.test', 'https://evil.test/', 0],
  ])('MAG-4: from %s it takes a press', async (_, origin, referrer, seconds) => {
    await checkedIn(origin);
    desk.stage.pass(seconds);
    const response = await open(goOn(), referrer === null ? {} : { Referer: referrer });
    expect(response.status).toBe(200);
    expect(response.headers.get('set-cookie')).toBeNull();
    expect(await desk.stage.prisma.session.count()).toBe(0);
    expect(callback(await press(goOn()))).toHaveProperty('code');
  });
});
