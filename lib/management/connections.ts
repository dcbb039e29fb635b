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
import { clientId, displayName, fieldsOf, listOf, only, text } from './fields';
import { mergeMetadata, metadataChanges, metadataDocument } from './metadata';
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
  display_name: z.string().optional(),
  /** With their defaults. */
  options: z.record(z.string(), z.unknown()),
  enabled_clients: z.array(z.string()),
  realms: z.array(z.string()),
  metadata: metadataDocument(),
  is_domain_connection: z.literal(false),
  show_as_button: z.literal(false),
  /** There only when the options can no longer be read: the connection is out of use until it is put right. */
  options_problem: z.string().optional(),
});

export type ConnectionDocument = Frozen<z.output<typeof connectionDocument>>;

/** Which clients offer a connection, on the wire. */
export const enabledClientsDocument = z.strictObject({
  clients: z.array(z.strictObject({ client_id: z.string() })),
  next: z.string().optional(),
});

/** A part of a list that has no pages. */
export const connectionsPart = z.strictObject({
  connections: z.array(connectionDocument),
  next: z.string().optional(),
});

type Wanted = {
  name?: string | undefined;
  strategy?: string[] | undefined;
  /** Of those that this client offers. */
  clientId?: string | undefined;
};

type Part = { from?: string | undefined; take?: number | undefined };

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
  { from, take, ...wanted }: Wanted & Part,
): Promise<{ connections: ConnectionDocument[]; next?: string }> {
  const found = await findConnections(deps, wanted);
  const { items, next } = partFrom(deps, 'connections', { items: found, idOf: ({ id }) => id, from, take });
  return { connections: items.map(describe), ...(next !== null && { next }) };
}

/** Of a list that is small enough to be read whole, the part from a place on. */
function partFrom<Item>(
  { cursors }: Pick<ConnectionsDeps, 'cursors'>,
  list: string,
  whole: Part & { items: readonly Item[]; idOf(item: Item): string },
): { items: readonly Item[]; next: string | null } {
  const { items, idOf, from, take = TAKE_DEFAULT } = whole;
  const place = openCursor(cursors, {
    from,
    list,
    place: z.strictObject({ id: z.string(), index: z.int() }),
  });
  const found = items.findIndex((item) => idOf(item) === place?.id);
  // What is no longer there has left its place to the one behind it.
  const start = found === -1 ? (place?.index ?? 0) : found + 1;
  const part = items.slice(start, start + take);
  const last = part.at(-1);
  if (last === undefined || start + take >= items.length) return { items: part, next: null };
  const after = { id: idOf(last), index: start + take - 1 };
  return { items: part, next: sealCursor(cursors, { list, after }) };
}

/** There are few: one or two by channel, and some for tests. */
async function findConnections(
  { connections }: Pick<ConnectionsDeps, 'connections'>,
  { name, strategy, clientId }: Wanted,
): Promise<readonly ConnectionRecord[]> {
  return (await connections.list()).filter(
    (connection) =>
      (name === undefined || connection.name === name) &&
      (strategy === undefined || strategy.includes(connection.strategy)) &&
      (clientId === undefined || connection.clientIds.includes(clientId)),
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
  const { name, strategy, options, enabled_clients: clientIds } = body;
  checkRealms(name, body.realms);
  const now = deps.clock();
  const record = {
    id: deps.drawConnectionId(),
    name,
    strategy,
    options: accept(deps, options ?? {}, { strategy, stored: {}, now }),
    displayName: body.display_name ?? null,
    metadata: mergeMetadata('metadata', {}, body.metadata ?? {}),
    clientIds: clientIds ?? [],
  };
  return describe(take(await deps.connections.add(record, now)));
}

/** Changes what was sent, all of it or nothing. @throws {ManagementProblem} 400 that names the field, 404, 409 */
export async function updateConnection(
  deps: ConnectionsDeps,
  { id, body }: { id: string; body: z.output<typeof connectionChangeBody> },
): Promise<ConnectionDocument> {
  const { options, enabled_clients: clientIds, display_name: displayName, metadata } = body;
  const now = deps.clock();
  const record = await loadRecord(deps, id);
  checkRealms(record.name, body.realms);
  const read = record.options as StoredOptions;
  const strategy = record.strategy as Channel;
  const change = {
    id,
    ...(options !== undefined && {
      options: { read, written: accept(deps, options, { strategy, stored: read, now }) },
    }),
    ...(displayName !== undefined && { displayName }),
    ...(metadata !== undefined && { metadata: mergeMetadata('metadata', {}, metadata) }),
    ...(clientIds != null && { offering: { kind: 'exactly' as const, clientIds } }),
  };
  return describe(take(await deps.connections.change(change, now)));
}

/** Takes it from every page, for good. @throws {ManagementProblem} 404 */
export async function removeConnection(
  { connections }: Pick<ConnectionsDeps, 'connections'>,
  id: string,
): Promise<void> {
  if (!(await connections.remove(id))) throw inexistentConnection();
}

/** Whether it can be used as it is. @throws {ManagementProblem} 404 where there is none, or its options cannot be read */
export async function checkStatus(deps: Pick<ConnectionsDeps, 'connections'>, id: string): Promise<void> {
  const read = readConnection(await loadRecord(deps, id));
  if (!('kind' in read)) return;
  throw new ManagementProblem(
    404,
    'inexistent_connection',
    'The connection is out of use: its options are wrong',
  );
}

/** Which clients offer it, in parts. @throws {ManagementProblem} 400, 404 */
export async function listEnabledClients(
  deps: Pick<ConnectionsDeps, 'connections' | 'cursors'>,
  { id, ...part }: Part & { id: string },
): Promise<{ clients: { client_id: string }[]; next?: string }> {
  const { clientIds } = await loadRecord(deps, id);
  const list = `clients of ${id}`;
  const { items, next } = partFrom(deps, list, { items: clientIds, idOf: (clientId) => clientId, ...part });
  return {
    clients: items.map((clientId) => ({ client_id: clientId })),
    ...(next !== null && { next }),
  };
}

/** Puts it on pages, or takes it from them. @throws {ManagementProblem} 400 that names the field, 404 */
export async function enableClients(
  deps: ConnectionsDeps,
  { id, clients }: { id: string; clients: z.output<typeof enabledClientsBody> },
): Promise<void> {
  const ids = (wanted: boolean) =>
    clients.filter(({ status }) => status === wanted).map((client) => client.client_id);
  const offering = { kind: 'some' as const, enabled: ids(true), disabled: ids(false) };
  await loadRecord(deps, id);
  take(await deps.connections.change({ id, offering }, deps.clock()));
}

function describe(record: ConnectionRecord): ConnectionDocument {
  const { id, name, strategy, displayName, metadata, clientIds } = record;
  const read = readConnection(record);
  return {
    id,
    name,
    strategy,
    ...(displayName !== null && { display_name: displayName }),
    options: showOptions(record),
    enabled_clients: clientIds,
    realms: [name],
    metadata,
    is_domain_connection: false,
    show_as_button: false,
    ...('kind' in read && { options_problem: `${read.field} ${read.sentence}` }),
  };
}

/** The connection as it is kept. @throws {ManagementProblem} 404 */
export async function loadRecord(
  { connections }: Readonly<{ connections: Pick<ConnectionRegister, 'find'> }>,
  id: string,
): Promise<ConnectionRecord> {
  const record = await connections.find(id);
  if (record === null) throw inexistentConnection();
  return record;
}

function inexistentConnection(): ManagementProblem {
  return new ManagementProblem(404, 'inexistent_connection', 'The connection does not exist');
}

/** A connection is known by its name, and by nothing else that could be chosen. */
function checkRealms(name: string, realms: readonly string[] | undefined): void {
  if (realms !== undefined && (realms.length > 1 || realms.some((realm) => realm !== name)))
    throw badBody('realms', 'may hold the name of the connection alone');
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
  .nullable()
  .optional();
/** Looked at together with what is kept. */
const options = z.record(z.string(), z.unknown(), { error: 'must be an object' }).optional();

/** What Auth0's tools send of every connection. */
const more = {
  display_name: displayName(NAME_MAX_CHARACTERS).nullable().optional(),
  metadata: metadataChanges().optional(),
  realms: listOf(z.string({ error: 'must be a string' }), 10).optional(),
  is_domain_connection: only(false, 'clients are told one by one which connections they have').optional(),
  show_as_button: only(false, 'people type their address, and press no button for it').optional(),
};

/** A connection to make. */
export const connectionBody = fieldsOf({
  name: text(1, NAME_MAX_CHARACTERS).regex(
    CONNECTION_NAME,
    'may hold letters, digits, and single hyphens between them',
  ),
  strategy: z.enum(CHANNELS, { error: `must be ${CHANNELS.join(' or ')}` }),
  options,
  enabled_clients: clientIds,
  ...more,
});

/** What of a connection may change. */
export const connectionChangeBody = fieldsOf({ options, enabled_clients: clientIds, ...more });

/** Auth0's figure. */
const ENABLED_AT_ONCE_MAX = 50;

/** Clients that offer it from now on, and clients that no longer do. */
export const enabledClientsBody = z
  .array(fieldsOf({ client_id: clientId(), status: z.boolean({ error: 'must be true or false' }) }), {
    error: 'must be a list of { client_id, status }',
  })
  .min(1, 'must not be empty')
  .max(ENABLED_AT_ONCE_MAX, `may hold ${ENABLED_AT_ONCE_MAX} entries at most`);
