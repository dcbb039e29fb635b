// What a store promises of limits that nothing else happens with (lib/login/failure-limits.ts). security.md RLM-1.
import { describe, expect, it } from 'vitest';
import { retryAt } from '@/lib/login/limits';
import type { Stage } from '../stage';

export function promiseLimits(stage: () => Stage): void {
  describe('a limit counted by itself', () => {
    const by = () => ({ clientId: 'client-1', ip: '192.0.2.1', now: stage().now });

    it('RLM-1: has room for its maximum, whoever counts, however many at once', async () => {
      const { limit, atOnce, counted } = stage();
      const wrongSecrets = limit('wrong_secrets', 7);
      const results = await atOnce(50, ({ limits }) => limits.count(wrongSecrets, by()));
      expect(results.filter((full) => full === null)).toHaveLength(7);
      expect(await counted(wrongSecrets)).toBe(7);
    });

    it('LOG-2: is told of once each time it fills up, however many are refused at once', async () => {
      const { limit, atOnce, prisma, now } = stage();
      const told = () =>
        prisma.logEvent.findMany({ select: { type: true, clientId: true, ip: true, description: true } });
      const flood = (at = now) =>
        atOnce(50, ({ limits }) => limits.count(limit('wrong_secrets', 7, { at }), { ...by(), now: at }));
      await flood();
      const event = {
        type: 'api_limit',
        clientId: 'client-1',
        ip: '192.0.2.1',
        description: 'Refused: wrong_secrets is used up.',
      };
      await flood();
      expect(await told()).toEqual([event]);
      await flood(new Date(now.getTime() + 2 * 600_000));
      await flood(new Date(now.getTime() + 2 * 600_000));
      expect(await told()).toEqual([event, event]);
    });

    it('RLM-1: says when there is room again, and then there is', async () => {
      const { first, second, limit } = stage();
      await first.limits.count(limit('failed_redemptions', 1), by());
      const full = await second.limits.count(limit('failed_redemptions', 1), by());
      if (full === null) throw new Error('There was room.');
      expect(
        await first.limits.count(limit('failed_redemptions', 1, { at: retryAt(full) }), by()),
      ).toBeNull();
    });
  });
}
