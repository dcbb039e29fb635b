// Authorization codes: written for a session that is still alive, redeemed once. Each in one statement; the promises are
// those of lib/oidc/authorization-code.ts.
import type { NewAuthorization } from '@/lib/login/authorization';
import type { KeyedHash } from '@/lib/login/keyed-hash';
import type { ActiveSession } from '@/lib/login/session';
import type { AuthorizationCodeStore } from '@/lib/oidc/authorization-code';
import type { NeededConsent } from '@/lib/oidc/consent';
import { Prisma, type PrismaClient } from '@/prisma/generated/client';
import { insertAuthorizationCode, insertTokenFamily, joinSession } from './authorizations';
import { isGranted, permittedOf } from './grants';
import { insertLogEvent, type LogOrigin } from './log-events';
import { type SubjectRow, subjectColumns, subjectFrom, subjectJoins } from './subject';
import { revokeFamilies } from './token-endings';

export type IssuedCodeStore = AuthorizationCodeStore &
  Readonly<{
    /** Writes what a session answers for, in one statement that looks at everything once more. */
    issue(issue: {
      clientId: string;
      /** What the person must have allowed; null where nobody has to be asked. */
      consent: NeededConsent | null;
      authorization: NewAuthorization;
      session: ActiveSession;
      origin: LogOrigin;
    }): Promise<
      | 'issued'
      /** It has not been allowed, or not all of it: nothing was written. */
      | 'consent_required'
      /** Session, account or client have died meanwhile. */
      | 'ended'
    >;
  }>;

export function createAuthorizationCodeStore(prisma: PrismaClient, keyedHash: KeyedHash): IssuedCodeStore {
  return {
    async issue({ clientId, consent, authorization, session, origin }) {
      const now = Prisma.sql`${origin.now.toISOString()}::timestamptz`;
      const [row] = await prisma.$queryRaw<{ isPermitted: boolean }[]>`
        WITH signed_in AS (
          SELECT s.id, s.account_id, s.authenticated_at, s.client_ids, c.client_id
          FROM sessions s JOIN accounts a ON a.id = s.account_id, clients c
          WHERE s.id = ${session.id}::text AND s.ended_at IS NULL AND s.expires_at > ${now} AND s.idle_expires_at > ${now}
            AND a.blocked_at IS NULL AND c.client_id = ${clientId}::text
          FOR NO KEY UPDATE OF s
        ),
        permitted AS (${permittedOf(Prisma.sql`signed_in`, consent)}),
        joined AS (${joinSession(authorization, Prisma.sql`permitted`)}),
        code AS (
          ${insertAuthorizationCode(keyedHash, authorization.authorizationCode, { from: Prisma.sql`permitted`, now })}
        ),
        family AS (
          ${insertTokenFamily(authorization.tokenFamily, { from: Prisma.sql`permitted`, now, seenFrom: origin })}
        ),
        event AS (
          ${insertLogEvent(origin, {
            from: Prisma.sql`permitted`,
            type: Prisma.sql`'ssa'`,
            clientId: Prisma.sql`client_id`,
            accountId: Prisma.sql`account_id`,
            description: Prisma.sql`'Signed in with the session the browser had.'`,
          })}
        )
        SELECT EXISTS (SELECT 1 FROM permitted) AS "isPermitted" FROM signed_in`;
      if (row === undefined) return 'ended';
      return row.isPermitted ? 'issued' : 'consent_required';
    },

    async redeem(redemption) {
      const { clientId, redirectUri, codeChallenge, refresh, askedFrom } = redemption;
      const accessTokensExpireAt = Prisma.sql`${redemption.accessTokensExpireAt.toISOString()}::timestamptz`;
      const now = Prisma.sql`${redemption.now.toISOString()}::timestamptz`;
      const hashes = keyedHash.hashes('authorization-code', redemption.authorizationCode);
      const origin = { ...askedFrom, now: redemption.now };
      const [refreshIdleExpiresAt, refreshExpiresAt] = [refresh.idleExpiresAt, refresh.expiresAt].map(
        (instant) => Prisma.sql`${instant?.toISOString() ?? null}::timestamptz`,
      );
      const [row] = await prisma.$queryRaw<GrantRow[]>`
        WITH redeemed AS (
          UPDATE authorization_codes SET consumed_at = ${now}
          WHERE code_hash = ANY(${hashes}::text[]) AND consumed_at IS NULL AND expires_at > ${now}
            AND client_id = ${clientId}::text
            AND code_challenge IS NOT DISTINCT FROM ${codeChallenge}::text
            AND (redirect_uri = ${redirectUri}::text OR (${redirectUri}::text IS NULL AND requested_redirect_uri IS NULL))
            AND EXISTS (SELECT 1 FROM clients c WHERE c.client_id = authorization_codes.client_id)
            AND EXISTS (SELECT 1 FROM accounts a WHERE a.id = authorization_codes.account_id AND a.blocked_at IS NULL)
            AND (audience IS NULL OR EXISTS (SELECT 1 FROM resource_servers api WHERE api.identifier = audience))
            AND ${isGranted(Prisma.sql`grant_id`)}
          RETURNING *
        ),
        family AS (
          INSERT INTO token_families (id, client_id, account_id, session_id, scope, audience, grant_id, authenticated_at,
            auth_time_requested, refresh_sequence, refresh_idle_expires_at, refresh_expires_at, ip, user_agent, created_at,
            expires_at)
          SELECT family_id, client_id, account_id, session_id, scope, audience, grant_id, authenticated_at, auth_time_requested,
            CASE WHEN offline THEN 0 END,
            CASE WHEN offline THEN ${refreshIdleExpiresAt} END,
            CASE WHEN offline THEN ${refreshExpiresAt} END,
            ${askedFrom.ip}::text, left(${askedFrom.userAgent}::text, 512), ${now},
            -- As insertTokenFamily has it (authorizations.ts).
            CASE WHEN offline THEN COALESCE(${refreshExpiresAt}, ${refreshIdleExpiresAt}) + (tokens_expire_at - ${now})
              ELSE tokens_expire_at END
          FROM (
            SELECT redeemed.*, 'offline_access' = ANY(string_to_array(scope, ' ')) AS offline,
              GREATEST(${accessTokensExpireAt}, ${now} + make_interval(secs => api.token_lifetime_seconds))
                AS tokens_expire_at
            FROM redeemed LEFT JOIN resource_servers api ON api.identifier = redeemed.audience
          ) AS redeemed
        ),
        event AS (
          ${insertLogEvent(origin, {
            from: Prisma.sql`redeemed`,
            type: Prisma.sql`'seacft'`,
            clientId: Prisma.sql`client_id`,
            accountId: Prisma.sql`account_id`,
            description: Prisma.sql`'Authorization code redeemed.'`,
          })}
        )
        SELECT r.session_id AS "sessionId", r.scope, r.audience, r.nonce, r.authenticated_at AS "authenticatedAt",
          r.auth_time_requested AS "authTimeRequested", r.family_id AS "familyId", ${subjectColumns}
        FROM redeemed r JOIN accounts a ON a.id = r.account_id ${subjectJoins}`;
      if (row !== undefined) {
        const { sessionId, scope, audience, nonce, authenticatedAt, authTimeRequested, familyId } = row;
        return {
          kind: 'redeemed',
          grant: {
            clientId,
            subject: subjectFrom(row),
            sessionId,
            scope,
            audience,
            nonce,
            authenticatedAt,
            authTimeRequested,
            familyId,
          },
        };
      }
      return (await answerReplay(prisma, { hashes, clientId, now, origin }))
        ? { kind: 'replayed' }
        : { kind: 'refused' };
    },
  };
}

type GrantRow = SubjectRow & {
  sessionId: string;
  scope: string;
  audience: string | null;
  nonce: string | null;
  authenticatedAt: Date;
  authTimeRequested: boolean;
  familyId: string;
};

/** A used code, from the client it was used by, is in wrong hands: all that came of it is revoked (RFC 6749 §4.1.2). */
async function answerReplay(
  prisma: PrismaClient,
  replay: { hashes: string[]; clientId: string; now: Prisma.Sql; origin: LogOrigin },
): Promise<boolean> {
  const rows = await prisma.$queryRaw<unknown[]>`
    WITH replayed AS (
      SELECT * FROM authorization_codes
      WHERE code_hash = ANY(${replay.hashes}::text[]) AND client_id = ${replay.clientId}::text AND consumed_at IS NOT NULL
    ),
    revoked AS (${revokeFamilies(Prisma.sql`id IN (SELECT family_id FROM replayed)`, replay.now)}),
    event AS (
      ${insertLogEvent(replay.origin, {
        from: Prisma.sql`replayed`,
        type: Prisma.sql`'feacft'`,
        clientId: Prisma.sql`client_id`,
        accountId: Prisma.sql`account_id`,
        description: Prisma.sql`'Authorization code used again: everything issued from it is revoked.'`,
      })}
    )
    SELECT 1 FROM replayed`;
  return rows.length > 0;
}
