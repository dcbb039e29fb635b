// The challenges of the embedded API: asked and answered by an application with pages of its own, so that no cookie of ours
// knows them. A challenge is found again by its slot: one for each identifier at each client (contract §4, OTP-17).
import type { Answered, FoundChallenge, LoggedSubject, NewChallenge } from './challenge';
import type { CountedLimit } from './limits';
import type { EmbeddedLink } from './magic-link';
import type { RequestContext } from './request-context';

/** What an application asks: a challenge of its own, unless one stands open. */
export type EmbeddedQuestion = NewChallenge &
  Readonly<{
    slot: string;
    /** Where the link of its message leads; null where it has none. */
    embeddedLink: EmbeddedLink | null;
    /** Indexed by messages sent so far, the last one for ever. */
    resendWaitsSeconds: readonly number[];
  }>;

export type EmbeddedAsked = Readonly<
  | (Pick<FoundChallenge, 'generation' | 'codeLength' | 'codeExpiresAt' | 'pepperId'> & {
      kind: 'asked';
      challengeId: string;
      /** Null when nothing is to be sent, for whatever reason: the caller answers the same either way. */
      recipient: string | null;
    })
  | { kind: 'limited'; limit: CountedLimit }
>;

/** The challenge in a slot. */
export type StandingChallenge = FoundChallenge &
  Readonly<{
    challengeId: string;
    /** Until then asking again sends nothing. */
    resendAllowedAt: Date;
    /** When its code was last found right without being used up, and in a page of which origin; null: it was not. */
    checked: Readonly<{ at: Date; origin: string }> | null;
  }>;

/** A code is right, or what `answer` would say of it. */
export type CodeChecked = Readonly<{ kind: 'right' } | Exclude<Answered, { kind: 'proven' | 'blocked' }>>;

export type EmbeddedChallengeStore = Readonly<{
  /**
   * Counts the limits, and if all have room asks: the challenge in the slot again while it is open and its code lives, else
   * a new one, which takes the slot. One statement; of any number that ask at once over any number of processes all get the
   * same challenge, with one message. Asked again too early it counts, and sends nothing. Guesses stay counted. Whether the
   * identifier has an account decides only if a message goes out, as promised of ChallengeStore's `start`.
   */
  ask(
    question: EmbeddedQuestion,
    limits: readonly CountedLimit[],
    context: RequestContext,
  ): Promise<EmbeddedAsked>;
  /** The challenge in this slot, open or not; null when it is empty. Writes nothing. */
  findStanding(slot: string): Promise<StandingChallenge | null>;
  /** The same by its id, whether it has its slot still or not. */
  findAsked(challengeId: string): Promise<StandingChallenge | null>;
  /**
   * Compares a code and does not use it up, in one conditional statement. A wrong one is counted as by ChallengeStore's
   * `answer`, so that however many are compared by either at once, at most `maxAttempts` are. A right one is no guess: it
   * is remembered with the origin of the page it was typed in.
   */
  check(check: {
    challengeId: string;
    /** As for `answer`. */
    matchedGeneration: number | null;
    limits: readonly CountedLimit[];
    /** Null: nobody could go on from there, and nothing is remembered. */
    origin: string | null;
    logged: LoggedSubject;
    context: RequestContext;
  }): Promise<CodeChecked>;
}>;
