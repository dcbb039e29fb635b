// A typed address becomes a question and a message, on a real store that two processes share.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Desk, openDesk, otherThan } from '@/tests/store/conformance/sign-in-desk';

let desk: Desk;
beforeAll(async () => {
  desk = await openDesk();
});
beforeEach(() => desk.reset());
afterEach(async () => expect(await desk.stage.findSecretsAtRest()).toEqual([]));
afterAll(() => desk?.close());

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

  it('OTP-12, LOG-1: leaves neither the code nor, in log and counters, the address in the database', async () => {
    const { wait, type, stage } = desk;
    const waiting = await wait('ann@x.test', { ip: '192.0.2.7' });
    await type(waiting, otherThan(waiting.message?.oneTimeCode), { ip: '192.0.2.7' });
    await type(waiting, waiting.message?.oneTimeCode, { ip: '192.0.2.7' });
    const dump = await stage.dump();
    expect(dump.length).toBeGreaterThan(10);
    expect(dump.filter(({ row }) => new RegExp(`\\b${waiting.message?.oneTimeCode}\\b`).test(row))).toEqual(
      [],
    );
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
