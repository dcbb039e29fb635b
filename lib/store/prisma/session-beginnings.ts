// The beginning of a session as a piece of the statement whose proof begins it. The same person goes on with the session that
// the browser had. What is made with it is in lib/login/session.ts.
import type { KeyedHash } from '@/lib/login/keyed-hash';
import type { RequestContext } from '@/lib/login/request-context';
import type { NewSession } from '@/lib/login/session';
import { Prisma } from '@/prisma/generated/client';

/** In place of a session that is not to be. */
export const NO_SESSION = Prisma.sql`SELECT NULL::text AS id, NULL::text AS account_id WHERE false`;

/**
 * The CTE `session`: a browser that is signed in, with the `id` of its session. The CTEs `account`, `proven` and `continued`
 * hold who, how, and what it goes on with. A session that somebody ends in this very moment stays ended: another begins.
 * @param begun.session null where no browser of ours is signed in
 * @param begun.clientIds a list: who takes part in it from now on
 */
export function writeSession(
  keyedHash: KeyedHash,
  {
    session,
    clientIds,
    context: { ip, userAgent, now: at },
  }: { session: NewSession | null; clientIds: Prisma.Sql; context: RequestContext },
): Prisma.Sql {
  if (session === null) return Prisma.sql`session AS (${NO_SESSION})`;
  const now = Prisma.sql`${at.toISOString()}::timestamptz`;
  const secretHash = Prisma.sql`${keyedHash.hash('session', session.secret)}::text`;
  const amr = Prisma.sql`${[...session.amr]}::text[]`;
  const [idleExpiresAt, expiresAt] = [session.idleExpiresAt, session.expiresAt].map(
    (instant) => Prisma.sql`${instant.toISOString()}::timestamptz`,
  );
  return Prisma.sql`
    went_on AS (
      UPDATE sessions held SET secret_hash = ${secretHash}, authenticated_at = ${now}, amr = ${amr},
        connection = proven.connection, last_ip = ${ip}::text, last_user_agent = left(${userAgent}::text, 512),
        client_ids = held.client_ids || CASE WHEN ${clientIds} <@ held.client_ids THEN '{}' ELSE ${clientIds} END,
        last_seen_at = ${now}, idle_expires_at = ${idleExpiresAt}, expires_at = ${expiresAt}
      FROM continued, account, proven
      WHERE held.id = continued.id AND continued.account_id = account.id AND held.ended_at IS NULL
      RETURNING held.id
    ),
    begun AS (
      INSERT INTO sessions (id, secret_hash, account_id, authenticated_at, amr, connection, client_ids, ip, user_agent,
        created_at, last_seen_at, idle_expires_at, expires_at)
      SELECT ${session.id}::text, ${secretHash}, account.id, ${now}, ${amr}, proven.connection, ${clientIds},
        ${ip}::text, left(${userAgent}::text, 512), ${now}, ${now}, ${idleExpiresAt}, ${expiresAt}
      FROM account, proven WHERE NOT EXISTS (SELECT 1 FROM went_on)
      RETURNING id
    ),
    session AS (SELECT id FROM went_on UNION ALL SELECT id FROM begun)`;
}
