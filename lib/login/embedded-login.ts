// Embedded passwordless: an application asks for a code with its own pages and trades it for tokens. The same challenges,
// codes, limits and messages as on our pages, without a browser that could be known: what binds a code to who asked is the
// client and the identifier. Auth0's /passwordless/start and OTP grant (auth0-contract §3.1, §3.2).
import type { Client } from '@/lib/oidc/client';
import type { OneTimeCodeProof, OneTimeCodeProven } from '@/lib/oidc/grants/passwordless-otp';
import { type AnswerDeps, countAnswered, guessLimits } from './answer-challenge';
import type { Answered, ChallengeAnswer, ChallengeStore } from './challenge';
import type { Connection, SendMode } from './connection';
import type { EmbeddedChallengeStore, StandingChallenge } from './embedded-challenge';
import { type Identifier, maskIdentifier, parseEmailIdentifier, parsePhoneIdentifier } from './identifier';
import { INTERACTION_LIFETIME_SECONDS } from './interaction';
import { retryAt } from './limits';
import type { EmbeddedLink } from './magic-link';
import type { LoginMessage } from './message';
import { findGeneration, parseTypedCode, RESEND_WAITS_SECONDS, resendWaitSeconds } from './one-time-code';
import { OUTBOX_LEASE_SECONDS } from './outbox';
import type { RequestContext } from './request-context';
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
  Readonly<{ challenges: Pick<ChallengeStore, 'answer'> & EmbeddedChallengeStore }>;

export type EmbeddedStarted = Readonly<
  /** `message` is null when nothing is to be sent; what the application is told is the same. */
  { kind: 'asked'; message: LoginMessage | null } | { kind: 'limited'; until: Date }
>;

/**
 * Asks an identifier for the code of this client, or sends the code in hand again.
 *
 * @param start.countsNetwork false for an authenticated client, behind whose one address all its people are
 */
export async function startEmbedded(
  deps: EmbeddedDeps,
  start: {
    client: Client;
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
  const slot = slotOf(client, connection, identifier);
  const standing = await deps.challenges.findStanding(slot);
  const counted = start.countsNetwork ? context : { ...context, ip: null };
  const challengeId = deps.random.id();
  const messageId = deps.random.id();
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
      signUpOpen: connection.signUpOpen || isTest,
      // The store decides; what is known already to be too early need not use up the purse.
      withheld: isTooEarly(standing, now)
        ? null
        : await reasonToWithhold(deps, {
            connection,
            identifier,
            clientId: client.clientId,
            context: counted,
          }),
      messageId,
      messageDueAt: later(now, OUTBOX_LEASE_SECONDS),
      logged: { maskedIdentifier: maskIdentifier(identifier), identifierHash: subjectHash(deps, identifier) },
    },
    startLimits(deps, identifier, counted),
    context,
  );
  if (asked.kind === 'limited') return { kind: 'limited', until: retryAt(asked.limit) };
  return {
    kind: 'asked',
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

/**
 * Counts a code that an application was given, and if it is the one makes account, identity and token family, in the store's
 * one statement. As much is done where nothing was asked, so that the time tells nothing (OTP-13).
 */
export async function proveOneTimeCode(
  deps: EmbeddedDeps,
  proof: OneTimeCodeProof,
  given: { countsNetwork: boolean; context: RequestContext },
): Promise<OneTimeCodeProven> {
  const connection = await findOfferedConnection(deps, proof.client, proof.realm);
  if (connection === null) return { kind: 'realm_unknown' };
  const channel = connection.strategy;
  const identifier = readSentIdentifier(connection, proof.username);
  if (identifier === null) return { kind: 'wrong', channel };
  const standing = await deps.challenges.findStanding(slotOf(proof.client, connection, identifier));
  const answered = await answer(deps, {
    standing,
    connection,
    identifier,
    typed: proof.otp,
    tokenFamily: proof.tokenFamily,
    ...given,
  });
  switch (answered.kind) {
    case 'proven':
      return { kind: 'proven' };
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

async function answer(
  deps: EmbeddedDeps,
  given: {
    standing: StandingChallenge | null;
    connection: Connection;
    identifier: Identifier;
    typed: string;
    tokenFamily: ChallengeAnswer['tokenFamily'];
    countsNetwork: boolean;
    context: RequestContext;
  },
): Promise<Answered> {
  const { connection, identifier, context } = given;
  const asked = given.standing ?? nobodyAsked(deps, connection);
  const typed = parseTypedCode(given.typed, asked.codeLength);
  // Not as many digits as it has: no guess, and not counted as one.
  if (typed === null) return { kind: 'ended' };
  const fixed = findTestIdentity(connection, identifier.canonical, context.now);
  const isFixed = fixed !== null && deps.codes.equal(fixed.code, typed);
  const answered = await deps.challenges.answer({
    challengeId: asked.challengeId,
    interactionId: asked.interactionId,
    matchedGeneration: isFixed ? asked.generation : findGeneration(deps.codes, typed, asked),
    limits: guessLimits(
      deps,
      { asked: { channel: identifier.channel, identifier: identifier.canonical }, isTest: fixed !== null },
      given.countsNetwork ? context : { ...context, ip: null },
    ),
    newUserId: deps.random.hex24(),
    session: null,
    replacedSessionSecret: null,
    authorizationCode: null,
    tokenFamily: given.tokenFamily,
    provenBy: isFixed ? 'test_identity' : 'code',
    notice: null,
    logged: { maskedIdentifier: maskIdentifier(identifier), identifierHash: subjectHash(deps, identifier) },
    context,
  });
  if (answered.kind === 'proven' && given.standing !== null && !isFixed)
    await countAnswered(deps, given.standing, context.now);
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

/** Names the one challenge that an identifier has at a client. */
function slotOf(
  { clientId }: Pick<Client, 'clientId'>,
  { name }: Pick<Connection, 'name'>,
  { canonical }: Pick<Identifier, 'canonical'>,
): string {
  return JSON.stringify([clientId, name, canonical]);
}

function isTooEarly(standing: StandingChallenge | null, now: Date): boolean {
  return standing?.state === 'open' && standing.codeExpiresAt > now && standing.resendAllowedAt > now;
}

function later(now: Date, seconds: number): Date {
  return new Date(now.getTime() + seconds * 1000);
}
