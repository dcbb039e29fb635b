// The end of sessions as a piece of the statement that ends them: whoever took part is to be told, or nothing has ended.
// What becomes of a notice is in logout-notices.ts. OpenID Connect Back-Channel Logout 1.0 §2.5.
import { LOGOUT_PATIENCE_SECONDS, type LogoutInitiator } from '@/lib/login/logout-notice';
import { Prisma } from '@/prisma/generated/client';

/**
 * The CTEs `ended` (`id`, `account_id` and `client_ids` of sessions that end now) and `told` (`client_id` of everyone who
 * will hear of it).
 * @param which a condition on rows of `sessions`
 * @param how.unheard a condition on those of `ended` that nobody hears of
 */
export function endSessions(
  which: Prisma.Sql,
  how: { initiator: LogoutInitiator; now: Prisma.Sql; unheard?: Prisma.Sql },
): Prisma.Sql {
  const from = how.unheard
    ? Prisma.sql`(SELECT * FROM ended WHERE NOT ${how.unheard}) AS ended`
    : Prisma.sql`ended`;
  return Prisma.sql`
    ended AS (
      UPDATE sessions SET ended_at = ${how.now} WHERE ${which} AND ended_at IS NULL RETURNING id, account_id, client_ids
    ),
    told AS (${insertLogoutNotices({ from, ...how })})`;
}

/**
 * The notices of sessions that end, with the `client_id` of each.
 * @param told.from rows with `id`, `account_id` and `client_ids` of the sessions, under the alias `ended`
 */
export function insertLogoutNotices(told: {
  from: Prisma.Sql;
  initiator: LogoutInitiator;
  now: Prisma.Sql;
}): Prisma.Sql {
  const { from, initiator, now } = told;
  return Prisma.sql`
    INSERT INTO logout_notices (session_id, client_id, account_id, due_at, expires_at, created_at)
    SELECT ended.id, c.client_id, ended.account_id, ${now},
      ${now} + make_interval(secs => ${LOGOUT_PATIENCE_SECONDS}::int), ${now}
    FROM ${from} JOIN clients c ON c.client_id = ANY(ended.client_ids)
    WHERE c.backchannel_logout_uri IS NOT NULL
      -- Nobody can be without the first (Auth0's rule).
      AND (${initiator}::text = 'rp-logout' OR c.backchannel_initiators && ARRAY['all', ${initiator}::text])
    ON CONFLICT (session_id, client_id) DO NOTHING
    RETURNING client_id`;
}
