// APIs as operators see them, in Auth0's names. An identifier is for good; of the management API, which is the server's own,
// next to nothing can be changed. RFC 6749 §3.3 for scopes; auth0-contract §5.5.
import { z } from 'zod';
import { userinfoAudience } from '@/lib/oidc/access-token';
import type { ApiScope } from '@/lib/oidc/resource-server';
import type {
  NewResourceServer,
  ResourceServerRecord,
  ResourceServerRegister,
} from '@/lib/oidc/resource-server-register';
import { isKnownScope } from '@/lib/oidc/scope';
import { MAX_BYTES } from '@/lib/oidc/vocabulary';
import { displayName, fieldsOf, flag, oneOf, only, text, wholeNumber } from './fields';
import { ManagementProblem, notSupported } from './problem';
import { badBody, type Frozen } from './route';

export type ResourceServersDeps = Readonly<{
  resourceServers: ResourceServerRegister;
  /** 24 hex digits. */
  drawResourceServerId(): string;
  /** With its trailing slash. */
  issuer: string;
  clock: () => Date;
}>;

/** `signing_alg` values. */
export const SIGNING_ALGORITHMS = ['RS256', 'ES256', 'EdDSA'] as const;

const TOKEN_DIALECTS = ['rfc9068_profile', 'access_token'] as const;

/** Auth0's figures. */
const NAME_MAX_CHARACTERS = 200;
const SCOPES_MAX = 1000;
const SCOPE_MAX_CHARACTERS = 280;
const DESCRIPTION_MAX_CHARACTERS = 500;
const LIFETIME_MAX_SECONDS = 2_592_000;
const LIFETIME_SECONDS = 86_400;
const LIFETIME_FOR_WEB_SECONDS = 7_200;
/** Tokens with which the installation itself is managed live a day at most (MGT-5). */
const MANAGEMENT_LIFETIME_MAX_SECONDS = 86_400;

// ---- On the wire ----------------------------------------------------------------------------------------------------

const scope = fieldsOf({
  value: text(1, SCOPE_MAX_CHARACTERS)
    .regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/, 'may hold printable ASCII without blanks, " and \\')
    .refine((value) => !isKnownScope(value), 'is a scope of OpenID Connect, which every client may ask for'),
  description: text(0, DESCRIPTION_MAX_CHARACTERS).optional(),
});

/** What of an API may change: whatever is left out stays as it is; scopes are replaced all together. */
export const resourceServerChangeBody = fieldsOf({
  name: displayName(NAME_MAX_CHARACTERS).optional(),
  scopes: z
    .array(scope, { error: 'must be a list of { value, description }' })
    .max(SCOPES_MAX, `may hold ${SCOPES_MAX} entries at most`)
    .refine(
      (scopes) => new Set(scopes.map(({ value }) => value)).size === scopes.length,
      'must not hold two of one value',
    )
    .optional(),
  signing_alg: oneOf(SIGNING_ALGORITHMS).optional(),
  token_lifetime: wholeNumber(1, LIFETIME_MAX_SECONDS).optional(),
  token_lifetime_for_web: wholeNumber(1, LIFETIME_MAX_SECONDS).optional(),
  allow_offline_access: flag().optional(),
  skip_consent_for_verifiable_first_party_clients: flag().optional(),
  token_dialect: oneOf(TOKEN_DIALECTS).optional(),
  enforce_policies: only(false, 'a token has the scopes that were granted').optional(),
});

type ResourceServerChangeBody = z.output<typeof resourceServerChangeBody>;

/** An API to make. */
export const resourceServerBody = resourceServerChangeBody.extend({
  identifier: text(1, MAX_BYTES.audience).regex(
    /^[\x21\x23-\x3b\x3d\x3f-\x7e]+$/,
    'may hold printable ASCII without blanks, ", < and >',
  ),
});

/** An API on the wire. */
export const resourceServerDocument = z.strictObject({
  id: z.string(),
  name: z.string(),
  identifier: z.string(),
  is_system: z.boolean(),
  scopes: z.array(z.strictObject({ value: z.string(), description: z.string().optional() })),
  signing_alg: z.enum(SIGNING_ALGORITHMS),
  token_lifetime: z.int(),
  token_lifetime_for_web: z.int(),
  allow_offline_access: z.boolean(),
  skip_consent_for_verifiable_first_party_clients: z.boolean(),
  token_dialect: z.enum(TOKEN_DIALECTS),
  enforce_policies: z.literal(false),
});

export type ResourceServerDocument = Frozen<z.output<typeof resourceServerDocument>>;

function describe(api: ResourceServerRecord): ResourceServerDocument {
  return {
    id: api.id,
    name: api.name,
    identifier: api.identifier,
    is_system: api.isSystem,
    scopes: api.scopes.map(({ value, description }) => ({
      value,
      ...(description !== '' && { description }),
    })),
    signing_alg: api.signingAlgorithm,
    token_lifetime: api.tokenLifetimeSeconds,
    token_lifetime_for_web: api.tokenLifetimeForWebSeconds,
    allow_offline_access: api.allowOfflineAccess,
    skip_consent_for_verifiable_first_party_clients: api.skipConsent,
    token_dialect: api.tokenDialect,
    enforce_policies: false,
  };
}

// ---- What can be done -----------------------------------------------------------------------------------------------

/** A part of the APIs, the management API first; an installation has few. @param wanted.identifiers left out: all */
export async function listResourceServers(
  { resourceServers }: Pick<ResourceServersDeps, 'resourceServers'>,
  { offset, limit, identifiers }: { offset: number; limit: number; identifiers?: string[] | undefined },
): Promise<{ items: ResourceServerDocument[]; total: number }> {
  const all = await resourceServers.list();
  const found = all.filter(({ identifier }) => identifiers?.includes(identifier) ?? true);
  return { items: found.slice(offset, offset + limit).map(describe), total: found.length };
}

/** @param id or the identifier @throws {ManagementProblem} 404 */
export async function loadResourceServer(
  deps: Pick<ResourceServersDeps, 'resourceServers'>,
  id: string,
): Promise<ResourceServerDocument> {
  return describe(await loadApiRecord(deps, id));
}

/** @throws {ManagementProblem} 400 that names the field, 409 */
export async function createResourceServer(
  deps: ResourceServersDeps,
  body: z.output<typeof resourceServerBody>,
): Promise<ResourceServerDocument> {
  const { identifier } = body;
  if (identifier === userinfoAudience(deps.issuer))
    throw badBody('identifier', 'is the audience of UserInfo');
  const unset: NewResourceServer = {
    id: deps.drawResourceServerId(),
    identifier,
    name: identifier.slice(0, NAME_MAX_CHARACTERS),
    scopes: [],
    signingAlgorithm: 'RS256',
    tokenLifetimeSeconds: LIFETIME_SECONDS,
    tokenLifetimeForWebSeconds: LIFETIME_FOR_WEB_SECONDS,
    allowOfflineAccess: false,
    skipConsent: true,
    tokenDialect: 'rfc9068_profile',
    isSystem: false,
  };
  const api = { ...unset, ...columnsOf(unset, body) };
  const now = deps.clock();
  if (await deps.resourceServers.add(api, now)) return describe({ ...api, updatedAt: now });
  throw new ManagementProblem(
    409,
    'resource_server_conflict',
    'An API with the same identifier already exists',
  );
}

/** How often a change is tried again that somebody else was quicker with. */
const TRIES = 5;

/** Changes what was sent and leaves the rest. @throws {ManagementProblem} 400 that names the field, 404, 409 */
export async function updateResourceServer(
  deps: Pick<ResourceServersDeps, 'resourceServers' | 'clock'>,
  { id, body }: { id: string; body: ResourceServerChangeBody },
): Promise<ResourceServerDocument> {
  for (let tries = 0; tries < TRIES; tries++) {
    const api = await loadApiRecord(deps, id);
    if (api.isSystem) checkSystemChange(describe(api), body);
    const change = { id: api.id, read: api.updatedAt, changes: columnsOf(api, body) };
    const changed = await deps.resourceServers.change(change, deps.clock());
    if (changed !== null) return describe(changed);
  }
  throw new ManagementProblem(
    409,
    'resource_server_conflict',
    'The API is being changed by others. Try again.',
  );
}

/**
 * Ends an API with its grants; whatever people let clients have of it is dead.
 * @throws {ManagementProblem} 400 for the management API, 404
 */
export async function removeResourceServer(
  deps: Pick<ResourceServersDeps, 'resourceServers' | 'clock'>,
  id: string,
): Promise<void> {
  const api = await loadApiRecord(deps, id);
  if (api.isSystem) throw notSupported('The management API cannot be deleted.');
  if (!(await deps.resourceServers.remove(api.id, deps.clock()))) throw inexistentApi();
}

/** @throws {ManagementProblem} 404 */
async function loadApiRecord(
  { resourceServers }: Pick<ResourceServersDeps, 'resourceServers'>,
  id: string,
): Promise<ResourceServerRecord> {
  const api = await resourceServers.load(id);
  if (api === null) throw inexistentApi();
  return api;
}

/** There is no API of that id or identifier. */
export function inexistentApi(): ManagementProblem {
  return new ManagementProblem(404, 'inexistent_resource_server', 'The API does not exist');
}

/** Its scopes follow the version, its identifier the issuer. What it is already may be said: tools send all that they read. */
function checkSystemChange(before: ResourceServerDocument, body: ResourceServerChangeBody): void {
  const { token_lifetime: lifetime, token_lifetime_for_web: _, signing_alg: __, ...others } = body;
  const [field] =
    Object.entries(others).find(
      ([name, value]) =>
        value !== undefined &&
        JSON.stringify(value) !== JSON.stringify(before[name as keyof ResourceServerDocument]),
    ) ?? [];
  if (field !== undefined)
    throw notSupported(`The management API is the server’s own: ${field} cannot be changed.`);
  if (lifetime !== undefined && lifetime > MANAGEMENT_LIFETIME_MAX_SECONDS)
    throw badBody(
      'token_lifetime',
      `may be ${MANAGEMENT_LIFETIME_MAX_SECONDS} at most for the management API`,
    );
}

/** What a body changes of the columns. Tokens from the front live no longer than others, unless that is what is asked for. */
function columnsOf(
  before: NewResourceServer,
  body: ResourceServerChangeBody,
): Partial<Omit<NewResourceServer, 'id' | 'identifier' | 'isSystem'>> {
  const tokenLifetimeSeconds = body.token_lifetime ?? before.tokenLifetimeSeconds;
  if (body.token_lifetime_for_web !== undefined && body.token_lifetime_for_web > tokenLifetimeSeconds)
    throw badBody('token_lifetime_for_web', 'may not be more than token_lifetime');
  return {
    name: body.name ?? before.name,
    scopes: body.scopes?.map(scopeOf) ?? before.scopes,
    signingAlgorithm: body.signing_alg ?? before.signingAlgorithm,
    tokenLifetimeSeconds,
    tokenLifetimeForWebSeconds: Math.min(
      body.token_lifetime_for_web ?? before.tokenLifetimeForWebSeconds,
      tokenLifetimeSeconds,
    ),
    allowOfflineAccess: body.allow_offline_access ?? before.allowOfflineAccess,
    skipConsent: body.skip_consent_for_verifiable_first_party_clients ?? before.skipConsent,
    tokenDialect: body.token_dialect ?? before.tokenDialect,
  };
}

function scopeOf({ value, description = '' }: z.output<typeof scope>): ApiScope {
  return { value, description };
}
