// What a store promises of a guess (lib/login/challenge.ts, `answer`): counted before it is compared, right once.
import { describe, expect, it } from 'vitest';
import { MAX_GUESSES } from '@/lib/login/one-time-code';
import { type Asked, CLIENT_ID, type Given, isFull, PATIENCE, type Stage, tally } from '../stage';

const answersOf = (given: readonly Given[]) => given.map(({ answered }) => answered);

/** @param rounds how often one right code hides among fifty guesses */
export function promiseToAnswer(stage: () => Stage, { rounds }: { rounds: number }): void {
  describe('guesses at once', () => {
    it('OTP-3: of fifty wrong ones over two processes five are compared', async () => {
      const { ask, guessWrong, atOnce, prisma, events } = stage();
      const asked = await ask('ann@x.test');
      const answers = answersOf(await atOnce(50, (on) => guessWrong(asked, { on })));
      expect(tally(answers)).toEqual({ wrong: 5, exhausted: 45 });
      const triesLeft = answers.flatMap((answer) => (answer.kind === 'wrong' ? [answer.triesLeft] : []));
      expect(triesLeft.sort()).toEqual([0, 1, 2, 3, 4]);
      expect(await prisma.challenge.findFirst()).toMatchObject({ attempts: 5 });
      expect(await events()).toEqual({ cls: 1, f: 5 });
    });

    it('OTP-7: use up as much of the budget of the identifier as was compared', async () => {
      const { ask, guessWrong, atOnceBehind, limit, counted } = stage();
      const budget = limit('guesses_per_identifier', 100);
      const asked = await ask('ann@x.test');
      const row = { table: 'challenges', id: asked.challengeId } as const;
      const given = await atOnceBehind(row, 10, (on) => guessWrong(asked, { on, limits: [budget] }));
      expect(tally(answersOf(given))).toEqual({ wrong: 5, exhausted: 5 });
      expect(await counted(budget)).toBe(5);
    });

    it('OTP-3: a right one at a random place among fifty succeeds no more often than five in fifty', {
      timeout: 120_000,
    }, async () => {
      const { ask, answer, atOnce, prisma } = stage();
      let successes = 0;
      for (let round = 0; round < rounds; round++) {
        const asked = await ask(`round${round}@x.test`);
        const lucky = Math.floor(Math.random() * 50);
        const given = await atOnce(50, (on, index) =>
          answer(asked, { on, matchedGeneration: index === lucky ? 0 : null }),
        );
        const { proven = 0, wrong = 0 } = tally(answersOf(given));
        const { attempts } = await prisma.challenge.findUniqueOrThrow({ where: { id: asked.challengeId } });
        expect(proven).toBeLessThanOrEqual(1);
        expect(proven + wrong).toBe(attempts);
        expect(attempts).toBeLessThanOrEqual(MAX_GUESSES);
        successes += proven;
      }
      expect(await prisma.session.count()).toBe(successes);
      expect(successes).toBeLessThanOrEqual(chanceBound(rounds, MAX_GUESSES / 50));
    });

    it('OTP-10: of fifty right ones over two processes one makes a session and an authorization code', async () => {
      const { ask, answer, atOnce, prisma, events } = stage();
      const asked = await ask('ann@x.test');
      const answers = answersOf(await atOnce(50, (on) => answer(asked, { on })));
      expect(tally(answers)).toEqual({ proven: 1, ended: 49 });
      expect(await prisma.session.count()).toBe(1);
      expect(await prisma.authorizationCode.count()).toBe(1);
      expect(await prisma.account.findMany()).toMatchObject([{ loginsCount: 1 }]);
      expect(await prisma.identity.count()).toBe(1);
      expect(await events()).toEqual({ cls: 1, ss: 1 });
    });

    it('IDN-7: twenty challenges for one new address, proven at once, make one account', async () => {
      const { ask, answer, atOnce, prisma } = stage();
      const asked = await atOnce(20, (on) => ask('ann@x.test', { on }));
      const given = await atOnce(20, (on, index) => answer(asked[index] as Asked, { on }));
      const proven = answersOf(given).flatMap((answer) => (answer.kind === 'proven' ? [answer] : []));
      expect(proven).toHaveLength(20);
      expect(new Set(proven.map(({ accountId }) => accountId)).size).toBe(1);
      expect(proven.filter(({ firstLogin }) => firstLogin)).toHaveLength(1);
      expect(await prisma.account.findMany()).toMatchObject([{ id: proven[0]?.accountId, loginsCount: 20 }]);
      expect(await prisma.identity.count()).toBe(1);
      expect(await prisma.session.count({ where: { accountId: proven[0]?.accountId ?? '' } })).toBe(20);
    });
  });

  describe('a right answer', () => {
    it('writes account, identity, session and authorization code', async () => {
      const { ask, answer, prisma, now, later } = stage();
      const { answered, sessionId } = await answer(await ask('ann@x.test', { typedForm: 'Ann@x.test' }));
      expect(answered).toEqual({
        kind: 'proven',
        accountId: expect.stringMatching(/^email\|[0-9a-f]{24}$/),
        sessionId,
        firstLogin: true,
        noticeSentTo: null,
      });
      const { accountId } = answered as Extract<typeof answered, { kind: 'proven' }>;
      expect(await prisma.identity.findMany()).toMatchObject([
        { provider: 'email', accountId, identifier: 'ann@x.test', typedForm: 'Ann@x.test', verifiedAt: now },
      ]);
      expect(await prisma.account.findMany()).toMatchObject([
        { id: accountId, lastLoginAt: now, createdAt: now, updatedAt: now, blockedAt: null },
      ]);
      expect(await prisma.session.findMany()).toMatchObject([
        {
          id: sessionId,
          accountId,
          authenticatedAt: now,
          amr: ['otp'],
          connection: 'email',
          ip: '192.0.2.1',
          idleExpiresAt: later(72 * 3600),
          expiresAt: later(168 * 3600),
          endedAt: null,
        },
      ]);
      expect(await prisma.authorizationCode.findMany()).toMatchObject([
        {
          clientId: CLIENT_ID,
          accountId,
          sessionId,
          authenticatedAt: now,
          expiresAt: later(60),
          consumedAt: null,
        },
      ]);
    });

    it('is written whole or not at all, and can be given again', async () => {
      const { ask, answer, signIn, prisma } = stage();
      const { sessionId } = await signIn('bob@x.test');
      const asked = await ask('ann@x.test');
      await expect(answer(asked, { sessionId })).rejects.toThrow();
      expect(await prisma.account.count()).toBe(1);
      expect(await prisma.authorizationCode.count()).toBe(1);
      expect((await answer(asked)).answered.kind).toBe('proven');
    });

    it('OTP-4: that is cut off was not compared, and can be given again', async ({ skip }) => {
      const { kind, ask, answer, first, second, prisma, countWaiting, limit, counted } = stage();
      if (kind === 'embedded') skip('one process has one connection');
      const budget = limit('guesses_per_identifier', 100);
      const asked = await ask('ann@x.test');
      await second.prisma.$transaction(async (holder) => {
        await holder.$queryRaw`SELECT 1 FROM challenges WHERE id = ${asked.challengeId}::text FOR UPDATE`;
        const cutOff = expect(answer(asked, { on: first, limits: [budget] })).rejects.toThrow();
        await expect.poll(() => countWaiting(holder), { interval: 10, timeout: 4_000 }).toBe(1);
        await holder.$queryRaw`
          SELECT pg_cancel_backend(pid) FROM pg_stat_activity
          WHERE datname = current_database() AND wait_event_type = 'Lock'`;
        await cutOff;
      }, PATIENCE);
      expect(await prisma.challenge.findFirst()).toMatchObject({ attempts: 0, provenAt: null });
      expect(await counted(budget)).toBeNull();
      expect((await answer(asked, { limits: [budget] })).answered.kind).toBe('proven');
    });

    it('OTP-10: is right once', async () => {
      const { ask, answer, guessWrong, prisma } = stage();
      const asked = await ask('ann@x.test');
      expect((await answer(asked)).answered.kind).toBe('proven');
      expect((await answer(asked)).answered).toEqual({ kind: 'ended' });
      expect((await guessWrong(asked)).answered).toEqual({ kind: 'ended' });
      expect(await prisma.session.count()).toBe(1);
    });

    it('OTP-2: is refused after five wrong ones, and a new challenge is answered', async () => {
      const { ask, answer, guessWrong, signIn, prisma } = stage();
      const asked = await ask('ann@x.test');
      for (let guess = 0; guess < 5; guess++) await guessWrong(asked);
      expect((await answer(asked)).answered).toEqual({ kind: 'exhausted' });
      expect(await prisma.session.count()).toBe(0);
      expect(await signIn('ann@x.test')).toMatchObject({ answered: { firstLogin: true } });
    });

    it('OTP-11: is right up to the last millisecond of its life, with no house-keeping', async () => {
      const { ask, answer, pass } = stage();
      const [inTime, tooLate] = [await ask('ann@x.test'), await ask('bob@x.test')];
      pass(600 - 0.001);
      expect((await answer(inTime)).answered.kind).toBe('proven');
      pass(0.001);
      expect((await answer(tooLate)).answered).toEqual({ kind: 'expired' });
    });

    it('that came too late is a counted guess', async () => {
      const { ask, answer, pass, prisma } = stage();
      const asked = await ask('ann@x.test');
      pass(600);
      for (let guess = 0; guess < 4; guess++)
        expect((await answer(asked)).answered).toEqual({ kind: 'expired' });
      expect((await answer(asked)).answered).toEqual({ kind: 'wrong', triesLeft: 0 });
      expect((await answer(asked)).answered).toEqual({ kind: 'exhausted' });
      expect(await prisma.account.count()).toBe(0);
    });

    it('with the code before stays right until that ends, with the one before that never', async () => {
      const { ask, answer, resend, pass } = stage();
      const [inTime, tooLate, twoBefore] = [
        await ask('ann@x.test'),
        await ask('bob@x.test'),
        await ask('carl@x.test'),
      ];
      pass(500);
      for (const asked of [inTime, tooLate, twoBefore])
        expect(await resend(asked)).toMatchObject({ generation: 1 });
      pass(100 - 0.001);
      expect((await answer(inTime, { matchedGeneration: 0 })).answered.kind).toBe('proven');
      pass(0.001);
      expect((await answer(tooLate, { matchedGeneration: 0 })).answered).toEqual({ kind: 'expired' });
      expect((await answer(tooLate, { matchedGeneration: 1 })).answered.kind).toBe('proven');
      pass(400);
      expect(await resend(twoBefore)).toMatchObject({ generation: 2 });
      expect((await answer(twoBefore, { matchedGeneration: 0 })).answered).toEqual({ kind: 'expired' });
      expect((await answer(twoBefore, { matchedGeneration: 3 })).answered, 'a code not made yet').toEqual({
        kind: 'wrong',
        triesLeft: 3,
      });
      expect((await answer(twoBefore, { matchedGeneration: 1 })).answered.kind).toBe('proven');
    });

    it('is refused once the interaction is over, and no limit is blamed', async () => {
      const { ask, answer, guessWrong, pass, limit, counted } = stage();
      const asked = await ask('ann@x.test');
      pass(3600);
      const budget = limit('guesses_per_identifier', 100);
      expect((await answer(asked, { limits: [budget] })).answered).toEqual({ kind: 'ended' });
      expect((await guessWrong(asked, { limits: [budget] })).answered).toEqual({ kind: 'ended' });
      expect(await counted(budget)).toBeNull();
    });

    it('OTP-9: is refused in another interaction, where it counts as nobody’s guess', async () => {
      const { ask, answer, prisma } = stage();
      const [mine, theirs] = [await ask('ann@x.test'), await ask('ann@x.test')];
      expect((await answer(mine, { interactionId: theirs.interactionId })).answered).toEqual({
        kind: 'ended',
      });
      expect((await answer({ ...mine, challengeId: 'nobody’s' })).answered).toEqual({ kind: 'ended' });
      expect(await prisma.challenge.count({ where: { attempts: 0 } })).toBe(2);
      expect((await answer(mine)).answered.kind).toBe('proven');
    });

    it('OTP-8: is right however often others ask for the same address', async () => {
      const { ask, answer, guessWrong } = stage();
      const mine = await ask('ann@x.test');
      for (let other = 0; other < 5; other++) await guessWrong(await ask('ann@x.test'));
      expect((await answer(mine)).answered.kind).toBe('proven');
    });

    it('FRM-4: ends the session of another that the browser had, and only then', async () => {
      const { ask, answer, guessWrong, signIn, first, now } = stage();
      const had = await signIn('ann@x.test');
      const asked = await ask('bob@x.test');
      const replacing = { replacedSessionSecret: had.sessionSecret };
      await guessWrong(asked, replacing);
      expect(await first.sessions.findActive(had.sessionSecret, now)).not.toBeNull();
      const { sessionSecret } = await answer(asked, replacing);
      expect(await first.sessions.findActive(had.sessionSecret, now)).toBeNull();
      expect(await first.sessions.findActive(sessionSecret, now)).not.toBeNull();
    });

    it('FRM-4: goes on with the session that the same person had, under another value of the cookie', async () => {
      const { signIn, prisma, first, pass, later } = stage();
      const began = stage().now;
      const had = await signIn('ann@x.test');
      pass(3600);
      const again = await signIn('ann@x.test', { replacedSessionSecret: had.sessionSecret });
      expect(again.sessionId).toBe(had.sessionId);
      expect(await first.sessions.findActive(had.sessionSecret, stage().now)).toBeNull();
      expect(await first.sessions.findActive(again.sessionSecret, stage().now)).toMatchObject({
        id: had.sessionId,
        authenticatedAt: stage().now,
      });
      expect(await prisma.session.findMany()).toMatchObject([
        { createdAt: began, expiresAt: later(168 * 3600), clientIds: [CLIENT_ID], endedAt: null },
      ]);
    });

    it('begins another session where that of the same person is too old, or was ended', async () => {
      const { signIn, first, pass, prisma } = stage();
      const old = await signIn('ann@x.test');
      pass(73 * 3600);
      const next = await signIn('ann@x.test', { replacedSessionSecret: old.sessionSecret });
      expect(next.sessionId).not.toBe(old.sessionId);
      const ending = { sessionId: next.sessionId, clientId: null, ip: null, userAgent: null };
      await first.sessions.end({ ...ending, now: stage().now });
      const last = await signIn('ann@x.test', { replacedSessionSecret: next.sessionSecret });
      expect(last.sessionId).not.toBe(next.sessionId);
      expect(await prisma.session.count({ where: { endedAt: null } })).toBe(1);
    });

    it('by link goes on with the session as well, and the tab that waited is let in', async () => {
      const { ask, openLink, finish, signIn } = stage();
      const had = await signIn('ann@x.test');
      const asked = await ask('ann@x.test');
      const opened = await openLink(asked, { replacedSessionSecret: had.sessionSecret });
      expect(opened.sessionId).toBe(had.sessionId);
      expect((await finish(asked)).finished.kind).toBe('finished');
    });
  });

  describe('an account', () => {
    it('keeps its subject from login to login', async () => {
      const { signIn, prisma, pass, now, later } = stage();
      const { accountId } = await signIn('ann@x.test');
      pass(60);
      const again = await signIn('ann@x.test');
      expect(again.answered).toMatchObject({ kind: 'proven', accountId, firstLogin: false });
      expect(await prisma.account.findFirst()).toMatchObject({
        loginsCount: 2,
        lastLoginAt: later(0),
        createdAt: now,
        updatedAt: now,
      });
    });

    it('that an operator made is verified by the first login', async () => {
      const { signIn, prisma, now } = stage();
      await prisma.account.create({
        data: {
          id: 'email|0123456789abcdef01234567',
          createdAt: now,
          updatedAt: now,
          identities: {
            create: {
              provider: 'email',
              userId: '0123456789abcdef01234567',
              identifier: 'ann@x.test',
              typedForm: 'Ann@x.test',
              verifiedAt: null,
              createdAt: now,
            },
          },
        },
      });
      const { answered } = await signIn('ann@x.test');
      expect(answered).toMatchObject({ accountId: 'email|0123456789abcdef01234567', firstLogin: false });
      expect(await prisma.identity.findMany()).toMatchObject([{ verifiedAt: now, typedForm: 'Ann@x.test' }]);
    });

    it('IDN-8: that was deleted is not inherited by the next one of that address', async () => {
      const { ask, answer, signIn, prisma, first, now } = stage();
      const deleted = await signIn('ann@x.test');
      const askedBefore = await ask('ann@x.test');
      await prisma.account.delete({ where: { id: deleted.accountId } });
      expect(await prisma.identity.count()).toBe(0);
      const { answered } = await answer(askedBefore);
      expect(answered).toMatchObject({ kind: 'proven', firstLogin: true });
      expect(answered).not.toMatchObject({ accountId: deleted.accountId });
      expect(await first.sessions.findActive(deleted.sessionSecret, now)).toBeNull();
    });

    it('MAG-10: that is blocked after the question gets no session for the right answer', async () => {
      const { ask, answer, signIn, block, prisma, first, now } = stage();
      const { accountId } = await signIn('ann@x.test');
      const other = await signIn('bob@x.test');
      const asked = await ask('ann@x.test');
      await block(accountId);
      const { answered } = await answer(asked, { replacedSessionSecret: other.sessionSecret });
      expect(answered).toEqual({ kind: 'blocked' });
      expect(await prisma.session.count()).toBe(2);
      expect(await prisma.authorizationCode.count()).toBe(2);
      expect(await prisma.account.findUnique({ where: { id: accountId } })).toMatchObject({ loginsCount: 1 });
      expect(await first.sessions.findActive(other.sessionSecret, now)).not.toBeNull();
      expect((await answer(asked)).answered).toEqual({ kind: 'ended' });
    });
  });

  describe('the budget of an identifier', () => {
    it('OTP-5: ends guessing after one hundred, over any number of challenges and processes', async () => {
      const { ask, answer, guessWrong, first, second, limit, counted } = stage();
      const budget = limit('guesses_per_identifier', 100);
      for (let challenge = 0; challenge < 20; challenge++) {
        const asked = await ask('ann@x.test');
        const on = challenge % 2 === 0 ? first : second;
        for (let guess = 0; guess < 5; guess++)
          expect((await guessWrong(asked, { on, limits: [budget] })).answered.kind).toBe('wrong');
      }
      const asked = await ask('ann@x.test');
      expect((await guessWrong(asked, { limits: [budget] })).answered).toMatchObject(isFull(budget));
      expect((await answer(asked, { limits: [budget] })).answered).toMatchObject(isFull(budget));
      expect(await counted(budget)).toBe(100);

      const own = limit('guesses_per_known_browser', 20);
      const { answered } = await answer(asked, { limits: [own] });
      expect(answered.kind, 'OTP-7: a browser that is known has a budget of its own').toBe('proven');
    });

    it('is not spent by right answers', async () => {
      const { ask, answer, limit, counted } = stage();
      const budget = limit('guesses_per_identifier', 1);
      for (let login = 0; login < 3; login++)
        expect((await answer(await ask('ann@x.test'), { limits: [budget] })).answered.kind).toBe('proven');
      expect(await counted(budget)).toBe(0);
    });

    it('OTP-3: holds when fifty guesses at fifty challenges come at once', async () => {
      const { ask, guessWrong, atOnce, limit, counted, prisma } = stage();
      const budget = limit('guesses_per_identifier', 20);
      const asked = await atOnce(50, (on) => ask('ann@x.test', { on }));
      const given = await atOnce(50, (on, index) =>
        guessWrong(asked[index] as Asked, { on, limits: [budget] }),
      );
      expect(tally(answersOf(given))).toEqual({ wrong: 20, limited: 30 });
      expect(await counted(budget)).toBe(20);
      expect(await prisma.challenge.aggregate({ _sum: { attempts: true } })).toEqual({
        _sum: { attempts: 20 },
      });
    });
  });

  it('LOG-2: every answer that is compared writes one audit event, with masked address and no code', async () => {
    const { ask, answer, guessWrong, signIn, block, pass, prisma } = stage();
    const first = await signIn('ann@x.test');
    pass(1);
    await signIn('ann@x.test');
    const wrong = await ask('ann@x.test');
    pass(1);
    await guessWrong(wrong);
    pass(600);
    await answer(wrong);
    const blocked = await ask('ann@x.test');
    await block(first.accountId);
    pass(1);
    await answer(blocked);

    const events = await prisma.logEvent.findMany({
      where: { type: { not: 'cls' } },
      orderBy: { occurredAt: 'asc' },
    });
    const { accountId } = first;
    expect(events.map((event) => [event.type, event.description, event.accountId])).toEqual([
      ['ss', 'Signed in.', accountId],
      ['s', 'Signed in.', accountId],
      ['f', 'The code was not right.', null],
      ['f', 'The code was too old.', null],
      ['f', 'user is blocked', accountId],
    ]);
    for (const event of events) {
      expect(event).toMatchObject({
        clientId: CLIENT_ID,
        connection: 'email',
        maskedIdentifier: 'a***@x.test',
        identifierHash: expect.stringMatching(/^[\w-]{43}$/),
        ip: '192.0.2.1',
        userAgent: expect.stringContaining('Firefox'),
      });
    }
  });
}

/** So many successes that chance alone gives more only once in a million runs of the suite (five deviations). */
function chanceBound(rounds: number, chance: number): number {
  return Math.ceil(rounds * chance + 5 * Math.sqrt(rounds * chance * (1 - chance)));
}
