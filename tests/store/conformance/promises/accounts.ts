// What a store promises of an account that is blocked or removed (lib/login/account.ts).
import { describe, expect, it } from 'vitest';
import { CLIENT_ID, type Stage } from '../stage';
import { box, type Process } from '../stores';

const BY = { ip: '192.0.2.9', userAgent: 'operator' };
const PSEUDONYM = '0123456789abcdef01234567';

export function promiseAccountEndings(stage: () => Stage): void {
  async function refreshable(address: string) {
    const { signIn, redeem, prisma } = stage();
    await prisma.client.updateMany({ data: { backchannelLogoutUri: 'https://rp.test/logout' } });
    const signedIn = await signIn(address, { requested: { scope: 'openid offline_access' } });
    await redeem(signedIn.code);
    return signedIn;
  }
  const block = (accountId: string, on?: Process) =>
    (on ?? stage().first).accounts.block(accountId, { ...BY, now: stage().now });
  const remove = (accountId: string, on?: Process) =>
    (on ?? stage().first).accounts.remove(accountId, { ...BY, pseudonymId: PSEUDONYM, now: stage().now });
  const rotate = (familyId: string) =>
    stage().second.refreshTokens.rotate({
      ...{ familyId, sequence: 0, clientId: CLIENT_ID, scope: [], apiScope: [], rotates: true },
      ...{ graceSeconds: 10, idleSeconds: 60, askedFrom: BY, now: stage().now },
    });

  describe('an account that is blocked', () => {
    it('FRM-7, RFT-6, COD-9: loses sessions, tokens and codes at once, and its clients are told', async () => {
      const { signIn, redeem, second, prisma, now } = stage();
      const ann = await refreshable('ann@x.test');
      const bob = await refreshable('bob@x.test');
      const onItsWay = await signIn('ann@x.test');
      expect(await block(ann.accountId)).toBe(true);
      expect(await second.sessions.findActive(ann.sessionSecret, now)).toBeNull();
      expect(await second.families.findActive(ann.code.familyId)).toBeNull();
      expect((await rotate(ann.code.familyId)).kind).toBe('refused');
      expect((await redeem(onItsWay.code)).kind).toBe('refused');
      const told = await prisma.logoutNotice.findMany();
      expect(told.map(({ sessionId }) => sessionId).sort()).toEqual(
        [ann.sessionId, onItsWay.sessionId].sort(),
      );
      expect(await second.sessions.findActive(bob.sessionSecret, now)).not.toBeNull();
      expect((await rotate(bob.code.familyId)).kind).toBe('rotated');
    });

    it('may sign in again when that is over, and gets nothing back', async () => {
      const { signIn, redeem, second, now, ask, answer } = stage();
      const ann = await refreshable('ann@x.test');
      const onItsWay = await signIn('ann@x.test');
      await block(ann.accountId);
      const asked = await ask('ann@x.test');
      expect(asked.started).toMatchObject({ recipient: null });
      expect(await second.accounts.unblock(ann.accountId)).toBe(true);
      expect(await second.sessions.findActive(ann.sessionSecret, now)).toBeNull();
      expect((await rotate(ann.code.familyId)).kind).toBe('refused');
      expect((await redeem(onItsWay.code)).kind).toBe('refused');
      expect((await answer(await ask('ann@x.test'))).answered).toMatchObject({
        kind: 'proven',
        accountId: ann.accountId,
      });
    });

    it('stays blocked since the first time', async () => {
      const { signIn, prisma, pass } = stage();
      const since = stage().now;
      const { accountId } = await signIn('ann@x.test');
      await block(accountId);
      pass(60);
      await block(accountId);
      expect(await prisma.account.findFirst()).toMatchObject({ blockedAt: since });
    });

    it('that is not there is said so', async () => {
      const { second } = stage();
      expect(await block('email|nobody')).toBe(false);
      expect(await second.accounts.unblock('email|nobody')).toBe(false);
      expect(await remove('email|nobody')).toBe(false);
      expect(await stage().events()).toEqual({});
    });

    it('while it signs in is either not let in, or loses what it got', async () => {
      const { ask, answer, signIn, atOnce, second, now } = stage();
      for (let round = 0; round < 10; round++) {
        const { accountId } = await signIn(`ann${round}@x.test`);
        const asked = await ask(`ann${round}@x.test`);
        let sessionSecret = '';
        await atOnce(2, async (on, index) => {
          if (index === 0) await block(accountId, on);
          else ({ sessionSecret } = await answer(asked, { on }));
        });
        await second.accounts.unblock(accountId);
        expect(await second.sessions.findActive(sessionSecret, now)).toBeNull();
      }
    });
  });

  describe('an account that is removed', () => {
    it('PRV-2: leaves nothing behind that tells of it; its clients are told', async () => {
      const { ask, dump, prisma, second, now } = stage();
      const ann = await refreshable('ann@x.test');
      const bob = await refreshable('bob@x.test');
      await ask('ann@x.test', { typedForm: 'Ann@x.test' });
      for (const { accountId } of [ann, bob])
        await prisma.grant.create({
          data: { id: stage().id(), accountId, clientId: CLIENT_ID, createdAt: now, updatedAt: now },
        });
      const before = await dump();
      const tellsOfAnn = ({ row }: { row: string }) =>
        row.includes(ann.accountId) ||
        /ann@x/i.test(row) ||
        row.includes(box.hash('subject', 'email:ann@x.test'));
      expect(before.filter(tellsOfAnn).length).toBeGreaterThan(5);
      expect(await remove(ann.accountId)).toBe(true);
      const left = (await dump()).filter(tellsOfAnn);
      // The client has to be told whose session it was. That goes with the telling.
      expect(left.map(({ name }) => name)).toEqual(['logout_notices']);
      const [notice] = await second.notices.claim({
        ...{ now, leasedUntil: stage().later(30), without: [], limit: 10 },
      });
      expect(notice).toMatchObject({ accountId: ann.accountId, sessionId: ann.sessionId });
      if (notice) await second.notices.record(notice, { kind: 'told' }, now);
      expect((await dump()).filter(tellsOfAnn)).toEqual([]);

      expect(await second.sessions.findActive(ann.sessionSecret, now)).toBeNull();
      expect((await rotate(ann.code.familyId)).kind).toBe('refused');
      expect(await second.sessions.findActive(bob.sessionSecret, now)).not.toBeNull();
      expect((await rotate(bob.code.familyId)).kind).toBe('rotated');
      for (const kept of [prisma.account.count(), prisma.grant.count()]) expect(await kept).toBe(1);
      expect(await remove(ann.accountId)).toBe(false);
    });

    it('PRV-2: is in the audit log under a pseudonym, without address, network or browser', async () => {
      const { signIn, guessWrong, ask, prisma, events } = stage();
      await guessWrong(await ask('ann@x.test'));
      const { accountId } = await signIn('ann@x.test');
      const bob = await signIn('bob@x.test');
      const before = await events();
      await remove(accountId);
      expect(await events()).toEqual({ ...before, sdu: 1 });
      const veiled = await prisma.logEvent.findMany({ where: { accountId: `deleted|${PSEUDONYM}` } });
      expect(veiled.map(({ type }) => type).sort()).toEqual(['sdu', 'ss']);
      const others = await prisma.logEvent.findMany({ where: { type: { not: 'sdu' }, ip: { not: null } } });
      expect(new Set(others.map(({ identifierHash }) => identifierHash))).toEqual(
        new Set([box.hash('subject', 'email:bob@x.test')]),
      );
      expect(others.some((event) => event.accountId === bob.accountId)).toBe(true);
    });

    it('IDN-8: passes nothing on to whoever has the address next, nor does its refresh token live on', async () => {
      const { signIn, first, now } = stage();
      const old = await refreshable('ann@x.test');
      await remove(old.accountId);
      const next = await signIn('ann@x.test', { replacedSessionSecret: old.sessionSecret });
      expect(next.accountId).not.toBe(old.accountId);
      expect(next.sessionId).not.toBe(old.sessionId);
      expect(next.answered).toMatchObject({ firstLogin: true });
      expect(await first.sessions.findActive(old.sessionSecret, now)).toBeNull();
      expect((await rotate(old.code.familyId)).kind).toBe('refused');
    });

    it('IDN-8: while it signs in or redeems a code leaves no row of its own', async () => {
      const { ask, answer, signIn, redeem, atOnce, prisma } = stage();
      for (let round = 0; round < 10; round++) {
        const address = `ann${round}@x.test`;
        const { accountId, code } = await signIn(address);
        const asked = await ask(address);
        await atOnce(3, async (on, index) => {
          if (index === 0) await remove(accountId, on);
          else if (index === 1) await answer(asked, { on });
          else await redeem(code, { on });
        });
        const where = { accountId };
        expect(await prisma.session.count({ where })).toBe(0);
        expect(await prisma.tokenFamily.count({ where })).toBe(0);
        expect(await prisma.authorizationCode.count({ where })).toBe(0);
        expect(await prisma.identity.count({ where })).toBe(0);
      }
    });
  });
}
