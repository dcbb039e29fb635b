// Request parameters, from a query, a form or a JSON object, in one shape: names with one non-empty string each.
// Strict where laxness has been a way in: repeats, bad encodings and values that are not strings are refused.
// RFC 6749 §3.1, §3.2 and appendix B.
import { OAuthError } from './errors';
import { MAX_BYTES, MAX_PARAMETERS } from './vocabulary';

/** What a request carried. A parameter without a value counts as left out (RFC 6749 §3.1). */
export type Parameters = Readonly<{
  values: ReadonlyMap<string, string>;
  /** Names that were sent more than once: reading one of them is an error. */
  repeated: ReadonlySet<string>;
}>;

/**
 * Parses `application/x-www-form-urlencoded` text. Several texts (a query and a body) count as one request.
 * @throws OAuthError `invalid_request` for bad percent-encoding, bytes that are not UTF-8, or too many parameters.
 */
export function parseFormParameters(...encoded: readonly string[]): Parameters {
  const pairs = encoded.flatMap((text) => text.split('&', MAX_PARAMETERS + 1)).filter((pair) => pair !== '');
  return collect(
    pairs.map((pair): [string, string] => {
      const equals = pair.indexOf('=');
      return equals < 0
        ? [decode(pair), '']
        : [decode(pair.slice(0, equals)), decode(pair.slice(equals + 1))];
    }),
  );
}

/**
 * Parses a JSON object whose members are strings.
 * @throws OAuthError `invalid_request` for anything else, members of the same name included.
 */
export function parseJsonParameters(text: string): Parameters {
  return readMembers(parseJsonObject(text));
}

/**
 * Parses a JSON object that may hold objects.
 * @throws OAuthError `invalid_request` for anything else, members of the same name at any depth included.
 */
export function parseJsonObject(text: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new OAuthError('invalid_request', 'The body is not JSON.');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new OAuthError('invalid_request', 'The body is not a JSON object.');
  }
  // JSON.parse keeps the last of two equal names: the text then has more strings than the value.
  if ((text.match(JSON_STRING)?.length ?? 0) !== countStrings(value)) {
    throw new OAuthError('invalid_request', 'A parameter was sent more than once.');
  }
  return value as Record<string, unknown>;
}

/**
 * The members of a JSON object as parameters.
 * @throws OAuthError `invalid_request` unless each is a string: an object that filters a query must never pass for one.
 */
export function readMembers(object: Readonly<Record<string, unknown>>): Parameters {
  const members = Object.entries(object);
  if (!members.every((member): member is [string, string] => typeof member[1] === 'string')) {
    throw new OAuthError('invalid_request', 'Every parameter must be a string.');
  }
  return collect(members);
}

/**
 * The value of a parameter, or null when it was left out.
 * @throws OAuthError `invalid_request` when it was sent twice, is too long, or holds control characters.
 */
export function readParameter(
  parameters: Parameters,
  name: string,
  maxBytes: number = MAX_BYTES.parameter,
): string | null {
  if (parameters.repeated.has(name)) {
    throw new OAuthError('invalid_request', `The parameter ${name} was sent more than once.`);
  }
  const value = parameters.values.get(name);
  if (value === undefined) return null;
  if (byteLength(value) > maxBytes) {
    throw new OAuthError('invalid_request', `The parameter ${name} is too long.`);
  }
  if (UNPRINTABLE.test(value)) {
    throw new OAuthError('invalid_request', `The parameter ${name} holds characters that are not allowed.`);
  }
  return value;
}

/**
 * The value of a parameter that has to be there.
 * @throws OAuthError `invalid_request` when it was left out, and as {@link readParameter} does.
 */
export function requireParameter(parameters: Parameters, name: string, maxBytes?: number): string {
  const value = readParameter(parameters, name, maxBytes);
  if (value === null) throw new OAuthError('invalid_request', `The parameter ${name} is required.`);
  return value;
}

/** Length in bytes of UTF-8. */
export function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}

/** A JSON string as a token; linear, as no two alternatives begin alike. */
const JSON_STRING = /"(?:[^"\\]|\\.)*"/g;

/** Names and values, at any depth. */
function countStrings(value: unknown): number {
  const waiting = [value];
  let count = 0;
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (typeof next === 'string') count++;
    if (typeof next !== 'object' || next === null) continue;
    if (!Array.isArray(next)) count += Object.keys(next).length;
    waiting.push(...Object.values(next));
  }
  return count;
}

/** Control characters and halves of surrogate pairs (JSON can smuggle them in by escape). */
const UNPRINTABLE = /[\p{Cc}\p{Cs}]/u;

function collect(pairs: readonly (readonly [string, string])[]): Parameters {
  if (pairs.length > MAX_PARAMETERS)
    throw new OAuthError('invalid_request', 'There are too many parameters.');
  const seen = new Set<string>();
  const repeated = new Set<string>();
  const values = new Map<string, string>();
  for (const [name, value] of pairs) {
    if (seen.has(name)) repeated.add(name);
    seen.add(name);
    if (value !== '') values.set(name, value);
  }
  return { values, repeated };
}

/** Unlike URLSearchParams this does not guess: a bad escape or byte is refused, so what is returned is what was sent. */
function decode(encoded: string): string {
  try {
    return decodeURIComponent(encoded.replaceAll('+', ' '));
  } catch {
    throw new OAuthError('invalid_request', 'The parameters are not form-urlencoded UTF-8.');
  }
}
