// What a store promises of the end of sessions, and of telling those who took part (lib/login/logout-notice.ts,
// lib/login/session-register.ts). OpenID Connect Back-Channel Logout 1.0 §2.5.
import { beforeEach, describe, expect, it } from 'vitest';
import { newAuthorization } from '@/lib/login/authorization';
import type { ClaimedNotice } from '@/lib/login/logout-notice';
import type { AuthorizationRequest } from '@/lib/oidc/authorization-request';
import { REQUEST } from '../sign-in-desk';
import { CLIENT_ID, clientRow, type SignedIn, type Stage } from '../stage';
import type { Process } from '../stores';

/** Has an address for logout tokens; CLIENT_ID has one too, once a test begins. */
const WIKI = 'wiki';
/** Has none. */
const SHOP = 'shop';
const BY = { ip: '192.0.2.9', userAgent: 'operator' };

export function promiseSignOuts(stage: () => Stage): void {
  describe('signing out', () => promiseToTell(stage));
}

function promiseToTell(stage: () => Stage): void {
  beforeEach(async () => {
    const { prisma, now } = stage();
    await prisma.client.updateMany({ data: { backchannelLogoutUri: 'https://rp.test/logout' } });
    await prisma.client.createMany({
      data: [
        { ...clientRow(WIKI, now), backchannelLogoutUri: 'https://wiki.test/logout' },
        clientRow(SHOP, now),
      ],
    });
  });

  const notices = () =>
    stage().prisma.logoutNotice.findMany({ orderBy: [{ createdAt: 'asc' }, { clientId: 'asc' }] });

  /** The session answers for another client. */
  async function join(
    { sessionId: id, accountId }: SignedIn,
    clientId: string,
    on?: Process,
  ): Promise<boolean> {
    const { first, now, id: drawId, secret } = stage();
    const request: AuthorizationRequest = { ...REQUEST, clientId };
    const random = { id: drawId, secret, hex24: () => '' };
    const issued = await (on ?? first).codes.issue({
      clientId,
      consent: null,
      authorization: newAuthorization(random, request, now),
      session: { id, accountId, authenticatedAt: now },
      origin: { ip: null, userAgent: null, now },
    });
    return issued === 'issued';
  }

  const signOut = ({ sessionId }: SignedIn, on?: Process) => {
    const { first, now } = stage();
    return (on ?? first).sessions.end({ sessionId, clientId: CLIENT_ID, ...BY, now });
  };

  describe('a session that ends', () => {
    it('is told to every client that was given a code in it and wants to know, once each', async () => {
      const { signIn, second, now, later } = stage();
      const signedIn = await signIn('ann@x.test');
      for (const clientId of [WIKI, SHOP, WIKI, CLIENT_ID]) expect(await join(signedIn, clientId)).toBe(true);
      await signIn('bob@x.test');
      expect([...(await signOut(signedIn, second))].sort()).toEqual([CLIENT_ID, WIKI].sort());
      const notice = {
        sessionId: signedIn.sessionId,
        accountId: signedIn.accountId,
        attempts: 0,
        dueAt: now,
        expiresAt: later(600),
        createdAt: now,
      };
      expect(await notices()).toEqual([
        { ...notice, clientId: CLIENT_ID },
        { ...notice, clientId: WIKI },
      ]);
      expect(await signOut(signedIn)).toEqual([]);
    });

    it('is told to the client whose code a tab fetched, and to one that was given tokens at once', async () => {
      const { ask, openLink, finish, answer, tokenFamily } = stage();
      const byLink = await ask('ann@x.test');
      const opened = await openLink(byLink);
      if (opened.answered.kind !== 'proven') throw new Error(opened.answered.kind);
      const { accountId } = opened.answered;
      expect(await signOut({ ...opened, accountId })).toEqual([]);

      const again = await openLink(await ask('bob@x.test'));
      if (again.answered.kind !== 'proven') throw new Error(again.answered.kind);
      const waiting = await ask('cat@x.test');
      const third = await openLink(waiting);
      await finish(waiting);
      if (third.answered.kind !== 'proven') throw new Error(third.answered.kind);
      expect(await signOut({ ...third, accountId: third.answered.accountId })).toEqual([CLIENT_ID]);

      const given = await answer(await ask('dan@x.test'), {
        tokenFamily: tokenFamily({ clientId: CLIENT_ID }),
        inBrowser: true,
        finishes: false,
      });
      if (given.answered.kind !== 'proven') throw new Error(given.answered.kind);
      expect(await signOut({ ...given, accountId: given.answered.accountId })).toEqual([CLIENT_ID]);
    });

    it('is told to those who were there before the same person was proven again', async () => {
      const { signIn } = stage();
      const had = await signIn('ann@x.test');
      await join(had, WIKI);
      const again = await signIn('ann@x.test', { replacedSessionSecret: had.sessionSecret });
      expect(await notices()).toEqual([]);
      expect([...(await signOut(again))].sort()).toEqual([CLIENT_ID, WIKI].sort());
    });

    it('because somebody else signs in is told; of one that was too old for the same person nobody hears', async () => {
      const { signIn, pass } = stage();
      const ann = await signIn('ann@x.test');
      const bob = await signIn('bob@x.test', { replacedSessionSecret: ann.sessionSecret });
      expect(await notices()).toMatchObject([{ sessionId: ann.sessionId, accountId: ann.accountId }]);
      pass(73 * 3600);
      await signIn('bob@x.test', { replacedSessionSecret: bob.sessionSecret });
      expect(await notices()).toHaveLength(1);
    });

    it('is not told where the client chose otherwise, but for what a person does themselves', async () => {
      const { signIn, prisma, first, now } = stage();
      await prisma.client.updateMany({ data: { backchannelInitiators: [] } });
      const end = async (signedIn: SignedIn) =>
        first.sessionRegister.end({
          of: { accountId: signedIn.accountId, sessionId: null },
          revokesTokens: false,
          by: { ...BY, now },
        });
      expect(await end(await signIn('ann@x.test'))).toBe(1);
      expect(await notices()).toEqual([]);
      expect(await signOut(await signIn('ann@x.test'))).toEqual([CLIENT_ID]);
      await prisma.client.updateMany({ data: { backchannelInitiators: ['session-revoked'] } });
      expect(await end(await signIn('bob@x.test'))).toBe(1);
      expect(await notices()).toHaveLength(2);
    });

    it('while a client is let in has told it, or has given it nothing', async () => {
      const { signIn, atOnce, prisma } = stage();
      for (let round = 0; round < 10; round++) {
        const signedIn = await signIn(`ann${round}@x.test`);
        let joined = false;
        await atOnce(2, async (on, index) => {
          if (index === 0) await signOut(signedIn, on);
          else joined = await join(signedIn, WIKI, on);
        });
        const { sessionId } = signedIn;
        const codes = await prisma.authorizationCode.count({ where: { sessionId, clientId: WIKI } });
        const told = await prisma.logoutNotice.count({ where: { sessionId, clientId: WIKI } });
        expect([codes, told]).toEqual(joined ? [1, 1] : [0, 0]);
      }
    });

    it('lets many clients in at once, each once', async () => {
      const { signIn, atOnce, prisma } = stage();
      const signedIn = await signIn('ann@x.test');
      await atOnce(12, (on, index) => join(signedIn, index % 3 === 0 ? WIKI : SHOP, on));
      const { clientIds } = await prisma.session.findUniqueOrThrow({ where: { id: signedIn.sessionId } });
      expect([...clientIds].sort()).toEqual([CLIENT_ID, SHOP, WIKI].sort());
    });
  });

  describe('a notice of a sign-out', () => {
    async function signedOut(address = 'ann@x.test'): Promise<SignedIn> {
      const signedIn = await stage().signIn(address);
      await signOut(signedIn);
      return signedIn;
    }

    const claim = (
      changes: { on?: Process; limit?: number; without?: string[]; leaseSeconds?: number } = {},
    ) => {
      const { first, now, later } = stage();
      const leasedUntil = later(changes.leaseSeconds ?? 30);
      const { on = first, limit = 50, without = [] } = changes;
      return on.notices.claim({ now, leasedUntil, without, limit });
    };
    const theOne = async (): Promise<ClaimedNotice> => {
      const [notice] = await claim();
      if (notice === undefined) throw new Error('There is nothing to be told.');
      return notice;
    };

    it('is given to one process, with all that it takes, and to another when its lease has run out', async () => {
      const { second, pass, later } = stage();
      const { sessionId, accountId } = await signedOut();
      expect(await claim()).toEqual([
        {
          sessionId,
          accountId,
          clientId: CLIENT_ID,
          uri: 'https://rp.test/logout',
          attemptsBefore: 0,
          expiresAt: later(600),
          leasedUntil: later(30),
        },
      ]);
      pass(29);
      expect(await claim({ on: second })).toEqual([]);
      pass(1);
      expect(await claim({ on: second })).toHaveLength(1);
    });

    it('is given once to many that ask at once', async () => {
      for (let person = 0; person < 6; person++) await signedOut(`ann${person}@x.test`);
      const claimed = await stage().atOnce(10, (on) => claim({ on, limit: 2 }));
      expect(new Set(claimed.flat().map(({ sessionId }) => sessionId)).size).toBe(6);
      expect(claimed.flat()).toHaveLength(6);
    });

    it('stays where it is while its client is left alone, until it is too old', async () => {
      const { pass } = stage();
      await signedOut();
      expect(await claim({ without: [CLIENT_ID] })).toEqual([]);
      pass(600);
      expect(await claim({ without: [CLIENT_ID] })).toHaveLength(1);
    });

    it('names no address when the client has none any more', async () => {
      await signedOut();
      await stage().prisma.client.updateMany({ data: { backchannelLogoutUri: null } });
      expect(await theOne()).toMatchObject({ uri: null });
    });

    it('is gone with its client', async () => {
      await signedOut();
      await stage().prisma.client.delete({ where: { clientId: CLIENT_ID } });
      expect(await notices()).toEqual([]);
    });

    it.each([
      ['told', { kind: 'told' }, { oidc_backchannel_logout_succeeded: 1 }],
      ['given up', { kind: 'failed', reason: 'refused 400' }, { oidc_backchannel_logout_failed: 1 }],
    ] as const)('is over once it is %s, and the audit log says so', async (_, result, events) => {
      const { first, now, prisma } = stage();
      const { accountId } = await signedOut();
      await first.notices.record(await theOne(), result, now);
      expect(await notices()).toEqual([]);
      expect(await stage().events()).toMatchObject(events);
      const [type = ''] = Object.keys(events);
      expect(await prisma.logEvent.findFirst({ where: { type } })).toMatchObject({
        accountId,
        clientId: CLIENT_ID,
        description: result.kind === 'told' ? 'Told of a sign-out.' : 'Not told of a sign-out: refused 400.',
      });
    });

    it('that nobody wants any more is over without a word', async () => {
      const { first, now } = stage();
      await signedOut();
      await first.notices.record(await theOne(), { kind: 'dropped' }, now);
      expect(await notices()).toEqual([]);
      expect(Object.keys(await stage().events()).filter((type) => type.startsWith('oidc'))).toEqual([]);
    });

    it('can be put off, and counts its attempts', async () => {
      const { first, now, later, pass } = stage();
      await signedOut();
      await first.notices.record(await theOne(), { kind: 'later', dueAt: later(8), attempts: 1 }, now);
      pass(7);
      expect(await claim()).toEqual([]);
      pass(1);
      expect(await theOne()).toMatchObject({ attemptsBefore: 1 });
    });

    it('is recorded by whoever holds it last; that it was told counts from anybody', async () => {
      const { first, second, pass, later } = stage();
      await signedOut();
      const slow = await theOne();
      pass(31);
      const [fast] = await claim({ on: second });
      await first.notices.record(slow, { kind: 'failed', reason: 'timed out' }, stage().now);
      await first.notices.record(slow, { kind: 'later', dueAt: later(0), attempts: 1 }, stage().now);
      expect(await notices()).toMatchObject([{ dueAt: fast?.leasedUntil, attempts: 0 }]);
      await first.notices.record(slow, { kind: 'told' }, stage().now);
      expect(await notices()).toEqual([]);
    });
  });

  describe('the sessions of an account', () => {
    const all = (accountId: string, changes: { after?: string; limit?: number } = {}) =>
      stage().first.sessionRegister.list(accountId, {
        after: changes.after ?? null,
        limit: changes.limit ?? 50,
        now: stage().now,
      });

    it('FRM-7: are listed while they live, the newest first, page by page', async () => {
      const { signIn, pass, first } = stage();
      const aMinuteLater = () => {
        pass(60);
        return signIn('ann@x.test');
      };
      const oldest = await signIn('ann@x.test');
      const [middle, ended, newest] = [await aMinuteLater(), await aMinuteLater(), await aMinuteLater()];
      await signIn('bob@x.test');
      await signOut(ended);
      const { accountId } = oldest;
      const ids = (list: { id: string }[]) => list.map(({ id }) => id);
      expect(ids(await all(accountId))).toEqual([newest.sessionId, middle.sessionId, oldest.sessionId]);
      expect(ids(await all(accountId, { limit: 1 }))).toEqual([newest.sessionId]);
      expect(ids(await all(accountId, { after: newest.sessionId, limit: 1 }))).toEqual([middle.sessionId]);
      expect(ids(await all(accountId, { after: oldest.sessionId }))).toEqual([]);
      pass(72 * 3600 - 180);
      expect(ids(await all(accountId))).toEqual([newest.sessionId, middle.sessionId]);
      expect(await first.sessionRegister.find(oldest.sessionId, stage().now)).toBeNull();
    });

    it('FRM-7: say who, since when, from where, and which clients took part', async () => {
      const { signIn, second, pass, later } = stage();
      const began = stage().now;
      const signedIn = await signIn('ann@x.test');
      await join(signedIn, WIKI);
      pass(400);
      const seen = { ip: '198.51.100.4', userAgent: 'Mozilla/5.0 (iPhone)' };
      await second.sessions.findActive(signedIn.sessionSecret, stage().now, seen);
      expect(await second.sessionRegister.find(signedIn.sessionId, stage().now)).toEqual({
        id: signedIn.sessionId,
        metadata: {},
        accountId: signedIn.accountId,
        createdAt: began,
        authenticatedAt: began,
        method: 'email',
        lastSeenAt: stage().now,
        idleExpiresAt: later(72 * 3600),
        expiresAt: later(168 * 3600 - 400),
        initial: { ip: '192.0.2.1', userAgent: expect.stringContaining('Firefox') },
        last: seen,
        clientIds: [CLIENT_ID, WIKI],
      });
      expect(await second.sessionRegister.find('nobody’s', stage().now)).toBeNull();
    });

    async function refreshable(address: string) {
      const { signIn, redeem } = stage();
      const signedIn = await signIn(address, { requested: { scope: 'openid offline_access' } });
      await redeem(signedIn.code);
      return signedIn;
    }
    const isAlive = async ({ code }: SignedIn) =>
      (await stage().second.families.findActive(code.familyId)) !== null;
    const end = (of: { accountId: string; sessionId: string | null }, revokesTokens: boolean) =>
      stage().first.sessionRegister.end({ of, revokesTokens, by: { ...BY, now: stage().now } });

    it('FRM-7: are ended by an operator, one or all, at once and in every process; tokens stay', async () => {
      const { second, events, prisma, now } = stage();
      const one = await refreshable('ann@x.test');
      const other = await refreshable('ann@x.test');
      const bob = await refreshable('bob@x.test');
      const { accountId } = one;
      const isIn = async ({ sessionSecret }: SignedIn) =>
        (await second.sessions.findActive(sessionSecret, now)) !== null;
      expect(await end({ accountId, sessionId: bob.sessionId }, false)).toBe(0);
      expect(await end({ accountId, sessionId: one.sessionId }, false)).toBe(1);
      expect([await isIn(one), await isIn(other), await isIn(bob)]).toEqual([false, true, true]);
      expect(await end({ accountId, sessionId: null }, false)).toBe(1);
      expect(await end({ accountId, sessionId: null }, false)).toBe(0);
      expect([await isIn(other), await isIn(bob)]).toEqual([false, true]);
      expect([await isAlive(one), await isAlive(other)]).toEqual([true, true]);
      expect(await notices()).toHaveLength(2);
      expect(await events()).toMatchObject({ slo: 2 });
      expect(await prisma.logEvent.findFirst({ where: { type: 'slo' } })).toMatchObject({
        accountId,
        description: 'Sessions ended by an operator: 1.',
        ip: '192.0.2.9',
      });
    });

    it('RFT-6: revoked, give up what came of them: tokens, and codes on their way', async () => {
      const { signIn, redeem, events } = stage();
      const one = await refreshable('ann@x.test');
      const other = await refreshable('ann@x.test');
      const { accountId } = one;
      expect(await end({ accountId, sessionId: one.sessionId }, true)).toBe(1);
      expect([await isAlive(one), await isAlive(other)]).toEqual([false, true]);
      const onItsWay = await signIn('ann@x.test');
      expect(await end({ accountId, sessionId: null }, true)).toBe(2);
      expect(await redeem(onItsWay.code)).toEqual({ kind: 'refused' });
      expect(await isAlive(other)).toBe(false);
      expect(await events()).toMatchObject({ srrt: 2 });
    });

    it('RFT-6: revoked as a whole, leave no tokens that came without a session either', async () => {
      const { answer, ask, tokenFamily, second, signIn } = stage();
      const { accountId } = await signIn('ann@x.test');
      const family = tokenFamily();
      await answer(await ask('ann@x.test'), { tokenFamily: family });
      await end({ accountId, sessionId: null }, true);
      expect(await second.families.findActive(family.id)).toBeNull();
    });

    it('RFT-6: revoked while a code is redeemed, leave nothing alive', async () => {
      const { signIn, redeem, atOnce, second } = stage();
      for (let round = 0; round < 10; round++) {
        const { accountId, code } = await signIn(`ann${round}@x.test`);
        await atOnce(2, async (on, index) => {
          if (index === 0) await redeem(code, { on });
          else {
            const of = { accountId, sessionId: null };
            await on.sessionRegister.end({ of, revokesTokens: true, by: { ...BY, now: stage().now } });
          }
        });
        expect(await second.families.findActive(code.familyId)).toBeNull();
        expect((await redeem(code)).kind).not.toBe('redeemed');
      }
    });
  });
}
