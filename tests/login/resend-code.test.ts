// The message once more, on a real store: the same code while it lives long enough, a second one beside it afterwards.
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { messageReference } from '@/lib/login/message-reference';
import { emailConnection, smsConnection } from '@/tests/memory/connections';
import { type Desk, openDesk, otherThan, type Waiting } from '@/tests/store/conformance/sign-in-desk';

let desk: Desk;
beforeAll(async () => {
  desk = await openDesk();
});
beforeEach(() => desk.reset());
afterEach(async () => expect(await desk.stage.findSecretsAtRest()).toEqual([]));
afterAll(() => desk?.close());

const problem = (kind: string, more = {}) => ({ kind: 'problem', problem: { kind, ...more } });

/** Asks again, and fails the test when no message goes out. */
async function resent(waiting: Waiting): Promise<Waiting & { newCode: boolean }> {
  const again = await desk.again(waiting);
  if (again.kind !== 'resent') throw new Error(`Not sent again: ${again.kind}`);
  return { ...waiting, ...again };
}

it('repeats the same code under the same reference while it has two minutes left', async () => {
  const { wait, stage } = desk;
  const waiting = await wait('ann@x.test');
  stage.pass(480);
  const again = await resent(waiting);
  expect(again.newCode).toBe(false);
  expect(again.asked).toEqual({
    ...waiting.asked,
    sends: 2,
    sentAt: stage.now.getTime(),
    resendAllowedAt: stage.later(60).getTime(),
  });
  expect(again.message).toEqual({
    ...waiting.message,
    messageId: expect.any(String),
    askedAt: stage.now,
    expiresAt: stage.later(120),
  });
  expect(again.message?.messageId).not.toBe(waiting.message?.messageId);
});

it('afterwards sends another code under another reference, for ten minutes', async () => {
  const { wait, stage } = desk;
  const waiting = await wait('ann@x.test');
  stage.pass(481);
  const again = await resent(waiting);
  expect(again.newCode).toBe(true);
  expect(again.asked).toMatchObject({ generation: 1, sends: 2, challengeId: waiting.asked.challengeId });
  expect(again.asked.reference).toBe(messageReference(waiting.asked.challengeId, 1));
  expect(again.asked.reference).not.toBe(waiting.asked.reference);
  expect(again.message).toMatchObject({ reference: again.asked.reference, expiresAt: stage.later(600) });
  expect(again.message?.oneTimeCode).not.toBe(waiting.message?.oneTimeCode);
});

it('OTP-16: waits 30, 60 and then always 120 seconds, and the page knows', async () => {
  const { wait, again, stage } = desk;
  let waiting = await wait('ann@x.test');
  for (const seconds of [30, 60, 120, 120]) {
    const until = stage.later(seconds).getTime();
    expect(waiting.asked.resendAllowedAt).toBe(until);
    stage.pass(seconds - 0.001);
    expect(await again(waiting)).toEqual(problem('wait', { until }));
    stage.pass(0.001);
    waiting = await resent(waiting);
  }
  expect(waiting.asked.sends).toBe(5);
});

it('counts against the same limits as a first message, and says when to come back', async () => {
  const { wait, again, stage } = desk;
  const limits = { starts_per_recipient_hour: 2 };
  const waiting = await wait('ann@x.test', { limits });
  stage.pass(30);
  expect((await again(waiting, { limits })).kind).toBe('resent');
  stage.pass(60);
  const until = Date.parse('2026-11-20T13:00:00.001Z');
  expect(await again(waiting, { limits })).toEqual(problem('wait', { until }));
});

it('OTP-16, ENU-1: of a challenge that nobody can answer looks the same, without a message', async () => {
  const { wait, again, stage } = desk;
  const { accountId } = await stage.signIn('ann@x.test');
  await stage.block(accountId);
  const waiting = await wait('ann@x.test');
  stage.pass(30);
  expect(await again(waiting)).toMatchObject({
    kind: 'resent',
    newCode: false,
    asked: { sends: 2, reference: waiting.asked.reference },
    message: null,
  });
});

it('does not send for a login that is out of guesses or was answered', async () => {
  const { wait, again, type, stage } = desk;
  const [exhausted, answered] = [await wait('ann@x.test'), await wait('bob@x.test')];
  for (let guess = 0; guess < 5; guess++) await type(exhausted, otherThan(exhausted.message?.oneTimeCode));
  await type(answered, answered.message?.oneTimeCode);
  stage.pass(60);
  expect(await again(exhausted)).toEqual(problem('too_many_tries'));
  expect(await again(answered)).toEqual({ kind: 'ended' });
});

it('says so of a login that whoever holds its message stopped', async () => {
  const { wait, again, stop, stage } = desk;
  const waiting = await wait('ann@x.test');
  expect(await stop(waiting.message?.link)).toBe(true);
  stage.pass(30);
  expect(await again(waiting)).toEqual({ kind: 'cancelled' });
});

it('carries again what the first message carried, the same link as long as the same code', async () => {
  const { wait, stage } = desk;
  const connections = [emailConnection({ sendMode: 'link' })];
  const waiting = await wait('ann@x.test', { connections });
  stage.pass(30);
  const again = await resent(waiting);
  expect(again.message).toMatchObject({ oneTimeCode: null, link: waiting.message?.link });
  stage.pass(600);
  const later = await resent(again);
  expect(later.message?.link).not.toBe(waiting.message?.link);
});

it('makes a code that lives as long as its connection says', async () => {
  const { wait, stage } = desk;
  const connections = [emailConnection({ codeLifetimeSeconds: 180 })];
  const waiting = await wait('ann@x.test', { connections });
  stage.pass(100);
  expect(await resent(waiting)).toMatchObject({ newCode: true, message: { expiresAt: stage.later(180) } });
});

it('SMS-1: asks the guard of the purse each time, but not for what the page knows is too early', async () => {
  const { wait, again, purse, stage } = desk;
  const connections = [smsConnection()];
  const waiting = await wait('+49 1512 3456789', { connections });
  expect((await again(waiting, { connections })).kind).toBe('problem');
  expect(purse.admitted).toHaveLength(1);
  stage.pass(30);
  const withheld = await again(waiting, { connections, withheld: 'sms_per_day' });
  expect(withheld).toMatchObject({ kind: 'resent', message: null, asked: { sends: 2 } });
  expect(purse.admitted[1]).toMatchObject({ number: '+4915123456789', country: 'DE', connection: 'sms' });
  expect(await stage.prisma.message.count()).toBe(1);
});

it('SMS-1: asks the guard of the purse also for a connection that was deleted meanwhile', async () => {
  const { wait, again, purse, stage } = desk;
  const waiting = await wait('+49 1512 3456789', { connections: [smsConnection()] });
  stage.pass(30);
  expect(await again(waiting, { connections: [], withheld: 'sms_per_day' })).toMatchObject({ message: null });
  expect(purse.admitted).toHaveLength(2);
});
