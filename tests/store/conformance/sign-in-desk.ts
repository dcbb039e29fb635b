// The functions of lib/login on a real store: a person types an address and codes, a clock is moved by hand. What the
// messages said is at hand, because nothing in the database tells it.
import { randomBytes } from 'node:crypto';
import { createLinkDeriver } from '@/lib/keys/magic-link';
import { createCodeDeriver } from '@/lib/keys/one-time-code';
import type { SecretBox } from '@/lib/keys/secret-box';
import { answerChallenge, type ChallengeAnswered } from '@/lib/login/answer-challenge';
import type { Connection } from '@/lib/login/connection';
import { finishSignIn, type LoginFinished } from '@/lib/login/finish-login';
import { type AskedChallenge, type Interaction, newInteraction } from '@/lib/login/interaction';
import type { LimitOverrides } from '@/lib/login/limits';
import { beginLink, type LinkMade, proveLink } from '@/lib/login/link-identity';
import { LINK_PATH } from '@/lib/login/magic-link';
import type { LoginMessage } from '@/lib/login/message';
import {
  type LinkOpened,
  type LinkOpenedElsewhere,
  type LinkVisit,
  openLink,
  openLinkElsewhere,
  stopSignIn,
  visitLink,
} from '@/lib/login/open-link';
import type { Randomness } from '@/lib/login/randomness';
import type { RequestContext } from '@/lib/login/request-context';
import { type CodeResent, resendCode } from '@/lib/login/resend-code';
import { NO_SETTINGS, sessionLifetimes } from '@/lib/login/settings';
import type { SmsRequest, SmsSpendGuard, WithheldReason } from '@/lib/login/sms-spend-guard';
import { type LoginStarted, startLogin } from '@/lib/login/start-login';
import type { AuthorizationRequest } from '@/lib/oidc/authorization-request';
import { confidentialClient } from '@/tests/memory/clients';
import { emailConnection, memoryConnections } from '@/tests/memory/connections';
import { createStage } from './stage';
import { box, openServerStore, type Process, processOf } from './stores';

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';

export const ORIGIN = 'https://op.test';

export const CLIENT = confidentialClient({ clientId: 'client-1', name: 'Acme' });

/** A request that leaves every choice open. */
export const REQUEST: AuthorizationRequest = {
  clientId: CLIENT.clientId,
  redirectUri: 'https://rp.test/cb',
  requestedRedirectUri: 'https://rp.test/cb',
  responseMode: 'query',
  responseType: ['code'],
  webTokenLifetimeSeconds: null,
  scope: 'openid',
  state: 'S1',
  audience: null,
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

/** Where and how it is done: from nowhere in a browser nobody knows, by e-mail, unless a test says so. */
type Wish = Partial<Pick<RequestContext, 'ip' | 'knownBrowserId'>> &
  Readonly<{
    on?: Process;
    limits?: LimitOverrides;
    secrets?: SecretBox;
    /** All there are, and all that the page offers. */
    connections?: readonly Connection[];
    /** Countries that are texted to; null is every one. */
    served?: readonly string[];
    /** What the guard of the purse says of every text message. */
    withheld?: WithheldReason;
    /** A guard of the purse that counts, in its place. */
    guard?: SmsSpendGuard;
    /** Country of numbers without country code. */
    country?: string;
    replacedSessionSecret?: string;
    /** Whom the browser is signed in as, and whether its person said that this may end. */
    accountId?: string;
    mayEndOther?: boolean;
  }>;

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

  const purse: { admitted: SmsRequest[]; answered: { country: string; connection: string }[] } = {
    admitted: [],
    answered: [],
  };

  const depsOf = ({ on = stage.first, secrets = box, ...wish }: Wish) => ({
    challenges: secrets === box ? on.challenges : processOf(on.prisma, secrets).challenges,
    connections: memoryConnections(...(wish.connections ?? [emailConnection()])),
    codes: createCodeDeriver(secrets),
    links: createLinkDeriver(secrets),
    origin: ORIGIN,
    random,
    hashSubject: (subject: string) => secrets.hash('subject', subject),
    limitOverrides: () => wish.limits ?? {},
    sessionLifetimes: () => sessionLifetimes(NO_SETTINGS),
    servedCountries: () => wish.served ?? null,
    spendGuard: {
      async admit(request: SmsRequest) {
        purse.admitted.push(request);
        return wish.guard?.admit(request) ?? wish.withheld ?? null;
      },
      answered: async ({ country, connection }: { country: string; connection: string }) =>
        void purse.answered.push({ country, connection }),
    },
  });

  const contextOf = ({ ip = null, knownBrowserId = null }: Wish): RequestContext => ({
    ip,
    userAgent: FIREFOX,
    language: 'en',
    knownBrowserId,
    now: stage.now,
  });

  const interactionFor = (request: Partial<AuthorizationRequest>): Interaction =>
    newInteraction({
      id: random.id(),
      createdAt: stage.now.getTime(),
      request: { ...REQUEST, ...request },
    });

  function start(
    typed: string,
    wish: Wish = {},
    interaction: Interaction = interactionFor({}),
  ): Promise<LoginStarted> {
    return startLogin(depsOf(wish), {
      interaction,
      client: CLIENT,
      offered: wish.connections ?? [emailConnection()],
      typed,
      country: wish.country ?? null,
      context: contextOf(wish),
    });
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
      const { asked, message } = started;
      return { interaction: { ...interaction, asked }, asked, message };
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
      typed: string | null | undefined,
      wish: Wish = {},
    ): Promise<ChallengeAnswered> {
      return answerChallenge(depsOf(wish), {
        interaction,
        asked,
        applicationName: CLIENT.name,
        typed: typed ?? '',
        finishes: true,
        replacedSessionSecret: wish.replacedSessionSecret ?? null,
        context: contextOf(wish),
      });
    },

    /** Opens the page of a link, in the browser that holds this login, or in another one. */
    look(link: string | null | undefined, here: Waiting | null, wish: Wish = {}): Promise<LinkVisit> {
      return visitLink(depsOf(wish), {
        magicLinkToken: tokenIn(link),
        findInteraction: async (id) => (here?.interaction.id === id ? here.interaction : null),
        findAccountId: async () => wish.accountId ?? null,
        now: stage.now,
      });
    },

    /** Opens a link where it was asked for, by the script or, with `finishesHere`, by a press. */
    open(
      { interaction }: Waiting,
      link: string | null | undefined,
      { finishesHere = false, ...wish }: Wish & { finishesHere?: boolean } = {},
    ): Promise<LinkOpened> {
      return openLink(depsOf(wish), {
        magicLinkToken: tokenIn(link),
        interaction,
        applicationName: CLIENT.name,
        finishesHere,
        replacedSessionSecret: wish.replacedSessionSecret ?? null,
        context: contextOf(wish),
      });
    },

    /** Presses "sign in on this device instead" in a browser that did not ask. */
    openElsewhere(link: string | null | undefined, wish: Wish = {}): Promise<LinkOpenedElsewhere> {
      return openLinkElsewhere(depsOf(wish), {
        magicLinkToken: tokenIn(link),
        applicationNameOf: async () => CLIENT.name,
        accountId: wish.accountId ?? null,
        mayEndOther: wish.mayEndOther ?? false,
        replacedSessionSecret: wish.replacedSessionSecret ?? null,
        contextOf: async () => contextOf(wish),
      });
    },

    /** "This was not me." */
    stop(link: string | null | undefined, wish: Wish = {}): Promise<boolean> {
      return stopSignIn(depsOf(wish), { magicLinkToken: tokenIn(link), context: contextOf(wish) });
    },

    /** A tab of the browser that asked fetches the authorization code. */
    finish({ interaction }: Pick<Waiting, 'interaction'>, wish: Wish = {}): Promise<LoginFinished> {
      return finishSignIn(depsOf(wish), { interaction, consent: null, now: stage.now });
    },

    /** Somebody who is signed in asks for another address, and types what is in its message. */
    beginLink: (typed: string, wish: Wish = {}) =>
      beginLink(depsOf(wish), {
        client: CLIENT,
        offered: wish.connections ?? [emailConnection()],
        typed,
        country: wish.country ?? null,
        context: contextOf(wish),
      }),
    proveLink: (
      { interactionId, asked }: { interactionId: string; asked: AskedChallenge },
      typedCode: string,
      { accountId = '', ...wish }: Wish,
    ): Promise<LinkMade> =>
      proveLink(
        {
          ...depsOf(wish),
          linking: {
            ...(wish.on ?? stage.first),
            changes: { applicationNameOf: async () => CLIENT.name },
          },
        },
        { accountId, clientId: CLIENT.clientId, interactionId, asked, typedCode, context: contextOf(wish) },
      ),

    /** What the guard of the purse was asked and told since the test began. */
    purse,

    reset(): Promise<void> {
      purse.admitted = [];
      purse.answered = [];
      return stage.reset();
    },
  };
}

/** The token of a whole link; a link that is none is handed on as it is. */
function tokenIn(link: string | null | undefined): string {
  return (link ?? '').replace(`${ORIGIN}${LINK_PATH}/`, '');
}

/** A code of the same length that is not this one. */
export function otherThan(code: string | null | undefined): string {
  return code === '000000' ? '000001' : '000000';
}
