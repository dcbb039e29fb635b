// What bodies, queries and answers are made of: a schema each, with the sentence that is said when it is broken. The same
// schema describes the field in the OpenAPI document; `wire` says there what the schema alone cannot.
import { z } from 'zod';
import { METADATA_MAX_BYTES } from '@/lib/login/account-register';

/** A JSON object of these fields and no other (MGT-2). */
export const fieldsOf = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? `holds ${nameOfField(issue.keys[0])} that is not one of ${Object.keys(shape).join(', ')}`
        : 'must be a JSON object',
  });

/** What a program calls a property: of names that were sent, only such a one is told back. */
export const PROPERTY_NAME = /^[A-Za-z_][\w-]{0,63}$/;

/** A field that somebody sent. */
function nameOfField(name: unknown): string {
  return typeof name === 'string' && PROPERTY_NAME.test(name) ? `a field ${name}` : 'a field';
}

/** The one value that is true here, of a field that Auth0's tools send. */
export const only = <const Value extends boolean | string>(value: Value, because: string) =>
  z.literal(value, { error: `must be ${value === '' ? 'empty' : value}: ${because}` });

/** What is said of a value that is no string: whether it was sent at all. */
const noString = (sentence: string) => (issue: Readonly<{ input: unknown }>) =>
  issue.input === undefined ? 'must be there' : sentence;

/** A string of that many characters. */
export const text = (min: number, max: number) =>
  z
    .string({ error: noString('must be a string') })
    .min(min, min === 1 ? 'must not be empty' : `must have at least ${min} characters`)
    .max(max, `may hold ${max} characters at most`);

/** A name that people are shown, trimmed: nothing in it can pass for markup, or hide. */
export const displayName = (max: number) =>
  text(0, 10_000)
    .trim()
    .min(1, 'must not be empty')
    .max(max, `may hold ${max} characters at most`)
    .regex(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}<>]*$/u, 'may not hold < or > or invisible characters');

/** `true` or `false`. */
export const flag = () => z.boolean({ error: 'must be true or false' });

/** A whole number between two others. */
export const wholeNumber = (min: number, max: number) => {
  const sentence = `must be a whole number from ${min} to ${max}`;
  return z.int({ error: sentence }).min(min, sentence).max(max, sentence);
};

/** One of these words. */
export const oneOf = <const Choice extends string>(choices: readonly Choice[]) =>
  z.enum(choices, { error: `must be one of ${choices.join(', ')}` });

/** A list without repetition. */
export const listOf = <Item extends z.ZodType<string>>(item: Item, max: number) =>
  z
    .array(item, { error: 'must be a list of strings' })
    .max(max, `may hold ${max} entries at most`)
    .transform((entries) => [...new Set(entries)]);

/**
 * The id of a client. What cannot be one is not looked for, and only what can be is ever repeated to whoever sent it.
 * @see RFC 6749 Appendix A.1
 */
export const clientId = () =>
  z.string({ error: noString('must be a string') }).regex(/^[\x21-\x7e]{1,64}$/, 'is no client ID');

/** Where a browser may be sent for something of the operator's own: https, or http on this machine. */
export const webAddress = (max = 1024) =>
  text(1, max).refine((uri) => URL.canParse(uri) && isSecure(new URL(uri)), 'must be an https URL');

/** @see RFC 6454 §6.2 */
export const webOrigin = () =>
  text(1, 1024).refine(
    (origin) => URL.canParse(origin) && new URL(origin).origin === origin && isSecure(new URL(origin)),
    'must be an origin such as https://app.example.com',
  );

function isSecure({ protocol, hostname, username, password }: URL): boolean {
  const isLoopback = /^(?:localhost|.+\.localhost|127\.0\.0\.1|\[::1\])$/.test(hostname);
  return (
    (protocol === 'https:' || (protocol === 'http:' && isLoopback)) && username === '' && password === ''
  );
}

/** Objects within each other. */
const METADATA_MAX_DEPTH = 16;

/** A JSON object of the operator's own making. */
export const metadata = () =>
  z
    .record(z.string(), z.unknown(), { error: 'must be a JSON object' })
    .refine(
      (object) => Buffer.byteLength(JSON.stringify(object)) <= METADATA_MAX_BYTES,
      `may hold ${METADATA_MAX_BYTES / 1024} KiB at most`,
    )
    .refine(
      (object) => isStorable(object, METADATA_MAX_DEPTH),
      `may hold ${METADATA_MAX_DEPTH} objects within each other, and texts of whole characters other than NUL`,
    );

/** What PostgreSQL takes for JSON: less than JSON is. */
function isStorable(value: unknown, depth: number): boolean {
  if (typeof value === 'string') return !/[\0\p{Cs}]/u.test(value);
  if (typeof value !== 'object' || value === null) return true;
  return (
    depth > 0 &&
    Object.entries(value).every(([key, below]) => isStorable(key, depth) && isStorable(below, depth - 1))
  );
}

/** An instant as answers have it: ISO 8601 in UTC, to the millisecond. */
export const instant = () => z.iso.datetime();

// ---- In a query everything is a string ------------------------------------------------------------------------------

const onceOnly = noString('may be there once only');

/** A parameter of a query. */
export const queryText = (max = 1024) =>
  z.string({ error: onceOnly }).max(max, `may hold ${max} characters at most`);

/** `true` or `false` in a query. */
export const queryFlag = (fallback: boolean) =>
  z
    .enum(['true', 'false'], { error: 'must be true or false' })
    .transform((word) => word === 'true')
    .prefault(fallback ? 'true' : 'false')
    .meta({ wire: { type: 'boolean', default: fallback } });

/** `true` or `false` in a query that may do without it. */
export const queryChoice = () =>
  z
    .enum(['true', 'false'], { error: 'must be true or false' })
    .transform((word) => word === 'true')
    .meta({ wire: { type: 'boolean' } })
    .optional();

/** A whole number in a query. */
export const wholeNumberText = (min: number, max: number) => {
  const sentence = `must be a whole number from ${min} to ${max}`;
  return z
    .string({ error: onceOnly })
    .regex(/^\d{1,9}$/, sentence)
    .transform(Number)
    .refine((number) => number >= min && number <= max, sentence)
    .meta({ wire: { type: 'integer', minimum: min, maximum: max } });
};

/** A whole number in a query that may do without it. */
export const queryNumber = (min: number, max: number, fallback: number) =>
  wholeNumberText(min, max)
    .prefault(String(fallback))
    .meta({ wire: { type: 'integer', minimum: min, maximum: max, default: fallback } });

/** A parameter that may be there several times. */
export const queryList = <Item extends z.ZodType<string>>(item: Item, max = 100) =>
  z
    .preprocess(
      (sent) => (typeof sent === 'string' ? [sent] : sent),
      z.array(item).max(max, `may be there ${max} times at most`),
    )
    .optional();

/** Some of these words, with commas between them. */
export const queryChoices = <const Choice extends string>(choices: readonly Choice[]) =>
  queryText()
    .transform((words) => words.split(',') as Choice[])
    .refine(
      (words) => words.every((word) => choices.includes(word)),
      `may hold ${choices.join(', ')} with commas between them`,
    )
    .meta({ wire: { type: 'string', description: `Of ${choices.join(', ')}, with commas between them.` } });
