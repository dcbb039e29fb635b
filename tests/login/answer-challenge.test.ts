// A typed code becomes an authorization code, or a problem with words: on a real store that two processes share.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Desk, openDesk, otherThan } from '@/tests/store/conformance/sign-in-desk';
import { nextBox, rotatedBox } from '@/tests/store/conformance/stores';

let desk: Desk;
beforeAll(async () => {
  desk = await openDesk();
});
beforeEach(() => desk.reset());
afterEach(async () => expect(await desk.stage.findSecretsAtRest()).toEqual([]));
afterAll(() => desk?.close());

const problem = (kind: string, more = {}) => ({ kind: 'problem', problem: { kind, ...more } });

describe('the right code', () => {
  it('signs in, with a session and an authorization code that the client can redeem', async () => {
    const { wait, type, stage } = desk;
    const waiting = await wait('ann@x.test');
    const answered = await type(waiting, waiting.message?.oneTimeCode);
    expect(answered).toEqual({
      kind: 'signed_in',
      accountId: expect.stringMatching(/^email\|[0-9a-f]{24}$/),
      firstLogin: true,
      authorizationCode: expect.stringMatching(/^[\w-]{43}$/),
      tokenFamilyId: null,
      sessionSecret: expect.stringMatching(/^[\w-]{43}$/),
      sessionExpiresAt: stage.later(168 * 3600),
      subject: expect.stringMatching(/^[\w-]{43}$/),
      notice: null,
    });
    if (answered.kind !== 'signed_in') return;
    expect(await stage.first.sessions.findActive(answered.sessionSecret, stage.now)).toMatchObject({
      accountId: answered.accountId,
      authenticatedAt: stage.now,
    });
    expect(await stage.redeem({ code: answered.authorizationCode ?? '' })).toMatchObject({
      kind: 'redeemed',
      grant: { scope: 'openid', nonce: 'N1', subject: { email: 'ann@x.test' }, authTimeRequested: false },
    });
  });

  it.each<[string, (code: string) => string]>([
    ['with a space', (code) => `${code.slice(0, 3)} ${code.slice(3)}`],
    ['in full-width digits', (code) => inDigitsFrom('０', code)],
    ['in Arabic digits', (code) => inDigitsFrom('٠', code)],
  ])('OTP-15: is right as people type it: %s', async (_, typed) => {
    const waiting = await desk.wait('ann@x.test');
    const { kind } = await desk.type(waiting, typed(waiting.message?.oneTimeCode ?? ''));
    expect(kind).toBe('signed_in');
  });

  it.each([
    ['max_age', { maxAgeSeconds: 0 }],
    ['prompt=login', { prompt: ['login'] as const }],
  ])('says when it was given, where %s asked for that', async (_, request) => {
    const { wait, type, stage } = desk;
    const waiting = await wait('ann@x.test', {}, request);
    const answered = await type(waiting, waiting.message?.oneTimeCode);
    const authorizationCode = (answered.kind === 'signed_in' && answered.authorizationCode) || '';
    expect(await stage.redeem({ code: authorizationCode })).toMatchObject({
      grant: { authTimeRequested: true },
    });
  });

  it.each([
    [['id_token', 'token'] as const, 0],
    [['code', 'token'] as const, 1],
  ])('leaves tokens of the session for a request for %j, with %i codes', async (responseType, codes) => {
    const { wait, type, stage } = desk;
    const waiting = await wait('ann@x.test', {}, { responseType, webTokenLifetimeSeconds: 7200 });
    const answered = await type(waiting, waiting.message?.oneTimeCode);
    const tokenFamilyId = (answered.kind === 'signed_in' && answered.tokenFamilyId) || '';
    expect(await stage.first.families.findActive(tokenFamilyId)).toMatchObject({
      subject: { email: 'ann@x.test' },
      authenticatedAt: stage.now,
    });
    expect(await stage.prisma.authorizationCode.count()).toBe(codes);
  });

  it('FRM-4: ends the session that this browser had', async () => {
    const { wait, type, stage } = desk;
    const had = await stage.signIn('bob@x.test');
    const waiting = await wait('ann@x.test');
    await type(waiting, waiting.message?.oneTimeCode, { replacedSessionSecret: had.sessionSecret });
    expect(await stage.first.sessions.findActive(had.sessionSecret, stage.now)).toBeNull();
  });

  it('OTP-9: of another login for the same address is wrong', async () => {
    const { wait, type } = desk;
    const [mine, theirs] = [await wait('ann@x.test'), await wait('ann@x.test')];
    expect(await type(mine, theirs.message?.oneTimeCode)).toEqual(problem('code_wrong', { triesLeft: 4 }));
    expect((await type(mine, mine.message?.oneTimeCode)).kind).toBe('signed_in');
  });

  it('OTP-9: with the question of one login does not answer another', async () => {
    const { wait, type } = desk;
    const [mine, theirs] = [await wait('ann@x.test'), await wait('ann@x.test')];
    const swapped = { ...mine, asked: theirs.asked };
    expect(await type(swapped, theirs.message?.oneTimeCode)).toEqual({ kind: 'ended' });
  });

  it('OTP-11: came too late, and says so', async () => {
    const { wait, type, stage } = desk;
    const waiting = await wait('ann@x.test');
    stage.pass(600);
    expect(await type(waiting, waiting.message?.oneTimeCode)).toEqual(problem('code_expired'));
  });

  it('OTP-10: answers once, on either process', async () => {
    const { wait, type, stage } = desk;
    const waiting = await wait('ann@x.test');
    const code = waiting.message?.oneTimeCode;
    const answers = await stage.atOnce(2, (on) => type(waiting, code, { on }));
    expect(answers.map(({ kind }) => kind).sort()).toEqual(['ended', 'signed_in']);
    expect(await type(waiting, code)).toEqual({ kind: 'ended' });
  });

  it('MAG-10: of an account that was blocked meanwhile signs nobody in', async () => {
    const { wait, type, stage } = desk;
    const { accountId } = await stage.signIn('ann@x.test');
    const waiting = await wait('ann@x.test');
    await stage.block(accountId);
    expect(await type(waiting, waiting.message?.oneTimeCode)).toEqual({ kind: 'blocked' });
  });

  it('OTP-12: stays right while SECRET is being replaced, and is nothing without the old one', async () => {
    const { wait, type } = desk;
    const waiting = await wait('ann@x.test');
    const code = waiting.message?.oneTimeCode;
    expect(await type(waiting, code, { secrets: nextBox })).toEqual(problem('code_wrong', { triesLeft: 4 }));
    expect((await type(waiting, code, { secrets: rotatedBox })).kind).toBe('signed_in');
  });
});

describe('two codes in hand', () => {
  it('are both right while each lives', async () => {
    const { wait, again, type, stage } = desk;
    const [first, second] = [await wait('ann@x.test'), await wait('bob@x.test')];
    stage.pass(500);
    for (const waiting of [first, second]) {
      const resent = await again(waiting);
      if (resent.kind !== 'resent') throw new Error(resent.kind);
      expect(resent.message?.oneTimeCode).not.toBe(waiting.message?.oneTimeCode);
      const { asked } = resent;
      const typed = waiting === first ? waiting.message : resent.message;
      expect((await type({ ...waiting, asked }, typed?.oneTimeCode)).kind).toBe('signed_in');
    }
  });

  it('are both right in a browser that missed the answer to its wish for the second', async () => {
    const { wait, again, type, stage } = desk;
    const waiting = await wait('ann@x.test');
    stage.pass(500);
    const resent = await again(waiting);
    const typed = resent.kind === 'resent' ? resent.message?.oneTimeCode : '';
    expect((await type(waiting, typed)).kind).toBe('signed_in');
  });
});

describe('a wrong code', () => {
  it('OTP-2: may be typed five times; then the right one is refused, and a new login works', async () => {
    const { wait, type } = desk;
    const waiting = await wait('ann@x.test');
    const [right, wrong] = [waiting.message?.oneTimeCode, otherThan(waiting.message?.oneTimeCode)];
    for (const triesLeft of [4, 3, 2, 1])
      expect(await type(waiting, wrong)).toEqual(problem('code_wrong', { triesLeft }));
    expect(await type(waiting, wrong)).toEqual(problem('too_many_tries'));
    expect(await type(waiting, right)).toEqual(problem('too_many_tries'));
    const next = await wait('ann@x.test');
    expect((await type(next, next.message?.oneTimeCode)).kind).toBe('signed_in');
  });

  it.each(['', '12345', '1234567', 'abcdef', '12345a', '1'.repeat(1_000_000)])(
    'OTP-15: that cannot be one is no guess',
    async (typed) => {
      const { wait, type, stage } = desk;
      const waiting = await wait('ann@x.test');
      expect(await type(waiting, typed)).toEqual(problem('code_malformed', { codeLength: 6 }));
      expect(await stage.prisma.challenge.findFirst()).toMatchObject({ attempts: 0 });
    },
  );

  it('OTP-5, IDN-4: counts for the mailbox, over all logins and every tag, and no code is looked at above the limit', async () => {
    const { wait, type } = desk;
    const limits = { guesses_per_identifier: 6 };
    for (const spelling of ['ann@x.test', 'ANN+news@x.test', 'ann+shop@x.test']) {
      const waiting = await wait(spelling);
      for (let guess = 0; guess < 2; guess++)
        expect(await type(waiting, otherThan(waiting.message?.oneTimeCode), { limits })).toMatchObject(
          problem('code_wrong'),
        );
    }
    const victim = await wait('ann@x.test');
    const until = Date.parse('2026-11-20T14:00:00Z');
    expect(await type(victim, victim.message?.oneTimeCode, { limits })).toEqual(problem('wait', { until }));
    expect(
      (await type(victim, victim.message?.oneTimeCode, { limits, knownBrowserId: 'ann’s' })).kind,
      'OTP-7: but a browser that is known has a budget of its own',
    ).toBe('signed_in');
  });

  it('OTP-5: counts for the mailbox over all browsers that are known, and strangers use up none of that', async () => {
    const { wait, type } = desk;
    const limits = { guesses_per_identifier: 1, guesses_per_identifier_known: 4 };
    const stranger = await wait('ann@x.test');
    const wrong = otherThan(stranger.message?.oneTimeCode);
    expect(await type(stranger, wrong, { limits })).toMatchObject(problem('code_wrong'));
    expect(await type(stranger, wrong, { limits })).toMatchObject(problem('wait'));
    for (const knownBrowserId of ['one', 'two', 'three', 'four']) {
      const waiting = await wait('ann@x.test', { knownBrowserId });
      const said = await type(waiting, otherThan(waiting.message?.oneTimeCode), { limits, knownBrowserId });
      expect(said).toMatchObject(problem('code_wrong'));
    }
    const fifth = await wait('ann@x.test', { knownBrowserId: 'five' });
    const right = fifth.message?.oneTimeCode;
    expect(await type(fifth, right, { limits, knownBrowserId: 'five' })).toMatchObject(problem('wait'));
    expect(await type(fifth, right, { limits: {}, knownBrowserId: 'five' })).toMatchObject({
      kind: 'signed_in',
    });
  });

  it('OTP-5: counts for the browser that is known, at that person alone', async () => {
    const { wait, type } = desk;
    const wish = { limits: { guesses_per_known_browser: 2 }, knownBrowserId: 'one' };
    const waiting = await wait('ann@x.test', wish);
    const [right, wrong] = [waiting.message?.oneTimeCode, otherThan(waiting.message?.oneTimeCode)];
    for (const triesLeft of [4, 3])
      expect(await type(waiting, wrong, wish)).toEqual(problem('code_wrong', { triesLeft }));
    expect(await type(waiting, right, wish)).toMatchObject(problem('wait'));
    const other = await wait('bob@x.test', wish);
    expect((await type(other, other.message?.oneTimeCode, wish)).kind).toBe('signed_in');
    expect((await type(waiting, right, { ...wish, knownBrowserId: 'two' })).kind).toBe('signed_in');
  });

  it('OTP-6: counts for the network it comes from, over all persons', async () => {
    const { wait, type } = desk;
    const limits = { guesses_per_ip: 3 };
    for (let person = 0; person < 3; person++) {
      const waiting = await wait(`person${person}@x.test`);
      const wrong = otherThan(waiting.message?.oneTimeCode);
      expect(await type(waiting, wrong, { ip: `2001:db8::${person}`, limits })).toMatchObject(
        problem('code_wrong'),
      );
    }
    const waiting = await wait('ann@x.test');
    const right = waiting.message?.oneTimeCode;
    expect(await type(waiting, right, { ip: '2001:db8::9', limits })).toMatchObject(problem('wait'));
    expect((await type(waiting, right, { ip: '2001:db8:1::9', limits })).kind).toBe('signed_in');
  });
});

it('an answer after the hour a login may take is told that it ended', async () => {
  const { wait, type, stage } = desk;
  const waiting = await wait('ann@x.test');
  stage.pass(3600);
  expect(await type(waiting, waiting.message?.oneTimeCode)).toEqual({ kind: 'ended' });
});

function inDigitsFrom(zero: string, code: string): string {
  return [...code].map((digit) => String.fromCodePoint((zero.codePointAt(0) ?? 0) + Number(digit))).join('');
}
