// The part of Lucene's query syntax that Auth0's searches have, whatever is searched: terms with AND, OR, NOT and parentheses
// between them. What a field means is said by user-query.ts and log-query.ts. What is not understood is refused with a sentence
// that names the place; nothing is guessed. auth0-contract §5.2, MGT-3; why it is read here and by no package:
// docs/decisions/0029.
import type { Bound, TextPattern } from '@/lib/login/account-query';
import { badQuery } from './route';

/** Characters a query may have. */
export const QUERY_MAX_LENGTH = 1024;

/** Tests in one query, and parentheses within each other. */
const TESTS_MAX = 32;
const DEPTH_MAX = 8;
/** Of what stands behind a `*`: three letters are what an index can begin with. */
const LITERAL_MIN = 3;

/** Tests, and what stands between them. */
export type Condition<Test> =
  | Readonly<
      { kind: 'and' | 'or'; parts: readonly Condition<Test>[] } | { kind: 'not'; part: Condition<Test> }
    >
  | Test;

/** What the terms of a query mean. Both throw what {@link refuse} makes. */
export type Meaning<Test> = Readonly<{
  /** `field:value` */
  ofField(written: Written): Condition<Test>;
  /** A value without a field. */
  ofWord(reader: Reader, term: Term): Condition<Test>;
}>;

/** @throws {ManagementProblem} 400 that says what is wrong, and at which character */
export function readQuery<Test>(q: string, meaning: Meaning<Test>): Condition<Test> {
  const reader: Reading<Test> = { text: q, at: 0, tests: 0, meaning };
  if (/\p{Cc}/u.test(q)) throw refuse(reader, 'holds a control character', q.search(/\p{Cc}/u));
  const condition = readAlternatives(reader, null, 0);
  if (reader.at < q.length) throw refuse(reader, 'has a ) that nothing opened');
  return condition;
}

/** Where one is in the query. */
export type Reader = { readonly text: string; at: number; tests: number };

type Reading<Test> = Reader & { readonly meaning: Meaning<Test> };

// ---- Structure ------------------------------------------------------------------------------------------------------

/** @param field what stands before the parentheses one is in, `field:(a OR b)`; null outside of such */
function readAlternatives<Test>(reader: Reading<Test>, field: string | null, depth: number): Condition<Test> {
  if (depth > DEPTH_MAX) throw refuse(reader, `has more than ${DEPTH_MAX} parentheses within each other`);
  const parts = [readTogether(reader, field, depth)];
  while (takeOperator(reader, ['OR', '||'])) parts.push(readTogether(reader, field, depth));
  return joined('or', parts);
}

function readTogether<Test>(reader: Reading<Test>, field: string | null, depth: number): Condition<Test> {
  const parts = [readOne(reader, field, depth)];
  while (takeOperator(reader, ['AND', '&&'])) parts.push(readOne(reader, field, depth));
  skipBlanks(reader);
  const isOver =
    reader.at === reader.text.length || reader.text[reader.at] === ')' || isAtOperator(reader, ['OR', '||']);
  if (!isOver) throw refuse(reader, 'needs AND or OR between two terms');
  return joined('and', parts);
}

function readOne<Test>(reader: Reading<Test>, field: string | null, depth: number): Condition<Test> {
  if (takeOperator(reader, ['NOT', '!', '-'])) return { kind: 'not', part: readOne(reader, field, depth) };
  skipBlanks(reader);
  if (reader.text[reader.at] === '(') return readParentheses(reader, field, depth);
  return readTest(reader, field, depth);
}

function readParentheses<Test>(reader: Reading<Test>, field: string | null, depth: number): Condition<Test> {
  const opened = reader.at;
  reader.at++;
  const within = readAlternatives(reader, field, depth + 1);
  if (reader.text[reader.at] !== ')') throw refuse(reader, 'has a ( that nothing closes', opened);
  reader.at++;
  return within;
}

function joined<Test>(kind: 'and' | 'or', parts: readonly Condition<Test>[]): Condition<Test> {
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
export type Term = Readonly<{ pattern: TextPattern; isQuoted: boolean; at: number }>;

export type Range = Readonly<{ from: RangeEnd; to: RangeEnd; at: number }>;
export type RangeEnd = Readonly<{ text: string | null; isInclusive: boolean }>;

function readTest<Test>(reader: Reading<Test>, outer: string | null, depth: number): Condition<Test> {
  if (++reader.tests > TESTS_MAX) throw refuse(reader, `has more than ${TESTS_MAX} terms`);
  const at = reader.at;
  const named = /^[A-Za-z_][\w.-]*(?=:)/.exec(reader.text.slice(at))?.[0];
  if (named !== undefined && outer !== null)
    throw refuse(reader, 'names a field within the values of another');
  if (named !== undefined) reader.at += named.length + 1;
  const field = named ?? outer;
  if (named !== undefined && reader.text[reader.at] === '(') return readParentheses(reader, field, depth);
  const value = readValue(reader);
  if (field !== null) return reader.meaning.ofField({ reader, field, value, at });
  if ('from' in value) throw refuse(reader, 'has a range that belongs to no field', at);
  return reader.meaning.ofWord(reader, value);
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

// ---- What meanings are made of ----------------------------------------------------------------------------------------

/** `field:value` as it was written, and where. */
export type Written = Readonly<{ reader: Reader; field: string; value: Term | Range; at: number }>;

/** `*` by itself. */
export function isAnything({ pattern, isQuoted }: Term): boolean {
  return !isQuoted && pattern.length === 2 && pattern.every((part) => part === '');
}

/** A pattern that can be looked for. */
export function checkedPattern(reader: Reader, { pattern, at }: Term): TextPattern {
  const beginsAnyhow = pattern.length > 1 && pattern[0] === '';
  if (beginsAnyhow && Math.max(...pattern.map(({ length }) => length)) < LITERAL_MIN)
    throw refuse(reader, `needs at least ${LITERAL_MIN} characters beside a * that a term begins with`, at);
  return pattern;
}

/** The one word of a term; null for a range, and for a term with an asterisk. */
export function wordOf({ value }: Written): string | null {
  return 'from' in value || value.pattern.length > 1 ? null : value.pattern[0];
}

/** @see RFC 3339; a zone that is left out is UTC */
const INSTANT = /^[1-9]\d{3}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})?)?$/;
const DAY_MS = 86_400_000;

/** The time that a value names: a day is all of it. */
export function readSpan(written: Written): Readonly<{ from: Bound<Date>; to: Bound<Date> }> {
  const { reader, value } = written;
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
  if ('from' in value) return { from: from(value.from), to: to(value.to) };
  const exactly = { text: wordOf(written) ?? '', isInclusive: true };
  return { from: from(exactly), to: to(exactly) };
}

/** One of these words. */
export function isOneOf<const Word extends string>(words: readonly Word[], word: string): word is Word {
  return (words as readonly string[]).includes(word);
}

/** Repeats nothing of the query: whoever wrote it has it before them. */
export function refuse(reader: Reader, sentence: string, at = reader.at): Error {
  return badQuery(`q ${sentence}, at character ${at + 1}`);
}
