// Connections in PostgreSQL. Sign-ins read all of them, from memory for five seconds; operators read and write rows.
import type { Connection } from '@/lib/login/connection';
import type { ConnectionRow, OptionsProblem } from '@/lib/login/connection-options';
import type {
  ConnectionChange,
  ConnectionRecord,
  ConnectionRegister,
  OfferingChange,
} from '@/lib/login/connection-register';
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
    return rows.map(({ id, name, strategy, options, displayName, metadata, clients }) => ({
      id,
      name,
      strategy,
      options,
      displayName,
      metadata: metadata as Record<string, string>,
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

    async add({ id, name, strategy, options, displayName, metadata, clientIds }, now) {
      const [row] = await prisma.$queryRaw<{ added: number; unknown: string[] }[]>`
        WITH ${knownAmong(clientIds)},
        added AS (
          INSERT INTO connections (id, name, strategy, options, display_name, metadata, created_at, updated_at)
          SELECT ${id}::text, ${name}::text, ${strategy}::text, ${JSON.stringify(options)}::jsonb, ${displayName}::text,
            ${JSON.stringify(metadata)}::jsonb, ${now.toISOString()}::timestamptz, ${now.toISOString()}::timestamptz
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

    async change({ id, options, displayName, metadata, offering = NOBODY_ELSE }, now) {
      const { enabled, disabled } = offeringOf(offering);
      const set = [
        Prisma.sql`updated_at = ${now.toISOString()}::timestamptz`,
        ...(options === undefined ? [] : [Prisma.sql`options = ${JSON.stringify(options.written)}::jsonb`]),
        ...(displayName === undefined ? [] : [Prisma.sql`display_name = ${displayName}::text`]),
        ...(metadata === undefined ? [] : [Prisma.sql`metadata = ${JSON.stringify(metadata)}::jsonb`]),
      ];
      const isAsRead =
        options === undefined
          ? Prisma.sql`true`
          : Prisma.sql`options = ${JSON.stringify(options.read)}::jsonb`;
      const [row] = await prisma.$queryRaw<{ changed: number; unknown: string[] }[]>`
        WITH ${knownAmong(enabled)},
        changed AS (
          UPDATE connections SET ${Prisma.join(set, ', ')}
          WHERE id = ${id}::text AND ${isAsRead} AND NOT EXISTS (SELECT 1 FROM unknown)
          RETURNING id
        ),
        enabled AS (
          INSERT INTO client_connections (client_id, connection_id)
          SELECT wanted.client_id, changed.id FROM wanted, changed
          ON CONFLICT DO NOTHING
        ),
        disabled AS (
          DELETE FROM client_connections USING changed WHERE connection_id = changed.id AND ${disabled}
        )
        SELECT (SELECT count(*)::int FROM changed) AS changed, ARRAY(SELECT client_id FROM unknown) AS unknown`;
      if (row === undefined || row.unknown.length > 0) return unknownClients(row?.unknown);
      return row.changed === 1 ? changed(id) : { kind: 'outdated' };
    },

    async remove(id) {
      const { count } = CONNECTION_ID.test(id)
        ? await prisma.connection.deleteMany({ where: { id } })
        : { count: 0 };
      memory.forget('all');
      return count === 1;
    },
  };
}

const NOBODY_ELSE: OfferingChange = { kind: 'some', enabled: [], disabled: [] };

/** Who is to offer it, and a condition on the rows of those who no longer do. */
function offeringOf(offering: OfferingChange): { enabled: readonly string[]; disabled: Prisma.Sql } {
  return offering.kind === 'exactly'
    ? {
        enabled: offering.clientIds,
        disabled: Prisma.sql`client_id <> ALL(${[...offering.clientIds]}::text[])`,
      }
    : {
        enabled: offering.enabled,
        disabled: Prisma.sql`client_id = ANY(${[...offering.disabled]}::text[])`,
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
