// The end of tokens before their time, as pieces of what ends them.
import { Prisma, type PrismaClient } from '@/prisma/generated/client';
import { insertLogEvent, type LogOrigin } from './log-events';

/**
 * `UPDATE … RETURNING` the `id`, `client_id` and `account_id` of families that are alive until now. One whose refresh token
 * had no end is of use to nobody from then on, and gets one, so that it is cleared away.
 * @param which a condition on rows of `token_families`
 */
export function revokeFamilies(which: Prisma.Sql, now: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`
    UPDATE token_families SET revoked_at = ${now}, expires_at = COALESCE(expires_at, ${now})
    WHERE ${which} AND revoked_at IS NULL RETURNING id, client_id, account_id`;
}

/** What the audit log says of families that an operator revoked: the CTE `revoked` holds them. One event for each client. */
export function insertRevocationEvent(by: LogOrigin): Prisma.Sql {
  return insertLogEvent(by, {
    from: Prisma.sql`(SELECT DISTINCT client_id, account_id FROM revoked) AS revoked`,
    type: Prisma.sql`'srrt'`,
    clientId: Prisma.sql`client_id`,
    accountId: Prisma.sql`account_id`,
    description: Prisma.sql`'Tokens revoked by an operator.'`,
  });
}

/**
 * Revokes everything that was given, in two statements for one transaction: the first takes codes that nobody has redeemed
 * yet, and waits for those that are being redeemed; the second sees what became of them, which the first could not.
 * @param which a condition on `account_id` and `session_id`, of codes and families alike
 */
export function revokeTokens(prisma: PrismaClient, which: Prisma.Sql, by: LogOrigin) {
  const now = Prisma.sql`${by.now.toISOString()}::timestamptz`;
  return [
    prisma.$executeRaw`DELETE FROM authorization_codes WHERE ${which} AND consumed_at IS NULL`,
    prisma.$executeRaw`WITH revoked AS (${revokeFamilies(which, now)}) ${insertRevocationEvent(by)}`,
  ] as const;
}
