// Clients in PostgreSQL, and in memory for five seconds, because every request of a login asks for one.
import type { ApplicationType, Client } from '@/lib/oidc/client';
import type { ClientCredential, ClientKey } from '@/lib/oidc/client-key';
import type { ClientRecord, ClientRegister, NewClient } from '@/lib/oidc/client-register';
import { Prisma, type PrismaClient } from '@/prisma/generated/client';
import { createMemory } from './memory';

/** What an id can look like; anything else is not looked for. @see RFC 6749 Appendix A.1 */
const CLIENT_ID = /^[\x21-\x7e]{1,64}$/;

/** Keeps clients in that database. */
export function createClientStore(prisma: PrismaClient, { clock }: { clock: () => Date }): ClientRegister {
  const clients = createMemory(clock, load);
  // All of them at once: strangers may ask for any origin, and none of their questions reaches the database.
  const webOrigins = createMemory(clock, async () => {
    const rows = await prisma.$queryRaw<{ origin: string }[]>`
      SELECT DISTINCT unnest(web_origins || allowed_origins) AS origin FROM clients`;
    return new Set(rows.map(({ origin }) => origin));
  });

  async function load(clientId: string): Promise<ClientRecord | null> {
    if (!CLIENT_ID.test(clientId)) return null;
    const row = await prisma.client.findUnique({ where: { clientId }, include: WITH_CONNECTIONS });
    return row === null ? null : recordOf(row);
  }

  /** What memory holds of a client that was just written. */
  function renew(clientId: string): Promise<ClientRecord | null> {
    webOrigins.forget('all');
    return clients.renew(clientId);
  }

  return {
    find: async (clientId) => (CLIENT_ID.test(clientId) ? clients.recall(clientId) : null),

    hasWebOrigin: async (origin) => (await webOrigins.recall('all'))?.has(origin) ?? false,

    async add(client, now) {
      const { clientId } = client;
      const row = columnsOf(client, now);
      // Named, so that a column which only a newer process knows gets its default (AVL-4).
      const columns = Prisma.raw(Object.keys(row).join(', '));
      // One statement: a transaction of several would keep the embedded database from everybody else meanwhile.
      await prisma.$executeRaw`
        WITH added AS (
          INSERT INTO clients (${columns})
          SELECT ${columns} FROM jsonb_populate_record(NULL::clients, ${JSON.stringify(row)}::jsonb)
          RETURNING client_id
        )
        INSERT INTO client_connections (client_id, connection_id)
        SELECT added.client_id, connections.id FROM added, connections`;
      const added = await renew(clientId);
      if (added === null) throw new Error('A client vanished as soon as it was added.');
      return added;
    },

    load,

    async list({ offset, limit, applicationTypes, isFirstParty, name }) {
      const where: Prisma.ClientWhereInput = {
        ...(applicationTypes !== undefined && { applicationType: { in: [...applicationTypes] } }),
        ...(isFirstParty !== undefined && { isFirstParty }),
        ...(name !== undefined && { name: { contains: literally(name), mode: 'insensitive' } }),
      };
      const [rows, total] = await Promise.all([
        prisma.client.findMany({
          where,
          include: WITH_CONNECTIONS,
          orderBy: [{ createdAt: 'asc' }, { clientId: 'asc' }],
          skip: offset,
          take: limit,
        }),
        prisma.client.count({ where }),
      ]);
      return { clients: rows.map(recordOf), total };
    },

    async change({ clientId, read, changes }, now) {
      const { count } = await prisma.client.updateMany({
        where: { clientId, updatedAt: read },
        // Two changes within a millisecond are still two.
        data: { ...dataOf(changes), updatedAt: now > read ? now : new Date(read.getTime() + 1) },
      });
      return count === 1 ? renew(clientId) : null;
    },

    async rotateSecret({ clientId, secretHash, sealedSecret, formerSecretExpiresAt }, now) {
      const count = await prisma.$executeRaw`
        UPDATE clients SET secret_hashes = ARRAY[${secretHash}::text] || secret_hashes[1:1],
          former_secret_expires_at = ${formerSecretExpiresAt.toISOString()}::timestamptz,
          sealed_secret = CASE WHEN sealed_secret IS NOT NULL THEN ${sealedSecret}::text END,
          updated_at = GREATEST(${now.toISOString()}::timestamptz, updated_at + interval '1 millisecond')
        WHERE client_id = ${clientId}::text AND cardinality(secret_hashes) > 0`;
      return count === 1 ? renew(clientId) : null;
    },

    async remove(clientId) {
      if (!CLIENT_ID.test(clientId)) return false;
      const [row] = await prisma.$queryRaw<[{ removed: number }]>`
        WITH removed AS (DELETE FROM clients WHERE client_id = ${clientId}::text RETURNING client_id),
        codes AS (DELETE FROM authorization_codes WHERE client_id IN (SELECT client_id FROM removed)),
        families AS (DELETE FROM token_families WHERE client_id IN (SELECT client_id FROM removed)),
        pushed AS (DELETE FROM pushed_requests WHERE client_id IN (SELECT client_id FROM removed)),
        sessions AS (
          UPDATE sessions SET client_ids = array_remove(client_ids, removed.client_id)
          FROM removed WHERE removed.client_id = ANY(client_ids)
        )
        SELECT count(*)::int AS removed FROM removed`;
      webOrigins.forget('all');
      clients.forget(clientId);
      return row.removed === 1;
    },
  };
}

/** As a part of a pattern that stands for itself alone. */
function literally(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&');
}

/** Oldest connection first. */
const WITH_CONNECTIONS = {
  connections: {
    select: { connection: { select: { name: true } } },
    orderBy: [{ connection: { createdAt: 'asc' } }, { connectionId: 'asc' }],
  },
} satisfies Prisma.ClientInclude;

type ClientRow = Prisma.ClientGetPayload<{ include: typeof WITH_CONNECTIONS }>;

function recordOf({ createdAt: _created, connections, ...row }: ClientRow): ClientRecord {
  return {
    ...row,
    applicationType: row.applicationType as ApplicationType,
    tokenEndpointAuthMethod: row.tokenEndpointAuthMethod as Client['tokenEndpointAuthMethod'],
    jwks: row.jwks as ClientKey[],
    credentials: row.credentials as ClientCredential[],
    metadata: row.metadata as Record<string, string>,
    connections: connections.map(({ connection }) => connection.name),
  };
}

function dataOf(changes: Partial<Omit<NewClient, 'clientId'>>): Prisma.ClientUpdateManyMutationInput {
  return changes as Prisma.ClientUpdateManyMutationInput;
}

/** A row of `clients` as JSON: every property under its column's name. */
function columnsOf(client: NewClient, now: Date): Readonly<Record<string, unknown>> {
  const row = Object.entries({ ...client, createdAt: now, updatedAt: now });
  const snakeCase = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return Object.fromEntries(row.map(([name, value]) => [snakeCase(name), value]));
}
