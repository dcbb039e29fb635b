// The port to keyed hashing: what the database holds instead of a secret or an address. Keys derive from SECRET, one for
// each purpose; a list of SECRETs gives a list of hashes to look for, so that rotating it signs nobody out.

export type HashPurpose =
  | 'session'
  | 'authorization-code'
  | 'refresh-token'
  | 'pushed-request'
  | 'subject'
  | 'setup-link'
  | 'operator-session'
  | 'passkey-challenge'
  | 'passkey-user';

export type KeyedHash = Readonly<{
  /** With the first SECRET: what is written. */
  hash(purpose: HashPurpose, value: string): string;
  /** With every SECRET: what is looked for. */
  hashes(purpose: HashPurpose, value: string): string[];
}>;
