// Every address of the management API, in one table, and the one place where it is decided who may use it. Web standards
// in, web standards out. Whatever is not in the table is refused (security MGT-1).
import type { Deps } from '@/lib/endpoints/deps';
import { CLIENT_ROUTES } from './client-routes';
import type { ClientsDeps } from './clients';
import { CONNECTION_ROUTES } from './connection-routes';
import type { ConnectionsDeps } from './connections';
import { answerManagement, ManagementProblem } from './problem';
import { REPORT_ROUTES } from './report-routes';
import type { ReportsDeps } from './reports';
import { type ManagementRoute, readJson } from './route';

/** Tells who may use the management API. */
export type Operators = Readonly<{
  /** What the request's bearer token is good for; null when it is nobody's. Compares in constant time. */
  scopesOf(request: Request): Promise<readonly string[] | 'every' | null>;
}>;

export type ManagementDeps = ClientsDeps &
  ConnectionsDeps &
  ReportsDeps &
  Pick<Deps, 'log'> &
  Readonly<{ operators: Operators }>;

/** The table. */
export const ROUTES: readonly ManagementRoute<ManagementDeps>[] = [
  ...CLIENT_ROUTES,
  ...CONNECTION_ROUTES,
  ...REPORT_ROUTES,
];

const PREFIX = '/api/v2';

/** True for every path below the management API, whether there is a route or not. */
export function isManagementPath(pathname: string): boolean {
  return pathname === PREFIX || pathname.startsWith(`${PREFIX}/`);
}

/** Answers every request below `/api/v2`, refusals included. Never rejects. */
export async function managementEndpoint(deps: ManagementDeps, request: Request): Promise<Response> {
  const url = new URL(request.url);
  const routes = ROUTES.filter(({ path }) => matches(path, url.pathname));
  return answerManagement(deps, routes[0]?.path ?? PREFIX, async () => {
    // Before anything else: a stranger learns neither which paths nor which methods there are.
    const scopes = await deps.operators.scopesOf(request);
    if (scopes === null) {
      throw new ManagementProblem(401, 'invalid_token', 'Invalid token', { 'WWW-Authenticate': 'Bearer' });
    }
    const route = findRoute(routes, request.method);
    if (scopes !== 'every' && !scopes.includes(route.scope)) {
      const sentence = `Insufficient scope, expected any of: ${route.scope}`;
      throw new ManagementProblem(403, 'insufficient_scope', sentence);
    }
    return route.answer(deps, {
      segments: readSegments(route.path, url.pathname),
      query: url.searchParams,
      body: () => readJson(request),
    });
  });
}

function findRoute(
  routes: readonly ManagementRoute<ManagementDeps>[],
  method: string,
): ManagementRoute<ManagementDeps> {
  if (routes.length === 0) throw new ManagementProblem(404, 'inexistent_endpoint', 'There is nothing here');
  const route = routes.find((candidate) => candidate.method === method);
  if (route !== undefined) return route;
  throw new ManagementProblem(405, 'method_not_allowed', 'The method is not allowed here.', {
    Allow: routes.map((candidate) => candidate.method).join(', '),
  });
}

const isPlaceholder = (part: string) => part.startsWith('{');

function matches(path: string, pathname: string): boolean {
  const parts = path.split('/');
  const segments = pathname.split('/');
  return (
    parts.length === segments.length &&
    parts.every((part, index) => (isPlaceholder(part) ? segments[index] !== '' : segments[index] === part))
  );
}

function readSegments(path: string, pathname: string): string[] {
  const segments = pathname.split('/');
  return path
    .split('/')
    .flatMap((part, index) => (isPlaceholder(part) ? [decode(segments[index] ?? '')] : []));
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new ManagementProblem(400, 'invalid_uri', 'Path validation error: it is not percent-encoded.');
  }
}
