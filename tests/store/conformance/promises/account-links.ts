// What a store promises of accounts that are linked and parted again (lib/login/account-links.ts), beside people who sign in.
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { mainIdentityOf } from '@/lib/login/account-links';
import { IDENTITY_NOTICES_AN_HOUR, type IdentityNotices } from '@/lib/login/identity-notices';
import { isNotice } from '@/lib/login/message';
import { createOutboxStore } from '@/lib/store/prisma/outbox';
import { CLIENT_ID, type Stage, tally } from '../stage';
import { box, type Process } from '../stores';

export function promiseAccountLinks(stage: () => Stage, { rounds }: { rounds: number }): void {
  const origin = () => ({ clientId: null, ip: null, userAgent: null, now: stage().now });

  /** For the addresses of these accounts, which are the account's or are not. */
  const noticesFor = (
    kind: IdentityNotices['kind'],
    people: Readonly<Record<string, string>>,
  ): IdentityNotices => ({
    ...{ kind, applicationName: 'Acme', connection: 'email', clientId: CLIENT_ID, pepperId: 'pepper' },
    expiresAt: stage().later(3600),
    context: { ip: null, userAgent: null, knownBrowserId: null, language: 'en', now: stage().now },
    recipients: Object.entries(people).map(([accountId, address]) => ({
      challengeId: randomUUID(),
      messageId: randomUUID(),
      userId: mainIdentityOf(accountId).userId,
      address,
      logged: { maskedIdentifier: 'a•••', identifierHash: accountId },
    })),
  });
  /** Whom the notices that wait are for. */
  const waiting = async () => {
    const { prisma, now, later } = stage();
    const claim = { now: later(46), leasedUntil: later(90), without: [], limit: 100 };
    const claimed = await createOutboxStore(prisma).claim(claim);
    return claimed
      .filter(({ kind, wanted, askedAt }) => wanted && isNotice(kind) && askedAt >= now)
      .map(({ kind, recipient }) => `${kind} ${recipient}`)
      .toSorted();
  };

  const link = (accountId: string, secondaryId: string, on: Process = stage().first) =>
    on.links.link({ accountId, secondary: mainIdentityOf(secondaryId), notices: null, origin: origin() });
  const unlink = (accountId: string, identityId: string, on: Process = stage().first) =>
    on.links.unlink({ accountId, identity: mainIdentityOf(identityId), notices: null, origin: origin() });

  async function remove(accountId: string, on: Process = stage().first) {
    const { identities = [] } = (await on.accounts.find(accountId)) ?? {};
    return on.accounts.remove({
      id: accountId,
      identities,
      identifierHashes: identities.map(({ identifier }) => box.hash('subject', `email:${identifier}`)),
      pseudonym: 'deleted|1',
      origin: origin(),
    });
  }

  /** Somebody with a session and tokens. */
  async function livingPerson(email: string, { at = stage() } = {}) {
    const signedIn = await at.signIn(email, { requested: { scope: 'openid offline_access' } });
    await at.redeem(signedIn.code);
    return { ...signedIn, familyId: signedIn.code.familyId };
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
  const ALIVE = { session: true, tokens: true, refresh: true };
  const DEAD = { session: false, tokens: false, refresh: false };

  const addressesOf = async (accountId: string) =>
    (await stage().second.accounts.find(accountId))?.identities.map(({ identifier }) => identifier) ?? null;
  const signInId = async (email: string) => (await stage().signIn(email)).accountId;

  /** By an operator, who vouches for nothing. */
  async function addUnproven(email: string) {
    const { first, now } = stage();
    const added = await first.accounts.add(
      {
        identity: {
          provider: 'email',
          userId: email.slice(0, 3),
          identifier: email,
          typedForm: email,
          isVerified: false,
        },
        ...{ name: null, nickname: null, givenName: null, familyName: null, picture: null },
        ...{ userMetadata: {}, appMetadata: {}, isBlocked: false },
      },
      now,
    );
    if (added.kind !== 'added') throw new Error(added.kind);
    return added.account.id;
  }

  describe('the addresses of an account', () => {
    it('are told of a link where they were its own before and are proven, and of no link that was not made', async () => {
      const { first } = stage();
      const [ann, other, bob] = [
        await signInId('ann@x.test'),
        await signInId('other@x.test'),
        await signInId('bob@x.test'),
      ];
      const unproven = await addUnproven('eve@x.test');
      await link(ann, unproven);
      const notices = noticesFor('identity_added', {
        ...{ [ann]: 'ann@x.test', [unproven]: 'eve@x.test', [other]: 'other@x.test', [bob]: 'bob@x.test' },
      });
      const secondary = mainIdentityOf(other);
      const linked = await first.links.link({ accountId: ann, secondary, notices, origin: origin() });
      expect(linked).toMatchObject({ kind: 'linked', told: [notices.recipients[0]?.messageId] });
      const again = noticesFor('identity_added', { [ann]: 'ann@x.test' });
      expect(
        await first.links.link({ accountId: ann, secondary, notices: again, origin: origin() }),
      ).toMatchObject({ kind: 'already_linked' });
      expect(await waiting()).toEqual(['identity_added ann@x.test']);
    });

    it('are told nothing where they are others by now', async () => {
      const { first } = stage();
      const [ann, other] = [await signInId('ann@x.test'), await signInId('other@x.test')];
      const notices = noticesFor('identity_added', { [ann]: 'former@x.test' });
      const secondary = mainIdentityOf(other);
      expect(await first.links.link({ accountId: ann, secondary, notices, origin: origin() })).toMatchObject({
        ...{ kind: 'linked', told: [] },
      });
    });

    it('are told of an identity that leaves, its own too, five times an hour at most', async () => {
      const { first, pass } = stage();
      const [ann, other] = [await signInId('ann@x.test'), await signInId('other@x.test')];
      const toldOf = async () => {
        await link(ann, other);
        const notices = noticesFor('identity_removed', { [ann]: 'ann@x.test', [other]: 'other@x.test' });
        const identity = mainIdentityOf(other);
        const unlinked = await first.links.unlink({ accountId: ann, identity, notices, origin: origin() });
        return unlinked.kind === 'unlinked' ? unlinked.told.length : null;
      };
      expect(await toldOf()).toBe(2);
      expect(await waiting()).toEqual(['identity_removed ann@x.test', 'identity_removed other@x.test']);
      for (let time = 2; time <= IDENTITY_NOTICES_AN_HOUR; time++) expect(await toldOf()).toBe(2);
      expect(await toldOf()).toBe(0);
      pass(3601);
      expect(await toldOf()).toBe(2);
    });
  });

  describe('two accounts that are linked', () => {
    it('are the first, with its profile and metadata, whichever of the two somebody signs in by', async () => {
      const { first, pass, prisma } = stage();
      // The older of the two: what names the account comes first all the same.
      const other = await livingPerson('other@x.test');
      pass(60);
      const ann = await livingPerson('ann@x.test');
      await first.accounts.change(
        ann.accountId,
        { profile: { name: 'Ann' }, userMetadata: { a: 1 } },
        stage().now,
      );
      await first.accounts.change(
        other.accountId,
        { profile: { name: 'Other' }, userMetadata: { b: 2 }, appMetadata: { plan: 'gold' } },
        stage().now,
      );
      const linked = await link(ann.accountId, other.accountId);
      expect(linked).toMatchObject({
        kind: 'linked',
        account: {
          id: ann.accountId,
          name: 'Ann',
          userMetadata: { a: 1 },
          appMetadata: {},
          identities: [
            { identifier: 'ann@x.test' },
            { identifier: 'other@x.test', profile: { name: 'Other' } },
          ],
        },
      });
      expect(await addressesOf(other.accountId)).toBeNull();
      expect(await signInId('other@x.test')).toBe(ann.accountId);
      expect(await signInId('ann@x.test')).toBe(ann.accountId);
      expect(await prisma.account.count()).toBe(1);
      const subject = await stage().second.families.findActive(ann.familyId);
      expect(subject?.subject).toMatchObject({
        sub: ann.accountId,
        email: 'ann@x.test',
        emailVerified: true,
      });
    });

    it('leave nothing alive of the second: its clients are told, its codes and tokens dead', async () => {
      const { prisma, signIn, redeem, first } = stage();
      await prisma.client.updateMany({ data: { backchannelLogoutUri: 'https://rp.test/logout' } });
      const [ann, other] = [await livingPerson('ann@x.test'), await livingPerson('other@x.test')];
      const { code } = await signIn('other@x.test');
      await link(ann.accountId, other.accountId);
      expect(await isAlive(other)).toEqual(DEAD);
      expect(await isAlive(ann)).toEqual(ALIVE);
      expect((await redeem(code)).kind).not.toBe('redeemed');
      const notices = await first.notices.claim({
        ...{ now: stage().now, leasedUntil: stage().later(30), without: [], limit: 10 },
      });
      expect(new Set(notices.map(({ accountId }) => accountId))).toEqual(new Set([other.accountId]));
    });

    it('take what is on its way to an address of the second as a proof for the first', async () => {
      const { ask, answer } = stage();
      const [ann, other] = [await livingPerson('ann@x.test'), await livingPerson('other@x.test')];
      const asked = await ask('other@x.test');
      await link(ann.accountId, other.accountId);
      expect((await answer(asked)).answered).toMatchObject({ kind: 'proven', accountId: ann.accountId });
    });

    it('bring all identities that the second had, and are told of in the log of both', async () => {
      const { prisma } = stage();
      const [a, b, c] = [
        await signInId('aaa@x.test'),
        await signInId('bbb@x.test'),
        await signInId('ccc@x.test'),
      ];
      await link(b, c);
      await link(a, b);
      expect((await addressesOf(a))?.toSorted()).toEqual(['aaa@x.test', 'bbb@x.test', 'ccc@x.test']);
      const told = await prisma.logEvent.findMany({ where: { type: 'sapi' }, select: { accountId: true } });
      expect(tally(told.map(({ accountId }) => ({ kind: accountId ?? '' })))).toEqual({
        [a]: 1,
        [b]: 2,
        [c]: 1,
      });
    });

    it('are refused where there is nothing to link, and nothing has changed then', async () => {
      const { first, now } = stage();
      const [ann, other, third] = [
        await livingPerson('ann@x.test'),
        await livingPerson('other@x.test'),
        await livingPerson('third@x.test'),
      ];
      expect(await link(ann.accountId, ann.accountId)).toEqual({ kind: 'same' });
      expect(await link('email|nobody', other.accountId)).toEqual({ kind: 'not_found' });
      expect(await link(ann.accountId, 'email|nobody')).toEqual({ kind: 'no_secondary' });
      await link(third.accountId, other.accountId);
      for (const one of [ann, third]) {
        expect(await link(one.accountId, other.accountId)).toEqual({ kind: 'already_linked' });
      }
      await first.accounts.change(third.accountId, { isBlocked: true }, now);
      expect(await link(ann.accountId, third.accountId)).toEqual({ kind: 'blocked' });
      expect(await link(third.accountId, ann.accountId)).toEqual({ kind: 'blocked' });
      expect(await isAlive(ann)).toEqual(ALIVE);
      expect(await addressesOf(third.accountId)).toEqual(['third@x.test', 'other@x.test']);
    });

    it('give one identity to one of several who want it at once', async () => {
      const { atOnce } = stage();
      const people = await Promise.all(
        ['aaa', 'bbb', 'ccc', 'ddd'].map((name) => signInId(`${name}@x.test`)),
      );
      const wanted = await signInId('other@x.test');
      const linked = await atOnce(4, (on, index) => link(people[index] ?? '', wanted, on));
      expect(tally(linked)).toEqual({ linked: 1, already_linked: 3 });
    });

    it('are one of the two, when each is to take in the other', async () => {
      const { atOnce, prisma } = stage();
      for (let round = 0; round < rounds; round++) {
        const ids = [await signInId(`a${round}@x.test`), await signInId(`b${round}@x.test`)] as const;
        const linked = await atOnce(2, (on, index) => link(ids[index] ?? '', ids[1 - index] ?? '', on));
        expect(tally(linked)).toEqual({ linked: 1, not_found: 1 });
        expect(await prisma.identity.count({ where: { accountId: { in: [...ids] } } })).toBe(2);
      }
    });

    it('lose no identity in a chain that is linked at once', async () => {
      const { atOnce, prisma } = stage();
      for (let round = 0; round < rounds; round++) {
        const [a = '', b = '', c = ''] = await Promise.all(
          ['a', 'b', 'c'].map((name) => signInId(`${name}${name}${round}@x.test`)),
        );
        await atOnce(2, (on, index) => (index === 0 ? link(a, b, on) : link(b, c, on)));
        const held = await prisma.identity.findMany({
          where: { identifier: { endsWith: `${round}@x.test` } },
        });
        expect(held).toHaveLength(3);
        const living = await prisma.account.findMany({ where: { id: { in: [a, b, c] } } });
        expect(new Set(held.map(({ accountId }) => accountId))).toEqual(new Set(living.map(({ id }) => id)));
      }
    });

    it('at the moment of a sign-in by the second are one all the same, and neither fails', async () => {
      const { ask, answer, atOnce, redeem, prisma } = stage();
      const ann = await signInId('ann@x.test');
      for (let round = 0; round < rounds; round++) {
        const email = `other${round}@x.test`;
        const signedIn = await stage().signIn(email);
        const asked = await ask(email);
        const [linked, given] = await atOnce(3, async (on, index) => {
          if (index === 0) return link(ann, signedIn.accountId, on);
          return index === 1 ? answer(asked, { on }) : redeem(signedIn.code, { on });
        });
        expect(linked).toMatchObject({ kind: 'linked' });
        expect(given).toMatchObject({ answered: { kind: 'proven' } });
        const where = { accountId: signedIn.accountId };
        expect(await prisma.session.count({ where })).toBe(0);
        expect(await prisma.tokenFamily.count({ where })).toBe(0);
        expect(await prisma.authorizationCode.count({ where })).toBe(0);
        expect(await signInId(email)).toBe(ann);
      }
    });

    it('PRV-2: at the moment one is removed are gone, or somebody is there with all of theirs', async () => {
      const { atOnce, prisma } = stage();
      for (let round = 0; round < rounds; round++) {
        const [ann, other] = [await signInId(`ann${round}@x.test`), await signInId(`other${round}@x.test`)];
        const [linked, removed] = await atOnce(2, async (on, index) =>
          index === 0 ? link(ann, other, on) : remove(ann, on),
        );
        expect([linked, removed]).toEqual(
          expect.arrayContaining([
            expect.toSatisfy((kind: unknown) => ['removed', 'outdated'].includes(String(kind))),
          ]),
        );
        const left = await prisma.identity.findMany({
          where: { identifier: { endsWith: `${round}@x.test` } },
        });
        if (removed === 'outdated') expect(await addressesOf(ann)).toHaveLength(2);
        else
          expect(left.map(({ accountId }) => accountId)).toEqual(
            (linked as { kind: string }).kind === 'linked' ? [] : [other],
          );
      }
    });

    it('PRV-2: leave nothing of either when they are removed, and one pseudonym in the log', async () => {
      const { dump, prisma } = stage();
      const [ann, other] = [await livingPerson('ann@x.test'), await livingPerson('other@x.test')];
      await prisma.logEvent.create({
        data: {
          ...{ id: stage().id(), occurredAt: stage().now, type: 'sapi' },
          details: {
            request: { path: '/x', params: { id: other.accountId, user_id: other.accountId.slice(6) } },
          },
        },
      });
      await link(ann.accountId, other.accountId);
      expect(await remove(ann.accountId)).toBe('removed');
      const tells = /ann@x|other@x/;
      const left = (await dump()).filter(
        ({ row }) =>
          tells.test(row) || row.includes(ann.accountId.slice(6)) || row.includes(other.accountId.slice(6)),
      );
      expect(left).toEqual([]);
      expect(await prisma.logEvent.count({ where: { accountId: 'deleted|1' } })).toBeGreaterThan(4);
      expect(await signInId('other@x.test')).not.toBe(other.accountId);
    });
  });

  describe('an identity that is unlinked', () => {
    it('is an account of its own again, with its own profile and nothing of the one it leaves', async () => {
      const { first, now } = stage();
      const [ann, other] = [await signInId('ann@x.test'), await signInId('other@x.test')];
      await first.accounts.change(ann, { profile: { name: 'Ann' }, appMetadata: { plan: 'gold' } }, now);
      await first.accounts.change(other, { profile: { name: 'Other' }, userMetadata: { b: 2 } }, now);
      await link(ann, other);
      expect(await unlink(ann, other)).toMatchObject({
        kind: 'unlinked',
        account: { id: ann, identities: [{ identifier: 'ann@x.test' }] },
      });
      expect(await first.accounts.find(other)).toMatchObject({
        ...{ id: other, name: 'Other', userMetadata: {}, appMetadata: {}, loginsCount: 0 },
        identities: [{ identifier: 'other@x.test' }],
      });
      expect(await signInId('other@x.test')).toBe(other);
      expect(await signInId('ann@x.test')).toBe(ann);
      expect(await link(other, ann)).toMatchObject({ kind: 'linked' });
    });

    it('takes the sessions and tokens with it that it may have begun, and brings no old ones back', async () => {
      const [ann, other] = [await livingPerson('ann@x.test'), await livingPerson('other@x.test')];
      await link(ann.accountId, other.accountId);
      const together = await livingPerson('other@x.test');
      expect(together.accountId).toBe(ann.accountId);
      await unlink(ann.accountId, other.accountId);
      expect(await isAlive(together)).toEqual(DEAD);
      expect(await isAlive(other)).toEqual(DEAD);
    });

    it('leaves sessions alone that another channel began', async () => {
      const { prisma } = stage();
      const [ann, other] = [await livingPerson('ann@x.test'), await livingPerson('other@x.test')];
      await link(ann.accountId, other.accountId);
      await prisma.session.updateMany({ where: { accountId: ann.accountId }, data: { amr: ['otp', 'sms'] } });
      await unlink(ann.accountId, other.accountId);
      expect(await isAlive(ann)).toEqual(ALIVE);
    });

    it('stays blocked with the account it leaves', async () => {
      const { first, now, ask } = stage();
      const [ann, other] = [await signInId('ann@x.test'), await signInId('other@x.test')];
      await link(ann, other);
      await first.accounts.change(ann, { isBlocked: true }, now);
      await unlink(ann, other);
      expect((await first.accounts.find(other))?.blockedAt).not.toBeNull();
      expect((await ask('other@x.test')).started).toMatchObject({ recipient: null });
    });

    it('is never the main one, nor somebody else’s; then nothing has changed', async () => {
      const [ann, other] = [await livingPerson('ann@x.test'), await livingPerson('other@x.test')];
      expect(await unlink(ann.accountId, ann.accountId)).toEqual({ kind: 'main' });
      expect(await unlink(ann.accountId, other.accountId)).toEqual({ kind: 'not_linked' });
      expect(await unlink(ann.accountId, 'email|nobody')).toEqual({ kind: 'not_linked' });
      expect(await unlink('email|nobody', other.accountId)).toEqual({ kind: 'not_found' });
      for (const person of [ann, other]) expect(await isAlive(person)).toEqual(ALIVE);
    });

    it('is unlinked once, of any number who ask at once, sign-ins by it beside them', async () => {
      const { atOnce, ask, answer, prisma } = stage();
      const ann = await signInId('ann@x.test');
      for (let round = 0; round < rounds; round++) {
        const email = `other${round}@x.test`;
        const other = await signInId(email);
        await link(ann, other);
        const asked = await ask(email);
        const done = await atOnce(4, async (on, index) =>
          index === 0 ? (await answer(asked, { on })).answered : unlink(ann, other, on),
        );
        expect(tally(done)).toEqual({ proven: 1, unlinked: 1, not_linked: 2 });
        const [proven] = done;
        const sessions = await prisma.session.findMany({
          where: { endedAt: null, accountId: { in: [ann, other] } },
        });
        // Who was in by it is out, or is in their own account.
        if (proven?.kind === 'proven')
          expect(sessions.map(({ accountId }) => accountId)).toEqual(
            proven.accountId === other ? [other] : [],
          );
        expect(await signInId(email)).toBe(other);
      }
    });
  });

  describe('LNK-2: an address that its owner proves after somebody else filled the account', () => {
    it('has the account to itself: what was linked is apart, sessions, codes and tokens are dead', async () => {
      const { prisma, first, signIn, redeem } = stage();
      const attacker = await livingPerson('eve@x.test');
      const victim = await addUnproven('ann@x.test');
      expect(await link(victim, attacker.accountId)).toMatchObject({ kind: 'linked' });
      const inside = await livingPerson('eve@x.test');
      expect(inside.accountId).toBe(victim);
      expect(await isAlive(inside)).toEqual(ALIVE);
      const onItsWay = await signIn('eve@x.test');
      const owner = await livingPerson('ann@x.test');
      expect(owner.accountId).toBe(victim);
      expect(await isAlive(inside)).toEqual(DEAD);
      expect((await redeem(onItsWay.code)).kind).not.toBe('redeemed');
      expect(await isAlive(owner)).toEqual(ALIVE);
      expect(await addressesOf(victim)).toEqual(['ann@x.test']);
      expect(await signInId('eve@x.test')).toBe(attacker.accountId);
      expect((await first.accounts.find(victim))?.identities[0]?.verifiedAt).not.toBeNull();
      expect(await prisma.account.count()).toBe(2);
      const again = await livingPerson('ann@x.test');
      expect(await isAlive(owner)).toEqual(ALIVE);
      expect(again.accountId).toBe(victim);
    });

    it('leaves an account that it was linked to by nobody’s proof', async () => {
      const attacker = await livingPerson('eve@x.test');
      const victim = await addUnproven('ann@x.test');
      await link(attacker.accountId, victim);
      const owner = await livingPerson('ann@x.test');
      expect(owner.accountId).toBe(victim);
      expect(await addressesOf(attacker.accountId)).toEqual(['eve@x.test']);
      expect(await isAlive(attacker)).toEqual(ALIVE);
    });

    it('ends what was begun by the address that was there before', async () => {
      const { first, now } = stage();
      const attacker = await livingPerson('eve@x.test');
      await first.accounts.change(
        attacker.accountId,
        {
          identifier: {
            provider: 'email',
            identifier: 'ann@x.test',
            typedForm: 'ann@x.test',
            isVerified: false,
          },
        },
        now,
      );
      const owner = await livingPerson('ann@x.test');
      expect(await isAlive(attacker)).toEqual(DEAD);
      expect(await isAlive(owner)).toEqual(ALIVE);
    });

    it('in the browser that was signed in goes on with its session', async () => {
      const { first, now, ask, answer, second } = stage();
      const person = await livingPerson('eve@x.test');
      await first.accounts.change(
        person.accountId,
        {
          identifier: {
            provider: 'email',
            identifier: 'ann@x.test',
            typedForm: 'ann@x.test',
            isVerified: false,
          },
        },
        now,
      );
      const asked = await ask('ann@x.test');
      const given = await answer(asked, { replacedSessionSecret: person.sessionSecret });
      expect(given.sessionId).toBe(person.sessionId);
      expect(await second.sessions.findActive(given.sessionSecret, now)).not.toBeNull();
    });
  });
}
