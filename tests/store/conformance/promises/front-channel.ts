// What a store promises of tokens that are handed out at /authorize itself: their family is written in the statement that
// signs somebody in, by whichever way (lib/login/challenge.ts; `issue` in lib/store/prisma).
import { describe, expect, it } from 'vitest';
import { CLIENT_ID, type SignedIn, type Stage, tally } from '../stage';

export function promiseFrontChannel(stage: () => Stage): void {
  const webFamily = () => stage().tokenFamily({ refresh: null, accessTokensExpireAt: stage().later(7200) });

  describe('tokens at the front', () => {
    it('are a family of the session that the right code begins, beside the authorization code', async () => {
      const { signIn, redeem, prisma, later, now, first } = stage();
      const tokenFamily = webFamily();
      const { sessionId, code } = await signIn('ann@x.test', { tokenFamily, inBrowser: true });
      expect(await prisma.tokenFamily.findMany()).toMatchObject([
        {
          id: tokenFamily.id,
          clientId: CLIENT_ID,
          sessionId,
          authenticatedAt: now,
          refreshSequence: null,
          expiresAt: later(7200),
        },
      ]);
      expect(await first.families.findActive(tokenFamily.id)).toMatchObject({
        subject: { email: 'ann@x.test' },
        sessionId,
        authenticatedAt: now,
      });
      expect(await redeem(code)).toMatchObject({ kind: 'redeemed', grant: { familyId: code.familyId } });
      expect(await prisma.tokenFamily.count()).toBe(2);
    });

    it('are not there for a wrong code, nor for a client that is gone (COD-9)', async () => {
      const { ask, guessWrong, answer, prisma } = stage();
      const asked = await ask('ann@x.test');
      await guessWrong(asked, { tokenFamily: webFamily(), inBrowser: true });
      await answer(asked, { tokenFamily: { ...webFamily(), clientId: 'gone' }, inBrowser: true });
      expect(await prisma.tokenFamily.count()).toBe(0);
    });

    it('are fetched by one of all the tabs that wait for a link, with the session of its browser (MAG-7)', async () => {
      const { ask, openLink, finish, atOnce, prisma } = stage();
      const asked = await ask('ann@x.test');
      const { sessionId } = await openLink(asked);
      const finished = await atOnce(10, async (on) => {
        return (await finish(asked, { on, tokenFamily: webFamily() })).finished;
      });
      expect(tally(finished)).toEqual({ finished: 1, ended: 9 });
      expect(await prisma.tokenFamily.findMany()).toMatchObject([{ sessionId }]);
      expect(await prisma.authorizationCode.count()).toBe(0);
    });

    it('are written for a session that is there, with the event', async () => {
      const { signIn, prisma, events } = stage();
      const signedIn = await signIn('ann@x.test');
      expect(await issue(signedIn)).toBe('issued');
      expect(await prisma.tokenFamily.findMany()).toMatchObject([{ sessionId: signedIn.sessionId }]);
      expect(await prisma.authorizationCode.count()).toBe(1);
      expect(await events()).toMatchObject({ ssa: 1 });
    });

    it('COD-9: are not written for a session that was ended meanwhile', async () => {
      const { signIn, prisma, first, now, events } = stage();
      const signedIn = await signIn('ann@x.test');
      await first.sessions.end({ ...signedIn, clientId: null, ip: null, userAgent: null, now });
      expect(await issue(signedIn)).toBe('ended');
      expect(await prisma.tokenFamily.count()).toBe(0);
      expect(await events()).not.toHaveProperty('ssa');
    });
  });

  function issue({ sessionId: id, accountId }: SignedIn) {
    const { first, now } = stage();
    return first.codes.issue({
      clientId: CLIENT_ID,
      consent: null,
      authorization: { authorizationCode: null, tokenFamily: webFamily() },
      session: { id, accountId, authenticatedAt: now },
      origin: { ip: null, userAgent: null, now },
    });
  }
}
