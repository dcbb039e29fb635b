// A typed identifier becomes a challenge and a message. The same happens, as far as anyone outside can tell, for people
// who have an account and people who have none, and for numbers that the operator's purse is guarded against.
import type { Client } from '@/lib/oidc/client';
import type { ChallengeStore } from './challenge';
import {
  type Connection,
  type ConnectionStore,
  channelsOf,
  type SendMode,
  type SmsConnection,
  type TestIdentity,
} from './connection';
import {
  budgetForm,
  type Identifier,
  type IdentifierRefusal,
  maskIdentifier,
  parseIdentifier,
} from './identifier';
import type { AskedChallenge, Interaction } from './interaction';
import { INTERACTION_LIFETIME_SECONDS } from './interaction';
import { type CountedLimit, countLimit, type LimitOverrides, networkOf, retryAt } from './limits';
import { type EmbeddedLink, makeProofs, type ProofMaker } from './magic-link';
import type { LoginMessage } from './message';
import { messageReference } from './message-reference';
import { type CodeSeed, type OneTimeCodes, resendWaitSeconds } from './one-time-code';
import { OUTBOX_LEASE_SECONDS } from './outbox';
import type { LoginProblem } from './problems';
import type { Randomness } from './randomness';
import type { RequestContext } from './request-context';
import type { SmsSpendGuard, WithheldReason } from './sms-spend-guard';

export type StartLoginDeps = ProofMaker &
  Readonly<{
    challenges: Pick<ChallengeStore, 'start'>;
    connections: ConnectionStore;
    codes: OneTimeCodes;
    random: Randomness;
    /** Keyed hash under which limits and logs know a subject. */
    hashSubject(subject: string): string;
    limitOverrides(): LimitOverrides;
    /** ISO 3166-1 alpha-2 of the countries that are texted to; null is every one. */
    servedCountries(connection: SmsConnection): readonly string[] | null;
    spendGuard: SmsSpendGuard;
  }>;

export type LoginStarted = Readonly<
  /** `message` is null when nothing is to be sent; the page that follows is the same. */
  | { kind: 'asked'; asked: AskedChallenge; message: LoginMessage | null }
  | { kind: 'problem'; problem: LoginProblem }
>;

/**
 * @param start.offered connections that the page offers; the first that fits what was typed carries the message
 * @param start.country ISO 3166-1 alpha-2 of numbers without country code, chosen or guessed; null where neither
 */
export async function startLogin(
  deps: StartLoginDeps,
  start: {
    interaction: Pick<Interaction, 'id'>;
    client: Pick<Client, 'clientId' | 'name'>;
    offered: readonly Connection[];
    typed: string;
    country: string | null;
    context: RequestContext;
  },
): Promise<LoginStarted> {
  const { interaction, client, offered, context } = start;
  const identifier = parseIdentifier(start.typed, { channels: channelsOf(offered), country: start.country });
  if ('kind' in identifier) return problem(REFUSALS[identifier.kind]);
  const connection = offered.find(({ strategy }) => strategy === identifier.channel);
  if (connection === undefined) return problem(REFUSALS.malformed);
  const { now } = context;
  const isTest = findTestIdentity(connection, identifier.canonical, now) !== null;
  const unserved = isTest ? null : unservedCountry(deps, connection, identifier);
  if (unserved !== null) return problem({ kind: 'country_not_served', country: unserved });

  const { codeLength, codeLifetimeSeconds } = connection;
  const sendMode = sendModeOf(connection);
  const seed: CodeSeed = {
    challengeId: deps.random.id(),
    generation: 0,
    codeLength,
    pepperId: deps.codes.pepperId,
  };
  const codeExpiresAt = later(now, codeLifetimeSeconds);
  const resendAllowedAt = later(now, resendWaitSeconds(1));
  const messageId = deps.random.id();
  const limits = startLimits(deps, identifier, context);
  const started = await deps.challenges.start(
    {
      id: seed.challengeId,
      interactionId: interaction.id,
      clientId: client.clientId,
      applicationName: client.name,
      connection: connection.name,
      identifier,
      sendMode,
      pepperId: seed.pepperId,
      codeLength,
      codeExpiresAt,
      maxAttempts: connection.maxGuesses,
      resendAllowedAt,
      expiresAt: later(now, INTERACTION_LIFETIME_SECONDS),
      // Whoever an operator named may come in, also where nobody else may.
      signUpOpen: connection.signUpOpen || isTest,
      withheld: await reasonToWithhold(deps, {
        connection,
        identifier,
        clientId: client.clientId,
        startLimits: limits,
        context,
      }),
      messageId,
      messageDueAt: later(now, OUTBOX_LEASE_SECONDS),
      logged: {
        maskedIdentifier: maskIdentifier(identifier),
        identifierHash: subjectHash(deps, identifier),
      },
    },
    limits,
    context,
  );
  if (started.kind === 'limited') return problem({ kind: 'wait', until: retryAt(started.limit).getTime() });

  return {
    kind: 'asked',
    asked: {
      challengeId: seed.challengeId,
      identifier: identifier.canonical,
      typedForm: identifier.typedForm,
      channel: identifier.channel,
      connection: connection.name,
      sendMode,
      maskedRecipient: maskIdentifier(identifier),
      reference: messageReference(seed.challengeId, 0),
      codeLength,
      codeLifetimeSeconds,
      pepperId: seed.pepperId,
      generation: 0,
      sends: 1,
      sentAt: now.getTime(),
      resendAllowedAt: resendAllowedAt.getTime(),
    },
    message: loginMessage(deps, {
      seed,
      messageId,
      recipient: started.recipient,
      channel: identifier.channel,
      connection: connection.name,
      sendMode,
      applicationName: client.name,
      expiresAt: codeExpiresAt,
      context,
    }),
  };
}

/**
 * Why nothing is sent although it was asked for: the reviewer of an application knows the code, or the operator's purse is
 * guarded. Counts a text message against its budgets, in one statement, while the challenge's own limits have room; an
 * e-mail costs none.
 */
export async function reasonToWithhold(
  { spendGuard }: Pick<StartLoginDeps, 'spendGuard'>,
  message: {
    connection: Pick<Connection, 'name' | 'signUpOpen' | 'testIdentities'>;
    identifier: Pick<Identifier, 'channel' | 'canonical' | 'country'>;
    clientId: string;
    startLimits: readonly CountedLimit[];
    context: RequestContext;
  },
): Promise<WithheldReason | null> {
  const { connection, identifier, ...asked } = message;
  const { channel, canonical, country } = identifier;
  if (findTestIdentity(connection, canonical, asked.context.now) !== null) return 'test_identity';
  if (channel !== 'sms' || country === null) return null;
  const { name, signUpOpen } = connection;
  return spendGuard.admit({ ...asked, number: canonical, country, connection: name, signUpOpen });
}

/** The connection of a challenge that was asked some time ago; null when it was deleted meanwhile. */
export async function findConnection(
  { connections }: Pick<StartLoginDeps, 'connections'>,
  name: string,
): Promise<Connection | null> {
  return (await connections.all()).find((connection) => connection.name === name) ?? null;
}

/** The fixed code that this identifier answers with at the moment, or null for everybody else. */
export function findTestIdentity(
  connection: Pick<Connection, 'testIdentities'>,
  canonical: string,
  now: Date,
): TestIdentity | null {
  const found = connection.testIdentities.find(({ identifier }) => identifier === canonical);
  return found !== undefined && found.expiresAt > now ? found : null;
}

/** The limits one message counts against. A known browser's share cannot be used up by strangers (OTP-7, OTP-8). */
export function startLimits(
  deps: Pick<StartLoginDeps, 'hashSubject' | 'limitOverrides'>,
  identifier: Pick<Identifier, 'channel' | 'canonical'>,
  { ip, knownBrowserId, now }: RequestContext,
): CountedLimit[] {
  const overrides = deps.limitOverrides();
  const recipient = budgetHash(deps, identifier);
  const limits = knownBrowserId
    ? [
        countLimit('starts_per_known_browser', {
          key: deps.hashSubject(`${knownBrowserId}:${identifier.canonical}`),
          now,
          overrides,
        }),
      ]
    : [
        countLimit('starts_per_recipient_hour', { key: recipient, now, overrides }),
        countLimit('starts_per_recipient_day', { key: recipient, now, overrides }),
      ];
  if (ip === null) return limits;
  return [...limits, countLimit('starts_per_ip', { key: deps.hashSubject(networkOf(ip)), now, overrides })];
}

/** The keyed hash under which limits know a mailbox: addresses with a tag (`name+tag@`) share its budget (IDN-4). */
export function budgetHash(
  deps: Pick<StartLoginDeps, 'hashSubject'>,
  identifier: Pick<Identifier, 'channel' | 'canonical'>,
): string {
  return deps.hashSubject(`${identifier.channel}:${budgetForm(identifier)}`);
}

/** The keyed hash under which the audit log and a browser that signed in before know a person. */
export function subjectHash(
  deps: Pick<StartLoginDeps, 'hashSubject'>,
  { channel, canonical }: Pick<Identifier, 'channel' | 'canonical'>,
): string {
  return deps.hashSubject(`${channel}:${canonical}`);
}

/** The message for a code that was just asked for, or null where nobody is to receive one. */
export function loginMessage(
  maker: ProofMaker,
  message: Pick<LoginMessage, 'messageId' | 'channel' | 'connection' | 'applicationName' | 'expiresAt'> & {
    seed: CodeSeed;
    recipient: string | null;
    sendMode: SendMode;
    /** Where the link leads, for an application that asked with its own pages. */
    embeddedLink?: EmbeddedLink | null;
    context: RequestContext;
  },
): LoginMessage | null {
  const { seed, recipient, sendMode, embeddedLink = null, context } = message;
  const proofs = recipient === null ? null : makeProofs(maker, { seed, sendMode, embeddedLink });
  if (recipient === null || proofs === null) return null;
  return {
    messageId: message.messageId,
    kind: 'login',
    channel: message.channel,
    connection: message.connection,
    recipient,
    ...proofs,
    language: context.language,
    applicationName: message.applicationName,
    reference: messageReference(seed.challengeId, seed.generation),
    askedAt: context.now,
    expiresAt: message.expiresAt,
    userAgent: context.userAgent,
    ip: context.ip,
  };
}

const REFUSALS: Record<IdentifierRefusal['kind'], LoginProblem> = {
  missing: { kind: 'identifier_missing' },
  malformed: { kind: 'identifier_malformed' },
  country_missing: { kind: 'country_missing' },
};

/** The country of a number that is not on the operator's list (SMS-1); null for every other identifier. */
export function unservedCountry(
  { servedCountries }: Pick<StartLoginDeps, 'servedCountries'>,
  connection: Connection,
  { country }: Identifier,
): string | null {
  if (connection.strategy !== 'sms' || country === null) return null;
  const served = servedCountries(connection);
  return served === null || served.includes(country) ? null : country;
}

/** What messages of a connection carry. A text message has a code: links in those are what people are told never to press. */
export function sendModeOf(connection: Connection): SendMode {
  return connection.strategy === 'email' ? connection.sendMode : 'code';
}

function later(now: Date, seconds: number): Date {
  return new Date(now.getTime() + seconds * 1000);
}

function problem(value: LoginProblem): LoginStarted {
  return { kind: 'problem', problem: value };
}
