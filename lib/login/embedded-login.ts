// Embedded passwordless: an application asks for a code with its own pages and trades it for tokens. The same challenges,
// codes, limits and messages as on our pages, without a browser that could be known: what binds a code to who asked is the
// client and the identifier. Auth0's /passwordless/start and OTP grant (auth0-contract §3.1, §3.2).
import type { Client } from '@/lib/oidc/client';
import type {
  NamedCode,
  OneTimeCodeProof,
  OneTimeCodeProven,
  SessionCode,
} from '@/lib/oidc/grants/passwordless-otp';
import { type AnswerDeps, countAnswered, guessLimits, newSession } from './answer-challenge';
import type { Answered, ChallengeAnswer, ChallengeStore, LoggedSubject } from './challenge';
import type { Connection, SendMode } from './connection';
import type { CodeChecked, EmbeddedChallengeStore, StandingChallenge } from './embedded-challenge';
import { type Identifier, maskIdentifier, parseEmailIdentifier, parsePhoneIdentifier } from './identifier';
import { INTERACTION_LIFETIME_SECONDS } from './interaction';
import { retryAt } from './limits';
import type { EmbeddedLink, MagicLinks } from './magic-link';
import type { LoginMessage } from './message';
import { findGeneration, parseTypedCode, RESEND_WAITS_SECONDS, resendWaitSeconds } from './one-time-code';
import { OUTBOX_LEASE_SECONDS } from './outbox';
import type { RequestContext } from './request-context';
import type { ActiveSession } from './session';
import {
  findConnection,
  findTestIdentity,
  loginMessage,
  reasonToWithhold,
  type StartLoginDeps,
  startLimits,
  subjectHash,
} from './start-login';

export type EmbeddedDeps = Omit<StartLoginDeps, 'challenges'> &
  Omit<AnswerDeps, 'challenges'> &
  Readonly<{
    challenges: Pick<ChallengeStore, 'answer'> & EmbeddedChallengeStore;
    /** Tokens that stand for a challenge in another place than the link of its message. */
    tokens: Readonly<Record<'loginTicket' | 'authSession', MagicLinks>>;
    /** Resolves after so many milliseconds. */
    pause(milliseconds: number): Promise<void>;
  }>;

export type EmbeddedStarted = Readonly<
  | {
      kind: 'asked';
      /** Null when nothing is to be sent; what the application is told is the same. */
      message: LoginMessage | null;
      /** Stands for this one question; null when SECRET was replaced at this moment. */
      authSession: string | null;
    }
  | { kind: 'limited'; until: Date }
>;

/**
 * Asks an identifier for the code of this client, or sends the code in hand again.
 *
 * @param start.countsNetwork false for an authenticated client, behind whose one address all its people are
 */
export async function startEmbedded(
  deps: EmbeddedDeps,
  start: {
    client: Pick<Client, 'clientId' | 'name'>;
    /**
     * Who may answer: this client; every client that may trade codes; or whoever brings what this one question was
     * answered with.
     */
    answeredBy: 'client' | 'every client' | 'session';
    /** False where only people with an account are to be sent anything, whatever the connection allows. */
    maySignUp?: boolean;
    connection: Connection;
    identifier: Identifier;
    sendMode: SendMode;
    embeddedLink: EmbeddedLink | null;
    countsNetwork: boolean;
    context: RequestContext;
  },
): Promise<EmbeddedStarted> {
  const { client, connection, identifier, sendMode, embeddedLink, context } = start;
  const { now } = context;
  const { codeLength, codeLifetimeSeconds } = connection;
  const isTest = findTestIdentity(connection, identifier.canonical, now) !== null;
  const challengeId = deps.random.id();
  const slot =
    start.answeredBy === 'session'
      ? challengeId
      : slotOf(start.answeredBy === 'client' ? client : null, connection, identifier);
  const standing = await deps.challenges.findStanding(slot);
  const counted = start.countsNetwork ? context : { ...context, ip: null };
  const messageId = deps.random.id();
  const limits = startLimits(deps, identifier, counted);
  const maySignUp = connection.signUpOpen && start.maySignUp !== false;
  const asked = await deps.challenges.ask(
    {
      id: challengeId,
      // No browser of ours asked: nothing else goes by this name.
      interactionId: challengeId,
      slot,
      embeddedLink,
      clientId: client.clientId,
      applicationName: client.name,
      connection: connection.name,
      identifier,
      sendMode,
      pepperId: deps.codes.pepperId,
      codeLength,
      codeExpiresAt: later(now, codeLifetimeSeconds),
      maxAttempts: connection.maxGuesses,
      resendAllowedAt: later(now, resendWaitSeconds(1)),
      resendWaitsSeconds: RESEND_WAITS_SECONDS,
      // Longer than the code lives, so that it can be told that it was too old.
      expiresAt: later(now, INTERACTION_LIFETIME_SECONDS),
      signUpOpen: maySignUp || isTest,
      // The store decides; what is known already to be too early need not use up the purse.
      withheld: isTooEarly(standing, now)
        ? null
        : await reasonToWithhold(deps, {
            connection: { ...connection, signUpOpen: maySignUp },
            identifier,
            clientId: client.clientId,
            startLimits: limits,
            context: counted,
          }),
      messageId,
      messageDueAt: later(now, OUTBOX_LEASE_SECONDS),
      logged: loggedSubject(deps, identifier),
    },
    limits,
    context,
  );
  if (asked.kind === 'limited') return { kind: 'limited', until: retryAt(asked.limit) };
  return {
    kind: 'asked',
    authSession: deps.tokens.authSession.derive(asked),
    message: loginMessage(deps, {
      seed: asked,
      messageId,
      recipient: asked.recipient,
      channel: identifier.channel,
      connection: connection.name,
      sendMode,
      embeddedLink,
      applicationName: client.name,
      expiresAt: asked.codeExpiresAt,
      context,
    }),
  };
}

/** An identifier as programs send it: one spelling of a number, any of an address. Null for anything else. */
export function readSentIdentifier(
  connection: Pick<Connection, 'strategy'>,
  sent: string,
): Identifier | null {
  const identifier =
    connection.strategy === 'sms' ? parsePhoneIdentifier(sent, null) : parseEmailIdentifier(sent);
  return identifier === null || 'kind' in identifier ? null : identifier;
}

/** A connection this client may use, by the name that the request gives; null for any other. */
export async function findOfferedConnection(
  deps: Pick<EmbeddedDeps, 'connections'>,
  client: Client,
  name: string,
): Promise<Connection | null> {
  return client.connections.includes(name) ? findConnection(deps, name) : null;
}

/** How it came here. */
type Arrival = Readonly<{
  /** False for an authenticated client, behind whose one address all its people are. */
  countsNetwork: boolean;
  /** True where a code that was asked for every client will do. */
  forEveryClient?: boolean;
  context: RequestContext;
}>;

/**
 * Counts a code that an application was given, and if it is the one makes account, identity and token family, in the store's
 * one statement.
 */
export function proveOneTimeCode(
  deps: EmbeddedDeps,
  { tokenFamily, ...code }: OneTimeCodeProof,
  arrival: Arrival,
): Promise<OneTimeCodeProven> {
  const prepared =
    'authSession' in code ? prepareSessionGuess(deps, code, arrival) : prepareGuess(deps, code, arrival);
  return refuseEvenly(deps, prepared, async (guess) => {
    const answered = await answer(deps, guess, { tokenFamily, session: null, replacedSessionSecret: null });
    return answered.kind === 'proven' ? { kind: 'proven' } : refusalOf(answered, guess);
  });
}

/**
 * Compares a code without using it up; a wrong one is counted.
 *
 * @param page.origin of the page it was typed in, from where the browser may go on (see {@link isChecked}); null: nowhere
 */
export function checkOneTimeCode(
  deps: EmbeddedDeps,
  code: NamedCode,
  { origin, ...arrival }: Arrival & { origin: string | null },
): Promise<OneTimeCodeProven> {
  return refuseEvenly(deps, prepareGuess(deps, code, arrival), async (guess) => {
    const checked = await check(deps, guess, origin);
    return checked.kind === 'right' ? { kind: 'proven' } : refusalOf(checked, guess);
  });
}

/** Seconds in which a page goes on to the address that uses its code up. */
const CHECKED_SECONDS = 60;

/**
 * Whether the code of this identifier was found right a moment ago in a page of this origin: a browser that comes from there
 * has a proof of its own, which no scanner of mail has.
 */
export async function isChecked(
  deps: Pick<EmbeddedDeps, 'challenges' | 'connections'>,
  { client, realm, username }: Omit<NamedCode, 'otp'>,
  page: { origin: string; now: Date },
): Promise<boolean> {
  const connection = await findOfferedConnection(deps, client, realm);
  const identifier = connection && readSentIdentifier(connection, username);
  if (connection === null || identifier === null) return false;
  const standing = await deps.challenges.findStanding(slotOf(client, connection, identifier));
  const checked = standing?.checked ?? null;
  if (checked?.origin !== page.origin) return false;
  return !isOlder(checked.at, CHECKED_SECONDS, page.now);
}

export type EmbeddedSignedIn = Readonly<
  | { kind: 'signed_in'; session: ActiveSession; sessionSecret: string; sessionExpiresAt: Date }
  | Exclude<OneTimeCodeProven, { kind: 'proven' }>
>;

/** Seconds in which a login ticket is good. */
const TICKET_SECONDS = 120;

export type TicketIssued = Readonly<
  { kind: 'issued'; loginTicket: string } | Exclude<OneTimeCodeProven, { kind: 'proven' }>
>;

/**
 * Compares a code that was typed in a page of the client, and gives the page a ticket with which its browser is signed in.
 *
 * @param page.origin of that page, which alone may use it
 */
export function issueTicket(
  deps: EmbeddedDeps,
  code: NamedCode,
  page: Arrival & { origin: string },
): Promise<TicketIssued> {
  return refuseEvenly(deps, prepareGuess(deps, code, page), async (guess) => {
    const checked = await check(deps, guess, page.origin);
    if (checked.kind !== 'right') return refusalOf(checked, guess);
    const { challengeId, matchedGeneration, pepperId, identifier } = guess;
    const loginTicket = deps.tokens.loginTicket.derive({
      challengeId,
      generation: matchedGeneration ?? 0,
      pepperId,
    });
    return loginTicket === null
      ? { kind: 'wrong', channel: identifier.channel }
      : { kind: 'issued', loginTicket };
  });
}

/**
 * Signs in the browser that a page of the client sends with its ticket, once.
 *
 * @param use.origin of the page the browser comes from; null where it does not say
 * @returns null for a ticket that is used, too old, another client's or another page's
 */
export async function signInWithTicket(
  deps: EmbeddedDeps,
  use: {
    loginTicket: string;
    clientId: string;
    origin: string | null;
    replacedSessionSecret: string | null;
    context: RequestContext;
  },
): Promise<Extract<EmbeddedSignedIn, { kind: 'signed_in' }> | null> {
  const { context, origin } = use;
  const target = deps.tokens.loginTicket.read(use.loginTicket);
  const asked = target && (await deps.challenges.findAsked(target.challengeId));
  const checked = asked?.checked ?? null;
  if (target === null || asked === null || checked === null || asked.clientId !== use.clientId) return null;
  if (origin !== checked.origin || isOlder(checked.at, TICKET_SECONDS, context.now)) return null;
  const connection = await findConnection(deps, asked.connection);
  if (connection === null) return null;
  const { channel, identifier: canonical } = asked;
  const guess = {
    ...asked,
    connection,
    identifier: { channel, canonical },
    isFixed: false,
    matchedGeneration: target.generation,
    // Counted when the code was compared.
    limits: [],
    logged: loggedSubject(deps, { channel, canonical }),
    context,
  };
  const signedIn = await signIn(deps, guess, use.replacedSessionSecret);
  return signedIn.kind === 'signed_in' ? signedIn : null;
}

/** Counts a code that came by an address, and if it is the one signs this browser in. */
export function signInWithCode(
  deps: EmbeddedDeps,
  code: NamedCode,
  { replacedSessionSecret, ...arrival }: Arrival & { replacedSessionSecret: string | null },
): Promise<EmbeddedSignedIn> {
  return refuseEvenly(deps, prepareGuess(deps, code, arrival), (guess) =>
    signIn(deps, guess, replacedSessionSecret),
  );
}

async function signIn(
  deps: EmbeddedDeps,
  guess: Guess,
  replacedSessionSecret: string | null,
): Promise<EmbeddedSignedIn> {
  const { now } = guess.context;
  const session = newSession(deps, guess.identifier.channel, now);
  const answered = await answer(deps, guess, { session, tokenFamily: null, replacedSessionSecret });
  if (answered.kind !== 'proven') return refusalOf(answered, guess);
  return {
    kind: 'signed_in',
    session: { id: answered.sessionId ?? session.id, accountId: answered.accountId, authenticatedAt: now },
    sessionSecret: session.secret,
    sessionExpiresAt: session.expiresAt,
  };
}

/** A code beside what was asked: counted and compared by the store. */
type Guess = Pick<
  ChallengeAnswer,
  'challengeId' | 'interactionId' | 'matchedGeneration' | 'limits' | 'logged' | 'context'
> &
  Readonly<{
    identifier: Pick<Identifier, 'channel' | 'canonical'>;
    connection: Connection;
    pepperId: string;
    /** The fixed code of a test identity. */
    isFixed: boolean;
  }>;

type Refused = Exclude<OneTimeCodeProven, { kind: 'proven' }>;

/** Longer than a refusal needs on a server that is well, shorter than anybody notices. */
const REFUSAL_MILLISECONDS = 50;

/**
 * Uses a guess. Refusals take as long as each other, however much there was to look up and to count, so that the time does
 * not tell whether anybody was asked (OTP-13).
 */
async function refuseEvenly<Success extends Readonly<{ kind: 'proven' | 'issued' | 'signed_in' }>>(
  deps: Pick<EmbeddedDeps, 'pause'>,
  prepared: Promise<Guess | Refused>,
  use: (guess: Guess) => Promise<Success | Refused>,
): Promise<Success | Refused> {
  const due = deps.pause(REFUSAL_MILLISECONDS);
  const guess = await prepared;
  const outcome = 'kind' in guess ? guess : await use(guess);
  if (isRefused(outcome)) await due;
  return outcome;
}

function isRefused({ kind }: Readonly<{ kind: string }>): boolean {
  return kind !== 'proven' && kind !== 'issued' && kind !== 'signed_in';
}

function check(
  deps: Pick<EmbeddedDeps, 'challenges'>,
  { challengeId, matchedGeneration, limits, logged, context }: Guess,
  origin: string | null,
): Promise<CodeChecked> {
  return deps.challenges.check({ challengeId, matchedGeneration, limits, logged, context, origin });
}

/** What an application may know of a code that was not accepted. */
function refusalOf(
  answered: Exclude<Answered, { kind: 'proven' }>,
  { identifier: { channel } }: Pick<Guess, 'identifier'>,
): Refused {
  switch (answered.kind) {
    case 'limited':
      return { kind: 'limited', until: retryAt(answered.limit) };
    case 'blocked':
      return { kind: 'blocked' };
    case 'expired':
    case 'exhausted':
      return { kind: answered.kind, channel };
    case 'wrong':
    case 'cancelled':
    case 'ended':
      return { kind: 'wrong', channel };
  }
}

/** A guess, or the refusal of what cannot be one: it is not counted. */
async function prepareGuess(
  deps: EmbeddedDeps,
  code: NamedCode,
  { countsNetwork, forEveryClient = false, context }: Arrival,
): Promise<Guess | Refused> {
  const connection = await findOfferedConnection(deps, code.client, code.realm);
  if (connection === null) return { kind: 'realm_unknown' };
  const channel = connection.strategy;
  const identifier = readSentIdentifier(connection, code.username);
  if (identifier === null) return { kind: 'wrong', channel };
  const find = (client: Client | null) =>
    deps.challenges.findStanding(slotOf(client, connection, identifier));
  const mine = await find(code.client);
  const isMine = !forEveryClient || (mine?.state === 'open' && mine.codeExpiresAt > context.now);
  const asked = (isMine ? mine : ((await find(null)) ?? mine)) ?? nobodyAsked(deps, connection);
  return guessAt(deps, { asked, connection, identifier, otp: code.otp }, { countsNetwork, context });
}

/** The same for a code that comes with what its own question was answered with. */
async function prepareSessionGuess(
  deps: EmbeddedDeps,
  { client, authSession, otp }: SessionCode,
  arrival: Arrival,
): Promise<Guess | Refused> {
  const target = deps.tokens.authSession.read(authSession);
  const asked = target && (await deps.challenges.findAsked(target.challengeId));
  if (asked?.clientId !== client.clientId) return { kind: 'session_unknown' };
  const connection = await findOfferedConnection(deps, client, asked.connection);
  if (connection === null) return { kind: 'session_unknown' };
  const identifier = { channel: asked.channel, canonical: asked.identifier };
  return guessAt(deps, { asked, connection, identifier, otp }, arrival);
}

function guessAt(
  deps: EmbeddedDeps,
  {
    asked,
    connection,
    identifier,
    otp,
  }: Pick<Guess, 'connection' | 'identifier'> & { asked: ReturnType<typeof nobodyAsked>; otp: string },
  { countsNetwork, context }: Arrival,
): Guess | Refused {
  const { channel } = identifier;
  const typed = parseTypedCode(otp, asked.codeLength);
  if (typed === null) return { kind: 'wrong', channel };
  const fixed = findTestIdentity(connection, identifier.canonical, context.now);
  const isFixed = fixed !== null && deps.codes.equal(fixed.code, typed);
  return {
    challengeId: asked.challengeId,
    interactionId: asked.interactionId,
    pepperId: asked.pepperId,
    identifier,
    connection,
    isFixed,
    matchedGeneration: isFixed ? asked.generation : findGeneration(deps.codes, typed, asked),
    limits: guessLimits(
      deps,
      { asked: { channel, identifier: identifier.canonical }, isTest: fixed !== null },
      countsNetwork ? context : { ...context, ip: null },
    ),
    logged: loggedSubject(deps, identifier),
    context,
  };
}

function loggedSubject(
  deps: Pick<EmbeddedDeps, 'hashSubject'>,
  identifier: Pick<Identifier, 'channel' | 'canonical'>,
): LoggedSubject {
  return { maskedIdentifier: maskIdentifier(identifier), identifierHash: subjectHash(deps, identifier) };
}

async function answer(
  deps: EmbeddedDeps,
  guess: Guess,
  given: Pick<ChallengeAnswer, 'session' | 'tokenFamily' | 'replacedSessionSecret'>,
): Promise<Answered> {
  const { identifier, connection, isFixed, challengeId, interactionId, context } = guess;
  const answered = await deps.challenges.answer({
    challengeId,
    interactionId,
    matchedGeneration: guess.matchedGeneration,
    limits: guess.limits,
    logged: guess.logged,
    context,
    ...given,
    newUserId: deps.random.hex24(),
    authorizationCode: null,
    provenBy: isFixed ? 'test_identity' : 'code',
    notice: null,
  });
  if (answered.kind === 'proven' && !isFixed) {
    const { channel, canonical } = identifier;
    const asked = { channel, identifier: canonical, connection: connection.name };
    await countAnswered(deps, asked, context.now);
  }
  return answered;
}

/** In place of a challenge that is not there. */
function nobodyAsked(deps: Pick<EmbeddedDeps, 'random' | 'codes'>, { codeLength }: Connection) {
  const challengeId = deps.random.id();
  return {
    challengeId,
    interactionId: challengeId,
    generation: 0,
    codeLength,
    pepperId: deps.codes.pepperId,
  };
}

/** Names the one challenge that an identifier has at a client; null is every client. */
function slotOf(
  client: Pick<Client, 'clientId'> | null,
  { name }: Pick<Connection, 'name'>,
  { canonical }: Pick<Identifier, 'canonical'>,
): string {
  return JSON.stringify([client?.clientId ?? null, name, canonical]);
}

function isTooEarly(standing: StandingChallenge | null, now: Date): boolean {
  return standing?.state === 'open' && standing.codeExpiresAt > now && standing.resendAllowedAt > now;
}

function isOlder(at: Date, seconds: number, now: Date): boolean {
  return now.getTime() - at.getTime() > seconds * 1000;
}

function later(now: Date, seconds: number): Date {
  return new Date(now.getTime() + seconds * 1000);
}
