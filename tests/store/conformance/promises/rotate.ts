// What a store promises of refresh tokens (lib/oidc/refresh-token.ts). RFC 9700 §4.14; security.md RFT-*.
import { describe, expect, it } from 'vitest';
import type { Rotation } from '@/lib/oidc/refresh-token';
import { apiRow, CLIENT_ID, type Stage } from '../stage';
import type { Process } from '../stores';

const DAY = 86_400;

export function promiseToRotate(stage: () => Stage, { rounds }: { rounds: number }): void {
  async function refreshable(address = 'ann@x.test', requested: { scope?: string; audience?: string } = {}) {
    const { signIn, redeem } = stage();
    const scope = 'openid profile email offline_access';
    const { accountId, code } = await signIn(address, { requested: { scope, ...requested } });
    await redeem(code);
    return { accountId, familyId: code.familyId };
  }

  type Changes = Partial<Parameters<Process['refreshTokens']['rotate']>[0]> & { on?: Process };

  function rotate(familyId: string, sequence: number, { on, ...changes }: Changes = {}): Promise<Rotation> {
    const { first, now } = stage();
    return (on ?? first).refreshTokens.rotate({
      familyId,
      sequence,
      clientId: CLIENT_ID,
      scope: [],
      apiScope: [],
      rotates: true,
      graceSeconds: 10,
      idleSeconds: 30 * DAY,
      askedFrom: { ip: '192.0.2.7', userAgent: 'acme-server/1' },
      now,
      ...changes,
    });
  }

  describe('a refresh token', () => {
    it('gives its successor, and what the first sign-in was', async () => {
      const { now } = stage();
      const { familyId, accountId } = await refreshable();
      const rotation = await rotate(familyId, 0);
      expect(rotation).toMatchObject({
        kind: 'rotated',
        sequence: 1,
        grant: {
          subject: { sub: accountId, email: 'ann@x.test' },
          scope: 'openid profile email offline_access',
          nonce: null,
          authenticatedAt: now,
        },
      });
      expect(await rotate(familyId, 1)).toMatchObject({ kind: 'rotated', sequence: 2 });
      expect(await stage().events()).toMatchObject({ sertft: 2 });
    });

    it('can be looked at without being used up, by its own client, while it could be exchanged', async () => {
      const { first, second, now, later, pass, block } = stage();
      const { familyId, accountId } = await refreshable();
      const look = (sequence: number, clientId = CLIENT_ID) =>
        second.refreshTokens.findActive({ familyId, sequence, clientId, now: stage().now });
      expect(await look(0)).toEqual({
        sub: accountId,
        scope: 'openid profile email offline_access',
        audience: null,
        expiresAt: later(30 * DAY),
      });
      expect(await look(0, 'client-2')).toBeNull();
      expect(await look(1)).toBeNull();
      expect(await rotate(familyId, 0)).toMatchObject({ kind: 'rotated' });
      expect(await look(0)).toBeNull();
      expect(await look(1)).not.toBeNull();
      await block(accountId);
      expect(await look(1)).toBeNull();
      const other = await refreshable('bob@x.test');
      await first.families.revoke({ familyId: other.familyId, clientId: CLIENT_ID, now });
      const wanted = { familyId: other.familyId, sequence: 0, clientId: CLIENT_ID };
      expect(await first.refreshTokens.findActive({ ...wanted, now })).toBeNull();
      const third = await refreshable('cat@x.test');
      pass(30 * DAY);
      const late = { ...wanted, familyId: third.familyId, now: stage().now };
      expect(await first.refreshTokens.findActive(late)).toBeNull();
    });

    it('RFT-1, RFT-4: used again after the grace ends the family, the newest token included, for good', async () => {
      const { pass, second, events } = stage();
      const { familyId } = await refreshable();
      await rotate(familyId, 0);
      await rotate(familyId, 1);
      pass(11);
      expect(await rotate(familyId, 0)).toEqual({ kind: 'reused' });
      expect(await rotate(familyId, 2, { on: second })).toEqual({ kind: 'refused' });
      expect(await second.families.findActive(familyId)).toBeNull();
      expect(await events()).toMatchObject({ sertft: 2, ferrt: 1, fertft: 1 });
    });

    it('RFT-1: of two steps ago is theft even within the grace', async () => {
      const { familyId } = await refreshable();
      await rotate(familyId, 0);
      await rotate(familyId, 1);
      expect(await rotate(familyId, 0)).toEqual({ kind: 'reused' });
    });

    it('RFT-3: used again within the grace gives the same successor, to a client that missed the answer', async () => {
      const { pass, second } = stage();
      const { familyId } = await refreshable();
      await rotate(familyId, 0);
      pass(9);
      expect(await rotate(familyId, 0, { on: second })).toMatchObject({ kind: 'rotated', sequence: 1 });
      expect(await rotate(familyId, 1)).toMatchObject({ kind: 'rotated', sequence: 2 });
    });

    it('RFT-2: of fifty uses at once one replaces it, and all are told the same successor', async () => {
      for (let round = 0; round < rounds; round++) {
        const { familyId } = await refreshable(`ann${round}@x.test`);
        const rotations = await stage().atOnce(50, (on) => rotate(familyId, 0, { on }));
        expect(new Set(rotations.map((rotation) => JSON.stringify(rotation))).size).toBe(1);
        expect(rotations[0]).toMatchObject({ kind: 'rotated', sequence: 1 });
        expect(await stage().prisma.tokenFamily.findUnique({ where: { id: familyId } })).toMatchObject({
          refreshSequence: 1,
          revokedAt: null,
        });
      }
    });

    it('RFT-2: without a grace, of fifty uses at once one succeeds and the rest are theft', async () => {
      for (let round = 0; round < rounds; round++) {
        const { familyId } = await refreshable(`bob${round}@x.test`);
        const kinds = (await stage().atOnce(50, (on) => rotate(familyId, 0, { on, graceSeconds: 0 }))).map(
          ({ kind }) => kind,
        );
        expect(kinds.filter((kind) => kind === 'rotated')).toHaveLength(1);
        expect(await stage().second.families.findActive(familyId)).toBeNull();
      }
    });

    it('RFT-2, TIM-1: without a grace, is theft as well for a process whose clock is behind', async () => {
      const { later } = stage();
      const { familyId } = await refreshable();
      expect(await rotate(familyId, 0, { graceSeconds: 0, now: later(5) })).toMatchObject({
        kind: 'rotated',
      });
      expect(await rotate(familyId, 0, { graceSeconds: 0, now: later(4.99) })).toEqual({ kind: 'reused' });
    });

    it('RFT-5: is nothing in the hands of another client, and unharmed by its try', async () => {
      const { familyId } = await refreshable();
      expect(await rotate(familyId, 0, { clientId: 'client-2' })).toEqual({ kind: 'foreign' });
      expect(await rotate(familyId, 0)).toMatchObject({ kind: 'rotated' });
    });

    it('RFT-6: is dead at once when the account is blocked or gone, the family revoked, or the client gone', async () => {
      const { prisma, block, first, now } = stage();
      const blocked = await refreshable('blocked@x.test');
      await block(blocked.accountId);
      expect(await rotate(blocked.familyId, 0)).toEqual({ kind: 'refused' });
      const gone = await refreshable('gone@x.test');
      await prisma.account.delete({ where: { id: gone.accountId } });
      expect(await rotate(gone.familyId, 0)).toEqual({ kind: 'refused' });
      const revoked = await refreshable('revoked@x.test');
      await first.families.revoke({ familyId: revoked.familyId, clientId: CLIENT_ID, now });
      expect(await rotate(revoked.familyId, 0)).toEqual({ kind: 'refused' });
      const clientless = await refreshable('clientless@x.test');
      await prisma.client.delete({ where: { clientId: CLIENT_ID } });
      expect(await rotate(clientless.familyId, 0)).toEqual({ kind: 'refused' });
    });

    it('RFT-7: dies unused after its idle time, and at its absolute end however often it is used', async () => {
      const { pass } = stage();
      const idle = await refreshable('idle@x.test');
      const busy = await refreshable('busy@x.test');
      expect(await rotate(idle.familyId, 0, { idleSeconds: DAY })).toMatchObject({ kind: 'rotated' });
      pass(DAY);
      expect(await rotate(idle.familyId, 1)).toEqual({ kind: 'refused' });
      let sequence = 0;
      for (let day = 1; day < 30; day++, sequence++) {
        expect(await rotate(busy.familyId, sequence, { idleSeconds: 3 * DAY })).toMatchObject({
          kind: 'rotated',
        });
        pass(DAY);
      }
      expect(await rotate(busy.familyId, sequence)).toEqual({ kind: 'refused' });
    });

    it('RFT-7: may have no absolute end, or none for want of use, or none at all, as its client has it', async () => {
      const { signIn, redeem, prisma, pass, later } = stage();
      const given = async (
        address: string,
        refresh: { idleExpiresAt: Date | null; expiresAt: Date | null },
      ) => {
        const { code } = await signIn(address, { requested: { scope: 'openid offline_access' } });
        await redeem(code, { refresh });
        return code.familyId;
      };
      const lastExpiry = async (id: string) =>
        (await prisma.tokenFamily.findUniqueOrThrow({ where: { id } })).expiresAt;
      const used = await given('used@x.test', { idleExpiresAt: later(DAY), expiresAt: null });
      const unused = await given('unused@x.test', { idleExpiresAt: later(DAY), expiresAt: null });
      const patient = await given('patient@x.test', { idleExpiresAt: null, expiresAt: later(3 * DAY) });
      const endless = await given('endless@x.test', { idleExpiresAt: null, expiresAt: null });
      expect([await lastExpiry(used), await lastExpiry(endless)]).toEqual([later(2 * DAY), null]);
      for (let sequence = 0; sequence < 5; sequence++) {
        pass(DAY - 1);
        expect(await rotate(used, sequence, { idleSeconds: DAY })).toMatchObject({ kind: 'rotated' });
        expect(await lastExpiry(used)).toEqual(later(2 * DAY));
      }
      expect(await rotate(unused, 0)).toEqual({ kind: 'refused' });
      expect(await rotate(patient, 0, { idleSeconds: null })).toEqual({ kind: 'refused' });
      pass(3650 * DAY);
      expect(await rotate(endless, 0, { idleSeconds: null })).toMatchObject({ kind: 'rotated', sequence: 1 });
      expect(await lastExpiry(endless)).toBeNull();
      expect(await rotate(endless, 1, { idleSeconds: DAY })).toMatchObject({ kind: 'rotated', sequence: 2 });
      expect(await lastExpiry(endless)).toEqual(later(31 * DAY));
    });

    it('that has no end is cleared away once it is revoked', async () => {
      const { signIn, redeem, prisma, first, now } = stage();
      const { code } = await signIn('ann@x.test', { requested: { scope: 'openid offline_access' } });
      await redeem(code, { refresh: { idleExpiresAt: null, expiresAt: null } });
      await first.families.revoke({ familyId: code.familyId, clientId: CLIENT_ID, now });
      expect(await prisma.tokenFamily.findFirst()).toMatchObject({ revokedAt: now, expiresAt: now });
    });

    it('may stay the same at every use, for a client that has it so, and still dies of being replaced before', async () => {
      const { pass, prisma } = stage();
      const { familyId } = await refreshable();
      for (let use = 0; use < 3; use++, pass(60))
        expect(await rotate(familyId, 0, { rotates: false })).toMatchObject({ kind: 'rotated', sequence: 0 });
      expect(await prisma.tokenFamily.findFirst()).toMatchObject({
        refreshRotatedAt: null,
        refreshSequence: 0,
      });
      expect(await rotate(familyId, 0)).toMatchObject({ kind: 'rotated', sequence: 1 });
      pass(60);
      expect(await rotate(familyId, 1, { rotates: false })).toMatchObject({ kind: 'rotated', sequence: 1 });
      expect(await rotate(familyId, 0, { rotates: false })).toEqual({ kind: 'reused' });
    });

    it('RFT-8: is not spent by a wish for more scope than was granted, nor told again for one', async () => {
      const { events } = stage();
      const { familyId } = await refreshable();
      const more = { scope: ['openid', 'phone'] };
      expect(await rotate(familyId, 0, more)).toEqual({ kind: 'scope_exceeded' });
      expect(await rotate(familyId, 0, { scope: ['openid'], graceSeconds: 0 })).toMatchObject({
        kind: 'rotated',
        sequence: 1,
        grant: { scope: 'openid profile email offline_access' },
      });
      expect(await rotate(familyId, 0, more)).toEqual({ kind: 'scope_exceeded' });
      expect(await events()).toMatchObject({ sertft: 1, fertft: 2 });
    });

    describe('for an API', () => {
      const audience = 'https://api.test/';
      const scope = 'openid offline_access read:things';
      const set = (changes: Parameters<typeof apiRow>[2]) =>
        stage().prisma.resourceServer.updateMany({ where: { identifier: audience }, data: changes ?? {} });

      async function refreshableForApi() {
        const { prisma, now } = stage();
        const scopes = ['read:things', 'write:things'].map((value) => ({ value, description: value }));
        await prisma.resourceServer.create({
          data: apiRow(audience, now, { scopes, allowOfflineAccess: true }),
        });
        return (await refreshable('ann@x.test', { scope, audience })).familyId;
      }

      it('stays for it', async () => {
        const familyId = await refreshableForApi();
        expect(await rotate(familyId, 0)).toMatchObject({ kind: 'rotated', grant: { audience, scope } });
      });

      it('RFT-8: does not grow by the scopes that the API knows, and passes over those it does not', async () => {
        const familyId = await refreshableForApi();
        const ask = (...apiScope: string[]) => rotate(familyId, 0, { apiScope });
        expect(await ask('read:things', 'write:things')).toEqual({ kind: 'scope_exceeded' });
        expect(await ask('read:things', 'read:others')).toMatchObject({ kind: 'rotated', sequence: 1 });
      });

      it('is dead while the API is not for offline access, and when it is gone', async () => {
        const familyId = await refreshableForApi();
        await set({ allowOfflineAccess: false });
        expect(await rotate(familyId, 0)).toEqual({ kind: 'refused' });
        await set({ allowOfflineAccess: true });
        expect(await rotate(familyId, 0)).toMatchObject({ kind: 'rotated', sequence: 1 });
        await stage().prisma.resourceServer.deleteMany();
        expect(await rotate(familyId, 1)).toEqual({ kind: 'refused' });
      });
    });

    it('RFT-9: is not there without offline_access', async () => {
      const { signIn, redeem } = stage();
      const { code } = await signIn('ann@x.test');
      await redeem(code);
      expect(await rotate(code.familyId, 0)).toEqual({ kind: 'refused' });
    });

    it('is revoked with everything else when the code it came of is used twice', async () => {
      const { signIn, redeem, prisma } = stage();
      const { code } = await signIn('ann@x.test');
      await prisma.authorizationCode.updateMany({ data: { scope: 'openid offline_access' } });
      await redeem(code);
      await redeem(code);
      expect(await rotate(code.familyId, 0)).toEqual({ kind: 'refused' });
    });
  });
}
