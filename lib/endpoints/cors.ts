// Cross-origin access: an origin that a client lists, letter for letter. HDR-3, Fetch §3.2.
import { type Client, mayCall } from '@/lib/oidc/client';
import type { Deps } from './deps';
import { respondEmpty } from './respond';

/** Seconds a browser may remember a preflight. */
const PREFLIGHT_MAX_AGE_SECONDS = 600;

/** Auth0's clients send their telemetry as `auth0-client`, and the language of a message as `x-request-language`. */
const ALLOWED_HEADERS = 'authorization, content-type, auth0-client, x-request-language';

/**
 * Whether scripts may send cookies along. Only where none is read: Auth0's scripts always send them to /co/authenticate, and
 * a browser keeps the answer from them unless it says that they may.
 */
type Credentials = 'with cookies' | 'without cookies';

/** Whether a browser asks on its own what a script may send: that carries no token. @see Fetch §4.8 */
export function isPreflight({ method, headers }: Request): boolean {
  return method === 'OPTIONS' && headers.has('origin') && headers.has('access-control-request-method');
}

/** Answers a preflight. It names no client, so it is enough that one of them lists the origin. */
export async function answerPreflight(
  deps: Pick<Deps, 'clients'>,
  request: Request,
  methods: string,
  credentials: Credentials = 'without cookies',
): Promise<Response> {
  const response = respondEmpty(204);
  const origin = request.headers.get('origin');
  response.headers.set('Vary', 'Origin');
  if (origin !== null && (await deps.clients.hasWebOrigin(origin))) {
    response.headers.set('Access-Control-Allow-Origin', origin);
    response.headers.set('Access-Control-Allow-Methods', methods);
    response.headers.set('Access-Control-Allow-Headers', ALLOWED_HEADERS);
    response.headers.set('Access-Control-Max-Age', String(PREFLIGHT_MAX_AGE_SECONDS));
    allowCookies(response, credentials);
  }
  return response;
}

/**
 * Lets the script that asked read the answer, if its origin is one of the client's. An answer that belongs to no client
 * is an error that says nothing of anybody: any listed origin may read it.
 */
export async function exposeToOrigin(
  deps: Pick<Deps, 'clients'>,
  response: Response,
  {
    request,
    client,
    credentials = 'without cookies',
  }: Readonly<{ request: Request; client: Client | null; credentials?: Credentials }>,
): Promise<Response> {
  const origin = request.headers.get('origin');
  response.headers.set('Vary', 'Origin');
  if (origin !== null && (await isListed(deps, origin, client))) {
    response.headers.set('Access-Control-Allow-Origin', origin);
    response.headers.set('Access-Control-Expose-Headers', 'WWW-Authenticate, Retry-After, X-Request-Id');
    allowCookies(response, credentials);
  }
  return response;
}

function allowCookies(response: Response, credentials: Credentials): void {
  if (credentials === 'with cookies') response.headers.set('Access-Control-Allow-Credentials', 'true');
}

async function isListed(
  deps: Pick<Deps, 'clients'>,
  origin: string,
  client: Client | null,
): Promise<boolean> {
  if (client !== null) return mayCall(client, origin);
  // Storage that is away has made the answer a 503 already: it then goes without the header.
  return deps.clients.hasWebOrigin(origin).catch(() => false);
}
