// Who may use the console, and how the first owner comes in (lib/management/operator-register.ts, console-door.ts).
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { ConsoleEntry } from '@/lib/management/console-door';
import type { Role } from '@/lib/management/roles';
import { createOperatorRegister } from '@/lib/store/prisma/operators';
import type { PrismaClient } from '@/prisma/generated/client';
import { PATIENCE, type SignedIn, type Stage } from '../stage';
import { nextBox, processOf, rotatedBox } from '../stores';

const HOUR = 3600;

export function promiseOperators(stage: () => Stage): void {
  /** Somebody who signed in a moment ago, at the door. */
  const entry = ({ accountId, sessionId }: SignedIn, changes: Partial<ConsoleEntry> = {}): ConsoleEntry => ({
    accountId,
    loginSessionId: sessionId,
    authenticatedAt: stage().now,
    admins: [],
    setupToken: null,
    sessionSecret: stage().secret(),
    operatorId: `opr_${stage().id().slice(0, 16)}`,
    ip: '192.0.2.1',
    userAgent: null,
    now: stage().now,
    ...changes,
  });
  const openSetup = async (on = stage().first) => {
    const { now, later } = stage();
    const token = stage().secret();
    const opened = await on.door.openSetup({ token, createdAt: now, expiresAt: later(24 * HOUR) });
    return { token, opened };
  };
  const invite = (email: string, role: Role, id = `opr_${stage().id().slice(0, 16)}`) =>
    stage().first.operators.invite({
      id,
      email,
      role,
      invitedBy: null,
      createdAt: stage().now,
      expiresAt: stage().later(14 * 24 * HOUR),
    });
  /** An operator, and a live session of theirs. */
  const operator = async (email: string, role: Role) => {
    const person = await stage().signIn(email);
    await invite(email, role);
    const arrival = entry(person);
    const { sessionSecret } = arrival;
    expect(await stage().first.door.admit(arrival)).toBe(role);
    const { operatorId, accountId } = (await stage().first.door.find(sessionSecret, stage().now)) ?? {
      operatorId: '',
      accountId: '',
    };
    return { operatorId, accountId, sessionSecret, person };
  };
  const owners = () => stage().prisma.operator.count({ where: { role: 'owner', accountId: { not: null } } });

  describe('the link of the first set-up', () => {
    it('ADM-1: makes its holder the owner, and is worth nothing afterwards', async () => {
      const { signIn, first, second, now } = stage();
      const { token, opened } = await openSetup();
      expect(opened).toBe(true);
      expect(await second.door.isSetupOpen(token, now)).toBe(true);
      expect(await first.door.admit(entry(await signIn('ann@x.test'), { setupToken: token }))).toBe('owner');
      expect(await second.door.isSetupOpen(token, now)).toBe(false);
      expect(await second.door.admit(entry(await signIn('bob@x.test'), { setupToken: token }))).toBeNull();
      expect((await openSetup(second)).opened).toBe(false);
      expect(await stage().prisma.setupLink.count()).toBe(0);
    });

    it('ADM-1: is worth nothing once somebody else is an owner, by an invitation', async () => {
      const { signIn, second, now } = stage();
      const { token } = await openSetup();
      await operator('ann@x.test', 'owner');
      expect(await second.door.isSetupOpen(token, now)).toBe(false);
      expect(await second.door.admit(entry(await signIn('eve@x.test'), { setupToken: token }))).toBeNull();
      expect(await owners()).toBe(1);
    });

    it('ADM-1: is thrown away where an owner comes by CONSOLE_ADMINS: it would be good again without one', async () => {
      const { signIn, first, prisma } = stage();
      await openSetup();
      const admins = ['boss@x.test'];
      expect(await first.door.admit(entry(await signIn('boss@x.test'), { admins }))).toBe('owner');
      expect(await prisma.setupLink.count()).toBe(0);
    });

    it('ADM-1: of twenty people who come with it at once makes one the owner', async () => {
      const { signIn, atOnce } = stage();
      const { token } = await openSetup();
      const people: SignedIn[] = [];
      for (let index = 0; index < 20; index++) people.push(await signIn(`person${index}@x.test`));
      const admitted = await atOnce(20, (on, index) =>
        on.door.admit(entry(people[index] as SignedIn, { setupToken: token })),
      );
      expect(admitted.filter((role) => role !== null)).toEqual(['owner']);
      expect(await owners()).toBe(1);
    });

    it('ADM-1: of twenty people who come at once, each with a link of their own, makes one the owner', async () => {
      const { signIn, atOnce } = stage();
      const people: SignedIn[] = [];
      const tokens: string[] = [];
      for (let index = 0; index < 20; index++) {
        people.push(await signIn(`person${index}@x.test`));
        tokens.push((await openSetup()).token);
      }
      const admitted = await atOnce(20, (on, index) =>
        on.door.admit(entry(people[index] as SignedIn, { setupToken: tokens[index] as string })),
      );
      expect(admitted.filter((role) => role !== null)).toEqual(['owner']);
      expect(await owners()).toBe(1);
    });

    it('ADM-1: is good for as long as it says, and no other is', async () => {
      const { signIn, first, later } = stage();
      const { token } = await openSetup();
      const ann = await signIn('ann@x.test');
      expect(await first.door.isSetupOpen(`${token}x`, stage().now)).toBe(false);
      expect(await first.door.admit(entry(ann, { setupToken: 'made up' }))).toBeNull();
      const late = later(24 * HOUR);
      expect(await first.door.isSetupOpen(token, late)).toBe(false);
      expect(await first.door.admit(entry(ann, { setupToken: token, now: late }))).toBeNull();
      // A guess in vain spends nothing.
      expect(await first.door.isSetupOpen(token, stage().now)).toBe(true);
    });

    it('lives on while SECRET is being replaced, and no longer', async () => {
      const { prisma, now } = stage();
      const { token } = await openSetup();
      expect(await processOf(prisma, rotatedBox).door.isSetupOpen(token, now)).toBe(true);
      expect(await processOf(prisma, nextBox).door.isSetupOpen(token, now)).toBe(false);
    });

    it('ADM-1: lets no blocked account in', async () => {
      const { signIn, first, block, now } = stage();
      const { token } = await openSetup();
      const ann = await signIn('ann@x.test');
      await block(ann.accountId);
      expect(await first.door.admit(entry(ann, { setupToken: token }))).toBeNull();
      expect(await first.door.isSetupOpen(token, now)).toBe(true);
    });
  });

  describe('somebody who comes from the login', () => {
    it('ADM-2: is no operator for being able to sign in', async () => {
      const { signIn, first, prisma } = stage();
      expect(await first.door.admit(entry(await signIn('ann@x.test')))).toBeNull();
      expect(await prisma.operatorSession.count()).toBe(0);
    });

    it('is an owner by an address of CONSOLE_ADMINS, and stays one whatever the team page said', async () => {
      const { signIn, first, now } = stage();
      const admins = ['ann@x.test'];
      const { token } = await openSetup();
      const ann = await signIn('ann@x.test');
      expect(await first.door.admit(entry(ann, { admins }))).toBe('owner');
      expect(await first.door.isSetupOpen(token, now)).toBe(false);
      const bob = await operator('bob@x.test', 'owner');
      const { operators } = await first.operators.list({ offset: 0, limit: 2 });
      const id = operators.find(({ accountId }) => accountId === ann.accountId)?.id ?? '';
      await first.operators.changeRole({ id, role: 'viewer' });
      expect(await first.door.admit(entry(bob.person, { admins }))).toBe('owner');
      expect(await first.door.admit(entry(ann, { admins }))).toBe('owner');
      expect(await first.door.admit(entry(await signIn('eve@x.test'), { admins }))).toBeNull();
    });

    it('ADM-2: gets nothing by an address that an operator put into their account', async () => {
      const { signIn, first, prisma, now } = stage();
      await invite('boss@x.test', 'owner');
      const eve = await signIn('eve@x.test');
      await prisma.identity.create({
        data: {
          provider: 'email',
          userId: 'b'.repeat(24),
          accountId: eve.accountId,
          identifier: 'boss@x.test',
          typedForm: 'boss@x.test',
          verifiedAt: now,
          createdAt: now,
        },
      });
      expect(await first.door.admit(entry(eve, { admins: ['boss@x.test'] }))).toBeNull();
      // Nor by a login of somebody else's.
      const boss = await signIn('boss@x.test');
      const elsewhere = await signIn('mallory@x.test');
      expect(boss.accountId).toBe(eve.accountId);
      // Nor by a login in which another address of the account was proven.
      expect(await first.door.admit(entry(eve, { admins: ['boss@x.test'] }))).toBeNull();
      expect(
        await first.door.admit(
          entry({ ...elsewhere, sessionId: boss.sessionId }, { admins: ['boss@x.test'] }),
        ),
      ).toBeNull();
    });

    it('at once in ten browsers becomes an operator once, and is let into all of them', async () => {
      const { signIn, atOnce, prisma } = stage();
      await invite('ann@x.test', 'editor');
      const ann = await signIn('ann@x.test');
      const admitted = await atOnce(10, (on) => on.door.admit(entry(ann)));
      expect(admitted).toEqual(Array(10).fill('editor'));
      expect(await prisma.operator.count()).toBe(1);
      expect(await prisma.operatorSession.count()).toBe(10);
      expect(await prisma.logEvent.count({ where: { type: 'sapi' } })).toBe(1);
    });
  });

  describe('an invitation', () => {
    it('is taken by whoever proves its address, once, and then is that operator', async () => {
      const { signIn, first, second, now } = stage();
      expect(await invite('ann@x.test', 'viewer', 'opr_ann')).toBe(true);
      expect(await first.operators.find('opr_ann')).toMatchObject({
        accountId: null,
        email: 'ann@x.test',
        role: 'viewer',
      });
      const ann = await signIn('ann@x.test');
      expect(await second.door.admit(entry(ann))).toBe('viewer');
      expect(await first.operators.find('opr_ann')).toMatchObject({
        accountId: ann.accountId,
        acceptedAt: now,
        expiresAt: null,
      });
      expect(await first.operators.findRole(ann.accountId)).toBe('viewer');
    });

    it('that ran out lets nobody in, and makes room for another', async () => {
      const { signIn, first, later } = stage();
      await invite('ann@x.test', 'viewer', 'opr_old');
      const ann = await signIn('ann@x.test');
      expect(await first.door.admit(entry(ann, { now: later(14 * 24 * HOUR) }))).toBeNull();
      expect(await invite('ann@x.test', 'editor', 'opr_new')).toBe(false);
      stage().pass(14 * 24 * HOUR);
      expect(await invite('ann@x.test', 'editor', 'opr_new')).toBe(true);
      expect((await first.operators.list({ offset: 0, limit: 10 })).operators).toMatchObject([
        { id: 'opr_new', role: 'editor' },
      ]);
    });

    it('to another address of somebody who is an operator changes nothing of what they are', async () => {
      const { signIn, first, prisma, now } = stage();
      const { accountId } = await operator('ann@x.test', 'editor');
      await invite('ann@home.test', 'viewer', 'opr_home');
      const data = {
        identifier: 'ann@home.test',
        typedForm: 'ann@home.test',
        verifiedAt: now,
        createdAt: now,
      };
      await prisma.identity.create({
        data: { ...data, provider: 'email', userId: 'c'.repeat(24), accountId },
      });
      expect(await first.door.admit(entry(await signIn('ann@home.test')))).toBe('editor');
      expect(await first.operators.findRole(accountId)).toBe('editor');
      expect(await first.operators.remove('opr_home')).toBe('done');
      expect(await invite('ann@home.test', 'viewer')).toBe(false);
    });

    it('is not made for an operator’s own address, nor twice at once', async () => {
      const { atOnce } = stage();
      await operator('ann@x.test', 'owner');
      expect(await invite('ann@x.test', 'viewer')).toBe(false);
      const made = await atOnce(10, () => invite('bob@x.test', 'viewer'));
      expect(made.filter(Boolean)).toHaveLength(1);
    });

    it('names whoever invited', async () => {
      const { first, now, later } = stage();
      const ann = await operator('ann@x.test', 'owner');
      const invitation = { id: 'opr_bob', email: 'bob@x.test', role: 'viewer', createdAt: later(1) } as const;
      await first.operators.invite({ ...invitation, invitedBy: ann.accountId, expiresAt: later(HOUR) });
      const { operators, total } = await first.operators.list({ offset: 0, limit: 10 });
      expect(total).toBe(2);
      expect(operators).toMatchObject([
        { id: ann.operatorId, lastSeenAt: now },
        { id: 'opr_bob', invitedBy: 'ann@x.test' },
      ]);
    });
  });

  describe('the last owner', () => {
    it('MGT-5: is neither removed nor lowered; an invited one does not count', async () => {
      const { first } = stage();
      const ann = await operator('ann@x.test', 'owner');
      await operator('bob@x.test', 'editor');
      await invite('eve@x.test', 'owner');
      expect(await first.operators.remove(ann.operatorId)).toBe('last_owner');
      expect(await first.operators.changeRole({ id: ann.operatorId, role: 'editor' })).toBe('last_owner');
      expect(await first.operators.changeRole({ id: ann.operatorId, role: 'owner' })).toBe('done');
      expect(await owners()).toBe(1);
    });

    it('MGT-5: remains when another goes at the same moment', async ({ skip }) => {
      const { kind, first, second } = stage();
      if (kind === 'embedded') skip('one process has one connection');
      const ann = await operator('ann@x.test', 'owner');
      const bob = await operator('bob@x.test', 'owner');
      const later = await second.prisma.$transaction(async (going) => {
        expect(await createOperatorRegister(going as PrismaClient).remove(ann.operatorId)).toBe('done');
        const change = first.operators.changeRole({ id: bob.operatorId, role: 'viewer' });
        await sleep(100);
        return { change };
      }, PATIENCE);
      expect(await later.change).toBe('last_owner');
      expect(await owners()).toBe(1);
    });

    it('MGT-5: remains when all of them are removed or lowered at once', { timeout: 120_000 }, async () => {
      const { atOnce } = stage();
      for (let round = 0; round < 3; round++) {
        await stage().reset();
        const ids: string[] = [];
        for (let index = 0; index < 6; index++)
          ids.push((await operator(`owner${index}@x.test`, 'owner')).operatorId);
        const changes = await atOnce(6, (on, index) => {
          const id = ids[index] as string;
          return index % 3 === 0 ? on.operators.remove(id) : on.operators.changeRole({ id, role: 'viewer' });
        });
        expect(changes.filter((change) => change === 'last_owner')).toHaveLength(1);
        expect(await owners()).toBe(1);
      }
    });

    it('leaves the others free to go, and the unknown unknown', async () => {
      const { first } = stage();
      const ann = await operator('ann@x.test', 'owner');
      const bob = await operator('bob@x.test', 'owner');
      await invite('eve@x.test', 'viewer', 'opr_eve');
      expect(await first.operators.changeRole({ id: bob.operatorId, role: 'editor' })).toBe('done');
      expect(await first.operators.changeRole({ id: 'opr_eve', role: 'owner' })).toBe('done');
      expect(await first.operators.remove('opr_eve')).toBe('done');
      expect(await first.operators.remove('opr_eve')).toBe('unknown');
      expect(await first.operators.changeRole({ id: 'opr_eve', role: 'owner' })).toBe('unknown');
      expect(await first.operators.remove(ann.operatorId)).toBe('last_owner');
    });
  });

  describe('a session at the console', () => {
    it('ADM-3: tells whose it is, as what, and since when it is proven', async () => {
      const { second, now } = stage();
      const ann = await operator('ann@x.test', 'editor');
      expect(await second.door.find(ann.sessionSecret, now)).toEqual({
        operatorId: ann.operatorId,
        accountId: ann.accountId,
        role: 'editor',
        name: 'ann@x.test',
        address: 'ann@x.test',
        authenticatedAt: now,
      });
      expect(await second.door.find(`${ann.sessionSecret}x`, now)).toBeNull();
    });

    it('ADM-3: ends after an hour without use, and after eight whatever happens', async () => {
      const { first, later } = stage();
      const ann = await operator('ann@x.test', 'owner');
      const bob = await operator('bob@x.test', 'owner');
      expect(await first.door.find(bob.sessionSecret, later(HOUR))).toBeNull();
      for (let minute = 50; minute < 8 * 60; minute += 50)
        expect(await first.door.find(ann.sessionSecret, later(minute * 60))).not.toBeNull();
      expect(await first.door.find(ann.sessionSecret, later(8 * HOUR - 0.001))).not.toBeNull();
      expect(await first.door.find(ann.sessionSecret, later(8 * HOUR))).toBeNull();
    });

    it('in use is written at most once a minute', async () => {
      const { first, later, now, prisma } = stage();
      const ann = await operator('ann@x.test', 'owner');
      await first.door.find(ann.sessionSecret, later(60));
      expect(await prisma.operator.findFirst()).toMatchObject({ lastSeenAt: now });
      await first.door.find(ann.sessionSecret, later(60.001));
      expect(await prisma.operator.findFirst()).toMatchObject({ lastSeenAt: later(60.001) });
      expect(await prisma.operatorSession.findFirst()).toMatchObject({ lastSeenAt: later(60.001) });
    });

    it('ADM-2: is over at once when its operator leaves, is removed or blocked, and follows a changed role', async () => {
      const { first, second, block, now } = stage();
      const people = {
        left: await operator('ann@x.test', 'owner'),
        removed: await operator('bob@x.test', 'owner'),
        blocked: await operator('eve@x.test', 'owner'),
        lowered: await operator('kim@x.test', 'owner'),
      };
      await first.door.leave(people.left.sessionSecret);
      await first.operators.remove(people.removed.operatorId);
      await block(people.blocked.accountId);
      await first.operators.changeRole({ id: people.lowered.operatorId, role: 'viewer' });
      for (const { sessionSecret } of [people.left, people.removed, people.blocked])
        expect(await second.door.find(sessionSecret, now)).toBeNull();
      expect(await second.door.find(people.lowered.sessionSecret, now)).toMatchObject({ role: 'viewer' });
      expect(await second.door.admit(entry(people.blocked.person))).toBeNull();
    });
  });
}
