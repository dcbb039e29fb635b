// The port through which tokens are signed and verified. Keys, sealing and rotation live behind it (lib/keys).
// RFC 7515, RFC 7519; RFC 8725 for what is refused.

/** JWS algorithms we sign with. */
export type SigningAlgorithm = 'RS256' | 'ES256' | 'EdDSA';

/** The `typ` header keeps one kind of token from being taken for another. @see RFC 8725 §3.11, RFC 9068 §2.1 */
export type TokenType = 'JWT' | 'at+jwt' | 'logout+jwt';

export type TokenClaims = Readonly<Record<string, unknown>>;

export type TokenSigner = {
  /** Signs with the current key of the algorithm; the header carries its `kid`. */
  sign(claims: TokenClaims, header: { typ: TokenType; alg: SigningAlgorithm }): Promise<string>;
  /**
   * Signs an ID token with HS256, for the one client that shares the key: its secret, as it is sealed. Nothing of ours takes
   * such a token for its own: whoever holds the secret could have made it. @see OpenID Connect Core §10.1
   */
  signForClient(claims: TokenClaims, sealedSecret: string): Promise<string>;
  /**
   * The claims of a token that `signForClient` could have made for the client with that secret, however old, or null. Worth as
   * much as the client's own word.
   */
  verifyForClient(token: string, sealedSecret: string): Promise<TokenClaims | null>;
  /**
   * The claims of a token that one of our published keys signed, or null: wrong signature, `alg` that is not the key's,
   * unknown or revoked `kid`, another `typ`, another issuer, a `crit`, not a compact JWS. `exp` and `nbf` are checked with
   * 60 s of leeway unless `allowExpired` (an id_token_hint may be old, OpenID Connect RP-Initiated Logout 1.0 §4).
   */
  verify(token: string, expected: { typ: TokenType; allowExpired?: boolean }): Promise<TokenClaims | null>;
  /** Next, current and previous public keys. @see RFC 7517 §5 */
  publicKeys(): Promise<readonly Readonly<Record<string, unknown>>[]>;
};
