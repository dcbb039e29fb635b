// APIs: whom an access token is for, what may be asked of each, and how its tokens are made. The specifications call them
// resource servers. Knows nothing of how they are stored. RFC 6749 §1.1, RFC 9068 §3; Auth0's names.
import { OAuthError } from './errors';
import type { SigningAlgorithm } from './token-signer';
import { SCOPES } from './vocabulary';

/** Something an API lets be asked for. */
export type ApiScope = Readonly<{
  /** One scope token, compared as an exact string. @see RFC 6749 §3.3 */
  value: string;
  /** For people. */
  description: string;
}>;

export type ResourceServer = Readonly<{
  /** 24 hex digits. */
  id: string;
  /** The audience of its tokens: unique, and never changed. */
  identifier: string;
  name: string;
  scopes: readonly ApiScope[];
  signingAlgorithm: SigningAlgorithm;
  tokenLifetimeSeconds: number;
  /** Of tokens that are handed out at /authorize itself, where more eyes are on them. */
  tokenLifetimeForWebSeconds: number;
  /** Whether a refresh token may come with its access tokens. */
  allowOfflineAccess: boolean;
  /** People are not asked whether a client of the same house may have its tokens. */
  skipConsent: boolean;
  /** The management API: for people, only what is about themselves. */
  isSystem: boolean;
}>;

/** What a client may ask of an API by itself, without a person. */
export type ClientGrant = Readonly<{
  /** Identifier of the API. */
  audience: string;
  /** In the order they were granted. Those the API knows no longer do not count. */
  scopes: readonly string[];
}>;

export type ResourceServerStore = {
  /** The API of that identifier, or null. Answers from memory: a change made elsewhere shows within five seconds. */
  find(identifier: string): Promise<ResourceServer | null>;
  /** What was granted to a client, oldest first. From memory as well. */
  findGrants(clientId: string): Promise<readonly ClientGrant[]>;
};

/** Identifier of the API that a request is for where it names none, as the operator set it; null: UserInfo alone. Auth0's. */
export type DefaultAudience = () => string | null;

/** The scopes that a person may give away through a client. @see RFC 9700 §2.3 */
export function scopesForPeople({ scopes, isSystem }: ResourceServer): ReadonlySet<string> {
  const values = scopes.map(({ value }) => value);
  return new Set(isSystem ? values.filter(isAboutOneself) : values);
}

/**
 * The API that tokens are to be issued for; null where they are for UserInfo alone.
 * @throws OAuthError `invalid_grant` when it has been removed since the person signed in
 */
export async function loadApi(
  deps: Readonly<{ resourceServers: Pick<ResourceServerStore, 'find'> }>,
  audience: string | null,
): Promise<ResourceServer | null> {
  if (audience === null) return null;
  const api = await deps.resourceServers.find(audience);
  if (api === null) throw new OAuthError('invalid_grant', 'The API that was asked for is gone.');
  return api;
}

/**
 * Of a scope that was granted once, what still means something: an API may have lost some of its own since.
 * @param api null for UserInfo alone
 */
export function scopeStillKnown(scope: string, api: ResourceServer | null): string {
  const known = new Set<string>([...SCOPES, ...(api?.scopes ?? []).map(({ value }) => value)]);
  return scope
    .split(' ')
    .filter((token) => known.has(token))
    .join(' ');
}

/** Auth0's spelling, as in `update:current_user_metadata`. */
function isAboutOneself(scope: string): boolean {
  return scope.includes(':current_user');
}
