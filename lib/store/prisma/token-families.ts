// Token families: what an access token stands for as long as nobody revoked it. lib/oidc/access-token.ts promises.
import type { ActiveGrant, TokenFamilyStore } from '@/lib/oidc/access-token';
import { Prisma, type PrismaClient } from '@/prisma/generated/client';
import { isGranted } from './grants';
import { insertLogEvent } from './log-events';
import { type SubjectRow, subjectColumns, subjectFrom, subjectJoins } from './subject';
import { revokeFamilies } from './token-endings';

export function createTokenFamilyStore(prisma: PrismaClient): TokenFamilyStore {
  return {
    async findActive(familyId) {
      const [row] = await prisma.$queryRaw<ActiveRow[]>`
        SELECT f.scope, f.session_id AS "sessionId", f.authenticated_at AS "authenticatedAt", f.created_at AS "createdAt",
          ${subjectColumns}
        FROM token_families f JOIN accounts a ON a.id = f.account_id JOIN clients c ON c.client_id = f.client_id ${subjectJoins}
        WHERE f.id = ${familyId}::text AND f.revoked_at IS NULL AND a.blocked_at IS NULL
          AND ${isGranted(Prisma.sql`f.grant_id`)}`;
      if (row === undefined) return null;
      const { scope, sessionId, authenticatedAt, createdAt } = row;
      return { subject: subjectFrom(row), scope, sessionId, authenticatedAt, createdAt };
    },

    async revoke({ familyId, clientId, now }) {
      await prisma.$executeRaw`
        WITH revoked AS (
          ${revokeFamilies(
            Prisma.sql`id = ${familyId}::text AND client_id = ${clientId}::text`,
            Prisma.sql`${now.toISOString()}::timestamptz`,
          )}
        )
        ${insertLogEvent(
          { ip: null, userAgent: null, now },
          {
            from: Prisma.sql`revoked`,
            type: Prisma.sql`'srrt'`,
            clientId: Prisma.sql`client_id`,
            accountId: Prisma.sql`account_id`,
            description: Prisma.sql`'Tokens revoked by their client.'`,
          },
        )}`;
    },
  };
}

type ActiveRow = SubjectRow & Omit<ActiveGrant, 'subject'>;
