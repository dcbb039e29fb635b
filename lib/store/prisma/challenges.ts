// The three statements of a login: ask, ask again, answer. Each is one statement, so each is atomic over any number of
// processes, and a crash leaves all of it or nothing. The promises are those of lib/login/challenge.ts.
import type { Answered, ChallengeStore, Resent, Started } from '@/lib/login/challenge';
import type { KeyedHash } from '@/lib/login/keyed-hash';
import { type Challenge, Prisma, type PrismaClient } from '@/prisma/generated/client';
import { allLimitsHadRoom, countLimits, fullLimit, type LimitRow, limitColumns } from './limit-counters';
import { insertLogEvent } from './log-events';

export function createChallengeStore(prisma: PrismaClient, keyedHash: KeyedHash): ChallengeStore {
  return {
    async start(challenge, limits, context) {
      const now = Prisma.sql`${context.now.toISOString()}::timestamptz`;
      const { channel, canonical, typedForm } = challenge.identifier;
      const [row] = await prisma.$queryRaw<StartRow[]>`
        WITH ${countLimits(limits)},
        person AS (
          SELECT i.typed_form, a.blocked_at FROM identities i JOIN accounts a ON a.id = i.account_id
          WHERE i.provider = ${channel}::text AND i.identifier = ${canonical}::text
        ),
        challenge AS (
          INSERT INTO challenges (id, interaction_id, client_id, connection, provider, identifier, recipient, pepper_id,
            code_length, code_expires_at, max_attempts, resend_allowed_at, answerable, created_at, expires_at)
          SELECT ${challenge.id}::text, ${challenge.interactionId}::text, ${challenge.clientId}::text,
            ${challenge.connection}::text, ${channel}::text, ${canonical}::text,
            COALESCE((SELECT typed_form FROM person), ${typedForm}::text), ${challenge.pepperId}::text,
            ${challenge.codeLength}::int, ${challenge.codeExpiresAt.toISOString()}::timestamptz,
            ${challenge.maxAttempts}::int, ${challenge.resendAllowedAt.toISOString()}::timestamptz,
            CASE WHEN EXISTS (SELECT 1 FROM person) THEN (SELECT blocked_at IS NULL FROM person)
              ELSE ${challenge.signUpOpen}::boolean END,
            ${now}, ${challenge.expiresAt.toISOString()}::timestamptz
          WHERE ${allLimitsHadRoom}
          RETURNING *
        ),
        addressed AS (SELECT * FROM challenge WHERE answerable),
        message AS (
          ${insertMessage(challenge, context.userAgent, context.language, now)}
        ),
        event AS (
          ${insertLogEvent(context, {
            from: Prisma.sql`challenge`,
            ...sendingEvent('One-time code asked for.'),
            ...challenge.logged,
          })}
        )
        SELECT (SELECT recipient FROM addressed) AS recipient,
          ${limitColumns}`;
      return startedFrom(row, limits);
    },

    async resend(resend) {
      const { context, sameCodeSeconds, codeLifetimeSeconds } = resend;
      const now = Prisma.sql`${context.now.toISOString()}::timestamptz`;
      // Which code goes out: the one in hand while it lives long enough, else the next.
      const sameCode = Prisma.sql`held.code_expires_at >= ${now} + make_interval(secs => ${sameCodeSeconds}::int)`;
      const mine = Prisma.sql`id = ${resend.challengeId}::text AND interaction_id = ${resend.interactionId}::text`;
      const open = isOpen(now);
      const [row] = await prisma.$queryRaw<ResendRow[]>`
        WITH asked AS (
          SELECT 1 FROM challenges WHERE ${mine} AND ${open} AND resend_allowed_at <= ${now} FOR NO KEY UPDATE
        ),
        ${countLimits(resend.limits, { onlyIf: Prisma.sql`EXISTS (SELECT 1 FROM asked)` })},
        challenge AS (
          UPDATE challenges held SET
            sends = held.sends + 1,
            resend_allowed_at = ${now} + make_interval(secs =>
              (${[...resend.resendWaitsSeconds]}::int[])[LEAST(held.sends + 1, ${resend.resendWaitsSeconds.length}::int)]),
            generation = CASE WHEN ${sameCode} THEN held.generation ELSE held.generation + 1 END,
            code_expires_at = CASE WHEN ${sameCode} THEN held.code_expires_at
              ELSE LEAST(${now} + make_interval(secs => ${codeLifetimeSeconds}::int), held.expires_at) END,
            previous_code_expires_at = CASE WHEN ${sameCode} THEN held.previous_code_expires_at
              ELSE held.code_expires_at END
          WHERE ${mine} AND EXISTS (SELECT 1 FROM asked) AND ${allLimitsHadRoom}
          RETURNING *
        ),
        addressed AS (
          SELECT * FROM challenge c WHERE answerable AND NOT EXISTS (
            SELECT 1 FROM identities i JOIN accounts a ON a.id = i.account_id
            WHERE i.provider = c.provider AND i.identifier = c.identifier AND a.blocked_at IS NOT NULL)
        ),
        message AS (
          ${insertMessage(resend, context.userAgent, context.language, now)}
        ),
        event AS (
          ${insertLogEvent(context, {
            from: Prisma.sql`challenge`,
            ...sendingEvent('One-time code asked for again.'),
            ...resend.logged,
          })}
        )
        SELECT c.generation, c.code_expires_at AS "codeExpiresAt", c.sends,
          (SELECT recipient FROM addressed) AS recipient,
          (SELECT resend_allowed_at FROM challenges WHERE ${mine} AND ${open}) AS "heldUntil",
          ${limitColumns}
        FROM (SELECT 1) AS always LEFT JOIN challenge c ON true`;
      return resentFrom(row, resend);
    },

    async answer(answer) {
      const { context, session, authorizationCode: code } = answer;
      const now = Prisma.sql`${context.now.toISOString()}::timestamptz`;
      const matched = answer.matchedGeneration;
      const mine = Prisma.sql`id = ${answer.challengeId}::text AND interaction_id = ${answer.interactionId}::text`;
      const replaced = answer.replacedSessionSecret;
      const [row] = await prisma.$queryRaw<AnswerRow[]>`
        WITH open AS (
          SELECT 1 FROM challenges WHERE ${mine} AND ${isOpen(now)} FOR NO KEY UPDATE
        ),
        ${countLimits(answer.limits, {
          by: Prisma.sql`${matched === null ? 1 : 0}::int`,
          onlyIf: Prisma.sql`EXISTS (SELECT 1 FROM open)`,
        })},
        guess AS (
          UPDATE challenges SET
            attempts = attempts + 1,
            proven_at = CASE WHEN answerable AND (
              (generation = ${matched}::int AND code_expires_at > ${now}) OR
              (generation - 1 = ${matched}::int AND previous_code_expires_at > ${now})) THEN ${now} END
          WHERE ${mine} AND EXISTS (SELECT 1 FROM open) AND ${allLimitsHadRoom}
          RETURNING *
        ),
        proven AS (SELECT * FROM guess WHERE proven_at IS NOT NULL),
        identity AS (
          INSERT INTO identities AS held (provider, user_id, account_id, identifier, typed_form, verified_at, created_at)
          SELECT provider, ${answer.newUserId}::text, provider || '|' || ${answer.newUserId}::text, identifier, recipient,
            ${now}, ${now} FROM proven
          ON CONFLICT (provider, identifier) DO UPDATE SET verified_at = COALESCE(held.verified_at, excluded.verified_at)
          RETURNING account_id, user_id = ${answer.newUserId}::text AS first_login
        ),
        account AS (
          INSERT INTO accounts AS held (id, last_login_at, logins_count, created_at, updated_at)
          SELECT account_id, ${now}, 1, ${now}, ${now} FROM identity
          ON CONFLICT (id) DO UPDATE SET last_login_at = ${now}, logins_count = held.logins_count + 1
            WHERE held.blocked_at IS NULL
          RETURNING id
        ),
        replaced AS (
          UPDATE sessions SET ended_at = ${now}
          WHERE secret_hash = ANY(${replaced === null ? [] : keyedHash.hashes('session', replaced)}::text[])
            AND ended_at IS NULL AND EXISTS (SELECT 1 FROM account)
        ),
        session AS (
          INSERT INTO sessions (id, secret_hash, account_id, authenticated_at, amr, connection, ip, user_agent, created_at,
            last_seen_at, idle_expires_at, expires_at)
          SELECT ${session.id}::text, ${keyedHash.hash('session', session.secret)}::text, account.id, ${now},
            ${[...session.amr]}::text[], proven.connection, ${context.ip}::text, left(${context.userAgent}::text, 512), ${now}, ${now},
            ${session.idleExpiresAt.toISOString()}::timestamptz, ${session.expiresAt.toISOString()}::timestamptz
          FROM account, proven
        ),
        code AS (
          INSERT INTO authorization_codes (code_hash, client_id, account_id, session_id, redirect_uri,
            requested_redirect_uri, scope, nonce, code_challenge, authenticated_at, auth_time_requested, family_id,
            created_at, expires_at)
          SELECT ${keyedHash.hash('authorization-code', code.code)}::text, ${code.clientId}::text, account.id,
            ${session.id}::text, ${code.redirectUri}::text, ${code.requestedRedirectUri}::text, ${code.scope}::text,
            ${code.nonce}::text, ${code.codeChallenge}::text, ${now}, ${code.authTimeRequested}::boolean,
            ${code.familyId}::text, ${now}, ${code.expiresAt.toISOString()}::timestamptz
          FROM account
        ),
        event AS (
          ${insertLogEvent(context, {
            from: Prisma.sql`guess LEFT JOIN identity ON true LEFT JOIN account ON true`,
            type: Prisma.sql`CASE WHEN account.id IS NULL THEN 'f' WHEN first_login THEN 'ss' ELSE 's' END`,
            clientId: Prisma.sql`guess.client_id`,
            accountId: Prisma.sql`identity.account_id`,
            connection: Prisma.sql`guess.connection`,
            ...answer.logged,
            description: Prisma.sql`CASE WHEN account.id IS NOT NULL THEN 'Signed in.'
              WHEN identity.account_id IS NOT NULL THEN 'user is blocked'
              WHEN ${matched}::int <= generation AND answerable THEN 'The code was too old.'
              ELSE 'The code was not right.' END`,
          })}
        )
        SELECT account.id AS "accountId", identity.account_id AS "provenAccountId", identity.first_login AS "firstLogin",
          guess.max_attempts - guess.attempts AS "triesLeft",
          COALESCE(${matched}::int <= guess.generation AND guess.answerable, false) AS "wasRight",
          ${limitColumns}
        FROM (SELECT 1) AS always LEFT JOIN guess ON true LEFT JOIN identity ON true LEFT JOIN account ON true`;
      return answeredFrom(row, answer, () =>
        prisma.challenge.findFirst({
          where: { id: answer.challengeId, interactionId: answer.interactionId },
          select: { attempts: true, maxAttempts: true, provenAt: true, expiresAt: true },
        }),
      );
    },
  };
}

type StartRow = LimitRow & { recipient: string | null };
type ResendRow = LimitRow & {
  generation: number | null;
  codeExpiresAt: Date | null;
  sends: number | null;
  recipient: string | null;
  heldUntil: Date | null;
};
type AnswerRow = LimitRow & {
  accountId: string | null;
  provenAccountId: string | null;
  firstLogin: boolean | null;
  triesLeft: number | null;
  /** One of the challenge's codes, which did not live any more. */
  wasRight: boolean;
};

/**
 * A challenge that may still be answered. Both statements take its row before they count any limit, so that of many at
 * once only those are counted that are compared or sent (OTP-7).
 */
const isOpen = (now: Prisma.Sql) =>
  Prisma.sql`proven_at IS NULL AND attempts < max_attempts AND expires_at > ${now}`;

/** What the audit log says of a challenge, whether a message goes out (the CTE `addressed` holds it) or not. */
function sendingEvent(description: string) {
  const isSent = Prisma.sql`EXISTS (SELECT 1 FROM addressed)`;
  return {
    type: Prisma.sql`CASE WHEN ${isSent} THEN 'cls' ELSE 'f' END`,
    clientId: Prisma.sql`client_id`,
    connection: Prisma.sql`connection`,
    description: Prisma.sql`CASE WHEN ${isSent} THEN ${description}::text
      ELSE 'Nothing sent: the account is blocked or sign-up is closed.' END`,
  };
}

/** The outbox row of a challenge that somebody is to hear of: the CTE `addressed` holds it. */
function insertMessage(
  {
    messageId,
    messageDueAt,
    applicationName,
  }: { messageId: string; messageDueAt: Date; applicationName: string },
  userAgent: string | null,
  language: string,
  now: Prisma.Sql,
): Prisma.Sql {
  const context = JSON.stringify({ applicationName, userAgent: userAgent?.slice(0, 512) ?? null });
  return Prisma.sql`
    INSERT INTO messages (id, challenge_id, generation, channel, language, context, status, due_at, expires_at, created_at)
    SELECT ${messageId}::text, id, generation, provider, ${language}::text, ${context}::jsonb, 'queued',
      ${messageDueAt.toISOString()}::timestamptz, code_expires_at, ${now}
    FROM addressed`;
}

function startedFrom(row: StartRow | undefined, limits: Parameters<ChallengeStore['start']>[1]): Started {
  const limit = fullLimit(limits, row);
  return limit ? { kind: 'limited', limit } : { kind: 'started', recipient: row?.recipient ?? null };
}

function resentFrom(
  row: ResendRow | undefined,
  { limits, context }: Parameters<ChallengeStore['resend']>[0],
): Resent {
  if (row?.generation != null && row.codeExpiresAt !== null && row.sends !== null) {
    const { generation, codeExpiresAt, sends, recipient } = row;
    return { kind: 'resent', generation, codeExpiresAt, sends, recipient };
  }
  if (row?.heldUntil == null) return { kind: 'ended' };
  if (row.heldUntil > context.now) return { kind: 'wait', until: row.heldUntil };
  const limit = row.spent.length === 0 ? null : fullLimit(limits, row);
  // Another press was quicker by a moment: its message is on the way.
  return limit ? { kind: 'limited', limit } : { kind: 'wait', until: context.now };
}

async function answeredFrom(
  row: AnswerRow | undefined,
  { limits, context }: Parameters<ChallengeStore['answer']>[0],
  look: () => Promise<Pick<Challenge, 'attempts' | 'maxAttempts' | 'provenAt' | 'expiresAt'> | null>,
): Promise<Answered> {
  if (row?.accountId != null)
    return { kind: 'proven', accountId: row.accountId, firstLogin: row.firstLogin === true };
  if (row?.provenAccountId != null) return { kind: 'blocked' };
  if (row?.triesLeft != null) {
    return row.wasRight && row.triesLeft > 0
      ? { kind: 'expired' }
      : { kind: 'wrong', triesLeft: row.triesLeft };
  }
  // Nothing was compared. Why is worth another statement: it is not on the way of anyone who signs in.
  const held = await look();
  if (held === null || held.provenAt !== null || held.expiresAt <= context.now) return { kind: 'ended' };
  if (held.attempts >= held.maxAttempts) return { kind: 'exhausted' };
  const limit = fullLimit(limits, row);
  return limit ? { kind: 'limited', limit } : { kind: 'ended' };
}
