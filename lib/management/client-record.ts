// A client as it is kept, read and changed: whoever changes a part of it leaves the others' parts alone.
import type { ClientRecord, ClientRegister, NewClient } from '@/lib/oidc/client-register';
import { ManagementProblem } from './problem';

/** How often a change is tried again that somebody else was quicker with. */
const TRIES = 5;

/**
 * Changes a client as `decide` says of what is there; it is asked again where somebody else was quicker, so that of two changes
 * at once both are made.
 * @returns the client as it is now, and what else `decide` said
 * @throws {ManagementProblem} 404, 409, and what `decide` throws
 */
export async function changeClient<Said>(
  { clients, clock }: Readonly<{ clients: Pick<ClientRegister, 'load' | 'change'>; clock: () => Date }>,
  clientId: string,
  decide: (client: ClientRecord) => Promise<{ changes: Partial<Omit<NewClient, 'clientId'>>; said: Said }>,
): Promise<{ client: ClientRecord; said: Said }> {
  for (let tries = 0; tries < TRIES; tries++) {
    const read = await loadRecord({ clients }, clientId);
    const { changes, said } = await decide(read);
    const client = await clients.change({ clientId, read: read.updatedAt, changes }, clock());
    if (client !== null) return { client, said };
  }
  throw new ManagementProblem(409, 'client_conflict', 'The client is being changed by others. Try again.');
}

/** @throws {ManagementProblem} 404 */
export async function loadRecord(
  { clients }: Readonly<{ clients: Pick<ClientRegister, 'load'> }>,
  clientId: string,
): Promise<ClientRecord> {
  const client = await clients.load(clientId);
  if (client === null) throw inexistentClient();
  return client;
}

/** There is no client of that id. */
export function inexistentClient(): ManagementProblem {
  return new ManagementProblem(404, 'inexistent_client', 'The client does not exist');
}
