// Clients as operators see them: made, listed, looked up, in Auth0's names. What a client may be is checked here; how it
// is stored, and how its secret is drawn and hashed, is handed in. RFC 7591 §2, RFC 9700 §2.1.
import { z } from 'zod';
import type { Client } from '@/lib/oidc/client';
import { type ClientKey, parseClientKeys } from '@/lib/oidc/client-key';
import type { ClientRegister, NewClient } from '@/lib/oidc/client-register';
import { OAuthError } from '@/lib/oidc/errors';
import { checkRegistrableRedirectUri } from '@/lib/oidc/redirect-uri';
import { AUTHORIZATION_CODE_GRANT, TOKEN_ENDPOINT_AUTH_METHODS } from '@/lib/oidc/vocabulary';
import type { ManagementProblem } from './problem';
import { badBody } from './route';

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

type IdTokenAlgorithm = (typeof ID_TOKEN_ALGORITHMS)[number];

/** A client on the wire. No secret, not even hashed (MGT-4). */
export type ClientDocument = Readonly<{
  client_id: string;
  name: string;
  app_type: string;
  callbacks: readonly string[];
  allowed_logout_urls: readonly string[];
  web_origins: readonly string[];
  grant_types: readonly string[];
  token_endpoint_auth_method: string;
  /** Public keys, of a client that proves itself by them. */
  jwks?: Readonly<{ keys: readonly ClientKey[] }>;
  require_pkce: boolean;
  require_pushed_authorization_requests: boolean;
  logo_uri: string | null;
  initiate_login_uri: string | null;
  jwt_configuration: Readonly<{ alg: IdTokenAlgorithm; lifetime_in_seconds: number }>;
}>;

/** The one answer that holds a secret: shown when the client is made, and never again (CLI-4). */
export type CreatedClientDocument = ClientDocument & Readonly<{ client_secret?: string }>;

/**
 * Makes a client of whatever was sent.
 * @throws {ManagementProblem} 400 `invalid_body` that names the field and says what is wrong with it
 */
export async function createClient(deps: ClientsDeps, input: unknown): Promise<CreatedClientDocument> {
  const body = parseBody(input);
  const jwks = await parseJwks(body);
  const clientSecret = body.token_endpoint_auth_method.startsWith('client_secret')
    ? deps.credentials.drawSecret()
    : null;
  const client: NewClient = {
    clientId: deps.credentials.drawId(),
    name: body.name,
    applicationType: body.app_type,
    tokenEndpointAuthMethod: body.token_endpoint_auth_method,
    secretHashes: clientSecret === null ? [] : [deps.credentials.hashSecret(clientSecret)],
    sealedSecret:
      clientSecret !== null && signsIdTokens(body) ? deps.credentials.sealSecret(clientSecret) : null,
    jwks,
    redirectUris: body.callbacks,
    postLogoutRedirectUris: body.allowed_logout_urls,
    webOrigins: body.web_origins,
    grantTypes: body.grant_types,
    requirePkce: body.require_pkce,
    requirePushedRequests: body.require_pushed_authorization_requests,
    wildcardRedirectUris: body.callbacks.some(hasWildcard),
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
  page: { page: number; perPage: number },
): Promise<{ clients: ClientDocument[]; total: number }> {
  const { clients, total } = await deps.clients.list({
    offset: page.page * page.perPage,
    limit: page.perPage,
  });
  return { clients: clients.map(describe), total };
}

/** The client of that id, or null. */
export async function findClient(
  deps: Pick<ClientsDeps, 'clients'>,
  clientId: string,
): Promise<ClientDocument | null> {
  const client = await deps.clients.find(clientId);
  return client === null ? null : describe(client);
}

function describe(client: Client): ClientDocument {
  return {
    client_id: client.clientId,
    name: client.name,
    app_type: client.applicationType,
    callbacks: client.redirectUris,
    allowed_logout_urls: client.postLogoutRedirectUris,
    web_origins: client.webOrigins,
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
const NAME_MAX_CHARACTERS = 100;

const text = z.string({ error: 'must be a string' });
const listOf = <Item extends z.ZodType<string>>(item: Item) =>
  z
    .array(item, { error: 'must be a list of strings' })
    .max(LIST_MAX, `may hold ${LIST_MAX} entries at most`)
    .transform((entries) => [...new Set(entries)]);
const oneOf = <const Choice extends string>(choices: readonly Choice[]) =>
  z.enum(choices, { error: `must be one of ${choices.join(', ')}` });

/** Each field by itself. Anything else in a body is an error (MGT-2). */
const bodySchema = z.strictObject(
  {
    name: text
      .trim()
      .min(1, 'must not be empty')
      .max(NAME_MAX_CHARACTERS, `may hold ${NAME_MAX_CHARACTERS} characters at most`)
      .regex(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}<>]*$/u, 'may not hold < or > or invisible characters'),
    app_type: oneOf(APPLICATION_TYPES),
    callbacks: listOf(text).default([]),
    allowed_logout_urls: listOf(text).default([]),
    web_origins: listOf(
      text.refine(isWebOrigin, 'must be an origin such as https://app.example.com'),
    ).default([]),
    grant_types: listOf(oneOf(GRANT_TYPES)).optional(),
    token_endpoint_auth_method: oneOf(TOKEN_ENDPOINT_AUTH_METHODS).optional(),
    jwks: z.unknown().optional(),
    jwt_configuration: z
      .strictObject(
        { alg: oneOf(ID_TOKEN_ALGORITHMS).optional() },
        { error: `may hold alg alone, one of ${ID_TOKEN_ALGORITHMS.join(', ')}` },
      )
      .optional(),
    require_pkce: z.boolean({ error: 'must be true or false' }).default(true),
    require_pushed_authorization_requests: z.boolean({ error: 'must be true or false' }).default(false),
    logo_uri: webAddress().nullable().default(null),
    initiate_login_uri: webAddress().nullable().default(null),
  },
  {
    error: (issue) =>
      issue.code === 'unrecognized_keys' ? 'is not a field of a client' : 'must be a JSON object',
  },
);

/** Then the fields together. */
function parseBody(input: unknown) {
  const parsed = bodySchema.safeParse(input);
  if (!parsed.success) throw refusal(parsed.error.issues[0]);
  const body = parsed.data;

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

/** @see RFC 6454 §6.2 */
function isWebOrigin(origin: string): boolean {
  return URL.canParse(origin) && new URL(origin).origin === origin && isSecure(new URL(origin));
}

function webAddress() {
  return text
    .max(1024, 'may hold 1024 characters at most')
    .refine((uri) => URL.canParse(uri) && isSecure(new URL(uri)), 'must be an https URL');
}

function isSecure({ protocol, hostname, username, password }: URL): boolean {
  const isLoopback = /^(?:localhost|.+\.localhost|127\.0\.0\.1|\[::1\])$/.test(hostname);
  return (
    (protocol === 'https:' || (protocol === 'http:' && isLoopback)) && username === '' && password === ''
  );
}

/** A field's name is ours to repeat only if it is one of ours. */
function refusal(issue: z.core.$ZodIssue | undefined): ManagementProblem {
  if (issue?.code === 'unrecognized_keys') {
    const known = Object.keys(bodySchema.shape).join(', ');
    return badBody('the body', `holds a field that is none of a client's: ${known}`);
  }
  const [field = 'the body', index] = issue?.path ?? [];
  return badBody(
    index === undefined ? String(field) : `${String(field)}[${String(index)}]`,
    issue?.message ?? '',
  );
}
