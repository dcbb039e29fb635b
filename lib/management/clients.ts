// Clients as operators see them: made, listed, looked up, in Auth0's names. What a client may be is checked here; how it
// is stored, and how its secret is drawn and hashed, is handed in. RFC 7591 §2, RFC 9700 §2.1.
import { z } from 'zod';
import type { Client } from '@/lib/oidc/client';
import { type ClientKey, parseClientKeys } from '@/lib/oidc/client-key';
import type { ClientRegister, NewClient } from '@/lib/oidc/client-register';
import { OAuthError } from '@/lib/oidc/errors';
import { checkRegistrableRedirectUri } from '@/lib/oidc/redirect-uri';
import { AUTHORIZATION_CODE_GRANT, TOKEN_ENDPOINT_AUTH_METHODS } from '@/lib/oidc/vocabulary';
import { describeLogout, logoutDocument, newLogoutFields, readLogoutSettings } from './client-logout';
import { describeRefresh, newRefreshFields, readRefreshSettings, refreshDocument } from './client-refresh';
import { displayName, fieldsOf, flag, listOf, oneOf, webAddress, webOrigin } from './fields';
import { ManagementProblem } from './problem';
import { badBody, type Frozen } from './route';

/** Draws what only chance can make, and hashes what must not be stored. */
export type ClientCredentials = Readonly<{
  drawId(): string;
  drawSecret(): string;
  hashSecret(clientSecret: string): string;
  /** For a client whose ID tokens the secret signs. */
  sealSecret(clientSecret: string): string;
}>;

export type ClientsDeps = Readonly<{
  clients: ClientRegister;
  credentials: ClientCredentials;
  /** Why this server would not call an address; null: it would, as far as the address tells. */
  findOutboundRefusal(url: string): string | null;
  clock: () => Date;
}>;

/** `app_type` values. */
export const APPLICATION_TYPES = ['regular_web', 'spa', 'native', 'non_interactive'] as const;

/** `grant_types` values. */
export const GRANT_TYPES = [
  AUTHORIZATION_CODE_GRANT,
  'refresh_token',
  'client_credentials',
  'implicit',
  'http://auth0.com/oauth/grant-type/passwordless/otp',
] as const;

/** `jwt_configuration.alg` values: our key, or the client's secret. */
export const ID_TOKEN_ALGORITHMS = ['RS256', 'HS256'] as const;

/** A client on the wire. No secret, not even hashed (MGT-4). */
export const clientDocument = z.strictObject({
  client_id: z.string(),
  name: z.string(),
  app_type: z.enum(APPLICATION_TYPES),
  is_first_party: z.boolean(),
  callbacks: z.array(z.string()),
  allowed_logout_urls: z.array(z.string()),
  ...logoutDocument,
  refresh_token: refreshDocument,
  web_origins: z.array(z.string()),
  allowed_origins: z.array(z.string()),
  grant_types: z.array(z.string()),
  token_endpoint_auth_method: z.string(),
  /** Public keys, of a client that proves itself by them. */
  jwks: z.strictObject({ keys: z.array(z.custom<ClientKey>()) }).optional(),
  require_pkce: z.boolean(),
  require_pushed_authorization_requests: z.boolean(),
  logo_uri: z.string().nullable(),
  initiate_login_uri: z.string().nullable(),
  jwt_configuration: z.strictObject({ alg: z.enum(ID_TOKEN_ALGORITHMS), lifetime_in_seconds: z.int() }),
});

export type ClientDocument = Frozen<z.output<typeof clientDocument>>;

/** The one answer that holds a secret: shown when the client is made, and never again (CLI-4). */
export const createdClientDocument = clientDocument.extend({ client_secret: z.string().optional() });

export type CreatedClientDocument = Frozen<z.output<typeof createdClientDocument>>;

/**
 * Makes a client.
 * @throws {ManagementProblem} 400 `invalid_body` that names the field and says what is wrong with it
 */
export async function createClient(deps: ClientsDeps, sent: NewClientBody): Promise<CreatedClientDocument> {
  const body = completeBody(sent);
  const jwks = await parseJwks(body);
  const clientSecret = body.token_endpoint_auth_method.startsWith('client_secret')
    ? deps.credentials.drawSecret()
    : null;
  const client: NewClient = {
    clientId: deps.credentials.drawId(),
    name: body.name,
    isFirstParty: body.is_first_party,
    applicationType: body.app_type,
    tokenEndpointAuthMethod: body.token_endpoint_auth_method,
    secretHashes: clientSecret === null ? [] : [deps.credentials.hashSecret(clientSecret)],
    sealedSecret:
      clientSecret !== null && signsIdTokens(body) ? deps.credentials.sealSecret(clientSecret) : null,
    jwks,
    redirectUris: body.callbacks,
    postLogoutRedirectUris: body.allowed_logout_urls,
    ...readLogoutSettings(body, deps.findOutboundRefusal),
    ...readRefreshSettings(body.refresh_token, {
      isPublic: body.token_endpoint_auth_method === 'none',
      isBrowserApp: body.app_type === 'spa',
    }),
    webOrigins: body.web_origins,
    allowedOrigins: body.allowed_origins,
    grantTypes: body.grant_types,
    requirePkce: body.require_pkce,
    requirePushedRequests: body.require_pushed_authorization_requests,
    wildcardRedirectUris: [...body.callbacks, ...body.allowed_logout_urls].some(hasWildcard),
    idTokenLifetimeSeconds: 36_000,
    accessTokenLifetimeSeconds: 86_400,
    profileClaimsInIdToken: true,
    logoUri: body.logo_uri,
    initiateLoginUri: body.initiate_login_uri,
  };
  const document = describe(await deps.clients.add(client, deps.clock()));
  return clientSecret === null ? document : { ...document, client_secret: clientSecret };
}

/** One page of clients in the order they were made, and how many there are in all. */
export async function listClients(
  deps: Pick<ClientsDeps, 'clients'>,
  range: { offset: number; limit: number },
): Promise<{ items: ClientDocument[]; total: number }> {
  const { clients, total } = await deps.clients.list(range);
  return { items: clients.map(describe), total };
}

/** @throws {ManagementProblem} 404 */
export async function loadClient(
  deps: Pick<ClientsDeps, 'clients'>,
  clientId: string,
): Promise<ClientDocument> {
  const client = await deps.clients.find(clientId);
  if (client === null) throw new ManagementProblem(404, 'inexistent_client', 'The client does not exist');
  return describe(client);
}

function describe(client: Client): ClientDocument {
  return {
    client_id: client.clientId,
    name: client.name,
    app_type: client.applicationType,
    is_first_party: client.isFirstParty,
    callbacks: client.redirectUris,
    allowed_logout_urls: client.postLogoutRedirectUris,
    ...describeLogout(client),
    refresh_token: describeRefresh(client),
    web_origins: client.webOrigins,
    allowed_origins: client.allowedOrigins,
    grant_types: client.grantTypes,
    // Auth0's word for a client whose method nobody chose.
    token_endpoint_auth_method:
      client.tokenEndpointAuthMethod === 'client_secret'
        ? 'client_secret_post'
        : client.tokenEndpointAuthMethod,
    ...(client.jwks.length > 0 && { jwks: { keys: client.jwks } }),
    require_pkce: client.requirePkce,
    require_pushed_authorization_requests: client.requirePushedRequests,
    logo_uri: client.logoUri,
    initiate_login_uri: client.initiateLoginUri,
    jwt_configuration: {
      alg: client.sealedSecret === null ? 'RS256' : 'HS256',
      lifetime_in_seconds: client.idTokenLifetimeSeconds,
    },
  };
}

// ---- What may be sent -----------------------------------------------------------------------------------------------

const LIST_MAX = 100;

/** Each field by itself. */
export const newClientBody = fieldsOf({
  name: displayName(100),
  app_type: oneOf(APPLICATION_TYPES),
  is_first_party: flag().default(true),
  callbacks: listOf(uri(), LIST_MAX).default([]),
  allowed_logout_urls: listOf(uri(), LIST_MAX).default([]),
  ...newLogoutFields,
  refresh_token: newRefreshFields.optional(),
  web_origins: listOf(webOrigin(), LIST_MAX).default([]),
  allowed_origins: listOf(webOrigin(), LIST_MAX).default([]),
  grant_types: listOf(oneOf(GRANT_TYPES), LIST_MAX).optional(),
  token_endpoint_auth_method: oneOf(TOKEN_ENDPOINT_AUTH_METHODS).optional(),
  jwks: z.unknown().optional(),
  jwt_configuration: fieldsOf({ alg: oneOf(ID_TOKEN_ALGORITHMS).optional() }).optional(),
  require_pkce: flag().default(true),
  require_pushed_authorization_requests: flag().default(false),
  logo_uri: webAddress().nullable().default(null),
  initiate_login_uri: webAddress().nullable().default(null),
});

type NewClientBody = z.output<typeof newClientBody>;

/** Then the fields together. */
function completeBody(body: NewClientBody) {
  const isPublic = body.app_type === 'spa' || body.app_type === 'native';
  const method: NewClient['tokenEndpointAuthMethod'] =
    body.token_endpoint_auth_method ?? (isPublic ? 'none' : 'client_secret');
  if (isPublic && method !== 'none') {
    throw badBody(
      'token_endpoint_auth_method',
      `must be none: a ${body.app_type} application cannot keep a secret`,
    );
  }
  if (body.app_type === 'non_interactive' && method === 'none') {
    throw badBody(
      'token_endpoint_auth_method',
      'must not be none: a machine proves itself by a secret or a key',
    );
  }
  if (!body.require_pkce && method === 'none') {
    throw badBody('require_pkce', 'must be true where there is no client secret');
  }

  if (body.require_pushed_authorization_requests && method === 'none') {
    throw badBody(
      'require_pushed_authorization_requests',
      'must be false: only a client that proves itself can push',
    );
  }

  if (signsIdTokens(body) && !method.startsWith('client_secret')) {
    throw badBody('jwt_configuration', 'may say HS256 only where there is a client secret');
  }

  const grantTypes = body.grant_types ?? defaultGrantTypes(body.app_type);
  if (grantTypes.includes('client_credentials') && method === 'none') {
    throw badBody('grant_types', 'may hold client_credentials only where there is a client secret');
  }

  for (const field of ['callbacks', 'allowed_logout_urls'] as const) {
    for (const [index, uri] of body[field].entries()) {
      const sentence = findUriProblem(uri, body.app_type);
      if (sentence !== null) throw badBody(`${field}[${index}]`, sentence);
    }
  }
  return { ...body, token_endpoint_auth_method: method, grant_types: grantTypes };
}

/** Whether the client's secret is to sign its ID tokens. */
function signsIdTokens(
  body: Readonly<{ jwt_configuration?: { alg?: string | undefined } | undefined }>,
): boolean {
  return body.jwt_configuration?.alg === 'HS256';
}

/** The keys of a client that proves itself by them, and of no other. @see RFC 7591 §2 */
async function parseJwks(
  body: Readonly<{ token_endpoint_auth_method: string; jwks?: unknown }>,
): Promise<readonly ClientKey[]> {
  if (body.token_endpoint_auth_method !== 'private_key_jwt') {
    if (body.jwks === undefined) return [];
    throw badBody('jwks', 'may be there only where token_endpoint_auth_method is private_key_jwt');
  }
  const keys = await parseClientKeys(body.jwks);
  if (typeof keys === 'string') throw badBody('jwks', keys);
  return keys;
}

function defaultGrantTypes(applicationType: Client['applicationType']): string[] {
  return applicationType === 'non_interactive'
    ? ['client_credentials']
    : [AUTHORIZATION_CODE_GRANT, 'refresh_token'];
}

/** Why a browser may not be sent there, or null. Leave to use a `*` comes with the first URI that holds one. */
function findUriProblem(uri: string, applicationType: Client['applicationType']): string | null {
  try {
    checkRegistrableRedirectUri(uri, { applicationType, wildcardRedirectUris: hasWildcard(uri) });
    return null;
  } catch (problem) {
    if (problem instanceof OAuthError) return problem.description;
    throw problem;
  }
}

function hasWildcard(uri: string): boolean {
  return uri.includes('*');
}

/** What a redirect URI may be is decided together with the type of the client. */
function uri() {
  return z.string({ error: 'must be a string' });
}
