// Another address or number for an account that is there: asked for by whoever keeps the account, proven by whoever holds it,
// and not so before that. A code goes to the new one, is typed at a page of ours, and proves nothing else: it signs nobody in.
// Then the old one is told. OWASP ASVS 6.3.7, security FRM-9, MAG-10, LNK-4.
import { guessLimits } from './answer-challenge';
import type { LoggedSubject } from './challenge';
import type { Connection } from './connection';
import {
  type Channel,
  type Identifier,
  type IdentifierRefusal,
  maskIdentifier,
  parseIdentifier,
} from './identifier';
import { type CountedLimit, retryAt } from './limits';
import type { LoginMessage } from './message';
import { messageReference } from './message-reference';
import { type CodeSeed, findGeneration, parseTypedCode } from './one-time-code';
import { OUTBOX_LEASE_SECONDS } from './outbox';
import type { RequestContext } from './request-context';
import type { WithheldReason } from './sms-spend-guard';
import {
  reasonToWithhold,
  type StartLoginDeps,
  startLimits,
  subjectHash,
  unservedCountry,
} from './start-login';

/** Nobody waits at a page for this message: it works for an hour, whatever the codes of its connection do. */
const CHANGE_LIFETIME_SECONDS = 3600;
/** Digits of a code, whatever its connection says. */
const CODE_LENGTH_MIN = 4;
const CODE_LENGTH_MAX = 10;
/** Seconds in which the old address may be told. */
const NOTICE_LIFETIME_SECONDS = 3600;

/** An identity that is to have another identifier. */
export type NewIdentifierChange = Readonly<{
  challengeId: string;
  accountId: string;
  /** With the channel of the new identifier the identity it is for. */
  userId: string;
  identifier: Identifier;
  clientId: string;
  applicationName: string;
  connection: string;
  pepperId: string;
  codeLength: number;
  maxAttempts: number;
  expiresAt: Date;
  messageId: string;
  messageDueAt: Date;
  logged: LoggedSubject;
}>;

/** A change that somebody may still prove. */
export type StandingChange = CodeSeed & Readonly<{ clientId: string }>;

export type IdentifierChangeStore = Readonly<{
  /**
   * Counts the limits, and if all have room writes challenge, outbox row and audit event, in one statement. What was asked
   * before of the same identity ends. False where account and identity are not, or the account is blocked.
   */
  begin(
    change: NewIdentifierChange,
    limits: readonly CountedLimit[],
    context: RequestContext,
  ): Promise<Readonly<{ kind: 'begun' } | { kind: 'refused' } | { kind: 'limited'; limit: CountedLimit }>>;
  /** The newest change to that identifier; null where nobody asked for one. Writes nothing. */
  findStanding(identifier: Pick<Identifier, 'channel' | 'canonical'>): Promise<StandingChange | null>;
  /**
   * Counts the guess, then compares, in one conditional statement; also where there is nothing to guess at. The same statement
   * then gives the identity its identifier, ends what is on its way to the old one, and writes the notice to that and the
   * audit event: of any number of right answers one does.
   */
  prove(proof: {
    /** Null: there is none, and the guess is counted all the same. */
    challengeId: string | null;
    /** As for the answer of a login. */
    matchedGeneration: number | null;
    limits: readonly CountedLimit[];
    notice: Readonly<{ challengeId: string; messageId: string; applicationName: string; expiresAt: Date }>;
    logged: LoggedSubject;
    context: RequestContext;
  }): Promise<ChangeProven>;
}>;

export type ChangeProven = Readonly<
  /** `noticeSentTo`: the old address, whose notice is in the outbox; null where it is no address, or nobody had proven it. */
  | { kind: 'changed'; noticeSentTo: string | null; connection: string }
  | { kind: 'wrong' }
  | { kind: 'limited'; limit: CountedLimit }
  /** The right code, too late for it: somebody else holds the identifier by now, or the account is blocked or gone. */
  | { kind: 'refused' }
>;

export type ChangeDeps = Pick<
  StartLoginDeps,
  'codes' | 'random' | 'hashSubject' | 'limitOverrides' | 'servedCountries' | 'spendGuard'
> &
  Readonly<{
    changes: IdentifierChangeStore;
    /** What a client is called; the installation's own name for one that is not there. */
    applicationNameOf(clientId: string | null): Promise<string>;
  }>;

export type ChangeBegun = Readonly<
  | { kind: 'begun'; message: LoginMessage }
  | { kind: 'limited'; until: Date }
  | { kind: 'country_not_served' }
  | { kind: 'withheld'; reason: WithheldReason }
  | { kind: 'refused' }
>;

/**
 * Sends a code to the identifier that an identity is to have.
 * @param begin.language BCP 47 tag the message is written in
 */
export async function beginChange(
  deps: ChangeDeps,
  begin: {
    accountId: string;
    userId: string;
    identifier: Identifier;
    connection: Connection;
    clientId: string | null;
    language: string;
    now: Date;
  },
): Promise<ChangeBegun> {
  const { identifier, connection, clientId, language, now } = begin;
  // Whoever keeps the account asks: where from is nothing to the person who is written to.
  const context = { ip: null, userAgent: null, knownBrowserId: null, language, now };
  if (unservedCountry(deps, connection, identifier) !== null) return { kind: 'country_not_served' };
  const limits = startLimits(deps, identifier, context);
  const withheld = await reasonToWithhold(deps, {
    // Nobody who has no account is written to.
    connection: { ...connection, signUpOpen: false, testIdentities: [] },
    identifier,
    clientId: clientId ?? '',
    startLimits: limits,
    context,
  });
  if (withheld !== null) return { kind: 'withheld', reason: withheld };

  const applicationName = await deps.applicationNameOf(clientId);
  const { codeLength, maxGuesses: maxAttempts, name } = connection;
  const seed: CodeSeed = {
    challengeId: deps.random.id(),
    generation: 0,
    codeLength,
    pepperId: deps.codes.pepperId,
  };
  const message = {
    messageId: deps.random.id(),
    expiresAt: later(now, CHANGE_LIFETIME_SECONDS),
    applicationName,
  };
  const oneTimeCode = deps.codes.derive(seed);
  if (oneTimeCode === null) throw new Error('The SECRET of now derives no code.');
  const begun = await deps.changes.begin(
    {
      ...seed,
      ...message,
      accountId: begin.accountId,
      userId: begin.userId,
      identifier,
      clientId: clientId ?? '',
      connection: name,
      maxAttempts,
      messageDueAt: later(now, OUTBOX_LEASE_SECONDS),
      logged: loggedSubject(deps, identifier),
    },
    limits,
    context,
  );
  if (begun.kind === 'limited') return { kind: 'limited', until: retryAt(begun.limit) };
  if (begun.kind === 'refused') return begun;
  return {
    kind: 'begun',
    message: {
      ...message,
      kind: identifier.channel === 'email' ? 'change_email' : 'change_phone_number',
      channel: identifier.channel,
      connection: name,
      recipient: identifier.typedForm,
      oneTimeCode,
      link: null,
      stopLink: null,
      language,
      reference: messageReference(seed.challengeId, 0),
      askedAt: now,
      userAgent: null,
      ip: null,
    },
  };
}

/** What a person may be told who typed a new identifier and a code. */
export type ChangeProblem = Readonly<
  | IdentifierRefusal
  | { kind: 'code_missing' }
  /** They do not go together; also where nobody asked for such a change. */
  | { kind: 'wrong' }
  /** Milliseconds since 1970. */
  | { kind: 'wait'; until: number }
  | { kind: 'refused' }
>;

export type ChangeMade = Readonly<
  /** `notice` to the old address, already in the outbox; null where there is none. */
  { kind: 'changed'; notice: LoginMessage | null } | { kind: 'problem'; problem: ChangeProblem }
>;

/**
 * Answers the code that went to a new identifier. Whether there was such a code cannot be told from the answer.
 * @param proof.country ISO 3166-1 alpha-2 in which a number without country code is dialled, or null
 */
export async function proveChange(
  deps: ChangeDeps,
  proof: { typedIdentifier: string; typedCode: string; country: string | null; context: RequestContext },
): Promise<ChangeMade> {
  const { context, country } = proof;
  const identifier = parseIdentifier(proof.typedIdentifier, { channels: ['email', 'sms'], country });
  if ('kind' in identifier) return problem(identifier);
  const typed = readDigits(proof.typedCode);
  if (typed === null) return problem({ kind: 'code_missing' });

  const { channel, canonical } = identifier;
  const standing = await deps.changes.findStanding(identifier);
  const notice = {
    challengeId: deps.random.id(),
    messageId: deps.random.id(),
    applicationName: await deps.applicationNameOf(standing?.clientId ?? null),
    expiresAt: later(context.now, NOTICE_LIFETIME_SECONDS),
  };
  const proven = await deps.changes.prove({
    challengeId: standing?.challengeId ?? null,
    matchedGeneration: standing && findGeneration(deps.codes, typed, standing),
    limits: guessLimits(deps, { asked: { channel, identifier: canonical }, isTest: false }, context),
    notice,
    logged: loggedSubject(deps, identifier),
    context,
  });
  switch (proven.kind) {
    case 'changed':
      return { kind: 'changed', notice: noticeMessage(proven, { notice, channel, context }) };
    case 'limited':
      return problem({ kind: 'wait', until: retryAt(proven.limit).getTime() });
    case 'wrong':
    case 'refused':
      return problem(proven);
  }
}

/** A code of any length there may be: what is asked of this identifier, if anything, is nobody's to learn. */
function readDigits(typedCode: string): string | null {
  for (let length = CODE_LENGTH_MIN; length <= CODE_LENGTH_MAX; length++) {
    const typed = parseTypedCode(typedCode, length);
    if (typed !== null) return typed;
  }
  return null;
}

function noticeMessage(
  { noticeSentTo, connection }: Extract<ChangeProven, { kind: 'changed' }>,
  {
    notice,
    channel,
    context,
  }: {
    notice: Parameters<IdentifierChangeStore['prove']>[0]['notice'];
    channel: Channel;
    context: RequestContext;
  },
): LoginMessage | null {
  if (noticeSentTo === null) return null;
  const { messageId, applicationName, expiresAt, challengeId } = notice;
  return {
    messageId,
    applicationName,
    expiresAt,
    kind: 'email_changed',
    channel,
    connection,
    recipient: noticeSentTo,
    oneTimeCode: null,
    link: null,
    stopLink: null,
    language: context.language,
    reference: messageReference(challengeId, 0),
    askedAt: context.now,
    userAgent: context.userAgent,
    ip: context.ip,
  };
}

function loggedSubject(deps: Pick<ChangeDeps, 'hashSubject'>, identifier: Identifier): LoggedSubject {
  return { maskedIdentifier: maskIdentifier(identifier), identifierHash: subjectHash(deps, identifier) };
}

function problem(value: ChangeProblem): ChangeMade {
  return { kind: 'problem', problem: value };
}

function later(now: Date, seconds: number): Date {
  return new Date(now.getTime() + seconds * 1000);
}
