// A question about accounts as SQL. Every value is a parameter; of the text only column names depend on the question, and
// those are ours. What is joined by "or" is asked apart, each part for as many as could be shown, and put together: so each
// part has the plan that suits it, whether it begins with an address, a name, or the order of the list.
import type {
  AccountCondition,
  AccountOrder,
  AccountTest,
  Bound,
  FlagField,
  InstantField,
  MetadataField,
  MetadataScalar,
  TextField,
  TextPattern,
} from '@/lib/login/account-query';
import type { Channel } from '@/lib/login/identifier';
import { Prisma } from '@/prisma/generated/client';
import { lowered, matches } from './text-pattern';

/** More are asked as one, which any condition can be; it may take longer. */
const PARTS_MAX = 16;

/** Conditions on `accounts AS a`; whoever fulfils one of them fulfils the whole. */
export function alternatives(condition: AccountCondition | null): Prisma.Sql[] {
  return condition === null ? [Prisma.sql`true`] : splitAlternatives(condition);
}

function splitAlternatives(condition: AccountCondition): Prisma.Sql[] {
  switch (condition.kind) {
    case 'or': {
      const parts = condition.parts.flatMap(splitAlternatives);
      return parts.length > PARTS_MAX ? [whole(condition)] : parts;
    }
    case 'and':
      return condition.parts.reduce<Prisma.Sql[]>(
        (before, part) => {
          const after = splitAlternatives(part);
          const isMany = before.length * after.length > PARTS_MAX;
          return before.flatMap((left) =>
            (isMany ? [whole(part)] : after).map((right) => Prisma.sql`${left} AND ${right}`),
          );
        },
        [Prisma.sql`true`],
      );
    case 'not':
      return [whole(condition)];
    default:
      return testParts(condition);
  }
}

/** The whole of a condition, true or false of every account. */
export function whole(condition: AccountCondition): Prisma.Sql {
  switch (condition.kind) {
    case 'and':
    case 'or':
      return Prisma.sql`(${Prisma.join(condition.parts.map(whole), condition.kind === 'and' ? ' AND ' : ' OR ')})`;
    case 'not':
      return Prisma.sql`(${whole(condition.part)}) IS NOT TRUE`;
    default:
      return Prisma.sql`(${Prisma.join(testParts(condition), ' OR ')})`;
  }
}

// ---- Tests ----------------------------------------------------------------------------------------------------------

function testParts(test: AccountTest): Prisma.Sql[] {
  switch (test.kind) {
    case 'text':
      return textParts(test.field, test.pattern);
    case 'anywhere':
      return anywhereParts(test.pattern);
    case 'flag':
      return [flagIs(test.field, test.value)];
    case 'instant':
      return [inRange(INSTANT_COLUMNS[test.field], test, instantValue)];
    case 'logins_count':
      return [inRange(Prisma.sql`a.logins_count`, test, (value) => Prisma.sql`${value}::int`)];
    case 'provider':
      return [holds(Prisma.sql`i.provider = ${test.provider}::text`)];
    case 'identity_user_id':
      return [holds(Prisma.sql`i.provider IN ('email', 'sms') AND i.user_id = ${test.userId}::text`)];
    case 'metadata':
      return [metadataHolds(test)];
    case 'exists':
      return [fieldExists(test.field)];
    case 'metadata_exists':
      return [Prisma.sql`${metadataColumn(test.field)} #> ${[...test.path]}::text[] IS NOT NULL`];
  }
}

/** Columns of their own; upper and lower case are the same. */
const NAME_COLUMNS = {
  name: Prisma.sql`lower(a.name)`,
  nickname: Prisma.sql`lower(a.nickname)`,
  given_name: Prisma.sql`lower(a.given_name)`,
  family_name: Prisma.sql`lower(a.family_name)`,
} as const;

function textParts(field: TextField, pattern: TextPattern): Prisma.Sql[] {
  switch (field) {
    case 'user_id':
      return [matches(Prisma.sql`a.id`, pattern)];
    case 'last_ip':
      return [matches(Prisma.sql`a.last_ip`, pattern)];
    case 'email':
      return [holdsLike('email', pattern)];
    case 'email_domain':
      return [holdsLike('email', domainPattern(pattern))];
    case 'phone_number':
      return [holdsLike('sms', pattern)];
    case 'given_name':
    case 'family_name':
      return [matches(NAME_COLUMNS[field], lowered(pattern))];
    case 'name':
      // What a person is called who has no name: by their address, or their number.
      return [
        matches(NAME_COLUMNS.name, lowered(pattern)),
        Prisma.sql`a.name IS NULL AND ${holds(matches(Prisma.sql`i.identifier`, lowered(pattern)))}`,
      ];
    case 'nickname':
      return [
        matches(NAME_COLUMNS.nickname, lowered(pattern)),
        Prisma.sql`a.nickname IS NULL AND ${holdsLike('email', localPart(pattern))}`,
      ];
  }
}

/** Of ids only whole ones: nothing finds a part of one quickly. */
function anywhereParts(pattern: TextPattern): Prisma.Sql[] {
  return [
    anyName(pattern),
    holds(matches(Prisma.sql`i.identifier`, lowered(pattern))),
    ...(pattern.length === 1 ? [matches(Prisma.sql`a.id`, pattern)] : []),
  ];
}

function anyName(pattern: TextPattern): Prisma.Sql {
  const names = Object.values(NAME_COLUMNS).map((column) => matches(column, lowered(pattern)));
  return Prisma.sql`(${Prisma.join(names, ' OR ')})`;
}

/** An address of which that is what comes after the at sign. */
function domainPattern([first, ...rest]: TextPattern): TextPattern {
  return ['', `@${first}`, ...rest];
}

/** An address of which that is what comes before the at sign. */
function localPart(pattern: TextPattern): TextPattern {
  const [first, ...rest] = [...pattern.slice(0, -1), `${pattern.at(-1)}@`, ''];
  return [first ?? '', ...rest];
}

/** An account holds an identity, `identities AS i`, of which that is true. */
function holds(condition: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`EXISTS (SELECT 1 FROM identities i WHERE i.account_id = a.id AND ${condition})`;
}

function holdsLike(provider: Channel, pattern: TextPattern): Prisma.Sql {
  return holds(identityLike(provider, pattern));
}

function identityLike(provider: Channel, pattern: TextPattern): Prisma.Sql {
  return Prisma.sql`i.provider = ${provider}::text AND ${matches(Prisma.sql`i.identifier`, lowered(pattern))}`;
}

function flagIs(field: FlagField, value: boolean): Prisma.Sql {
  if (field === 'blocked')
    return value ? Prisma.sql`a.blocked_at IS NOT NULL` : Prisma.sql`a.blocked_at IS NULL`;
  const provider = FLAG_PROVIDERS[field];
  return holds(
    value
      ? Prisma.sql`i.provider = ${provider}::text AND i.verified_at IS NOT NULL`
      : Prisma.sql`i.provider = ${provider}::text AND i.verified_at IS NULL`,
  );
}

const FLAG_PROVIDERS = { email_verified: 'email', phone_verified: 'sms' } as const satisfies Record<
  Exclude<FlagField, 'blocked'>,
  Channel
>;

const INSTANT_COLUMNS: Record<InstantField, Prisma.Sql> = {
  created_at: Prisma.sql`a.created_at`,
  updated_at: Prisma.sql`a.updated_at`,
  last_login: Prisma.sql`a.last_login_at`,
};

const instantValue = (value: Date) => Prisma.sql`${value.toISOString()}::timestamptz`;

function inRange<Value>(
  column: Prisma.Sql,
  { from, to }: Readonly<{ from: Bound<Value>; to: Bound<Value> }>,
  asSql: (value: Value) => Prisma.Sql,
): Prisma.Sql {
  const ends = [
    ...(from === null
      ? []
      : [Prisma.sql`${column} ${from.isInclusive ? AT_LEAST : ABOVE} ${asSql(from.value)}`]),
    ...(to === null ? [] : [Prisma.sql`${column} ${to.isInclusive ? AT_MOST : BELOW} ${asSql(to.value)}`]),
  ];
  return ends.length === 0 ? Prisma.sql`${column} IS NOT NULL` : Prisma.join(ends, ' AND ');
}

const [AT_LEAST, ABOVE, AT_MOST, BELOW] = [
  Prisma.raw('>='),
  Prisma.raw('>'),
  Prisma.raw('<='),
  Prisma.raw('<'),
] as const;

function metadataColumn(field: MetadataField): Prisma.Sql {
  return field === 'user_metadata' ? Prisma.sql`a.user_metadata` : Prisma.sql`a.app_metadata`;
}

/** By containment, which has an index: an object with that value, or with a list that has it, or in a list of such. */
function metadataHolds({ field, path, values }: Extract<AccountTest, { kind: 'metadata' }>): Prisma.Sql {
  const shapes = values.flatMap((value) => shapesOf(path, value));
  const column = metadataColumn(field);
  const parts = shapes.map((shape) => Prisma.sql`${column} @> ${JSON.stringify(shape)}::jsonb`);
  return Prisma.sql`(${Prisma.join(parts, ' OR ')})`;
}

function shapesOf([key, ...rest]: readonly string[], value: MetadataScalar): unknown[] {
  if (key === undefined) return [value, [value]];
  const below = shapesOf(rest, value);
  const within = rest.length === 0 ? below : below.flatMap((shape) => [shape, [shape]]);
  return within.map((shape) => ({ [key]: shape }));
}

function fieldExists(field: Extract<AccountTest, { kind: 'exists' }>['field']): Prisma.Sql {
  switch (field) {
    case 'email':
    case 'email_domain':
    case 'email_verified':
      return holds(Prisma.sql`i.provider = 'email'`);
    case 'phone_number':
    case 'phone_verified':
      return holds(Prisma.sql`i.provider = 'sms'`);
    case 'nickname':
      return Prisma.sql`(a.nickname IS NOT NULL OR ${holds(Prisma.sql`i.provider = 'email'`)})`;
    case 'given_name':
      return Prisma.sql`a.given_name IS NOT NULL`;
    case 'family_name':
      return Prisma.sql`a.family_name IS NOT NULL`;
    case 'last_ip':
      return Prisma.sql`a.last_ip IS NOT NULL`;
    case 'last_login':
      return Prisma.sql`a.last_login_at IS NOT NULL`;
    case 'blocked':
      return Prisma.sql`a.blocked_at IS NOT NULL`;
    case 'user_id':
    case 'name':
    case 'created_at':
    case 'updated_at':
    case 'logins_count':
      return Prisma.sql`true`;
  }
}

// ---- Candidates -----------------------------------------------------------------------------------------------------

/** Who of all could fulfil a condition, where a text narrows it down; two expressions that go with `tables`. */
export type Candidates = Readonly<{
  /** Named after `WITH`. Each is looked at as far as it is few. */
  tables: readonly Prisma.Sql[];
  /** `SELECT id …`: everybody who fulfils it is among them, unless there are many. */
  ids: Prisma.Sql;
  /** True where there are more than were looked at: then they are no narrower than all. */
  areMany: Prisma.Sql;
}>;

/**
 * The planner guesses how often a part of a word occurs, and where it guesses too many it walks the list of a million to find
 * them. What the indexes of texts find is therefore counted first, as far as it is few.
 *
 * @param options.few how many are fetched at most to be sorted: as quickly as a page of so many is found by walking the list
 * @returns null where no text narrows it down
 */
export function candidates(
  condition: AccountCondition,
  { few, tables = [] }: { few: number; tables?: Prisma.Sql[] },
): Candidates | null {
  switch (condition.kind) {
    case 'and': {
      const narrow = condition.parts.flatMap((part) => candidates(part, { few, tables }) ?? []);
      const ids = narrow.map(
        ({ ids, areMany }) => Prisma.sql`SELECT id FROM (${ids}) AS one WHERE NOT ${areMany}`,
      );
      if (narrow.length === 0) return null;
      return {
        tables,
        ids: united(ids),
        areMany: joined(
          narrow.map(({ areMany }) => areMany),
          ' AND ',
        ),
      };
    }
    case 'or': {
      const parts = condition.parts.map((part) => candidates(part, { few, tables }));
      const narrow = parts.flatMap((part) => part ?? []);
      if (narrow.length < parts.length) return null;
      return {
        tables,
        ids: united(narrow.map(({ ids }) => ids)),
        areMany: joined(
          narrow.map(({ areMany }) => areMany),
          ' OR ',
        ),
      };
    }
    case 'text':
    case 'anywhere': {
      const found =
        condition.kind === 'text'
          ? textLeads(condition.field, condition.pattern)
          : anywhereLeads(condition.pattern);
      if (found.length === 0) return null;
      const name = Prisma.raw(`candidates_${tables.length}`);
      tables.push(
        Prisma.sql`${name} AS MATERIALIZED (SELECT id FROM (${united(found)}) AS one LIMIT ${few + 1}::int)`,
      );
      return {
        tables,
        ids: Prisma.sql`SELECT id FROM ${name}`,
        areMany: Prisma.sql`((SELECT count(*) FROM ${name}) > ${few}::int)`,
      };
    }
    default:
      return null;
  }
}

const united = (selects: readonly Prisma.Sql[]) => Prisma.join([...selects], ' UNION ALL ');
const joined = (tests: readonly Prisma.Sql[], by: ' AND ' | ' OR ') =>
  Prisma.sql`(${Prisma.join([...tests], by)})`;

/** What an index of texts finds. */
function textLeads(field: TextField, pattern: TextPattern): Prisma.Sql[] {
  switch (field) {
    case 'user_id':
      return pattern.length === 1 ? [accountsOf(matches(Prisma.sql`a.id`, pattern))] : [];
    case 'last_ip':
      return [];
    case 'email':
      return [holdersOf(identityLike('email', pattern))];
    case 'email_domain':
      return [holdersOf(identityLike('email', domainPattern(pattern)))];
    case 'phone_number':
      return [holdersOf(identityLike('sms', pattern))];
    case 'given_name':
    case 'family_name':
      return [accountsOf(matches(NAME_COLUMNS[field], lowered(pattern)))];
    case 'name':
      return [
        accountsOf(matches(NAME_COLUMNS.name, lowered(pattern))),
        holdersOf(matches(Prisma.sql`i.identifier`, lowered(pattern))),
      ];
    case 'nickname':
      return [
        accountsOf(matches(NAME_COLUMNS.nickname, lowered(pattern))),
        holdersOf(identityLike('email', localPart(pattern))),
      ];
  }
}

function anywhereLeads(pattern: TextPattern): Prisma.Sql[] {
  return [
    accountsOf(anyName(pattern)),
    holdersOf(matches(Prisma.sql`i.identifier`, lowered(pattern))),
    ...(pattern.length === 1 ? [accountsOf(matches(Prisma.sql`a.id`, pattern))] : []),
  ];
}

const accountsOf = (condition: Prisma.Sql) => Prisma.sql`SELECT a.id FROM accounts a WHERE ${condition}`;
const holdersOf = (condition: Prisma.Sql) =>
  Prisma.sql`SELECT i.account_id AS id FROM identities i WHERE ${condition}`;

// ---- Order ----------------------------------------------------------------------------------------------------------

const ORDER_COLUMNS: Record<AccountOrder['field'], Prisma.Sql> = {
  ...INSTANT_COLUMNS,
  logins_count: Prisma.sql`a.logins_count`,
  user_id: Prisma.sql`a.id`,
};

/** What accounts are sorted by, as a column of its own. */
export function sortColumn({ field }: AccountOrder): Prisma.Sql {
  return ORDER_COLUMNS[field];
}

/** What follows `ORDER BY`, where `id` decides between those that are alike in `column`. */
export function sortedBy(
  { field, descending }: AccountOrder,
  { column, id }: { column: Prisma.Sql; id: Prisma.Sql },
): Prisma.Sql {
  if (!descending) return Prisma.sql`${column}, ${id}`;
  // The one column that may be empty. Said of the others it would keep their index from being used.
  return field === 'last_login'
    ? Prisma.sql`${column} DESC NULLS LAST, ${id} DESC`
    : Prisma.sql`${column} DESC, ${id} DESC`;
}
