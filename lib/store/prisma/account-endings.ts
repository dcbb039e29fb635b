// Accounts blocked and removed. The promises are those of lib/login/account.ts. Each is one transaction whose first
// statement takes the account: whoever signs in or redeems a code at that moment is done before the next statement looks for
// what there is to end.
import type { AccountEndings } from '@/lib/login/account';
import type { KeyedHash } from '@/lib/login/keyed-hash';
import { Prisma, type PrismaClient } from '@/prisma/generated/client';
import { insertLogEvent } from './log-events';
import { endSessions, insertLogoutNotices } from './session-endings';
import { revokeTokens } from './token-endings';

export function createAccountEndings(prisma: PrismaClient, keyedHash: KeyedHash): AccountEndings {
  return {
    async block(accountId, by) {
      const now = Prisma.sql`${by.now.toISOString()}::timestamptz`;
      const mine = Prisma.sql`account_id = ${accountId}::text`;
      const [blocked] = await prisma.$transaction([
        prisma.$executeRaw`UPDATE accounts SET blocked_at = COALESCE(blocked_at, ${now}) WHERE id = ${accountId}::text`,
        prisma.$executeRaw`
          WITH ${endSessions(mine, { initiator: 'account-deactivated', now })} SELECT 1 FROM ended`,
        ...revokeTokens(prisma, mine, by),
      ]);
      return blocked === 1;
    },

    async unblock(accountId) {
      const { count } = await prisma.account.updateMany({
        where: { id: accountId },
        data: { blockedAt: null },
      });
      return count === 1;
    },

    async remove(accountId, by) {
      const now = Prisma.sql`${by.now.toISOString()}::timestamptz`;
      const mine = Prisma.sql`account_id = ${accountId}::text`;
      const identities = await prisma.identity.findMany({ where: { accountId } });
      const hashes = identities.flatMap(({ provider, identifier }) =>
        keyedHash.hashes('subject', `${provider}:${identifier}`),
      );
      const pseudonym = Prisma.sql`${`deleted|${by.pseudonymId}`}::text`;
      const [removed] = await prisma.$transaction([
        // In the order in which signing in takes them (challenges.ts), so that neither waits for the other for good.
        prisma.$executeRaw`
          WITH question AS (
            DELETE FROM challenges WHERE (provider, identifier) IN (SELECT provider, identifier FROM identities WHERE ${mine})
            RETURNING 1
          ),
          identity AS (DELETE FROM identities WHERE ${mine} AND (SELECT count(*) FROM question) >= 0 RETURNING 1),
          account AS (
            DELETE FROM accounts WHERE id = ${accountId}::text AND (SELECT count(*) FROM identity) >= 0 RETURNING 1
          )
          ${insertLogEvent(by, {
            from: Prisma.sql`account`,
            type: Prisma.sql`'sdu'`,
            clientId: Prisma.sql`NULL`,
            accountId: pseudonym,
            description: Prisma.sql`'Account deleted.'`,
          })}`,
        prisma.$executeRaw`
          WITH ended AS (DELETE FROM sessions WHERE ${mine} RETURNING id, account_id, client_ids, ended_at),
          code AS (DELETE FROM authorization_codes WHERE ${mine})
          ${insertLogoutNotices({
            from: Prisma.sql`(SELECT * FROM ended WHERE ended_at IS NULL) AS ended`,
            initiator: 'account-deleted',
            now,
          })}`,
        prisma.$executeRaw`DELETE FROM token_families WHERE ${mine}`,
        prisma.$executeRaw`
          UPDATE messages SET masked_identifier = NULL, identifier_hash = NULL, context = context - 'userAgent'
          WHERE identifier_hash = ANY(${hashes}::text[])`,
        prisma.$executeRaw`
          UPDATE log_events SET account_id = CASE WHEN ${mine} THEN ${pseudonym} ELSE account_id END,
            masked_identifier = NULL, identifier_hash = NULL, ip = NULL, user_agent = NULL
          WHERE ${mine} OR identifier_hash = ANY(${hashes}::text[])`,
      ]);
      return removed === 1;
    },
  };
}
