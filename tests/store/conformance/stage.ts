// A login, step by step, on the ports of a store: what happens between the pages and the token endpoint, with a clock
// that is moved by hand. Remembers every secret it hands in, so that a test can look for them in the rows.
import { randomBytes } from 'node:crypto';
import { expect } from 'vitest';
import type {
  Answered,
  ChallengeAnswer,
  Finished,
  NewAuthorizationCode,
  NewChallenge,
  Resent,
  Started,
} from '@/lib/login/challenge';
import type { EmbeddedAsked } from '@/lib/login/embedded-challenge';
import { maskIdentifier } from '@/lib/login/identifier';
import { type CountedLimit, countLimit, type LimitName } from '@/lib/login/limits';
import {
  CODE_LENGTH,
  CODE_LIFETIME_SECONDS,
  MAX_GUESSES,
  RESEND_SAME_CODE_SECONDS,
  RESEND_WAITS_SECONDS,
} from '@/lib/login/one-time-code';
import type { RequestContext } from '@/lib/login/request-context';
import { SESSION_IDLE_SECONDS, SESSION_LIFETIME_SECONDS } from '@/lib/login/session';
import { AUTHORIZATION_CODE_LIFETIME_SECONDS, type CodeRedemption } from '@/lib/oidc/authorization-code';
import type { NeededConsent } from '@/lib/oidc/consent';
import type { NewTokenFamily } from '@/lib/oidc/grants/passwordless-otp';
import type { Prisma } from '@/prisma/generated/client';
import { box, type OpenStore, type Process } from './stores';

export const CLIENT_ID = 'client-1';
export const REDIRECT_URI = 'https://rp.test/cb';
/** Not a true S256 of anything: the store compares, it does not hash. */
export const CODE_CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';

/** For transactions that hold a row while others wait for it: a busy machine needs longer than Prisma's five seconds. */
export const PATIENCE = { maxWait: 10_000, timeout: 20_000 };

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';

/** A question that was asked on the stage. */
export type Asked = Readonly<{ challengeId: string; interactionId: string; email: string; started: Started }>;

/** An answer, and what a browser and a client would hold if it was right. */
export type Given = Readonly<{
  answered: Answered;
  sessionId: string;
  sessionSecret: string;
  code: NewAuthorizationCode;
}>;

export type SignedIn = Given & Readonly<{ accountId: string }>;

/** Which of the two processes does it; the first unless a test says so. */
type On = Readonly<{ on?: Process }>;

export type Redemption = Readonly<Partial<Parameters<Process['codes']['redeem']>[0]>>;

type Act<Result> = (on: Process, index: number) => Promise<Result>;

export type Stage = ReturnType<typeof createStage>;

export function createStage(store: OpenStore) {
  const [first, second] = store.processes;
  const { prisma } = first;
  let now = new Date();
  let seenSecrets: string[] = [];

  const later = (seconds: number) => new Date(now.getTime() + Math.round(seconds * 1000));
  const id = () => randomBytes(16).toString('base64url');

  /** A code as the request of every test gives it: not yet anywhere. */
  const authorizationCode = (): NewAuthorizationCode => ({
    code: secret(),
    familyId: id(),
    clientId: CLIENT_ID,
    redirectUri: REDIRECT_URI,
    requestedRedirectUri: REDIRECT_URI,
    scope: 'openid profile email',
    audience: null,
    nonce: 'n-0S6_WzA2Mj',
    codeChallenge: CODE_CHALLENGE,
    authTimeRequested: false,
    expiresAt: later(AUTHORIZATION_CODE_LIFETIME_SECONDS),
  });

  function secret(): string {
    const drawn = randomBytes(32).toString('base64url');
    seenSecrets.push(drawn);
    return drawn;
  }

  function context(at = now): RequestContext {
    return { ip: '192.0.2.1', userAgent: FIREFOX, language: 'en', knownBrowserId: null, now: at };
  }

  /** A limit of that name and maximum, for one subject. */
  function limit(name: LimitName, max: number, { key = 'subject', at = now } = {}): CountedLimit {
    return countLimit(name, { key, now: at, overrides: { [name]: max } });
  }

  async function ask(
    email: string,
    changes: On & {
      limits?: CountedLimit[];
      typedForm?: string;
      messageId?: string;
      at?: Date;
    } & Partial<Pick<NewChallenge, 'signUpOpen' | 'withheld' | 'sendMode'>> = {},
  ): Promise<Asked> {
    const at = changes.at ?? now;
    const seconds = (count: number) => new Date(at.getTime() + count * 1000);
    const asked = { challengeId: id(), interactionId: id(), email };
    const started = await (changes.on ?? first).challenges.start(
      {
        id: asked.challengeId,
        interactionId: asked.interactionId,
        clientId: CLIENT_ID,
        applicationName: 'Acme',
        connection: 'email',
        identifier: {
          channel: 'email',
          canonical: email,
          typedForm: changes.typedForm ?? email,
          country: null,
        },
        sendMode: changes.sendMode ?? 'both',
        pepperId: box.currentId,
        codeLength: CODE_LENGTH,
        codeExpiresAt: seconds(CODE_LIFETIME_SECONDS),
        maxAttempts: MAX_GUESSES,
        resendAllowedAt: seconds(RESEND_WAITS_SECONDS[0]),
        expiresAt: seconds(3600),
        signUpOpen: changes.signUpOpen ?? true,
        withheld: changes.withheld ?? null,
        messageId: changes.messageId ?? id(),
        messageDueAt: seconds(30),
        logged: logged(email),
      },
      changes.limits ?? [],
      context(at),
    );
    return { ...asked, started };
  }

  /** An application asks with a page of its own: always the same one, unless a test names a slot. */
  async function askEmbedded(
    email: string,
    changes: On & { limits?: CountedLimit[]; slot?: string } = {},
  ): Promise<Omit<Asked, 'started'> & { kind: EmbeddedAsked['kind']; recipient: string | null }> {
    const drawn = id();
    const asked = await (changes.on ?? first).challenges.ask(
      {
        id: drawn,
        interactionId: drawn,
        slot: changes.slot ?? `${CLIENT_ID} ${email}`,
        embeddedLink: null,
        clientId: CLIENT_ID,
        applicationName: 'Acme',
        connection: 'email',
        identifier: { channel: 'email', canonical: email, typedForm: email, country: null },
        sendMode: 'code',
        pepperId: box.currentId,
        codeLength: CODE_LENGTH,
        codeExpiresAt: later(CODE_LIFETIME_SECONDS),
        maxAttempts: MAX_GUESSES,
        resendAllowedAt: later(RESEND_WAITS_SECONDS[0]),
        resendWaitsSeconds: RESEND_WAITS_SECONDS,
        expiresAt: later(3600),
        signUpOpen: true,
        withheld: null,
        messageId: id(),
        messageDueAt: later(30),
        logged: logged(email),
      },
      changes.limits ?? [],
      context(),
    );
    const { challengeId, recipient } =
      asked.kind === 'asked' ? asked : { challengeId: drawn, recipient: null };
    return { kind: asked.kind, challengeId, interactionId: challengeId, email, recipient };
  }

  /** Tokens that an application is about to be given. */
  function tokenFamily(changes: Partial<NewTokenFamily> = {}): NewTokenFamily {
    return {
      id: id(),
      clientId: CLIENT_ID,
      scope: 'openid',
      audience: null,
      accessTokensExpireAt: later(86_400),
      refresh: { idleExpiresAt: later(30 * 86_400), expiresAt: later(30 * 86_400) },
      ...changes,
    };
  }

  function resend(
    { challengeId, interactionId, email }: Asked,
    changes: On & {
      limits?: CountedLimit[];
      interactionId?: string;
      withheld?: NewChallenge['withheld'];
    } = {},
  ): Promise<Resent> {
    return (changes.on ?? first).challenges.resend({
      challengeId,
      interactionId: changes.interactionId ?? interactionId,
      messageId: id(),
      messageDueAt: later(30),
      applicationName: 'Acme',
      codeLifetimeSeconds: CODE_LIFETIME_SECONDS,
      resendWaitsSeconds: RESEND_WAITS_SECONDS,
      sameCodeSeconds: RESEND_SAME_CODE_SECONDS,
      withheld: changes.withheld ?? null,
      limits: changes.limits ?? [],
      logged: logged(email),
      context: context(),
    });
  }

  /** Answers with one of the challenge's codes: the first unless a test says so; null is a wrong one. */
  async function answer(
    { challengeId, interactionId, email }: Omit<Asked, 'started'>,
    changes: On &
      Partial<
        Pick<
          ChallengeAnswer,
          'interactionId' | 'matchedGeneration' | 'limits' | 'replacedSessionSecret' | 'provenBy'
        >
      > & {
        sessionId?: string;
        /** Tokens for an application, in place of session and code. */
        tokenFamily?: NewTokenFamily;
        /** True: the tokens are handed out beside session and code. */
        inBrowser?: boolean;
        /** What the request asked for, where that matters. */
        requested?: Partial<Pick<NewAuthorizationCode, 'scope' | 'audience'>>;
        /** False: the authorization code is left to be fetched. */
        finishes?: boolean;
        /** True: the browser is new to the person, who is to hear of it. */
        notifies?: boolean;
      } = {},
  ): Promise<Given> {
    const sessionId = changes.sessionId ?? id();
    const sessionSecret = secret();
    const isForApplication = changes.tokenFamily !== undefined && !changes.inBrowser;
    const code = { ...authorizationCode(), ...changes.requested };
    const answered = await (changes.on ?? first).challenges.answer({
      challengeId,
      interactionId: changes.interactionId === undefined ? interactionId : changes.interactionId,
      matchedGeneration: changes.matchedGeneration === undefined ? 0 : changes.matchedGeneration,
      limits: changes.limits ?? [],
      newUserId: randomBytes(12).toString('hex'),
      session: isForApplication
        ? null
        : {
            id: sessionId,
            secret: sessionSecret,
            amr: ['otp'],
            expiresAt: later(SESSION_LIFETIME_SECONDS),
            idleExpiresAt: later(SESSION_IDLE_SECONDS),
          },
      replacedSessionSecret: changes.replacedSessionSecret ?? null,
      authorizationCode: changes.finishes === false || isForApplication ? null : code,
      tokenFamily: changes.tokenFamily ?? null,
      provenBy: changes.provenBy ?? 'code',
      notice: changes.notifies
        ? {
            messageId: id(),
            applicationName: 'Acme',
            expiresAt: later(3600),
            accountMadeBefore: later(-86_400),
          }
        : null,
      logged: logged(email),
      context: context(),
    });
    const begun = answered.kind === 'proven' ? answered.sessionId : null;
    return { answered, sessionId: begun ?? sessionId, sessionSecret, code };
  }

  const guessWrong = (asked: Omit<Asked, 'started'>, changes: Parameters<typeof answer>[1] = {}) =>
    answer(asked, { ...changes, matchedGeneration: null });

  /** Opens a link of the challenge in the browser that asked; a tab fetches the authorization code. */
  const openLink = (asked: Asked, changes: Parameters<typeof answer>[1] = {}) =>
    answer(asked, { provenBy: 'link', finishes: false, ...changes });

  /** Opens a link of the challenge in another browser, which may. */
  const openLinkElsewhere = (asked: Asked, changes: Parameters<typeof answer>[1] = {}) =>
    openLink(asked, { interactionId: null, ...changes });

  /** Fetches the authorization code of a challenge that a link proved. */
  async function finish(
    { challengeId, interactionId }: Asked,
    changes: On & {
      interactionId?: string;
      tokenFamily?: NewTokenFamily;
      consent?: NeededConsent;
    } = {},
  ): Promise<{ finished: Finished; code: NewAuthorizationCode }> {
    const code = authorizationCode();
    const finished = await (changes.on ?? first).challenges.finish({
      challengeId,
      interactionId: changes.interactionId ?? interactionId,
      authorizationCode: changes.tokenFamily ? null : code,
      tokenFamily: changes.tokenFamily ?? null,
      consent: changes.consent ?? null,
      now,
    });
    return { finished, code };
  }

  const cancel = ({ challengeId, email }: Asked, { on }: On = {}) =>
    (on ?? first).challenges.cancel({ challengeId, logged: logged(email), context: context() });

  /** A whole login; throws when it does not end well. */
  async function signIn(email: string, changes: Parameters<typeof answer>[1] = {}): Promise<SignedIn> {
    const given = await answer(await ask(email), changes);
    if (given.answered.kind !== 'proven') throw new Error(`Not signed in: ${given.answered.kind}`);
    return { ...given, accountId: given.answered.accountId };
  }

  /** Redeems as the client that was given the code would, but for the changes. */
  function redeem(
    { code: authorizationCode }: Pick<NewAuthorizationCode, 'code'>,
    { on, ...changes }: Redemption & On = {},
  ): Promise<CodeRedemption> {
    return (on ?? first).codes.redeem({
      authorizationCode,
      clientId: CLIENT_ID,
      redirectUri: REDIRECT_URI,
      codeChallenge: CODE_CHALLENGE,
      now,
      accessTokensExpireAt: later(86_400),
      refresh: { idleExpiresAt: later(30 * 86_400), expiresAt: later(30 * 86_400) },
      askedFrom: { ip: '192.0.2.5', userAgent: 'acme-server/1' },
      ...changes,
    });
  }

  /** That many at once, half on each process. */
  const atOnce = <Result>(count: number, act: Act<Result>): Promise<Result[]> =>
    Promise.all(Array.from({ length: count }, (_, index) => act(index % 2 === 0 ? first : second, index)));

  /** Every row there is, as text. */
  function dump(): Promise<{ name: string; row: string }[]> {
    const everywhere = TABLES.map((table) => `SELECT '${table}' AS name, t::text AS row FROM ${table} t`);
    return prisma.$queryRawUnsafe(everywhere.join(' UNION ALL '));
  }

  return {
    kind: store.kind,
    first,
    second,
    prisma,
    get now() {
      return now;
    },
    later,
    pass(seconds: number) {
      now = later(seconds);
    },
    limit,
    authorizationCode,
    ask,
    askEmbedded,
    tokenFamily,
    resend,
    answer,
    guessWrong,
    openLink,
    openLinkElsewhere,
    finish,
    cancel,
    signIn,
    redeem,
    id,
    secret,

    atOnce,

    /**
     * The same behind somebody who holds the row until all of it has looked: every statement decides on what was there
     * before any of the others. Where one connection is all there is, they come one after another.
     */
    async atOnceBehind<Result>(
      row: { table: 'challenges' | 'sessions' | 'limit_counters'; id: string },
      count: number,
      act: Act<Result>,
    ): Promise<Result[]> {
      if (store.kind === 'embedded') return atOnce(count, act);
      let results = Promise.resolve<Result[]>([]);
      await second.prisma.$transaction(async (holder) => {
        const id = row.table === 'limit_counters' ? 'key' : 'id';
        await holder.$queryRawUnsafe(`SELECT 1 FROM ${row.table} WHERE ${id} = $1 FOR UPDATE`, row.id);
        results = atOnce(count, act);
        await expect.poll(() => countWaiting(holder), { interval: 10, timeout: 4_000 }).toBe(count);
      }, PATIENCE);
      return results;
    },

    /** How many statements wait for somebody who holds what they want. */
    countWaiting,

    block: (accountId: string) =>
      prisma.account.update({ where: { id: accountId }, data: { blockedAt: now } }),

    /** How many audit events of each type there are since the test began. */
    async events(): Promise<Record<string, number>> {
      const rows = await prisma.logEvent.findMany({ select: { type: true } });
      return countEach(rows.map(({ type }) => type));
    },

    /** How far the counter of a limit has moved in its window; null when it was never moved. */
    async counted({ key }: CountedLimit): Promise<number | null> {
      return (await prisma.limitCounter.findUnique({ where: { key } }))?.count ?? null;
    },

    /** Nothing left of the test before: noon and twenty minutes, one client, no people. */
    async reset(): Promise<void> {
      now = new Date('2026-11-20T12:20:00.123Z');
      seenSecrets = [];
      await prisma.$executeRawUnsafe(
        `DO $$ BEGIN ${TABLES.map((table) => `DELETE FROM ${table};`).join(' ')} END $$`,
      );
      await prisma.client.create({ data: clientRow(CLIENT_ID, now) });
    },

    dump,

    /** What of everything secret that was handed in can be read in any row, and which address in log and counters. */
    async findSecretsAtRest(): Promise<string[]> {
      const rows = await dump();
      return rows
        .filter(
          ({ name, row }) =>
            seenSecrets.some((seen) => row.includes(seen)) || (UNNAMED.has(name) && NAME.test(row)),
        )
        .map(({ name, row }) => `${name}: ${row}`);
    },
  };
}

/** Statements of this database that wait for a lock. */
async function countWaiting(prisma: Pick<Process['prisma'], '$queryRaw'>): Promise<number> {
  const [row] = await prisma.$queryRaw<[{ waiting: number }]>`
    SELECT count(*)::int AS waiting FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
  return row.waiting;
}

/** A confidential client as the store needs it: there. */
export function clientRow(clientId: string, now: Date) {
  return {
    clientId,
    name: 'Acme',
    applicationType: 'regular_web',
    tokenEndpointAuthMethod: 'client_secret_basic',
    createdAt: now,
    updatedAt: now,
  };
}

/** An API as the store needs it: there. */
export function apiRow(
  identifier: string,
  now: Date,
  changes: Partial<Prisma.ResourceServerCreateInput> = {},
): Prisma.ResourceServerCreateInput {
  const id = randomBytes(12).toString('hex');
  return { id, identifier, name: 'Things', createdAt: now, updatedAt: now, ...changes };
}

/** The answer of a store whose limit had no room. */
export const isFull = ({ key }: CountedLimit) => ({ kind: 'limited', limit: { key } });

/** How many results there are of each kind. */
export function tally(results: readonly Readonly<{ kind: string }>[]): Record<string, number> {
  return countEach(results.map(({ kind }) => kind));
}

function countEach(words: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}

/** Those that refer to others come first. */
const TABLES = [
  'operator_sessions',
  'operators',
  'setup_links',
  'job_errors',
  'job_chunks',
  'jobs',
  'logout_notices',
  'delivery_attempts',
  'delivery_events',
  'sms_charges',
  'messages',
  'challenges',
  'token_families',
  'authorization_codes',
  'sessions',
  'passkeys',
  'identities',
  'grants',
  'accounts',
  'client_grants',
  'resource_servers',
  'client_connections',
  'connections',
  'clients',
  'consent_answers',
  'passkey_answers',
  'client_assertions',
  'pushed_requests',
  'limit_counters',
  'log_events',
  'hourly_figures',
  'log_stream_entries',
  'log_streams',
  'settings',
];

/** Tables that tell of people without naming them (LOG-1). Every address of the suite is at x.test, its name longer than one letter. */
const UNNAMED = new Set([
  'limit_counters',
  'logout_notices',
  'log_events',
  'log_stream_entries',
  'log_streams',
  'messages',
  'delivery_attempts',
  'delivery_events',
  'sms_charges',
]);
const NAME = /\w{2,}@x\.test/;

function logged(email: string) {
  const identifier = { channel: 'email', canonical: email } as const;
  return {
    maskedIdentifier: maskIdentifier(identifier),
    identifierHash: box.hash('subject', `email:${email}`),
  };
}
