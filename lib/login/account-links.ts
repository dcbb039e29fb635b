// One person, several ways to prove it: an account takes in another's identities, and gives one back. The account that stays keeps its
// id, profile and metadata; the other ends with its own, as Auth0 has it. Nothing is ever linked because two addresses are alike.
// auth0-contract §5.4; security LNK-1, LNK-2, PRV-2.
import type { Account, AccountIdentity, ChangeOrigin } from './account-register';
import type { Channel } from './identifier';
import type { IdentityNotices } from './identity-notices';

/** Seconds since both were proven in which a person may link them. A session left open is no proof (LNK-1). */
export const LINK_FRESHNESS_SECONDS = 600;

/** With its provider the id an identity goes by. */
export type IdentityName = Pick<AccountIdentity, 'provider' | 'userId'>;

export type AccountsLinked = Readonly<
  /** `told`: message ids of the notices that are in the outbox now. */
  | { kind: 'linked'; account: Account; told: readonly string[] }
  /** There is no account of that id, or none of that identity. */
  | { kind: 'not_found' }
  | { kind: 'no_secondary' }
  | { kind: 'same' }
  /** The identity is one of several of an account already, this one or another. */
  | { kind: 'already_linked' }
  /** One of the two is blocked: neither is to be opened, or closed, by the way. */
  | { kind: 'blocked' }
>;

export type IdentityUnlinked = Readonly<
  | { kind: 'unlinked'; account: Account; told: readonly string[] }
  | { kind: 'not_found' }
  | { kind: 'not_linked' }
  /** It names the account. */
  | { kind: 'main' }
>;

export type AccountLinkStore = Readonly<{
  /**
   * Gives an account all identities of the one that `secondary` names, which ends: its metadata and grants, its sessions, of which
   * clients are told, codes and tokens. Its profile stays with its identity. What was asked of its addresses stays good, for the account they belong to
   * then. In one transaction: whoever signs in or redeems a code at that moment is done before it, or finds it done; of any
   * number that want one identity at once one has it. The addresses that were the account's before are told.
   */
  link(link: {
    accountId: string;
    secondary: IdentityName;
    notices: IdentityNotices | null;
    origin: ChangeOrigin;
  }): Promise<AccountsLinked>;
  /**
   * Makes a linked identity an account of its own again, with the profile it came with, and nothing of the account it leaves but
   * a block. Sessions there that its channel may have begun end, and tokens with them. The addresses that were the account's until
   * then are told, its own too. In one transaction, as above.
   */
  unlink(unlink: {
    accountId: string;
    identity: IdentityName;
    notices: IdentityNotices | null;
    origin: ChangeOrigin;
  }): Promise<IdentityUnlinked>;
  /** When somebody last proved to be that account: in that session, also when it is over, or anywhere. */
  findLastProof(of: { accountId: string; sessionId: string | null }): Promise<Date | null>;
}>;

/** The identity that names the account of that id. */
export function mainIdentityOf(accountId: string): IdentityName {
  const bar = accountId.indexOf('|');
  return { provider: accountId.slice(0, bar) as Channel, userId: accountId.slice(bar + 1) };
}
