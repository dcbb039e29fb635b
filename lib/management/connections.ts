// Connections as operators see them, in Auth0's names: PATCH replaces the whole options object, as Auth0 does, but for a
// secret that is left out. What options may be is decided in lib/login/connection-options.ts.
import { z } from 'zod';
import {
  acceptOptions,
  type OptionsProblem,
  readConnection,
  type StoredOptions,
  showOptions,
} from '@/lib/login/connection-options';
import type { ConnectionChange, ConnectionRecord, ConnectionRegister } from '@/lib/login/connection-register';
import type { Channel } from '@/lib/login/identifier';
import { clientId, fieldsOf, text } from './fields';
import { type Cursors, openCursor, sealCursor, TAKE_DEFAULT } from './paging';
import { ManagementProblem } from './problem';
import { badBody, type Frozen } from './route';

export type ConnectionsDeps = Readonly<{
  connections: ConnectionRegister;
  /** Makes of a secret what may be kept of it. */
  sealConnectionSecret(secret: string): string;
  /** `con_` and 16 random characters. */
  drawConnectionId(): string;
  /** Why this installation calls no gateway there, or null. */
  findOutboundRefusal(url: string): string | null;
  cursors: Cursors;
  clock: () => Date;
}>;

/** A connection on the wire. No secret; a mask where there is one (MGT-4). */
export const connectionDocument = z.strictObject({
  id: z.string(),
  name: z.string(),
  strategy: z.string(),
  /** With their defaults. */
  options: z.record(z.string(), z.unknown()),
  enabled_clients: z.array(z.string()),
  realms: z.array(z.string()),
  /** There only when the options can no longer be read: the connection is out of use until it is put right. */
  options_problem: z.string().optional(),
});

export type ConnectionDocument = Frozen<z.output<typeof connectionDocument>>;

/** Which clients offer a connection, on the wire. */
export const enabledClientsDocument = z.strictObject({
  clients: z.array(z.strictObject({ client_id: z.string() })),
});

type Wanted = { name?: string | undefined; strategy?: string[] | undefined };

/** The connections that a list was asked for, and how many there are of them. */
export async function listConnections(
  deps: Pick<ConnectionsDeps, 'connections'>,
  { range, ...wanted }: Wanted & { range: { offset: number; limit: number } },
): Promise<{ items: ConnectionDocument[]; total: number }> {
  const found = await findConnections(deps, wanted);
  const part = found.slice(range.offset, range.offset + range.limit);
  return { items: part.map(describe), total: found.length };
}

/** The same from a place on, and the place where it goes on; null at its end. @throws {ManagementProblem} 400 */
export async function listConnectionsFrom(
  deps: Pick<ConnectionsDeps, 'connections' | 'cursors'>,
  { from, take = TAKE_DEFAULT, ...wanted }: Wanted & { from?: string | undefined; take?: number | undefined },
): Promise<{ connections: ConnectionDocument[]; next: string | null }> {
  const after = openCursor(deps.cursors, { from, list: LIST, place: z.string() });
  const found = await findConnections(deps, wanted);
  const start = found.findIndex(({ id }) => id === after) + 1;
  const part = found.slice(start, start + take);
  const isLast = start + take >= found.length;
  return {
    connections: part.map(describe),
    next: isLast ? null : sealCursor(deps.cursors, { list: LIST, after: part.at(-1)?.id }),
  };
}

const LIST = 'connections';

/** There are few: one or two by channel, and some for tests. */
async function findConnections(
  { connections }: Pick<ConnectionsDeps, 'connections'>,
  { name, strategy }: Wanted,
): Promise<readonly ConnectionRecord[]> {
  return (await connections.list()).filter(
    (connection) =>
      (name === undefined || connection.name === name) &&
      (strategy === undefined || strategy.includes(connection.strategy)),
  );
}

/** @throws {ManagementProblem} 404 */
export async function loadConnection(
  deps: Pick<ConnectionsDeps, 'connections'>,
  id: string,
): Promise<ConnectionDocument> {
  return describe(await loadRecord(deps, id));
}

/** @throws {ManagementProblem} 400 that names the field, 409 */
export async function createConnection(
  deps: ConnectionsDeps,
  body: z.output<typeof connectionBody>,
): Promise<ConnectionDocument> {
  const { name, strategy, options, enabled_clients: clientIds = [] } = body;
  const now = deps.clock();
  const accepted = accept(deps, options ?? {}, { strategy, stored: {}, now });
  const record = { id: deps.drawConnectionId(), name, strategy, options: accepted, clientIds };
  return describe(take(await deps.connections.add(record, now)));
}

/** Changes options, clients or both. @throws {ManagementProblem} 400 that names the field, 404, 409 */
export async function updateConnection(
  deps: ConnectionsDeps,
  change: { id: string } & z.output<typeof connectionChangeBody>,
): Promise<ConnectionDocument> {
  const { id, options, enabled_clients: clientIds } = change;
  const now = deps.clock();
  let record = await loadRecord(deps, id);
  const stored = record.options as StoredOptions;
  const accepted =
    options === undefined
      ? null
      : accept(deps, options, { strategy: record.strategy as Channel, stored, now });
  if (clientIds !== undefined) {
    const removed = record.clientIds.filter((clientId) => !clientIds.includes(clientId));
    const clients = [
      ...clientIds.map((clientId) => ({ clientId, enabled: true })),
      ...removed.map((clientId) => ({ clientId, enabled: false })),
    ];
    record = take(await deps.connections.enable({ id, clients }, now));
  }
  if (accepted !== null) {
    record = take(await deps.connections.replaceOptions({ id, read: stored, options: accepted }, now));
  }
  return describe(record);
}

/** Which clients offer it. @throws {ManagementProblem} 404 */
export async function listEnabledClients(
  deps: Pick<ConnectionsDeps, 'connections'>,
  id: string,
): Promise<{ client_id: string }[]> {
  return (await loadRecord(deps, id)).clientIds.map((clientId) => ({ client_id: clientId }));
}

/** Puts it on pages, or takes it from them. @throws {ManagementProblem} 400 that names the field, 404 */
export async function enableClients(
  deps: ConnectionsDeps,
  { id, clients: sent }: { id: string; clients: z.output<typeof enabledClientsBody> },
): Promise<void> {
  const clients = sent.map(({ client_id: clientId, status }) => ({ clientId, enabled: status }));
  await loadRecord(deps, id);
  take(await deps.connections.enable({ id, clients }, deps.clock()));
}

function describe(record: ConnectionRecord): ConnectionDocument {
  const { id, name, strategy, clientIds } = record;
  const read = readConnection(record);
  return {
    id,
    name,
    strategy,
    options: showOptions(record),
    enabled_clients: clientIds,
    realms: [name],
    ...('kind' in read && { options_problem: `${read.field} ${read.sentence}` }),
  };
}

/** The connection as it is kept. @throws {ManagementProblem} 404 */
export async function loadRecord(
  { connections }: Readonly<{ connections: Pick<ConnectionRegister, 'find'> }>,
  id: string,
): Promise<ConnectionRecord> {
  const record = await connections.find(id);
  if (record === null) {
    throw new ManagementProblem(404, 'inexistent_connection', 'The connection does not exist');
  }
  return record;
}

function take(change: ConnectionChange): ConnectionRecord {
  switch (change.kind) {
    case 'changed':
      return change.connection;
    case 'name_taken':
      throw new ManagementProblem(
        409,
        'connection_conflict',
        'A connection with the same name already exists',
      );
    case 'outdated':
      throw new ManagementProblem(
        409,
        'connection_conflict',
        'The connection was changed by somebody else meanwhile. Read it again.',
      );
    case 'unknown_clients':
      throw badBody('enabled_clients', `holds what is no client: ${change.clientIds.join(', ')}`);
  }
}

function accept(
  deps: ConnectionsDeps,
  written: unknown,
  known: { strategy: Channel; stored: StoredOptions; now: Date },
): StoredOptions {
  const accepted = acceptOptions(written, { ...known, seal: deps.sealConnectionSecret });
  if (accepted.kind === 'options_problem') throw refuse(accepted);
  const { gateway_url: url } = accepted.options;
  const refusal = typeof url === 'string' ? deps.findOutboundRefusal(url) : null;
  if (refusal !== null) throw badBody('options.gateway_url', `is not called from here: ${refusal}`);
  return accepted.options;
}

const refuse = ({ field, sentence }: OptionsProblem) => badBody(field, sentence);

// ---- What may be sent -----------------------------------------------------------------------------------------------

const CHANNELS = ['email', 'sms'] as const satisfies readonly Channel[];
/** Auth0's, of which a path and a parameter can be made. */
const CONNECTION_NAME = /^[A-Za-z0-9](?:-?[A-Za-z0-9])*$/;
const NAME_MAX_CHARACTERS = 128;
const CLIENTS_MAX = 1000;

const clientIds = z
  .array(clientId(), { error: 'must be a list of client IDs' })
  .max(CLIENTS_MAX, `may hold ${CLIENTS_MAX} entries at most`)
  .optional();
/** Looked at together with what is kept. */
const options = z.record(z.string(), z.unknown(), { error: 'must be an object' }).optional();

/** A connection to make. */
export const connectionBody = fieldsOf({
  name: text(1, NAME_MAX_CHARACTERS).regex(
    CONNECTION_NAME,
    'may hold letters, digits, and single hyphens between them',
  ),
  strategy: z.enum(CHANNELS, { error: `must be ${CHANNELS.join(' or ')}` }),
  options,
  enabled_clients: clientIds,
});

/** What of a connection may change. */
export const connectionChangeBody = fieldsOf({ options, enabled_clients: clientIds });

/** Auth0's figure. */
const ENABLED_AT_ONCE_MAX = 50;

/** Clients that offer it from now on, and clients that no longer do. */
export const enabledClientsBody = z
  .array(fieldsOf({ client_id: clientId(), status: z.boolean({ error: 'must be true or false' }) }), {
    error: 'must be a list of { client_id, status }',
  })
  .min(1, 'must not be empty')
  .max(ENABLED_AT_ONCE_MAX, `may hold ${ENABLED_AT_ONCE_MAX} entries at most`);
