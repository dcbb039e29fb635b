// Signing keys in PostgreSQL. Two partial unique indexes (one `current` and one `next` an algorithm) are what keeps
// processes that begin or rotate at once from disagreeing.
import type { PublicJwk, SigningKeyStatus, SigningKeyStore } from '@/lib/oidc/signing-key';
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
      const at = now.toISOString();
      // `pair` takes both keys: a second rotation waits there and then finds neither of them what it was. Each step looks at
      // the one before it, so that at no moment two keys are current, or next.
      const count = await prisma.$executeRaw`
        WITH pair AS (
          SELECT kid FROM signing_keys
          WHERE (kid = ${currentKid}::text AND status = 'current') OR (kid = ${nextKid}::text AND status = 'next')
          ORDER BY kid FOR UPDATE
        ),
        retired AS (
          UPDATE signing_keys SET status = 'previous', retired_at = ${at}::timestamptz
          WHERE kid = ${currentKid}::text AND (SELECT count(*) FROM pair) = 2
          RETURNING kid
        ),
        activated AS (
          UPDATE signing_keys SET status = 'current', activated_at = ${at}::timestamptz
          WHERE kid = ${nextKid}::text AND EXISTS (SELECT 1 FROM retired)
          RETURNING kid
        )
        INSERT INTO signing_keys (kid, algorithm, public_jwk, sealed_private_jwk, status, created_at)
        SELECT ${successor.kid}::text, ${successor.algorithm}::text, ${JSON.stringify(successor.publicJwk)}::jsonb,
          ${successor.sealedPrivateJwk}::text, 'next', ${successor.createdAt.toISOString()}::timestamptz
        FROM activated`;
      return count === 1;
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
