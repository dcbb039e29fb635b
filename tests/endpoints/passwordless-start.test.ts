// POST /passwordless/start on a real store that two processes share.
import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { emailConnection, smsConnection } from '@/tests/memory/connections';
import { type ApplicationDesk, openApplicationDesk, refusal } from './application-desk';

let desk: ApplicationDesk;
beforeAll(async () => {
  desk = await openApplicationDesk();
});
beforeEach(() => desk.reset());
afterEach(async () => expect(await desk.stage.findSecretsAtRest()).toEqual([]));
afterAll(() => desk?.close());

const WEB = { client_id: 'web', client_secret: 's3cret' };

describe('an application that asks for a code', () => {
  it('is answered as Auth0 answers, and the person is sent it', async () => {
    const response = await desk.start({ email: ' Ann.Lee@X.test' });
    expect(response.status).toBe(200);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await response.json()).toEqual({
      _id: expect.stringMatching(/^[0-9a-f]{24}$/),
      email: 'ann.lee@x.test',
      email_verified: false,
    });
    expect(desk.messages).toMatchObject([
      {
        recipient: 'Ann.Lee@X.test',
        oneTimeCode: expect.stringMatching(/^\d{6}$/),
        link: null,
        kind: 'login',
      },
    ]);
  });

  it('does so by form as well, and for a number', async () => {
    const body = { connection: 'sms', email: '', phone_number: '+4915112345678' };
    const response = await desk.start(body, { form: true });
    expect(await response.json()).toEqual({
      _id: expect.stringMatching(/^[0-9a-f]{24}$/),
      phone_number: '+4915112345678',
      phone_verified: false,
    });
    expect(desk.messages).toMatchObject([{ channel: 'sms', recipient: '+4915112345678', link: null }]);
  });

  it('is served the request of Auth0’s own guide as it is typed there', async () => {
    const response = await desk.post('/passwordless/start', {
      ...WEB,
      connection: 'email',
      email: 'ann@x.test',
      send: 'code',
      authParams: { scope: 'openid', state: 'YOUR_STATE', unheard_of: { of: 5 } },
    });
    expect(response.status).toBe(200);
    expect(desk.messages).toMatchObject([{ oneTimeCode: expect.any(String), link: null }]);
  });

  it('may choose the language of the message', async () => {
    await desk.start({}, { headers: { 'Accept-Language': 'fr', 'x-request-language': 'pt-BR,pt;q=0.9' } });
    expect(desk.messages).toMatchObject([{ language: 'pt-BR' }]);
  });

  it('OTP-17: is sent the same code again while it lives, and another one then', async () => {
    await desk.start();
    desk.stage.pass(31);
    await desk.start();
    const [first, second] = desk.messages;
    expect(second?.oneTimeCode).toBe(first?.oneTimeCode);
    expect(second?.messageId).not.toBe(first?.messageId);
    desk.stage.pass(570);
    await desk.start();
    expect(desk.messages).toHaveLength(3);
    expect(desk.code()).not.toBe(first?.oneTimeCode);
    expect((await desk.trade(first?.oneTimeCode)).status).toBe(403);
    expect((await desk.trade(desk.code())).status).toBe(200);
  });

  it('OTP-16, RLM-5: too soon is answered as ever, and nobody is sent anything', async () => {
    const [known, unknown] = ['known@x.test', 'unknown@x.test'];
    await desk.stage.signIn(known);
    for (const email of [known, unknown, known, unknown]) {
      const response = await desk.start({ email });
      expect([response.status, await response.json()]).toEqual([
        200,
        { _id: expect.any(String), email, email_verified: false },
      ]);
    }
    expect(desk.messages.map(({ recipient }) => recipient)).toEqual([known, unknown]);
  });

  it('OTP-8: leaves the codes of our own pages alone', async () => {
    const asked = await desk.stage.ask('ann@x.test');
    for (let times = 0; times < 5; times++) await desk.start();
    expect((await desk.stage.answer(asked)).answered.kind).toBe('proven');
  });

  it('ENU-1: is told the same of people with an account, without one, blocked, and with sign-up closed', async () => {
    const closed = { connections: [emailConnection({ signUpOpen: false }), smsConnection()] };
    await desk.stage.signIn('known@x.test');
    await desk.stage.block((await desk.stage.signIn('block@x.test')).accountId);
    const people = [
      ['known@x.test', {}],
      ['nobod@x.test', {}],
      ['block@x.test', {}],
      ['known@x.test', closed],
      ['other@x.test', closed],
    ] as const;
    const seen = new Set<string>();
    for (const [email, wish] of people) {
      const response = await desk.start({ email }, wish);
      const { _id, ...body } = await response.json();
      const headers = [...response.headers].filter(([name]) => name !== 'x-request-id');
      seen.add(JSON.stringify([response.status, headers, { ...body, email: '' }]));
      expect(_id).toMatch(/^[0-9a-f]{24}$/);
    }
    expect(seen.size).toBe(1);
    expect(desk.messages.map(({ recipient }) => recipient)).toEqual(['known@x.test', 'nobod@x.test']);
  });

  it('RLM-1: may do so fifty times an hour from one network, and is told when to come back', async () => {
    const ask = (index: number) => desk.start({ email: `p${index}@x.test` }, { ip: '192.0.2.7' });
    for (let index = 0; index < 50; index++) expect((await ask(index)).status).toBe(200);
    const response = await ask(50);
    expect(response.status).toBe(429);
    expect(response.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(await refusal(response)).toEqual([429, 'too_many_requests', expect.any(String)]);
    expect(desk.messages).toHaveLength(50);
    desk.stage.pass(Number(response.headers.get('retry-after')));
    expect((await ask(51)).status).toBe(200);
  });

  it('RLM-4: has no say in its address by a header, and with its secret is not counted by its own', async () => {
    const limits = { starts_per_ip: 1 };
    const from = (address: string) => ({
      ip: '192.0.2.7',
      limits,
      headers: { 'auth0-forwarded-for': address },
    });
    expect((await desk.start({ email: 'a1@x.test' }, from('198.51.100.1'))).status).toBe(200);
    expect((await desk.start({ email: 'a2@x.test' }, from('198.51.100.2'))).status).toBe(429);
    for (const email of ['a3@x.test', 'a4@x.test'])
      expect((await desk.start({ ...WEB, email }, from('198.51.100.3'))).status).toBe(200);
    const { ip } = await desk.stage.prisma.logEvent.findFirstOrThrow({ orderBy: { id: 'desc' } });
    expect(ip).toBe('192.0.2.7');
  });

  it('RLM-4: is believed about the person’s address once it has proven itself, if it was registered so', async () => {
    const trusted = { ...WEB, client_id: 'trusted' };
    const from = (address: string) => ({
      ip: '192.0.2.7',
      limits: { starts_per_ip: 1 },
      headers: { 'auth0-forwarded-for': address, Origin: 'https://spa.test' },
    });
    const ask = async (body: object, address: string) =>
      (await desk.start({ ...trusted, ...body }, from(address))).status;
    expect(await ask({ email: 'a1@x.test' }, '2001:db8::1')).toBe(200);
    const { ip } = await desk.stage.prisma.logEvent.findFirstOrThrow({ orderBy: { id: 'desc' } });
    expect(ip).toBe('2001:db8::1');
    expect(await ask({ email: 'a2@x.test' }, '2001:db8::2')).toBe(429);
    expect(await ask({ email: 'a2@x.test' }, '198.51.100.1')).toBe(200);
    // What is no address says nothing, and a server's own is not counted.
    for (const email of ['a3@x.test', 'a4@x.test'])
      expect(await ask({ email }, '198.51.100.1, 10.0.0.1')).toBe(200);
    expect(await ask({ email: 'a5@x.test', client_secret: 'wrong' }, '198.51.100.9')).toBe(401);
    const page = { client_id: 'hosted', client_secret: undefined };
    expect(await ask({ ...page, email: 'a6@x.test' }, '198.51.100.2')).toBe(200);
    expect(await ask({ ...page, email: 'a7@x.test' }, '198.51.100.3')).toBe(429);
  });

  it('takes part in the budget of the person, over all clients', async () => {
    const limits = { starts_per_recipient_hour: 2 };
    expect((await desk.start({}, { limits })).status).toBe(200);
    expect((await desk.start(WEB, { limits })).status).toBe(200);
    expect((await desk.start({ email: 'ann+news@x.test' }, { limits })).status).toBe(429);
  });
});

describe('an application that asks for a link', () => {
  const authParams = { redirect_uri: 'https://rp.test/cb', scope: 'openid email', state: 'S 1', nonce: 'N1' };

  it('is sent one with its parameters and the code, which is not in sight', async () => {
    for (const send of [undefined, null, 'link']) {
      const email = `ann${String(send)}@x.test`;
      expect((await desk.start({ ...WEB, email, send, authParams })).status).toBe(200);
      const { link, oneTimeCode } = desk.messages.at(-1) ?? {};
      expect(oneTimeCode).toBeNull();
      const { origin, pathname, searchParams } = new URL(link ?? '');
      expect(origin + pathname).toBe('https://op.test/passwordless/verify_redirect');
      expect(Object.fromEntries(searchParams)).toEqual({
        ...authParams,
        client_id: 'web',
        connection: 'email',
        email,
        response_type: 'code',
        verification_code: expect.stringMatching(/^\d{6}$/),
      });
    }
  });

  it('MAG-8: is sent none that says something else of the person, the client or the code', async () => {
    const others = {
      client_id: 'spa',
      connection: 'sms',
      email: 'eve@x.test',
      prompt: 'none',
      verification_code: '0',
    };
    await desk.start({ ...WEB, send: 'link', authParams: { ...authParams, ...others } });
    expect(Object.fromEntries(new URL(desk.messages[0]?.link ?? '').searchParams)).toEqual({
      ...authParams,
      client_id: 'web',
      connection: 'email',
      email: 'ann@x.test',
      response_type: 'code',
      verification_code: expect.stringMatching(/^\d{6}$/),
    });
  });

  it('on a telephone is sent one that the telephone opens by itself, and the code', async () => {
    expect((await desk.start({ ...WEB, send: 'link_ios' })).status).toBe(200);
    const code = desk.code();
    expect(desk.messages).toMatchObject([{ link: `https://op.test/ios/com.rp.app/email?code=${code}` }]);
    expect(await refusal(await desk.start({ ...WEB, send: 'link_android' }))).toEqual([
      400,
      'bad.send',
      expect.any(String),
    ]);
  });

  it('RED-1: is refused parameters that /authorize would refuse, before anything is sent', async () => {
    for (const changes of [
      { redirect_uri: 'https://evil.test/cb' },
      { response_type: 'device' },
      { scope: 'open\nid' },
      { audience: 'https://nobody.test' },
      { state: { not: '' } },
      { redirect_uri: ['https://rp.test/cb'] },
    ]) {
      const response = await desk.start({ ...WEB, send: 'link', authParams: { ...authParams, ...changes } });
      expect(await refusal(response)).toMatchObject([
        400,
        'bad.authParams',
        expect.stringContaining('error in'),
      ]);
    }
    expect(await refusal(await desk.start({ send: 'link', authParams: {} }))).toEqual([
      400,
      'bad.authParams',
      expect.any(String),
    ]);
    expect(desk.messages).toEqual([]);
    expect(await desk.stage.prisma.challenge.count()).toBe(0);
  });
});

describe('what is wrong is told in Auth0’s words', () => {
  it.each<[Record<string, unknown>, string, string]>([
    [{ client_id: undefined }, 'bad.client_id', 'Missing required property: client_id'],
    [{ connection: undefined }, 'bad.connection', 'Missing required property: connection'],
    [{ connection: 'nothing' }, 'bad.connection', 'Connection does not exist'],
    [
      { authParams: 'scope=openid' },
      'bad.authParams',
      'error in authParams - invalid type: string (expected object)',
    ],
    [{ realm: 'email' }, 'bad.request', 'the following properties are not allowed: realm'],
    [{ '<script>': 'x' }, 'bad.request', 'the following properties are not allowed:'],
    [{ email: undefined }, 'bad.email', 'Missing required property: email'],
    [{ email: 'ann' }, 'bad.email', 'This is not an e-mail address.'],
    [{ connection: 'sms' }, 'bad.phone_number', 'Missing required property: phone_number'],
    [
      { connection: 'sms', phone_number: '0151 2345678' },
      'bad.phone_number',
      'String does not match pattern: ^\\+[0-9]{1,15}$',
    ],
    [{ connection: 'sms', phone_number: '+1' }, 'bad.phone_number', 'This is not a phone number.'],
    [{ send: 'pigeon' }, 'bad.send', expect.stringContaining('error in send')],
    [
      { connection: 'sms', phone_number: '+4915112345678', send: 'link' },
      'bad.send',
      expect.stringContaining('code'),
    ],
  ])('%j', async (changes, error, description) => {
    expect(await refusal(await desk.start(changes))).toEqual([400, error, description]);
    expect(await desk.stage.prisma.challenge.count()).toBe(0);
  });

  it('a connection that is there for others', async () => {
    const connections = [emailConnection(), emailConnection({ name: 'staff' })];
    expect(await refusal(await desk.start({ connection: 'staff' }, { connections }))).toEqual([
      400,
      'bad.connection',
      'Connection is disabled',
    ]);
  });

  it('SMS-1: a country that is not texted to', async () => {
    const response = await desk.start(
      { connection: 'sms', phone_number: '+4915112345678' },
      { served: ['FR'] },
    );
    expect(await refusal(response)).toEqual([400, 'bad.phone_number', expect.any(String)]);
  });

  it.each<[string, unknown]>(
    ['client_id', 'connection', 'email', 'send'].flatMap((name) =>
      [[], ['x'], {}, { not: '' }, { contains: '' }, true, 0].map((value): [string, unknown] => [
        name,
        value,
      ]),
    ),
  )('OTP-14: %s that is no text (%j)', async (name, value) => {
    const response = await desk.start({ [name]: value });
    expect(response.status).toBe(400);
    expect(desk.messages).toEqual([]);
  });

  it.each([
    [
      'a parameter twice',
      '{"client_id":"native","connection":"email","email":"a@x.test","email":"b@x.test"}',
      {},
    ],
    ['one twice in authParams', '{"client_id":"native","authParams":{"scope":"a","scope":"b"}}', {}],
    ['no JSON', 'email=ann@x.test', {}],
    ['a list', '[]', {}],
    ['a name with brackets', 'email[not]=x&client_id=native&connection=email', { form: true }],
  ])('CLI-7: %s', async (_, body, wish) => {
    expect((await desk.post('/passwordless/start', body, wish)).status).toBe(400);
    expect(desk.messages).toEqual([]);
  });

  it('CLI-7: another content type or method', async () => {
    const headers = { 'Content-Type': 'text/plain' };
    expect((await desk.start({}, { headers })).status).toBe(415);
    expect((await desk.send('/passwordless/start', { method: 'GET' })).status).toBe(405);
  });
});

describe('an application that may not ask', () => {
  it('CLI-1: for want of its secret, whichever way that is not sent', async () => {
    for (const body of [{ client_id: 'web' }, { ...WEB, client_secret: 'wrong' }, { client_id: 'nobody' }])
      expect(await refusal(await desk.start(body))).toEqual([401, 'invalid_client', expect.any(String)]);
    const basic = { Authorization: `Basic ${btoa('web:s3cret')}` };
    expect((await desk.start({ client_id: undefined }, { headers: basic })).status).toBe(200);
    expect((await desk.start({ ...WEB, email: 'bob@x.test' })).status).toBe(200);
  });

  it('CLI-6: for want of the grant', async () => {
    const body = { client_id: 'plain', client_secret: 's3cret' };
    expect(await refusal(await desk.start(body))).toEqual([403, 'unauthorized_client', expect.any(String)]);
  });

  it.each([
    ['native', 'https://evil.test', 403],
    ['native', 'https://native.test', 200],
    ['native', null, 200],
    ['spa', 'https://spa.test.evil', 403],
    ['spa', 'null', 403],
    ['spa', 'https://spa.test', 200],
    ['spa', 'https://docs.test', 200],
    ['spa', null, 403],
  ])('SMS-2, CLI-6: %s from a page of %s is answered %i', async (client_id, origin, status) => {
    const headers: Record<string, string> = origin === null ? {} : { Origin: origin };
    const response = await desk.start({ client_id }, { headers });
    expect(response.status).toBe(status);
    expect(response.headers.get('access-control-allow-origin')).toBe(
      status === 200 && origin !== null ? origin : null,
    );
    expect(desk.messages).toHaveLength(status === 200 ? 1 : 0);
  });

  it('HDR-3: by preflight, unless some client lists the origin', async () => {
    const preflight = (origin: string) =>
      desk.send('/passwordless/start', { method: 'OPTIONS', headers: { Origin: origin } });
    const listed = await preflight('https://spa.test');
    expect(listed.headers.get('access-control-allow-origin')).toBe('https://spa.test');
    expect(listed.headers.get('access-control-allow-headers')).toContain('x-request-language');
    expect((await preflight('https://evil.test')).headers.get('access-control-allow-origin')).toBeNull();
  });
});

it('is mounted as a route file too, for hosts without our front', () => {
  const file = readFileSync('app/passwordless/start/route.ts', 'utf8');
  expect(file).toContain('answerProtocol as POST, answerProtocol as OPTIONS');
});
