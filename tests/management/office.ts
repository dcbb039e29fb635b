// The management API over a database of its own, as an operator reaches it: real stores, a clock that is moved by hand.
import { createSecretBox } from '@/lib/keys/secret-box';
import { readConnection } from '@/lib/login/connection-options';
import { type ManagementDeps, managementEndpoint } from '@/lib/management/routes';
import { guardStore } from '@/lib/runtime/guard-store';
import { composeManagement } from '@/lib/runtime/management';
import { createClientStore } from '@/lib/store/prisma/clients';
import { createConnectionStore } from '@/lib/store/prisma/connections';
import { openDatabase } from '@/lib/store/prisma/database';
import { migrate } from '@/lib/store/prisma/migrate';
import { ensureSetup } from '@/lib/store/prisma/setup';
import { createDatabase } from '@/tests/harness/database';

export const box = createSecretBox(['kT9v0pQ2xWm5Zr8LbN4yUc7HdJ1sGfEa']);

export type Asked = {
  method?: string;
  path: string;
  body?: unknown;
  headers?: Record<string, string>;
  /** What the token is good for. */
  scopes?: readonly string[] | 'every';
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
  const clock = () => now;
  const { prisma } = database;
  const deps = composeManagement({
    environment: {
      issuer: 'https://login.example.com/',
      emailFrom: 'login@example.com',
      outboundPrivateNetworks: [],
    },
    prisma,
    box,
    clock,
    guard: guardStore,
    clients: guardStore(createClientStore(prisma, { clock })),
    connections: guardStore(
      createConnectionStore(prisma, { clock, read: readConnection, reportUnreadable() {} }),
    ),
    operators: operatorsWith('every'),
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
    refusals,
    get now() {
      return now;
    },
    pass(seconds: number) {
      now = new Date(now.getTime() + seconds * 1000);
    },
    /** As after the first boot, with stores that remember nothing. */
    async reset() {
      await prisma.client.deleteMany();
      await prisma.connection.deleteMany();
      await ensureSetup(prisma, { limits: {}, clients: [], now });
      now = new Date(now.getTime() + 60_000);
      refusals.length = 0;
    },
    /** As a server answers whose only operator has the token `operator`. */
    answer: (request: Request) => managementEndpoint({ ...deps, operators: operatorsWith('every') }, request),
    ask({ method = 'GET', path, body, headers = {}, scopes = 'every', deps: changes = {} }: Asked) {
      const operators = operatorsWith(scopes);
      const request = new Request(`https://login.example.com${path}`, {
        method,
        headers: {
          authorization: 'Bearer operator',
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      return managementEndpoint({ ...deps, operators, ...changes }, request);
    },
    close: () => database.close(),
  };
}

/** One token, good for these. */
function operatorsWith(scopes: readonly string[] | 'every'): ManagementDeps['operators'] {
  return {
    scopesOf: async ({ headers }) => (headers.get('authorization') === 'Bearer operator' ? scopes : null),
  };
}
