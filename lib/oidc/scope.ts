// Scope: tokens between single spaces, compared whole. What is not known is dropped, what is malformed is refused.
// RFC 6749 §3.3; OpenID Connect Core §5.4 and §11.
import { OAuthError } from './errors';
import { DEFAULT_SCOPE, OFFLINE_ACCESS, SCOPES } from './vocabulary';

/**
 * Scope a request is granted: the known ones of those it asks for, in its order; the default when it asks for none.
 * `offline_access` goes only to a client that may use a refresh token (OpenID Connect Core §11).
 * @throws OAuthError `invalid_scope` for a malformed scope, and for one of which nothing is known.
 */
export function grantScope(requested: string | null, { mayRefresh }: { mayRefresh: boolean }): string {
  if (requested === null) return DEFAULT_SCOPE;
  const granted = parseKnownScope(requested).filter((token) => token !== OFFLINE_ACCESS || mayRefresh);
  if (granted.length === 0) throw new OAuthError('invalid_scope', 'None of the scopes is known here.');
  return granted.join(' ');
}

/**
 * The distinct tokens of a scope that mean something here.
 * @throws OAuthError `invalid_scope` for a malformed scope
 */
export function parseKnownScope(scope: string): readonly string[] {
  return parseScope(scope).filter((token) => KNOWN_SCOPES.has(token));
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
