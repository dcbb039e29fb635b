// The authorization code: sixty seconds, one use, bound to client, redirect URI and PKCE challenge.
// Knows what is promised of the store, not how it keeps the promise. RFC 6749 §4.1, RFC 9700 §2.1.1.
import type { RefreshExpiry } from './refresh-token';
import type { Whereabouts } from './whereabouts';

/** Seconds between the redirect and the redemption. @see RFC 9700 §4.5, OWASP ASVS 10.4.3 */
export const AUTHORIZATION_CODE_LIFETIME_SECONDS = 60;

/** An account as tokens and UserInfo speak of it. */
export type Subject = Readonly<{
  /** The `sub` claim: `email|<24 hex>` or `sms|<24 hex>`. */
  sub: string;
  name: string | null;
  nickname: string | null;
  givenName: string | null;
  familyName: string | null;
  picture: string | null;
  email: string | null;
  emailVerified: boolean;
  phoneNumber: string | null;
  phoneNumberVerified: boolean;
  updatedAt: Date;
}>;

/** What a redeemed code stands for. */
export type AuthorizationGrant = Readonly<{
  clientId: string;
  subject: Subject;
  /** Public session id, the `sid` claim; null where no browser of ours was signed in. */
  sessionId: string | null;
  /** Granted scope, space separated. */
  scope: string;
  /** Identifier of the API that access tokens are for; null: UserInfo alone. */
  audience: string | null;
  nonce: string | null;
  authenticatedAt: Date;
  /** `auth_time` was asked for by max_age or prompt. */
  authTimeRequested: boolean;
  /** Everything issued from this grant is revoked by this id. */
  familyId: string;
}>;

export type CodeRedemption =
  | Readonly<{ kind: 'redeemed'; grant: AuthorizationGrant }>
  /** Unknown, expired, another client's, another redirect URI's, wrong verifier; account blocked or gone, API gone. */
  | Readonly<{ kind: 'refused' }>
  /** Redeemed before, by this client: everything issued from it has just been revoked. */
  | Readonly<{ kind: 'replayed' }>;

export type AuthorizationCodeStore = {
  /**
   * Consumes the code in one conditional statement: of any number of simultaneous calls over any number of processes
   * exactly one is answered `redeemed`; the others are `replayed`, which revokes what the first one issued
   * (RFC 6749 §4.1.2). A call that fails a binding consumes nothing. Expiry is checked against `now`, not by clean-up.
   * The same statement writes the token family and the audit event.
   */
  redeem(redemption: {
    authorizationCode: string;
    clientId: string;
    /** As sent to the token endpoint; null when it was not. */
    redirectUri: string | null;
    /** S256 of the verifier that was sent; null when none was. Equal to the stored challenge or refused (RFC 9700 §4.8). */
    codeChallenge: string | null;
    now: Date;
    /** When the access token of this redemption is dead, unless its API lets tokens live longer. */
    accessTokensExpireAt: Date;
    /** End of the refresh token that goes with the scope `offline_access`. */
    refresh: RefreshExpiry;
    askedFrom: Whereabouts;
  }): Promise<CodeRedemption>;
};
