// A typed identifier becomes a challenge and a message. The same happens, as far as anyone outside can tell, for people
// who have an account and people who have none.
import type { Client } from '@/lib/oidc/client';
import type { ChallengeStore } from './challenge';
import { budgetForm, type Identifier, maskIdentifier, parseEmailIdentifier } from './identifier';
import type { AskedChallenge, Interaction } from './interaction';
import { INTERACTION_LIFETIME_SECONDS } from './interaction';
import { type CountedLimit, countLimit, type LimitOverrides, networkOf, retryAt } from './limits';
import type { LoginMessage } from './message';
import { messageReference } from './message-reference';
import {
  CODE_LENGTH,
  CODE_LIFETIME_SECONDS,
  type CodeSeed,
  MAX_GUESSES,
  type OneTimeCodes,
  resendWaitSeconds,
} from './one-time-code';
import { OUTBOX_LEASE_SECONDS } from './outbox';
import type { LoginProblem } from './problems';
import type { Randomness } from './randomness';
import type { RequestContext } from './request-context';

export type StartLoginDeps = Readonly<{
  challenges: Pick<ChallengeStore, 'start'>;
  codes: OneTimeCodes;
  random: Randomness;
  /** Keyed hash under which limits and logs know a subject. */
  hashSubject(subject: string): string;
  limitOverrides(): LimitOverrides;
}>;

export type LoginStarted = Readonly<
  /** `message` is null when nothing is to be sent; the page that follows is the same. */
  | { kind: 'asked'; asked: AskedChallenge; message: LoginMessage | null }
  | { kind: 'problem'; problem: LoginProblem }
>;

export async function startLogin(
  deps: StartLoginDeps,
  start: { interaction: Interaction; client: Client; typed: string; context: RequestContext },
): Promise<LoginStarted> {
  const { interaction, client, typed, context } = start;
  if (typed.trim() === '') return problem({ kind: 'identifier_missing' });
  const identifier = parseEmailIdentifier(typed);
  if (identifier === null) return problem({ kind: 'identifier_malformed' });

  const { now } = context;
  const seed: CodeSeed = {
    challengeId: deps.random.id(),
    generation: 0,
    codeLength: CODE_LENGTH,
    pepperId: deps.codes.pepperId,
  };
  const codeExpiresAt = later(now, CODE_LIFETIME_SECONDS);
  const resendAllowedAt = later(now, resendWaitSeconds(1));
  const connection = interaction.request.connection ?? identifier.channel;
  const messageId = deps.random.id();
  const started = await deps.challenges.start(
    {
      id: seed.challengeId,
      interactionId: interaction.id,
      clientId: client.clientId,
      applicationName: client.name,
      connection,
      identifier,
      pepperId: seed.pepperId,
      codeLength: seed.codeLength,
      codeExpiresAt,
      maxAttempts: MAX_GUESSES,
      resendAllowedAt,
      expiresAt: later(now, INTERACTION_LIFETIME_SECONDS),
      signUpOpen: true,
      messageId,
      messageDueAt: later(now, OUTBOX_LEASE_SECONDS),
      logged: {
        maskedIdentifier: maskIdentifier(identifier),
        identifierHash: subjectHash(deps, identifier),
      },
    },
    startLimits(deps, identifier, context),
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
      connection,
      maskedRecipient: maskIdentifier(identifier),
      reference: messageReference(seed.challengeId, 0),
      codeLength: seed.codeLength,
      pepperId: seed.pepperId,
      generation: 0,
      sends: 1,
      sentAt: now.getTime(),
      resendAllowedAt: resendAllowedAt.getTime(),
    },
    message: loginMessage(deps.codes, {
      seed,
      messageId,
      recipient: started.recipient,
      channel: identifier.channel,
      applicationName: client.name,
      expiresAt: codeExpiresAt,
      context,
    }),
  };
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
  codes: OneTimeCodes,
  message: {
    seed: CodeSeed;
    messageId: string;
    recipient: string | null;
    channel: LoginMessage['channel'];
    applicationName: string;
    expiresAt: Date;
    context: RequestContext;
  },
): LoginMessage | null {
  const { seed, recipient, context } = message;
  const oneTimeCode = recipient === null ? null : codes.derive(seed);
  if (recipient === null || oneTimeCode === null) return null;
  return {
    messageId: message.messageId,
    channel: message.channel,
    recipient,
    oneTimeCode,
    language: context.language,
    applicationName: message.applicationName,
    reference: messageReference(seed.challengeId, seed.generation),
    askedAt: context.now,
    expiresAt: message.expiresAt,
    userAgent: context.userAgent,
  };
}

function later(now: Date, seconds: number): Date {
  return new Date(now.getTime() + seconds * 1000);
}

function problem(value: LoginProblem): LoginStarted {
  return { kind: 'problem', problem: value };
}
