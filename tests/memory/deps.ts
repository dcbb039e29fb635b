// Everything the endpoints are handed, in memory: one browser session at most, a clock that is moved by hand, a log that
// can be read.
import type { Deps } from '@/lib/endpoints/deps';
import type { SignedOut } from '@/lib/endpoints/end-session';
import { issuedOf, newAuthorization } from '@/lib/login/authorization';
import type { DeliveryEvent } from '@/lib/login/delivery-event';
import { createFailureLimits } from '@/lib/login/failure-limits';
import type { CountedLimit } from '@/lib/login/limits';
import type { ActiveSession } from '@/lib/login/session';
import type { Subject } from '@/lib/oidc/authorization-code';
import type { AuthorizationRequest } from '@/lib/oidc/authorization-request';
import type { Client } from '@/lib/oidc/client';
import type { ClientAssertionStore } from '@/lib/oidc/client-assertion';
import type { EndSessionRequest } from '@/lib/oidc/end-session-request';
import type { PushedRequestStore } from '@/lib/oidc/pushed-request';
import { type MemoryCodes, memoryCodes } from './authorization-codes';
import { confidentialClient, memoryClients, publicClient } from './clients';
import { memoryEmbedded } from './embedded';
import { type MemoryResourceServers, memoryResourceServers } from './resource-servers';
import { memorySigner } from './token-signer';

export const ISSUER = 'https://op.test/';

/** The Cookie header of the browser that a test signs in. */
export const SESSION_COOKIE = '__Host-session=secret';

export const SUBJECT: Subject = {
  sub: 'email|65f0a1b2c3d4e5f60718293a',
  name: null,
  nickname: null,
  givenName: 'Ada',
  familyName: null,
  picture: null,
  email: 'ada@example.com',
  emailVerified: true,
  phoneNumber: '+4915112345678',
  phoneNumberVerified: false,
  updatedAt: new Date('2026-01-01T00:00:00Z'),
};

/** As an operator may set them; small, so that tests reach them soon. */
export const SMALL_LIMITS = { failed_redemptions: 100 };

export type MemoryDeps = Deps &
  Readonly<{
    codes: MemoryCodes;
    /** Empty at first. */
    resourceServers: MemoryResourceServers;
    /** What the logs and the session port were told, in order. */
    happened: readonly string[];
    /** Requests that a login was begun for. */
    interactions: readonly AuthorizationRequest[];
    /** Requests to sign out that wait for a confirmation. */
    signOuts: readonly EndSessionRequest[];
    /** What the page was told that a sign-out ended on. */
    signedOut: readonly SignedOut[];
    /** What webhooks told, each once. */
    told: readonly DeliveryEvent[];
    /** The browser with {@link SESSION_COOKIE} is signed in from now on. */
    beginSession(session?: Partial<ActiveSession>): void;
    /** The next code is refused, as if the session had ended meanwhile. */
    endSessionBeforeIssue(): void;
    /** The person has allowed every client these scopes, of whatever API. */
    allow(...scopes: readonly string[]): void;
    /** Requests come from there; nobody says from where at first. */
    moveTo(ip: string): void;
    advance(seconds: number): void;
  }>;

export function memoryDeps(...clients: readonly Client[]): MemoryDeps {
  let now = new Date('2026-11-20T12:00:00Z');
  let session: ActiveSession | null = null;
  let endsBeforeIssue = false;
  let ip: string | null = null;
  let drawn = 0;
  let allowed: readonly string[] = [];
  const clock = () => now;
  const random = { id: () => `id${++drawn}`, secret: () => `secret${++drawn}`, hex24: () => '0'.repeat(24) };
  const resourceServers = memoryResourceServers();
  const codes = memoryCodes(resourceServers);
  const happened: string[] = [];
  const interactions: AuthorizationRequest[] = [];
  const signOuts: EndSessionRequest[] = [];
  const signedOut: SignedOut[] = [];
  const told: DeliveryEvent[] = [];
  const holds = (headers: Headers) => headers.get('cookie')?.includes(SESSION_COOKIE) === true;

  return {
    issuer: ISSUER,
    clock,
    random,
    clients:
      clients.length > 0 ? memoryClients(...clients) : memoryClients(confidentialClient(), publicClient()),
    resourceServers,
    defaultAudience: () => null,
    allowedLogoutUrls: () => [],
    codes,
    families: codes.families,
    refreshTokenStore: codes.refreshTokenStore,
    refreshTokens: {
      derive: ({ familyId, sequence }) => `v1.${familyId}.${sequence}`,
      read(refreshToken) {
        const [, familyId, sequence] = /^v1\.([\w-]+)\.(\d+)$/.exec(refreshToken) ?? [];
        return familyId === undefined ? null : { familyId, sequence: Number(sequence) };
      },
    },
    tokenEvents: {
      record: ({ type, clientId, description }) => void happened.push(`${type} ${clientId} ${description}`),
    },
    signer: memorySigner(ISSUER, clock),
    verifySecret: async (secret, hashes) => hashes.includes(`hash of ${secret}`),
    sessions: {
      findActive: async (headers) => (holds(headers) ? session : null),
      heldSecret: (headers) => (holds(headers) ? 'secret' : null),
      hold: ({ secret }) => [`__Host-session=${secret}; Path=/`],
      async end(headers, clientId) {
        const toldClients = holds(headers) && session !== null ? ['web', 'wiki'] : [];
        if (holds(headers) && session !== null) happened.push(`ended ${session.id} for ${clientId}`);
        session = null;
        return { setCookies: ['__Host-session=; Path=/; Max-Age=0'], toldClients };
      },
    },
    signIn: {
      async begin({ request, session: asked }) {
        interactions.push(request);
        const step = asked === null ? 'identifier' : 'consent';
        return { location: `/login/i1/${step}`, setCookies: ['a=1', 'b=2'] };
      },
      async issue({ request, consent, session: { id, authenticatedAt } }) {
        if (endsBeforeIssue) return { kind: 'ended' };
        const isAllowed = consent?.scopes.every((scope) => allowed.includes(scope)) && !consent.asksAgain;
        if (isAllowed === false) return { kind: 'consent_required' };
        const authorization = newAuthorization(random, request, now);
        const { authorizationCode, tokenFamily } = authorization;
        const signedIn = { subject: SUBJECT, sessionId: id, authenticatedAt };
        if (authorizationCode !== null) {
          const { code, ...written } = authorizationCode;
          codes.issue({ ...written, authorizationCode: code, grant: { ...written, ...signedIn } });
        }
        if (tokenFamily !== null) {
          const grant = { ...tokenFamily, ...signedIn, familyId: tokenFamily.id, nonce: null };
          codes.begin({ ...grant, authTimeRequested: false }, now);
        }
        return { kind: 'issued', ...issuedOf(authorization) };
      },
    },
    signOut: {
      async begin({ request }) {
        signOuts.push(request);
        return { location: '/logout', setCookies: ['__Host-sign-out=sealed'] };
      },
      async finish(done) {
        signedOut.push(done);
        return { location: '/logout/done', setCookies: ['__Host-signed-out=sealed'] };
      },
    },
    embedded: memoryEmbedded(random),
    servesLegacy: true,
    operators: { callerOf: async () => null },
    sendLater: ({ recipient }) => void happened.push(`sent to ${recipient}`),
    clientAssertions: memoryAssertions(),
    pushedRequests: memoryPushedRequests(),
    failureLimits: createFailureLimits({
      store: memoryLimits(happened),
      clock,
      hashSubject: (subject) => `hash of ${subject}`,
      limitOverrides: () => SMALL_LIMITS,
    }),
    clientAddress: () => ip,
    errorPage: ({ status, error, description, reference, client }) =>
      new Response(`<h1>${error}</h1><p>${description}</p><i>${reference}</i><b>${client?.name ?? ''}</b>`, {
        status,
        headers: { 'Content-Type': 'text/html', 'Cache-Control': 'no-store' },
      }),
    pressPage: ({ client, fields, action }) =>
      new Response(`<form action="${action}">${JSON.stringify(fields)}</form><b>${client.name}</b>`, {
        headers: { 'Content-Type': 'text/html', 'Cache-Control': 'no-store' },
      }),
    formPostWords: () => ({
      language: 'en',
      direction: 'ltr',
      title: 'One moment',
      explanation: 'Press to go on.',
      button: 'Go on',
    }),
    log: {
      refused: ({ endpoint, status, error }) =>
        `ref${happened.push(`refused ${endpoint} ${status} ${error}`)}`,
      failed: ({ endpoint, cause }) => `ref${happened.push(`failed ${endpoint} ${cause}`)}`,
    },
    webhooks: { resend: null, twilio: async () => ({ kind: 'forged' }) },
    deliveryEvents: {
      async record(event) {
        const isNew = told.every(({ id }) => id !== event.id);
        if (isNew) told.push(event);
        return isNew;
      },
    },
    isOwnMachine: () => false,
    renderMetrics: async () => ({ contentType: 'text/plain; version=0.0.4', text: 'up 1\n' }),
    pingStorage: async () => {},
    uiLocales: ['en', 'de'],
    brandAssets: { find: async () => null },

    happened,
    interactions,
    signOuts,
    signedOut,
    told,
    beginSession: (overrides = {}) => {
      session = { id: 'sid1', accountId: SUBJECT.sub, authenticatedAt: now, ...overrides };
    },
    endSessionBeforeIssue: () => {
      endsBeforeIssue = true;
    },
    allow: (...scopes) => {
      allowed = scopes;
    },
    moveTo: (address) => {
      ip = address;
    },
    advance: (seconds) => {
      now = new Date(now.getTime() + seconds * 1000);
    },
  };
}

function memoryPushedRequests(): PushedRequestStore {
  const kept = new Map<string, Parameters<PushedRequestStore['add']>[0]>();
  return {
    add: async (pushed) => void kept.set(pushed.reference, pushed),
    async consume({ reference, clientId, now }) {
      const pushed = kept.get(reference);
      if (pushed === undefined || pushed.clientId !== clientId || pushed.expiresAt <= now) return null;
      kept.delete(reference);
      return pushed.parameters;
    },
  };
}

function memoryAssertions(): ClientAssertionStore {
  const used = new Set<string>();
  return {
    async consume({ clientId, jti }) {
      const isNew = !used.has(`${clientId} ${jti}`);
      used.add(`${clientId} ${jti}`);
      return isNew;
    },
  };
}

/** Counts in windows, and says so. */
function memoryLimits(happened: string[]) {
  const counts = new Map<string, number>();
  return {
    async count(limit: CountedLimit): Promise<CountedLimit | null> {
      const window = `${limit.key} ${limit.windowStart.toISOString()}`;
      const present = counts.get(window) ?? 0;
      if (present >= limit.max) return { ...limit, counts: { present, previous: 0 } };
      counts.set(window, present + 1);
      happened.push(`counted ${limit.name}`);
      return null;
    },
  };
}
