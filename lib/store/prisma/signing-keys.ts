// Signing keys in PostgreSQL. Two partial unique indexes (one `current` and one `next` an algorithm) are what keeps
// processes that begin or rotate at once from disagreeing.
import type { PublicJwk, SigningKey, SigningKeyStatus, SigningKeyStore } from '@/lib/oidc/signing-key';
import type { SigningAlgorithm } from '@/lib/oidc/token-signer';
import type { PrismaClient } from '@/prisma/generated/client';

/** Keeps signing keys in that database. */
export function createSigningKeyStore(prisma: PrismaClient): SigningKeyStore {
  return {
    async list() {
      const rows = await prisma.signingKey.findMany({ orderBy: [{ createdAt: 'asc' }, { kid: 'asc' }] });
      return rows.map((row) => ({
        ...row,
        algorithm: row.algorithm as SigningAlgorithm,
        publicJwk: row.publicJwk as PublicJwk,
        status: row.status as SigningKeyStatus,
      }));
    },

    async begin({ current, next }) {
      // The second row goes in only where the first one did; a process that is second waits at the index and writes none.
      await prisma.$executeRaw`
        WITH begun AS (
          INSERT INTO signing_keys (kid, algorithm, public_jwk, sealed_private_jwk, status, created_at, activated_at)
          VALUES (${current.kid}::text, ${current.algorithm}::text, ${JSON.stringify(current.publicJwk)}::jsonb,
            ${current.sealedPrivateJwk}::text, 'current', ${current.createdAt}::timestamptz, ${current.activatedAt}::timestamptz)
          ON CONFLICT DO NOTHING
          RETURNING algorithm
        )
        INSERT INTO signing_keys (kid, algorithm, public_jwk, sealed_private_jwk, status, created_at)
        SELECT ${next.kid}::text, algorithm, ${JSON.stringify(next.publicJwk)}::jsonb, ${next.sealedPrivateJwk}::text,
          'next', ${next.createdAt}::timestamptz
        FROM begun
        ON CONFLICT DO NOTHING`;
    },

    async rotate({ currentKid, nextKid, successor, now }) {
      // The first statement locks the current key: a second rotation waits there and then finds it retired.
      try {
        await prisma.$transaction(async (transaction) => {
          const retired = await transaction.signingKey.updateMany({
            where: { kid: currentKid, status: 'current' },
            data: { status: 'previous', retiredAt: now },
          });
          if (retired.count !== 1) throw new OvertakenError();
          const activated = await transaction.signingKey.updateMany({
            where: { kid: nextKid, status: 'next' },
            data: { status: 'current', activatedAt: now },
          });
          if (activated.count !== 1) throw new OvertakenError();
          await transaction.signingKey.create({ data: asRow(successor) });
        });
        return true;
      } catch (problem) {
        if (problem instanceof OvertakenError) return false;
        throw problem;
      }
    },

    async revoke({ kid, now }) {
      const revoked = await prisma.signingKey.updateMany({
        where: { kid, status: 'previous' },
        data: { status: 'revoked', retiredAt: now },
      });
      return revoked.count === 1;
    },

    async reseal({ kid, from, to }) {
      await prisma.signingKey.updateMany({
        where: { kid, sealedPrivateJwk: from },
        data: { sealedPrivateJwk: to },
      });
    },
  };
}

/** Undoes a rotation that came second. */
class OvertakenError extends Error {}

function asRow({ publicJwk, ...key }: SigningKey) {
  return { ...key, publicJwk: { ...publicJwk } };
}
