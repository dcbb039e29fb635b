// Notices to the addresses of an account, as pieces of the statement that links or unlinks. Like the notice of a change, each hangs on
// a challenge that nobody can answer, because messages take their recipient from their challenge.
import { IDENTITY_NOTICES_AN_HOUR, type IdentityNotices } from '@/lib/login/identity-notices';
import { OUTBOX_LEASE_SECONDS } from '@/lib/login/outbox';
import { Prisma } from '@/prisma/generated/client';
import { insertMessage } from './challenges';

/**
 * CTEs, each with a comma after it: a challenge and a message for each address that is proven and the account's in the snapshot of
 * the statement, as it was read before.
 * @param happened `onlyIf`: what has to be true for anybody to be told
 * @returns `told`: the ids of the messages that were written, an array
 */
export function insertIdentityNotices(
  notices: IdentityNotices | null,
  happened: Readonly<{ accountId: Prisma.Sql; onlyIf: Prisma.Sql }>,
): Readonly<{ ctes: Prisma.Sql; told: Prisma.Sql }> {
  if (notices === null) return { ctes: Prisma.empty, told: Prisma.sql`ARRAY[]::text[]` };
  const { accountId, onlyIf } = happened;
  const { kind, connection, clientId, pepperId, applicationName, context } = notices;
  const now = Prisma.sql`${context.now.toISOString()}::timestamptz`;
  const expiresAt = Prisma.sql`${notices.expiresAt.toISOString()}::timestamptz`;
  const named = notices.recipients.map((recipient, index) => ({
    ...recipient,
    challenge: Prisma.raw(`told_challenge_${index}`),
    message: Prisma.raw(`told_message_${index}`),
  }));
  const ctes = named.map(
    ({ challengeId, messageId, userId, address, logged, challenge, message }) => Prisma.sql`
    ${challenge} AS (
      INSERT INTO challenges (id, interaction_id, client_id, connection, provider, identifier, recipient, pepper_id,
        code_length, code_expires_at, max_attempts, resend_allowed_at, answerable, created_at, expires_at)
      SELECT ${challengeId}::text, ${challengeId}::text, ${clientId}::text, ${connection}::text, provider, identifier,
        typed_form, ${pepperId}::text, 0, ${now}, 0, ${now}, false, ${now}, ${expiresAt}
      FROM identities
      WHERE provider = 'email' AND user_id = ${userId}::text AND account_id = ${accountId} AND verified_at IS NOT NULL
        AND typed_form = ${address}::text AND ${onlyIf} AND (
          SELECT count(*) FROM messages WHERE identifier_hash = ${logged.identifierHash}::text
            AND created_at > ${now} - interval '1 hour' AND kind IN ('identity_added', 'identity_removed')
        ) < ${IDENTITY_NOTICES_AN_HOUR}::int
      RETURNING *
    ),
    ${message} AS (
      ${insertMessage(
        {
          ...{ messageId, kind, applicationName, logged, expiresAt },
          dueAt: new Date(context.now.getTime() + OUTBOX_LEASE_SECONDS * 1000),
        },
        context,
        challenge,
      )} RETURNING id
    ),`,
  );
  const ids = named.map(({ message }) => Prisma.sql`SELECT id FROM ${message}`);
  return { ctes: Prisma.join(ctes, ' '), told: Prisma.sql`ARRAY(${Prisma.join(ids, ' UNION ALL ')})` };
}
