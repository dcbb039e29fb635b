// The functions of lib/login on a real store: a person types an address and codes, a clock is moved by hand. What the
// messages said is at hand, because nothing in the database tells it.
import { randomBytes } from 'node:crypto';
import { createCodeDeriver } from '@/lib/keys/one-time-code';
import type { SecretBox } from '@/lib/keys/secret-box';
import { answerChallenge, type ChallengeAnswered } from '@/lib/login/answer-challenge';
import type { AskedChallenge, Interaction } from '@/lib/login/interaction';
import type { LimitOverrides } from '@/lib/login/limits';
import type { LoginMessage } from '@/lib/login/message';
import type { Randomness } from '@/lib/login/randomness';
import type { RequestContext } from '@/lib/login/request-context';
import { type CodeResent, resendCode } from '@/lib/login/resend-code';
import { type LoginStarted, startLogin } from '@/lib/login/start-login';
import type { AuthorizationRequest } from '@/lib/oidc/authorization-request';
import { confidentialClient } from '@/tests/memory/clients';
import { createStage } from './stage';
import { box, openServerStore, type Process, processOf } from './stores';

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';

export const CLIENT = confidentialClient({ clientId: 'client-1', name: 'Acme' });

/** A request that leaves every choice open. */
export const REQUEST: AuthorizationRequest = {
  clientId: CLIENT.clientId,
  redirectUri: 'https://rp.test/cb',
  requestedRedirectUri: 'https://rp.test/cb',
  responseMode: 'query',
  scope: 'openid',
  state: 'S1',
  nonce: 'N1',
  codeChallenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
  prompt: [],
  maxAgeSeconds: null,
  loginHint: null,
  hintedSubject: null,
  uiLocales: [],
  connection: null,
  screenHint: null,
};

/** A login whose question was asked, and the message that went out. */
export type Waiting = Readonly<{
  interaction: Interaction;
  asked: AskedChallenge;
  message: LoginMessage | null;
}>;

type Wish = Partial<Pick<RequestContext, 'ip' | 'knownBrowserId'>> &
  Readonly<{ on?: Process; limits?: LimitOverrides; secrets?: SecretBox }>;

const random: Randomness = {
  id: () => randomBytes(16).toString('base64url'),
  secret: () => randomBytes(32).toString('base64url'),
  hex24: () => randomBytes(12).toString('hex'),
};

export type Desk = Awaited<ReturnType<typeof openDesk>>;

/** Opens an empty store for one test file; `stage` empties it for each test. */
export async function openDesk() {
  const store = await openServerStore(null);
  const stage = createStage(store);

  const depsOf = ({ on = stage.first, limits = {}, secrets = box }: Wish) => ({
    challenges: secrets === box ? on.challenges : processOf(on.prisma, secrets).challenges,
    codes: createCodeDeriver(secrets),
    random,
    hashSubject: (subject: string) => secrets.hash('subject', subject),
    limitOverrides: () => limits,
  });

  const contextOf = ({ ip = null, knownBrowserId = null }: Wish): RequestContext => ({
    ip,
    userAgent: FIREFOX,
    language: 'en',
    knownBrowserId,
    now: stage.now,
  });

  const interactionFor = (request: Partial<AuthorizationRequest>): Interaction => ({
    id: random.id(),
    createdAt: stage.now.getTime(),
    request: { ...REQUEST, ...request },
    outcome: null,
    asked: null,
    typedForm: null,
    finished: null,
    authorizationCode: null,
  });

  function start(
    typed: string,
    wish: Wish = {},
    interaction: Interaction = interactionFor({}),
  ): Promise<LoginStarted> {
    return startLogin(depsOf(wish), { interaction, client: CLIENT, typed, context: contextOf(wish) });
  }

  return {
    stage,
    close: store.close,
    start,

    /** Starts, and fails the test when that does not lead to the code page. */
    async wait(
      typed: string,
      wish: Wish = {},
      request: Partial<AuthorizationRequest> = {},
    ): Promise<Waiting> {
      const interaction = interactionFor(request);
      const started = await start(typed, wish, interaction);
      if (started.kind !== 'asked') throw new Error(`Not asked: ${started.problem.kind}`);
      return { interaction, asked: started.asked, message: started.message };
    },

    again({ interaction, asked }: Waiting, wish: Wish = {}): Promise<CodeResent> {
      return resendCode(depsOf(wish), {
        interaction,
        asked,
        applicationName: CLIENT.name,
        context: contextOf(wish),
      });
    },

    type(
      { interaction, asked }: Waiting,
      typed: string | undefined,
      wish: Wish & { replacedSessionSecret?: string } = {},
    ): Promise<ChallengeAnswered> {
      return answerChallenge(depsOf(wish), {
        interaction,
        asked,
        typed: typed ?? '',
        replacedSessionSecret: wish.replacedSessionSecret ?? null,
        context: contextOf(wish),
      });
    },
  };
}

/** A code of the same length that is not this one. */
export function otherThan(code: string | undefined): string {
  return code === '000000' ? '000001' : '000000';
}
