// A challenge: the question whether someone holds an identifier. Its store promises what no type can say: guesses count
// before they are compared, and a right answer counts once. NIST SP 800-63B §5.2.2, OWASP ASVS 6.6.
import type { NeededConsent } from '@/lib/oidc/consent';
import type { NewTokenFamily } from '@/lib/oidc/grants/passwordless-otp';
import type { SendMode } from './connection';
import type { Channel, Identifier } from './identifier';
import type { CountedLimit } from './limits';
import type { RequestContext } from './request-context';
import type { NewSession } from './session';
import type { WithheldReason } from './sms-spend-guard';

/** How the audit log names a person: for eyes, and for search. Neither gives the address back. */
export type LoggedSubject = Readonly<{ maskedIdentifier: string; identifierHash: string }>;

export type NewChallenge = Readonly<{
  id: string;
  interactionId: string;
  clientId: string;
  applicationName: string;
  connection: string;
  identifier: Identifier;
  sendMode: SendMode;
  pepperId: string;
  codeLength: number;
  codeExpiresAt: Date;
  maxAttempts: number;
  resendAllowedAt: Date;
  /** After this instant nothing of it matters any more. */
  expiresAt: Date;
  /** False: only people who have an account already are sent anything. */
  signUpOpen: boolean;
  /** Why nothing is to be sent although it may be answered; null where it is sent. */
  withheld: WithheldReason | null;
  messageId: string;
  /** When the outbox may take the message over, should the process that began it die. */
  messageDueAt: Date;
  logged: LoggedSubject;
}>;

export type Started = Readonly<
  /** `recipient` is null when nothing is to be sent: the caller shows the same either way. */
  { kind: 'started'; recipient: string | null } | { kind: 'limited'; limit: CountedLimit }
>;

export type Resent = Readonly<
  | { kind: 'resent'; generation: number; codeExpiresAt: Date; sends: number; recipient: string | null }
  | { kind: 'wait'; until: Date }
  | { kind: 'limited'; limit: CountedLimit }
  | Over
>;

/** Why a challenge cannot be answered any more. */
export type Over = Readonly<
  | { kind: 'exhausted' }
  /** Whoever holds its message did not ask for it. */
  | { kind: 'cancelled' }
  /** Answered before, or no such challenge in this interaction. */
  | { kind: 'ended' }
>;

/** The authorization code to write when the answer is right, in the same statement as everything else. */
export type NewAuthorizationCode = Readonly<{
  code: string;
  familyId: string;
  clientId: string;
  redirectUri: string;
  requestedRedirectUri: string | null;
  scope: string;
  audience: string | null;
  nonce: string | null;
  codeChallenge: string | null;
  authTimeRequested: boolean;
  expiresAt: Date;
}>;

export type ChallengeAnswer = Readonly<{
  challengeId: string;
  /** Null where a genuine link is the proof, opened in a browser that did not ask. */
  interactionId: string | null;
  /** Which of the challenge's codes was typed, or whose link was opened; null for none of them. */
  matchedGeneration: number | null;
  limits: readonly CountedLimit[];
  /** 24 hex digits, should this be a first login. */
  newUserId: string;
  /** Null where an application of its own is given tokens: no browser of ours is signed in. */
  session: NewSession | null;
  /** Cookie value of the session this browser had until now: the same person goes on with it, another's is ended. */
  replacedSessionSecret: string | null;
  /**
   * Null for a proof by link: the waiting tab or the one that opened the link fetches it with `finish`. Where the link is
   * opened in another browser (`interactionId` is null) nobody may.
   */
  authorizationCode: NewAuthorizationCode | null;
  /** Of tokens that are given at once, to an application or with the answer to its request; null where there are none. */
  tokenFamily: NewTokenFamily | null;
  /** What `amr` and the audit log call the proof. */
  provenBy: 'code' | 'link' | 'test_identity';
  /** Whom a notice about a new browser goes to; null where none is wanted. */
  notice: Readonly<{
    messageId: string;
    applicationName: string;
    expiresAt: Date;
    /** Only accounts made before that: on its first day a person tries all the browsers there are. */
    accountMadeBefore: Date;
  }> | null;
  logged: LoggedSubject;
  context: RequestContext;
}>;

export type Answered = Readonly<
  | {
      kind: 'proven';
      accountId: string;
      /** The new session, or the one this browser goes on with; null where no browser of ours is signed in. */
      sessionId: string | null;
      firstLogin: boolean;
      /** The address of the notice about a new browser, already in the outbox; null where there is none. */
      noticeSentTo: string | null;
    }
  | { kind: 'wrong'; triesLeft: number }
  /** The right code, dead. */
  | { kind: 'expired' }
  | { kind: 'limited'; limit: CountedLimit }
  | Over
  /** Proven, but an operator blocked the account meanwhile. */
  | { kind: 'blocked' }
>;

export type ChallengeStore = Readonly<{
  /**
   * Counts the limits, and if all have room writes challenge, outbox row and audit event, in one statement. Whether the
   * identifier has an account decides only if a message goes out and to which stored form, never what is answered.
   */
  start(challenge: NewChallenge, limits: readonly CountedLimit[], context: RequestContext): Promise<Started>;
  /**
   * Asks for the message again, in one conditional statement: two presses at once give one message. The code in hand is
   * sent again while it lives long enough, else a new one is born beside it. Guesses already made stay counted.
   */
  resend(resend: {
    challengeId: string;
    interactionId: string;
    messageId: string;
    messageDueAt: Date;
    applicationName: string;
    codeLifetimeSeconds: number;
    /** Indexed by messages sent so far, the last one for ever. */
    resendWaitsSeconds: readonly number[];
    sameCodeSeconds: number;
    /** As for a first message; decided anew for each. */
    withheld: WithheldReason | null;
    limits: readonly CountedLimit[];
    logged: LoggedSubject;
    context: RequestContext;
  }): Promise<Resent>;
  /**
   * Counts the guess, then compares, in one conditional statement: of any number of simultaneous guesses over any number
   * of processes at most `maxAttempts` are compared, and at most one is `proven`. A genuine link is no guess and is not
   * counted. The same statement then writes account, identity, session, authorization code, notice and audit event: a crash
   * leaves all of it or nothing, and never takes a count back.
   */
  answer(answer: ChallengeAnswer): Promise<Answered>;
  /**
   * Writes what the client of a challenge is given that was proven in the browser that asked and not answered yet, in one
   * conditional statement: of any number of tabs that ask at once one gets it.
   */
  finish(finish: {
    challengeId: string;
    interactionId: string;
    authorizationCode: NewAuthorizationCode | null;
    tokenFamily: NewTokenFamily | null;
    /** What the person must have allowed; null where nobody has to be asked. */
    consent: NeededConsent | null;
    now: Date;
  }): Promise<Finished>;
  /**
   * Ends a challenge because whoever holds its message did not ask for it, in one conditional statement with the audit
   * event. False when it had ended before.
   */
  cancel(cancel: { challengeId: string; logged: LoggedSubject; context: RequestContext }): Promise<boolean>;
  /** What a landing page may know of a challenge, or null when house-keeping has removed it. Writes nothing. */
  find(challengeId: string): Promise<FoundChallenge | null>;
  /** The account that holds the identifier a challenge asks; null while there is none. Writes nothing. */
  findAccountId(challenge: Pick<FoundChallenge, 'channel' | 'identifier'>): Promise<string | null>;
}>;

export type Finished = Readonly<
  | { kind: 'finished'; accountId: string }
  /** It has not been allowed, or not all of it: nothing was written. The session is whose person is to be asked. */
  | { kind: 'consent_required'; sessionId: string }
  /** The link has not been opened, or not in this browser. */
  | { kind: 'not_proven' }
  | { kind: 'cancelled' }
  /** The client has its code, the session was ended, the account was blocked, or it took too long. */
  | { kind: 'ended' }
>;

/** A challenge as its link finds it. */
export type FoundChallenge = Readonly<{
  interactionId: string;
  clientId: string;
  connection: string;
  channel: Channel;
  /** Canonical. */
  identifier: string;
  pepperId: string;
  codeLength: number;
  /** Number of the newest code, and until when it and the one before live. */
  generation: number;
  codeExpiresAt: Date;
  previousCodeExpiresAt: Date | null;
  createdAt: Date;
  userAgent: string | null;
  /** 'open': may be answered while its codes live. 'ended': guesses used up, or nobody may answer it. */
  state: 'open' | 'proven' | 'cancelled' | 'ended';
  /** Of a proven one: the client has what it asked for, or nobody may fetch it. */
  isReturned: boolean;
  /** The session that the proof began; null where none did. */
  sessionId: string | null;
}>;
