// Clients as operators see them: made, listed, looked up, changed, given another secret, and ended. How they are stored, and
// how a secret is drawn and hashed, is handed in. RFC 7591, RFC 9700 §2.1; security CLI-4, MGT-5.
import { z } from 'zod';
import type { ClientRecord, ClientRegister, NewClient } from '@/lib/oidc/client-register';
import { type Caller, mayUse } from './caller';
import { type ClientKeysDeps, makeUsedCredentials, markUsed } from './client-keys';
import { changeClient, inexistentClient, loadRecord } from './client-record';
import { changeSettings, defaultSettings, hasSecret } from './client-rules';
import {
  type ClientChangeBody,
  type ClientDocument,
  type ClientSettings,
  clientDocument,
  columnsOf,
  describeClient,
  type NewClientBody,
  settingsOf,
} from './client-settings';
import { insufficientScope, type ManagementProblem, notSupported } from './problem';
import { badBody, type Frozen } from './route';

/** Draws what only chance can make, and hashes what must not be stored. */
export type ClientCredentials = Readonly<{
  drawId(): string;
  drawSecret(): string;
  hashSecret(clientSecret: string): string;
  /** For a client whose ID tokens the secret signs. */
  sealSecret(clientSecret: string): string;
}>;

export type ClientsDeps = ClientKeysDeps &
  Readonly<{
    credentials: ClientCredentials;
    /** Ids of clients that every boot makes anew from the environment. */
    declaredClients: ReadonlySet<string>;
    /** Why this server would not call an address; null: it would, as far as the address tells. */
    findOutboundRefusal(url: string): string | null;
  }>;

/** The one answer that holds a secret: shown when it is drawn, and never again (CLI-4). */
export const createdClientDocument = clientDocument.extend({ client_secret: z.string().optional() });

export type CreatedClientDocument = Frozen<z.output<typeof createdClientDocument>>;

/** Seconds that a secret lives on beside the one that takes its place, where the caller does not say: a day to deploy in. */
export const FORMER_SECRET_SECONDS = 86_400;

/** What it takes to change how a client proves itself: whoever can do that can pass for the client. Auth0's name. */
export const CLIENT_KEYS_SCOPE = 'update:client_keys';

/**
 * Makes a client.
 * @throws {ManagementProblem} 400 `invalid_body` that names the field and says what is wrong with it
 */
export async function createClient(deps: ClientsDeps, body: NewClientBody): Promise<CreatedClientDocument> {
  // Leave to use a `*` comes with the first URI that holds one.
  const uris = [...(body.callbacks ?? []), ...(body.allowed_logout_urls ?? [])];
  const wildcardRedirectUris = uris.some((uri) => uri.includes('*'));
  const keys = body.client_authentication_methods?.private_key_jwt.credentials;
  const settings = await changeSettings(defaultSettings(body), body, {
    mayUseWildcards: wildcardRedirectUris,
    findOutboundRefusal: deps.findOutboundRefusal,
    credentials: keys && (await makeUsedCredentials(deps, keys)),
  });
  const { clientSecret, columns } = secretFor(deps, settings, null);
  const client: NewClient = {
    clientId: deps.credentials.drawId(),
    ...columnsOf(settings),
    ...columns,
    wildcardRedirectUris,
    accessTokenLifetimeSeconds: 86_400,
  };
  return showSecret(await deps.clients.add(client, deps.clock()), clientSecret);
}

/** One page of clients in the order they were made, and how many there are in all. */
export async function listClients(
  deps: Pick<ClientsDeps, 'clients'>,
  wanted: Parameters<ClientRegister['list']>[0],
): Promise<{ items: ClientDocument[]; total: number }> {
  const { clients, total } = await deps.clients.list(wanted);
  return { items: clients.map(describeClient), total };
}

/** @throws {ManagementProblem} 404 */
export async function loadClient(
  deps: Pick<ClientsDeps, 'clients'>,
  clientId: string,
): Promise<ClientDocument> {
  return describeClient(await loadRecord(deps, clientId));
}

/**
 * Changes what was sent and leaves the rest: of two changes at once both are made. A secret that is drawn, because the client
 * had none and needs one now, is in the answer.
 * @throws {ManagementProblem} 400 that names the field, 403, 404, 409
 */
export async function updateClient(
  deps: ClientsDeps,
  change: { clientId: string; body: ClientChangeBody; caller: Caller },
): Promise<CreatedClientDocument> {
  const { clientId, body, caller } = change;
  checkDeclared(deps, clientId, body);
  const { client, said: clientSecret } = await changeClient(deps, clientId, async (read) => {
    const before = settingsOf(read);
    const used = body.client_authentication_methods?.private_key_jwt.credentials.map(({ id }) => id);
    const settings = await changeSettings(before, body, {
      mayUseWildcards: read.wildcardRedirectUris,
      findOutboundRefusal: deps.findOutboundRefusal,
      credentials: used && markUsed(read.credentials, used),
    });
    if (provesOtherwise(before, settings) && !mayUse(caller, [CLIENT_KEYS_SCOPE]))
      throw insufficientScope([CLIENT_KEYS_SCOPE]);
    const secret = secretFor(deps, settings, read);
    return { changes: { ...columnsOf(settings), ...secret.columns }, said: secret.clientSecret };
  });
  return showSecret(client, clientSecret);
}

/**
 * Gives a client another secret, which is in the answer; the one before is good for as long as is asked (CLI-4).
 * @throws {ManagementProblem} 400, 404
 */
export async function rotateClientSecret(
  deps: ClientsDeps,
  { clientId, formerSeconds }: { clientId: string; formerSeconds: number },
): Promise<CreatedClientDocument> {
  if (deps.declaredClients.has(clientId)) throw fromEnvironment('Change its secret there.');
  await loadRecord(deps, clientId);
  const clientSecret = deps.credentials.drawSecret();
  const now = deps.clock();
  const rotated = await deps.clients.rotateSecret(
    {
      clientId,
      secretHash: deps.credentials.hashSecret(clientSecret),
      sealedSecret: deps.credentials.sealSecret(clientSecret),
      formerSecretExpiresAt: new Date(now.getTime() + formerSeconds * 1000),
    },
    now,
  );
  if (rotated === null) throw notSupported('This client has no secret.');
  return showSecret(rotated, clientSecret);
}

/**
 * Ends a client with everything it has: its codes, tokens, grants and pushed requests.
 * @throws {ManagementProblem} 400 for one that comes from the environment, and for the one that asks; 404
 */
export async function removeClient(
  deps: Pick<ClientsDeps, 'clients' | 'declaredClients'>,
  { clientId, caller }: { clientId: string; caller: Caller },
): Promise<void> {
  if (deps.declaredClients.has(clientId)) throw fromEnvironment('Take it away there.');
  if (caller.clientId === clientId) throw notSupported('A client cannot delete itself.');
  if (!(await deps.clients.remove(clientId))) throw inexistentClient();
}

/** What every boot takes from the environment again, so that a change of it would not last. */
const FROM_ENVIRONMENT = [
  'callbacks',
  'allowed_logout_urls',
  'token_endpoint_auth_method',
  'initiate_login_uri',
] as const satisfies readonly (keyof ClientChangeBody)[];

function checkDeclared(
  { declaredClients }: Pick<ClientsDeps, 'declaredClients'>,
  clientId: string,
  body: ClientChangeBody,
): void {
  const field = FROM_ENVIRONMENT.find((name) => body[name] !== undefined);
  if (field !== undefined && declaredClients.has(clientId))
    throw fromEnvironment(`Change its ${field} there.`);
}

function fromEnvironment(sentence: string): ManagementProblem {
  return notSupported(`This client comes from the environment of the server. ${sentence}`);
}

function provesOtherwise(before: ClientSettings, after: ClientSettings): boolean {
  return (
    before.token_endpoint_auth_method !== after.token_endpoint_auth_method ||
    before.jwks !== after.jwks ||
    before.credentials !== after.credentials
  );
}

/**
 * The secrets a client with these settings is to have: those it has, or one that is drawn for it.
 * @param client null for one that is new
 */
function secretFor(
  { credentials }: Pick<ClientsDeps, 'credentials'>,
  settings: ClientSettings,
  client: ClientRecord | null,
): {
  clientSecret: string | null;
  columns: Pick<NewClient, 'secretHashes' | 'formerSecretExpiresAt' | 'sealedSecret'>;
} {
  const isSigning = settings.jwt_configuration.alg === 'HS256';
  if (!hasSecret(settings)) {
    const none = { secretHashes: [], formerSecretExpiresAt: null, sealedSecret: null };
    return { clientSecret: null, columns: none };
  }
  if (client !== null && client.secretHashes.length > 0) {
    const { secretHashes, formerSecretExpiresAt, sealedSecret } = client;
    if (isSigning && sealedSecret === null) {
      const sentence =
        'becomes HS256 only with a secret that is drawn for it: only its hash is kept of this one';
      throw badBody('jwt_configuration.alg', sentence);
    }
    const kept = { secretHashes, formerSecretExpiresAt, sealedSecret: isSigning ? sealedSecret : null };
    return { clientSecret: null, columns: kept };
  }
  const clientSecret = credentials.drawSecret();
  return {
    clientSecret,
    columns: {
      secretHashes: [credentials.hashSecret(clientSecret)],
      formerSecretExpiresAt: null,
      sealedSecret: isSigning ? credentials.sealSecret(clientSecret) : null,
    },
  };
}

function showSecret(client: ClientRecord, clientSecret: string | null): CreatedClientDocument {
  const document = describeClient(client);
  return clientSecret === null ? document : { ...document, client_secret: clientSecret };
}
