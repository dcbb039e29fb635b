// A client proves itself, at every endpoint where it has to, and what is tried in vain is limited: by client and network, so
// that nobody can close a client to itself, and counted on failure only. COD-6, CLI-4.
import type { Attempt } from '@/lib/login/failure-limits';
import type { Client } from '@/lib/oidc/client';
import { authenticateClient, type ClientCredentials } from '@/lib/oidc/client-authentication';
import { type ErrorCode, OAuthError } from '@/lib/oidc/errors';
import type { Deps } from './deps';

/** What it takes to try something that may be tried in vain. */
export type AttemptDeps = Pick<Deps, 'clock' | 'failureLimits' | 'clientAddress'>;

/** What it takes to find out who a client is. */
export type ProofDeps = AttemptDeps & Pick<Deps, 'issuer' | 'verifySecret' | 'clientAssertions'>;

/**
 * The client that credentials name, proven.
 * @param proof.named the client of that id, or null: ids that strangers make up are not counted
 * @throws OAuthError `invalid_client` 401, `too_many_requests` 429
 */
export async function proveClient(
  deps: ProofDeps,
  headers: Headers,
  { named, credentials }: { named: Client | null; credentials: ClientCredentials },
): Promise<Client> {
  const prove = () => authenticateClient(deps, named, credentials);
  if (named === null) return prove();
  const { clientId } = named;
  return tryOften(deps, { limit: 'wrong_secrets', clientId, failure: 'invalid_client', headers }, prove);
}

/**
 * Runs what may fail, unless it failed too often already.
 * @param tried.failure the error that counts; any other says nothing of a guess
 * @throws OAuthError `too_many_requests` 429, and what `run` throws
 */
export async function tryOften<Result>(
  deps: AttemptDeps,
  tried: Omit<Attempt, 'ip'> & Readonly<{ failure: ErrorCode; headers: Headers }>,
  run: () => Promise<Result>,
): Promise<Result> {
  const { failure, headers, ...attempted } = tried;
  const attempt: Attempt = { ...attempted, ip: deps.clientAddress(headers) };
  const closedUntil = deps.failureLimits.closedUntil(attempt);
  if (closedUntil !== null) throw tooManyFailures(closedUntil, deps.clock());
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof OAuthError) || error.error !== failure) throw error;
    const until = await deps.failureLimits.count(attempt);
    throw until === null ? error : tooManyFailures(until, deps.clock());
  }
}

function tooManyFailures(until: Date, now: Date): OAuthError {
  return new OAuthError('too_many_requests', 'Too many attempts failed. Try again later.', {
    status: 429,
    retryAfterSeconds: Math.max(1, Math.ceil((until.getTime() - now.getTime()) / 1000)),
  });
}
