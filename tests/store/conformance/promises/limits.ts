// What a store promises of limits that nothing else happens with (lib/login/failure-limits.ts). security.md RLM-1.
import { describe, expect, it } from 'vitest';
import { retryAt } from '@/lib/login/limits';
import type { Stage } from '../stage';

export function promiseLimits(stage: () => Stage): void {
  describe('a limit counted by itself', () => {
    it('RLM-1: has room for its maximum, whoever counts, however many at once', async () => {
      const { limit, atOnce, counted } = stage();
      const wrongSecrets = limit('wrong_secrets', 7);
      const results = await atOnce(50, ({ limits }) => limits.count(wrongSecrets));
      expect(results.filter((full) => full === null)).toHaveLength(7);
      expect(await counted(wrongSecrets)).toBe(7);
    });

    it('RLM-1: says when there is room again, and then there is', async () => {
      const { first, second, limit } = stage();
      await first.limits.count(limit('failed_redemptions', 1));
      const full = await second.limits.count(limit('failed_redemptions', 1));
      if (full === null) throw new Error('There was room.');
      expect(await first.limits.count(limit('failed_redemptions', 1, { at: retryAt(full) }))).toBeNull();
    });
  });
}
