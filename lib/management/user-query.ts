// `q` of the user search: the part of Lucene's query syntax that Auth0's search has, read into a question about accounts.
// What is not understood is refused with a sentence that names the place; nothing is guessed. auth0-contract §5.2, MGT-3;
// why it is read here and by no package: docs/decisions/0029.
import {
  type AccountCondition,
  type Bound,
  FLAG_FIELDS,
  type FlagField,
  INSTANT_FIELDS,
  type InstantField,
  METADATA_FIELDS,
  type MetadataField,
  type MetadataScalar,
  TEXT_FIELDS,
  type TextField,
  type TextPattern,
} from '@/lib/login/account-query';
import { parseEmailIdentifier, parsePhoneIdentifier } from '@/lib/login/identifier';
import { badQuery } from './route';

/** Characters a query may have. */
export const QUERY_MAX_LENGTH = 1024;

/** Tests in one query, and parentheses within each other. */
const TESTS_MAX = 32;
const DEPTH_MAX = 8;
/** Names on the way to a value in metadata. */
const PATH_MAX = 4;
/** Of what stands behind a `*`: three letters are what an index can begin with. */
const LITERAL_MIN = 3;

/** @throws {ManagementProblem} 400 that says what is wrong, and at which character */
export function parseUserQuery(q: string): AccountCondition {
  const reader: Reader = { text: q, at: 0, tests: 0 };
  if (/\p{Cc}/u.test(q)) throw refuse(reader, 'holds a control character', q.search(/\p{Cc}/u));
  const condition = readAlternatives(reader, null, 0);
  if (reader.at < q.length) throw refuse(reader, 'has a ) that nothing opened');
  return condition;
}

/** Where one is in the query. */
type Reader = { readonly text: string; at: number; tests: number };

// ---- Structure ------------------------------------------------------------------------------------------------------

/** @param field what stands before the parentheses one is in, `field:(a OR b)`; null outside of such */
function readAlternatives(reader: Reader, field: string | null, depth: number): AccountCondition {
  if (depth > DEPTH_MAX) throw refuse(reader, `has more than ${DEPTH_MAX} parentheses within each other`);
  const parts = [readTogether(reader, field, depth)];
  while (takeOperator(reader, ['OR', '||'])) parts.push(readTogether(reader, field, depth));
  return joined('or', parts);
}

function readTogether(reader: Reader, field: string | null, depth: number): AccountCondition {
  const parts = [readOne(reader, field, depth)];
  while (takeOperator(reader, ['AND', '&&'])) parts.push(readOne(reader, field, depth));
  skipBlanks(reader);
  const isOver =
    reader.at === reader.text.length || reader.text[reader.at] === ')' || isAtOperator(reader, ['OR', '||']);
  if (!isOver) throw refuse(reader, 'needs AND or OR between two terms');
  return joined('and', parts);
}

function readOne(reader: Reader, field: string | null, depth: number): AccountCondition {
  if (takeOperator(reader, ['NOT', '!', '-'])) return { kind: 'not', part: readOne(reader, field, depth) };
  skipBlanks(reader);
  if (reader.text[reader.at] === '(') return readParentheses(reader, field, depth);
  return readTest(reader, field, depth);
}

function readParentheses(reader: Reader, field: string | null, depth: number): AccountCondition {
  const opened = reader.at;
  reader.at++;
  const within = readAlternatives(reader, field, depth + 1);
  if (reader.text[reader.at] !== ')') throw refuse(reader, 'has a ( that nothing closes', opened);
  reader.at++;
  return within;
}

function joined(kind: 'and' | 'or', parts: readonly AccountCondition[]): AccountCondition {
  const [only, ...more] = parts;
  return only !== undefined && more.length === 0 ? only : { kind, parts };
}

function takeOperator(reader: Reader, operators: readonly string[]): boolean {
  skipBlanks(reader);
  const operator = isAtOperator(reader, operators);
  if (operator === null) return false;
  reader.at += operator.length;
  return true;
}

/** A word is one only where a word ends; a sign is one wherever something follows. */
function isAtOperator({ text, at }: Reader, operators: readonly string[]): string | null {
  const found = operators.find((operator) => text.startsWith(operator, at));
  if (found === undefined) return null;
  const next = text[at + found.length];
  const isWhole = /^[A-Z]/.test(found) ? next === undefined || /[\s()]/.test(next) : true;
  return isWhole ? found : null;
}

function skipBlanks(reader: Reader): void {
  while (/\s/.test(reader.text[reader.at] ?? '')) reader.at++;
}

// ---- Terms ----------------------------------------------------------------------------------------------------------

/** A value as it was written: its parts between the asterisks, and whether it stood in quotes. */
type Term = Readonly<{ pattern: TextPattern; isQuoted: boolean; at: number }>;

type Range = Readonly<{ from: RangeEnd; to: RangeEnd; at: number }>;
type RangeEnd = Readonly<{ text: string | null; isInclusive: boolean }>;

function readTest(reader: Reader, outer: string | null, depth: number): AccountCondition {
  if (++reader.tests > TESTS_MAX) throw refuse(reader, `has more than ${TESTS_MAX} terms`);
  const at = reader.at;
  const named = /^[A-Za-z_][\w.-]*(?=:)/.exec(reader.text.slice(at))?.[0];
  if (named !== undefined && outer !== null)
    throw refuse(reader, 'names a field within the values of another');
  if (named !== undefined) reader.at += named.length + 1;
  const field = named ?? outer;
  if (named !== undefined && reader.text[reader.at] === '(') return readParentheses(reader, field, depth);
  const value = readValue(reader);
  if (field !== null) return testOf({ reader, field, value, at });
  if ('from' in value) throw refuse(reader, 'has a range that belongs to no field', at);
  return { kind: 'anywhere', pattern: checkedPattern(reader, value) };
}

function readValue(reader: Reader): Term | Range {
  const { text, at } = reader;
  const first = text[at];
  if (first === '[' || first === '{') return readRange(reader);
  if (first === '"') return { pattern: [readQuoted(reader)], isQuoted: true, at };
  if (first === '/') throw refuse(reader, 'has a regular expression, which is not supported');
  const parts: string[] = [''];
  while (reader.at < text.length) {
    const character = text[reader.at] ?? '';
    if (/[\s()]/.test(character)) break;
    if (/["[\]{}~^?]/.test(character))
      throw refuse(reader, `has a ${character} that is neither quoted nor escaped`);
    reader.at++;
    if (character === '*') {
      if (parts.length === 1 || parts.at(-1) !== '') parts.push('');
    } else parts[parts.length - 1] += character === '\\' ? readEscaped(reader) : character;
  }
  if (reader.at === at)
    throw refuse(reader, at === text.length ? 'ends where a term is missing' : 'lacks a term');
  const [begins = '', ...rest] = parts;
  return { pattern: [begins, ...rest], isQuoted: false, at };
}

function readQuoted(reader: Reader): string {
  const opened = reader.at++;
  let value = '';
  for (let character = reader.text[reader.at]; character !== '"'; character = reader.text[reader.at]) {
    if (character === undefined) throw refuse(reader, 'has a " that nothing closes', opened);
    reader.at++;
    value += character === '\\' ? readEscaped(reader) : character;
  }
  reader.at++;
  return value;
}

function readEscaped(reader: Reader): string {
  const character = reader.text[reader.at];
  if (character === undefined) throw refuse(reader, 'ends with a \\ that escapes nothing');
  reader.at++;
  return character;
}

const RANGE = /^([[{])\s*("[^"]*"|[^\s"\]}]+)\s+TO\s+("[^"]*"|[^\s"\]}]+)\s*([\]}])/;

function readRange(reader: Reader): Range {
  const { at } = reader;
  const found = RANGE.exec(reader.text.slice(at));
  if (found === null) throw refuse(reader, 'has a range that is not like [a TO b]');
  const [whole, opens, from = '', to = '', closes] = found;
  reader.at += whole.length;
  const end = (text: string, isInclusive: boolean): RangeEnd => ({
    text: text === '*' ? null : text.replace(/^"(.*)"$/, '$1'),
    isInclusive,
  });
  return { from: end(from, opens === '['), to: end(to, closes === ']'), at };
}

// ---- Meaning --------------------------------------------------------------------------------------------------------

type Written = Readonly<{ reader: Reader; field: string; value: Term | Range; at: number }>;

const ALIASES: Readonly<Record<string, TextField>> = { 'email.domain': 'email_domain' };
const IDENTITY_FIELDS = ['identities.connection', 'identities.provider', 'identities.user_id'];

/** What may stand before a colon, for whoever wrote something else. */
const FIELDS = [
  ...TEXT_FIELDS.map((field) => (field === 'email_domain' ? 'email.domain' : field)),
  ...FLAG_FIELDS,
  ...INSTANT_FIELDS,
  'logins_count',
  ...IDENTITY_FIELDS,
  ...METADATA_FIELDS.map((field) => `${field}.…`),
  '_exists_',
];

function testOf(written: Written): AccountCondition {
  const { reader, field, at } = written;
  const text = textField(field);
  if (text !== null) return testText(written, text);
  if (isOneOf(FLAG_FIELDS, field)) return testFlag(written, field);
  if (isOneOf(INSTANT_FIELDS, field)) return testInstant(written, field);
  if (field === 'logins_count') return testLoginsCount(written);
  if (IDENTITY_FIELDS.includes(field)) return testIdentity(written);
  const metadata = readMetadataField(written);
  if (metadata !== null) return testMetadata(written, metadata);
  if (field === '_exists_') return testExistence(written);
  throw refuse(reader, `names a field that is not searched (there are ${FIELDS.join(', ')})`, at);
}

function textField(field: string): TextField | null {
  return ALIASES[field] ?? (field !== 'email_domain' && isOneOf(TEXT_FIELDS, field) ? field : null);
}

function testText({ reader, value, at }: Written, field: TextField): AccountCondition {
  if ('from' in value) throw refuse(reader, 'has a range of a text', value.at);
  if (isAnything(value)) return { kind: 'exists', field };
  const pattern = checkedPattern(reader, value);
  const [only] = pattern;
  if (pattern.length > 1 || only === undefined) return { kind: 'text', field, pattern };
  if (only === '') throw refuse(reader, 'looks for nothing', at);
  return { kind: 'text', field, pattern: [canonicalOf(field, only)] };
}

/** Addresses and numbers are compared in the form they are kept in. */
function canonicalOf(field: TextField, typed: string): string {
  if (field === 'email') return parseEmailIdentifier(typed)?.canonical ?? typed;
  if (field !== 'phone_number') return typed;
  const number = parsePhoneIdentifier(typed, null);
  return 'kind' in number ? typed : number.canonical;
}

/** `*` by itself. */
function isAnything({ pattern, isQuoted }: Term): boolean {
  return !isQuoted && pattern.length === 2 && pattern.every((part) => part === '');
}

function checkedPattern(reader: Reader, { pattern, at }: Term): TextPattern {
  const beginsAnyhow = pattern.length > 1 && pattern[0] === '';
  if (beginsAnyhow && Math.max(...pattern.map(({ length }) => length)) < LITERAL_MIN)
    throw refuse(reader, `needs at least ${LITERAL_MIN} characters beside a * that a term begins with`, at);
  return pattern;
}

function testFlag(written: Written, field: FlagField): AccountCondition {
  const { value, reader } = written;
  if (!('from' in value) && isAnything(value)) return { kind: 'exists', field };
  const word = wordOf(written);
  if (word !== 'true' && word !== 'false') throw refuse(reader, 'needs true or false', value.at);
  return { kind: 'flag', field, value: word === 'true' };
}

/** The one word of a term; null for a range, and for a term with an asterisk. */
function wordOf({ value }: Written): string | null {
  return 'from' in value || value.pattern.length > 1 ? null : value.pattern[0];
}

function testLoginsCount(written: Written): AccountCondition {
  const { reader, value } = written;
  const numberOf = (text: string): number => {
    if (!/^\d{1,9}$/.test(text)) throw refuse(reader, 'needs a whole number', value.at);
    return Number(text);
  };
  const bound = ({ text, isInclusive }: RangeEnd): Bound<number> =>
    text === null ? null : { value: numberOf(text), isInclusive };
  if ('from' in value) return { kind: 'logins_count', from: bound(value.from), to: bound(value.to) };
  const exactly = { value: numberOf(wordOf(written) ?? ''), isInclusive: true };
  return { kind: 'logins_count', from: exactly, to: exactly };
}

/** @see RFC 3339; a zone that is left out is UTC */
const INSTANT = /^[1-9]\d{3}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})?)?$/;
const DAY_MS = 86_400_000;

function testInstant(written: Written, field: InstantField): AccountCondition {
  const { reader, value } = written;
  if (!('from' in value) && isAnything(value)) return { kind: 'exists', field };
  const spanOf = (text: string): Readonly<{ first: Date; past: Date | null }> => {
    const found = INSTANT.exec(text);
    const isDay = text.length === 10;
    const first = new Date(isDay || found?.[1] !== undefined ? text : `${text}Z`);
    if (found === null || Number.isNaN(first.getTime()))
      throw refuse(reader, 'needs a day or an instant such as 2026-01-31 or 2026-01-31T14:02:00Z', value.at);
    return { first, past: isDay ? new Date(first.getTime() + DAY_MS) : null };
  };
  const from = ({ text, isInclusive }: RangeEnd): Bound<Date> => {
    if (text === null) return null;
    const { first, past } = spanOf(text);
    return isInclusive || past === null ? { value: first, isInclusive } : { value: past, isInclusive: true };
  };
  const to = ({ text, isInclusive }: RangeEnd): Bound<Date> => {
    if (text === null) return null;
    const { first, past } = spanOf(text);
    return isInclusive && past !== null ? { value: past, isInclusive: false } : { value: first, isInclusive };
  };
  if ('from' in value) return { kind: 'instant', field, from: from(value.from), to: to(value.to) };
  const exactly = { text: wordOf(written) ?? '', isInclusive: true };
  return { kind: 'instant', field, from: from(exactly), to: to(exactly) };
}

function testIdentity(written: Written): AccountCondition {
  const word = wordOf(written);
  if (word === null) throw refuse(written.reader, 'has a range or a * of an identity', written.value.at);
  return written.field === 'identities.user_id'
    ? { kind: 'identity_user_id', userId: word }
    : { kind: 'provider', provider: word };
}

type MetadataPlace = Readonly<{ field: MetadataField; path: readonly string[] }>;

function readMetadataField({
  reader,
  field: written,
  at,
}: Pick<Written, 'reader' | 'field' | 'at'>): MetadataPlace | null {
  const [field = '', ...path] = written.split('.');
  if (!isOneOf(METADATA_FIELDS, field)) return null;
  if (path.length === 0 || path.length > PATH_MAX || path.includes(''))
    throw refuse(reader, `needs one to ${PATH_MAX} names behind ${field}, with dots between them`, at);
  return { field, path };
}

function testMetadata(written: Written, place: MetadataPlace): AccountCondition {
  const { reader, value } = written;
  if (!('from' in value) && isAnything(value)) return { kind: 'metadata_exists', ...place };
  const word = wordOf(written);
  if (word === null)
    throw refuse(reader, 'has a range or a * of metadata, which is compared as a whole', value.at);
  const isQuoted = 'isQuoted' in value && value.isQuoted;
  return { kind: 'metadata', ...place, values: isQuoted ? [word] : readingsOf(word) };
}

/** What a word without quotes may stand for in JSON. */
function readingsOf(word: string): MetadataScalar[] {
  if (word === 'true' || word === 'false') return [word, word === 'true'];
  return /^-?\d{1,15}(?:\.\d{1,15})?$/.test(word) ? [word, Number(word)] : [word];
}

function testExistence(written: Written): AccountCondition {
  const { reader, value } = written;
  const word = wordOf(written) ?? '';
  const metadata = readMetadataField({ reader, field: word, at: value.at });
  if (metadata !== null) return { kind: 'metadata_exists', ...metadata };
  const field = textField(word);
  if (field !== null) return { kind: 'exists', field };
  if (isOneOf(FLAG_FIELDS, word) || isOneOf(INSTANT_FIELDS, word) || word === 'logins_count')
    return { kind: 'exists', field: word };
  throw refuse(
    reader,
    `needs the name of a field behind _exists_ (there are ${FIELDS.slice(0, -1).join(', ')})`,
    value.at,
  );
}

function isOneOf<const Word extends string>(words: readonly Word[], word: string): word is Word {
  return (words as readonly string[]).includes(word);
}

/** Repeats nothing of the query: whoever wrote it has it before them. */
function refuse(reader: Reader, sentence: string, at = reader.at): Error {
  return badQuery(`q ${sentence}, at character ${at + 1}`);
}
