// `/api/v2/clients` and `/api/v2/clients/{client_id}`, for operators only. Web standards in, web standards out.

import { readBody } from '@/lib/endpoints/body';
import type { Deps } from '@/lib/endpoints/deps';
import { respondJson } from '@/lib/endpoints/respond';
import { type ClientsDeps, createClient, findClient, listClients } from './clients';
import { answerManagement, ManagementProblem } from './problem';

/** Tells who may use the management API. */
export type Operators = Readonly<{
  /** True when the request's bearer token is an operator's. Compares in constant time. */
  isOperator(request: Request): Promise<boolean>;
}>;

export type ClientsEndpointDeps = ClientsDeps & Pick<Deps, 'log'> & Readonly<{ operators: Operators }>;

export const CLIENTS_PATH = '/api/v2/clients';

/** Answers every request below {@link CLIENTS_PATH}, refusals included. */
export async function clientsEndpoint(deps: ClientsEndpointDeps, request: Request): Promise<Response> {
  return answerManagement(deps, CLIENTS_PATH, async () => {
    // Before anything else: a stranger learns neither which paths nor which methods there are (MGT-1).
    if (!(await deps.operators.isOperator(request))) {
      throw new ManagementProblem(401, 'invalid_token', 'Invalid token', { 'WWW-Authenticate': 'Bearer' });
    }
    const url = new URL(request.url);
    const clientId = readClientId(url.pathname);
    if (clientId !== null) return answerOne(deps, request, { clientId, query: url.searchParams });
    return request.method === 'POST' ? answerNew(deps, request) : answerAll(deps, request, url.searchParams);
  });
}

async function answerNew(deps: ClientsDeps, request: Request): Promise<Response> {
  const { text } = await readBody(request, ['json']);
  return respondJson(await createClient(deps, parseJson(text)), 201);
}

async function answerAll(deps: ClientsDeps, request: Request, query: URLSearchParams): Promise<Response> {
  checkMethod(request, ['GET', 'POST']);
  const { page, perPage, includeTotals } = parsePage(query);
  const { clients, total } = await listClients(deps, { page, perPage });
  return respondJson(includeTotals ? { start: page * perPage, limit: perPage, total, clients } : clients);
}

async function answerOne(
  deps: ClientsDeps,
  request: Request,
  asked: { clientId: string; query: URLSearchParams },
): Promise<Response> {
  checkMethod(request, ['GET']);
  if (asked.query.size > 0) throw badQuery('this address takes no parameters');
  const client = await findClient(deps, asked.clientId);
  if (client === null) throw new ManagementProblem(404, 'inexistent_client', 'The client does not exist');
  return respondJson(client);
}

/** The last segment of the path; null for the collection. */
function readClientId(pathname: string): string | null {
  const segment = pathname.slice(CLIENTS_PATH.length + 1);
  if (segment === '') return null;
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new ManagementProblem(
      400,
      'invalid_uri',
      'Path validation error: the client id is not percent-encoded.',
    );
  }
}

function checkMethod(request: Request, allowed: readonly string[]): void {
  if (allowed.includes(request.method)) return;
  throw new ManagementProblem(405, 'method_not_allowed', 'The method is not allowed here.', {
    Allow: allowed.join(', '),
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ManagementProblem(400, 'invalid_body', 'Payload validation error: the body is not JSON.');
  }
}

const PER_PAGE_DEFAULT = 50;
const PER_PAGE_MAX = 100;
/** Beyond lies nothing anybody has; it keeps the offset a number the database can count with. */
const PAGE_MAX = 1_000_000;

function parsePage(query: URLSearchParams): { page: number; perPage: number; includeTotals: boolean } {
  const names = [...query.keys()];
  if (names.some((name) => !['page', 'per_page', 'include_totals'].includes(name))) {
    throw badQuery('there are page, per_page and include_totals');
  }
  if (new Set(names).size !== names.length) throw badQuery('a parameter was sent more than once');
  const includeTotals = query.get('include_totals') ?? 'false';
  if (includeTotals !== 'true' && includeTotals !== 'false')
    throw badQuery('include_totals is true or false');
  return {
    page: wholeNumber(query, 'page', { fallback: 0, min: 0, max: PAGE_MAX }),
    perPage: wholeNumber(query, 'per_page', { fallback: PER_PAGE_DEFAULT, min: 1, max: PER_PAGE_MAX }),
    includeTotals: includeTotals === 'true',
  };
}

function wholeNumber(
  query: URLSearchParams,
  name: string,
  bounds: { fallback: number; min: number; max: number },
): number {
  const { fallback, min, max } = bounds;
  const value = query.get(name) ?? String(fallback);
  if (!/^\d{1,9}$/.test(value) || Number(value) < min || Number(value) > max) {
    throw badQuery(`${name} is a whole number from ${min} to ${max}`);
  }
  return Number(value);
}

function badQuery(sentence: string): ManagementProblem {
  return new ManagementProblem(400, 'invalid_query_string', `Query validation error: ${sentence}.`);
}
