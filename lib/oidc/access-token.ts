// Access tokens: signed JWTs whose family can be revoked (RFC 9068, RFC 7009).
import type { Subject } from './authorization-code';

export type ActiveGrant = Readonly<{ subject: Subject; scope: string }>;

export type TokenFamilyStore = {
  /** The person behind an access token, or null once the family is revoked or the account is blocked or gone. One statement. */
  findActive(familyId: string): Promise<ActiveGrant | null>;
  /** Revokes the family if it belongs to the client; anything else changes nothing. */
  revoke(revocation: { familyId: string; clientId: string; now: Date }): Promise<void>;
};
