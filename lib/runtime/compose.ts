// The composition root: the one place that knows every part by name. Opens the database, puts stores, keys, senders and
// clock behind the ports that the lower floors declare, and hands the result to pages, endpoints and the front.
import { createHash, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Deps } from '@/lib/endpoints/deps';
import { answerRoute, findRoute } from '@/lib/endpoints/routes';
import { createSealedCookies, type SealedCookies } from '@/lib/endpoints/sealed-cookies';
import { createSecretVerifier, hashClientSecret } from '@/lib/keys/client-secret';
import { createCookieSealer } from '@/lib/keys/cookie-sealer';
import { createLinkDeriver } from '@/lib/keys/magic-link';
import { canHavePasskeys, createPasskeyCeremonies } from '@/lib/keys/passkey-ceremonies';
import { createRefreshTokens } from '@/lib/keys/refresh-token';
import { createSecretBox, type SecretBox } from '@/lib/keys/secret-box';
import { loadSecrets } from '@/lib/keys/secret-file';
import { createTokenSigner } from '@/lib/keys/signing-keys';
import type { ChallengeStore } from '@/lib/login/challenge';
import type { ChangeDeps } from '@/lib/login/change-identifier';
import { createCircuitBreaker } from '@/lib/login/circuit-breaker';
import { type Connection, type ConnectionStore, offeredConnections } from '@/lib/login/connection';
import { readConnection } from '@/lib/login/connection-options';
import type { ConsentStore } from '@/lib/login/consent';
import { createFailureLimits } from '@/lib/login/failure-limits';
import { type Channel, parseIdentifier } from '@/lib/login/identifier';
import { type InboxEntry, readInbox } from '@/lib/login/inbox';
import type { Interaction } from '@/lib/login/interaction';
import type { Language } from '@/lib/login/languages';
import { tellClients } from '@/lib/login/logout-notice';
import type { LoginMessage } from '@/lib/login/message';
import type { LinkDeps } from '@/lib/login/open-link';
import { type DeliveryState, deliver, deliveryState } from '@/lib/login/outbox';
import type { SessionStore } from '@/lib/login/session';
import { languagesOf, type SettingsNow, sessionLifetimes } from '@/lib/login/settings';
import type { PasskeyParts } from '@/lib/login/sign-in-with-passkey';
import { type StartLoginDeps, subjectHash } from '@/lib/login/start-login';
import { createOperators } from '@/lib/management/operators';
import {
  isManagementPath,
  MANAGEMENT_PATH,
  type ManagementDeps,
  managementEndpoint,
} from '@/lib/management/routes';
import { MANAGEMENT_SCOPES, managementAudience, OPERATOR_SCOPES } from '@/lib/management/scopes';
import type { Client, ClientStore } from '@/lib/oidc/client';
import { createAuthorizationCodeStore } from '@/lib/store/prisma/authorization-codes';
import { createBackgroundEvents } from '@/lib/store/prisma/background-events';
import { createChallengeStore } from '@/lib/store/prisma/challenges';
import { createClientAssertionStore } from '@/lib/store/prisma/client-assertions';
import { createClientStore } from '@/lib/store/prisma/clients';
import { createConnectionStore } from '@/lib/store/prisma/connections';
import { openDatabase } from '@/lib/store/prisma/database';
import { createDeliveryEventStore } from '@/lib/store/prisma/delivery-events';
import { createEmbeddedChallengeStore } from '@/lib/store/prisma/embedded-challenges';
import { createGrantStore } from '@/lib/store/prisma/grants';
import { createIdentifierChangeStore } from '@/lib/store/prisma/identifier-changes';
import { createInboxStore } from '@/lib/store/prisma/inbox';
import { createLimitStore } from '@/lib/store/prisma/limits';
import { createLogoutNoticeStore } from '@/lib/store/prisma/logout-notices';
import { migrate } from '@/lib/store/prisma/migrate';
import { createOutboxStore } from '@/lib/store/prisma/outbox';
import { createPasskeyStore } from '@/lib/store/prisma/passkeys';
import { createPushedRequestStore } from '@/lib/store/prisma/pushed-requests';
import { createRefreshTokenStore } from '@/lib/store/prisma/refresh-tokens';
import { createResourceServerStore, ensureManagementApi } from '@/lib/store/prisma/resource-servers';
import { createSessionStore } from '@/lib/store/prisma/sessions';
import { createBrandAssetStore, createSettingsStore } from '@/lib/store/prisma/settings';
import { ensureSetup } from '@/lib/store/prisma/setup';
import { createSigningKeyStore } from '@/lib/store/prisma/signing-keys';
import { createTokenFamilyStore } from '@/lib/store/prisma/token-families';
import { startBackground } from './background';
import { backgroundWorks, NOTICE_BATCH } from './background-works';
import { createBrowserPorts } from './browser-ports';
import { clientAddress, isFromOwnMachine } from './client-address';
import { type ConsoleRuntime, composeConsole, describeConsole } from './console';
import { type DemoClient, declareClients, describeDemo } from './declared-clients';
import { composeDelivery } from './delivery';
import type { Environment } from './environment';
import { examineRunning } from './examine-running';
import { guardStore } from './guard-store';
import { createEndpointLog, createLog, type Log } from './log';
import { composeLoginParts, createApplicationNames } from './login-parts';
import { composeManagement } from './management';
import { createMetrics } from './metrics';
import { createPageTemplates, type PageTemplates } from './page-templates';
import { createErrorPage, createPressPage } from './plain-page';
import { formPostWords, wordsOf } from './words';

/** Everything that runs, once a process. */
export type Runtime = Readonly<{
  environment: Environment;
  /** Known to this process only: marks requests that came through its own front. */
  frontSecret: string;
  /** Shown by the command line of this machine, which reads it from the data folder. */
  operatorToken: string;
  log: Log;
  clock: () => Date;
  cookies: SealedCookies;
  clients: ClientStore;
  sessions: SessionStore;
  /** Whether people are offered one, and whether anybody may have one. */
  passkeys: PasskeyParts & Readonly<{ drawId(): string; isOffered(): boolean; mayExist(): boolean }>;
  /** What people allowed clients. */
  consents: ConsentStore;
  /** What the operator set, at most a few seconds ago. */
  settings: SettingsNow;
  /** The words of the pages, the operator's before ours. */
  wordsOf(language: Language): ReturnType<typeof wordsOf>;
  pageTemplate: PageTemplates;
  connections: ConnectionStore;
  /** Accounts, and how two become one. */
  linking: Pick<ManagementDeps, 'accounts' | 'links' | 'changes'>;
  login: LinkDeps & StartLoginDeps & ChangeDeps & Readonly<{ challenges: ChallengeStore }>;
  deps: Deps;
  /** Addresses of public/login.js and passkeys.js, so that a browser may keep them for good. */
  loginScript: string;
  passkeyScript: string;
  /** The demo application's registration, or null where there is none. */
  demo: DemoClient | null;
  /** Where operators work. */
  console: ConsoleRuntime;
  /** Where this process reaches its own endpoints: its port, or the issuer where a host keeps the port to itself. */
  ownAddress(): string;
  /** The connections that the page of this sign-in offers: those of the client that somebody can send for. */
  offered(
    client: Client,
    interaction: Pick<Interaction, 'chosenConnection'> & {
      readonly request: Pick<Interaction['request'], 'connection'>;
    },
  ): Promise<readonly Connection[]>;
  /**
   * Keyed hash of an identifier as typed, or null when it is none.
   * @param country ISO 3166-1 alpha-2, for a number without country code
   */
  subjectOf(typed: string, country?: string | null): string | null;
  clientAddress(headers: Headers): string | null;
  /** Hands a message to the providers. Never rejects; what they say is recorded. */
  send(message: LoginMessage): Promise<void>;
  /** What may be said of the newest message of a challenge. */
  deliveryState(asked: { challengeId: string; channel: Channel; connection: string }): Promise<DeliveryState>;
  /** The newest messages, or null where there is no inbox page. Who may read them: lib/web/inbox.ts. */
  readInbox: (() => Promise<InboxEntry[]>) | null;
  isProtocolPath(pathname: string): boolean;
  /** Answers a request to a protocol path. */
  answer(request: Request): Promise<Response>;
  /** The page in place of one that failed. `cause` is left out where only Next knows it, and has said so. */
  failedPage(failed: { path: string; acceptLanguage: string | null; cause?: unknown }): Response;
  /** The page of an address that is none. */
  missingPage(acceptLanguage: string | null): Response;
  /** Tells the command line where this server can be reached. */
  announce(address: { url: string; token: string }): Promise<void>;
  close(): Promise<void>;
}>;

/** A page that fails so soon after storage did, failed of it. */
const STORAGE_AWAY_MS = 5_000;

/** @throws EnvironmentError and other errors whose message is a sentence for the operator */
export async function composeRuntime(
  environment: Environment,
  given: { frontSecret: string; operatorToken: string },
): Promise<Runtime> {
  const { issuer, isLoopback, logRetentionDays } = environment;
  const clock = () => new Date();
  const log = createLog(environment.logLevel);
  const database = await openDatabase(environment);
  const box = createSecretBox(await loadSecrets(environment));
  const { prisma } = database;
  await migrate(database, join(process.cwd(), 'prisma/migrations'));

  const demo = isLoopback ? describeDemo(box, environment.origin) : null;
  // Where next-auth believes it lives; it takes the address from nowhere else.
  process.env.NEXTAUTH_URL = environment.origin;
  const consoleClient = describeConsole(box, environment.origin);
  const clients = declareClients({
    environment,
    operatorConsole: consoleClient,
    demo,
    hashSecret: (secret) => hashClientSecret(box, secret),
  });
  await ensureSetup(prisma, { limits: environment.limits, clients, now: clock() });
  await ensureManagementApi(prisma, {
    identifier: managementAudience(issuer),
    scopes: MANAGEMENT_SCOPES,
    operator: environment.managementClient && {
      clientId: environment.managementClient.clientId,
      scopes: OPERATOR_SCOPES,
    },
    now: clock(),
  });
  let ownAddress = issuer;
  let storageAwayAt = Number.NEGATIVE_INFINITY;
  const guard = <Store extends object>(store: Store) =>
    guardStore(store, () => {
      storageAwayAt = clock().getTime();
    });
  const signer = createTokenSigner({ store: guard(createSigningKeyStore(prisma)), box, clock, issuer });
  await signer.ensureKeys();
  const keptSettings = guard(createSettingsStore(prisma));
  let settings = await keptSettings.read();
  const settingsStore: typeof keptSettings = {
    ...keptSettings,
    // This process shows at once what it changed.
    async change(...changed) {
      const isChanged = await keptSettings.change(...changed);
      if (isChanged) settings = await keptSettings.read();
      return isChanged;
    },
  };

  const cookies = createSealedCookies(createCookieSealer(box, { clock }), issuer);
  const connections = guard(
    createConnectionStore(prisma, {
      clock,
      read: readConnection,
      reportUnreadable: ({ name }, { field, sentence }) =>
        log.warn('connection left out', { connection: name, field, sentence }),
    }),
  );
  const stores = {
    clients: guard(createClientStore(prisma, { clock })),
    sessions: guard(createSessionStore(prisma, box, () => sessionLifetimes(settings))),
    brandAssets: guard(createBrandAssetStore(prisma)),
    challenges: guard(createChallengeStore(prisma, box)),
    codes: guard(createAuthorizationCodeStore(prisma, box)),
    grants: guard(createGrantStore(prisma, box)),
    families: guard(createTokenFamilyStore(prisma)),
    resourceServers: guard(createResourceServerStore(prisma, { clock })),
    refreshTokenStore: guard(createRefreshTokenStore(prisma)),
    outbox: guard(createOutboxStore(prisma)),
    passkeys: guard(createPasskeyStore(prisma, box)),
  };
  const settingsNow = () => settings;
  // Where the host is no name, no browser has any.
  const hasName = canHavePasskeys(environment.origin);
  const offersPasskeys = () => hasName && settings.tenant.offersPasskeys === true;
  const anyPasskeys = async () => hasName && (await stores.passkeys.exist());
  let hasPasskeys = await anyPasskeys();
  const limitOverrides = () => settings.limits;
  const login = {
    challenges: stores.challenges,
    connections,
    changes: guard(createIdentifierChangeStore(prisma)),
    applicationNameOf: createApplicationNames(stores.clients, { ...environment, settings: settingsNow }),
    ...composeLoginParts({ environment, prisma, box, guard, settings: settingsNow, log }),
  };
  const { random, hashSubject } = login;
  const inbox = { inbox: createInboxStore(prisma), sealing: sealingOf(box, 'inbox') };
  const { prepare, canSend, webhooks, postLogoutToken, postLogBatch } = composeDelivery({
    environment,
    connections,
    inbox,
    box,
    clock,
    log,
    settings: settingsNow,
  });
  const metrics = createMetrics({
    outboxSize: () => prisma.message.count({ where: { status: 'queued' } }),
    keySince: async () =>
      (await prisma.signingKey.findFirst({ where: { status: 'current' }, select: { activatedAt: true } }))
        ?.activatedAt ?? null,
  });
  const breakerOf = (what: string, name: 'provider' | 'clientId') =>
    createCircuitBreaker({
      clock,
      onChange: (change) =>
        change.kind === 'opened'
          ? log.warn(`${what} left alone`, { [name]: change.way, until: change.probeAt.toISOString() })
          : log.info(`${what} answers again`, { [name]: change.way }),
    });
  const delivery = {
    ...login,
    outbox: {
      ...stores.outbox,
      async record(...recorded: Parameters<typeof stores.outbox.record>) {
        await stores.outbox.record(...recorded);
        metrics.delivered(recorded[0].attempts);
      },
    },
    prepare,
    breaker: breakerOf('provider', 'provider'),
    clock,
  };
  const telling = {
    issuer,
    signer,
    random,
    clock,
    postLogoutToken,
    notices: guard(createLogoutNoticeStore(prisma)),
    breaker: breakerOf('back channel', 'clientId'),
    onGivenUp: (given: { clientId: string; reason: string }) =>
      log.warn('application not told of a sign-out', given),
  };
  const addressOf = (headers: Headers) =>
    clientAddress(headers, { trustedProxies: environment.trustedProxies, frontSecret: given.frontSecret });
  const backgroundEvents = createBackgroundEvents(prisma, {
    reportLost: (count, cause) =>
      log.warn('audit events lost', { count, cause: cause instanceof Error ? cause.name : '' }),
  });
  const operators = createOperators({
    issuer,
    signer,
    resourceServers: stores.resourceServers,
    families: stores.families,
    isOperatorToken: (bearerToken) => box.equal(bearerToken, given.operatorToken),
  });
  const inHand = new Set<Promise<unknown>>();
  /** Work that nobody waits for but the end of this process. Never rejects. */
  async function finish(work: Promise<unknown>, failure: { message: string; messageId?: string }) {
    inHand.add(work);
    try {
      await work;
    } catch (cause) {
      // The row is still leased to us: it is taken up again when the lease has run out.
      const { message, ...details } = failure;
      log.warn(message, { ...details, cause: cause instanceof Error ? cause.name : '' });
    } finally {
      inHand.delete(work);
    }
  }
  const send = (message: LoginMessage) =>
    finish(deliver(delivery, message), {
      message: 'message not recorded',
      messageId: message.messageId,
    });
  const tellSoon = () =>
    void finish(tellClients(telling, { limit: NOTICE_BATCH }), { message: 'sign-out not recorded' });

  const deps: Deps = {
    issuer,
    clock,
    random,
    clients: stores.clients,
    codes: stores.codes,
    families: stores.families,
    resourceServers: stores.resourceServers,
    defaultAudience: () => settings.tenant.defaultAudience ?? null,
    allowedLogoutUrls: () => settings.tenant.allowedLogoutUrls ?? [],
    tokenEvents: backgroundEvents,
    refreshTokens: createRefreshTokens(box),
    refreshTokenStore: stores.refreshTokenStore,
    signer,
    verifySecret: createSecretVerifier(box),
    clientAssertions: guard(createClientAssertionStore(prisma)),
    pushedRequests: guard(createPushedRequestStore(prisma, box, sealingOf(box, 'pushed-request'))),
    failureLimits: createFailureLimits({
      store: guard(createLimitStore(prisma)),
      clock,
      hashSubject,
      limitOverrides,
    }),
    ...createBrowserPorts({ ...stores, cookies, random, clock, issuer, tellSoon, clientAddress: addressOf }),
    embedded: {
      ...login,
      challenges: { ...stores.challenges, ...guard(createEmbeddedChallengeStore(prisma)) },
      tokens: {
        loginTicket: createLinkDeriver(box, 'login-ticket'),
        authSession: createLinkDeriver(box, 'auth-session'),
      },
      pause: (milliseconds) => sleep(milliseconds),
    },
    sendLater: (message) => void send(message),
    clientAddress: addressOf,
    servesLegacy: environment.servesLegacy,
    operators,
    pressPage: createPressPage({ ...environment, random, settings: settingsNow }),
    errorPage: createErrorPage({
      ...environment,
      ...{ clock, random, showsDetail: isLoopback, settings: settingsNow },
    }),
    formPostWords,
    webhooks,
    deliveryEvents: guard(createDeliveryEventStore(prisma)),
    log: createEndpointLog(log),
    isOwnMachine: (headers) => isFromOwnMachine(headers, given),
    renderMetrics: metrics.render,
    pingStorage: async () => void (await prisma.$queryRaw`SELECT 1`),
    get uiLocales() {
      return languagesOf(settings);
    },
    brandAssets: stores.brandAssets,
  };

  const management = composeManagement({
    environment,
    prisma,
    box,
    guard,
    clients: stores.clients,
    resourceServers: stores.resourceServers,
    signingKeys: signer,
    connections,
    clock,
    operators,
    managementEvents: backgroundEvents,
    clientAddress: addressOf,
    limitOverrides,
    examine: () =>
      examineRunning(environment, { prisma, now: clock(), settings: settingsNow(), connections }),
    settings: settingsStore,
    brandAssets: stores.brandAssets,
    changes: login,
    sendLater: deps.sendLater,
    log: deps.log,
  });

  const stopBackground = startBackground(
    backgroundWorks({
      prisma,
      guard,
      box,
      clock,
      log,
      logRetentionDays,
      delivery,
      telling,
      postLogBatch,
      imports: {
        ...management,
        reportFailed: (cause) => void deps.log.failed({ endpoint: 'users import', cause }),
      },
      inbox: inbox.inbox,
      signer,
      async readSettings() {
        settings = await settingsStore.read();
        hasPasskeys = await anyPasskeys();
      },
    }),
    log,
  );

  return {
    environment,
    frontSecret: given.frontSecret,
    operatorToken: given.operatorToken,
    log,
    clock,
    cookies,
    clients: stores.clients,
    connections,
    sessions: stores.sessions,
    passkeys: {
      ceremonies: createPasskeyCeremonies({
        origin: environment.origin,
        name: () => settings.tenant.friendlyName ?? new URL(issuer).hostname,
      }),
      store: stores.passkeys,
      keyedHash: box,
      drawId: () => `passkey|dev_${randomBytes(12).toString('base64url')}`,
      isOffered: offersPasskeys,
      mayExist: () => offersPasskeys() || hasPasskeys,
    },
    consents: stores.grants,
    linking: management,
    settings: settingsNow,
    wordsOf: (language) => wordsOf(language, settings.customTexts),
    pageTemplate: createPageTemplates({ settings: settingsNow, clock, log }),
    login,
    deps,
    loginScript: `/login.js?v=${await fingerprint('public/login.js')}`,
    passkeyScript: `/passkeys.js?v=${await fingerprint('public/passkeys.js')}`,
    demo,
    console: composeConsole({
      environment,
      box,
      client: consoleClient,
      management,
      protocol: { ...deps, random },
    }),
    ownAddress: () => ownAddress,
    async offered(client, { request, chosenConnection }) {
      return offeredConnections(await connections.all(), {
        ofClient: client.connections,
        named: request.connection ?? chosenConnection,
        canSend,
      });
    },
    subjectOf(typed, country = null) {
      const identifier = parseIdentifier(typed, { channels: ['email', 'sms'], country });
      return 'kind' in identifier ? null : subjectHash(login, identifier);
    },
    clientAddress: addressOf,
    send,
    async deliveryState(asked) {
      const connection = (await connections.all()).find(({ name }) => name === asked.connection);
      return deliveryState(delivery, { ...asked, signUpOpen: connection?.signUpOpen ?? false });
    },
    readInbox: environment.inbox.email || environment.inbox.sms ? () => readInbox(inbox) : null,
    isProtocolPath: (pathname) => findRoute(pathname) !== null || isManagementPath(pathname),
    async answer(request) {
      const { pathname } = new URL(request.url);
      const route = findRoute(pathname);
      if (route === null && !isManagementPath(pathname)) return new Response(null, { status: 404 });
      const beganAt = performance.now();
      const response =
        route === null
          ? await managementEndpoint(management, request)
          : await answerRoute(deps, route, request);
      metrics.answered({
        endpoint: route?.path ?? MANAGEMENT_PATH,
        method: request.method,
        status: response.status,
        seconds: (performance.now() - beganAt) / 1000,
      });
      return response;
    },
    failedPage({ path, acceptLanguage, cause }) {
      const isAway = clock().getTime() - storageAwayAt < STORAGE_AWAY_MS;
      return deps.errorPage({
        status: isAway ? 503 : 500,
        error: isAway ? 'temporarily_unavailable' : 'server_error',
        description: isAway ? 'Storage is away for a moment.' : 'A page failed.',
        reference: deps.log.failed({
          endpoint: path.replace(/^(\/login\/|\/passwordless\/link\/)[^/]+/, '$1…'),
          cause: cause ?? new Error(isAway ? 'storage is away' : 'a page failed'),
        }),
        client: null,
        acceptLanguage,
      });
    },
    missingPage: (acceptLanguage) =>
      deps.errorPage({
        ...{ status: 404, error: 'invalid_request', description: 'There is no such page.' },
        ...{ reference: null, client: null, acceptLanguage },
      }),
    async announce(address) {
      ownAddress = `${address.url}/`;
      await database.folder?.announce(address);
    },
    async close() {
      await Promise.allSettled([stopBackground(), ...inHand]);
      await backgroundEvents.close();
      await database.close();
    },
  };
}

function sealingOf(box: SecretBox, purpose: 'inbox' | 'pushed-request') {
  return {
    seal: (plain: string) => box.seal(purpose, plain),
    unseal: (sealed: string) => box.unseal(purpose, sealed),
  };
}

/** Eight hex digits that change with the file. */
async function fingerprint(path: string): Promise<string> {
  const bytes = await readFile(join(process.cwd(), path)).catch(() => '');
  return createHash('sha256').update(bytes).digest('hex').slice(0, 8);
}
