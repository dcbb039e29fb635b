// What a store promises of a challenge that an application asks (lib/login/embedded-challenge.ts).
import { describe, expect, it } from 'vitest';
import { type Stage, tally } from '../stage';

const idsOf = (asked: readonly { challengeId?: string }[]) =>
  new Set(asked.map(({ challengeId }) => challengeId));

export function promiseEmbedded(stage: () => Stage): void {
  describe('a challenge that an application asks', () => {
    it('OTP-17: is one for all that ask at once over two processes, with one message', async () => {
      const { askEmbedded, atOnce, prisma, events } = stage();
      const asked = await atOnce(20, (on) => askEmbedded('ann@x.test', { on }));
      expect(tally(asked)).toEqual({ asked: 20 });
      expect(idsOf(asked).size).toBe(1);
      expect(asked.filter(({ recipient }) => recipient !== null)).toHaveLength(1);
      expect(await prisma.challenge.count()).toBe(1);
      expect(await prisma.message.count()).toBe(1);
      expect(await events()).toEqual({ cls: 1 });
    });

    it('OTP-17: is one also for all that ask at once for another in the place of an old one', async () => {
      const { askEmbedded, atOnceBehind, pass, prisma } = stage();
      const old = await askEmbedded('ann@x.test');
      pass(600);
      const row = { table: 'challenges', id: old.challengeId } as const;
      const asked = await atOnceBehind(row, 10, (on) => askEmbedded('ann@x.test', { on }));
      expect(idsOf(asked).size).toBe(1);
      expect(idsOf(asked)).not.toContain(old.challengeId);
      expect(asked.filter(({ recipient }) => recipient !== null)).toHaveLength(1);
      expect(await prisma.challenge.count({ where: { slot: { not: null } } })).toBe(1);
    });

    it('OTP-16: is asked again with one message for all that do so at once, and none too soon', async () => {
      const { askEmbedded, atOnce, pass, prisma } = stage();
      const first = await askEmbedded('ann@x.test');
      pass(30 - 0.001);
      expect(await askEmbedded('ann@x.test')).toMatchObject({
        challengeId: first.challengeId,
        recipient: null,
      });
      pass(0.001);
      const asked = await atOnce(10, (on) => askEmbedded('ann@x.test', { on }));
      expect(idsOf([first, ...asked]).size).toBe(1);
      expect(asked.filter(({ recipient }) => recipient !== null)).toHaveLength(1);
      expect(await prisma.message.count()).toBe(2);
      pass(59);
      expect(await askEmbedded('ann@x.test')).toMatchObject({ recipient: null });
    });

    it('OTP-5: keeps its guesses when it is asked again, and has new ones when it is another', async () => {
      const { askEmbedded, guessWrong, pass, prisma } = stage();
      const asked = await askEmbedded('ann@x.test');
      for (let guess = 0; guess < 4; guess++) await guessWrong(asked);
      pass(31);
      await askEmbedded('ann@x.test');
      expect((await guessWrong(asked)).answered).toEqual({ kind: 'wrong', triesLeft: 0 });
      expect((await guessWrong(asked)).answered).toEqual({ kind: 'exhausted' });
      const other = await askEmbedded('ann@x.test');
      expect(other.challengeId).not.toBe(asked.challengeId);
      expect(await prisma.challenge.findUnique({ where: { id: other.challengeId } })).toMatchObject({
        attempts: 0,
        sends: 1,
      });
    });

    it('is another for another client, address or connection, and once it was proven', async () => {
      const { askEmbedded, answer } = stage();
      const first = await askEmbedded('ann@x.test');
      const others = [
        await askEmbedded('bob@x.test'),
        await askEmbedded('ann@x.test', { slot: 'another client’s' }),
      ];
      expect((await answer(first)).answered.kind).toBe('proven');
      expect(idsOf([first, ...others, await askEmbedded('ann@x.test')]).size).toBe(4);
    });

    it('RLM-3: is neither asked nor asked again past a limit, which all of it counts against', async () => {
      const { askEmbedded, pass, limit, counted, prisma } = stage();
      const budget = limit('starts_per_ip', 2);
      const first = await askEmbedded('ann@x.test', { limits: [budget] });
      expect(await askEmbedded('ann@x.test', { limits: [budget] })).toMatchObject({ recipient: null });
      pass(31);
      expect(await askEmbedded('ann@x.test', { limits: [budget] })).toMatchObject({ kind: 'limited' });
      expect(await askEmbedded('bob@x.test', { limits: [budget] })).toMatchObject({ kind: 'limited' });
      expect(await counted(budget)).toBe(2);
      expect(await prisma.challenge.findMany()).toMatchObject([{ id: first.challengeId, sends: 1 }]);
    });

    it('ENU-1: of a blocked account is asked like every other, without a message, from the start and later', async () => {
      const { askEmbedded, signIn, block, pass, prisma } = stage();
      const { accountId } = await signIn('ann@x.test');
      await prisma.message.deleteMany();
      expect(await askEmbedded('ann@x.test')).toMatchObject({ recipient: 'ann@x.test' });
      await block(accountId);
      pass(31);
      expect(await askEmbedded('ann@x.test')).toMatchObject({ kind: 'asked', recipient: null });
      pass(600);
      expect(await askEmbedded('ann@x.test')).toMatchObject({ kind: 'asked', recipient: null });
      expect(await prisma.message.count()).toBe(1);
    });

    it('is found in its slot until another takes it', async () => {
      const { askEmbedded, first, pass } = stage();
      const asked = await askEmbedded('ann@x.test', { slot: 'mine' });
      expect(await first.challenges.findStanding('mine')).toMatchObject({
        challengeId: asked.challengeId,
        identifier: 'ann@x.test',
        state: 'open',
      });
      expect(await first.challenges.findStanding('theirs')).toBeNull();
      pass(601);
      const other = await askEmbedded('ann@x.test', { slot: 'mine' });
      expect(await first.challenges.findStanding('mine')).toMatchObject({ challengeId: other.challengeId });
    });
  });

  describe('a code that is compared and not used up', () => {
    const check = async (
      stage: Stage,
      challengeId: string,
      changes: Partial<Parameters<Stage['first']['challenges']['check']>[0]> & { on?: Stage['first'] } = {},
    ) => {
      const { on = stage.first, ...others } = changes;
      return on.challenges.check({
        challengeId,
        matchedGeneration: 0,
        limits: [],
        origin: 'https://rp.test',
        logged: { maskedIdentifier: 'a***@x.test', identifierHash: 'hash' },
        context: { ip: null, userAgent: null, language: 'en', knownBrowserId: null, now: stage.now },
        ...others,
      });
    };

    it('is right as often as it is asked about, and used up by an answer', async () => {
      const { askEmbedded, answer, atOnce, first, now, events } = stage();
      const { challengeId, ...asked } = await askEmbedded('ann@x.test');
      const checked = await atOnce(20, (on) => check(stage(), challengeId, { on }));
      expect(tally(checked)).toEqual({ right: 20 });
      expect(await first.challenges.findAsked(challengeId)).toMatchObject({
        checked: { at: now, origin: 'https://rp.test' },
      });
      expect((await answer({ challengeId, ...asked })).answered.kind).toBe('proven');
      expect(await check(stage(), challengeId)).toEqual({ kind: 'ended' });
      expect(await events()).toEqual({ cls: 1, ss: 1 });
    });

    it('OTP-3: is a guess when it is wrong: of fifty at once, answers among them, five are compared', async () => {
      const { askEmbedded, guessWrong, atOnce, limit, counted, prisma } = stage();
      const budget = limit('guesses_per_identifier', 100);
      const asked = await askEmbedded('ann@x.test');
      const results = await atOnce(50, async (on, index) => {
        const wrong = { on, limits: [budget], matchedGeneration: null };
        return index % 4 < 2
          ? check(stage(), asked.challengeId, wrong)
          : (await guessWrong(asked, wrong)).answered;
      });
      expect(tally(results)).toEqual({ wrong: 5, exhausted: 45 });
      expect(await counted(budget)).toBe(5);
      expect(await prisma.challenge.findFirst()).toMatchObject({ attempts: 5, checkedAt: null });
    });

    it('OTP-11: is too old to the millisecond, and nobody is let in by one nobody may answer', async () => {
      const { askEmbedded, signIn, block, pass } = stage();
      const { challengeId } = await askEmbedded('ann@x.test');
      await block((await signIn('bob@x.test')).accountId);
      const blocked = await askEmbedded('bob@x.test');
      expect(await check(stage(), blocked.challengeId)).toEqual({ kind: 'wrong', triesLeft: 4 });
      pass(600 - 0.001);
      expect(await check(stage(), challengeId)).toEqual({ kind: 'right' });
      pass(0.001);
      expect(await check(stage(), challengeId)).toEqual({ kind: 'expired' });
    });
  });

  describe('tokens for an application', () => {
    it('are a family of their client without a session, written with the account', async () => {
      const { askEmbedded, answer, prisma, later, now } = stage();
      const family = stage().tokenFamily({ scope: 'openid offline_access' });
      const { answered } = await answer(await askEmbedded('ann@x.test'), { tokenFamily: family });
      expect(answered).toMatchObject({ kind: 'proven', firstLogin: true });
      expect(await prisma.tokenFamily.findMany()).toMatchObject([
        {
          id: family.id,
          scope: 'openid offline_access',
          sessionId: null,
          authenticatedAt: now,
          refreshSequence: 0,
          refreshExpiresAt: later(30 * 86_400),
          expiresAt: later(31 * 86_400),
        },
      ]);
      expect(await prisma.session.count()).toBe(0);
      expect(await stage().first.families.findActive(family.id)).toMatchObject({
        subject: { email: 'ann@x.test', emailVerified: true },
      });
    });

    it('COD-9: are not there for a client that is gone', async () => {
      const { askEmbedded, answer, prisma } = stage();
      const asked = await askEmbedded('ann@x.test');
      await answer(asked, { tokenFamily: stage().tokenFamily({ clientId: 'gone' }) });
      expect(await prisma.tokenFamily.count()).toBe(0);
    });
  });
}
