// Limits that nothing else happens with: one statement counts, or finds that there is no room.
import type { LimitStore } from '@/lib/login/failure-limits';
import type { PrismaClient } from '@/prisma/generated/client';
import { countLimits, fullLimit, type LimitRow, limitColumns } from './limit-counters';

export function createLimitStore(prisma: PrismaClient): LimitStore {
  return {
    async count(limit) {
      const [row] = await prisma.$queryRaw<LimitRow[]>`WITH ${countLimits([limit])} SELECT ${limitColumns}`;
      return fullLimit([limit], row);
    },
  };
}
