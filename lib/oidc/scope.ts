// Scope: tokens between single spaces, compared whole. What is not known is dropped, what is malformed is refused.
// RFC 6749 §3.3; OpenID Connect Core §5.4 and §11.
import { OAuthError } from './errors';
import { type ResourceServer, scopesForPeople } from './resource-server';
import { DEFAULT_SCOPE, OFFLINE_ACCESS, SCOPES } from './vocabulary';

/**
 * Scope a request is granted: of those it asks for, in its order, the ones that mean something here or to the API it is
 * for; the default when it asks for none. `offline_access` goes only to a client that may use a refresh token, for an API
 * that allows it (OpenID Connect Core §11).
 * @throws OAuthError `invalid_scope` for a malformed scope, and for one of which nothing is known; `access_denied` where
 * something is, and may not be had by people.
 */
export function grantScope(
  requested: string | null,
  { mayRefresh, api }: { mayRefresh: boolean; api: ResourceServer | null },
): string {
  if (requested === null) return DEFAULT_SCOPE;
  const tokens = parseScope(requested);
  const ofApi = api === null ? new Set() : scopesForPeople(api);
  const isOffline = mayRefresh && (api === null || api.allowOfflineAccess);
  const granted = tokens.filter((token) =>
    token === OFFLINE_ACCESS ? isOffline : isKnownScope(token) || ofApi.has(token),
  );
  if (granted.length > 0) return granted.join(' ');
  if (api?.scopes.some(({ value }) => tokens.includes(value))) {
    throw new OAuthError('access_denied', 'These scopes are not for people.');
  }
  throw new OAuthError('invalid_scope', 'None of the scopes is known here.');
}

/** Whether a scope token is one of OpenID Connect's that mean something here. */
export function isKnownScope(token: string): boolean {
  return KNOWN_SCOPES.has(token);
}

/**
 * The distinct tokens of a scope.
 * @throws OAuthError `invalid_scope` unless they stand between single spaces and keep to the characters allowed.
 * @see RFC 6749 §3.3
 */
export function parseScope(scope: string): readonly string[] {
  const tokens = scope.split(' ');
  if (!tokens.every((token) => SCOPE_TOKEN.test(token))) {
    throw new OAuthError('invalid_scope', 'The scope is malformed: tokens stand between single spaces.');
  }
  return [...new Set(tokens)];
}

/** Whether a granted scope holds this token as a whole. */
export function hasScope(scope: string, token: string): boolean {
  return scope.split(' ').includes(token);
}

const SCOPE_TOKEN = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

const KNOWN_SCOPES: ReadonlySet<string> = new Set(SCOPES);
