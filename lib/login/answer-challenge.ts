// A proof becomes a session: the typed code or the opened link, account found or made, authorization code written, all in the
// store's one statement. What comes back is either that, or a problem with words.
import type { Issued } from '@/lib/oidc/front-channel';
import { issuedOf, NO_AUTHORIZATION, newAuthorization } from './authorization';
import type { Answered, ChallengeAnswer, ChallengeStore } from './challenge';
import type { Connection } from './connection';
import { type Channel, maskIdentifier, parsePhoneIdentifier } from './identifier';
import type { AskedChallenge, Interaction } from './interaction';
import { type CountedLimit, countLimit, type LimitName, networkOf, retryAt } from './limits';
import type { LoginMessage } from './message';
import { messageReference } from './message-reference';
import { findGeneration, type OneTimeCodes, parseTypedCode } from './one-time-code';
import type { LoginProblem } from './problems';
import type { Randomness } from './randomness';
import type { RequestContext } from './request-context';
import type { NewSession, SessionLifetimes } from './session';
import {
  budgetHash,
  findConnection,
  findTestIdentity,
  type StartLoginDeps,
  subjectHash,
} from './start-login';

export type AnswerDeps = Pick<
  StartLoginDeps,
  'connections' | 'random' | 'hashSubject' | 'limitOverrides' | 'spendGuard'
> &
  SessionMaker &
  Readonly<{ challenges: Pick<ChallengeStore, 'answer'>; codes: OneTimeCodes }>;

/** What a new session is made with. */
export type SessionMaker = Readonly<{ random: Randomness; sessionLifetimes(): SessionLifetimes }>;

/** A browser that is signed in from now on. */
export type SignedIn = Readonly<{
  kind: 'signed_in';
  accountId: string;
  firstLogin: boolean;
  sessionSecret: string;
  sessionExpiresAt: Date;
  /** Keyed hash of the identifier, for the cookie of browsers that are known. */
  subject: string;
  /** A message about a new browser, already in the outbox; null where there is none. */
  notice: LoginMessage | null;
}>;

export type ChallengeAnswered = Readonly<
  | (SignedIn & Issued)
  | { kind: 'problem'; problem: LoginProblem }
  /** Proven, but blocked by an operator: the client is told, this person is not signed in. */
  | { kind: 'blocked' }
  /** Whoever holds the message did not ask for it. */
  | { kind: 'cancelled' }
  /** The challenge was answered in another tab, or is not this interaction's. */
  | { kind: 'ended' }
>;

export async function answerChallenge(
  deps: AnswerDeps,
  answer: {
    interaction: Interaction;
    asked: AskedChallenge;
    /** Name of the client, for the notice about a new browser. */
    applicationName: string;
    typed: string;
    /** False: the client is given nothing yet, because the person may have to be asked (finish-login.ts). */
    finishes: boolean;
    replacedSessionSecret: string | null;
    context: RequestContext;
  },
): Promise<ChallengeAnswered> {
  const { interaction, asked, context } = answer;
  const typed = await readTypedCode(deps, { asked, typed: answer.typed, context });
  if (typed === null) return problem({ kind: 'code_malformed', codeLength: asked.codeLength });
  const authorization = answer.finishes
    ? newAuthorization(deps.random, interaction.request, context.now)
    : NO_AUTHORIZATION;
  const proof = await prove(deps, {
    ...answer,
    ...typed,
    interactionId: interaction.id,
    ...authorization,
  });
  switch (proof.kind) {
    case 'signed_in':
      return { ...proof, ...issuedOf(authorization) };
    case 'wrong':
      return proof.triesLeft > 0
        ? problem({ kind: 'code_wrong', triesLeft: proof.triesLeft })
        : problem({ kind: 'too_many_tries' });
    case 'expired':
      return problem({ kind: 'code_expired' });
    case 'exhausted':
      return problem({ kind: 'too_many_tries' });
    case 'limited':
      return problem({ kind: 'wait', until: retryAt(proof.limit).getTime() });
    case 'blocked':
    case 'cancelled':
    case 'ended':
      return { kind: proof.kind };
  }
}

/** What a typed code comes to: which of the challenge's codes it is, and what the guess counts against. Null: it is no code. */
export async function readTypedCode(
  deps: Pick<AnswerDeps, 'connections' | 'codes' | 'hashSubject' | 'limitOverrides'>,
  { asked, typed, context }: { asked: AskedChallenge; typed: string; context: RequestContext },
): Promise<
  | (Pick<ChallengeAnswer, 'matchedGeneration' | 'limits'> & {
      provenBy: 'code' | 'test_identity';
      connection: Connection | null;
    })
  | null
> {
  const code = parseTypedCode(typed, asked.codeLength);
  if (code === null) return null;
  const connection = await findConnection(deps, asked.connection);
  const fixed = connection && findTestIdentity(connection, asked.identifier, context.now);
  const isFixed = fixed !== null && deps.codes.equal(fixed.code, code);
  return {
    connection,
    // A fixed code has no age: it stands for the newest, so that it can be typed while the login lasts.
    matchedGeneration: isFixed ? asked.generation : findGeneration(deps.codes, code, asked),
    provenBy: isFixed ? 'test_identity' : 'code',
    limits: guessLimits(deps, { asked, isTest: fixed !== null }, context),
  };
}

/** What a challenge says of itself to be proven by code or link. */
type Provable = Pick<AskedChallenge, 'challengeId' | 'channel' | 'identifier' | 'connection'>;

/** What came of a proof: a session, or what the store said. */
type Proof = SignedIn | Exclude<Answered, { kind: 'proven' }>;

/** Answers a challenge with whatever proves it: a session is made, and a notice where this browser is new to the person. */
export async function prove(
  deps: Pick<AnswerDeps, 'random' | 'sessionLifetimes' | 'hashSubject' | 'spendGuard'> & {
    challenges: Pick<ChallengeStore, 'answer'>;
  },
  proof: Pick<
    ChallengeAnswer,
    | 'interactionId'
    | 'matchedGeneration'
    | 'provenBy'
    | 'limits'
    | 'authorizationCode'
    | 'tokenFamily'
    | 'replacedSessionSecret'
  > & {
    asked: Provable;
    connection: Connection | null;
    applicationName: string;
    context: RequestContext;
  },
): Promise<Proof> {
  const { asked, applicationName, context } = proof;
  const { now } = context;
  const identifier = { channel: asked.channel, canonical: asked.identifier };
  const subject = subjectHash(deps, identifier);
  const session = newSession(deps, asked.channel, now);
  const notice = isNoticeWanted(proof)
    ? {
        messageId: deps.random.id(),
        applicationName,
        expiresAt: later(now, NOTICE_LIFETIME_SECONDS),
        accountMadeBefore: later(now, -NOTICE_ACCOUNT_AGE_SECONDS),
      }
    : null;
  const answered = await deps.challenges.answer({
    challengeId: asked.challengeId,
    interactionId: proof.interactionId,
    matchedGeneration: proof.matchedGeneration,
    limits: proof.limits,
    newUserId: deps.random.hex24(),
    session,
    replacedSessionSecret: proof.replacedSessionSecret,
    authorizationCode: proof.authorizationCode,
    tokenFamily: proof.tokenFamily,
    provenBy: proof.provenBy,
    notice,
    logged: { maskedIdentifier: maskIdentifier(identifier), identifierHash: subject },
    context,
  });
  if (answered.kind !== 'proven') return answered;
  if (proof.provenBy !== 'test_identity') await countAnswered(deps, asked, now);
  const { accountId, firstLogin, noticeSentTo } = answered;
  return {
    kind: 'signed_in',
    accountId,
    firstLogin,
    sessionSecret: session.secret,
    sessionExpiresAt: session.expiresAt,
    subject,
    notice:
      notice === null || noticeSentTo === null
        ? null
        : noticeMessage({
            asked,
            notice,
            generation: proof.matchedGeneration ?? 0,
            recipient: noticeSentTo,
            context,
          }),
  };
}

/** A session that begins with a proof over this channel. Not yet anywhere but in memory. */
export function newSession(deps: SessionMaker, channel: Channel, now: Date): NewSession {
  const { lifetimeSeconds, idleSeconds } = deps.sessionLifetimes();
  return {
    id: deps.random.id(),
    secret: deps.random.secret(),
    amr: AMR[channel],
    expiresAt: later(now, lifetimeSeconds),
    idleExpiresAt: later(now, idleSeconds),
  };
}

/**
 * The budgets one guess counts against (OTP-5, OTP-6, OTP-7). A fixed code, which no new message replaces, has smaller ones,
 * of which one network alone cannot use up everybody's.
 */
export function guessLimits(
  deps: Pick<AnswerDeps, 'hashSubject' | 'limitOverrides'>,
  { asked, isTest }: { asked: Pick<AskedChallenge, 'channel' | 'identifier'>; isTest: boolean },
  { ip, knownBrowserId, now }: RequestContext,
): CountedLimit[] {
  const overrides = deps.limitOverrides();
  const limitOf = (name: LimitName, key: string) => countLimit(name, { key, now, overrides });
  const person = budgetHash(deps, { channel: asked.channel, canonical: asked.identifier });
  const network = ip === null ? null : networkOf(ip);
  const limits: CountedLimit[] =
    network === null ? [] : [limitOf('guesses_per_ip', deps.hashSubject(network))];
  if (knownBrowserId !== null) {
    const browser = deps.hashSubject(`${knownBrowserId}:${asked.identifier}`);
    limits.push(
      limitOf('guesses_per_known_browser', browser),
      limitOf('guesses_per_identifier_known', person),
    );
  } else if (isTest) {
    limits.push(
      limitOf('guesses_per_test_identity', deps.hashSubject(`${network}:${person}`)),
      limitOf('guesses_per_test_identity_day', person),
    );
  } else limits.push(limitOf('guesses_per_identifier', person));
  return limits;
}

/** RFC 8176 §2: a code is a one-time password, and so is the link that stands for it; a text message is also named. */
const AMR = { email: ['otp'], sms: ['otp', 'sms'] } as const;

/** Seconds in which a notice about a new browser is of use. */
const NOTICE_LIFETIME_SECONDS = 3600;
/** On the first day of an account its person tries all the browsers there are, and knows it. */
const NOTICE_ACCOUNT_AGE_SECONDS = 86_400;

/** Only where the message that was answered says nothing by itself: a first login was asked for a moment ago. */
function isNoticeWanted({
  connection,
  provenBy,
  context,
}: Pick<Parameters<typeof prove>[1], 'connection' | 'provenBy' | 'context'>): boolean {
  if (connection?.strategy !== 'email' || provenBy === 'test_identity') return false;
  return connection.newDeviceNotice && context.knownBrowserId === null;
}

function noticeMessage({
  asked,
  notice,
  generation,
  recipient,
  context,
}: {
  asked: Provable;
  notice: NonNullable<ChallengeAnswer['notice']>;
  generation: number;
  recipient: string;
  context: RequestContext;
}): LoginMessage {
  const { messageId, applicationName, expiresAt } = notice;
  return {
    messageId,
    applicationName,
    expiresAt,
    kind: 'new_device',
    channel: asked.channel,
    connection: asked.connection,
    recipient,
    oneTimeCode: null,
    link: null,
    stopLink: null,
    language: context.language,
    reference: messageReference(asked.challengeId, generation),
    askedAt: context.now,
    userAgent: context.userAgent,
    ip: context.ip,
  };
}

/** Of the messages to a country some have to be answered. A count that is missing costs nobody their login. */
export async function countAnswered(
  { spendGuard }: Pick<AnswerDeps, 'spendGuard'>,
  asked: Pick<Provable, 'channel' | 'identifier' | 'connection'>,
  now: Date,
): Promise<void> {
  const number = asked.channel === 'sms' ? parsePhoneIdentifier(asked.identifier, null) : null;
  if (number === null || 'kind' in number || number.country === null) return;
  await spendGuard.answered({ country: number.country, connection: asked.connection, now }).catch(() => {});
}

function later(now: Date, seconds: number): Date {
  return new Date(now.getTime() + seconds * 1000);
}

function problem(value: LoginProblem): ChallengeAnswered {
  return { kind: 'problem', problem: value };
}
