// Assertions that clients have used, until they are too old to be used again. lib/oidc/client-assertion.ts promises.
import type { ClientAssertionStore } from '@/lib/oidc/client-assertion';
import type { PrismaClient } from '@/prisma/generated/client';

export function createClientAssertionStore(prisma: PrismaClient): ClientAssertionStore {
  return {
    async consume({ clientId, jti, expiresAt }) {
      const noted = await prisma.$executeRaw`
        INSERT INTO client_assertions (client_id, jti, expires_at)
        VALUES (${clientId}::text, ${jti}::text, ${expiresAt.toISOString()}::timestamptz)
        ON CONFLICT DO NOTHING`;
      return noted === 1;
    },
  };
}
