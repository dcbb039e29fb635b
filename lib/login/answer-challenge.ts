// A typed code becomes an authorization code: guess counted, identifier proven, account found or made, session begun,
// authorization code written, all in the store's one statement. What comes back is either that, or a problem with words.

import { AUTHORIZATION_CODE_LIFETIME_SECONDS } from '@/lib/oidc/authorization-code';
import type { AuthorizationRequest } from '@/lib/oidc/authorization-request';
import type { ChallengeStore, NewAuthorizationCode } from './challenge';
import type { AskedChallenge, Interaction } from './interaction';
import { type CountedLimit, countLimit, type LimitOverrides, networkOf, retryAt } from './limits';
import { findGeneration, type OneTimeCodes, parseTypedCode } from './one-time-code';
import type { LoginProblem } from './problems';
import type { Randomness } from './randomness';
import type { RequestContext } from './request-context';
import { SESSION_IDLE_SECONDS, SESSION_LIFETIME_SECONDS } from './session';
import { budgetHash, subjectHash } from './start-login';

export type AnswerDeps = Readonly<{
  challenges: Pick<ChallengeStore, 'answer'>;
  codes: OneTimeCodes;
  random: Randomness;
  hashSubject(subject: string): string;
  limitOverrides(): LimitOverrides;
}>;

export type ChallengeAnswered = Readonly<
  | {
      kind: 'signed_in';
      accountId: string;
      firstLogin: boolean;
      authorizationCode: string;
      sessionSecret: string;
      sessionExpiresAt: Date;
    }
  | { kind: 'problem'; problem: LoginProblem }
  /** Proven, but blocked by an operator: the client is told, this person is not signed in. */
  | { kind: 'blocked' }
  /** The challenge was answered in another tab, or is not this interaction's. */
  | { kind: 'ended' }
>;

export async function answerChallenge(
  deps: AnswerDeps,
  answer: {
    interaction: Interaction;
    asked: AskedChallenge;
    typed: string;
    replacedSessionSecret: string | null;
    context: RequestContext;
  },
): Promise<ChallengeAnswered> {
  const { interaction, asked, context } = answer;
  const { now } = context;
  const typed = parseTypedCode(answer.typed, asked.codeLength);
  if (typed === null) return problem({ kind: 'code_malformed', codeLength: asked.codeLength });

  const authorizationCode = newAuthorizationCode(deps.random, interaction.request, now);
  const session = {
    id: deps.random.id(),
    secret: deps.random.secret(),
    amr: ['otp'],
    expiresAt: new Date(now.getTime() + SESSION_LIFETIME_SECONDS * 1000),
    idleExpiresAt: new Date(now.getTime() + SESSION_IDLE_SECONDS * 1000),
  };
  const answered = await deps.challenges.answer({
    challengeId: asked.challengeId,
    interactionId: interaction.id,
    matchedGeneration: findGeneration(deps.codes, typed, asked),
    limits: guessLimits(deps, asked, context),
    newUserId: deps.random.hex24(),
    session,
    replacedSessionSecret: answer.replacedSessionSecret,
    authorizationCode,
    logged: {
      maskedIdentifier: asked.maskedRecipient,
      identifierHash: subjectHash(deps, { channel: asked.channel, canonical: asked.identifier }),
    },
    context,
  });
  switch (answered.kind) {
    case 'proven':
      return {
        kind: 'signed_in',
        accountId: answered.accountId,
        firstLogin: answered.firstLogin,
        authorizationCode: authorizationCode.code,
        sessionSecret: session.secret,
        sessionExpiresAt: session.expiresAt,
      };
    case 'wrong':
      return answered.triesLeft > 0
        ? problem({ kind: 'code_wrong', triesLeft: answered.triesLeft })
        : problem({ kind: 'too_many_tries' });
    case 'expired':
      return problem({ kind: 'code_expired' });
    case 'exhausted':
      return problem({ kind: 'too_many_tries' });
    case 'limited':
      return problem({ kind: 'wait', until: retryAt(answered.limit).getTime() });
    case 'blocked':
    case 'ended':
      return { kind: answered.kind };
  }
}

/** A code for this request, valid for AUTHORIZATION_CODE_LIFETIME_SECONDS from `now`. Not yet anywhere but in memory. */
export function newAuthorizationCode(
  random: Randomness,
  request: AuthorizationRequest,
  now: Date,
): NewAuthorizationCode {
  return {
    code: random.secret(),
    familyId: random.id(),
    clientId: request.clientId,
    redirectUri: request.redirectUri,
    requestedRedirectUri: request.requestedRedirectUri,
    scope: request.scope,
    nonce: request.nonce,
    codeChallenge: request.codeChallenge,
    authTimeRequested: request.maxAgeSeconds !== null || request.prompt.includes('login'),
    expiresAt: new Date(now.getTime() + AUTHORIZATION_CODE_LIFETIME_SECONDS * 1000),
  };
}

/** The budgets one guess counts against (OTP-5, OTP-6, OTP-7). */
function guessLimits(
  deps: Pick<AnswerDeps, 'hashSubject' | 'limitOverrides'>,
  asked: AskedChallenge,
  { ip, knownBrowserId, now }: RequestContext,
): CountedLimit[] {
  const overrides = deps.limitOverrides();
  const person = knownBrowserId
    ? countLimit('guesses_per_known_browser', {
        key: deps.hashSubject(`${knownBrowserId}:${asked.identifier}`),
        now,
        overrides,
      })
    : countLimit('guesses_per_identifier', {
        key: budgetHash(deps, { channel: asked.channel, canonical: asked.identifier }),
        now,
        overrides,
      });
  if (ip === null) return [person];
  return [person, countLimit('guesses_per_ip', { key: deps.hashSubject(networkOf(ip)), now, overrides })];
}

function problem(value: LoginProblem): ChallengeAnswered {
  return { kind: 'problem', problem: value };
}
