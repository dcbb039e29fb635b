// The life of a key that signs tokens, and the port through which keys are kept. One key of an algorithm signs
// (`current`); its successor is published before it does (`next`), so that whoever caches the key set knows it in time;
// those before it stay published while tokens they signed may live (`previous`). OpenID Connect Core §10.1.1.
import type { SigningAlgorithm } from './token-signer';

export type SigningKeyStatus = 'next' | 'current' | 'previous' | 'revoked';

/** A public key as JSON. @see RFC 7517 */
export type PublicJwk = Readonly<Record<string, string | readonly string[]>>;

export type SigningKey = Readonly<{
  /** RFC 7638 thumbprint: unique, and nobody can choose it. */
  kid: string;
  algorithm: SigningAlgorithm;
  publicJwk: PublicJwk;
  /** The private JWK, sealed with SECRET. */
  sealedPrivateJwk: string;
  status: SigningKeyStatus;
  createdAt: Date;
  /** When it began to sign. */
  activatedAt: Date | null;
  /** When it stopped, or was revoked. */
  retiredAt: Date | null;
}>;

/** Keys as operators look at them and replace them. */
export type SigningKeyRegister = Readonly<{
  /** Every key there ever was, oldest first, as the database has them now. */
  list(): Promise<readonly Omit<SigningKey, 'sealedPrivateJwk'>[]>;
  /**
   * The next key of each algorithm signs from now on, in every process within five seconds; returns their `kid`s, none where
   * there are no keys. Of several calls at once one rotates, and all are told the same.
   */
  rotate(): Promise<readonly string[]>;
  /**
   * Ends the trust in a previous key: tokens it signed are refused at once here, and within five seconds elsewhere.
   * False when there is no previous key of that name; the current one must be rotated first.
   */
  revoke(kid: string): Promise<boolean>;
}>;

export type SigningKeyStore = {
  /** Every key, oldest first. */
  list(): Promise<readonly SigningKey[]>;
  /**
   * Writes an algorithm's first two keys, a current and a next one, unless it has a current one already. Atomic: of any
   * number of simultaneous calls one writes both of its keys and the others nothing.
   */
  begin(keys: { current: SigningKey; next: SigningKey }): Promise<void>;
  /**
   * The next key becomes the current one, the current a previous one, and `successor` the next: all or nothing.
   * False, and nothing changed, when the two are no longer what the caller saw: another process was faster.
   */
  rotate(rotation: {
    currentKid: string;
    nextKid: string;
    successor: SigningKey;
    now: Date;
  }): Promise<boolean>;
  /** Revokes a previous key. False when there is no previous key of that name. */
  revoke(revocation: { kid: string; now: Date }): Promise<boolean>;
  /** Replaces the sealed form if it is still the one that was read. */
  reseal(change: { kid: string; from: string; to: string }): Promise<void>;
};
