// Accounts in PostgreSQL, as operators see them: found, searched, added, changed, removed. The promises are those of
// lib/login/account-register.ts; what a search asks becomes SQL in account-search.ts.

import {
  type AccountCondition,
  type AccountOrder,
  type AccountSearch,
  OLDEST_FIRST,
  SearchTooSlow,
} from '@/lib/login/account-query';
import {
  type Account,
  type AccountChange,
  type AccountIdentity,
  type AccountRegister,
  type AccountRemoval,
  METADATA_MAX_BYTES,
  type Metadata,
  type Profile,
} from '@/lib/login/account-register';
import type { Channel } from '@/lib/login/identifier';
import { Prisma, type PrismaClient } from '@/prisma/generated/client';
import { accountIdOf, isOfGone, removeTraces } from './account-endings';
import { lockMembership } from './account-locks';
import { alternatives, candidates, sortColumn, sortedBy, whole } from './account-search';
import { isStatementTimeout, isUniqueViolation, PLANNED_ANEW } from './database';
import { insertLogEvent } from './log-events';
import { endSessions } from './session-endings';
import { revokeTokens } from './token-endings';

/** Accounts that a text finds are fetched and sorted up to so many; of more than that the list is walked for a page of them. */
const FEW = 10_000;

export function createAccountRegister(prisma: PrismaClient, few = FEW): AccountRegister {
  async function read(which: Prisma.Sql): Promise<Account | null> {
    const [row] = await prisma.$queryRaw<
      AccountRow[]
    >`SELECT ${accountColumns} FROM accounts a WHERE ${which}`;
    return row === undefined ? null : accountFrom(row);
  }
  const find = (id: string) => read(Prisma.sql`a.id = ${id}::text`);

  return {
    find,

    findByIdentifier: ({ channel, canonical }) =>
      read(Prisma.sql`a.id = (SELECT account_id FROM identities
        WHERE provider = ${channel}::text AND identifier = ${canonical}::text)`),

    async search(search) {
      const rows = await inTime(prisma.$queryRaw<AccountRow[]>(searchStatement(search, few)));
      return rows.map(accountFrom);
    },

    async count({ condition, exactUpTo }) {
      const [row] = await inTime(
        prisma.$queryRaw<{ count: number }[]>(countStatement(condition, exactUpTo + 1, few)),
      );
      const count = row?.count ?? 0;
      if (count <= exactUpTo) return count;
      return condition === null ? Math.max(exactUpTo, await estimateAccounts(prisma)) : exactUpTo;
    },

    async add({ identity, userMetadata, appMetadata, isBlocked, ...profile }, now) {
      const { provider, userId, identifier, typedForm, isVerified } = identity;
      const at = Prisma.sql`${now.toISOString()}::timestamptz`;
      const id = `${provider}|${userId}`;
      const write = prisma.$queryRaw<{ added: boolean; taken: boolean }[]>`
        WITH identity AS (
          INSERT INTO identities (provider, user_id, account_id, identifier, typed_form, verified_at, created_at)
          VALUES (${provider}::text, ${userId}::text, ${id}::text, ${identifier}::text, ${typedForm}::text,
            ${isVerified ? at : null}::timestamptz, ${at})
          ON CONFLICT DO NOTHING
          RETURNING account_id
        ),
        account AS (
          INSERT INTO accounts (id, name, nickname, given_name, family_name, picture, user_metadata, app_metadata,
            blocked_at, created_at, updated_at)
          SELECT account_id, ${profile.name}::text, ${profile.nickname}::text, ${profile.givenName}::text,
            ${profile.familyName}::text, ${profile.picture}::text, ${JSON.stringify(userMetadata)}::jsonb,
            ${JSON.stringify(appMetadata)}::jsonb, ${isBlocked ? at : null}::timestamptz, ${at}, ${at}
          FROM identity
          RETURNING id
        )
        SELECT EXISTS (SELECT 1 FROM account) AS added, EXISTS (
          SELECT 1 FROM identities WHERE provider = ${provider}::text AND identifier = ${identifier}::text) AS taken`;
      // An account of that id whose identity is gone: whatever was written is taken back.
      const row = await write.catch(unlessTaken);
      if (row === null) return { kind: 'id_taken' };
      const [{ added = false, taken = false } = {}] = row;
      const account = added ? await find(id) : null;
      if (account !== null) return { kind: 'added', account };
      // A racer's row shows only after this statement began: then the id, which is drawn, is not what was taken.
      return {
        kind: taken || (await isHeld(prisma, { provider, identifier })) ? 'identifier_taken' : 'id_taken',
      };
    },

    async change(id, change, now) {
      const write = prisma.$transaction([
        prisma.$queryRaw<ChangeRow[]>(changeStatement(id, change, now)),
        ...(change.isBlocked ? endEverything(prisma, id, now) : []),
      ]);
      const written = await write.catch(unlessTaken);
      if (written === null) return { kind: 'identifier_taken' };
      const [[row]] = written;
      if (row === undefined) return { kind: 'not_found' };
      if (row.isTooLarge) return { kind: 'metadata_too_large' };
      if (!row.isWhole) return { kind: 'no_identity' };
      const account = await find(id);
      return account === null ? { kind: 'not_found' } : { kind: 'changed', account };
    },

    async remove(removal) {
      const [, removed, left] = await prisma.$transaction([
        lockMembership(prisma, [removal.id]),
        prisma.$executeRaw(removeStatement(removal)),
        prisma.account.count({ where: { id: removal.id } }),
        ...forget(prisma, removal),
      ]);
      if (removed === 1) return 'removed';
      return left === 1 ? 'outdated' : 'not_found';
    },
  };
}

/** A plan for any value would not know how many there are of each. */
const ANEW = Prisma.raw(PLANNED_ANEW);

// ---- Reading --------------------------------------------------------------------------------------------------------

type AccountRow = Omit<Account, 'identities'> & {
  identities: (Omit<AccountIdentity, 'verifiedAt' | 'createdAt'> & {
    verifiedAt: string | null;
    createdAt: string;
  })[];
};

/** Columns of a row that holds `accounts AS a`: all there is of it, with its identities, in the order in which it came by them. */
const accountColumns = Prisma.sql`a.id, a.name, a.nickname, a.given_name AS "givenName", a.family_name AS "familyName",
  a.picture, a.user_metadata AS "userMetadata", a.app_metadata AS "appMetadata", a.blocked_at AS "blockedAt",
  a.last_login_at AS "lastLoginAt", a.last_ip AS "lastIp", a.logins_count AS "loginsCount", a.created_at AS "createdAt",
  a.updated_at AS "updatedAt", COALESCE((
    SELECT jsonb_agg(jsonb_build_object('provider', i.provider, 'userId', i.user_id, 'identifier', i.identifier,
      'typedForm', i.typed_form, 'verifiedAt', i.verified_at, 'profile', i.profile, 'createdAt', i.created_at)
      ORDER BY i.linked_at NULLS FIRST, i.created_at, i.user_id)
    FROM identities i WHERE i.account_id = a.id), '[]') AS identities`;

function accountFrom({ identities, ...row }: AccountRow): Account {
  return {
    ...row,
    identities: identities.map((identity) => ({
      ...identity,
      verifiedAt: identity.verifiedAt === null ? null : new Date(identity.verifiedAt),
      createdAt: new Date(identity.createdAt),
    })),
  };
}

function searchStatement({ condition, range }: AccountSearch, few: number): Prisma.Sql {
  const order: AccountOrder =
    range.kind === 'page' ? range.order : { ...OLDEST_FIRST, descending: range.descending };
  const key = sortColumn(order);
  const offset = range.kind === 'page' ? range.offset : 0;
  const beyond = range.kind === 'after' ? isBeyond(range) : Prisma.sql`true`;
  const { tables, parts } = partsOf(condition, {
    few,
    columns: Prisma.sql`a.id, ${key} AS key`,
    beyond,
    rest: Prisma.sql`ORDER BY ${sortedBy(order, { column: key, id: Prisma.sql`a.id` })} LIMIT ${offset + range.limit}::int`,
  });
  const sorted = sortedBy(order, { column: Prisma.sql`found.key`, id: Prisma.sql`found.id` });
  return Prisma.sql`${ANEW}
    WITH ${tables} found AS (
      SELECT * FROM (${parts}) AS found
      ORDER BY ${sorted} LIMIT ${range.limit}::int OFFSET ${offset}::int
    )
    SELECT ${accountColumns} FROM found JOIN accounts a ON a.id = found.id ORDER BY ${sorted}`;
}

/** How many there are, as far as the limit. */
function countStatement(condition: AccountCondition | null, limit: number, few: number): Prisma.Sql {
  const atMost = Prisma.sql`LIMIT ${limit}::int`;
  // Accounts lie in the order of their time: looked for from the first on, those of a late month are a long way off.
  const ordered = isOfATime(condition) ? Prisma.sql`ORDER BY a.created_at` : Prisma.empty;
  const { tables, parts } = partsOf(condition, {
    few,
    columns: Prisma.sql`a.id`,
    beyond: Prisma.sql`true`,
    rest: Prisma.sql`${ordered} ${atMost}`,
  });
  return Prisma.sql`${ANEW}
    WITH ${tables} found AS (SELECT 1 FROM (${parts}) AS found ${atMost})
    SELECT count(*)::int AS count FROM found`;
}

function isOfATime(condition: AccountCondition | null): boolean {
  if (condition?.kind === 'and') return condition.parts.some(isOfATime);
  return condition?.kind === 'instant' && condition.field === 'created_at';
}

/**
 * Whoever fulfils a condition, as SELECTs of the columns put together: all of the few that its texts leave, or else the first of
 * each of its alternatives. Of a table that is fetched whole the planner does not think that it will end early.
 */
function partsOf(
  condition: AccountCondition | null,
  sought: { few: number; columns: Prisma.Sql; beyond: Prisma.Sql; rest: Prisma.Sql },
): { tables: Prisma.Sql; parts: Prisma.Sql } {
  const { columns, beyond, rest } = sought;
  const narrowed = condition && candidates(condition, sought);
  const isWalked = narrowed?.areMany ?? Prisma.sql`true`;
  const walked = alternatives(condition).map(
    (alternative) =>
      Prisma.sql`(SELECT ${columns} FROM accounts a WHERE ${isWalked} AND ${alternative} AND ${beyond} ${rest})`,
  );
  if (condition === null || narrowed === null)
    return { tables: Prisma.empty, parts: Prisma.join(walked, ' UNION ') };
  const fetched = Prisma.sql`few AS MATERIALIZED (SELECT ${columns} FROM accounts a
    WHERE NOT ${narrowed.areMany} AND a.id IN (${narrowed.ids}) AND ${whole(condition)} AND ${beyond})`;
  return {
    tables: Prisma.sql`${Prisma.join([...narrowed.tables, fetched], ', ')}, `,
    parts: Prisma.join([Prisma.sql`SELECT * FROM few`, ...walked], ' UNION '),
  };
}

function isBeyond({ place, descending }: Extract<AccountSearch['range'], { kind: 'after' }>): Prisma.Sql {
  if (place === null) return Prisma.sql`true`;
  const at = Prisma.sql`(${place.createdAt.toISOString()}::timestamptz, ${place.id}::text)`;
  return descending ? Prisma.sql`(a.created_at, a.id) < ${at}` : Prisma.sql`(a.created_at, a.id) > ${at}`;
}

/** What the planner believes, which knows how many rows a page of the table had when it was last looked at. */
async function estimateAccounts(prisma: PrismaClient): Promise<number> {
  const [row] = await prisma.$queryRaw<{ 'QUERY PLAN': [{ Plan: { 'Plan Rows': number } }] }[]>`
    EXPLAIN (FORMAT JSON) SELECT 1 FROM accounts`;
  return row?.['QUERY PLAN'][0].Plan['Plan Rows'] ?? 0;
}

async function isHeld(
  prisma: PrismaClient,
  provider_identifier: { provider: Channel; identifier: string },
): Promise<boolean> {
  return (await prisma.identity.findUnique({ where: { provider_identifier } })) !== null;
}

/** @throws {SearchTooSlow} in place of the error of a statement that took too long */
async function inTime<Rows>(asked: Promise<Rows>): Promise<Rows> {
  return asked.catch((error) => {
    throw isStatementTimeout(error)
      ? new SearchTooSlow('The search took too long.', { cause: error })
      : error;
  });
}

/** Null where a row like that is there already; nothing was written then. */
function unlessTaken(error: unknown): null {
  if (isUniqueViolation(error)) return null;
  throw error;
}

// ---- Changing -------------------------------------------------------------------------------------------------------

type ChangeRow = {
  /** False where it would have replaced an identity that is not there. */
  isWhole: boolean;
  isTooLarge: boolean;
};

function changeStatement(accountId: string, change: AccountChange, at: Date): Prisma.Sql {
  const id = Prisma.sql`${accountId}::text`;
  const now = Prisma.sql`${at.toISOString()}::timestamptz`;
  const { identifier, isVerified = {}, isBlocked } = change;
  const verified = (Object.keys(isVerified) as Channel[]).filter(
    (provider) => provider !== identifier?.provider,
  );
  const wanted = [...verified, ...(identifier === undefined ? [] : [identifier.provider])];
  const effects = [
    ...(identifier === undefined ? [] : replaceIdentifier(identifier, now)),
    ...verified.map((provider) =>
      verifyIdentity({ provider, isVerified: isVerified[provider] === true }, now),
    ),
    ...(isBlocked ? [stopAsked(now)] : []),
  ];
  return Prisma.sql`
    WITH ${takeInOrder(id)},
    foremost AS (
      SELECT DISTINCT ON (provider) * FROM held ORDER BY provider, linked_at NULLS FIRST, created_at, user_id
    ),
    before AS (SELECT blocked_at, ${isTooLarge(change)} AS too_large FROM accounts WHERE id = ${id}),
    whole AS (SELECT 1 FROM before WHERE NOT too_large AND ${wanted}::text[] <@ ARRAY(SELECT provider FROM foremost)),
    account AS (
      UPDATE accounts SET ${Prisma.join(accountSettings(change, now))}
      WHERE id = ${id} AND EXISTS (SELECT 1 FROM whole) RETURNING id
    )
    ${effects.length === 0 ? Prisma.empty : Prisma.sql`, ${Prisma.join(effects)}`}
    SELECT EXISTS (SELECT 1 FROM whole) AS "isWhole", too_large AS "isTooLarge" FROM before`;
}

/**
 * The CTEs `asked`, what is asked of the account's identifiers, and `held`, its identities: taken in the order in which an
 * answer takes its rows, so that the two wait for each other and do not dead-lock.
 */
function takeInOrder(id: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`
    asked AS (
      SELECT id, provider, identifier, changes_user_id FROM challenges WHERE id IN (
        SELECT c.id FROM challenges c JOIN identities i USING (provider, identifier) WHERE i.account_id = ${id}
        UNION ALL
        SELECT c.id FROM challenges c JOIN identities i ON i.provider = c.provider AND i.user_id = c.changes_user_id
        WHERE i.account_id = ${id})
      ORDER BY id FOR UPDATE
    ),
    held AS (
      SELECT provider, user_id, identifier, created_at, linked_at FROM identities
      WHERE account_id = ${id} AND (SELECT count(*) FROM asked) >= 0
      ORDER BY provider, user_id FOR UPDATE
    )`;
}

const PROFILE_COLUMNS: Record<keyof Profile, Prisma.Sql> = {
  name: Prisma.sql`name`,
  nickname: Prisma.sql`nickname`,
  givenName: Prisma.sql`given_name`,
  familyName: Prisma.sql`family_name`,
  picture: Prisma.sql`picture`,
};

function accountSettings(change: AccountChange, now: Prisma.Sql): Prisma.Sql[] {
  const { profile = {}, userMetadata, appMetadata, isBlocked } = change;
  const named = (Object.keys(profile) as (keyof Profile)[]).map(
    (field) => Prisma.sql`${PROFILE_COLUMNS[field]} = ${profile[field] ?? null}::text`,
  );
  return [
    Prisma.sql`updated_at = ${now}`,
    ...named,
    ...(userMetadata ? [Prisma.sql`user_metadata = ${merged(Prisma.sql`user_metadata`, userMetadata)}`] : []),
    ...(appMetadata ? [Prisma.sql`app_metadata = ${merged(Prisma.sql`app_metadata`, appMetadata)}`] : []),
    ...(isBlocked === undefined
      ? []
      : [
          Prisma.sql`blocked_at = ${isBlocked ? Prisma.sql`COALESCE(blocked_at, ${now})` : Prisma.sql`NULL`}`,
        ]),
  ];
}

/** PostgreSQL writes a blank behind every colon and comma: a third more at most. */
const WRITTEN_MAX_BYTES = Math.ceil(METADATA_MAX_BYTES * 1.34);

function isTooLarge({ userMetadata, appMetadata }: AccountChange): Prisma.Sql {
  const lengths = [
    ...(userMetadata ? [merged(Prisma.sql`user_metadata`, userMetadata)] : []),
    ...(appMetadata ? [merged(Prisma.sql`app_metadata`, appMetadata)] : []),
  ].map((object) => Prisma.sql`octet_length((${object})::text) > ${WRITTEN_MAX_BYTES}::int`);
  return lengths.length === 0 ? Prisma.sql`false` : Prisma.join(lengths, ' OR ');
}

function merged(column: Prisma.Sql, change: Metadata): Prisma.Sql {
  const entries = Object.entries(change);
  if (entries.length === 0) return Prisma.sql`'{}'::jsonb`;
  const removed = entries.flatMap(([key, value]) => (value === null ? [key] : []));
  return Prisma.sql`(${column} || ${JSON.stringify(change)}::jsonb) - ${removed}::text[]`;
}

/** The new identifier in place of the old one, with which everything dies that was on its way there (MAG-10). */
function replaceIdentifier(
  { provider, identifier, typedForm, isVerified }: NonNullable<AccountChange['identifier']>,
  now: Prisma.Sql,
): Prisma.Sql[] {
  const replaced = Prisma.sql`foremost.provider = ${provider}::text AND EXISTS (SELECT 1 FROM account)`;
  return [
    Prisma.sql`
      replaced AS (
        UPDATE identities i SET identifier = ${identifier}::text, typed_form = ${typedForm}::text,
          verified_at = ${isVerified ? now : Prisma.sql`NULL`}
        FROM foremost WHERE ${replaced} AND i.provider = foremost.provider AND i.user_id = foremost.user_id
      )`,
    Prisma.sql`
      stopped AS (
        UPDATE challenges c SET cancelled_at = ${now}
        FROM asked JOIN foremost ON asked.provider = foremost.provider
          AND (asked.identifier = foremost.identifier OR asked.changes_user_id = foremost.user_id)
        WHERE ${replaced} AND foremost.identifier <> ${identifier}::text AND c.id = asked.id
          AND c.proven_at IS NULL AND c.cancelled_at IS NULL
      )`,
  ];
}

function verifyIdentity(
  { provider, isVerified }: { provider: Channel; isVerified: boolean },
  now: Prisma.Sql,
): Prisma.Sql {
  const verifiedAt = isVerified ? Prisma.sql`COALESCE(i.verified_at, ${now})` : Prisma.sql`NULL`;
  return Prisma.sql`
    ${Prisma.raw(`verified_${provider}`)} AS (
      UPDATE identities i SET verified_at = ${verifiedAt}
      FROM foremost WHERE foremost.provider = ${provider}::text AND EXISTS (SELECT 1 FROM account)
        AND i.provider = foremost.provider AND i.user_id = foremost.user_id
    )`;
}

/** Codes and links on their way, when the account is closed. */
function stopAsked(now: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`
    challenges_ended AS (
      UPDATE challenges c SET cancelled_at = ${now} FROM asked
      WHERE c.id = asked.id AND c.proven_at IS NULL AND c.cancelled_at IS NULL AND EXISTS (SELECT 1 FROM account)
    )`;
}

/**
 * Sessions, codes and tokens of an account that the statement before took and closed: whoever signed in or redeemed a code
 * at that moment is done, and what they were given is seen here.
 */
function endEverything(prisma: PrismaClient, id: string, at: Date) {
  const now = Prisma.sql`${at.toISOString()}::timestamptz`;
  const closed = Prisma.sql`account_id = (SELECT id FROM accounts WHERE id = ${id}::text AND blocked_at IS NOT NULL)`;
  return [
    prisma.$executeRaw`
      WITH ${endSessions(closed, { initiator: 'account-deactivated', now })} SELECT 1 FROM ended`,
    ...revokeTokens(prisma, closed, { ip: null, userAgent: null, now: at }),
  ];
}

// ---- Removing -------------------------------------------------------------------------------------------------------

/** The account, its identities and what is asked of them. */
function removeStatement(removal: AccountRemoval): Prisma.Sql {
  const { origin, pseudonym } = removal;
  const id = Prisma.sql`${removal.id}::text`;
  const read = removal.identities.map(({ provider, identifier }) => `${provider}:${identifier}`);
  const held = Prisma.sql`ARRAY(SELECT provider || ':' || identifier FROM held)`;
  return Prisma.sql`
    WITH ${takeInOrder(id)},
    account AS (
      DELETE FROM accounts WHERE id = ${id} AND ${held} <@ ${read}::text[] AND ${held} @> ${read}::text[]
      RETURNING id
    ),
    message AS (
      DELETE FROM messages WHERE EXISTS (SELECT 1 FROM account)
        AND (identifier_hash = ANY(${[...removal.identifierHashes]}::text[]) OR challenge_id IN (SELECT id FROM asked))
    ),
    question AS (DELETE FROM challenges WHERE EXISTS (SELECT 1 FROM account) AND id IN (SELECT id FROM asked))
    ${insertLogEvent(origin, {
      from: Prisma.sql`account`,
      type: Prisma.sql`'sdu'`,
      clientId: Prisma.sql`${origin.clientId}::text`,
      accountId: Prisma.sql`${pseudonym}::text`,
      description: Prisma.sql`'User deleted.'`,
    })}`;
}

/**
 * What tells of an account that the statement before took away, in every other table that knows accounts, and of those whose
 * identities it had taken in. Nothing where the account is still there.
 */
function forget(
  prisma: PrismaClient,
  { id, identities, identifierHashes, pseudonym, origin }: AccountRemoval,
) {
  const ids = [...new Set([id, ...identities.map(accountIdOf)])];
  const mine = Prisma.sql`(${isOfGone(ids)})`;
  const gone = Prisma.sql`NOT EXISTS (SELECT 1 FROM accounts WHERE id = ${id}::text)`;
  const hashes = Prisma.sql`${[...identifierHashes]}::text[]`;
  const subject = Prisma.sql`(details #>> '{request,params,id}')`;
  const isSubject = Prisma.sql`COALESCE(${subject} = ANY(${ids}::text[]), false)`;
  return [
    ...removeTraces(prisma, { accountIds: ids, now: origin.now }),
    prisma.$executeRaw`
      UPDATE log_events SET masked_identifier = NULL, identifier_hash = NULL, ip = NULL, user_agent = NULL,
        account_id = CASE WHEN ${mine} OR (account_id IS NULL AND identifier_hash = ANY(${hashes}))
          THEN ${pseudonym}::text ELSE account_id END,
        -- Whatever else the path named: an identity, a session.
        details = CASE WHEN ${isSubject}
          THEN jsonb_set(details, '{request,params}', jsonb_build_object('id', ${pseudonym}::text)) ELSE details END
      WHERE ${gone} AND (${mine} OR identifier_hash = ANY(${hashes}) OR ${isSubject})`,
  ];
}
