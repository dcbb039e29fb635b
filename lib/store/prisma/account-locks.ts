// Which identities an account holds is changed by one at a time: an account that takes in another, one that gives an identity
// back, one that is removed. Whoever signs in takes no part in that; their statement holds the row of the identity.
import type { PrismaClient } from '@/prisma/generated/client';

/** For the beginning of a transaction: until its end nobody else changes which identities these accounts hold. */
export function lockMembership(prisma: PrismaClient, accountIds: readonly string[]) {
  // In one order, so that no two wait for each other.
  return prisma.$executeRaw`
    SELECT pg_advisory_xact_lock(key) FROM (
      SELECT DISTINCT hashtextextended('account:' || id, 0) AS key FROM unnest(${[...accountIds]}::text[]) AS id ORDER BY key
    ) AS keys`;
}

/**
 * The next statement, where no challenge is taken after it: whoever was signing in by an identity of these accounts is done, what
 * they were given is seen by what follows, and nobody else begins to.
 */
export function holdIdentities(prisma: PrismaClient, accountIds: readonly string[]) {
  return prisma.$executeRaw`
    SELECT 1 FROM identities WHERE account_id = ANY(${[...accountIds]}::text[]) ORDER BY provider, user_id FOR UPDATE`;
}
