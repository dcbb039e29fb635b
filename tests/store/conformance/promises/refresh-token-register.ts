// What a store promises an operator of refresh tokens (lib/oidc/refresh-token-register.ts).
import { describe, expect, it } from 'vitest';
import type { RefreshTokensOf } from '@/lib/oidc/refresh-token-register';
import { CLIENT_ID, clientRow, type Stage } from '../stage';

const BY = { ip: '192.0.2.9', userAgent: 'operator' };

export function promiseRefreshTokenRegister(stage: () => Stage): void {
  async function refreshable(address: string) {
    const { signIn, redeem } = stage();
    const signedIn = await signIn(address, { requested: { scope: 'openid offline_access' } });
    await redeem(signedIn.code);
    return { ...signedIn, id: signedIn.code.familyId };
  }

  /** Another client's, that came without a session. */
  async function refreshableElsewhere(address: string) {
    const { answer, ask, tokenFamily, prisma, now } = stage();
    await prisma.client.createMany({ data: [clientRow('client-2', now)], skipDuplicates: true });
    const family = tokenFamily({
      clientId: 'client-2',
      scope: 'openid offline_access',
      audience: 'https://api.test/',
    });
    await answer(await ask(address), { tokenFamily: family });
    return family;
  }

  const list = (of: RefreshTokensOf, changes: { after?: string; limit?: number } = {}) =>
    stage().second.refreshTokenRegister.list(of, {
      after: changes.after ?? null,
      limit: changes.limit ?? 50,
      now: stage().now,
    });
  const ids = async (...asked: Parameters<typeof list>) => (await list(...asked)).map(({ id }) => id);
  const revoke = (of: RefreshTokensOf) =>
    stage().first.refreshTokenRegister.revoke(of, { ...BY, now: stage().now });

  describe('refresh tokens for an operator', () => {
    it('are listed by person, by client, by both, while they live, page by page', async () => {
      const { pass, signIn, redeem } = stage();
      const first = await refreshable('ann@x.test');
      pass(60);
      const second = await refreshable('ann@x.test');
      pass(60);
      const elsewhere = await refreshableElsewhere('ann@x.test');
      const bob = await refreshable('bob@x.test');
      await redeem((await signIn('ann@x.test')).code);
      const { accountId } = first;
      expect(await ids({ accountId })).toEqual([elsewhere.id, second.id, first.id]);
      expect(await ids({ accountId, clientId: CLIENT_ID })).toEqual([second.id, first.id]);
      expect(await ids({ accountId, clientId: 'client-2', audience: 'https://api.test/' })).toEqual([
        elsewhere.id,
      ]);
      expect(await ids({ clientId: CLIENT_ID })).toEqual([bob.id, second.id, first.id]);
      expect(await ids({ ids: [first.id, bob.id] })).toEqual([bob.id, first.id]);
      expect(await ids({ accountId }, { limit: 1 })).toEqual([elsewhere.id]);
      expect(await ids({ accountId }, { after: elsewhere.id, limit: 1 })).toEqual([second.id]);
      expect(await ids({ accountId }, { after: first.id })).toEqual([]);
      pass(30 * 86_400 - 60);
      expect(await ids({ accountId })).toEqual([elsewhere.id]);
    });

    it('say whose they are, for what, since when, and from where they were asked for and used', async () => {
      const { first, pass, later } = stage();
      const began = stage().now;
      const { id, accountId, sessionId } = await refreshable('ann@x.test');
      const look = () => first.refreshTokenRegister.find(id, stage().now);
      const server = { ip: '192.0.2.5', userAgent: 'acme-server/1' };
      const fresh = {
        id,
        accountId,
        clientId: CLIENT_ID,
        sessionId,
        scope: 'openid offline_access',
        audience: null,
        rotates: true,
        createdAt: began,
        idleExpiresAt: later(30 * 86_400),
        expiresAt: later(30 * 86_400),
        lastUsedAt: null,
        initial: server,
        last: server,
        metadata: {},
      };
      expect(await look()).toEqual(fresh);
      const metadata = { team: 'staff' };
      const kept = await first.refreshTokenRegister.setMetadata({ id, metadata }, stage().now);
      expect(kept).toEqual({ ...fresh, metadata });
      pass(3600);
      const askedFrom = { ip: '198.51.100.4', userAgent: 'acme-server/2' };
      await first.refreshTokens.rotate({
        ...{ familyId: id, sequence: 0, clientId: CLIENT_ID, scope: [], apiScope: [], rotates: true },
        ...{ graceSeconds: 10, idleSeconds: 86_400, askedFrom, now: stage().now },
      });
      const used = { idleExpiresAt: later(86_400), lastUsedAt: stage().now, last: askedFrom };
      expect(await look()).toEqual({ ...fresh, metadata, ...used });
      expect(await first.refreshTokenRegister.find('nobody’s', stage().now)).toBeNull();
    });

    it('stay as they are where the client has it so, unless it cannot prove itself', async () => {
      const { prisma, first, now } = stage();
      const { id } = await refreshable('ann@x.test');
      const rotates = async () => (await first.refreshTokenRegister.find(id, now))?.rotates;
      await prisma.client.updateMany({ data: { refreshRotates: false } });
      expect(await rotates()).toBe(false);
      await prisma.client.updateMany({ data: { tokenEndpointAuthMethod: 'none' } });
      expect(await rotates()).toBe(true);
    });

    it('RFT-6: are revoked, by id, by person and client, or all, with what came of them', async () => {
      const { second, events, signIn, redeem } = stage();
      const one = await refreshable('ann@x.test');
      const two = await refreshable('ann@x.test');
      const elsewhere = await refreshableElsewhere('ann@x.test');
      const bob = await refreshable('bob@x.test');
      const plain = await signIn('ann@x.test');
      await redeem(plain.code);
      const { accountId } = one;
      const isAlive = async (id: string) => (await second.families.findActive(id)) !== null;
      expect(await revoke({ ids: [one.id, 'nobody’s'] })).toBe(1);
      expect([await isAlive(one.id), await isAlive(two.id)]).toEqual([false, true]);
      expect(await revoke({ accountId, clientId: CLIENT_ID })).toBe(1);
      expect([await isAlive(two.id), await isAlive(elsewhere.id)]).toEqual([false, true]);
      expect(await revoke({ accountId })).toBe(1);
      expect([await isAlive(elsewhere.id), await isAlive(bob.id)]).toEqual([false, true]);
      expect(await revoke({ clientId: CLIENT_ID, audience: 'https://api.test/' })).toBe(0);
      expect(await revoke({ clientId: CLIENT_ID })).toBe(1);
      expect(await isAlive(bob.id)).toBe(false);
      // No refresh token, none revoked.
      expect(await isAlive(plain.code.familyId)).toBe(true);
      expect(await events()).toMatchObject({ srrt: 4 });
    });
  });
}
