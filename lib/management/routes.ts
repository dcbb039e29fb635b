// Every address of the management API, in one table, and the one place where it is decided who may use it. Web standards
// in, web standards out. Whatever is not in the table is refused (security MGT-1).
import { answerPreflight, exposeToOrigin, isPreflight } from '@/lib/endpoints/cors';
import type { Deps } from '@/lib/endpoints/deps';
import { respondEmpty, respondJson } from '@/lib/endpoints/respond';
import type { Client } from '@/lib/oidc/client';
import { ABSENT_ROUTES } from './absent-routes';
import { ATTACK_PROTECTION_ROUTES } from './attack-protection-routes';
import type { ManagementEvents } from './audit';
import { BLOCK_ROUTES, type BlocksDeps } from './block-routes';
import type { BrandingDeps } from './brand-files';
import { BRANDING_ROUTES } from './branding-routes';
import { type Caller, mayUse, type Operators } from './caller';
import { CLIENT_GRANT_ROUTES } from './client-grant-routes';
import type { ClientGrantsDeps } from './client-grants';
import { CLIENT_ROUTES } from './client-routes';
import type { ClientsDeps } from './clients';
import { CONNECTION_ROUTES } from './connection-routes';
import type { ConnectionsDeps } from './connections';
import { RECENT_PROOF_SECONDS } from './console-door';
import { EMAIL_PROVIDER_ROUTES, type EmailProviderDeps } from './email-provider-routes';
import { EMAIL_TEMPLATE_ROUTES } from './email-template-routes';
import { GRANT_ROUTES, type GrantRoutesDeps } from './grant-routes';
import { JOB_ROUTES } from './job-routes';
import type { JobsDeps } from './jobs';
import { LOG_ROUTES, type LogRoutesDeps } from './log-routes';
import { LOG_STREAM_ROUTES } from './log-stream-routes';
import type { LogStreamsDeps } from './log-streams';
import { describeApi, OPENAPI_PATH } from './openapi';
import type { OverviewDeps } from './overview';
import { PAGE_TEMPLATE_ROUTES } from './page-template-routes';
import { answerManagement, insufficientScope, ManagementProblem } from './problem';
import { PROMPT_ROUTES } from './prompt-routes';
import { countRequest, type RateLimitDeps } from './rate-limit';
import { REFRESH_TOKEN_ROUTES, type RefreshTokenRoutesDeps } from './refresh-token-routes';
import { REPORT_ROUTES } from './report-routes';
import type { ReportsDeps } from './reports';
import { RESOURCE_SERVER_ROUTES } from './resource-server-routes';
import type { ResourceServersDeps } from './resource-servers';
import { type ManagementRoute, parseQuery, parseRequestBody, successOf } from './route';
import { SESSION_ROUTES, type SessionRoutesDeps } from './session-routes';
import { SIGNING_KEY_ROUTES } from './signing-key-routes';
import type { SigningKeysDeps } from './signing-keys';
import { STATS_ROUTES } from './stats-routes';
import type { TeamDeps } from './team';
import { TEAM_ROUTES } from './team-routes';
import { TENANT_ROUTES } from './tenant-routes';
import { THEME_ROUTES } from './theme-routes';
import { USER_ROUTES, type UserRoutesDeps } from './user-routes';

/** What the table itself needs, whatever its routes do. */
type DispatchDeps = Pick<Deps, 'log' | 'issuer' | 'clientAddress' | 'clients'> &
  RateLimitDeps &
  Readonly<{ operators: Operators; managementEvents: ManagementEvents }>;

export type ManagementDeps = ClientsDeps &
  ConnectionsDeps &
  TeamDeps &
  OverviewDeps &
  UserRoutesDeps &
  SessionRoutesDeps &
  RefreshTokenRoutesDeps &
  GrantRoutesDeps &
  LogRoutesDeps &
  LogStreamsDeps &
  JobsDeps &
  BlocksDeps &
  ResourceServersDeps &
  ClientGrantsDeps &
  SigningKeysDeps &
  ReportsDeps &
  BrandingDeps &
  EmailProviderDeps &
  DispatchDeps;

/** The table. */
export const ROUTES: readonly ManagementRoute<ManagementDeps>[] = [
  ...CLIENT_ROUTES,
  ...RESOURCE_SERVER_ROUTES,
  ...CLIENT_GRANT_ROUTES,
  ...SIGNING_KEY_ROUTES,
  ...CONNECTION_ROUTES,
  ...USER_ROUTES,
  ...SESSION_ROUTES,
  ...REFRESH_TOKEN_ROUTES,
  ...GRANT_ROUTES,
  ...LOG_ROUTES,
  ...LOG_STREAM_ROUTES,
  ...BLOCK_ROUTES,
  ...JOB_ROUTES,
  ...REPORT_ROUTES,
  ...TEAM_ROUTES,
  ...STATS_ROUTES,
  ...TENANT_ROUTES,
  ...BRANDING_ROUTES,
  ...THEME_ROUTES,
  ...PAGE_TEMPLATE_ROUTES,
  ...PROMPT_ROUTES,
  ...EMAIL_PROVIDER_ROUTES,
  ...EMAIL_TEMPLATE_ROUTES,
  ...ATTACK_PROTECTION_ROUTES,
  ...ABSENT_ROUTES,
];

export const MANAGEMENT_PATH = '/api/v2';

/** True for every path below the management API, whether there is a route or not. */
export function isManagementPath(pathname: string): boolean {
  return pathname === MANAGEMENT_PATH || pathname.startsWith(`${MANAGEMENT_PATH}/`);
}

/** Answers every request below `/api/v2`, refusals included. Never rejects. */
export async function managementEndpoint(deps: ManagementDeps, request: Request): Promise<Response> {
  const { pathname } = new URL(request.url);
  if (pathname === OPENAPI_PATH && request.method === 'GET') return describeApi(ROUTES, deps.issuer);
  if (isPreflight(request))
    return answerManagement(deps, MANAGEMENT_PATH, () => answerPreflight(deps, request, METHODS_IN_PAGES));
  const routes = routesAt(pathname);
  const endpoint = routes[0]?.path ?? MANAGEMENT_PATH;
  let reader = { client: null } as Reader;
  const response = await answerManagement(deps, endpoint, async () => {
    // Before anything else: a stranger learns neither which paths nor which methods there are.
    const caller = await deps.operators.callerOf(request);
    if (caller === null) {
      throw new ManagementProblem(401, 'invalid_token', 'Invalid token', { 'WWW-Authenticate': 'Bearer' });
    }
    reader = caller.kind === 'person' ? { client: await deps.clients.find(caller.clientId ?? '') } : null;
    const headers = await countRequest(deps, caller);
    const answered = await answerManagement(deps, endpoint, () =>
      answerCaller(deps, { caller, routes, request }),
    );
    for (const [name, value] of Object.entries(headers)) answered.headers.set(name, value);
    return answered;
  });
  return reader === null ? response : exposeToOrigin(deps, response, { request, ...reader });
}

/** Whose pages may read an answer; a client of null: any that is listed. Null: none, because its caller lives in no page. */
type Reader = Readonly<{ client: Client | null }> | null;

/** What people may do with their own token, which their application may hold in a page (`Auth0.Management` of auth0-js). */
const METHODS_IN_PAGES = 'GET, POST, PATCH, DELETE';

async function answerCaller(
  deps: ManagementDeps,
  asked: { caller: Caller; routes: readonly ManagementRoute<ManagementDeps>[]; request: Request },
): Promise<Response> {
  const { caller, request } = asked;
  const { pathname, searchParams } = new URL(request.url);
  const route = findRoute(asked.routes, request.method);
  const params = readParams(route.path, pathname);
  checkCaller(route, caller, params);
  checkProof(route, caller, deps.clock());
  const query = parseQuery(route, searchParams);
  const body = await parseRequestBody(route, request);
  const answer = await route.answer(deps, { params, query, body, caller, request });
  recordEvent(deps, { route, caller, params, headers: request.headers });
  if (answer instanceof Response) return answer;
  return route.result === undefined ? respondEmpty(successOf(route)) : respondJson(answer, successOf(route));
}

/** @throws {ManagementProblem} 403 */
function checkCaller(
  { scopes, ownScope }: ManagementRoute<never>,
  caller: Caller,
  { id }: Readonly<Record<string, string>>,
): void {
  if (caller.kind !== 'person') {
    if (!mayUse(caller, scopes)) throw insufficientScope(scopes);
    return;
  }
  if (ownScope === undefined) throw insufficientScope(scopes);
  if (!mayUse(caller, [ownScope])) throw insufficientScope([ownScope]);
  if (id !== undefined && id !== caller.accountId) {
    throw new ManagementProblem(403, 'insufficient_scope', 'This token is good for its own user alone');
  }
}

/** What opens everything else takes more than a session that somebody left open (ADM-3). @throws {ManagementProblem} 403 */
function checkProof(
  { showsSecret = false, needsRecentProof = showsSecret }: ManagementRoute<never>,
  { kind, provenAt }: Caller,
  now: Date,
): void {
  if (kind !== 'operator' || !needsRecentProof) return;
  const provenFor = now.getTime() - (provenAt?.getTime() ?? Number.NEGATIVE_INFINITY);
  if (provenFor <= RECENT_PROOF_SECONDS * 1000) return;
  throw new ManagementProblem(403, 'recent_proof_required', 'Sign in again first: this takes a recent proof');
}

function recordEvent(
  deps: DispatchDeps,
  {
    route,
    caller,
    params,
    headers,
  }: {
    route: ManagementRoute<never>;
    caller: Caller;
    params: Readonly<Record<string, string>>;
    headers: Headers;
  },
): void {
  const { method, path, summary, showsSecret = false, forgetsParams, isRead = method === 'GET' } = route;
  if (isRead && !showsSecret) return;
  deps.managementEvents.record({
    type: isRead ? 'mgmt_api_read' : 'sapi',
    clientId: caller.clientId,
    accountId: caller.accountId,
    ip: deps.clientAddress(headers),
    userAgent: headers.get('user-agent'),
    description: summary,
    details: { actor: caller.kind, request: { method, path, params: forgetsParams ? {} : params } },
    occurredAt: deps.clock(),
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

/** A path that is there word for word is not one in which a word stands for a name. */
function routesAt(pathname: string): readonly ManagementRoute<ManagementDeps>[] {
  const fitting = ROUTES.filter(({ path }) => matches(path, pathname));
  const literal = fitting.filter(({ path }) => path === pathname);
  return literal.length > 0 ? literal : fitting;
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

function readParams(path: string, pathname: string): Record<string, string> {
  const segments = pathname.split('/');
  return Object.fromEntries(
    path
      .split('/')
      .flatMap((part, index) =>
        isPlaceholder(part) ? [[part.slice(1, -1), decode(segments[index] ?? '')]] : [],
      ),
  );
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new ManagementProblem(400, 'invalid_uri', 'Path validation error: it is not percent-encoded.');
  }
}
