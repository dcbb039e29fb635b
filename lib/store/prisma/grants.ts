// Grants: what people allowed clients. Written where they answer, looked at wherever something is issued under one, removed
// where it is withdrawn. The promises are those of lib/login/consent.ts and lib/oidc/consent.ts.
import type { ConsentQuestion, ConsentStore, HeldSession } from '@/lib/login/consent';
import type { KeyedHash } from '@/lib/login/keyed-hash';
import type { Grant, GrantStore, NeededConsent } from '@/lib/oidc/consent';
import { Prisma, type PrismaClient } from '@/prisma/generated/client';
import { holdSession, insertAuthorizationCode, insertTokenFamily, joinSession } from './authorizations';
import { insertLogEvent } from './log-events';
import { type SubjectRow, subjectColumns, subjectFrom, subjectJoins } from './subject';

export function createGrantStore(prisma: PrismaClient, keyedHash: KeyedHash): ConsentStore & GrantStore {
  /** The session that was asked, while it lives and this browser holds it. */
  function signedIn({ id, secret }: HeldSession, now: Prisma.Sql): Prisma.Sql {
    return Prisma.sql`
      sessions s JOIN accounts a ON a.id = s.account_id AND s.id = ${id}::text
        AND s.secret_hash = ANY(${keyedHash.hashes('session', secret)}::text[]) AND s.ended_at IS NULL
        AND s.expires_at > ${now} AND s.idle_expires_at > ${now} AND a.blocked_at IS NULL`;
  }

  return {
    async findAsked({ session, consent, now: at }) {
      const now = Prisma.sql`${at.toISOString()}::timestamptz`;
      const [row] = await prisma.$queryRaw<(SubjectRow & { allowed: string[] | null })[]>`
        SELECT g.scopes AS allowed, ${subjectColumns}
        FROM ${signedIn(session, now)} ${subjectJoins} LEFT JOIN grants g ON ${isGrantOf(consent)}`;
      return row === undefined ? null : { subject: subjectFrom(row), allowed: row.allowed ?? [] };
    },

    async allow({ question, session, origin, consent, newGrantId, authorization }) {
      const now = Prisma.sql`${origin.now.toISOString()}::timestamptz`;
      const { clientId, audience, scopes } = consent;
      const [row] = await prisma.$queryRaw<AnsweredRow[]>`
        WITH signed_in AS (
          SELECT s.id, s.account_id, s.authenticated_at, c.client_id
          FROM ${signedIn(session, now)} JOIN clients c ON c.client_id = ${clientId}::text
          WHERE ${audience}::text IS NULL
            OR EXISTS (SELECT 1 FROM resource_servers api WHERE api.identifier = ${audience}::text)
        ),
        answered AS (${answerOnce(question, now)}),
        -- The account before its session, as where it is removed (account-endings.ts).
        told AS (
          SELECT signed_in.* FROM signed_in JOIN accounts a ON a.id = account_id, answered FOR KEY SHARE OF a
        ),
        let_in AS (${holdSession(Prisma.sql`told`)}),
        granted AS (
          INSERT INTO grants AS held (id, account_id, client_id, audience, scopes, created_at, updated_at)
          SELECT ${newGrantId}::text, account_id, client_id, ${audience}::text, ${[...scopes]}::text[], ${now}, ${now}
          FROM let_in
          ON CONFLICT (account_id, client_id, COALESCE(audience, '')) DO UPDATE SET updated_at = ${now}, scopes = held.scopes ||
            ARRAY(SELECT added FROM unnest(excluded.scopes) AS added WHERE added <> ALL(held.scopes))
          RETURNING id
        ),
        permitted AS (SELECT let_in.*, granted.id AS grant_id FROM let_in, granted),
        joined AS (${joinSession(authorization, Prisma.sql`permitted`)}),
        code AS (
          ${insertAuthorizationCode(keyedHash, authorization.authorizationCode, { from: Prisma.sql`permitted`, now })}
        ),
        family AS (
          ${insertTokenFamily(authorization.tokenFamily, { from: Prisma.sql`permitted`, now, seenFrom: origin })}
        ),
        event AS (
          ${insertLogEvent(origin, {
            from: Prisma.sql`permitted`,
            type: Prisma.sql`'consent_given'`,
            clientId: Prisma.sql`client_id`,
            accountId: Prisma.sql`account_id`,
            description: Prisma.sql`'Allowed the client what it asked for.'`,
          })}
        )
        SELECT EXISTS (SELECT 1 FROM let_in) OR EXISTS (SELECT 1 FROM signed_in WHERE NOT EXISTS (SELECT 1 FROM answered))
            AS "isAlive",
          EXISTS (SELECT 1 FROM answered) AS "isFirst"`;
      return answeredFrom(row);
    },

    async decline({ question, session, origin, consent }) {
      const now = Prisma.sql`${origin.now.toISOString()}::timestamptz`;
      const [row] = await prisma.$queryRaw<AnsweredRow[]>`
        WITH signed_in AS (SELECT s.id, s.account_id FROM ${signedIn(session, now)}),
        answered AS (${answerOnce(question, now)}),
        event AS (
          ${insertLogEvent(origin, {
            from: Prisma.sql`signed_in, answered`,
            type: Prisma.sql`'consent_declined'`,
            clientId: Prisma.sql`${consent.clientId}::text`,
            accountId: Prisma.sql`account_id`,
            description: Prisma.sql`'User did not authorize the request'`,
          })}
        )
        SELECT EXISTS (SELECT 1 FROM signed_in) AS "isAlive", EXISTS (SELECT 1 FROM answered) AS "isFirst"`;
      return answeredFrom(row);
    },

    async list({ accountId, clientId, audience }, { offset, limit }) {
      const where: Prisma.GrantWhereInput = {
        ...(accountId !== undefined && { accountId }),
        ...(clientId !== undefined && { clientId }),
        ...(audience !== undefined && { audience }),
      };
      const [rows, total] = await Promise.all([
        prisma.grant.findMany({
          where,
          orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
          skip: offset,
          take: limit,
        }),
        prisma.grant.count({ where }),
      ]);
      return { grants: rows.map(grantOf), total };
    },

    async withdraw(which, now) {
      const isWhich =
        'id' in which
          ? Prisma.sql`id = ${which.id}::text`
          : Prisma.sql`account_id = ${which.accountId}::text`;
      const [row] = await prisma.$queryRaw<[{ count: number }]>`
        WITH withdrawn AS (DELETE FROM grants WHERE ${isWhich} RETURNING account_id, client_id),
        event AS (
          ${insertLogEvent(
            { ip: null, userAgent: null, now },
            {
              // All of it is of one person.
              from: Prisma.sql`(SELECT account_id, array_agg(DISTINCT client_id) AS clients FROM withdrawn GROUP BY account_id) w`,
              type: Prisma.sql`'consent_withdrawn'`,
              clientId: Prisma.sql`CASE WHEN cardinality(clients) = 1 THEN clients[1] END`,
              accountId: Prisma.sql`account_id`,
              description: Prisma.sql`'What was allowed is not any more.'`,
            },
          )}
        )
        SELECT count(*)::int AS count FROM withdrawn`;
      return row.count;
    },
  };
}

/**
 * Those of the people of a CTE (with `account_id`) who allowed what is needed, with the `grant_id` under which they are
 * answered: null where nobody has to be asked.
 */
export function permittedOf(people: Prisma.Sql, consent: NeededConsent | null): Prisma.Sql {
  if (consent === null) return Prisma.sql`SELECT a.*, NULL::text AS grant_id FROM ${people} a`;
  return Prisma.sql`
    SELECT a.*, g.id AS grant_id FROM ${people} a JOIN grants g ON ${isGrantOf(consent, Prisma.sql`a.account_id`)}
    WHERE g.scopes @> ${[...consent.scopes]}::text[] AND NOT ${consent.asksAgain}::boolean`;
}

/** Whether what was issued under that grant still counts. @param grantId a column; null where it needed none */
export function isGranted(grantId: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`(${grantId} IS NULL OR EXISTS (SELECT 1 FROM grants g WHERE g.id = ${grantId}))`;
}

type AnsweredRow = { isAlive: boolean; isFirst: boolean };

function isGrantOf(
  { clientId, audience }: Pick<NeededConsent, 'clientId' | 'audience'>,
  accountId = Prisma.sql`a.id`,
): Prisma.Sql {
  // As the unique index has it.
  return Prisma.sql`g.account_id = ${accountId} AND g.client_id = ${clientId}::text
    AND COALESCE(g.audience, '') = COALESCE(${audience}::text, '')`;
}

/** One row for the first answer, where somebody is signed in (the CTE `signed_in`); none for any other. */
function answerOnce({ interactionId, challengeId, expiresAt }: ConsentQuestion, now: Prisma.Sql): Prisma.Sql {
  if (challengeId === null) {
    return Prisma.sql`
      INSERT INTO consent_answers (interaction_id, expires_at)
      SELECT ${interactionId}::text, ${expiresAt.toISOString()}::timestamptz FROM signed_in
      ON CONFLICT (interaction_id) DO NOTHING RETURNING 1 AS first`;
  }
  return Prisma.sql`
    UPDATE challenges SET returned_at = ${now} FROM signed_in
    WHERE challenges.id = ${challengeId}::text AND interaction_id = ${interactionId}::text
      AND session_id = signed_in.id AND returned_at IS NULL
    RETURNING 1 AS first`;
}

function answeredFrom(row: AnsweredRow | undefined) {
  if (!row?.isAlive) return { kind: 'ended' } as const;
  return { kind: row.isFirst ? 'answered' : 'answered_before' } as const;
}

function grantOf({ id, accountId, clientId, audience, scopes }: Grant): Grant {
  return { id, accountId, clientId, audience, scopes };
}
