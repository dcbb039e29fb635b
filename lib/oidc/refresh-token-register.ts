// Refresh tokens as an operator sees them: listed, looked up, revoked. A family is one token that changes, so the family's id
// names it; it proves nothing. What clients do with theirs is refresh-token.ts. Auth0's fields under the names of this code.
import type { Whereabouts } from './whereabouts';

/** A refresh token that could be exchanged now, as far as the token itself goes. */
export type ListedRefreshToken = Readonly<{
  /** Of the token family. */
  id: string;
  accountId: string;
  clientId: string;
  /** The `sid`; null where no browser of ours was signed in. */
  sessionId: string | null;
  /** Granted scope, space separated. */
  scope: string;
  /** Identifier of the API it is for; null: UserInfo alone. */
  audience: string | null;
  /** Whether it is replaced at every use, as its client has it now. */
  rotates: boolean;
  createdAt: Date;
  /** Null: never. */
  idleExpiresAt: Date | null;
  expiresAt: Date | null;
  lastUsedAt: Date | null;
  /** Where it was asked for, and used last: a client's server, where it has one. */
  initial: Whereabouts;
  last: Whereabouts;
  /** Strings by name that an operator's tools keep with it. */
  metadata: Readonly<Record<string, string>>;
}>;

/** Which refresh tokens: those of these ids, or all of an account or a client or of both together, and one API at most. */
export type RefreshTokensOf = Readonly<
  | { ids: readonly string[] }
  | { accountId: string; clientId?: string; audience?: string }
  | { clientId: string; audience?: string }
>;

export type RefreshTokenRegister = Readonly<{
  /**
   * Live refresh tokens, the newest first.
   * @param page.after id of the last one of the page before; null begins
   */
  list(
    of: RefreshTokensOf,
    page: Readonly<{ after: string | null; limit: number; now: Date }>,
  ): Promise<ListedRefreshToken[]>;
  /** The live refresh token of that id, or null. */
  find(id: string, now: Date): Promise<ListedRefreshToken | null>;
  /** Puts these in the place of what a live refresh token holds; null where there is none. */
  setMetadata(
    of: Readonly<{ id: string; metadata: ListedRefreshToken['metadata'] }>,
    now: Date,
  ): Promise<ListedRefreshToken | null>;
  /**
   * Revokes refresh tokens with everything that came of them, for all processes at once, and writes the audit event.
   *
   * @param by whoever asked: for the audit log
   * @returns how many there were
   */
  revoke(of: RefreshTokensOf, by: Whereabouts & Readonly<{ now: Date }>): Promise<number>;
}>;
