// What providers told later. The promises are those of lib/login/delivery-event.ts.
import type { DeliveryEventStore } from '@/lib/login/delivery-event';
import type { PrismaClient } from '@/prisma/generated/client';

export function createDeliveryEventStore(prisma: PrismaClient): DeliveryEventStore {
  return {
    async record(event, receivedAt) {
      const { count } = await prisma.deliveryEvent.createMany({
        data: { ...event, receivedAt },
        skipDuplicates: true,
      });
      return count === 1;
    },
  };
}
