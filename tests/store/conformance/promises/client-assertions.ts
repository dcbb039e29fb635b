// What a store promises of assertions that clients prove themselves with (lib/oidc/client-assertion.ts). security.md CLI-5.
import { describe, expect, it } from 'vitest';
import { removeExpired } from '@/lib/store/prisma/housekeeping';
import { CLIENT_ID, type Stage } from '../stage';

export function promiseClientAssertions(stage: () => Stage): void {
  const use = (jti: string, clientId = CLIENT_ID) => ({ clientId, jti, expiresAt: stage().later(90) });

  describe('an assertion of a client', () => {
    it('CLI-5: works once, of fifty at the same time over two processes too', async () => {
      const { atOnce, first, second } = stage();
      const uses = await atOnce(50, ({ clientAssertions }) => clientAssertions.consume(use('j1')));
      expect(uses.filter(Boolean)).toHaveLength(1);
      expect(await first.clientAssertions.consume(use('j1'))).toBe(false);
      expect(await second.clientAssertions.consume(use('j1'))).toBe(false);
    });

    it('CLI-5: shares its id with those of other clients, and with no other of its own', async () => {
      const { first } = stage();
      expect(await first.clientAssertions.consume(use('j1'))).toBe(true);
      expect(await first.clientAssertions.consume(use('j2'))).toBe(true);
      expect(await first.clientAssertions.consume(use('j1', 'client-2'))).toBe(true);
    });

    it('CLI-5: is remembered for longer than it can be used, and then forgotten', async () => {
      const { first, pass, prisma } = stage();
      await first.clientAssertions.consume(use('j1'));
      pass(3600);
      await removeExpired(prisma, stage().now);
      expect(await first.clientAssertions.consume(use('j1'))).toBe(false);
      pass(2 * 86_400);
      await removeExpired(prisma, stage().now);
      expect(await prisma.clientAssertion.count()).toBe(0);
    });
  });
}
