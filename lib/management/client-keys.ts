// The keys by which a client proves itself, one by one: Auth0's credentials of the type `public_key`. A key is registered, then
// used, and taken out of use before it goes. RFC 7523; auth0-contract §5.5; security CLI-5.
import { z } from 'zod';
import {
  CLIENT_SIGNING_ALGORITHMS,
  type ClientCredential,
  KEYS_MAX,
  parseClientPem,
} from '@/lib/oidc/client-key';
import type { ClientRegister } from '@/lib/oidc/client-register';
import { changeClient, loadRecord } from './client-record';
import { displayName, fieldsOf, instant, oneOf, only, text } from './fields';
import { ManagementProblem, notSupported } from './problem';
import { badBody, type Frozen } from './route';

export type ClientKeysDeps = Readonly<{
  clients: ClientRegister;
  /** `cred_` and 16 characters. */
  drawCredentialId(): string;
  clock: () => Date;
}>;

const PEM_MAX_CHARACTERS = 8_192;

// ---- On the wire ----------------------------------------------------------------------------------------------------

const expiry = () =>
  z.iso.datetime({ offset: true, error: 'must be an instant such as 2031-05-06T07:08:09Z' });

/** A key to register. */
export const credentialBody = fieldsOf({
  credential_type: only('public_key', 'certificates prove nothing here'),
  name: displayName(128).optional(),
  pem: text(1, PEM_MAX_CHARACTERS),
  alg: oneOf(CLIENT_SIGNING_ALGORITHMS).default('RS256'),
  kid: text(1, 64)
    .regex(/^[A-Za-z0-9_-]+$/, 'may hold letters, digits, - and _')
    .optional(),
  expires_at: expiry().optional(),
  parse_expiry_from_cert: only(false, 'say it as expires_at').optional(),
});

/** What of a key may change: when it ends. */
export const credentialChangeBody = fieldsOf({ expires_at: expiry().nullable() });

/** `client_authentication_methods` of a client that is made: its keys. */
export const newAuthenticationMethods = fieldsOf({
  private_key_jwt: fieldsOf({
    credentials: z
      .array(credentialBody, { error: 'must be a list of keys' })
      .min(1, 'must not be empty')
      .max(KEYS_MAX, `may hold ${KEYS_MAX} entries at most`),
  }),
});

/** `client_authentication_methods` of a client that is there: which of its keys it uses. */
export const authenticationMethods = fieldsOf({
  private_key_jwt: fieldsOf({
    credentials: z
      .array(fieldsOf({ id: text(1, 64) }), { error: 'must be a list of { id }' })
      .max(KEYS_MAX, `may hold ${KEYS_MAX} entries at most`),
  }),
});

/** A key on the wire. */
export const credentialDocument = z.strictObject({
  id: z.string(),
  name: z.string().optional(),
  kid: z.string(),
  alg: z.string(),
  credential_type: z.literal('public_key'),
  created_at: instant(),
  updated_at: instant(),
  expires_at: instant().optional(),
});

export type CredentialDocument = Frozen<z.output<typeof credentialDocument>>;

function describe({ id, name, key, expiresAt, createdAt, updatedAt }: ClientCredential): CredentialDocument {
  return {
    id,
    ...(name !== null && { name }),
    kid: key.kid ?? '',
    alg: key.alg ?? '',
    credential_type: 'public_key',
    created_at: createdAt,
    updated_at: updatedAt,
    ...(expiresAt !== null && { expires_at: expiresAt }),
  };
}

// ---- What can be done -----------------------------------------------------------------------------------------------

/** Keys of a client that is made, which uses them at once. @throws {ManagementProblem} 400 that names the field */
export async function makeUsedCredentials(
  deps: Pick<ClientKeysDeps, 'drawCredentialId' | 'clock'>,
  sent: z.output<typeof newAuthenticationMethods>['private_key_jwt']['credentials'],
): Promise<readonly ClientCredential[]> {
  const field = 'client_authentication_methods.private_key_jwt.credentials';
  const made = await Promise.all(
    sent.map((key, index) => makeCredential(deps, key, `${field}[${index}].pem`)),
  );
  if (new Set(made.map(({ key }) => key.kid)).size < made.length)
    throw badBody(field, 'must not hold two keys of one kid');
  return made.map((credential) => ({ ...credential, isUsed: true }));
}

async function makeCredential(
  deps: Pick<ClientKeysDeps, 'drawCredentialId' | 'clock'>,
  sent: z.output<typeof credentialBody>,
  field: string,
): Promise<ClientCredential> {
  const key = await parseClientPem(sent.pem, { alg: sent.alg, kid: sent.kid });
  if (typeof key === 'string') throw badBody(field, key);
  const now = deps.clock().toISOString();
  return {
    id: deps.drawCredentialId(),
    name: sent.name ?? null,
    key,
    isUsed: false,
    expiresAt: sent.expires_at === undefined ? null : instantOf(sent.expires_at),
    createdAt: now,
    updatedAt: now,
  };
}

/** The keys of a client, of which these are used from now on. @throws {ManagementProblem} 400 for one that it has not */
export function markUsed(
  credentials: readonly ClientCredential[],
  ids: readonly string[],
): readonly ClientCredential[] {
  const known = new Set(credentials.map(({ id }) => id));
  const unknown = ids.findIndex((id) => !known.has(id));
  if (unknown !== -1) {
    const field = `client_authentication_methods.private_key_jwt.credentials[${unknown}].id`;
    throw badBody(field, 'is no credential of this client');
  }
  return credentials.map((credential) => ({ ...credential, isUsed: ids.includes(credential.id) }));
}

/** @throws {ManagementProblem} 404 */
export async function listCredentials(
  deps: Pick<ClientKeysDeps, 'clients'>,
  clientId: string,
): Promise<CredentialDocument[]> {
  return (await loadRecord(deps, clientId)).credentials.map(describe);
}

/** @throws {ManagementProblem} 404 */
export async function loadCredential(
  deps: Pick<ClientKeysDeps, 'clients'>,
  { clientId, id }: Of,
): Promise<CredentialDocument> {
  return describe(find((await loadRecord(deps, clientId)).credentials, id));
}

type Of = Readonly<{ clientId: string; id: string }>;

/** Registers a key, which proves nothing until the client uses it. @throws {ManagementProblem} 400 that names the field, 404 */
export async function createCredential(
  deps: ClientKeysDeps,
  { clientId, body }: { clientId: string; body: z.output<typeof credentialBody> },
): Promise<CredentialDocument> {
  const credential = await makeCredential(deps, body, 'pem');
  await changeClient(deps, clientId, async ({ credentials }) => {
    if (credentials.length >= KEYS_MAX) throw notSupported(`A client has ${KEYS_MAX} credentials at most.`);
    if (credentials.some(({ key }) => key.kid === credential.key.kid))
      throw badBody('kid', 'is that of another credential of this client');
    return { changes: { credentials: [...credentials, credential] }, said: null };
  });
  return describe(credential);
}

/** Says when a key ends. @throws {ManagementProblem} 404 */
export async function updateCredential(
  deps: ClientKeysDeps,
  { clientId, id, body }: Of & { body: z.output<typeof credentialChangeBody> },
): Promise<CredentialDocument> {
  const { said } = await changeClient(deps, clientId, async ({ credentials }) => {
    const changed: ClientCredential = {
      ...find(credentials, id),
      expiresAt: body.expires_at === null ? null : instantOf(body.expires_at),
      updatedAt: deps.clock().toISOString(),
    };
    const all = credentials.map((credential) => (credential.id === id ? changed : credential));
    return { changes: { credentials: all }, said: changed };
  });
  return describe(said);
}

/** @throws {ManagementProblem} 400 for one that is used, 404 */
export async function removeCredential(deps: ClientKeysDeps, { clientId, id }: Of): Promise<void> {
  await changeClient(deps, clientId, async ({ credentials }) => {
    if (find(credentials, id).isUsed) {
      throw notSupported(
        'The credential is in use. Take it out of client_authentication_methods of the client first.',
      );
    }
    return { changes: { credentials: credentials.filter((credential) => credential.id !== id) }, said: null };
  });
}

function find(credentials: readonly ClientCredential[], wanted: string): ClientCredential {
  const credential = credentials.find(({ id }) => id === wanted);
  if (credential === undefined)
    throw new ManagementProblem(404, 'inexistent_credential', 'The credential does not exist');
  return credential;
}

function instantOf(text: string): string {
  return new Date(text).toISOString();
}
