// Another identifier for an identity: asked for, found, proven, a statement each. The promises are those of
// lib/login/change-identifier.ts. A change is a challenge that names the identity; the notice to the old address hangs on one
// that nobody can answer, because messages take their recipient from their challenge.
import type { ChangeProven, IdentifierChangeStore } from '@/lib/login/change-identifier';
import type { CountedLimit } from '@/lib/login/limits';
import { OUTBOX_LEASE_SECONDS } from '@/lib/login/outbox';
import { Prisma, type PrismaClient } from '@/prisma/generated/client';
import { insertMessage, isOpen } from './challenges';
import { isUniqueViolation } from './database';
import { allLimitsHadRoom, countLimits, fullLimit, type LimitRow, limitColumns } from './limit-counters';
import { insertLogEvent } from './log-events';

export function createIdentifierChangeStore(prisma: PrismaClient): IdentifierChangeStore {
  return {
    async begin(change, limits, context) {
      const now = Prisma.sql`${context.now.toISOString()}::timestamptz`;
      const expiresAt = Prisma.sql`${change.expiresAt.toISOString()}::timestamptz`;
      const { channel, canonical, typedForm } = change.identifier;
      const [row] = await prisma.$queryRaw<(LimitRow & { found: boolean })[]>`
        WITH person AS (
          SELECT i.user_id FROM identities i JOIN accounts a ON a.id = i.account_id
          WHERE i.provider = ${channel}::text AND i.user_id = ${change.userId}::text
            AND a.id = ${change.accountId}::text AND a.blocked_at IS NULL
        ),
        ${countLimits(limits, { onlyIf: Prisma.sql`EXISTS (SELECT 1 FROM person)` })},
        before AS (
          UPDATE challenges SET cancelled_at = ${now}
          WHERE provider = ${channel}::text AND changes_user_id IN (SELECT user_id FROM person) AND ${isOpen(now)}
            AND ${allLimitsHadRoom}
        ),
        challenge AS (
          INSERT INTO challenges (id, interaction_id, client_id, connection, provider, identifier, recipient, pepper_id,
            code_length, code_expires_at, max_attempts, resend_allowed_at, answerable, send_mode, changes_user_id,
            created_at, expires_at)
          SELECT ${change.challengeId}::text, ${change.challengeId}::text, ${change.clientId}::text,
            ${change.connection}::text, ${channel}::text, ${canonical}::text, ${typedForm}::text,
            ${change.pepperId}::text, ${change.codeLength}::int, ${expiresAt}, ${change.maxAttempts}::int, ${expiresAt},
            true, 'code', user_id, ${now}, ${expiresAt}
          FROM person WHERE ${allLimitsHadRoom}
          RETURNING *
        ),
        message AS (
          ${insertMessage(
            {
              ...change,
              kind: channel === 'email' ? 'change_email' : 'change_phone_number',
              dueAt: change.messageDueAt,
              expiresAt: Prisma.sql`code_expires_at`,
            },
            context,
            Prisma.sql`challenge`,
          )}
        ),
        event AS (
          ${insertLogEvent(context, {
            from: Prisma.sql`challenge`,
            type: Prisma.sql`CASE provider WHEN 'sms' THEN 'cs' ELSE 'cls' END`,
            clientId: Prisma.sql`NULLIF(client_id, '')`,
            accountId: Prisma.sql`${change.accountId}::text`,
            connection: Prisma.sql`connection`,
            ...change.logged,
            description: Prisma.sql`'One-time code for another address or number.'`,
          })}
        )
        SELECT EXISTS (SELECT 1 FROM person) AS found, ${limitColumns}`;
      if (!row?.found) return { kind: 'refused' };
      const limit = fullLimit(limits, row);
      return limit ? { kind: 'limited', limit } : { kind: 'begun' };
    },

    async findStanding({ channel, canonical }) {
      const held = await prisma.challenge.findFirst({
        where: {
          provider: channel,
          identifier: canonical,
          changesUserId: { not: null },
          provenAt: null,
          cancelledAt: null,
        },
        orderBy: { createdAt: 'desc' },
      });
      if (held === null) return null;
      const { id: challengeId, generation, codeLength, pepperId, clientId } = held;
      return { challengeId, generation, codeLength, pepperId, clientId };
    },

    async prove(proof) {
      const rows = await prisma.$queryRaw<ProofRow[]>(proofStatement(proof)).catch((error) => {
        // Somebody took the identifier at this very moment: all of it is taken back.
        if (isUniqueViolation(error)) return null;
        throw error;
      });
      return rows === null ? { kind: 'refused' } : provenFrom(rows[0], proof.limits);
    },
  };
}

type ProofRow = LimitRow & {
  wasRight: boolean;
  connection: string | null;
  noticeSentTo: string | null;
};

/** Rows are taken in the order in which an answer takes its own: challenges, identities, accounts. */
function proofStatement(proof: Parameters<IdentifierChangeStore['prove']>[0]): Prisma.Sql {
  const { context, notice } = proof;
  const matched = proof.matchedGeneration;
  const now = Prisma.sql`${context.now.toISOString()}::timestamptz`;
  const expiresAt = Prisma.sql`${notice.expiresAt.toISOString()}::timestamptz`;
  return Prisma.sql`
    WITH open AS (
      SELECT 1 FROM challenges
      WHERE id = ${proof.challengeId}::text AND changes_user_id IS NOT NULL AND ${isOpen(now)} FOR NO KEY UPDATE
    ),
    ${countLimits(proof.limits, {
      by: Prisma.sql`${matched === null ? 1 : 0}::int`,
      onlyIf: Prisma.sql`(SELECT count(*) FROM open) >= 0`,
    })},
    guess AS (
      UPDATE challenges SET attempts = attempts + 1,
        proven_at = CASE WHEN generation = ${matched}::int AND code_expires_at > ${now} THEN ${now} END
      WHERE id = ${proof.challengeId}::text AND EXISTS (SELECT 1 FROM open) AND ${allLimitsHadRoom}
      RETURNING *
    ),
    proven AS (SELECT * FROM guess WHERE proven_at IS NOT NULL),
    person AS (
      SELECT i.account_id, i.identifier AS old_identifier, i.typed_form AS old_form, i.verified_at
      FROM proven JOIN identities i ON i.provider = proven.provider AND i.user_id = proven.changes_user_id
        JOIN accounts a ON a.id = i.account_id
      WHERE a.blocked_at IS NULL AND NOT EXISTS (
        SELECT 1 FROM identities taken WHERE taken.provider = proven.provider AND taken.identifier = proven.identifier
          AND taken.user_id <> i.user_id)
    ),
    asked AS (
      SELECT c.id FROM challenges c JOIN proven ON c.provider = proven.provider
        JOIN person ON c.identifier = person.old_identifier
      WHERE c.id <> proven.id AND c.proven_at IS NULL AND c.cancelled_at IS NULL
      ORDER BY c.id FOR NO KEY UPDATE OF c
    ),
    moved AS (
      UPDATE identities i SET identifier = proven.identifier, typed_form = proven.recipient, verified_at = ${now}
      FROM proven, person WHERE i.provider = proven.provider AND i.user_id = proven.changes_user_id
        AND (SELECT count(*) FROM asked) >= 0
      RETURNING i.account_id
    ),
    account AS (
      UPDATE accounts SET updated_at = ${now} FROM moved WHERE accounts.id = moved.account_id
    ),
    stopped AS (
      UPDATE challenges c SET cancelled_at = ${now} FROM asked, moved WHERE c.id = asked.id
    ),
    told AS (
      INSERT INTO challenges (id, interaction_id, client_id, connection, provider, identifier, recipient, pepper_id,
        code_length, code_expires_at, max_attempts, resend_allowed_at, answerable, created_at, expires_at)
      SELECT ${notice.challengeId}::text, ${notice.challengeId}::text, proven.client_id, proven.connection,
        proven.provider, person.old_identifier, person.old_form, proven.pepper_id, proven.code_length, ${now}, 0, ${now},
        false, ${now}, ${expiresAt}
      FROM proven, person, moved
      WHERE proven.provider = 'email' AND person.verified_at IS NOT NULL AND person.old_identifier <> proven.identifier
      RETURNING *
    ),
    notice AS (
      ${insertMessage(
        {
          messageId: notice.messageId,
          applicationName: notice.applicationName,
          kind: 'email_changed',
          dueAt: new Date(context.now.getTime() + OUTBOX_LEASE_SECONDS * 1000),
          expiresAt,
          // Of the new one: who searches for the old finds the account by it no more.
          logged: proof.logged,
        },
        context,
        Prisma.sql`told`,
      )}
    ),
    event AS (
      ${insertLogEvent(context, {
        from: Prisma.sql`guess LEFT JOIN moved ON true`,
        type: Prisma.sql`CASE provider WHEN 'sms' THEN CASE WHEN account_id IS NULL THEN 'fcpn' ELSE 'scpn' END
          ELSE CASE WHEN account_id IS NULL THEN 'fce' ELSE 'sce' END END`,
        clientId: Prisma.sql`NULLIF(client_id, '')`,
        accountId: Prisma.sql`account_id`,
        connection: Prisma.sql`connection`,
        ...proof.logged,
        description: Prisma.sql`CASE WHEN account_id IS NOT NULL THEN 'Address or number changed.'
          WHEN proven_at IS NOT NULL THEN 'Address or number not changed: it is taken, or the account is blocked.'
          ELSE 'The code for another address or number was not right, or too old.' END`,
      })}
    )
    SELECT EXISTS (SELECT 1 FROM proven) AS "wasRight",
      (SELECT proven.connection FROM proven, moved) AS connection, (SELECT recipient FROM told) AS "noticeSentTo",
      ${limitColumns}`;
}

function provenFrom(row: ProofRow | undefined, limits: readonly CountedLimit[]): ChangeProven {
  if (row?.connection != null) {
    return { kind: 'changed', connection: row.connection, noticeSentTo: row.noticeSentTo };
  }
  if (row?.wasRight) return { kind: 'refused' };
  const limit = fullLimit(limits, row);
  return limit ? { kind: 'limited', limit } : { kind: 'wrong' };
}
