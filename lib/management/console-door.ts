// The door of the console: who comes in, for how long, and how the first owner does. Everybody signs in through the login
// like at any application; that makes them a person, not an operator. A port, and the figures it is used with.
// Security ADM-1, ADM-2, ADM-3.
import type { Caller } from './caller';
import { type Role, scopesOfRole } from './roles';

/** Seconds a session at the console lasts at most, and without being used. */
export const CONSOLE_SESSION_SECONDS = 8 * 3600;
export const CONSOLE_IDLE_SECONDS = 3600;
/** A session in use is written at most this often. */
export const CONSOLE_TOUCH_SECONDS = 60;
/** How old the proof may be that a session at the console begins with (`max_age`). */
export const CONSOLE_PROOF_SECONDS = 3600;
/** How old it may be for keys, secrets and the team (ADM-3). */
export const RECENT_PROOF_SECONDS = 600;
/** How long the link of the first set-up is good. */
export const SETUP_LINK_SECONDS = 24 * 3600;

/** Somebody who comes from the login. */
export type ConsoleEntry = Readonly<{
  accountId: string;
  /** The `sid` of the login: which address was proven with it. */
  loginSessionId: string;
  /** When it was proven: the login's `auth_time`. */
  authenticatedAt: Date;
  /** Canonical addresses whose owners are owners of the console: CONSOLE_ADMINS. */
  admins: readonly string[];
  /** From the link of the set-up; null without one. */
  setupToken: string | null;
  /** Of the session to begin. */
  sessionSecret: string;
  /** Of the operator, where one is made. */
  operatorId: string;
  ip: string | null;
  userAgent: string | null;
  now: Date;
}>;

/** An operator at the console. */
export type OperatorVisit = Readonly<{
  operatorId: string;
  accountId: string;
  role: Role;
  /** The account's name, else its address or number. */
  name: string;
  /** An address or a number of the account, as typed. */
  address: string | null;
  authenticatedAt: Date;
}>;

export type ConsoleDoor = Readonly<{
  /**
   * Begins a session for an operator, in one statement; null for anybody else, and for a blocked account. Whoever is not one
   * yet becomes one
   *  - by an invitation to the address that this login proved, as what it was invited as;
   *  - as owner, where that address is one of `admins`, who stays one whatever else was said;
   *  - as owner, by the token of a set-up link that is good, while there is no owner. Of any number at once one does, and
   *    then no link is good any more.
   * An address that only belongs to the account, and was not proven by this login, gives nothing: an operator may have put it
   * there.
   */
  admit(entry: ConsoleEntry): Promise<Role | null>;
  /**
   * The operator of a live session, or null: unknown, ended, too old, idle too long, the operator removed, the account
   * blocked or gone. One statement, which also writes that they were seen.
   */
  find(sessionSecret: string, now: Date): Promise<OperatorVisit | null>;
  leave(sessionSecret: string): Promise<void>;
  /** Makes another link good for the set-up; false, and nothing is made, while there is an owner. */
  openSetup(link: { token: string; createdAt: Date; expiresAt: Date }): Promise<boolean>;
  /** Whether a token could still make an owner. */
  isSetupOpen(token: string, now: Date): Promise<boolean>;
}>;

/** The operator as the management API knows who asks. */
export function callerOfOperator({ accountId, role, authenticatedAt }: OperatorVisit): Caller {
  return {
    kind: 'operator',
    clientId: null,
    accountId,
    scopes: scopesOfRole(role),
    provenAt: authenticatedAt,
  };
}
