// A typed address becomes a question and a message, on a real store that two processes share.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createSmsSpendGuard } from '@/lib/login/sms-budgets';
import { createSmsBudgetStore } from '@/lib/store/prisma/sms-spend';
import { emailConnection, smsConnection } from '@/tests/memory/connections';
import { type Desk, openDesk, otherThan } from '@/tests/store/conformance/sign-in-desk';
import { box } from '@/tests/store/conformance/stores';

let desk: Desk;
beforeAll(async () => {
  desk = await openDesk();
});
beforeEach(() => desk.reset());
afterEach(async () => expect(await desk.stage.findSecretsAtRest()).toEqual([]));
afterAll(() => desk?.close());

const problem = (kind: string, more = {}) => ({ kind: 'problem', problem: { kind, ...more } });

describe('a typed address', () => {
  it('becomes a question, and a message with the code that answers it', async () => {
    const { wait, stage, type } = desk;
    const waiting = await wait('  Ann.Lee@X.test ');
    const { asked, message } = waiting;
    const now = stage.now.getTime();
    expect(asked).toEqual({
      challengeId: expect.stringMatching(/^[\w-]{22}$/),
      identifier: 'ann.lee@x.test',
      typedForm: 'Ann.Lee@X.test',
      channel: 'email',
      connection: 'email',
      sendMode: 'both',
      maskedRecipient: 'a***@x.test',
      reference: expect.stringMatching(/^[A-HJ-NP-Z2-9]{2}$/),
      codeLength: 6,
      codeLifetimeSeconds: 600,
      pepperId: expect.any(String),
      generation: 0,
      sends: 1,
      sentAt: now,
      resendAllowedAt: now + 30_000,
    });
    expect(message).toEqual({
      messageId: expect.any(String),
      kind: 'login',
      channel: 'email',
      connection: 'email',
      recipient: 'Ann.Lee@X.test',
      oneTimeCode: expect.stringMatching(/^\d{6}$/),
      link: expect.stringMatching(/^https:\/\/op\.test\/passwordless\/link\/[\w-]{56}$/),
      stopLink: `${message?.link}/stop`,
      language: 'en',
      applicationName: 'Acme',
      reference: asked.reference,
      askedAt: stage.now,
      expiresAt: stage.later(600),
      userAgent: expect.stringContaining('Firefox'),
      ip: null,
    });
    expect(await type(waiting, message?.oneTimeCode)).toMatchObject({ kind: 'signed_in', firstLogin: true });
  });

  it.each(['', '   ', '\t\n'])('that is missing (%j) is asked for', async (typed) => {
    expect(await desk.start(typed)).toEqual({ kind: 'problem', problem: { kind: 'identifier_missing' } });
  });

  it.each([
    'ann',
    'ann@',
    '@x.test',
    '%@x.test',
    'ann@x.test,bob@x.test',
    'mi\u212ae@x.test',
    'ann@\u0430pple.test',
  ])('IDN-2, IDN-6: that nobody can have (%s) is refused before anything is written', async (typed) => {
    const { start, stage } = desk;
    expect(await start(typed)).toEqual({ kind: 'problem', problem: { kind: 'identifier_malformed' } });
    expect(await stage.prisma.limitCounter.count()).toBe(0);
    expect(await stage.events()).toEqual({});
  });

  it('IDN-1, IDN-3: is one account in every spelling, and its mail goes to the first one', async () => {
    const { wait, type } = desk;
    const first = await wait('Ann@bücher.test');
    const before = await type(first, first.message?.oneTimeCode);
    const again = await wait('ANN@XN--BCHER-KVA.test');
    expect(again.message?.recipient).toBe('Ann@bücher.test');
    const after = await type(again, again.message?.oneTimeCode);
    expect(after).toMatchObject({ kind: 'signed_in', firstLogin: false });
    expect(after).toMatchObject({ accountId: before.kind === 'signed_in' && before.accountId });
  });

  it('ENU-1: leads to the same page for people with an account, without one, and with a blocked one', async () => {
    const { wait, stage } = desk;
    await stage.signIn('known@x.test');
    await stage.block((await stage.signIn('blocked@x.test')).accountId);
    const waiting = [await wait('known@x.test'), await wait('blocked@x.test'), await wait('nobody@x.test')];
    const shapes = waiting.map(({ asked }) => ({
      ...asked,
      challengeId: '',
      reference: '',
      identifier: '',
      typedForm: '',
      maskedRecipient: asked.maskedRecipient.slice(1),
    }));
    expect(new Set(shapes.map((shape) => JSON.stringify(shape))).size).toBe(1);
    expect(waiting.map(({ message }) => message !== null)).toEqual([true, false, true]);
  });

  it('OTP-12, MAG-1, LOG-1: leaves neither code nor link nor, in log and counters, the address in the database', async () => {
    const { wait, type, stage } = desk;
    const waiting = await wait('ann@x.test', { ip: '192.0.2.7' });
    await type(waiting, otherThan(waiting.message?.oneTimeCode), { ip: '192.0.2.7' });
    await type(waiting, waiting.message?.oneTimeCode, { ip: '192.0.2.7' });
    const dump = await stage.dump();
    expect(dump.length).toBeGreaterThan(10);
    const { oneTimeCode, link } = waiting.message ?? {};
    expect(dump.filter(({ row }) => new RegExp(`\\b${oneTimeCode}\\b`).test(row))).toEqual([]);
    expect(link?.slice(-32)).toMatch(/^[\w-]{32}$/);
    expect(dump.filter(({ row }) => row.includes(link?.slice(-32) ?? ''))).toEqual([]);
  });
});

describe('a connection', () => {
  it('decides what the message carries', async () => {
    const { wait } = desk;
    const carried = async (sendMode: 'both' | 'code' | 'link') => {
      const { asked, message } = await wait('ann@x.test', { connections: [emailConnection({ sendMode })] });
      expect(asked.sendMode).toBe(sendMode);
      return [message?.oneTimeCode === null, message?.link === null];
    };
    expect([await carried('both'), await carried('code'), await carried('link')]).toEqual([
      [false, false],
      [false, true],
      [true, false],
    ]);
  });

  it('decides how long the code is, how long it lives, and how often one may guess', async () => {
    const { wait, type, stage } = desk;
    const connections = [emailConnection({ codeLength: 8, codeLifetimeSeconds: 60, maxGuesses: 3 })];
    const waiting = await wait('ann@x.test', { connections });
    expect(waiting.asked).toMatchObject({ codeLength: 8, codeLifetimeSeconds: 60 });
    expect(waiting.message).toMatchObject({
      oneTimeCode: expect.stringMatching(/^\d{8}$/),
      expiresAt: stage.later(60),
    });
    expect(await type(waiting, '00000000', { connections })).toEqual(problem('code_wrong', { triesLeft: 2 }));
    stage.pass(60);
    expect(await type(waiting, waiting.message?.oneTimeCode, { connections })).toEqual(
      problem('code_expired'),
    );
  });

  it('ENU-1: with sign-up closed shows everybody the same, and writes to people it knows', async () => {
    const { wait, stage } = desk;
    await stage.signIn('known@x.test');
    const connections = [emailConnection({ signUpOpen: false })];
    const [known, unknown] = [
      await wait('known@x.test', { connections }),
      await wait('other@x.test', { connections }),
    ];
    expect([known.message !== null, unknown.message !== null]).toEqual([true, false]);
    expect(Object.keys(unknown.asked)).toEqual(Object.keys(known.asked));
  });

  it('is the first of those on the page that carries what was typed', async () => {
    const { wait } = desk;
    const connections = [
      smsConnection({ name: 'texts' }),
      emailConnection({ name: 'work-mail' }),
      emailConnection(),
    ];
    expect((await wait('ann@x.test', { connections })).asked).toMatchObject({
      channel: 'email',
      connection: 'work-mail',
    });
    expect((await wait('+49 1512 3456789', { connections })).asked).toMatchObject({
      channel: 'sms',
      connection: 'texts',
    });
    expect(await desk.stage.prisma.message.findMany({ orderBy: { channel: 'asc' } })).toMatchObject([
      { connection: 'work-mail' },
      { connection: 'texts' },
    ]);
  });

  it.each([
    ['a number where only addresses are asked for', '+49 1512 3456789', emailConnection()],
    ['an address where only numbers are asked for', 'ann@x.test', smsConnection()],
  ])('that is not on the page carries nothing: %s', async (_, typed, connection) => {
    const started = await desk.start(typed, { connections: [connection] });
    expect(started).toEqual(problem('identifier_malformed'));
  });
});

describe('a typed number', () => {
  const connections = [smsConnection()];

  it('becomes a question, and a text message with a code and no link', async () => {
    const { wait, type, purse } = desk;
    const waiting = await wait(' 01512 3456789', { connections, country: 'DE' });
    expect(waiting.asked).toMatchObject({
      identifier: '+4915123456789',
      channel: 'sms',
      connection: 'sms',
      sendMode: 'code',
      maskedRecipient: '***789',
    });
    expect(waiting.message).toMatchObject({
      channel: 'sms',
      connection: 'sms',
      recipient: '+4915123456789',
      oneTimeCode: expect.stringMatching(/^\d{6}$/),
      link: null,
      stopLink: null,
    });
    expect(await type(waiting, waiting.message?.oneTimeCode, { connections })).toMatchObject({
      kind: 'signed_in',
      accountId: expect.stringMatching(/^sms\|[0-9a-f]{24}$/),
    });
    expect(await desk.stage.prisma.session.findFirst()).toMatchObject({ amr: ['otp', 'sms'] });
    expect(await desk.stage.events()).toEqual({ cs: 1, ss: 1 });
    expect(purse.answered).toEqual([{ country: 'DE', connection: 'sms' }]);
  });

  it('IDN-5: is one account however it is written', async () => {
    const { wait, type } = desk;
    const accounts = new Set<string>();
    for (const typed of [
      '+49 1512 3456789',
      '0049 1512 3456789',
      '01512/3456789',
      '＋４９１５１２３４５６７８９',
    ]) {
      const waiting = await wait(typed, { connections, country: 'DE' });
      const answered = await type(waiting, waiting.message?.oneTimeCode, { connections });
      accounts.add(answered.kind === 'signed_in' ? answered.accountId : typed);
    }
    expect(accounts.size).toBe(1);
  });

  it('without country code needs a country, and says so before anything is written', async () => {
    const { start, stage } = desk;
    expect(await start('01512 3456789', { connections })).toEqual(problem('country_missing'));
    expect(await stage.prisma.challenge.count()).toBe(0);
  });

  it('SMS-1: of a country that is not texted to is told so, before any send, whoever asks', async () => {
    const { start, purse, stage } = desk;
    const wish = { connections, served: ['DE', 'AT'] };
    expect(await start('+49 1512 3456789', wish)).toMatchObject({ kind: 'asked' });
    expect(purse.admitted).toHaveLength(1);
    const refused = problem('country_not_served', { country: 'GB' });
    expect(await start('+44 7400 123456', wish)).toEqual(refused);
    expect(await start('+44 7400 123456', { ...wish, knownBrowserId: 'known' })).toEqual(refused);
    expect(purse.admitted).toHaveLength(1);
    expect(await stage.prisma.challenge.count()).toBe(1);
    expect(await start('+44 7400 123456', { connections, served: [] })).toEqual(refused);
  });

  it('SMS-1: that would cost too much gets the same page and no message, and the log says why', async () => {
    const { wait, purse, stage } = desk;
    const sent = await wait('+49 1512 3456789', { connections, ip: '192.0.2.1' });
    const kept = await wait('+49 1512 3456780', { connections, ip: '192.0.2.1', withheld: 'sms_per_prefix' });
    expect(Object.keys(kept.asked)).toEqual(Object.keys(sent.asked));
    expect([sent.message !== null, kept.message !== null]).toEqual([true, false]);
    expect(await stage.prisma.message.count()).toBe(1);
    expect(await stage.events()).toEqual({ cs: 1, limit_sms: 1 });
    expect(purse.admitted).toMatchObject([
      { number: '+4915123456789', country: 'DE', connection: 'sms', clientId: 'client-1' },
      { number: '+4915123456780', country: 'DE', connection: 'sms', context: { ip: '192.0.2.1' } },
    ]);
  });
});

describe('the purse', () => {
  const connections = [smsConnection()];
  const number = '+49 1512 3456789';

  /** What a budget of every text message has counted. */
  async function counted(): Promise<number> {
    const counter = await desk.stage.prisma.limitCounter.findFirst({
      where: { key: { startsWith: 'sms_per_day:' } },
    });
    return counter?.count ?? 0;
  }
  const openGuard = () =>
    createSmsSpendGuard({
      budgets: createSmsBudgetStore(desk.stage.prisma),
      hashSubject: (subject) => box.hash('subject', subject),
      limitOverrides: () => ({ sms_per_number: 1000 }),
    });

  it.each([null, 'known'])(
    'SMS-1, OTP-7: is where it was after fifty starts that are refused (browser: %s)',
    async (knownBrowserId) => {
      const { start, stage } = desk;
      const wish = { connections, guard: openGuard(), knownBrowserId };
      for (let n = 0; n < 10; n++) expect((await start(number, wish)).kind).toBe('asked');
      expect(await counted()).toBe(10);
      for (let n = 0; n < 50; n++) expect(await start(number, wish)).toMatchObject(problem('wait'));
      expect(await counted()).toBe(10);
      expect(await stage.prisma.message.count()).toBe(10);
    },
  );

  it('SMS-1, OTP-7: is where it was after fifty resends that are refused', async () => {
    const { wait, again, stage } = desk;
    const wish = { connections, guard: openGuard(), limits: { starts_per_recipient_hour: 1 } };
    const waiting = await wait(number, wish);
    stage.pass(30);
    for (let n = 0; n < 50; n++) expect(await again(waiting, wish)).toMatchObject(problem('wait'));
    expect(await counted()).toBe(1);
  });
});

describe('a test identity', () => {
  const identity = (seconds = 3600) => ({
    identifier: 'review@x.test',
    code: '314159',
    expiresAt: desk.stage.later(seconds),
  });

  it('signs in with its fixed code and without a message, and the log says so', async () => {
    const { wait, type, stage } = desk;
    const connections = [emailConnection({ testIdentities: [identity()], signUpOpen: false })];
    const waiting = await wait('Review@x.test', { connections });
    expect(waiting.message).toBeNull();
    expect(await stage.prisma.message.count()).toBe(0);
    expect(await type(waiting, '314 159', { connections })).toMatchObject({
      kind: 'signed_in',
      notice: null,
    });
    expect(await stage.events()).toEqual({ test_identity: 1, ss: 1 });
    expect(await stage.prisma.logEvent.findFirst({ where: { type: 'ss' } })).toMatchObject({
      description: 'Signed in as a test identity, with its fixed code.',
    });
  });

  it('is nobody special once its end is reached: a message goes out, and the fixed code is wrong', async () => {
    const { wait, type, stage } = desk;
    const connections = [emailConnection({ testIdentities: [identity(60)] })];
    const before = await wait('review@x.test', { connections });
    stage.pass(60);
    expect(await type(before, '314159', { connections })).toMatchObject(problem('code_wrong'));
    const after = await wait('review@x.test', { connections });
    expect(await type(after, after.message?.oneTimeCode, { connections })).toMatchObject({
      kind: 'signed_in',
    });
  });

  it('OTP-19: has no code that works for anybody else, nor through another connection', async () => {
    const { wait, type } = desk;
    const connections = [
      emailConnection({ testIdentities: [identity()] }),
      emailConnection({ name: 'other' }),
    ];
    const other = await wait('ann@x.test', { connections });
    expect(await type(other, '314159', { connections })).toMatchObject(problem('code_wrong'));
    const [, without] = connections;
    const elsewhere = await wait('review@x.test', { connections: without ? [without] : [] });
    expect(elsewhere.message).not.toBeNull();
    expect(await type(elsewhere, '314159', { connections })).toMatchObject(problem('code_wrong'));
  });

  it('goes on with the same code after a resend that would have made another', async () => {
    const { wait, again, type, stage } = desk;
    const connections = [emailConnection({ testIdentities: [identity()] })];
    const waiting = await wait('review@x.test', { connections });
    stage.pass(900);
    expect(await type(waiting, '314159', { connections })).toEqual(problem('code_expired'));
    const resent = await again(waiting, { connections });
    expect(resent).toMatchObject({ kind: 'resent', newCode: true, message: null });
    if (resent.kind !== 'resent') return;
    expect(await type({ ...waiting, asked: resent.asked }, '314159', { connections })).toMatchObject({
      kind: 'signed_in',
    });
  });

  describe('can be guessed at, because its code stays the same,', () => {
    /** How many of so many wrong codes from a network were compared. */
    async function guess(times: number, wish: Parameters<typeof desk.wait>[1]): Promise<number> {
      const { wait, type } = desk;
      let compared = 0;
      const limits = { starts_per_recipient_hour: 1000, starts_per_recipient_day: 1000 };
      for (let login = 0; login < times / 4; login++) {
        const waiting = await wait('review@x.test', { ...wish, limits });
        for (let guess = 0; guess < 4; guess++) {
          const answered = await type(waiting, '271828', wish);
          if (answered.kind === 'problem' && answered.problem.kind === 'code_wrong') compared++;
        }
      }
      return compared;
    }
    const elsewhere = { ip: '198.51.100.1' };

    it('OTP-5, OTP-7: ten times an hour from one network, which keeps a reviewer elsewhere from nothing', async () => {
      const { wait, type, stage } = desk;
      const connections = [emailConnection({ testIdentities: [identity(86_400)] })];
      const stranger = { connections, ip: '203.0.113.5' };
      expect(await guess(20, stranger)).toBe(10);
      const reviewer = await wait('review@x.test', { connections, ...elsewhere });
      const signedIn = await type(reviewer, '314159', { connections, ...elsewhere });
      expect(signedIn.kind).toBe('signed_in');
      stage.pass(7200);
      expect(await guess(20, stranger)).toBe(10);
    });

    it('OTP-5: from anywhere as often as a day has', async () => {
      const connections = [emailConnection({ testIdentities: [identity(86_400)] })];
      const limits = { guesses_per_test_identity_day: 25 };
      const from = (ip: string) => guess(12, { connections, limits, ip });
      expect([await from('203.0.113.1'), await from('203.0.113.2'), await from('203.0.113.3')]).toEqual([
        10, 10, 5,
      ]);
      expect(await guess(4, { connections, limits, ...elsewhere })).toBe(0);
    });
  });

  it('of a country that is not texted to needs no text message, and costs nothing', async () => {
    const { wait, type, purse } = desk;
    const number = { ...identity(), identifier: '+447400123456' };
    const connections = [smsConnection({ testIdentities: [number] })];
    const waiting = await wait('+44 7400 123456', { connections, served: ['DE'] });
    expect((await type(waiting, '314159', { connections })).kind).toBe('signed_in');
    expect(purse).toEqual({ admitted: [], answered: [] });
  });
});

describe('messages', () => {
  const waitUntil = (time: string) => ({
    kind: 'problem',
    problem: { kind: 'wait', until: Date.parse(`2026-11-20T${time}Z`) },
  });

  it('RLM-3: to one person are ten an hour, over both processes, and the person is told when to come back', async () => {
    const { start, stage } = desk;
    const { first, second } = stage;
    for (let message = 0; message < 10; message++)
      expect((await start('ann@x.test', { on: message < 5 ? first : second })).kind).toBe('asked');
    expect(await start('ann@x.test', { on: first })).toEqual(waitUntil('13:00:00.001'));
    expect(await start('ann@x.test', { on: second })).toEqual(waitUntil('13:00:00.001'));
    expect(await stage.prisma.message.count()).toBe(10);
    expect((await start('bob@x.test')).kind).toBe('asked');
  });

  it('to one person are twenty-five a day', async () => {
    const { start, stage } = desk;
    let asked = 0;
    for (let hour = 0; hour < 6; hour++) {
      for (let message = 0; message < 5; message++)
        asked += (await start('ann@x.test')).kind === 'asked' ? 1 : 0;
      stage.pass(3600);
    }
    expect(asked).toBe(25);
  });

  it('IDN-4: to one mailbox share a budget, whatever its tag, and are for different people', async () => {
    const { start, stage } = desk;
    for (let tag = 0; tag < 10; tag++) expect((await start(`ann+${tag}@x.test`)).kind).toBe('asked');
    expect(await start('ann@x.test')).toEqual(waitUntil('13:00:00.001'));
    expect(await start('Ann+New@x.test')).toEqual(waitUntil('13:00:00.001'));
    expect((await stage.signIn('ann+1@x.test')).accountId).not.toBe(
      (await stage.signIn('ann+2@x.test')).accountId,
    );
  });

  it('OTP-6: from one network are fifty an hour, a network being an IPv4 address or an IPv6 /64', async () => {
    const { start } = desk;
    const limits = { starts_per_ip: 3 };
    const from = async (ip: string, person: number) =>
      (await start(`person${person}@x.test`, { ip, limits })).kind;
    expect([
      await from('2001:db8::1', 1),
      await from('2001:db8::2', 2),
      await from('2001:db8::ffff:1', 3),
    ]).toEqual(Array(3).fill('asked'));
    expect(await from('2001:db8::abcd', 4)).toBe('problem');
    expect(await from('2001:db8:0:1::1', 5)).toBe('asked');
    expect([
      await from('192.0.2.1', 6),
      await from('::ffff:192.0.2.1', 7),
      await from('192.0.2.1', 8),
    ]).toEqual(Array(3).fill('asked'));
    expect(await from('::ffff:c000:201', 9)).toBe('problem');
  });

  it('OTP-7: a browser that signed in as that person before has a share that strangers cannot use up', async () => {
    const { start } = desk;
    for (let message = 0; message < 10; message++) await start('ann@x.test', { ip: '198.51.100.9' });
    expect((await start('ann@x.test', { ip: '192.0.2.1' })).kind).toBe('problem');
    expect((await start('ann@x.test', { ip: '192.0.2.1', knownBrowserId: 'ann’s' })).kind).toBe('asked');
  });

  it('OTP-7: which it has at each person by itself', async () => {
    const { start } = desk;
    const wish = { limits: { starts_per_known_browser: 1 }, knownBrowserId: 'one' };
    expect((await start('ann@x.test', wish)).kind).toBe('asked');
    expect(await start('ann@x.test', wish)).toMatchObject(problem('wait'));
    expect((await start('bob@x.test', wish)).kind).toBe('asked');
  });

  it('OTP-7: whoever is refused for the network they come from uses up nobody’s share', async () => {
    const { start, stage } = desk;
    const limits = { starts_per_ip: 1 };
    await start('eve@x.test', { ip: '198.51.100.9', limits });
    for (let knock = 0; knock < 12; knock++)
      expect((await start('ann@x.test', { ip: '198.51.100.9', limits })).kind).toBe('problem');
    expect((await start('ann@x.test', { ip: '192.0.2.1', limits })).kind).toBe('asked');
    expect(await stage.prisma.challenge.count()).toBe(2);
  });

  it('are none where an operator set a limit to zero', async () => {
    expect((await desk.start('ann@x.test', { limits: { starts_per_recipient_day: 0 } })).kind).toBe(
      'problem',
    );
  });
});
