// What clients may ask of APIs by themselves, as operators see and give it. Nobody gives away more of the management API than
// they have, and no client changes what it has of it itself. RFC 6749 §4.4; auth0-contract §5.5; security MGT-5, SCP-1.
import { z } from 'zod';
import type {
  ClientGrantPlace,
  ClientGrantRecord,
  ResourceServerRegister,
} from '@/lib/oidc/resource-server-register';
import { type Caller, mayUse } from './caller';
import { inexistentClient } from './client-record';
import { clientId, fieldsOf, only, text } from './fields';
import { type Cursors, openCursor, sealCursor, TAKE_DEFAULT } from './paging';
import { insufficientScope, ManagementProblem, notSupported } from './problem';
import { inexistentApi } from './resource-servers';
import { badBody, type Frozen } from './route';

export type ClientGrantsDeps = Readonly<{
  resourceServers: ResourceServerRegister;
  /** `cgr_` and 16 characters. */
  drawGrantId(): string;
  /** Ids of clients whose grant of the management API every boot makes anew. */
  declaredClients: ReadonlySet<string>;
  cursors: Cursors;
  clock: () => Date;
}>;

/** As many as an API has. */
const SCOPES_MAX = 1000;

// ---- On the wire ----------------------------------------------------------------------------------------------------

/** Looked at together with the API. */
const scopes = z
  .array(text(1, 280), { error: 'must be a list of strings' })
  .max(SCOPES_MAX, `may hold ${SCOPES_MAX} entries at most`)
  .transform((values) => [...new Set(values)]);

/** A grant to give. */
export const clientGrantBody = fieldsOf({
  client_id: clientId(),
  audience: text(1, 600),
  scope: scopes.default([]),
  subject_type: only('client', 'what a person lets a client have is no client grant').optional(),
});

/** What of a grant may change: the scopes, all together. */
export const clientGrantChangeBody = fieldsOf({ scope: scopes });

/** A grant on the wire. */
export const clientGrantDocument = z.strictObject({
  id: z.string(),
  client_id: z.string(),
  audience: z.string(),
  scope: z.array(z.string()),
  subject_type: z.literal('client'),
});

export type ClientGrantDocument = Frozen<z.output<typeof clientGrantDocument>>;

function describe({ id, clientId, audience, scopes }: ClientGrantRecord): ClientGrantDocument {
  return { id, client_id: clientId, audience, scope: scopes, subject_type: 'client' };
}

// ---- What can be done -----------------------------------------------------------------------------------------------

type Wanted = Readonly<{ clientId?: string | undefined; audience?: string | undefined }>;

/** A part of the grants, the oldest first, and how many there are of those that are wanted. */
export async function listClientGrants(
  { resourceServers }: Pick<ClientGrantsDeps, 'resourceServers'>,
  wanted: Wanted & { offset: number; limit: number },
): Promise<{ items: ClientGrantDocument[]; total: number }> {
  const { grants, total } = await resourceServers.listGrants(wanted);
  return { items: grants.map(describe), total };
}

const LIST = 'client grants';

/** The same from a place on, and the place where it goes on; null at its end. @throws {ManagementProblem} 400 */
export async function listClientGrantsFrom(
  { resourceServers, cursors }: Pick<ClientGrantsDeps, 'resourceServers' | 'cursors'>,
  { from, take = TAKE_DEFAULT, ...wanted }: Wanted & { from?: string | undefined; take?: number | undefined },
): Promise<{ client_grants: ClientGrantDocument[]; next: string | null }> {
  const place = z.strictObject({ createdAt: z.coerce.date(), id: z.string() });
  const after: ClientGrantPlace | null = openCursor(cursors, { from, list: LIST, place });
  // One more than is wanted tells whether it goes on.
  const { grants } = await resourceServers.listGrants({ ...wanted, after, limit: take + 1 });
  const part = grants.slice(0, take);
  const last = grants.length > take ? part.at(-1) : undefined;
  return {
    client_grants: part.map(describe),
    next: last
      ? sealCursor(cursors, { list: LIST, after: { createdAt: last.createdAt, id: last.id } })
      : null,
  };
}

/** @throws {ManagementProblem} 404 */
export async function loadClientGrant(
  deps: Pick<ClientGrantsDeps, 'resourceServers'>,
  id: string,
): Promise<ClientGrantDocument> {
  return describe(await loadGrant(deps, id));
}

/** @throws {ManagementProblem} 400 that names the field, 403, 404 for client or API, 409 */
export async function createClientGrant(
  deps: ClientGrantsDeps,
  { body, caller }: { body: z.output<typeof clientGrantBody>; caller: Caller },
): Promise<ClientGrantDocument> {
  const { audience, scope } = body;
  await checkScopes(deps, { audience, scope, before: [], caller });
  const now = deps.clock();
  const grant = { id: deps.drawGrantId(), clientId: body.client_id, audience, scopes: scope };
  switch (await deps.resourceServers.grant(grant, now)) {
    case 'granted':
      return describe({ ...grant, createdAt: now });
    case 'granted_before':
      throw new ManagementProblem(409, 'client_grant_conflict', 'The client has a grant of this API already');
    case 'unknown_client':
      throw inexistentClient();
    case 'unknown_api':
      throw inexistentApi();
  }
}

/** Puts these scopes in the place of those it had. @throws {ManagementProblem} 400 that names the field, 403, 404 */
export async function updateClientGrant(
  deps: ClientGrantsDeps,
  { id, scope, caller }: { id: string; scope: readonly string[]; caller: Caller },
): Promise<ClientGrantDocument> {
  const grant = await loadGrant(deps, id);
  await checkMayTouch(deps, grant, caller);
  await checkScopes(deps, { audience: grant.audience, scope, before: grant.scopes, caller });
  const changed = await deps.resourceServers.changeGrant({ id, scopes: scope }, deps.clock());
  if (changed === null) throw inexistentGrant();
  return describe(changed);
}

/** @throws {ManagementProblem} 400, 404 */
export async function removeClientGrant(
  deps: ClientGrantsDeps,
  { id, caller }: { id: string; caller: Caller },
): Promise<void> {
  await checkMayTouch(deps, await loadGrant(deps, id), caller);
  if (!(await deps.resourceServers.removeGrant(id))) throw inexistentGrant();
}

async function loadGrant(
  { resourceServers }: Pick<ClientGrantsDeps, 'resourceServers'>,
  id: string,
): Promise<ClientGrantRecord> {
  const grant = await resourceServers.findGrant(id);
  if (grant === null) throw inexistentGrant();
  return grant;
}

function inexistentGrant(): ManagementProblem {
  return new ManagementProblem(404, 'inexistent_client_grant', 'The client grant does not exist');
}

/** What is added the API has, and whoever gives scopes of the management API away has them too. */
async function checkScopes(
  { resourceServers }: Pick<ClientGrantsDeps, 'resourceServers'>,
  given: { audience: string; scope: readonly string[]; before: readonly string[]; caller: Caller },
): Promise<void> {
  const { audience, scope, before, caller } = given;
  const api = await resourceServers.load(audience);
  if (api?.identifier !== audience) throw inexistentApi();
  const known = new Set([...before, ...api.scopes.map(({ value }) => value)]);
  const unknown = scope.findIndex((value) => !known.has(value));
  if (unknown !== -1) throw badBody(`scope[${unknown}]`, 'is not a scope of the API');
  const missing = scope.find((value) => !before.includes(value) && !mayUse(caller, [value]));
  if (api.isSystem && missing !== undefined) throw insufficientScope([missing]);
}

/** Who manages the installation may be decided by others alone, and by the environment before them. */
async function checkMayTouch(
  { resourceServers, declaredClients }: Pick<ClientGrantsDeps, 'resourceServers' | 'declaredClients'>,
  { clientId, audience }: ClientGrantRecord,
  caller: Caller,
): Promise<void> {
  if ((await resourceServers.load(audience))?.isSystem !== true) return;
  if (caller.clientId === clientId)
    throw notSupported('A client cannot change its own grant of the management API.');
  if (declaredClients.has(clientId))
    throw notSupported('This grant comes from the environment of the server. Change it there.');
}
