// The management API over a database of its own, as an operator reaches it: real stores, a clock that is moved by hand.
import { expect } from 'vitest';
import { createSecretBox } from '@/lib/keys/secret-box';
import { createTokenSigner } from '@/lib/keys/signing-keys';
import { readConnection } from '@/lib/login/connection-options';
import type { LimitOverrides } from '@/lib/login/limits';
import type { LoginMessage } from '@/lib/login/message';
import { NO_SETTINGS } from '@/lib/login/settings';
import type { ManagementEvent } from '@/lib/management/audit';
import type { Caller, Operators } from '@/lib/management/caller';
import type { Finding } from '@/lib/management/overview';
import { successOf } from '@/lib/management/route';
import { type ManagementDeps, managementEndpoint, ROUTES } from '@/lib/management/routes';
import { MANAGEMENT_SCOPES, managementAudience } from '@/lib/management/scopes';
import { guardStore } from '@/lib/runtime/guard-store';
import { createLog } from '@/lib/runtime/log';
import { composeLoginParts, createApplicationNames } from '@/lib/runtime/login-parts';
import { composeManagement } from '@/lib/runtime/management';
import { createClientStore } from '@/lib/store/prisma/clients';
import { createConnectionStore } from '@/lib/store/prisma/connections';
import { openDatabase } from '@/lib/store/prisma/database';
import { createIdentifierChangeStore } from '@/lib/store/prisma/identifier-changes';
import { migrate } from '@/lib/store/prisma/migrate';
import { createResourceServerStore, ensureManagementApi } from '@/lib/store/prisma/resource-servers';
import { createBrandAssetStore, createSettingsStore } from '@/lib/store/prisma/settings';
import { ensureSetup } from '@/lib/store/prisma/setup';
import { createSigningKeyStore } from '@/lib/store/prisma/signing-keys';
import { createDatabase } from '@/tests/harness/database';

const ISSUER = 'https://login.example.com/';

const ENVIRONMENT = {
  issuer: ISSUER,
  isLoopback: false,
  managementClient: { clientId: 'declared', clientSecret: 'of the environment' },
  origin: 'https://login.example.com',
  emailFrom: 'login@example.com',
  emailProviders: [],
  inbox: { email: true, sms: true, operatorsOnly: false },
  outboundPrivateNetworks: [],
};

export const box = createSecretBox(['kT9v0pQ2xWm5Zr8LbN4yUc7HdJ1sGfEa']);

export type Asked = {
  method?: string;
  path: string;
  body?: unknown;
  headers?: Record<string, string>;
  /** What the token is good for. */
  scopes?: readonly string[] | 'every';
  /** Whose it is; a client's by itself unless said otherwise. */
  caller?: Partial<Caller>;
  /** In place of the real ones. */
  deps?: Partial<ManagementDeps>;
};

export type Office = Awaited<ReturnType<typeof openOffice>>;

/** @param where a database on the server, by its name, or an embedded one */
export async function openOffice(where: string | { dataDir: string }) {
  const database = await openDatabase(
    typeof where === 'string'
      ? { databaseUrl: await createDatabase(where), dataDir: '' }
      : { databaseUrl: null, dataDir: where.dataDir },
  );
  await migrate(database, 'prisma/migrations');
  let now = new Date('2031-05-06T07:08:09Z');
  const refusals: string[] = [];
  const events: ManagementEvent[] = [];
  const sent: LoginMessage[] = [];
  let limits: LimitOverrides = {};
  const findings: Finding[] = [];
  const clock = () => now;
  const { prisma } = database;
  const signingKeys = createTokenSigner({
    store: guardStore(createSigningKeyStore(prisma)),
    box,
    clock,
    issuer: ISSUER,
  });
  const clients = guardStore(createClientStore(prisma, { clock }));
  const limitOverrides = () => limits;
  const environment = { ...ENVIRONMENT, isHttps: true, smsCountries: ['DE'], smsProviders: [] };
  const changes = {
    ...composeLoginParts({
      environment,
      prisma,
      box,
      guard: guardStore,
      settings: () => ({ ...NO_SETTINGS, limits }),
      log: createLog('silent'),
    }),
    changes: guardStore(createIdentifierChangeStore(prisma)),
    applicationNameOf: createApplicationNames(clients, { ...ENVIRONMENT, settings: () => NO_SETTINGS }),
  };
  const deps = composeManagement({
    environment,
    prisma,
    box,
    clock,
    guard: guardStore,
    clients,
    signingKeys,
    resourceServers: guardStore(createResourceServerStore(prisma, { clock })),
    connections: guardStore(
      createConnectionStore(prisma, { clock, read: readConnection, reportUnreadable() {} }),
    ),
    operators: operatorsWith({}),
    managementEvents: { record: (event) => void events.push(event) },
    clientAddress: () => '203.0.113.7',
    examine: async () => findings,
    limitOverrides,
    settings: guardStore(createSettingsStore(prisma)),
    brandAssets: guardStore(createBrandAssetStore(prisma)),
    changes,
    sendLater: (message) => void sent.push(message),
    log: {
      refused({ description }) {
        refusals.push(description);
        return 'REFERENCE';
      },
      failed: () => 'REFERENCE',
    },
  });

  return {
    database,
    prisma,
    deps,
    /** The signer of a server; there are no keys until it is asked to ensure them. */
    signingKeys,
    refusals,
    /** What went into the audit log. */
    events,
    /** What the installation's examination finds. */
    findings,
    /** Messages that were handed to the providers. */
    sent,
    /** What a person who got one of them does with its code. */
    changes,
    /** As an operator may set them, until the next reset. */
    limit(overrides: LimitOverrides) {
      limits = overrides;
    },
    get now() {
      return now;
    },
    pass(seconds: number) {
      now = new Date(now.getTime() + seconds * 1000);
    },
    /** As after the first boot, with stores that remember nothing. */
    async reset() {
      await prisma.client.deleteMany();
      await prisma.account.deleteMany();
      await prisma.connection.deleteMany();
      await prisma.resourceServer.deleteMany();
      await prisma.settings.deleteMany();
      await ensureSetup(prisma, { limits: {}, clients: [], now });
      const identifier = managementAudience(ISSUER);
      await ensureManagementApi(prisma, { identifier, scopes: MANAGEMENT_SCOPES, operator: null, now });
      now = new Date(now.getTime() + 60_000);
      refusals.length = 0;
      events.length = 0;
      findings.length = 0;
      sent.length = 0;
      limits = {};
    },
    /** As a server answers whose only operator has the token `operator`. */
    answer: (request: Request) => managementEndpoint({ ...deps, operators: operatorsWith({}) }, request),
    async ask(asked: Asked) {
      const {
        method = 'GET',
        path,
        body,
        headers = {},
        scopes = 'every',
        caller,
        deps: changes = {},
      } = asked;
      const operators = operatorsWith({ scopes, ...caller });
      const request = new Request(`https://login.example.com${path}`, {
        method,
        headers: {
          authorization: 'Bearer operator',
          // Of a form the request says by itself what it is.
          ...(body !== undefined && !(body instanceof FormData) && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body !== undefined && {
          body: typeof body === 'string' || body instanceof FormData ? body : JSON.stringify(body),
        }),
      });
      const response = await managementEndpoint({ ...deps, operators, ...changes }, request);
      await checkAnswer(request, response);
      return response;
    },
    close: () => database.close(),
  };
}

/** A caller with one token. */
function operatorsWith(caller: Partial<Caller>): Operators {
  return {
    callerOf: async ({ headers }) =>
      headers.get('authorization') === 'Bearer operator'
        ? {
            kind: 'client',
            clientId: 'operator',
            accountId: null,

            scopes: 'every',
            ...caller,
          }
        : null,
  };
}

/** What goes well is answered as the route says it is, with nothing besides (MGT-4). */
async function checkAnswer(request: Request, response: Response): Promise<void> {
  if (!response.ok) return;
  const { pathname, searchParams } = new URL(request.url);
  const route = ROUTES.find(
    ({ method, path }) =>
      method === request.method && new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(pathname),
  );
  if (route === undefined) throw new Error(`${request.method} ${pathname} is no route`);
  expect([successOf(route), route.statusOfNew], 'the status that the route declares').toContain(
    response.status,
  );
  if (route.file !== undefined) expect(route.file).toContain(response.headers.get('content-type'));
  if (route.result === undefined || searchParams.has('fields')) return;
  const declared = route.result.safeParse(await response.clone().json());
  expect(declared.error?.issues, `what ${request.method} ${route.path} declares`).toBeUndefined();
}
