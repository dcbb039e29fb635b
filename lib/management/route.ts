// What one route of the management API is, and how its parameters are read. Which routes there are: routes.ts.
import { z } from 'zod';
import { readBody } from '@/lib/endpoints/body';
import { ManagementProblem } from './problem';

/** A request that an operator may make, as its route sees it. */
export type Asked = Readonly<{
  /** What stands in the place of each `{name}` of the path, decoded. */
  segments: readonly string[];
  query: URLSearchParams;
  /** The JSON document that was sent. @throws {ManagementProblem} 400, 413, 415 */
  body(): Promise<unknown>;
}>;

export type ManagementRoute<Deps> = Readonly<{
  method: 'GET' | 'POST' | 'PATCH';
  /** `{name}` stands for one segment. */
  path: string;
  /** What a token must be good for. Auth0's names. */
  scope: string;
  answer(deps: Deps, asked: Asked): Promise<Response>;
}>;

/** Reads a JSON document. @throws {ManagementProblem} 400; OAuthError 413, 415 */
export async function readJson(request: Request): Promise<unknown> {
  const { text } = await readBody(request, ['json']);
  try {
    return JSON.parse(text);
  } catch {
    throw new ManagementProblem(400, 'invalid_body', 'Payload validation error: the body is not JSON.');
  }
}

/** Which part of a list is wanted, and whether the total is. */
export type Page = Readonly<{ page: number; perPage: number; includeTotals: boolean }>;

const PER_PAGE_MAX = 100;
/** Beyond lies nothing anybody has; it keeps the offset a number the database can count with. */
const PAGE_MAX = 1_000_000;

/**
 * @param given.perPage how many where the query does not say
 * @param given.others what else the query may hold
 */
export function parsePage(
  query: URLSearchParams,
  { perPage, others = [] }: { perPage: number; others?: readonly string[] },
): Page {
  checkNames(query, ['page', 'per_page', 'include_totals', ...others]);
  return {
    page: parseNumber(query, 'page', { fallback: 0, min: 0, max: PAGE_MAX }),
    perPage: parseNumber(query, 'per_page', { fallback: perPage, min: 1, max: PER_PAGE_MAX }),
    includeTotals: parseFlag(query, 'include_totals'),
  };
}

/** Refuses parameters that are not known, or that were sent twice. @throws {ManagementProblem} 400 */
export function checkNames(query: URLSearchParams, known: readonly string[]): void {
  const names = [...query.keys()];
  if (names.some((name) => !known.includes(name))) {
    const sentence =
      known.length === 0 ? 'this address takes no parameters' : `there are ${known.join(', ')}`;
    throw badQuery(sentence);
  }
  if (new Set(names).size !== names.length) throw badQuery('a parameter was sent more than once');
}

/** @throws {ManagementProblem} 400 */
export function parseNumber(
  query: URLSearchParams,
  name: string,
  { fallback, min, max }: { fallback: number; min: number; max: number },
): number {
  const value = query.get(name) ?? String(fallback);
  if (!/^\d{1,9}$/.test(value) || Number(value) < min || Number(value) > max) {
    throw badQuery(`${name} is a whole number from ${min} to ${max}`);
  }
  return Number(value);
}

function parseFlag(query: URLSearchParams, name: string): boolean {
  const value = query.get(name) ?? 'false';
  if (value !== 'true' && value !== 'false') throw badQuery(`${name} is true or false`);
  return value === 'true';
}

/** A query that breaks a rule. */
export function badQuery(sentence: string): ManagementProblem {
  return new ManagementProblem(400, 'invalid_query_string', `Query validation error: ${sentence}.`);
}

/** A body that breaks a rule: `field must be …`, or `field: A sentence.` */
export function badBody(field: string, sentence: string): ManagementProblem {
  const said = /^[A-Z]/.test(sentence) ? `: ${sentence}` : ` ${sentence}.`;
  return new ManagementProblem(400, 'invalid_body', `Payload validation error: ${field}${said}`);
}

/** A JSON object of these fields and no other (MGT-2). */
export const fieldsOf = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? `holds a field that is not one of ${Object.keys(shape).join(', ')}`
        : 'must be a JSON object',
  });

/** Reads a body by its schema, each rule of which has a sentence. @throws {ManagementProblem} 400 that names the field */
export function parseBody<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = (issue?.path ?? []).reduce<string>(
    (name, part) =>
      typeof part === 'number' ? `${name}[${part}]` : [name, String(part)].filter(Boolean).join('.'),
    '',
  );
  throw badBody(field === '' ? 'the body' : field, issue?.message ?? '');
}
