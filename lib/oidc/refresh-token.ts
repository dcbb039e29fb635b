// Refresh tokens: one live token a family, replaced at every use. Using an older one is theft, and ends the family; using
// the one just replaced, within seconds, is a client that missed the answer, and gets the same successor again.
// RFC 6749 §6, RFC 9700 §4.14, OpenID Connect Core §12.
import type { AuthorizationGrant } from './authorization-code';

/** Seconds in which the token just replaced still gives its successor. */
export const REFRESH_GRACE_SECONDS = 10;
/** Seconds without use after which it is dead. */
export const REFRESH_IDLE_SECONDS = 30 * 86_400;
/** Seconds after the first one, however often it was replaced. */
export const REFRESH_LIFETIME_SECONDS = 30 * 86_400;

/** Which token of which family. */
export type RefreshTarget = Readonly<{ familyId: string; sequence: number }>;

/** Tokens derived from SECRET: a family and a number, with a MAC of 256 bits. */
export type RefreshTokens = Readonly<{
  derive(target: RefreshTarget): string;
  /** What a genuine token stands for, by any configured SECRET; null for everything else. Asks no database. */
  read(refreshToken: string): RefreshTarget | null;
}>;

export type Rotation = Readonly<
  /** `sequence` of the token that takes its place, whether it was born now or a moment ago. */
  | { kind: 'rotated'; sequence: number; grant: AuthorizationGrant }
  /** More was asked for than was granted: nothing was replaced. */
  | { kind: 'scope_exceeded' }
  /** Used before: the family has just been revoked, or was. */
  | { kind: 'reused' }
  /** Another client's, whatever became of it since. */
  | { kind: 'foreign' }
  /** Expired, revoked, unknown; the account is blocked or gone, the API gone or no longer for offline access. */
  | { kind: 'refused' }
>;

/** A token that could be exchanged now. */
export type ActiveRefreshToken = Readonly<{
  sub: string;
  scope: string;
  audience: string | null;
  /** When it is dead if nobody uses it. */
  expiresAt: Date;
}>;

export type RefreshTokenStore = Readonly<{
  /** What the newest token of a family stands for, if it is this client's and could be exchanged. Uses nothing up. */
  findActive(
    wanted: RefreshTarget & Readonly<{ clientId: string; now: Date }>,
  ): Promise<ActiveRefreshToken | null>;
  /**
   * Replaces a token in one conditional statement: of any number of simultaneous calls over any number of processes one
   * replaces it, and the others, within the grace, are told the same successor. After the grace, and for any older
   * token, the family is revoked (`reused`). Another client's call changes nothing. Writes the audit event.
   */
  rotate(
    rotation: RefreshTarget &
      Readonly<{
        clientId: string;
        /** Tokens the scope must hold; empty asks for all of it. */
        scope: readonly string[];
        /** Tokens it must hold where the API knows them. */
        apiScope: readonly string[];
        graceSeconds: number;
        idleSeconds: number;
        now: Date;
      }>,
  ): Promise<Rotation>;
}>;
