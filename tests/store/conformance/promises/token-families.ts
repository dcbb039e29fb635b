// What a store promises of token families (lib/oidc/access-token.ts).
import { describe, expect, it } from 'vitest';
import { CLIENT_ID, type Stage } from '../stage';

export function promiseTokenFamilies(stage: () => Stage): void {
  async function redeemedFamily() {
    const { signIn, redeem } = stage();
    const { accountId, code } = await signIn('ann@x.test');
    await redeem(code);
    return { accountId, familyId: code.familyId };
  }

  describe('a token family', () => {
    it('is dead at once in every process when its client revokes it, and stays so', async () => {
      const { first, second, now, later, prisma } = stage();
      const { familyId } = await redeemedFamily();
      expect(await second.families.findActive(familyId)).not.toBeNull();
      await first.families.revoke({ familyId, clientId: CLIENT_ID, now });
      await second.families.revoke({ familyId, clientId: CLIENT_ID, now: later(60) });
      expect(await second.families.findActive(familyId)).toBeNull();
      expect(await prisma.tokenFamily.findFirst()).toMatchObject({ revokedAt: now });
    });

    it('is not another client’s to revoke', async () => {
      const { first, now } = stage();
      const { familyId } = await redeemedFamily();
      await first.families.revoke({ familyId, clientId: 'client-2', now });
      await first.families.revoke({ familyId: 'unknown', clientId: CLIENT_ID, now });
      expect(await first.families.findActive(familyId)).not.toBeNull();
    });

    it('FRM-7: is dead at once when its account is blocked', async () => {
      const { second, block } = stage();
      const { familyId, accountId } = await redeemedFamily();
      await block(accountId);
      expect(await second.families.findActive(familyId)).toBeNull();
    });

    it('IDN-8: is dead when its account is deleted, also for the next account of that address', async () => {
      const { first, prisma, signIn } = stage();
      const { familyId, accountId } = await redeemedFamily();
      await prisma.account.delete({ where: { id: accountId } });
      await signIn('ann@x.test');
      expect(await first.families.findActive(familyId)).toBeNull();
    });

    it('is dead when its client is gone, though it was written a moment after', async () => {
      const { first, prisma } = stage();
      const { familyId } = await redeemedFamily();
      await prisma.client.delete({ where: { clientId: CLIENT_ID } });
      expect(await first.families.findActive(familyId)).toBeNull();
    });

    it('that was never issued is not there', async () => {
      const { first, signIn } = stage();
      const { code } = await signIn('ann@x.test');
      expect(await first.families.findActive(code.familyId)).toBeNull();
    });
  });
}
