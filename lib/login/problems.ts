// Everything that can go wrong for a person signing in, as values. Returned, never thrown; switched over exhaustively
// where words are chosen. None of them tells whether an account exists.

export type LoginProblem = Readonly<
  /** Nothing was typed. */
  | { kind: 'identifier_missing' }
  /** Not an address or number anyone could have. */
  | { kind: 'identifier_malformed' }
  /** A number without country code, from somebody whose country we cannot guess. */
  | { kind: 'country_missing' }
  /** A number of a country (ISO 3166-1 alpha-2) that is not texted to: the same for everybody. */
  | { kind: 'country_not_served'; country: string }
  /** No code, or not as many digits as it has. */
  | { kind: 'code_malformed'; codeLength: number }
  /** A guess that was counted. */
  | { kind: 'code_wrong'; triesLeft: number }
  /** The right code, too late: a new one is on its way. */
  | { kind: 'code_expired' }
  /** This interaction is over; others are not. */
  | { kind: 'too_many_tries' }
  /** A limit: nothing happened; it may be tried again at that time (milliseconds since 1970). */
  | { kind: 'wait'; until: number }
  /** The waiting page was asked to go on, and the link has not been opened. */
  | { kind: 'link_not_opened' }
  /**
   * A passkey that signs nobody in here, or one that could not be made: why, nobody is told. `unknown` is what the browser called
   * one that is not known here, so that it may forget it; null otherwise.
   */
  | { kind: 'passkey_refused'; unknown: string | null }
  /** No provider took the message. */
  | { kind: 'sending_failed' }
>;
