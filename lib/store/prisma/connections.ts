// Connections in PostgreSQL. Sign-ins read all of them, from memory for five seconds; operators read and write rows.
import type { Connection } from '@/lib/login/connection';
import type { ConnectionRow, OptionsProblem } from '@/lib/login/connection-options';
import type { ConnectionChange, ConnectionRecord, ConnectionRegister } from '@/lib/login/connection-register';
import { Prisma, type PrismaClient } from '@/prisma/generated/client';
import { createMemory } from './memory';

/**
 * Keeps connections in that database.
 *
 * @param given.read what the options of a row mean
 * @param given.reportUnreadable told of a row that cannot be read: once for each thing that is wrong with it
 */
export function createConnectionStore(
  prisma: PrismaClient,
  given: {
    clock: () => Date;
    read(row: ConnectionRow): Connection | OptionsProblem;
    reportUnreadable(row: Pick<ConnectionRow, 'id' | 'name'>, problem: OptionsProblem): void;
  },
): ConnectionRegister {
  const reported = new Map<string, string>();
  const memory = createMemory(given.clock, async () => (await findRows()).flatMap(readOne));

  function readOne(row: ConnectionRow): Connection[] {
    const connection = given.read(row);
    if (!('kind' in connection)) return [connection];
    const complaint = `${connection.field} ${connection.sentence}`;
    if (reported.get(row.id) !== complaint) given.reportUnreadable(row, connection);
    reported.set(row.id, complaint);
    return [];
  }

  async function findRows(where: Prisma.ConnectionWhereInput = {}): Promise<ConnectionRecord[]> {
    const rows = await prisma.connection.findMany({
      where,
      include: { clients: { select: { clientId: true }, orderBy: { clientId: 'asc' } } },
      orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
    });
    return rows.map(({ id, name, strategy, options, clients }) => ({
      id,
      name,
      strategy,
      options,
      clientIds: clients.map(({ clientId }) => clientId),
    }));
  }

  async function find(id: string): Promise<ConnectionRecord | null> {
    const [found = null] = CONNECTION_ID.test(id) ? await findRows({ id }) : [];
    return found;
  }

  async function changed(id: string): Promise<ConnectionChange> {
    memory.forget('all');
    const connection = await find(id);
    return connection === null ? { kind: 'outdated' } : { kind: 'changed', connection };
  }

  return {
    all: async () => (await memory.recall('all')) ?? [],
    list: () => findRows(),
    find,

    async add({ id, name, strategy, options, clientIds }, now) {
      const [row] = await prisma.$queryRaw<{ added: number; unknown: string[] }[]>`
        WITH ${knownAmong(clientIds)},
        added AS (
          INSERT INTO connections (id, name, strategy, options, created_at, updated_at)
          SELECT ${id}::text, ${name}::text, ${strategy}::text, ${JSON.stringify(options)}::jsonb,
            ${now.toISOString()}::timestamptz, ${now.toISOString()}::timestamptz
          WHERE NOT EXISTS (SELECT 1 FROM unknown)
          ON CONFLICT (name) DO NOTHING
          RETURNING id
        ),
        enabled AS (
          INSERT INTO client_connections (client_id, connection_id)
          SELECT wanted.client_id, added.id FROM wanted, added
        )
        SELECT (SELECT count(*)::int FROM added) AS added, ARRAY(SELECT client_id FROM unknown) AS unknown`;
      if (row === undefined || row.unknown.length > 0) return unknownClients(row?.unknown);
      return row.added === 1 ? changed(id) : { kind: 'name_taken' };
    },

    async replaceOptions({ id, read, options }, now) {
      const count = await prisma.$executeRaw`
        UPDATE connections SET options = ${JSON.stringify(options)}::jsonb, updated_at = ${now.toISOString()}::timestamptz
        WHERE id = ${id}::text AND options = ${JSON.stringify(read)}::jsonb`;
      return count === 1 ? changed(id) : { kind: 'outdated' };
    },

    async enable({ id, clients }, now) {
      const ids = (enabled: boolean) =>
        clients.filter((client) => client.enabled === enabled).map(({ clientId }) => clientId);
      const [row] = await prisma.$queryRaw<{ unknown: string[] }[]>`
        WITH ${knownAmong(ids(true))},
        present AS (
          UPDATE connections SET updated_at = ${now.toISOString()}::timestamptz
          WHERE id = ${id}::text AND NOT EXISTS (SELECT 1 FROM unknown)
          RETURNING id
        ),
        enabled AS (
          INSERT INTO client_connections (client_id, connection_id)
          SELECT wanted.client_id, present.id FROM wanted, present
          ON CONFLICT DO NOTHING
        ),
        disabled AS (
          DELETE FROM client_connections USING present
          WHERE connection_id = present.id AND client_id = ANY(${ids(false)}::text[])
        )
        SELECT ARRAY(SELECT client_id FROM unknown) AS unknown`;
      return row === undefined || row.unknown.length > 0 ? unknownClients(row?.unknown) : changed(id);
    },
  };
}

/** As every id was made; anything else is not looked for. */
const CONNECTION_ID = /^con_[A-Za-z0-9_-]{16}$/;

/** `wanted` and `unknown`: these clients, and those of them that there are not. */
function knownAmong(clientIds: readonly string[]): Prisma.Sql {
  return Prisma.sql`
    wanted AS (SELECT DISTINCT client_id FROM unnest(${[...clientIds]}::text[]) AS client_id),
    unknown AS (SELECT client_id FROM wanted EXCEPT SELECT client_id FROM clients)`;
}

function unknownClients(clientIds: readonly string[] = []): ConnectionChange {
  return { kind: 'unknown_clients', clientIds };
}
