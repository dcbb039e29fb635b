// A registered client: what it may ask for and how it proves itself. Knows nothing of how clients are stored.
// RFC 6749 §2; OpenID Connect Dynamic Client Registration 1.0 §2 for the names.
import type { ClientCredential, ClientKey } from './client-key';

/** Decides whether a client can keep a secret and whether a loopback port may vary. Auth0's names. */
export type ApplicationType = 'regular_web' | 'spa' | 'native' | 'non_interactive';

/** The one way a client proves itself at the token endpoint. @see RFC 6749 §2.3 */
export type TokenEndpointAuthMethod =
  | 'none'
  | 'client_secret_basic'
  | 'client_secret_post'
  | 'private_key_jwt';

export type Client = Readonly<{
  clientId: string;
  /** Shown to people. */
  name: string;
  /** Of the house that runs this server. People are asked what a client of another house may have. */
  isFirstParty: boolean;
  applicationType: ApplicationType;
  /**
   * `client_secret` where nobody chose: Basic and post are as good, because Auth0's own libraries and others send the one or
   * the other unasked (docs/decisions/0026). A method that was chosen is the only one.
   */
  tokenEndpointAuthMethod: TokenEndpointAuthMethod | 'client_secret';
  /** Keyed hashes, newest first; two while a rotation lasts, none for a public client. */
  secretHashes: readonly string[];
  /** Until when those after the newest prove the client; null where there is none. */
  formerSecretExpiresAt: Date | null;
  /** The newest secret, sealed, of a client whose ID tokens are signed with it (HS256); null: they are with our key. */
  sealedSecret: string | null;
  /** Public keys that verify what it signs; none unless its method is `private_key_jwt`. */
  jwks: readonly ClientKey[];
  /** Such keys that come and go one by one; see {@link keysAt}. */
  credentials: readonly ClientCredential[];
  redirectUris: readonly string[];
  postLogoutRedirectUris: readonly string[];
  /** Where it is told that a session it took part in has ended; null: nowhere. @see Back-Channel Logout 1.0 §2.2 */
  backchannelLogoutUri: string | null;
  /** Its word that it needs a `sid` for that. */
  backchannelNeedsSid: boolean;
  /** Which endings it is told of, in Auth0's words; `all` is every one. */
  backchannelInitiators: readonly string[];
  /** Whether a refresh token is replaced at every use. It always is where the client cannot prove itself. */
  refreshRotates: boolean;
  /** Seconds in which the refresh token just replaced still gives its successor. */
  refreshGraceSeconds: number;
  /** Seconds a refresh token lives in all, and without use; null: without end. */
  refreshLifetimeSeconds: number | null;
  refreshIdleSeconds: number | null;
  /** Origins whose scripts may call, frame silent authentication and sign people in. */
  webOrigins: readonly string[];
  /** Origins whose scripts may call, and no more. */
  allowedOrigins: readonly string[];
  /** Pages of these origins may trade a code that was typed there for a login ticket (`/co/authenticate`). */
  crossOriginAuthentication: boolean;
  /** Its word for the address of the person is taken once it has proven itself; `auth0-forwarded-for`. */
  trustsForwardedAddress: boolean;
  grantTypes: readonly string[];
  /** False only for confidential clients that cannot send a PKCE challenge. */
  requirePkce: boolean;
  /** Its requests are pushed, never brought by a browser. @see RFC 9126 §6 */
  requirePushedRequests: boolean;
  /** The client was created with leave to use `*` in the left-most label of redirect URIs and logout URLs. */
  wildcardRedirectUris: boolean;
  idTokenLifetimeSeconds: number;
  accessTokenLifetimeSeconds: number;
  /** Profile claims travel in the ID token as Auth0's do, not only at UserInfo. */
  profileClaimsInIdToken: boolean;
  logoUri: string | null;
  initiateLoginUri: string | null;
  /** Names of the connections its login page offers, oldest first. */
  connections: readonly string[];
}>;

export type ClientStore = {
  /**
   * The client of that id, or null. May answer from memory: a change made elsewhere shows within five seconds.
   * Statements that issue tokens for people check again in the database that the client still exists.
   */
  find(clientId: string): Promise<Client | null>;
  /**
   * Whether scripts of this origin may call in the name of any client: all that a CORS preflight, which names no client, can
   * be asked. Answers from memory as `find` does.
   */
  hasWebOrigin(origin: string): Promise<boolean>;
};

/** Whether a client may prove itself like that. */
export function mayProveBy(client: Client, method: TokenEndpointAuthMethod): boolean {
  const { tokenEndpointAuthMethod: registered } = client;
  return registered === 'client_secret' ? method.startsWith('client_secret_') : registered === method;
}

/** The keyed hashes of its secrets that are good now. */
export function secretHashesAt(
  { secretHashes, formerSecretExpiresAt }: Client,
  now: Date,
): readonly string[] {
  const isFormerDead = formerSecretExpiresAt !== null && formerSecretExpiresAt <= now;
  return isFormerDead ? secretHashes.slice(0, 1) : secretHashes;
}

/** The public keys by which it may prove itself now. */
export function keysAt({ jwks, credentials }: Client, now: Date): readonly ClientKey[] {
  const alive = credentials.filter(
    ({ isUsed, expiresAt }) => isUsed && (expiresAt === null || new Date(expiresAt) > now),
  );
  return [...jwks, ...alive.map(({ key }) => key)];
}

/** A public client cannot keep a secret. @see RFC 6749 §2.1 */
export function isPublicClient(client: Client): boolean {
  return client.tokenEndpointAuthMethod === 'none';
}

/** Whether scripts of this origin may call in the name of the client. */
export function mayCall({ webOrigins, allowedOrigins }: Client, origin: string): boolean {
  return webOrigins.includes(origin) || allowedOrigins.includes(origin);
}
