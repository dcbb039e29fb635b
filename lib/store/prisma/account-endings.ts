// The end of an account in the tables that know accounts by their id alone.
import type { AccountIdentity } from '@/lib/login/account-register';
import { Prisma, type PrismaClient } from '@/prisma/generated/client';
import { insertLogoutNotices } from './session-endings';

/** The id of the account that an identity names, or would. */
export function accountIdOf({ provider, userId }: Pick<AccountIdentity, 'provider' | 'userId'>): string {
  return `${provider}|${userId}`;
}

/** A condition on rows with an `account_id`: of one of these accounts, and it is gone. */
export function isOfGone(accountIds: readonly string[]): Prisma.Sql {
  return Prisma.sql`account_id = ANY(${[...accountIds]}::text[])
    AND NOT EXISTS (SELECT 1 FROM accounts gone WHERE gone.id = account_id)`;
}

/**
 * Sessions, codes and tokens of accounts that a statement before took away: whoever signed in or redeemed a code at that moment is
 * done, and what they were given is seen here. Clients are told. Nothing where the account is still there.
 */
export function removeTraces(
  prisma: PrismaClient,
  { accountIds, now: at }: { accountIds: readonly string[]; now: Date },
) {
  const now = Prisma.sql`${at.toISOString()}::timestamptz`;
  const which = isOfGone(accountIds);
  return [
    prisma.$executeRaw`
      WITH ended AS (DELETE FROM sessions WHERE ${which} RETURNING id, account_id, client_ids, ended_at),
      code AS (DELETE FROM authorization_codes WHERE ${which})
      ${insertLogoutNotices({
        from: Prisma.sql`(SELECT * FROM ended WHERE ended_at IS NULL) AS ended`,
        initiator: 'account-deleted',
        now,
      })}`,
    prisma.$executeRaw`DELETE FROM token_families WHERE ${which}`,
  ] as const;
}
