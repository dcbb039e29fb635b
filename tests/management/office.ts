// The management API over a database of its own, as an operator reaches it: real stores, a clock that is moved by hand.
import { randomBytes } from 'node:crypto';
import { findUrlRefusal } from '@/lib/delivery/guarded-fetch';
import { drawClientId, drawClientSecret } from '@/lib/keys/client-secret';
import { createSecretBox } from '@/lib/keys/secret-box';
import { readConnection } from '@/lib/login/connection-options';
import { type ManagementDeps, managementEndpoint } from '@/lib/management/routes';
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

/** @param name of the database */
export async function openOffice(name: string) {
  const database = await openDatabase({ databaseUrl: await createDatabase(name), dataDir: '' });
  await migrate(database, 'prisma/migrations');
  let now = new Date('2031-05-06T07:08:09Z');
  const refusals: string[] = [];
  const clock = () => now;
  const deps: ManagementDeps = {
    clients: createClientStore(database.prisma, { clock }),
    connections: createConnectionStore(database.prisma, {
      clock,
      read: readConnection,
      reportUnreadable() {},
    }),
    credentials: {
      drawId: drawClientId,
      drawSecret: drawClientSecret,
      hashSecret: (secret) => `hash of ${secret}`,
    },
    sealConnectionSecret: (secret) => box.seal('connection', secret),
    drawConnectionId: () => `con_${randomBytes(12).toString('base64url')}`,
    findGatewayRefusal: (url) => findUrlRefusal(url, []),
    clock,
    operators: { scopesOf: async ({ headers }) => (headers.has('authorization') ? 'every' : null) },
    log: {
      refused({ description }) {
        refusals.push(description);
        return 'REFERENCE';
      },
      failed: () => 'REFERENCE',
    },
  };

  return {
    database,
    prisma: database.prisma,
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
      await database.prisma.client.deleteMany();
      await database.prisma.connection.deleteMany();
      await ensureSetup(database.prisma, { limits: {}, clients: [], now });
      now = new Date(now.getTime() + 60_000);
      refusals.length = 0;
    },
    ask({ method = 'GET', path, body, headers = {}, scopes = 'every', deps: changes = {} }: Asked) {
      const operators = {
        scopesOf: async (request: Request) =>
          request.headers.get('authorization') === 'Bearer operator' ? scopes : null,
      };
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
