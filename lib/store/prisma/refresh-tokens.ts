// Refresh token rotation in one statement. The promises are those of lib/oidc/refresh-token.ts.
import type { ActiveRefreshToken, RefreshTokenStore } from '@/lib/oidc/refresh-token';
import { Prisma, type PrismaClient } from '@/prisma/generated/client';
import { isGranted } from './grants';
import { insertLogEvent } from './log-events';
import { type SubjectRow, subjectColumns, subjectFrom, subjectJoins } from './subject';
import { revokeFamilies } from './token-endings';

export function createRefreshTokenStore(prisma: PrismaClient): RefreshTokenStore {
  return {
    async findActive({ familyId, sequence, clientId, now }) {
      const [row] = await prisma.$queryRaw<ActiveRefreshToken[]>`
        SELECT a.id AS sub, f.scope, f.audience, LEAST(f.refresh_idle_expires_at, f.refresh_expires_at) AS "expiresAt"
        FROM token_families f JOIN accounts a ON a.id = f.account_id
        WHERE f.id = ${familyId}::text AND f.client_id = ${clientId}::text AND f.refresh_sequence = ${sequence}::int
          AND f.revoked_at IS NULL AND a.blocked_at IS NULL AND ${isGranted(Prisma.sql`f.grant_id`)}
          AND ${isUnexpired(Prisma.sql`${now.toISOString()}::timestamptz`)}
          AND (f.audience IS NULL OR EXISTS (
            SELECT 1 FROM resource_servers api WHERE api.identifier = f.audience AND api.allow_offline_access))`;
      return row ?? null;
    },

    async rotate(rotation) {
      const { familyId, sequence, clientId, scope, apiScope, rotates, askedFrom } = rotation;
      const now = Prisma.sql`${rotation.now.toISOString()}::timestamptz`;
      const fits = Prisma.sql`string_to_array(live.scope, ' ') @> (${[...scope]}::text[] || ARRAY(
        SELECT known->>'value' FROM resource_servers api, jsonb_array_elements(api.scopes) AS known
        WHERE api.identifier = live.audience AND known->>'value' = ANY(${[...apiScope]}::text[])))`;
      // The client may have missed the answer: the one before the newest, a moment after it was replaced. Where there is no
      // grace a clock that is behind another process's makes none.
      const inGrace = Prisma.sql`(${rotation.graceSeconds}::int > 0 AND live.refresh_sequence = ${sequence}::int + 1
        AND live.refresh_rotated_at > ${now} - make_interval(secs => ${rotation.graceSeconds}::int))`;
      const idleExpiresAt = Prisma.sql`${now} + make_interval(secs => ${rotation.idleSeconds}::int)`;
      // `held` takes the row, so of many at once each sees what the one before it left.
      const [row] = await prisma.$queryRaw<RotationRow[]>`
        WITH held AS (
          SELECT * FROM token_families
          WHERE id = ${familyId}::text AND client_id = ${clientId}::text AND refresh_sequence IS NOT NULL
          FOR NO KEY UPDATE
        ),
        live AS (
          SELECT held.* FROM held
          WHERE revoked_at IS NULL AND ${isUnexpired(now)}
            AND EXISTS (SELECT 1 FROM accounts a WHERE a.id = held.account_id AND a.blocked_at IS NULL)
            AND EXISTS (SELECT 1 FROM clients c WHERE c.client_id = held.client_id)
            AND ${isGranted(Prisma.sql`held.grant_id`)}
            AND (audience IS NULL OR EXISTS (
              SELECT 1 FROM resource_servers api WHERE api.identifier = held.audience AND api.allow_offline_access))
        ),
        replaced AS (
          UPDATE token_families f SET refresh_sequence = f.refresh_sequence + ${rotates ? 1 : 0}::int,
            refresh_rotated_at = CASE WHEN ${rotates}::boolean THEN ${now} ELSE f.refresh_rotated_at END,
            refresh_idle_expires_at = ${idleExpiresAt}, refresh_used_at = ${now},
            last_ip = ${askedFrom.ip}::text, last_user_agent = left(${askedFrom.userAgent}::text, 512),
            -- Without an absolute end: the last access token dies as long after the last refresh token as it did before, or
            -- after the longest life that one can have.
            expires_at = CASE WHEN f.refresh_expires_at IS NULL THEN ${idleExpiresAt}
              + COALESCE(f.expires_at - f.refresh_idle_expires_at, interval '30 days') ELSE f.expires_at END
          FROM live
          WHERE f.id = live.id AND live.refresh_sequence = ${sequence}::int AND ${fits}
          RETURNING f.id, f.refresh_sequence
        ),
        told_again AS (
          SELECT id, refresh_sequence FROM live WHERE ${inGrace} AND ${fits}
        ),
        successor AS (SELECT * FROM replaced UNION ALL SELECT * FROM told_again),
        reused AS (
          ${revokeFamilies(
            Prisma.sql`id IN (SELECT id FROM live WHERE live.refresh_sequence > ${sequence}::int AND NOT ${inGrace})`,
            now,
          )}
        ),
        event AS (
          ${insertLogEvent(
            { ...askedFrom, now: rotation.now },
            {
              from: Prisma.sql`held LEFT JOIN successor ON true LEFT JOIN reused ON true`,
              type: Prisma.sql`CASE WHEN successor.id IS NOT NULL THEN 'sertft' WHEN reused.id IS NOT NULL THEN 'ferrt'
                ELSE 'fertft' END`,
              clientId: Prisma.sql`held.client_id`,
              accountId: Prisma.sql`held.account_id`,
              description: Prisma.sql`CASE WHEN successor.id IS NOT NULL THEN 'Refresh token exchanged.'
                WHEN reused.id IS NOT NULL
                THEN 'A refresh token that was replaced before was used: its family is revoked.'
                ELSE 'Unknown or invalid refresh token.' END`,
            },
          )}
        )
        SELECT successor.refresh_sequence AS sequence, reused.id IS NOT NULL AS "wasReused",
          live.id IS NOT NULL AND NOT (${fits}) AS "scopeExceeded", live.client_id AS "clientId",
          live.session_id AS "sessionId", live.scope, live.audience, live.authenticated_at AS "authenticatedAt",
          live.auth_time_requested AS "authTimeRequested", ${subjectColumns}
        FROM held LEFT JOIN live ON true LEFT JOIN successor ON true LEFT JOIN reused ON true
          LEFT JOIN accounts a ON a.id = held.account_id ${subjectJoins}`;
      if (row === undefined) {
        const isForeign =
          (await prisma.tokenFamily.count({ where: { id: familyId, clientId: { not: clientId } } })) > 0;
        return { kind: isForeign ? 'foreign' : 'refused' };
      }
      if (row.wasReused) return { kind: 'reused' };
      if (row.scopeExceeded) return { kind: 'scope_exceeded' };
      if (row.sequence === null) return { kind: 'refused' };
      return {
        kind: 'rotated',
        sequence: row.sequence,
        grant: {
          clientId: row.clientId,
          subject: subjectFrom(row),
          sessionId: row.sessionId,
          scope: row.scope,
          audience: row.audience,
          // OpenID Connect Core §12.2: a refreshed ID token has no nonce of its own.
          nonce: null,
          authenticatedAt: row.authenticatedAt,
          authTimeRequested: row.authTimeRequested,
          familyId,
        },
      };
    },
  };
}

/** Of a row of `token_families` that has a refresh token: what has no end is not over. */
export const isUnexpired = (now: Prisma.Sql) =>
  Prisma.sql`COALESCE(LEAST(refresh_idle_expires_at, refresh_expires_at) > ${now}, true)`;

type RotationRow = SubjectRow & {
  /** Of the token that takes the place; null when none does. */
  sequence: number | null;
  wasReused: boolean;
  scopeExceeded: boolean;
  clientId: string;
  sessionId: string | null;
  scope: string;
  audience: string | null;
  authenticatedAt: Date;
  authTimeRequested: boolean;
};
