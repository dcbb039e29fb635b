// The statements of a login: ask, ask again, answer, finish, cancel. Each is one statement, so each is atomic over any number
// of processes, and a crash leaves all of it or nothing. The promises are those of lib/login/challenge.ts.
import type {
  Answered,
  ChallengeAnswer,
  ChallengeStore,
  Finished,
  FoundChallenge,
  LoggedSubject,
  Over,
  Resent,
  Started,
} from '@/lib/login/challenge';
import type { Channel } from '@/lib/login/identifier';
import type { KeyedHash } from '@/lib/login/keyed-hash';
import type { MessageKind } from '@/lib/login/message';
import { OUTBOX_LEASE_SECONDS } from '@/lib/login/outbox';
import type { RequestContext } from '@/lib/login/request-context';
import { type Challenge, Prisma, type PrismaClient } from '@/prisma/generated/client';
import {
  holdSession,
  insertAuthorizationCode,
  insertTokenFamily,
  joinSession,
  NOTHING,
} from './authorizations';
import { keptOrOwn, partFromStrangers } from './first-proof';
import { permittedOf } from './grants';
import {
  allLimitsHadRoom,
  countLimits,
  fullLimit,
  insertLimitEvent,
  type LimitRow,
  limitColumns,
} from './limit-counters';
import { insertLogEvent } from './log-events';
import { NO_SESSION, writeSession } from './session-beginnings';
import { endSessions } from './session-endings';

export function createChallengeStore(prisma: PrismaClient, keyedHash: KeyedHash): ChallengeStore {
  return {
    async start(challenge, limits, context) {
      const now = Prisma.sql`${context.now.toISOString()}::timestamptz`;
      const { channel, canonical, typedForm } = challenge.identifier;
      const [row] = await prisma.$queryRaw<StartRow[]>`
        WITH ${countLimits(limits)},
        ${insertLimitEvent(context, { clientId: Prisma.sql`${challenge.clientId}::text`, logged: challenge.logged })},
        person AS (
          SELECT i.typed_form, a.blocked_at FROM identities i JOIN accounts a ON a.id = i.account_id
          WHERE i.provider = ${channel}::text AND i.identifier = ${canonical}::text
        ),
        challenge AS (
          INSERT INTO challenges (id, interaction_id, client_id, connection, provider, identifier, recipient, pepper_id,
            code_length, code_expires_at, max_attempts, resend_allowed_at, answerable, withheld, send_mode, user_agent,
            created_at, expires_at)
          SELECT ${challenge.id}::text, ${challenge.interactionId}::text, ${challenge.clientId}::text,
            ${challenge.connection}::text, ${channel}::text, ${canonical}::text,
            COALESCE((SELECT typed_form FROM person), ${typedForm}::text), ${challenge.pepperId}::text,
            ${challenge.codeLength}::int, ${challenge.codeExpiresAt.toISOString()}::timestamptz,
            ${challenge.maxAttempts}::int, ${challenge.resendAllowedAt.toISOString()}::timestamptz,
            CASE WHEN EXISTS (SELECT 1 FROM person) THEN (SELECT blocked_at IS NULL FROM person)
              ELSE ${challenge.signUpOpen}::boolean END,
            ${challenge.withheld}::text, ${challenge.sendMode}::text, left(${context.userAgent}::text, 512),
            ${now}, ${challenge.expiresAt.toISOString()}::timestamptz
          WHERE ${allLimitsHadRoom}
          RETURNING *
        ),
        addressed AS (SELECT * FROM challenge WHERE answerable AND withheld IS NULL),
        message AS (
          ${insertLoginMessage(challenge, context)}
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
      const mine = isChallenge(resend);
      const open = isOpen(now);
      const [row] = await prisma.$queryRaw<ResendRow[]>`
        WITH asked AS (
          SELECT client_id FROM challenges WHERE ${mine} AND ${open} AND resend_allowed_at <= ${now} FOR NO KEY UPDATE
        ),
        ${countLimits(resend.limits, { onlyIf: Prisma.sql`EXISTS (SELECT 1 FROM asked)` })},
        ${insertLimitEvent(context, {
          clientId: Prisma.sql`(SELECT client_id FROM asked)`,
          onlyIf: Prisma.sql`EXISTS (SELECT 1 FROM asked)`,
          logged: resend.logged,
        })},
        challenge AS (
          UPDATE challenges held SET
            sends = held.sends + 1,
            resend_allowed_at = ${now} + make_interval(secs =>
              (${[...resend.resendWaitsSeconds]}::int[])[LEAST(held.sends + 1, ${resend.resendWaitsSeconds.length}::int)]),
            generation = CASE WHEN ${sameCode} THEN held.generation ELSE held.generation + 1 END,
            code_expires_at = CASE WHEN ${sameCode} THEN held.code_expires_at
              ELSE LEAST(${now} + make_interval(secs => ${codeLifetimeSeconds}::int), held.expires_at) END,
            previous_code_expires_at = CASE WHEN ${sameCode} THEN held.previous_code_expires_at
              ELSE held.code_expires_at END,
            withheld = ${resend.withheld}::text
          WHERE ${mine} AND EXISTS (SELECT 1 FROM asked) AND ${allLimitsHadRoom}
          RETURNING *
        ),
        ${addressedUnlessBlocked},
        message AS (
          ${insertLoginMessage(resend, context)}
        ),
        event AS (
          ${insertLogEvent(context, {
            from: Prisma.sql`challenge`,
            ...sendingEvent('One-time code asked for again.'),
            ...resend.logged,
            details: Prisma.sql`'{"again":true}'`,
          })}
        )
        SELECT c.generation, c.code_expires_at AS "codeExpiresAt", c.sends,
          (SELECT recipient FROM addressed) AS recipient,
          (SELECT resend_allowed_at FROM challenges WHERE ${mine} AND ${open}) AS "heldUntil",
          ${limitColumns}
        FROM (SELECT 1) AS always LEFT JOIN challenge c ON true`;
      return resentFrom(row, resend, () => findOver(prisma, resend, context.now));
    },

    async answer(answer) {
      const { context, session, authorizationCode: code, tokenFamily, provenBy } = answer;
      const now = Prisma.sql`${context.now.toISOString()}::timestamptz`;
      const matched = answer.matchedGeneration;
      const mine = isChallenge(answer);
      const replaced = answer.replacedSessionSecret;
      // Whoever asked elsewhere is not let in by a link that is opened here: no code is left to fetch.
      const isReturned = code !== null || tokenFamily !== null || answer.interactionId === null;
      const [row] = await prisma.$queryRaw<AnswerRow[]>`
        WITH open AS (
          SELECT client_id FROM challenges WHERE ${mine} AND ${isOpen(now)} FOR NO KEY UPDATE
        ),
        continued AS (${session === null ? NO_SESSION : findContinued(keyedHash, { mine, replaced, now })}),
        ${countLimits(answer.limits, {
          by: Prisma.sql`${matched === null ? 1 : 0}::int`,
          onlyIf: Prisma.sql`EXISTS (SELECT 1 FROM open)`,
        })},
        ${insertLimitEvent(context, {
          clientId: Prisma.sql`(SELECT client_id FROM open)`,
          onlyIf: Prisma.sql`EXISTS (SELECT 1 FROM open)`,
          logged: answer.logged,
        })},
        guess AS (
          UPDATE challenges SET
            attempts = attempts + ${provenBy === 'link' ? 0 : 1}::int,
            (proven_at, session_id, returned_at) = (
              SELECT ${now}, COALESCE((SELECT id FROM continued), ${session?.id ?? null}::text), CASE WHEN ${isReturned}::boolean THEN ${now} END
              WHERE answerable AND (
                (generation = ${matched}::int AND code_expires_at > ${now}) OR
                (generation - 1 = ${matched}::int AND previous_code_expires_at > ${now})))
          WHERE ${mine} AND EXISTS (SELECT 1 FROM open) AND ${allLimitsHadRoom}
          RETURNING *
        ),
        proven AS (SELECT * FROM guess WHERE proven_at IS NOT NULL),
        identity AS (
          INSERT INTO identities AS held (provider, user_id, account_id, identifier, typed_form, verified_at, created_at)
          SELECT provider, ${answer.newUserId}::text, provider || '|' || ${answer.newUserId}::text, identifier, recipient,
            ${now}, ${now} FROM proven
          ON CONFLICT (provider, identifier) DO UPDATE SET verified_at = COALESCE(held.verified_at, excluded.verified_at),
            (account_id, linked_at) = ${keptOrOwn(Prisma.sql`held`)}
          RETURNING account_id, user_id = ${answer.newUserId}::text AS first_login
        ),
        account AS (
          INSERT INTO accounts AS held (id, last_login_at, last_ip, logins_count, created_at, updated_at)
          SELECT account_id, ${now}, ${context.ip}::text, 1, ${now}, ${now} FROM identity
          ON CONFLICT (id) DO UPDATE SET last_login_at = ${now}, last_ip = ${context.ip}::text,
              logins_count = held.logins_count + 1
            WHERE held.blocked_at IS NULL
          RETURNING id, logins_count, created_at
        ),
        ${partFromStrangers(now)},
        ${endSessions(endedByProof(keyedHash, replaced), {
          initiator: 'rp-logout',
          now,
          // The same person's, grown too old to go on with: nothing ends that anybody thinks is there.
          unheard: Prisma.sql`account_id = (SELECT id FROM account) AND account_id NOT IN (SELECT account_id FROM first_proof)`,
        })},
        ${writeSession(keyedHash, { session, clientIds: clientsOf(answer), context })},
        signed_in AS (
          SELECT account.id AS account_id, (SELECT id FROM session) AS id, ${now} AS authenticated_at,
            NULL::text AS grant_id
          FROM account
        ),
        family AS (${insertTokenFamily(tokenFamily, { from: Prisma.sql`signed_in`, now, seenFrom: context })}),
        code AS (
          ${insertAuthorizationCode(keyedHash, session && code, { from: Prisma.sql`signed_in`, now })}
        ),
        notice AS (
          ${answer.notice === null ? NOTHING : insertNotice(answer, answer.notice)}
        ),
        event AS (
          ${insertLogEvent(context, {
            from: Prisma.sql`guess LEFT JOIN identity ON true LEFT JOIN account ON true`,
            type: Prisma.sql`CASE WHEN account.id IS NULL THEN 'f' WHEN first_login THEN 'ss' ELSE 's' END`,
            clientId: Prisma.sql`guess.client_id`,
            accountId: Prisma.sql`identity.account_id`,
            connection: Prisma.sql`guess.connection`,
            ...answer.logged,
            description: Prisma.sql`CASE WHEN account.id IS NOT NULL THEN ${SIGNED_IN[provenBy]}::text
                || CASE WHEN EXISTS (SELECT 1 FROM parted) THEN ' Identities that were linked before that proof are apart.' ELSE '' END
              WHEN identity.account_id IS NOT NULL THEN 'user is blocked'
              WHEN ${matched}::int <= generation AND answerable
                THEN ${provenBy === 'link' ? 'The link was too old.' : 'The code was too old.'}::text
              ELSE 'The code was not right.' END`,
            details: Prisma.sql`CASE WHEN account.id IS NOT NULL THEN jsonb_build_object(
              'seconds_since_asked', floor(extract(epoch FROM ${now} - guess.created_at))::int) END`,
          })}
        )
        SELECT account.id AS "accountId", identity.account_id AS "provenAccountId", identity.first_login AS "firstLogin",
          (SELECT id FROM session) AS "sessionId",
          guess.max_attempts - guess.attempts AS "triesLeft",
          COALESCE(${matched}::int <= guess.generation AND guess.answerable, false) AS "wasRight",
          (SELECT recipient FROM notice) AS "noticeSentTo", ${limitColumns}
        FROM (SELECT 1) AS always LEFT JOIN guess ON true LEFT JOIN identity ON true LEFT JOIN account ON true`;
      return answeredFrom(row, answer, () => findOver(prisma, answer, context.now));
    },

    async finish(finish) {
      const now = Prisma.sql`${finish.now.toISOString()}::timestamptz`;
      const mine = isChallenge(finish);
      const [row] = await prisma.$queryRaw<FinishRow[]>`
        WITH fetchable AS (
          SELECT id AS challenge_id, session_id FROM challenges
          WHERE ${mine} AND proven_at IS NOT NULL AND returned_at IS NULL AND expires_at > ${now}
        ),
        signed_in AS (
          SELECT s.id, s.account_id, s.authenticated_at, challenge_id
          FROM fetchable JOIN sessions s ON s.id = fetchable.session_id JOIN accounts a ON a.id = s.account_id
          WHERE s.ended_at IS NULL AND s.expires_at > ${now} AND s.idle_expires_at > ${now} AND a.blocked_at IS NULL
        ),
        permitted AS (${permittedOf(Prisma.sql`signed_in`, finish.consent)}),
        returned AS (
          UPDATE challenges SET returned_at = ${now} FROM permitted
          -- Its own column is looked at again when another tab was quicker: of many at once one writes.
          WHERE challenges.id = challenge_id AND returned_at IS NULL
          RETURNING permitted.*
        ),
        let_in AS (${holdSession(Prisma.sql`returned`)}),
        joined AS (${joinSession(finish, Prisma.sql`let_in`)}),
        family AS (${insertTokenFamily(finish.tokenFamily, { from: Prisma.sql`let_in`, now, seenFrom: null })}),
        code AS (
          ${insertAuthorizationCode(keyedHash, finish.authorizationCode, { from: Prisma.sql`let_in`, now })}
        )
        SELECT (SELECT account_id FROM let_in) AS "accountId", c.cancelled_at AS "cancelledAt",
          COALESCE(${isOpen(now)}, false) AS "isOpen",
          (SELECT id FROM signed_in WHERE NOT EXISTS (SELECT 1 FROM permitted)) AS "askedSessionId"
        FROM (SELECT 1) AS always LEFT JOIN challenges c ON ${mine}`;
      return finishedFrom(row);
    },

    async cancel({ challengeId, logged, context }) {
      const now = Prisma.sql`${context.now.toISOString()}::timestamptz`;
      const rows = await prisma.$queryRaw<unknown[]>`
        WITH cancelled AS (
          UPDATE challenges SET cancelled_at = ${now} WHERE id = ${challengeId}::text AND ${isOpen(now)}
          RETURNING client_id, connection
        ),
        event AS (
          ${insertLogEvent(context, {
            from: Prisma.sql`cancelled`,
            type: Prisma.sql`'f'`,
            clientId: Prisma.sql`client_id`,
            connection: Prisma.sql`connection`,
            ...logged,
            description: Prisma.sql`'Stopped by whoever received the message.'`,
          })}
        )
        SELECT 1 FROM cancelled`;
      return rows.length === 1;
    },

    async find(challengeId) {
      const held = await prisma.challenge.findUnique({ where: { id: challengeId } });
      return held === null ? null : foundFrom(held);
    },

    async findAccountId({ channel: provider, identifier }) {
      const held = await prisma.identity.findUnique({
        where: { provider_identifier: { provider, identifier } },
        select: { accountId: true },
      });
      return held?.accountId ?? null;
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
  sessionId: string | null;
  provenAccountId: string | null;
  firstLogin: boolean | null;
  triesLeft: number | null;
  /** One of the challenge's codes, which did not live any more. */
  wasRight: boolean;
  noticeSentTo: string | null;
};
type FinishRow = {
  accountId: string | null;
  cancelledAt: Date | null;
  isOpen: boolean;
  /** Signed in, but the client may not have what it asks for yet. */
  askedSessionId: string | null;
};

const SIGNED_IN: Record<ChallengeAnswer['provenBy'], string> = {
  code: 'Signed in.',
  link: 'Signed in with the link.',
  test_identity: 'Signed in as a test identity, with its fixed code.',
};

/** The challenge of an interaction; of whichever it is, where a genuine link stands for the interaction. Of a sign-in. */
function isChallenge(held: { challengeId: string; interactionId: string | null }): Prisma.Sql {
  return held.interactionId === null
    ? Prisma.sql`id = ${held.challengeId}::text AND changes_user_id IS NULL`
    : Prisma.sql`id = ${held.challengeId}::text AND interaction_id = ${held.interactionId}::text AND changes_user_id IS NULL`;
}

/**
 * A challenge that may still be answered. Both statements take its row before they count any limit, so that of many at
 * once only those are counted that are compared or sent (OTP-7).
 */
export const isOpen = (now: Prisma.Sql) =>
  Prisma.sql`proven_at IS NULL AND cancelled_at IS NULL AND attempts < max_attempts AND expires_at > ${now}`;

/**
 * What the audit log says of a challenge, whether a message goes out (the CTE `addressed` holds it) or not. Loud where a
 * text message is withheld to save money, and where an identity needs none: nobody else learns of either.
 */
export function sendingEvent(description: string) {
  const isSent = Prisma.sql`EXISTS (SELECT 1 FROM addressed)`;
  return {
    type: Prisma.sql`CASE WHEN ${isSent} THEN CASE provider WHEN 'sms' THEN 'cs' ELSE 'cls' END
      WHEN withheld = 'test_identity' THEN 'test_identity' WHEN withheld IS NOT NULL THEN 'limit_sms' ELSE 'f' END`,
    clientId: Prisma.sql`client_id`,
    connection: Prisma.sql`connection`,
    description: Prisma.sql`CASE WHEN ${isSent} THEN ${description}::text
      WHEN withheld = 'test_identity' THEN 'Nothing sent: a test identity answers with its fixed code.'
      WHEN withheld IS NOT NULL THEN 'Nothing sent: ' || withheld || ' is used up.'
      ELSE 'Nothing sent: the account is blocked or sign-up is closed.' END`,
  };
}

/** The CTE `addressed`: the row of `challenge`, unless nothing is to be sent or the account was blocked since it was asked for. */
export const addressedUnlessBlocked = Prisma.sql`addressed AS (
  SELECT * FROM challenge c WHERE answerable AND withheld IS NULL AND NOT EXISTS (
    SELECT 1 FROM identities i JOIN accounts a ON a.id = i.account_id
    WHERE i.provider = c.provider AND i.identifier = c.identifier AND a.blocked_at IS NOT NULL)
)`;

/** The outbox row of a challenge that somebody is to hear of: the CTE `addressed` holds it. */
export function insertLoginMessage(
  message: { messageId: string; messageDueAt: Date; applicationName: string; logged: LoggedSubject },
  context: RequestContext,
): Prisma.Sql {
  return insertMessage(
    { ...message, kind: 'login', dueAt: message.messageDueAt, expiresAt: Prisma.sql`code_expires_at` },
    context,
    Prisma.sql`addressed`,
  );
}

/** The outbox row of a notice about a new browser: the CTEs `proven` and `account` hold whom it goes to. */
function insertNotice(
  { context, logged }: ChallengeAnswer,
  { messageId, applicationName, expiresAt, accountMadeBefore }: NonNullable<ChallengeAnswer['notice']>,
): Prisma.Sql {
  return Prisma.sql`${insertMessage(
    {
      messageId,
      applicationName,
      logged,
      kind: 'new_device',
      dueAt: new Date(context.now.getTime() + OUTBOX_LEASE_SECONDS * 1000),
      expiresAt: Prisma.sql`${expiresAt.toISOString()}::timestamptz`,
    },
    context,
    Prisma.sql`proven WHERE EXISTS (
      SELECT 1 FROM account
      WHERE logins_count > 1 AND created_at < ${accountMadeBefore.toISOString()}::timestamptz)`,
  )} RETURNING (SELECT recipient FROM proven) AS recipient`;
}

/** An outbox row for each row of `from`, which has the columns of a challenge. */
export function insertMessage(
  message: {
    messageId: string;
    kind: MessageKind;
    applicationName: string;
    dueAt: Date;
    expiresAt: Prisma.Sql;
    logged: LoggedSubject;
  },
  { userAgent, language, now }: RequestContext,
  from: Prisma.Sql,
): Prisma.Sql {
  const { messageId, kind, applicationName, dueAt, expiresAt, logged } = message;
  const context = JSON.stringify({ applicationName, userAgent: userAgent?.slice(0, 512) ?? null });
  return Prisma.sql`
    INSERT INTO messages (id, challenge_id, kind, generation, channel, client_id, connection, masked_identifier,
      identifier_hash, language, context, status, due_at, expires_at, created_at)
    SELECT ${messageId}::text, id, ${kind}::text, generation, provider, client_id, connection,
      ${logged.maskedIdentifier}::text, ${logged.identifierHash}::text, ${language}::text, ${context}::jsonb, 'queued',
      ${dueAt.toISOString()}::timestamptz, ${expiresAt}, ${now.toISOString()}::timestamptz
    FROM ${from}`;
}

/**
 * Sessions that a proof ends: the one that this browser holds, if it does not go on with it, and those of strangers. The CTEs
 * `account`, `continued` and `first_proof` hold who, what, and whose.
 */
function endedByProof(keyedHash: KeyedHash, replaced: string | null): Prisma.Sql {
  const strangers = Prisma.sql`SELECT s.id FROM sessions s JOIN first_proof USING (account_id)`;
  const hashes = replaced === null ? null : keyedHash.hashes('session', replaced);
  const mine =
    hashes === null
      ? Prisma.empty
      : Prisma.sql`UNION ALL SELECT s.id FROM sessions s
          WHERE s.secret_hash = ANY(${hashes}::text[]) AND EXISTS (SELECT 1 FROM account)`;
  return Prisma.sql`id IN (${strangers} ${mine}) AND id IS DISTINCT FROM (SELECT id FROM continued)`;
}

/**
 * The session that this browser holds, if it lives and is the same person's: with the proof it goes on, so that every
 * client in it keeps its `sid`. OWASP ASVS 7.2.4 asks for another value in the cookie, not for another session.
 */
function findContinued(
  keyedHash: KeyedHash,
  { mine, replaced, now }: { mine: Prisma.Sql; replaced: string | null; now: Prisma.Sql },
): Prisma.Sql {
  if (replaced === null) return NO_SESSION;
  return Prisma.sql`
    SELECT s.id, s.account_id FROM sessions s JOIN identities i ON i.account_id = s.account_id
    WHERE s.secret_hash = ANY(${keyedHash.hashes('session', replaced)}::text[]) AND s.ended_at IS NULL
      AND s.expires_at > ${now} AND s.idle_expires_at > ${now}
      AND (i.provider, i.identifier) IN (SELECT provider, identifier FROM challenges WHERE ${mine})`;
}

/** Who takes part in a session from its first moment on. */
function clientsOf({ authorizationCode, tokenFamily }: ChallengeAnswer): Prisma.Sql {
  const client = authorizationCode ?? tokenFamily;
  return Prisma.sql`${client === null ? [] : [client.clientId]}::text[]`;
}

/** Why a challenge that was not touched cannot be answered. Null: it can, but for a limit or another who was quicker. */
export async function findOver(
  prisma: PrismaClient,
  { challengeId, interactionId }: { challengeId: string; interactionId: string | null },
  now: Date,
): Promise<Over | null> {
  const held = await prisma.challenge.findFirst({
    where: { id: challengeId, changesUserId: null, ...(interactionId !== null && { interactionId }) },
    select: { attempts: true, maxAttempts: true, provenAt: true, cancelledAt: true, expiresAt: true },
  });
  if (held?.cancelledAt) return { kind: 'cancelled' };
  if (held === null || held.provenAt !== null || held.expiresAt <= now) return { kind: 'ended' };
  return held.attempts >= held.maxAttempts ? { kind: 'exhausted' } : null;
}

function startedFrom(row: StartRow | undefined, limits: Parameters<ChallengeStore['start']>[1]): Started {
  const limit = fullLimit(limits, row);
  return limit ? { kind: 'limited', limit } : { kind: 'started', recipient: row?.recipient ?? null };
}

async function resentFrom(
  row: ResendRow | undefined,
  { limits, context }: Parameters<ChallengeStore['resend']>[0],
  findOver: () => Promise<Over | null>,
): Promise<Resent> {
  if (row?.generation != null && row.codeExpiresAt !== null && row.sends !== null) {
    const { generation, codeExpiresAt, sends, recipient } = row;
    return { kind: 'resent', generation, codeExpiresAt, sends, recipient };
  }
  if (row?.heldUntil == null) return (await findOver()) ?? { kind: 'ended' };
  if (row.heldUntil > context.now) return { kind: 'wait', until: row.heldUntil };
  const limit = row.spent.length === 0 ? null : fullLimit(limits, row);
  // Another press was quicker by a moment: its message is on the way.
  return limit ? { kind: 'limited', limit } : { kind: 'wait', until: context.now };
}

async function answeredFrom(
  row: AnswerRow | undefined,
  { limits }: ChallengeAnswer,
  findOver: () => Promise<Over | null>,
): Promise<Answered> {
  if (row?.accountId != null) {
    const { accountId, sessionId, noticeSentTo } = row;
    return { kind: 'proven', accountId, sessionId, firstLogin: row.firstLogin === true, noticeSentTo };
  }
  if (row?.provenAccountId != null) return { kind: 'blocked' };
  if (row?.triesLeft != null) {
    return row.wasRight && row.triesLeft > 0
      ? { kind: 'expired' }
      : { kind: 'wrong', triesLeft: row.triesLeft };
  }
  // Nothing was compared. Why is worth another statement: it is not on the way of anyone who signs in.
  const over = await findOver();
  if (over !== null) return over;
  const limit = fullLimit(limits, row);
  return limit ? { kind: 'limited', limit } : { kind: 'ended' };
}

function finishedFrom(row: FinishRow | undefined): Finished {
  if (row?.accountId != null) return { kind: 'finished', accountId: row.accountId };
  if (row?.askedSessionId != null) return { kind: 'consent_required', sessionId: row.askedSessionId };
  if (row?.isOpen) return { kind: 'not_proven' };
  return { kind: row?.cancelledAt ? 'cancelled' : 'ended' };
}

export function foundFrom(held: Challenge): FoundChallenge {
  const { interactionId, clientId, connection, identifier, pepperId, codeLength, generation } = held;
  return {
    interactionId,
    clientId,
    connection,
    channel: held.provider as Channel,
    identifier,
    pepperId,
    codeLength,
    generation,
    codeExpiresAt: held.codeExpiresAt,
    previousCodeExpiresAt: held.previousCodeExpiresAt,
    createdAt: held.createdAt,
    userAgent: held.userAgent,
    state: stateOf(held),
    isReturned: held.returnedAt !== null,
    sessionId: held.sessionId,
  };
}

function stateOf(held: Challenge): FoundChallenge['state'] {
  if (held.provenAt !== null) return 'proven';
  if (held.cancelledAt !== null) return 'cancelled';
  return held.answerable && held.attempts < held.maxAttempts ? 'open' : 'ended';
}
