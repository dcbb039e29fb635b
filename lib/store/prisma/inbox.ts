// The inbox's rows. The promises are those of lib/login/inbox.ts.
import type { InboxStore, SealedInboxMessage } from '@/lib/login/inbox';
import type { PrismaClient } from '@/prisma/generated/client';

export function createInboxStore(prisma: PrismaClient): InboxStore {
  return {
    async put(message) {
      await prisma.inboxMessage.createMany({ data: message, skipDuplicates: true });
    },
    async list(limit) {
      const rows = await prisma.inboxMessage.findMany({ orderBy: { createdAt: 'desc' }, take: limit });
      return rows as SealedInboxMessage[];
    },
    async purge(createdBefore) {
      const { count } = await prisma.inboxMessage.deleteMany({ where: { createdAt: { lt: createdBefore } } });
      return count;
    },
  };
}
