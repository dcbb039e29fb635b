// What a store promises of accounts as operators change them (lib/login/account-register.ts), beside people who sign in.
import { describe, expect, it } from 'vitest';
import type { AccountChange, NewAccount } from '@/lib/login/account-register';
import { CLIENT_ID, type Stage, tally } from '../stage';
import { box, type Process } from '../stores';

export function promiseAccounts(stage: () => Stage, { rounds }: { rounds: number }): void {
  const newAccount = (email: string, changes: Partial<NewAccount['identity']> = {}): NewAccount => ({
    identity: {
      provider: 'email',
      userId: stage().id(),
      identifier: email,
      typedForm: email,
      isVerified: false,
      ...changes,
    },
    name: null,
    nickname: null,
    givenName: null,
    familyName: null,
    picture: null,
    userMetadata: {},
    appMetadata: {},
    isBlocked: false,
  });

  const change = (accountId: string, changes: AccountChange, on: Process = stage().first) =>
    on.accounts.change(accountId, changes, stage().now);

  const moveTo = (email: string, isVerified = false): AccountChange => ({
    identifier: { provider: 'email', identifier: email, typedForm: email, isVerified },
  });

  const remove = (accountId: string, email: string, on: Process = stage().first) =>
    on.accounts.remove({
      id: accountId,
      identities: [{ provider: 'email', userId: accountId.slice('email|'.length), identifier: email }],
      identifierHashes: box.hashes('subject', `email:${email}`),
      pseudonym: 'deleted|1',
      origin: { clientId: null, ip: null, userAgent: null, now: stage().now },
    });

  /** Somebody with a session, tokens, and a code on its way. */
  async function livingPerson(email: string) {
    const { signIn, redeem, ask } = stage();
    const { accountId, code, sessionSecret } = await signIn(email, {
      requested: { scope: 'openid offline_access' },
    });
    await redeem(code);
    return { accountId, sessionSecret, familyId: code.familyId, asked: await ask(email) };
  }

  /** The same of whom a client wants to hear when the session ends. */
  async function toldOf(email: string) {
    await stage().prisma.client.updateMany({ data: { backchannelLogoutUri: 'https://rp.test/logout' } });
    const { signIn, redeem } = stage();
    const signedIn = await signIn(email, { requested: { scope: 'openid offline_access' } });
    await redeem(signedIn.code);
    return signedIn;
  }

  async function isAlive({ sessionSecret, familyId }: { sessionSecret: string; familyId: string }) {
    const { second, now } = stage();
    const refresh = { familyId, sequence: 0, clientId: CLIENT_ID, now };
    return {
      session: (await second.sessions.findActive(sessionSecret, now)) !== null,
      tokens: (await second.families.findActive(familyId)) !== null,
      refresh: (await second.refreshTokens.findActive(refresh)) !== null,
    };
  }

  const DEAD = { session: false, tokens: false, refresh: false };

  describe('an account that an operator adds', () => {
    it('is whole in every process, and whoever proves its address signs in to it', async () => {
      const { first, second, signIn, now } = stage();
      const added = await first.accounts.add(
        { ...newAccount('ann@x.test'), name: 'Ann', userMetadata: { a: [1] } },
        now,
      );
      if (added.kind !== 'added') throw new Error(added.kind);
      const { id } = added.account;
      expect(await second.accounts.find(id)).toEqual({
        ...added.account,
        name: 'Ann',
        userMetadata: { a: [1] },
        createdAt: now,
        identities: [
          expect.objectContaining({ provider: 'email', identifier: 'ann@x.test', verifiedAt: null }),
        ],
      });
      expect((await signIn('ann@x.test')).accountId).toBe(id);
      expect(await second.accounts.find(id)).toMatchObject({
        loginsCount: 1,
        lastLoginAt: now,
        lastIp: '192.0.2.1',
        identities: [{ verifiedAt: now }],
      });
    });

    it('IDN-7: has an address that nobody else is given, of any number who want it at once', async () => {
      const { atOnce, now, prisma } = stage();
      const added = await atOnce(8, ({ accounts }) => accounts.add(newAccount('ann@x.test'), now));
      expect(tally(added)).toEqual({ added: 1, identifier_taken: 7 });
      expect(await prisma.account.count()).toBe(1);
    });

    it('IDN-7: is the same as that of a person who signs in for the first time at that moment', async () => {
      const { ask, answer, now, prisma, atOnce } = stage();
      for (let round = 0; round < rounds; round++) {
        const email = `ann${round}@x.test`;
        const asked = await ask(email);
        await atOnce(2, async ({ accounts }, index) =>
          index === 0 ? accounts.add(newAccount(email), now) : answer(asked),
        );
        const identity = await prisma.identity.findMany({
          where: { identifier: email },
          include: { account: true },
        });
        expect(identity).toHaveLength(1);
        expect(identity[0]?.account.loginsCount).toBe(1);
      }
      expect(await prisma.account.count()).toBe(rounds);
    });

    it('has an id that is nobody else’s', async () => {
      const { first, now } = stage();
      await first.accounts.add(newAccount('ann@x.test', { userId: '1' }), now);
      const second = await first.accounts.add(newAccount('ada@x.test', { userId: '1' }), now);
      expect(second).toEqual({ kind: 'id_taken' });
      await change('email|1', moveTo('eve@x.test'));
      await stage().prisma.identity.deleteMany();
      expect(await first.accounts.add(newAccount('bob@x.test', { userId: '1' }), now)).toEqual({
        kind: 'id_taken',
      });
      expect(await stage().prisma.identity.count()).toBe(0);
    });
  });

  describe('an account that an operator blocks', () => {
    it('FRM-7, RFT-6, MAG-10: is out at once in every process, with session, tokens, code and link', async () => {
      const { answer, openLink, ask, guessWrong } = stage();
      const person = await livingPerson('ann@x.test');
      const linked = await ask('ann@x.test', { sendMode: 'link' });
      expect(await isAlive(person)).toEqual({ session: true, tokens: true, refresh: true });
      await change(person.accountId, { isBlocked: true });
      expect(await isAlive(person)).toEqual(DEAD);
      expect((await answer(person.asked)).answered).toEqual({ kind: 'cancelled' });
      expect((await openLink(linked)).answered).toEqual({ kind: 'cancelled' });
      const afterwards = await ask('ann@x.test');
      expect(afterwards.started).toEqual({ kind: 'started', recipient: null });
      expect((await guessWrong(afterwards)).answered.kind).toBe('wrong');
    });

    it('COD-9: is out between the code and its redemption', async () => {
      const { signIn, redeem } = stage();
      const { accountId, code } = await signIn('ann@x.test');
      await change(accountId, { isBlocked: true });
      expect((await redeem(code)).kind).not.toBe('redeemed');
    });

    it('begins anew when it is opened again: nothing of before comes back to life', async () => {
      const { signIn, answer, now } = stage();
      const person = await livingPerson('ann@x.test');
      await change(person.accountId, { isBlocked: true });
      await change(person.accountId, { isBlocked: false });
      expect(await isAlive(person)).toEqual(DEAD);
      expect((await answer(person.asked)).answered).toEqual({ kind: 'cancelled' });
      const again = await signIn('ann@x.test');
      expect(again.accountId).toBe(person.accountId);
      expect(await stage().first.sessions.findActive(again.sessionSecret, now)).not.toBeNull();
    });

    it('COD-9, RFT-6: is told of to its clients, and its code is dead for good', async () => {
      const { signIn, redeem, prisma } = stage();
      const ann = await toldOf('ann@x.test');
      const bob = await toldOf('bob@x.test');
      const onItsWay = await signIn('ann@x.test');
      await change(ann.accountId, { isBlocked: true });
      const told = await prisma.logoutNotice.findMany();
      expect(told.map(({ sessionId }) => sessionId).sort()).toEqual(
        [ann.sessionId, onItsWay.sessionId].sort(),
      );
      await change(ann.accountId, { isBlocked: false });
      expect((await redeem(onItsWay.code)).kind).toBe('refused');
      expect(await isAlive({ ...bob, familyId: bob.code.familyId })).toMatchObject({
        session: true,
        refresh: true,
      });
    });

    it('stays signed in when one that is not blocked is said not to be', async () => {
      const person = await livingPerson('ann@x.test');
      await change(person.accountId, { isBlocked: false });
      expect(await isAlive(person)).toEqual({ session: true, tokens: true, refresh: true });
    });

    it('at the very moment of a sign-in is out, whichever of the two came first', async () => {
      const { signIn, ask, answer, atOnce, second, now } = stage();
      const { accountId } = await signIn('ann@x.test');
      for (let round = 0; round < rounds; round++) {
        const asked = await ask('ann@x.test');
        const [, given] = await atOnce(2, async (on, index) =>
          index === 0 ? change(accountId, { isBlocked: true }, on) : answer(asked, { on }),
        );
        if (given === undefined || !('answered' in given)) throw new Error('nothing was answered');
        expect(['proven', 'blocked', 'cancelled']).toContain(given.answered.kind);
        expect(await second.sessions.findActive(given.sessionSecret, now)).toBeNull();
        await change(accountId, { isBlocked: false });
        expect(await second.sessions.findActive(given.sessionSecret, now)).toBeNull();
      }
    });
  });

  describe('an address that an operator replaces', () => {
    it('MAG-10: takes with it what was on its way there, and nobody’s sign-in else', async () => {
      const { signIn, ask, answer, openLink } = stage();
      const { accountId } = await signIn('ann@x.test');
      const [asked, linked, other] = [
        await ask('ann@x.test'),
        await ask('ann@x.test'),
        await ask('bob@x.test'),
      ];
      expect(await change(accountId, moveTo('ada@x.test'))).toMatchObject({
        kind: 'changed',
        account: { identities: [{ identifier: 'ada@x.test', verifiedAt: null }] },
      });
      expect((await answer(asked)).answered).toEqual({ kind: 'cancelled' });
      expect((await openLink(linked)).answered).toEqual({ kind: 'cancelled' });
      expect((await answer(other)).answered.kind).toBe('proven');
      expect((await signIn('ada@x.test')).accountId).toBe(accountId);
      expect((await signIn('ann@x.test')).accountId).not.toBe(accountId);
    });

    it('is given to one of several who want it at once, and the others keep theirs', async () => {
      const { signIn, atOnce } = stage();
      const people = await Promise.all(['a', 'b', 'c', 'd'].map((name) => signIn(`${name}${name}@x.test`)));
      const changed = await atOnce(4, (on, index) =>
        change(people[index]?.accountId ?? '', { ...moveTo('ada@x.test'), profile: { name: 'Ada' } }, on),
      );
      expect(tally(changed)).toEqual({ changed: 1, identifier_taken: 3 });
      expect(await stage().prisma.account.count({ where: { name: 'Ada' } })).toBe(1);
    });

    it('at the moment of a sign-in by the old one waits for it, and neither fails', async () => {
      const { signIn, ask, answer, atOnce } = stage();
      for (let round = 0; round < rounds; round++) {
        const email = `ann${round}@x.test`;
        const { accountId } = await signIn(email);
        const asked = await ask(email);
        const [changed, given] = await atOnce(2, async (on, index) =>
          index === 0 ? change(accountId, moveTo(`new${round}@x.test`), on) : answer(asked, { on }),
        );
        expect(changed).toMatchObject({ kind: 'changed' });
        expect(given).toMatchObject({ answered: { kind: expect.stringMatching(/^(proven|cancelled)$/) } });
      }
    });

    it('needs one to be replaced', async () => {
      const { first, now } = stage();
      const added = await first.accounts.add(newAccount('+15550100200', { provider: 'sms' }), now);
      if (added.kind !== 'added') throw new Error(added.kind);
      expect(await change(added.account.id, { ...moveTo('ann@x.test'), profile: { name: 'Ann' } })).toEqual({
        kind: 'no_identity',
      });
      expect(await first.accounts.find(added.account.id)).toEqual(added.account);
      expect(await change('email|nobody', { isBlocked: true })).toEqual({ kind: 'not_found' });
    });
  });

  it('metadata that several operators add to at once has what each of them added', async () => {
    const { signIn, atOnce, first } = stage();
    const { accountId } = await signIn('ann@x.test');
    await atOnce(8, (on, index) => change(accountId, { appMetadata: { [`key${index}`]: index } }, on));
    expect(Object.keys((await first.accounts.find(accountId))?.appMetadata ?? {})).toHaveLength(8);
  });

  describe('an account that is removed', () => {
    it('PRV-2, IDN-8: leaves nothing alive, and its address to somebody new', async () => {
      const { prisma, signIn, answer, dump } = stage();
      const person = await livingPerson('ann@x.test');
      expect(await remove(person.accountId, 'ann@x.test')).toBe('removed');
      expect(await isAlive(person)).toEqual(DEAD);
      expect((await answer(person.asked)).answered).toEqual({ kind: 'ended' });
      const left = (await dump()).filter(
        ({ row }) => row.includes('ann@x.test') || row.includes(person.accountId),
      );
      expect(left).toEqual([]);
      expect(await prisma.logEvent.count({ where: { accountId: 'deleted|1' } })).toBeGreaterThan(2);
      const next = await signIn('ann@x.test');
      expect(next.accountId).not.toBe(person.accountId);
      expect(await isAlive(person)).toEqual(DEAD);
    });

    it('PRV-2: is told of to its clients, and then by nothing; others keep what they have', async () => {
      const { ask, dump, prisma, second, now } = stage();
      const ann = await toldOf('ann@x.test');
      const bob = await toldOf('bob@x.test');
      await ask('ann@x.test', { typedForm: 'Ann@x.test' });
      for (const { accountId } of [ann, bob])
        await prisma.grant.create({
          data: { id: stage().id(), accountId, clientId: CLIENT_ID, createdAt: now, updatedAt: now },
        });
      const tellsOfAnn = ({ row }: { row: string }) =>
        row.includes(ann.accountId) ||
        /ann@x/i.test(row) ||
        row.includes(box.hash('subject', 'email:ann@x.test'));
      expect((await dump()).filter(tellsOfAnn).length).toBeGreaterThan(5);
      expect(await remove(ann.accountId, 'ann@x.test')).toBe('removed');
      // The client has to be told whose session it was. That goes with the telling.
      expect((await dump()).filter(tellsOfAnn).map(({ name }) => name)).toEqual(['logout_notices']);
      const [notice] = await second.notices.claim({
        ...{ now, leasedUntil: stage().later(30), without: [], limit: 10 },
      });
      expect(notice).toMatchObject({ accountId: ann.accountId, sessionId: ann.sessionId });
      if (notice) await second.notices.record(notice, { kind: 'told' }, now);
      expect((await dump()).filter(tellsOfAnn)).toEqual([]);
      for (const kept of [prisma.account.count(), prisma.grant.count()]) expect(await kept).toBe(1);
      expect(await isAlive({ ...bob, familyId: bob.code.familyId })).toMatchObject({
        session: true,
        refresh: true,
      });
    });

    it('PRV-2: is in the audit log under a pseudonym, without address, network or browser', async () => {
      const { signIn, guessWrong, ask, prisma, events } = stage();
      await guessWrong(await ask('ann@x.test'));
      const { accountId } = await signIn('ann@x.test');
      const bob = await signIn('bob@x.test');
      const before = await events();
      await remove(accountId, 'ann@x.test');
      expect(await events()).toEqual({ ...before, sdu: 1 });
      const others = await prisma.logEvent.findMany({ where: { type: { not: 'sdu' }, ip: { not: null } } });
      expect(new Set(others.map(({ identifierHash }) => identifierHash))).toEqual(
        new Set([box.hash('subject', 'email:bob@x.test')]),
      );
      expect(others.some((event) => event.accountId === bob.accountId)).toBe(true);
    });

    it('IDN-8: while it signs in or redeems a code leaves no row of its own', async () => {
      const { ask, answer, signIn, redeem, atOnce, prisma } = stage();
      for (let round = 0; round < rounds; round++) {
        const address = `ann${round}@x.test`;
        const { accountId, code } = await signIn(address);
        const asked = await ask(address);
        await atOnce(3, async (on, index) => {
          if (index === 0) await remove(accountId, address, on);
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

    it('is removed once, of any number who ask at once', async () => {
      const { signIn, atOnce } = stage();
      const { accountId } = await signIn('ann@x.test');
      const removed = await atOnce(4, (on) => remove(accountId, 'ann@x.test', on));
      expect(removed.sort()).toEqual(['not_found', 'not_found', 'not_found', 'removed']);
    });

    it('is left alone when its address is another by now: the log would go on naming that', async () => {
      const { signIn } = stage();
      const person = await livingPerson('ann@x.test');
      await change(person.accountId, moveTo('ada@x.test'));
      expect(await remove(person.accountId, 'ann@x.test')).toBe('outdated');
      expect((await isAlive(person)).session).toBe(true);
      expect((await signIn('ada@x.test')).accountId).toBe(person.accountId);
    });

    it('at the moment of a sign-in waits for it, and neither fails', async () => {
      const { signIn, ask, answer, atOnce, first } = stage();
      for (let round = 0; round < rounds; round++) {
        const { accountId } = await signIn('ann@x.test');
        const asked = await ask('ann@x.test');
        const [removed, given] = await atOnce(2, async (on, index) =>
          index === 0 ? remove(accountId, 'ann@x.test', on) : answer(asked, { on }),
        );
        expect(removed).toBe('removed');
        expect(given).toMatchObject({ answered: { kind: expect.stringMatching(/^(proven|ended)$/) } });
        expect(await first.accounts.find(accountId)).toBeNull();
      }
    });
  });
}
