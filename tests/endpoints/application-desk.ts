// An application with pages of its own, at the endpoints of a real store: it asks for codes and trades them, a clock is moved
// by hand, and what the messages said is at hand.
import { randomBytes } from 'node:crypto';
import type { Deps } from '@/lib/endpoints/deps';
import { answerRoute, findRoute } from '@/lib/endpoints/routes';
import { createSealedCookies } from '@/lib/endpoints/sealed-cookies';
import { createCookieSealer } from '@/lib/keys/cookie-sealer';
import { createLinkDeriver } from '@/lib/keys/magic-link';
import { createCodeDeriver } from '@/lib/keys/one-time-code';
import type { Connection } from '@/lib/login/connection';
import { createFailureLimits } from '@/lib/login/failure-limits';
import type { LimitOverrides } from '@/lib/login/limits';
import type { LoginMessage } from '@/lib/login/message';
import { NO_SETTINGS, sessionLifetimes } from '@/lib/login/settings';
import type { Client } from '@/lib/oidc/client';
import { PASSWORDLESS_OTP_GRANT } from '@/lib/oidc/vocabulary';
import { createBrowserPorts } from '@/lib/runtime/browser-ports';
import { PKCE } from '@/tests/harness/public-client';
import { confidentialClient, publicClient } from '@/tests/memory/clients';
import { emailConnection, memoryConnections, smsConnection } from '@/tests/memory/connections';
import { ISSUER, memoryDeps } from '@/tests/memory/deps';
import { memorySigner } from '@/tests/memory/token-signer';
import { clientRow, createStage } from '@/tests/store/conformance/stage';
import { box, openServerStore, type Process } from '@/tests/store/conformance/stores';

const GRANTS = ['authorization_code', 'refresh_token', PASSWORDLESS_OTP_GRANT];
const CONNECTIONS = ['email', 'sms'];

/** A server, a telephone, a page and another house's, which may all use the passwordless grant as far as anybody may. */
export const APPLICATIONS: readonly Client[] = [
  confidentialClient({
    tokenEndpointAuthMethod: 'client_secret_post',
    grantTypes: GRANTS,
    connections: CONNECTIONS,
    webOrigins: ['https://rp.test', 'https://shop.rp.test'],
    redirectUris: ['https://rp.test/cb', 'com.rp://op.test/ios/com.rp.app/callback'],
  }),
  confidentialClient({ clientId: 'plain', name: 'Plain', connections: CONNECTIONS }),
  publicClient({
    clientId: 'native',
    applicationType: 'native',
    grantTypes: GRANTS,
    connections: [...CONNECTIONS, 'members'],
    webOrigins: ['https://native.test'],
  }),
  publicClient({
    grantTypes: GRANTS,
    connections: CONNECTIONS,
    allowedOrigins: ['https://docs.test'],
  }),
  publicClient({
    clientId: 'other-house',
    isFirstParty: false,
    applicationType: 'native',
    grantTypes: GRANTS,
    connections: CONNECTIONS,
  }),
  publicClient({
    clientId: 'hosted',
    grantTypes: GRANTS,
    connections: CONNECTIONS,
    crossOriginAuthentication: false,
    trustsForwardedAddress: true,
  }),
  confidentialClient({
    clientId: 'trusted',
    tokenEndpointAuthMethod: 'client_secret_post',
    grantTypes: [PASSWORDLESS_OTP_GRANT],
    connections: CONNECTIONS,
    trustsForwardedAddress: true,
  }),
];

/** How something is asked: by the store's first process, from no network that is known, unless a test says so. */
export type Wish = Readonly<{
  on?: Process;
  ip?: string;
  limits?: LimitOverrides;
  connections?: readonly Connection[];
  served?: readonly string[];
  /** False: the endpoints of old are switched off. */
  legacy?: boolean;
  /** What a bearer token is good for; null is nobody's. */
  scopes?: readonly string[] | null;
  headers?: Readonly<Record<string, string>>;
  form?: boolean;
}>;

export type ApplicationDesk = Awaited<ReturnType<typeof openApplicationDesk>>;

/** Opens an empty store for one test file; `reset` empties it for each test. */
export async function openApplicationDesk() {
  const store = await openServerStore(null);
  const stage = createStage(store);
  const messages: LoginMessage[] = [];
  const clock = () => stage.now;

  const random = {
    id: () => randomBytes(16).toString('base64url'),
    secret: () => randomBytes(32).toString('base64url'),
    hex24: () => randomBytes(12).toString('hex'),
  };
  const memory = memoryDeps(...APPLICATIONS);
  const signer = memorySigner(ISSUER, clock);
  let limits: LimitOverrides = {};
  const failureLimits = createFailureLimits({
    store: stage.first.limits,
    clock,
    hashSubject: (subject) => box.hash('subject', subject),
    limitOverrides: () => limits,
  });

  function depsOf({ on = stage.first, ...wish }: Wish): Deps {
    limits = wish.limits ?? {};
    return {
      ...memory,
      clock,
      random,
      signer,
      failureLimits,
      ...createBrowserPorts({
        cookies: createSealedCookies(createCookieSealer(box, { clock }), ISSUER),
        sessions: on.sessions,
        codes: on.codes,
        random,
        clock,
        issuer: ISSUER,
        clientAddress: () => wish.ip ?? null,
        tellSoon() {},
      }),
      codes: on.codes,
      families: on.families,
      refreshTokenStore: on.refreshTokens,
      clientAddress: () => wish.ip ?? null,
      servesLegacy: wish.legacy ?? true,
      operators: {
        callerOf: async () =>
          wish.scopes == null
            ? null
            : { kind: 'client', clientId: 'operator', accountId: null, scopes: wish.scopes },
      },
      sendLater: (message) => void messages.push(message),
      embedded: {
        challenges: on.challenges,
        connections: memoryConnections(...(wish.connections ?? [emailConnection(), smsConnection()])),
        codes: createCodeDeriver(box),
        links: createLinkDeriver(box),
        tokens: {
          loginTicket: createLinkDeriver(box, 'login-ticket'),
          authSession: createLinkDeriver(box, 'auth-session'),
        },
        origin: 'https://op.test',
        random,
        hashSubject: (subject) => box.hash('subject', subject),
        limitOverrides: () => limits,
        sessionLifetimes: () => sessionLifetimes(NO_SETTINGS),
        servedCountries: () => wish.served ?? null,
        spendGuard: { admit: async () => null, answered: async () => {} },
        pause: async () => {},
      },
    };
  }

  function send(path: string, init: RequestInit, wish: Wish = {}): Promise<Response> {
    const url = new URL(path, ISSUER);
    const route = findRoute(url.pathname);
    if (route === null) throw new Error(`${path} is not the protocol's`);
    return answerRoute(depsOf(wish), route, new Request(url, init));
  }

  /** Posts a body: an object as JSON (or, wished so, as a form), a text as JSON as it stands. */
  function post(path: string, body: object | string, wish: Wish = {}): Promise<Response> {
    const type = wish.form ? 'application/x-www-form-urlencoded' : 'application/json';
    const written =
      typeof body === 'string'
        ? body
        : wish.form
          ? new URLSearchParams(body as Record<string, string>).toString()
          : JSON.stringify(body);
    return send(
      path,
      { method: 'POST', body: written, headers: { 'Content-Type': type, ...wish.headers } },
      wish,
    );
  }

  /** Asks for a code for the native application; `undefined` leaves a parameter out. */
  const start = (body: Readonly<Record<string, unknown>> = {}, wish: Wish = {}) =>
    post(
      '/passwordless/start',
      { client_id: 'native', connection: 'email', email: 'ann@x.test', send: 'code', ...body },
      wish,
    );

  /** Trades a code for tokens, as the native application. */
  const trade = (otp: unknown, body: Readonly<Record<string, unknown>> = {}, wish: Wish = {}) =>
    post(
      '/oauth/token',
      {
        grant_type: PASSWORDLESS_OTP_GRANT,
        client_id: 'native',
        username: 'ann@x.test',
        realm: 'email',
        otp,
        ...body,
      },
      wish,
    );

  /** Signs a browser in by the press on a link of the server's application: its cookies, and the code of the answer. */
  async function press(wish: Wish = {}): Promise<{ cookie: string; authorizationCode: string }> {
    const asked = { client_id: 'web', client_secret: 's3cret', connection: 'email', email: 'ann@x.test' };
    await post('/passwordless/start', { ...asked, send: 'code' }, wish);
    const link = {
      client_id: 'web',
      redirect_uri: 'https://rp.test/cb',
      response_type: 'code',
      code_challenge: PKCE.challenge,
      code_challenge_method: 'S256',
      connection: 'email',
      email: 'ann@x.test',
      verification_code: messages.at(-1)?.oneTimeCode ?? '',
    };
    const pressed = { ...wish, form: true, headers: { Origin: new URL(ISSUER).origin } };
    const { headers } = await post('/passwordless/verify_redirect', link, pressed);
    const cookies = headers.getSetCookie().map((line) => line.split(';')[0]);
    const authorizationCode = new URL(headers.get('location') ?? '').searchParams.get('code') ?? '';
    return { cookie: cookies.join('; '), authorizationCode };
  }

  /** Redeems a code, as the server's application. */
  const redeem = (code: string, body: Readonly<Record<string, string>> = {}, wish: Wish = {}) =>
    post(
      '/oauth/token',
      {
        grant_type: 'authorization_code',
        client_id: 'web',
        client_secret: 's3cret',
        code,
        code_verifier: PKCE.verifier,
        redirect_uri: 'https://rp.test/cb',
        ...body,
      },
      wish,
    );

  return {
    stage,
    resourceServers: memory.resourceServers,
    depsOf,
    press,
    redeem,
    signer,
    messages,
    /** The code of the newest message. */
    code: () => messages.at(-1)?.oneTimeCode ?? '',
    send,
    post,
    start,
    trade,
    close: store.close,
    async reset(): Promise<void> {
      messages.length = 0;
      await stage.reset();
      for (const { clientId } of APPLICATIONS)
        await stage.prisma.client.create({ data: clientRow(clientId, stage.now) });
    },
  };
}

/** What an endpoint for programs refused with. */
export async function refusal(response: Response): Promise<[number, string, string]> {
  const { error, error_description } = await response.json();
  return [response.status, error, error_description];
}
