// The operators: people who may use the console, and addresses that were invited to. A port; what it promises is proven on
// both databases by tests/store/conformance. Security MGT-5.
import type { Role } from './roles';

/** An operator, or an invitation that nobody has taken yet. */
export type Operator = Readonly<{
  /** `opr_` and 16 characters. */
  id: string;
  role: Role;
  /** Null until the invited address signs in. */
  accountId: string | null;
  /** As the account has it; null where it has none, and for an invitation. */
  name: string | null;
  /** The address that was invited, else one of the account's; null for somebody known by a number alone. */
  email: string | null;
  /** The address or the name of whoever invited; null where nobody did, or the account is gone. */
  invitedBy: string | null;
  createdAt: Date;
  acceptedAt: Date | null;
  /** From then on an invitation lets nobody in; null for whoever has taken it. */
  expiresAt: Date | null;
  lastSeenAt: Date | null;
}>;

export type NewInvitation = Readonly<{
  id: string;
  /** Canonical form. */
  email: string;
  role: Role;
  /** Account of the operator who invites; null for the command line and for clients. */
  invitedBy: string | null;
  createdAt: Date;
  expiresAt: Date;
}>;

export type OperatorRegister = Readonly<{
  /** The oldest first, invitations among them, and how many there are in all. */
  list(range: { offset: number; limit: number }): Promise<{ operators: Operator[]; total: number }>;
  find(id: string): Promise<Operator | null>;
  /**
   * Invites an address, in one statement. False when it was invited before, or is an operator's already; an invitation that
   * ran out makes room for the new one.
   */
  invite(invitation: NewInvitation): Promise<boolean>;
  /**
   * Each in one statement that first takes the rows of all owners: of any number at once that would leave no owner, so many
   * are refused that one remains. An invitation to be owner does not count as one.
   */
  changeRole(change: { id: string; role: Role }): Promise<OperatorChange>;
  /** Removes the operator, and with it every session of theirs at the console. */
  remove(id: string): Promise<OperatorChange>;
  /** The role of that account; null when it is no operator's. */
  findRole(accountId: string): Promise<Role | null>;
}>;

export type OperatorChange = 'done' | 'unknown' | 'last_owner';
