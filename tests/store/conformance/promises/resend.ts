// What a store promises of a message that is asked for again (lib/login/challenge.ts, `resend`).
import { describe, expect, it } from 'vitest';
import { isFull, type Stage, tally } from '../stage';

export function promiseToResend(stage: () => Stage): void {
  describe('a message that is asked for again', () => {
    it('OTP-16: goes out after 30 seconds, then after 60, then after 120 each time', async () => {
      const { ask, resend, pass, later } = stage();
      const asked = await ask('ann@x.test');
      for (const wait of [30, 60, 120, 120]) {
        pass(wait - 0.001);
        expect(await resend(asked)).toEqual({ kind: 'wait', until: later(0.001) });
        pass(0.001);
        expect(await resend(asked)).toMatchObject({ kind: 'resent' });
      }
    });

    it('of fifty presses at once over two processes goes out once', async () => {
      const { ask, resend, pass, prisma, atOnce, events } = stage();
      const asked = await ask('ann@x.test');
      pass(30);
      const pressed = await atOnce(50, (on) => resend(asked, { on }));
      expect(tally(pressed)).toEqual({ resent: 1, wait: 49 });
      expect(await prisma.message.count()).toBe(2);
      expect(await prisma.challenge.findFirst()).toMatchObject({ sends: 2, generation: 0 });
      expect(await events()).toEqual({ cls: 2 });
    });

    it('OTP-7: of presses at once counts once against a limit', async () => {
      const { ask, resend, pass, atOnceBehind, limit, counted } = stage();
      const asked = await ask('ann@x.test');
      pass(30);
      const budget = limit('starts_per_recipient_hour', 10);
      const row = { table: 'challenges', id: asked.challengeId } as const;
      const pressed = await atOnceBehind(row, 10, (on) => resend(asked, { on, limits: [budget] }));
      expect(tally(pressed)).toEqual({ resent: 1, wait: 9 });
      expect(await counted(budget)).toBe(1);
    });

    it('SMS-1: is decided on anew each time: withheld once, sent the next time, withheld again', async () => {
      const { ask, resend, pass, prisma, events } = stage();
      const asked = await ask('ann@x.test', { withheld: 'sms_per_day' });
      pass(30);
      expect(await resend(asked)).toMatchObject({ kind: 'resent', recipient: 'ann@x.test' });
      pass(60);
      expect(await resend(asked, { withheld: 'sms_per_ip' })).toMatchObject({
        kind: 'resent',
        recipient: null,
      });
      expect(await prisma.message.count()).toBe(1);
      expect(await events()).toEqual({ limit_sms: 2, cls: 1 });
    });

    it('carries the same code while that has two minutes left', async () => {
      const { ask, resend, pass, later, prisma } = stage();
      const asked = await ask('ann@x.test');
      pass(480);
      expect(await resend(asked)).toEqual({
        kind: 'resent',
        generation: 0,
        codeExpiresAt: later(120),
        sends: 2,
        recipient: 'ann@x.test',
      });
      expect(await prisma.message.findMany({ orderBy: { createdAt: 'asc' } })).toMatchObject([
        { generation: 0 },
        { generation: 0, status: 'queued', dueAt: later(30), expiresAt: later(120) },
      ]);
    });

    it('carries the next code afterwards, beside the old one, which keeps its own end', async () => {
      const { ask, resend, pass, later, prisma } = stage();
      const asked = await ask('ann@x.test');
      pass(480.001);
      expect(await resend(asked)).toMatchObject({ generation: 1, codeExpiresAt: later(600), sends: 2 });
      expect(await prisma.challenge.findFirst()).toMatchObject({ previousCodeExpiresAt: later(119.999) });
      pass(481);
      expect(await resend(asked)).toMatchObject({ generation: 2, codeExpiresAt: later(600), sends: 3 });
      expect(await prisma.challenge.findFirst()).toMatchObject({ previousCodeExpiresAt: later(119) });
    });

    it('promises no more time than is left of the login', async () => {
      const { ask, resend, pass, later, prisma } = stage();
      const asked = await ask('ann@x.test');
      pass(3300);
      expect(await resend(asked)).toMatchObject({ generation: 1, codeExpiresAt: later(300) });
      expect(await prisma.message.findFirst({ where: { generation: 1 } })).toMatchObject({
        expiresAt: later(300),
      });
    });

    it('OTP-5: takes no counted guess back', async () => {
      const { ask, resend, guessWrong, answer, pass } = stage();
      const asked = await ask('ann@x.test');
      for (const left of [4, 3, 2]) {
        expect((await guessWrong(asked)).answered).toEqual({ kind: 'wrong', triesLeft: left });
        pass(200);
        expect(await resend(asked)).toMatchObject({ kind: 'resent' });
      }
      expect((await guessWrong(asked)).answered).toEqual({ kind: 'wrong', triesLeft: 1 });
      expect((await guessWrong(asked)).answered).toEqual({ kind: 'wrong', triesLeft: 0 });
      expect((await answer(asked, { matchedGeneration: 1 })).answered).toEqual({ kind: 'exhausted' });
    });

    it('does not go out once the challenge was answered, is out of guesses, or is over', async () => {
      const { ask, resend, answer, guessWrong, pass, prisma } = stage();
      const proven = await ask('ann@x.test');
      const exhausted = await ask('bob@x.test');
      const forgotten = await ask('carl@x.test');
      await answer(proven);
      for (let guess = 0; guess < 5; guess++) await guessWrong(exhausted);
      pass(60);
      expect(await resend(proven)).toEqual({ kind: 'ended' });
      expect(await resend(exhausted)).toEqual({ kind: 'exhausted' });
      pass(3600 - 60);
      expect(await resend(forgotten)).toEqual({ kind: 'ended' });
      expect(await prisma.message.count()).toBe(3);
    });

    it('OTP-9: does not go out for another interaction', async () => {
      const { ask, resend, pass, prisma } = stage();
      const [mine, theirs] = [await ask('ann@x.test'), await ask('ann@x.test')];
      pass(60);
      expect(await resend(mine, { interactionId: theirs.interactionId })).toEqual({ kind: 'ended' });
      expect(await prisma.message.count()).toBe(2);
    });

    it('above a limit changes nothing, and the audit log says why', async () => {
      const { ask, resend, limit, pass, prisma, counted, events } = stage();
      const budget = limit('starts_per_recipient_hour', 1);
      const asked = await ask('ann@x.test', { limits: [budget] });
      pass(60);
      expect(await resend(asked, { limits: [budget] })).toMatchObject(isFull(budget));
      expect(await prisma.message.count()).toBe(1);
      expect(await prisma.challenge.findFirst()).toMatchObject({ sends: 1 });
      expect(await counted(budget)).toBe(1);
      expect(await events()).toEqual({ cls: 1, api_limit: 1 });
    });

    it('before its time counts against no limit', async () => {
      const { ask, resend, limit, counted } = stage();
      const budget = limit('starts_per_recipient_hour', 9);
      const asked = await ask('ann@x.test');
      expect(await resend(asked, { limits: [budget] })).toMatchObject({ kind: 'wait' });
      expect(await counted(budget)).toBeNull();
    });

    it('MAG-10: goes to nobody once the account is blocked, and is answered alike', async () => {
      const { ask, resend, answer, signIn, block, pass, prisma, events } = stage();
      const { accountId } = await signIn('ann@x.test');
      const asked = await ask('ann@x.test');
      await block(accountId);
      pass(30);
      expect(await resend(asked)).toMatchObject({ kind: 'resent', sends: 2, recipient: null });
      expect(await prisma.message.count({ where: { challengeId: asked.challengeId } })).toBe(1);
      expect(await events()).toEqual({ cls: 2, ss: 1, f: 1 });
      expect((await answer(asked)).answered).toEqual({ kind: 'blocked' });
    });

    it('ENU-1: of a challenge that nobody can answer is answered alike, without a message', async () => {
      const { ask, resend, pass, prisma, events } = stage();
      const asked = await ask('ann@x.test', { signUpOpen: false });
      pass(30);
      expect(await resend(asked)).toMatchObject({ kind: 'resent', sends: 2, recipient: null });
      expect(await prisma.message.count()).toBe(0);
      expect(await events()).toEqual({ f: 2 });
    });
  });
}
