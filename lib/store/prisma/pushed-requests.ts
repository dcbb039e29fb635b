// Pushed authorization requests, each until a browser brings its reference. lib/oidc/pushed-request.ts promises.
import type { KeyedHash } from '@/lib/login/keyed-hash';
import type { PushedParameters, PushedRequestStore } from '@/lib/oidc/pushed-request';
import type { PrismaClient } from '@/prisma/generated/client';

/** Authenticated encryption of what is kept. */
export type Sealing = Readonly<{ seal(plain: string): string; unseal(sealed: string): string | null }>;

export function createPushedRequestStore(
  prisma: PrismaClient,
  keyedHash: KeyedHash,
  sealing: Sealing,
): PushedRequestStore {
  return {
    async add({ reference, clientId, parameters, expiresAt }) {
      await prisma.$executeRaw`
        INSERT INTO pushed_requests (reference_hash, client_id, sealed_parameters, expires_at)
        VALUES (${keyedHash.hash('pushed-request', reference)}::text, ${clientId}::text,
          ${sealing.seal(JSON.stringify(parameters))}::text, ${expiresAt.toISOString()}::timestamptz)`;
    },

    async consume({ reference, clientId, now }) {
      const [row] = await prisma.$queryRaw<{ sealed: string }[]>`
        DELETE FROM pushed_requests
        WHERE reference_hash = ANY(${keyedHash.hashes('pushed-request', reference)}::text[])
          AND client_id = ${clientId}::text AND expires_at > ${now.toISOString()}::timestamptz
        RETURNING sealed_parameters AS sealed`;
      const plain = row === undefined ? null : sealing.unseal(row.sealed);
      return plain === null ? null : (JSON.parse(plain) as PushedParameters);
    },
  };
}
