// One route of the management API, declared once: whoever asks is checked by it (routes.ts), what is sent is read by it, and
// the OpenAPI document is written from it (openapi.ts). Which routes there are: routes.ts.
import { z } from 'zod';
import { readBody } from '@/lib/endpoints/body';
import type { Caller } from './caller';
import { PROPERTY_NAME } from './fields';
import { ManagementProblem } from './problem';

/** Names of a path's `{name}` segments. */
type PathNames<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? Name | PathNames<Rest>
  : never;

/** What is asked, read by the route's schemas. */
export type Asked<
  Path extends string = string,
  Query extends z.ZodType = z.ZodType,
  Body extends z.ZodType = z.ZodType,
> = Readonly<{
  /** What stands in the place of each `{name}` of the path, decoded. */
  params: Readonly<Record<PathNames<Path>, string>>;
  query: z.output<Query>;
  body: z.output<Body>;
  caller: Caller;
  request: Request;
}>;

/** A document as it is answered: nobody changes it on the way. */
export type Frozen<Value> = Value extends readonly (infer Item)[]
  ? readonly Frozen<Item>[]
  : Value extends object
    ? { readonly [Key in keyof Value]: Frozen<Value[Key]> }
    : Value;

/** Nothing, where the route declares nothing. */
type Answer<Result extends z.ZodType> = Result extends z.ZodUndefined
  ? unknown
  : Frozen<z.input<Result>> | Response;

type Declaration<
  Deps,
  Path extends string,
  Query extends z.ZodType,
  Body extends z.ZodType,
  Result extends z.ZodType,
> = Readonly<{
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** `{name}` stands for one segment. */
  path: Path;
  /** What it does, as a heading: `Rotate a client secret`. */
  summary: string;
  /** What more there is to know, in Markdown. */
  description?: string;
  /** What a token must be good for, Auth0's names; of several one is enough. */
  scope: string | readonly string[];
  /** What the token of a person must be good for, who then may use it for themselves: `{id}` is their own. */
  ownScope?: string;
  /** A strict object of parameters; left out: there are none. */
  query?: Query;
  /** Left out: there is none. */
  body?: Body;
  /** True where the body may be `text/html` as well: then it is a string. */
  takesHtml?: boolean;
  /** Fields of a multipart form, which the answer reads by itself as it comes. */
  form?: z.ZodType;
  /** Bytes that a body may have, where 64 KiB are too few. */
  bodyMaxBytes?: number;
  /** Of an answer that went well; 200 unless said otherwise. */
  status?: 200 | 201 | 202 | 204;
  /** Where a PUT put something where there was nothing: then the answer is the route's own response. */
  statusOfNew?: 201;
  /** What is answered; left out: nothing. */
  result?: Result;
  /** Media types of an answer that is a file and no JSON document. */
  file?: readonly string[];
  /** True for a POST that changes nothing. */
  isRead?: boolean;
  /** True where the audit log must not keep what the path named: it was removed, and is known by a pseudonym. */
  forgetsParams?: boolean;
  /** True where the answer holds a secret: that it was read goes into the audit log. Needs a recent proof as well. */
  showsSecret?: boolean;
  /** True for keys and the team: an operator at the console must have proven who they are a moment ago (ADM-3). */
  needsRecentProof?: boolean;
  answer(deps: Deps, asked: Asked<Path, Query, Body>): Promise<Answer<Result>> | Answer<Result>;
}>;

/** A route, whatever its schemas are. */
export type ManagementRoute<Deps> = Readonly<
  Omit<Declaration<Deps, string, z.ZodType, z.ZodType, z.ZodType>, 'scope' | 'answer'>
> & {
  readonly scopes: readonly string[];
  answer(deps: Deps, asked: Asked<string>): Promise<unknown> | unknown;
};

/** Makes routes that need these parts. */
export function routeFor<Deps>() {
  return <
    const Path extends string,
    Query extends z.ZodType = z.ZodObject<Record<never, never>>,
    Body extends z.ZodType = z.ZodUndefined,
    Result extends z.ZodType = z.ZodUndefined,
  >({
    scope,
    ...route
  }: Declaration<Deps, Path, Query, Body, Result>): ManagementRoute<Deps> =>
    ({ ...route, scopes: typeof scope === 'string' ? [scope] : scope }) as unknown as ManagementRoute<Deps>;
}

/** The status of an answer that went well. */
export function successOf({
  status,
  result,
  file,
}: Pick<ManagementRoute<never>, 'status' | 'result' | 'file'>): number {
  return status ?? (result === undefined && file === undefined ? 204 : 200);
}

const NO_PARAMETERS = z.strictObject({});

/** Reads a query. @throws {ManagementProblem} 400 that names the parameter */
export function parseQuery(route: Pick<ManagementRoute<never>, 'query'>, sent: URLSearchParams): unknown {
  const schema = (route.query ?? NO_PARAMETERS) as z.ZodObject;
  const parameters = Object.fromEntries(
    [...new Set(sent.keys())].map((name) => {
      const values = sent.getAll(name);
      return [name, values.length === 1 ? values[0] : values];
    }),
  );
  const parsed = schema.safeParse(parameters);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  if (issue?.code !== 'unrecognized_keys') throw badQuery(`${nameOfIssue(issue)} ${issue?.message ?? ''}`);
  const known = Object.keys(schema.shape).join(', ');
  throw badQuery(known === '' ? 'this address takes no parameters' : `there are ${known}`);
}

/** Reads a JSON body by the route's schema. @throws {ManagementProblem} 400 that names the field; OAuthError 413, 415 */
export async function parseRequestBody(
  route: Pick<ManagementRoute<never>, 'body' | 'bodyMaxBytes' | 'takesHtml'>,
  request: Request,
): Promise<unknown> {
  if (route.body === undefined) return undefined;
  const accepted = route.takesHtml ? (['json', 'html'] as const) : (['json'] as const);
  const { text, encoding } = await readBody(request, accepted, route.bodyMaxBytes);
  if (encoding === 'html') return parseBody(route.body, text);
  let sent: unknown;
  try {
    sent = JSON.parse(text);
  } catch {
    throw new ManagementProblem(400, 'invalid_body', 'Payload validation error: the body is not JSON.');
  }
  return parseBody(route.body, sent);
}

/** Reads a value by its schema, each rule of which has a sentence. @throws {ManagementProblem} 400 that names the field */
export function parseBody<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw badBody(nameOfIssue(issue) || 'the body', issue?.message ?? '');
}

/** `options.totp.length`, `callbacks[3]`; empty for the whole. */
export function nameOfIssue(issue: z.core.$ZodIssue | undefined): string {
  return nameOfKeys(issue?.path ?? []);
}

/** The same for the way to a field. */
export function nameOfKeys(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (name, part) =>
      typeof part === 'number'
        ? `${name}[${part}]`
        : [name, tellable(String(part))].filter(Boolean).join('.'),
    '',
  );
}

/** A key of an object may be anything that was sent. */
function tellable(key: string): string {
  return PROPERTY_NAME.test(key) ? key : '…';
}

/** A query that breaks a rule. */
export function badQuery(sentence: string): ManagementProblem {
  return new ManagementProblem(400, 'invalid_query_string', `Query validation error: ${sentence}.`);
}

/** A field that breaks a rule, of a body or of a row of a file. */
export class BrokenField extends ManagementProblem {
  override name = 'BrokenField';
  constructor(
    readonly field: string,
    /** `must be …`, or a sentence of its own. */
    readonly sentence: string,
  ) {
    const said = /^[A-Z]/.test(sentence) ? `: ${sentence}` : ` ${sentence}.`;
    super(400, 'invalid_body', `Payload validation error: ${field}${said}`);
  }
}

/** A body that breaks a rule: `field must be …`, or `field: A sentence.` */
export function badBody(field: string, sentence: string): BrokenField {
  return new BrokenField(field, sentence);
}
