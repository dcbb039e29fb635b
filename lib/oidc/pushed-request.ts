// Pushed authorization requests: a client that proves itself hands its request in first and sends the browser with a reference
// to it, which works once, for that client, for a minute and a half. RFC 9126.
import { type AuthorizationRequestDeps, checkAuthorizationRequest } from './authorization-request';
import { type Client, isPublicClient } from './client';
import { AuthorizationError, OAuthError } from './errors';
import { type Parameters, readParameter, requireParameter } from './parameters';
import { AUTHORIZATION_PARAMETERS } from './vocabulary';

/** Seconds from the push to the browser's arrival. @see RFC 9126 §2.2 */
export const PUSHED_REQUEST_LIFETIME_SECONDS = 90;

/** What a reference of ours begins with; the rest is as hard to guess as an authorization code. */
const REQUEST_URI_PREFIX = 'urn:ietf:params:oauth:request_uri:';

/** What a browser would have brought itself, by name. */
export type PushedParameters = Readonly<Record<string, string>>;

export type PushedRequestStore = Readonly<{
  /** Keeps a request: by a keyed hash of its reference, and sealed, as it may name people. */
  add(
    pushed: Readonly<{ reference: string; clientId: string; parameters: PushedParameters; expiresAt: Date }>,
  ): Promise<void>;
  /**
   * Takes a request out, in one conditional statement: of any number of calls over any number of processes one is given it.
   * Null for the others, for another client, which uses up nothing, and when it is too old.
   */
  consume(wanted: { reference: string; clientId: string; now: Date }): Promise<PushedParameters | null>;
}>;

type PushDeps = AuthorizationRequestDeps &
  Readonly<{
    clock: () => Date;
    random: Readonly<{ id(): string }>;
    pushedRequests: PushedRequestStore;
  }>;

/** @see RFC 9126 §2.2 */
export type PushedResponse = Readonly<{ request_uri: string; expires_in: number }>;

/**
 * Takes a request in, after the very rules of /authorize.
 * @param client proven
 * @throws OAuthError what is wrong with it, and `unauthorized_client` for a client that cannot prove itself: whatever it sent
 * could have been sent by anybody, and would be kept here
 */
export async function pushAuthorizationRequest(
  deps: PushDeps,
  client: Client,
  parameters: Parameters,
): Promise<PushedResponse> {
  if (isPublicClient(client))
    throw new OAuthError('unauthorized_client', 'Only a client that proves itself may push its requests.');
  if (parameters.values.has('request_uri'))
    throw new OAuthError('invalid_request', 'The parameter request_uri cannot be pushed.');
  const { clientId } = client;
  const kept = new Map([...parameters.values].filter(([name]) => isKept(name))).set('client_id', clientId);
  await checkPushed(deps, { values: kept, repeated: parameters.repeated });
  const reference = deps.random.id();
  await deps.pushedRequests.add({
    reference,
    clientId,
    parameters: Object.fromEntries(kept),
    expiresAt: new Date(deps.clock().getTime() + PUSHED_REQUEST_LIFETIME_SECONDS * 1000),
  });
  return { request_uri: REQUEST_URI_PREFIX + reference, expires_in: PUSHED_REQUEST_LIFETIME_SECONDS };
}

/**
 * What a browser at /authorize really asks: what was pushed, and nothing it brought beside the reference, or what it brought.
 * @throws OAuthError `invalid_request_uri` for a reference that is unknown, used, too old or another client's
 * @see RFC 9126 §4, RFC 9101 §6.3
 */
export async function resolvePushedRequest(
  deps: Pick<PushDeps, 'clock' | 'pushedRequests'>,
  parameters: Parameters,
): Promise<{ parameters: Parameters; isPushed: boolean }> {
  const requestUri = readParameter(parameters, 'request_uri');
  if (requestUri?.startsWith(REQUEST_URI_PREFIX) !== true) return { parameters, isPushed: false };
  const pushed = await deps.pushedRequests.consume({
    reference: requestUri.slice(REQUEST_URI_PREFIX.length),
    clientId: requireParameter(parameters, 'client_id'),
    now: deps.clock(),
  });
  if (pushed === null)
    throw new OAuthError('invalid_request_uri', 'The request_uri is unknown, expired or was used already.');
  return { parameters: { values: new Map(Object.entries(pushed)), repeated: new Set() }, isPushed: true };
}

/** Of everything else a client may send, its proof first of all, nothing is kept. */
function isKept(name: string): boolean {
  return AUTHORIZATION_PARAMETERS.some((known) => known === name);
}

/** What would have become a page or a redirect at /authorize is told to the client itself. @see RFC 9126 §2.3 */
async function checkPushed(deps: PushDeps, parameters: Parameters): Promise<void> {
  try {
    await checkAuthorizationRequest(deps, parameters, { isPushed: true });
  } catch (problem) {
    if (!(problem instanceof AuthorizationError)) throw problem;
    throw new OAuthError(problem.error, problem.description);
  }
}
