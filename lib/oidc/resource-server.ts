// APIs: whom an access token is for, what may be asked of each, and how its tokens are made. The specifications call them
// resource servers. Knows nothing of how they are stored. RFC 6749 §1.1, RFC 9068 §3; Auth0's names.
import { OAuthError } from './errors';
import type { SigningAlgorithm } from './token-signer';

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

/** The port through which APIs come to be and are looked over. */
export type ResourceServerRegister = ResourceServerStore & {
  /** Writes an API; found at once in this process. False, and nothing written, when the identifier is taken. */
  add(api: ResourceServer, now: Date): Promise<boolean>;
  /** All of them in the order they were made, the management API first. */
  list(): Promise<readonly ResourceServer[]>;
  /**
   * Grants a client these scopes of an API, in place of those it had; known at once in this process.
   * @param id `cgr_` and 16 characters, should it be the first grant
   * @returns false, and nothing written, when there is no such client or API
   */
  grant(grant: ClientGrant & Readonly<{ id: string; clientId: string }>, now: Date): Promise<boolean>;
};

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

/** Auth0's spelling, as in `update:current_user_metadata`. */
function isAboutOneself(scope: string): boolean {
  return scope.includes(':current_user');
}
