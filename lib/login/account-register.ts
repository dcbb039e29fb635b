// Accounts as operators see them: what is kept of each, and how it may be changed. The port behind the management API.
// auth0-contract §5.3; security IDN-7, IDN-8, MAG-10, PRV-2.
import type { AccountCondition, AccountSearch } from './account-query';
import type { Channel } from './identifier';

/** What a person is called. Null falls back to what the identities give (lib/oidc/claims.ts). */
export type Profile = Readonly<{
  name: string | null;
  nickname: string | null;
  givenName: string | null;
  familyName: string | null;
  picture: string | null;
}>;

/** A proven address or number, or one that an operator vouches for. */
export type AccountIdentity = Readonly<{
  provider: Channel;
  /** With the provider the id it goes by. */
  userId: string;
  /** Canonical. */
  identifier: string;
  /** What a message is addressed to. */
  typedForm: string;
  /** Null: nobody proved it, nor does an operator say so. */
  verifiedAt: Date | null;
  /** What the account that it named was called, of one that was linked. */
  profile: Profile | null;
  createdAt: Date;
}>;

/** Bytes that each of an account's two objects may have, as JSON without blanks. */
export const METADATA_MAX_BYTES = 32 * 1024;

/** A JSON object of the operator's own making. */
export type Metadata = Readonly<Record<string, unknown>>;

export type Account = Profile &
  Readonly<{
    /** The `sub` of its tokens. */
    id: string;
    /**
     * The one that names the account, then those that were linked to it, the first to be linked first. The first of each
     * provider is the one that tokens speak of.
     */
    identities: readonly AccountIdentity[];
    /** The person's, and the operator's. */
    userMetadata: Metadata;
    appMetadata: Metadata;
    blockedAt: Date | null;
    lastLoginAt: Date | null;
    lastIp: string | null;
    loginsCount: number;
    createdAt: Date;
    updatedAt: Date;
  }>;

export type NewAccount = Profile &
  Readonly<{
    identity: Omit<AccountIdentity, 'verifiedAt' | 'profile' | 'createdAt'> & {
      readonly isVerified: boolean;
    };
    userMetadata: Metadata;
    appMetadata: Metadata;
    isBlocked: boolean;
  }>;

/** What is not named stays as it is. */
export type AccountChange = Readonly<{
  profile?: Partial<Profile>;
  /** Merged at the first level; null takes a key away, an empty object all of them. */
  userMetadata?: Metadata;
  appMetadata?: Metadata;
  /** True ends sessions and tokens, and what is on its way, at once and for good; clients that were signed in to are told. */
  isBlocked?: boolean;
  /** Whether the address, or the number, counts as proven. */
  isVerified?: Readonly<Partial<Record<Channel, boolean>>>;
  /** Takes the place of the one that tokens speak of. Codes and links on their way to the old one die. */
  identifier?: Pick<AccountIdentity, 'provider' | 'identifier' | 'typedForm'> & {
    readonly isVerified: boolean;
  };
}>;

/** Who made a change, and from where, for the audit log. */
export type ChangeOrigin = Readonly<{
  clientId: string | null;
  ip: string | null;
  userAgent: string | null;
  now: Date;
}>;

export type AccountAdded = Readonly<
  { kind: 'added'; account: Account } | { kind: 'identifier_taken' } | { kind: 'id_taken' }
>;

export type AccountChanged = Readonly<
  | { kind: 'changed'; account: Account }
  | { kind: 'not_found' }
  /** The account holds none of that provider that could be replaced. */
  | { kind: 'no_identity' }
  /** Another account holds it. */
  | { kind: 'identifier_taken' }
  /** Together with what was there before. */
  | { kind: 'metadata_too_large' }
>;

export type AccountRegister = Readonly<{
  find(id: string): Promise<Account | null>;
  /** The account that holds this address or number. */
  findByIdentifier(identifier: Readonly<{ channel: Channel; canonical: string }>): Promise<Account | null>;
  /** @throws {SearchTooSlow} */
  search(search: AccountSearch): Promise<readonly Account[]>;
  /**
   * How many there are: exactly up to `exactUpTo`. Beyond that the database's estimate, where all are counted; else
   * `exactUpTo`, which then stands for that many or more. @throws {SearchTooSlow}
   */
  count(counted: Readonly<{ condition: AccountCondition | null; exactUpTo: number }>): Promise<number>;
  /** Adds an account with its identity, in one statement: of any number that want one identifier at once one has it. */
  add(account: NewAccount, now: Date): Promise<AccountAdded>;
  /** All of a change or nothing. No object is left with more than METADATA_MAX_BYTES of JSON. */
  change(id: string, change: AccountChange, now: Date): Promise<AccountChanged>;
  /**
   * Removes an account and all there is of it: identities, sessions, tokens, codes, challenges, messages. Clients that were signed
   * in to are told. What the audit log tells of it stays, under the pseudonym, without address, network and browser. The
   * address is free for another account, which inherits nothing (IDN-8).
   */
  remove(removal: AccountRemoval): Promise<'removed' | 'not_found' | 'outdated'>;
}>;

export type AccountRemoval = Readonly<{
  id: string;
  /** As they were read; where they are others by now nothing is removed. */
  identities: readonly Pick<AccountIdentity, 'provider' | 'userId' | 'identifier'>[];
  /** Every keyed hash under which log and messages know those. */
  identifierHashes: readonly string[];
  pseudonym: string;
  origin: ChangeOrigin;
}>;
