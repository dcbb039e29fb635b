// The end of an account, for a while or for good. With it ends everything that it was given, at once and everywhere, and
// every client that was signed in to is told. COD-9, FRM-7, RFT-6, IDN-8; GDPR article 17.
import type { Whereabouts } from '@/lib/oidc/whereabouts';

export type AccountEndings = Readonly<{
  /**
   * Blocks an account: from now on it is sent no message and given no token. Its sessions end, its tokens are revoked. Blocked
   * again nothing happens.
   *
   * @param by whoever asked: for the audit log
   * @returns false where there is no such account
   */
  block(accountId: string, by: Whereabouts & Readonly<{ now: Date }>): Promise<boolean>;
  /** Lets it sign in again; what it had before stays ended. @returns false where there is no such account */
  unblock(accountId: string): Promise<boolean>;
  /**
   * Removes an account with everything that tells of it: identities, sessions, codes, tokens, questions that wait for an answer.
   * Messages and the audit log lose address, network and browser, and the log keeps a pseudonym that is made for this and
   * leads nowhere. The address is free for another account, which inherits nothing (IDN-8).
   *
   * @param by.pseudonymId 24 hex digits, drawn now
   * @returns false where there is no such account
   */
  remove(accountId: string, by: Whereabouts & Readonly<{ pseudonymId: string; now: Date }>): Promise<boolean>;
}>;
