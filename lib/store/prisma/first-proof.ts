// What becomes of an account when somebody proves an address of it that nobody had proven: it may have been filled by whoever
// typed that address first. They keep what they proved, and nothing of whose address it is (LNK-2). Pieces of the statement
// that answers a challenge.
import { Prisma } from '@/prisma/generated/client';
import { revokeFamilies } from './token-endings';

/**
 * For `(account_id, linked_at)` of the identity that was proven: a linked one that nobody had proven leaves for an account of its
 * own; every other stays.
 * @param held its row as it was
 */
export function keptOrOwn(held: Prisma.Sql): Prisma.Sql {
  const isStrange = Prisma.sql`${held}.verified_at IS NULL`;
  return Prisma.sql`(
    CASE WHEN ${isStrange} AND ${held}.linked_at IS NOT NULL THEN ${held}.provider || '|' || ${held}.user_id
      ELSE ${held}.account_id END,
    CASE WHEN ${isStrange} THEN NULL ELSE ${held}.linked_at END)`;
}

/**
 * The CTEs `first_proof` (`account_id` of an account whose main identity is proven for the first time) and `parted` (identities that
 * were linked to it: each has an account of its own from now on). Its codes and tokens end; its sessions end with the others
 * of the statement. The CTE `proven` holds the challenge.
 */
export function partFromStrangers(now: Prisma.Sql): Prisma.Sql {
  const strange = Prisma.sql`account_id IN (SELECT account_id FROM first_proof)`;
  return Prisma.sql`
    first_proof AS (
      SELECT i.account_id FROM proven JOIN identities i USING (provider, identifier)
      WHERE i.verified_at IS NULL AND i.linked_at IS NULL
    ),
    parted AS (
      UPDATE identities SET account_id = provider || '|' || user_id, linked_at = NULL
      WHERE ${strange} AND linked_at IS NOT NULL
      RETURNING account_id
    ),
    parted_accounts AS (
      INSERT INTO accounts (id, created_at, updated_at) SELECT account_id, ${now}, ${now} FROM parted
      ON CONFLICT (id) DO NOTHING
    ),
    parted_codes AS (DELETE FROM authorization_codes WHERE ${strange} AND consumed_at IS NULL),
    parted_families AS (${revokeFamilies(strange, now)})`;
}
