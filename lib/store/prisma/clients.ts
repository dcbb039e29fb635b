// Clients in PostgreSQL, and in memory for five seconds, because every request of a login asks for one.
import type { ApplicationType, Client } from '@/lib/oidc/client';
import type { ClientKey } from '@/lib/oidc/client-key';
import type { ClientRegister, NewClient } from '@/lib/oidc/client-register';
import type { Prisma, PrismaClient } from '@/prisma/generated/client';
import { createMemory } from './memory';

/** What an id can look like; anything else is not looked for. @see RFC 6749 Appendix A.1 */
const CLIENT_ID = /^[\x21-\x7e]{1,64}$/;

/** Keeps clients in that database. */
export function createClientStore(prisma: PrismaClient, { clock }: { clock: () => Date }): ClientRegister {
  const clients = createMemory(clock, async (clientId) => {
    const row = await prisma.client.findUnique({ where: { clientId }, include: WITH_CONNECTIONS });
    return row === null ? null : clientOf(row);
  });
  // All of them at once: strangers may ask for any origin, and none of their questions reaches the database.
  const webOrigins = createMemory(clock, async () => {
    const rows = await prisma.$queryRaw<{ origin: string }[]>`
      SELECT DISTINCT unnest(web_origins || allowed_origins) AS origin FROM clients`;
    return new Set(rows.map(({ origin }) => origin));
  });

  return {
    find: async (clientId) => (CLIENT_ID.test(clientId) ? clients.recall(clientId) : null),

    hasWebOrigin: async (origin) => (await webOrigins.recall('all'))?.has(origin) ?? false,

    async add(client, now) {
      const { clientId } = client;
      // One statement: a transaction of several would keep the embedded database from everybody else meanwhile.
      await prisma.$executeRaw`
        WITH added AS (
          INSERT INTO clients SELECT * FROM jsonb_populate_record(NULL::clients, ${columnsOf(client, now)}::jsonb)
          RETURNING client_id
        )
        INSERT INTO client_connections (client_id, connection_id)
        SELECT added.client_id, connections.id FROM added, connections`;
      webOrigins.forget('all');
      const added = await clients.renew(clientId);
      if (added === null) throw new Error('A client vanished as soon as it was added.');
      return added;
    },

    async list({ offset, limit }) {
      const [rows, total] = await Promise.all([
        prisma.client.findMany({
          include: WITH_CONNECTIONS,
          orderBy: [{ createdAt: 'asc' }, { clientId: 'asc' }],
          skip: offset,
          take: limit,
        }),
        prisma.client.count(),
      ]);
      return { clients: rows.map(clientOf), total };
    },
  };
}

/** Oldest connection first. */
const WITH_CONNECTIONS = {
  connections: {
    select: { connection: { select: { name: true } } },
    orderBy: [{ connection: { createdAt: 'asc' } }, { connectionId: 'asc' }],
  },
} satisfies Prisma.ClientInclude;

type ClientRow = Prisma.ClientGetPayload<{ include: typeof WITH_CONNECTIONS }>;

function clientOf({ createdAt: _created, updatedAt: _updated, connections, ...row }: ClientRow): Client {
  return {
    ...row,
    applicationType: row.applicationType as ApplicationType,
    tokenEndpointAuthMethod: row.tokenEndpointAuthMethod as Client['tokenEndpointAuthMethod'],
    jwks: row.jwks as ClientKey[],
    connections: connections.map(({ connection }) => connection.name),
  };
}

/** A row of `clients` as JSON: every property under its column's name. */
function columnsOf(client: NewClient, now: Date): string {
  const row = Object.entries({ ...client, createdAt: now, updatedAt: now });
  const snakeCase = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return JSON.stringify(Object.fromEntries(row.map(([name, value]) => [snakeCase(name), value])));
}
