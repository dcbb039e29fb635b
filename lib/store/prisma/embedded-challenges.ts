// The challenges of the embedded API, found again by their slot. The promises are those of lib/login/embedded-challenge.ts;
// they are answered by the same statement as all others (challenges.ts).
import type { Over } from '@/lib/login/challenge';
import type {
  CodeChecked,
  EmbeddedAsked,
  EmbeddedChallengeStore,
  EmbeddedQuestion,
  StandingChallenge,
} from '@/lib/login/embedded-challenge';
import type { CountedLimit } from '@/lib/login/limits';
import { type Challenge, Prisma, type PrismaClient } from '@/prisma/generated/client';
import {
  addressedUnlessBlocked,
  findOver,
  foundFrom,
  insertLoginMessage,
  isOpen,
  sendingEvent,
} from './challenges';
import {
  allLimitsHadRoom,
  countLimits,
  fullLimit,
  insertLimitEvent,
  type LimitRow,
  limitColumns,
} from './limit-counters';
import { insertLogEvent } from './log-events';

export function createEmbeddedChallengeStore(prisma: PrismaClient): EmbeddedChallengeStore {
  return {
    async ask(question, limits, context) {
      const now = Prisma.sql`${context.now.toISOString()}::timestamptz`;
      const slot = Prisma.sql`${question.slot}::text`;
      const [row] = await prisma.$queryRaw<AskRow[]>`
        WITH standing AS (
          SELECT * FROM challenges WHERE slot = ${slot} AND ${isOpen(now)} AND code_expires_at > ${now} FOR NO KEY UPDATE
        ),
        ${countLimits(limits, { onlyIf: Prisma.sql`(SELECT count(*) FROM standing) >= 0` })},
        ${insertLimitEvent(context, { clientId: Prisma.sql`${question.clientId}::text`, logged: question.logged })},
        asked_again AS (
          UPDATE challenges held SET
            sends = held.sends + 1,
            resend_allowed_at = ${now} + make_interval(secs => (${[...question.resendWaitsSeconds]}::int[])[
              LEAST(held.sends + 1, ${question.resendWaitsSeconds.length}::int)]),
            send_mode = ${question.sendMode}::text, embedded_link = ${embeddedLinkOf(question)},
            withheld = ${question.withheld}::text
          WHERE id = (SELECT id FROM standing WHERE resend_allowed_at <= ${now}) AND ${allLimitsHadRoom}
          RETURNING *
        ),
        -- Whatever has the slot and does not stand open makes room.
        replaced AS (
          UPDATE challenges SET slot = NULL
          WHERE slot = ${slot} AND NOT EXISTS (SELECT 1 FROM standing) AND ${allLimitsHadRoom}
          RETURNING id
        ),
        -- Of many at once the index lets one in; the others wait for it, and are given the same.
        taken AS (
          ${insertEmbedded(question, context.userAgent, now)}
        ),
        challenge AS (
          SELECT * FROM asked_again UNION ALL SELECT * FROM taken WHERE id = ${question.id}::text
        ),
        ${addressedUnlessBlocked},
        message AS (
          ${insertLoginMessage(question, context)}
        ),
        event AS (
          ${insertLogEvent(context, {
            from: Prisma.sql`challenge`,
            ...sendingEvent('One-time code asked for by an application.'),
            ...question.logged,
          })}
        )
        SELECT c.id AS "challengeId", c.generation, c.code_length AS "codeLength", c.code_expires_at AS "codeExpiresAt",
          c.pepper_id AS "pepperId", (SELECT recipient FROM addressed) AS recipient, ${limitColumns}
        FROM (SELECT 1) AS always LEFT JOIN (
          SELECT * FROM standing UNION ALL SELECT * FROM taken) AS c ON true`;
      return askedFrom(row, limits);
    },

    async findStanding(slot) {
      return standingFrom(await prisma.challenge.findUnique({ where: { slot } }));
    },

    async findAsked(challengeId) {
      return standingFrom(await prisma.challenge.findUnique({ where: { id: challengeId } }));
    },

    async check(check) {
      const { context, matchedGeneration: matched, origin } = check;
      const now = Prisma.sql`${context.now.toISOString()}::timestamptz`;
      const mine = Prisma.sql`id = ${check.challengeId}::text`;
      const isRight = Prisma.sql`COALESCE(answerable AND code_expires_at > ${now} AND generation = ${matched}::int, false)`;
      const [row] = await prisma.$queryRaw<CheckRow[]>`
        WITH open AS (
          SELECT client_id FROM challenges WHERE ${mine} AND ${isOpen(now)} FOR NO KEY UPDATE
        ),
        ${countLimits(check.limits, {
          by: Prisma.sql`${matched === null ? 1 : 0}::int`,
          onlyIf: Prisma.sql`EXISTS (SELECT 1 FROM open)`,
        })},
        ${insertLimitEvent(context, {
          clientId: Prisma.sql`(SELECT client_id FROM open)`,
          onlyIf: Prisma.sql`EXISTS (SELECT 1 FROM open)`,
          logged: check.logged,
        })},
        guess AS (
          UPDATE challenges SET
            attempts = attempts + CASE WHEN ${isRight} THEN 0 ELSE 1 END,
            checked_at = CASE WHEN ${isRight} THEN ${now} ELSE checked_at END,
            checked_origin = CASE WHEN ${isRight} THEN ${origin}::text ELSE checked_origin END
          WHERE ${mine} AND EXISTS (SELECT 1 FROM open) AND ${allLimitsHadRoom}
          RETURNING *, ${isRight} AS is_right
        ),
        event AS (
          ${insertLogEvent(context, {
            from: Prisma.sql`guess WHERE NOT is_right`,
            type: Prisma.sql`'f'`,
            clientId: Prisma.sql`client_id`,
            connection: Prisma.sql`connection`,
            ...check.logged,
            description: Prisma.sql`CASE WHEN ${matched}::int <= generation AND answerable THEN 'The code was too old.'
              ELSE 'The code was not right.' END`,
          })}
        )
        SELECT guess.is_right AS "isRight", guess.max_attempts - guess.attempts AS "triesLeft",
          COALESCE(${matched}::int <= guess.generation AND guess.answerable, false) AS "wasRight", ${limitColumns}
        FROM (SELECT 1) AS always LEFT JOIN guess ON true`;
      return checkedFrom(row, check.limits, () =>
        findOver(prisma, { challengeId: check.challengeId, interactionId: null }, context.now),
      );
    },
  };
}

function standingFrom(held: Challenge | null): StandingChallenge | null {
  if (held === null) return null;
  const { id: challengeId, resendAllowedAt, checkedAt, checkedOrigin } = held;
  const checked =
    checkedAt === null || checkedOrigin === null ? null : { at: checkedAt, origin: checkedOrigin };
  return { ...foundFrom(held), challengeId, resendAllowedAt, checked };
}

type CheckRow = LimitRow & {
  /** Null where nothing was compared. */
  isRight: boolean | null;
  triesLeft: number | null;
  /** The code of the challenge, which did not live any more. */
  wasRight: boolean;
};

async function checkedFrom(
  row: CheckRow | undefined,
  limits: readonly CountedLimit[],
  findOver: () => Promise<Over | null>,
): Promise<CodeChecked> {
  if (row?.isRight) return { kind: 'right' };
  if (row?.triesLeft != null)
    return row.wasRight && row.triesLeft > 0
      ? { kind: 'expired' }
      : { kind: 'wrong', triesLeft: row.triesLeft };
  const over = await findOver();
  if (over !== null) return over;
  const limit = fullLimit(limits, row);
  return limit ? { kind: 'limited', limit } : { kind: 'ended' };
}

type AskRow = LimitRow & {
  challengeId: string | null;
  generation: number;
  codeLength: number;
  codeExpiresAt: Date;
  pepperId: string;
  recipient: string | null;
};

/** A challenge for the slot; or the one that took it a moment ago, told by its id. */
function insertEmbedded(question: EmbeddedQuestion, userAgent: string | null, now: Prisma.Sql): Prisma.Sql {
  const { channel, canonical, typedForm } = question.identifier;
  const person = Prisma.sql`identities i JOIN accounts a ON a.id = i.account_id
    WHERE i.provider = ${channel}::text AND i.identifier = ${canonical}::text`;
  return Prisma.sql`
    INSERT INTO challenges AS held (id, interaction_id, slot, client_id, connection, provider, identifier, recipient,
      pepper_id, code_length, code_expires_at, max_attempts, resend_allowed_at, answerable, withheld, send_mode,
      embedded_link, user_agent, created_at, expires_at)
    SELECT ${question.id}::text, ${question.interactionId}::text, ${question.slot}::text, ${question.clientId}::text,
      ${question.connection}::text, ${channel}::text, ${canonical}::text,
      COALESCE((SELECT i.typed_form FROM ${person}), ${typedForm}::text), ${question.pepperId}::text,
      ${question.codeLength}::int, ${question.codeExpiresAt.toISOString()}::timestamptz, ${question.maxAttempts}::int,
      ${question.resendAllowedAt.toISOString()}::timestamptz,
      COALESCE((SELECT a.blocked_at IS NULL FROM ${person}), ${question.signUpOpen}::boolean),
      ${question.withheld}::text, ${question.sendMode}::text, ${embeddedLinkOf(question)},
      left(${userAgent}::text, 512), ${now}, ${question.expiresAt.toISOString()}::timestamptz
    WHERE ${allLimitsHadRoom} AND NOT EXISTS (SELECT 1 FROM standing) AND (SELECT count(*) FROM replaced) >= 0
    ON CONFLICT (slot) DO UPDATE SET slot = held.slot
    RETURNING *`;
}

function embeddedLinkOf({ embeddedLink }: EmbeddedQuestion): Prisma.Sql {
  return Prisma.sql`${embeddedLink === null ? null : JSON.stringify(embeddedLink)}::jsonb`;
}

function askedFrom(row: AskRow | undefined, limits: readonly CountedLimit[]): EmbeddedAsked {
  const limit = fullLimit(limits, row);
  if (limit !== null) return { kind: 'limited', limit };
  if (row?.challengeId == null) throw new Error('A slot was neither taken nor held.');
  const { challengeId, generation, codeLength, codeExpiresAt, pepperId, recipient } = row;
  return { kind: 'asked', challengeId, generation, codeLength, codeExpiresAt, pepperId, recipient };
}
