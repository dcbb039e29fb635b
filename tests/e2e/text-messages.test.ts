// Text messages from the page to the telephone: a number in any familiar form, a code through Twilio or through a gateway of
// one's own, and a purse that nobody else empties. Twilio is a server that holds every request against Twilio's OpenAPI.
// security.md SMS-*, SRF-*, IDN-5.
import { randomInt } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { findSpills, witness } from '@/tests/harness/evidence';
import { type GatewaySink, startGatewaySink } from '@/tests/harness/gateway-sink';
import { everythingPrinted, type LatchkeyProcess, startLatchkey } from '@/tests/harness/latchkey';
import { type App, createApp, updateConnection } from '@/tests/harness/operator';
import { authorizationCodeOf, authorizePath, PUBLIC_CLIENT, redeem } from '@/tests/harness/public-client';
import { askForCode, typeCode } from '@/tests/harness/sign-in';
import { startTwilioSink, type TwilioSink } from '@/tests/harness/twilio-sink';
import { createVisitor, type Visit, type Visitor } from '@/tests/harness/visitor';

const GATEWAY_SECRET = 'a secret that gateway and connection share';

let twilio: TwilioSink;
let gateway: GatewaySink;
let server: LatchkeyProcess;
let app: App;

beforeAll(async () => {
  [twilio, gateway] = await Promise.all([
    startTwilioSink(),
    startGatewaySink(new TextEncoder().encode(GATEWAY_SECRET)),
  ]);
  server = await startLatchkey({
    TWILIO_ACCOUNT_SID: twilio.accountSid,
    TWILIO_AUTH_TOKEN: twilio.authToken,
    TWILIO_FROM: '+4915155500000',
    TWILIO_API_BASE_URL: twilio.url,
    SMS_COUNTRIES: 'DE,GB',
    OUTBOUND_PRIVATE_NETWORKS: '127.0.0.0/8',
    LIMITS: JSON.stringify({ starts_per_ip: 1000, sms_per_ip: 1000, sms_per_prefix: 5 }),
  });
  app = await createApp(server, [...PUBLIC_CLIENT, 'Acme']);
});

beforeEach(() => {
  twilio.behave({ kind: 'accept' });
  gateway.behave({ kind: 'accept' });
});

afterAll(async () => {
  await server?.stop();
  await Promise.all([twilio?.close(), gateway?.close()]);
  expect([twilio.violations, gateway.violations]).toEqual([[], []]);
  expect(findSpills(everythingPrinted())).toEqual([]);
});

/** A German mobile number nobody had in this run; every one of another block. */
let blocks = 0;
const newNumber = () => witness(`+49151${5_600 + blocks++}${randomInt(1000, 9999)}`);

async function firstPage(more: Record<string, string> = {}, headers: Record<string, string> = {}) {
  const visitor = createVisitor(server.issuer, { headers });
  return { visitor, page: await visitor.open(authorizePath(app, { scope: 'openid phone', ...more })) };
}

async function ask(number: string, typed = number): Promise<{ visitor: Visitor; codePage: Visit }> {
  const { visitor, page } = await firstPage({ connection: 'sms' });
  return { visitor, codePage: await askForCode(visitor, page, typed) };
}

const codeIn = (body: string) => witness(/^\d{6}/.exec(body)?.[0] ?? '');

async function claimsOf(visit: Visit): Promise<Record<string, unknown>> {
  const accessToken = await redeem(server.issuer, app, authorizationCodeOf(visit));
  const answer = await fetch(new URL('/userinfo', server.issuer), {
    headers: { Authorization: `Bearer ${accessToken}` },
  });
  return (await answer.json()) as Record<string, unknown>;
}

describe('a person with a number', () => {
  it('signs in with the code of a text message, and tokens speak of the number', async () => {
    const number = newNumber();
    const { visitor, codePage } = await ask(number);
    expect(codePage.text).toContain(`***${number.slice(-3)}`);
    const { body, from } = await twilio.waitForMessage(number);
    expect(from).toBe('+4915155500000');
    expect(body.split('\n')).toEqual([
      expect.stringMatching(/^\d{6} is your Acme code\.$/),
      '',
      `@${new URL(server.issuer).hostname} #${codeIn(body)}`,
    ]);
    const claims = await claimsOf(await typeCode(visitor, codePage, codeIn(body)));
    expect(claims).toMatchObject({
      sub: expect.stringMatching(/^sms\|[0-9a-f]{24}$/),
      phone_number: number,
      phone_number_verified: true,
    });
  });

  it('is one person in every spelling of the number (IDN-5)', async () => {
    const number = newNumber();
    const subjects = new Set<unknown>();
    for (const typed of [
      number,
      number.replace('+49', '0049 '),
      `+49 (0) ${number.slice(3, 6)} / ${number.slice(6)}`,
    ]) {
      const { visitor, codePage } = await ask(number, typed);
      const code = codeIn((await twilio.waitForMessage(number)).body);
      subjects.add((await claimsOf(await typeCode(visitor, codePage, code))).sub);
    }
    expect(subjects.size).toBe(1);
  });

  it('types it into the one field that takes an address too, and is asked for the country only where it is missing', async () => {
    const number = newNumber();
    const { visitor, page } = await firstPage();
    expect(page.text).toContain('Email address or phone number');
    const asked = await askForCode(visitor, page, `0${number.slice(3)}`);
    expect(asked.text).toContain('Choose the country of your number');
    const codePage = await visitor.submit(asked, {
      fields: { identifier: `0${number.slice(3)}`, country: 'DE' },
      press: 'Continue',
    });
    const { body } = await twilio.waitForMessage(number);
    expect((await typeCode(visitor, codePage, codeIn(body))).leavesTo).not.toBeNull();
  });

  it('whose browser says where it lives need not say it again', async () => {
    const number = newNumber();
    const { visitor, page } = await firstPage({}, { 'Accept-Language': 'de-DE,de;q=0.9' });
    await visitor.submit(page, { fields: { identifier: `0${number.slice(3)}` }, press: 'Weiter' });
    const { body } = await twilio.waitForMessage(number);
    expect(body).toContain('Acme');
  });

  it('of a country that is not served is told so, and nothing is sent (SMS-1)', async () => {
    const before = twilio.requestCount();
    const { codePage } = await ask('+33612345678');
    expect(codePage.text).toMatch(/We cannot text numbers in France/);
    expect(codePage.url.pathname).toMatch(/identifier$/);
    expect(twilio.requestCount()).toBe(before);
  });

  it.each(['+4915112345678,+4915112345679', '+4915112345678;ext=1', 'CALL-ME-NOW', '+49151', '0900 123456'])(
    'is asked again when it cannot be read in one way: %s (IDN-5)',
    async (typed) => {
      const before = twilio.requestCount();
      const { codePage } = await ask(typed);
      expect(codePage.url.pathname).toMatch(/identifier$/);
      expect(twilio.requestCount()).toBe(before);
    },
  );
});

describe('when Twilio refuses', () => {
  it.each([
    ['a number that is none (21211)', { kind: 'refuse', status: 400, code: 21211 }],
    ['a landline (21614)', { kind: 'refuse', status: 400, code: 21614 }],
    ['a country without permission (21408)', { kind: 'refuse', status: 400, code: 21408 }],
    ['somebody who unsubscribed (21610)', { kind: 'refuse', status: 400, code: 21610 }],
  ] as const)('%s, the page says that sending failed and no more (SMS-3)', async (_, behaviour) => {
    twilio.behave(behaviour);
    const { visitor, codePage } = await ask(newNumber());
    await expect
      .poll(async () => (await visitor.open(codePage.url)).text, { timeout: 15_000, interval: 500 })
      .toContain('We could not send the message');
    // As a word: the name of a form's action is forty hex digits.
    expect((await visitor.open(codePage.url)).html).not.toMatch(/twilio|\b21\d{3}\b/i);
  });
});

describe('a gateway of one’s own', () => {
  beforeAll(() =>
    updateConnection(server, 'sms', {
      provider: 'sms_gateway',
      gateway_url: gateway.url,
      forward_req_info: true,
      gateway_authentication: {
        method: 'bearer',
        audience: 'https://gateway.test',
        subject: 'latchkey',
        secret: GATEWAY_SECRET,
      },
    }),
  );

  it('is called as Auth0 calls it when Twilio is down, once a message', async () => {
    twilio.behave({ kind: 'refuse', status: 500, code: 20500 });
    const number = newNumber();
    const { visitor, codePage } = await ask(number);
    const message = await gateway.waitForMessage(number);
    expect(message.claims).toMatchObject({ sub: 'latchkey', aud: 'https://gateway.test' });
    expect(message.req).toMatchObject({ ip: '127.0.0.1', 'user-agent': expect.stringContaining('Firefox') });
    expect((await typeCode(visitor, codePage, codeIn(message.body))).leavesTo).not.toBeNull();
    expect(gateway.messages.filter(({ recipient }) => recipient === number)).toHaveLength(1);
  });

  it.each([
    'http://169.254.169.254/latest/meta-data',
    'https://10.0.0.1/sms',
    'https://[::1]/sms',
    'gopher://gateway.test',
    'https://user:secret@gateway.test/sms',
  ])('inside the network is refused: %s (SRF-1)', async (gateway_url) => {
    await expect(updateConnection(server, 'sms', { gateway_url })).rejects.toThrow(/gateway_url/);
  });
});

describe('somebody who makes others pay', () => {
  it('comes to the end of a prefix’s budget, sees nothing of it, and other prefixes are unharmed (SMS-1, RLM-5)', async () => {
    const prefix = '+447400555';
    const pages: string[] = [];
    for (let last = 0; last < 12; last++) {
      const { codePage } = await ask(`${prefix}${String(100 + last)}`);
      pages.push(codePage.text.replace(/\d\d:\d\d|Reference \w\w|\*\*\*\d{3}/g, '…'));
    }
    await expect
      .poll(() => twilio.messages.filter(({ to }) => to.startsWith(prefix)).length, { timeout: 5_000 })
      .toBe(5);
    expect(new Set(pages).size).toBe(1);
    const number = newNumber();
    await ask(number);
    await twilio.waitForMessage(number);
    expect(server.log()).toContainEqual(
      expect.objectContaining({
        level: 'warn',
        msg: 'text message withheld',
        reason: 'sms_per_prefix',
        country: 'GB',
      }),
    );
  });
});
