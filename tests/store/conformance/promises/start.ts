// What a store promises of a login that begins (lib/login/challenge.ts, `start`).
import { describe, expect, it } from 'vitest';
import { retryAt } from '@/lib/login/limits';
import { CLIENT_ID, isFull, type Stage, tally } from '../stage';

export function promiseToStart(stage: () => Stage): void {
  describe('a challenge that is asked for', () => {
    it('is written with its message and its audit event', async () => {
      const { ask, prisma, events, now, later } = stage();
      const { challengeId, started } = await ask('ann@x.test', { typedForm: 'Ann@X.test' });
      expect(started).toEqual({ kind: 'started', recipient: 'Ann@X.test' });
      expect(await prisma.challenge.findUniqueOrThrow({ where: { id: challengeId } })).toMatchObject({
        sendMode: 'both',
        withheld: null,
        userAgent: expect.stringContaining('Firefox'),
        identifier: 'ann@x.test',
        recipient: 'Ann@X.test',
        generation: 0,
        attempts: 0,
        sends: 1,
        answerable: true,
        provenAt: null,
        createdAt: now,
        codeExpiresAt: later(600),
        resendAllowedAt: later(30),
        expiresAt: later(3600),
      });
      expect(await prisma.message.findMany()).toMatchObject([
        {
          challengeId,
          kind: 'login',
          generation: 0,
          channel: 'email',
          clientId: CLIENT_ID,
          connection: 'email',
          maskedIdentifier: 'a***@x.test',
          identifierHash: expect.stringMatching(/^[\w-]{43}$/),
          status: 'queued',
          dueAt: later(30),
          expiresAt: later(600),
        },
      ]);
      expect(await events()).toEqual({ cls: 1 });
    });

    it('is written whole or not at all: what fails leaves nothing and counts nothing', async () => {
      const { ask, prisma, limit, counted } = stage();
      await ask('ann@x.test', { messageId: 'twice' });
      const budget = limit('starts_per_ip', 5);
      await expect(ask('bob@x.test', { messageId: 'twice', limits: [budget] })).rejects.toThrow();
      expect(await prisma.challenge.count()).toBe(1);
      expect(await prisma.logEvent.count()).toBe(1);
      expect(await counted(budget)).toBeNull();
    });

    it('IDN-1: goes to the address the account has stored, whatever spelling was typed', async () => {
      const { ask, answer } = stage();
      await answer(await ask('ann@x.test', { typedForm: 'Ann@x.test' }));
      const { started } = await ask('ann@x.test', { typedForm: 'aNN@X.TEST' });
      expect(started).toEqual({ kind: 'started', recipient: 'Ann@x.test' });
    });

    it('IDN-2: `a_b@` and `axb@` are two people, and `_` matches nobody else', async () => {
      const { ask, answer, signIn } = stage();
      const underscore = await signIn('a_b@x.test');
      const letter = await signIn('axb@x.test');
      expect(letter.accountId).not.toBe(underscore.accountId);
      expect((await ask('a_b@x.test', { typedForm: 'A_b@x.test' })).started).toMatchObject({
        recipient: 'a_b@x.test',
      });
      expect(await signIn('a_b@x.test')).toMatchObject({ accountId: underscore.accountId });
      const pattern = await answer(await ask('%@x.test'));
      expect(pattern.answered).toMatchObject({ kind: 'proven', firstLogin: true });
    });

    it.each([
      ['a blocked account', { isBlocked: true, signUpOpen: true }],
      ['a closed sign-up', { isBlocked: false, signUpOpen: false }],
    ])(
      'ENU-1: of %s is answered like every other, without a message',
      async (_, { isBlocked, signUpOpen }) => {
        const { ask, answer, signIn, block, prisma } = stage();
        if (isBlocked) await block((await signIn('ann@x.test')).accountId);
        await prisma.message.deleteMany();
        await prisma.challenge.deleteMany();
        await prisma.logEvent.deleteMany();

        const asked = await ask('ann@x.test', { signUpOpen });
        expect(asked.started).toEqual({ kind: 'started', recipient: null });
        expect(await prisma.message.count()).toBe(0);
        expect(await prisma.logEvent.findMany()).toMatchObject([
          { type: 'f', maskedIdentifier: 'a***@x.test' },
        ]);
        const triesLeft = [];
        for (let guess = 0; guess < 5; guess++) triesLeft.push((await answer(asked)).answered);
        expect(triesLeft).toEqual([4, 3, 2, 1, 0].map((left) => ({ kind: 'wrong', triesLeft: left })));
        expect((await answer(asked)).answered).toEqual({ kind: 'exhausted' });
      },
    );

    it('with sign-up closed still goes to people who have an account', async () => {
      const { ask, signIn } = stage();
      await signIn('ann@x.test');
      expect((await ask('ann@x.test', { signUpOpen: false })).started).toMatchObject({
        recipient: 'ann@x.test',
      });
    });
  });

  describe('a message that is withheld', () => {
    it.each([
      ['test_identity', 'test_identity', 'Nothing sent: a test identity answers with its fixed code.'],
      ['sms_per_day', 'limit_sms', 'Nothing sent: sms_per_day is used up.'],
      ['sms_unanswered', 'limit_sms', 'Nothing sent: sms_unanswered is used up.'],
    ] as const)('SMS-1: for %s is not written, and the log says so', async (withheld, type, description) => {
      const { ask, answer, prisma } = stage();
      const asked = await ask('ann@x.test', { withheld });
      expect(asked.started).toEqual({ kind: 'started', recipient: null });
      expect(await prisma.message.count()).toBe(0);
      expect(await prisma.challenge.findFirst()).toMatchObject({ withheld, answerable: true });
      expect(await prisma.logEvent.findMany()).toMatchObject([
        { type, description, maskedIdentifier: 'a***@x.test', connection: 'email' },
      ]);
      expect((await answer(asked)).answered.kind, 'it may be answered like every other').toBe('proven');
    });

    it('is told from others by nobody who asks: answers are the same', async () => {
      const { ask, guessWrong } = stage();
      const [sent, withheld] = [
        await ask('ann@x.test'),
        await ask('bob@x.test', { withheld: 'sms_per_day' }),
      ];
      expect((await guessWrong(withheld)).answered).toEqual((await guessWrong(sent)).answered);
    });
  });

  describe('a limit', () => {
    it('RLM-3: is shared by two processes, and above it one event is written, whoever is refused', async () => {
      const { ask, atOnce, prisma, limit, counted } = stage();
      const budget = limit('starts_per_ip', 20);
      const asked = await atOnce(50, (on, index) => ask(`person${index}@x.test`, { on, limits: [budget] }));
      expect(tally(asked.map(({ started }) => started))).toEqual({ started: 20, limited: 30 });
      expect(await prisma.challenge.count()).toBe(20);
      expect(await prisma.message.count()).toBe(20);
      expect(await counted(budget)).toBe(20);
      expect((await ask('late@x.test', { limits: [budget] })).started).toMatchObject(isFull(budget));
      expect(await prisma.logEvent.groupBy({ by: ['type'], _count: true, orderBy: { type: 'asc' } })).toEqual(
        [
          { type: 'api_limit', _count: 1 },
          { type: 'cls', _count: 20 },
        ],
      );
    });

    it('RLM-3: holds among many that all saw room', async () => {
      const { ask, atOnceBehind, limit, counted } = stage();
      const budget = limit('starts_per_ip', 4);
      await ask('ann@x.test', { limits: [budget] });
      const row = { table: 'limit_counters', id: budget.key } as const;
      const asked = await atOnceBehind(row, 10, (on) => ask('ann@x.test', { on, limits: [budget] }));
      expect(tally(asked.map(({ started }) => started))).toEqual({ started: 3, limited: 7 });
      expect(await counted(budget)).toBe(4);
    });

    it('of zero lets nothing through', async () => {
      const { ask, limit } = stage();
      const budget = limit('starts_per_ip', 0);
      expect((await ask('ann@x.test', { limits: [budget] })).started).toMatchObject(isFull(budget));
    });

    it('is told apart from the ones that have room, and counts for its own subject only', async () => {
      const { ask, limit } = stage();
      const full = limit('starts_per_recipient_hour', 1);
      await ask('ann@x.test', { limits: [full] });
      const limits = [limit('starts_per_ip', 9), full];
      expect((await ask('ann@x.test', { limits })).started).toMatchObject(isFull(full));
      const other = limit('starts_per_recipient_hour', 1, { key: 'another subject' });
      expect((await ask('bob@x.test', { limits: [other] })).started.kind).toBe('started');
    });

    it('OTP-7: that is full uses up no other: who is refused at one door cannot close another’s', async () => {
      const { ask, limit, counted } = stage();
      const mine = limit('starts_per_ip', 1);
      const theirs = limit('starts_per_recipient_hour', 10);
      await ask('ann@x.test', { limits: [mine] });
      for (let knock = 0; knock < 3; knock++)
        expect((await ask('bob@x.test', { limits: [theirs, mine] })).started).toMatchObject(isFull(mine));
      expect(await counted(theirs)).toBeNull();
      expect(await counted(mine)).toBe(1);
    });

    it('is waited for in one order, whatever order it is named in: nobody dead-locks', async () => {
      const { ask, atOnce, limit, counted } = stage();
      const limits = [limit('starts_per_ip', 100), limit('starts_per_recipient_hour', 100)];
      const asked = await atOnce(50, (on, index) =>
        ask('ann@x.test', { on, limits: index % 4 < 2 ? limits : [...limits].reverse() }),
      );
      expect(tally(asked.map(({ started }) => started))).toEqual({ started: 50 });
      expect(await Promise.all(limits.map(counted))).toEqual([50, 50]);
    });

    it('that slides counts as much of the window before as still overlaps', async () => {
      const { ask, limit, pass } = stage();
      const knock = async () =>
        (await ask('ann@x.test', { limits: [limit('starts_per_ip', 4)] })).started.kind;
      expect([await knock(), await knock(), await knock(), await knock(), await knock()]).toEqual([
        ...Array(4).fill('started'),
        'limited',
      ]);
      pass(69 * 60); // 13:29: a little more than half of the window before counts, two of four
      expect([await knock(), await knock(), await knock()]).toEqual(['started', 'started', 'limited']);
      pass(2 * 3600); // the window before was empty
      expect(await knock()).toBe('started');
    });

    it('OTP-5: that is strict holds in every rolling window, not only in those of the clock', async () => {
      const { ask, limit, pass } = stage();
      const knock = async () =>
        (await ask('ann@x.test', { limits: [limit('guesses_per_identifier', 2)] })).started.kind;
      pass(39 * 60); // 12:59
      expect([await knock(), await knock(), await knock()]).toEqual(['started', 'started', 'limited']);
      pass(2 * 60); // 13:01
      expect(await knock()).toBe('limited');
      pass(58 * 60); // 13:59
      expect(await knock()).toBe('limited');
      pass(2 * 60); // 14:01
      expect(await knock()).toBe('started');
    });

    it.each([
      ['that slides', 'starts_per_ip'],
      ['that is strict', 'guesses_per_identifier'],
    ] as const)('%s says to the millisecond when it has room again', async (_, name) => {
      const { ask, limit, pass } = stage();
      const knock = async () => (await ask('ann@x.test', { limits: [limit(name, 4)] })).started;
      for (let round = 0; round < 4; round++) {
        let knocked = await knock();
        while (knocked.kind === 'started') knocked = await knock();
        pass((retryAt(knocked.limit).getTime() - stage().now.getTime() - 1) / 1000);
        expect((await knock()).kind).toBe('limited');
        pass(0.001);
        expect((await knock()).kind).toBe('started');
      }
    });

    it('TIM-1: is not forgotten when a process whose clock is behind counts in the window before', async () => {
      const { ask, limit, first, second, now, counted } = stage();
      const ahead = new Date(now.getTime() + 41 * 60_000); // 13:01
      const behind = new Date(ahead.getTime() - 5 * 60_000); // 12:56
      const knock = async (on: typeof first, at: Date) =>
        (await ask('ann@x.test', { on, at, limits: [limit('starts_per_ip', 3, { at })] })).started.kind;
      expect([await knock(first, ahead), await knock(second, behind), await knock(first, ahead)]).toEqual(
        Array(3).fill('started'),
      );
      expect([await knock(second, behind), await knock(first, ahead)]).toEqual(['limited', 'limited']);
      expect(await counted(limit('starts_per_ip', 3))).toBe(3);
    });
  });
}
