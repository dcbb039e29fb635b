// What is set of a client, in Auth0's names: as it is sent, as it is shown, and how the columns are called that keep it. Which
// settings go together is said in client-rules.ts.
import { z } from 'zod';
import type { Client } from '@/lib/oidc/client';
import type { ClientCredential, ClientKey } from '@/lib/oidc/client-key';
import type { ClientRecord, NewClient } from '@/lib/oidc/client-register';
import type { RefreshSettings } from '@/lib/oidc/refresh-token';
import {
  AUTHORIZATION_CODE_GRANT,
  PASSWORDLESS_OTP_GRANT,
  TOKEN_ENDPOINT_AUTH_METHODS,
} from '@/lib/oidc/vocabulary';
import { authenticationMethods, newAuthenticationMethods } from './client-keys';
import { describeLogout, type LogoutSettings, logoutDocument, logoutFields } from './client-logout';
import { describeRefresh, refreshDocument, refreshFields } from './client-refresh';
import {
  displayName,
  fieldsOf,
  flag,
  listOf,
  oneOf,
  only,
  text,
  webAddress,
  webOrigin,
  wholeNumber,
} from './fields';
import { metadataChanges, metadataDocument } from './metadata';
import type { Frozen } from './route';

/** `app_type` values. */
export const APPLICATION_TYPES = ['regular_web', 'spa', 'native', 'non_interactive'] as const;

/** `grant_types` values. */
export const GRANT_TYPES = [
  AUTHORIZATION_CODE_GRANT,
  'refresh_token',
  'client_credentials',
  'implicit',
  PASSWORDLESS_OTP_GRANT,
] as const;

/** `jwt_configuration.alg` values: our key, or the client's secret. */
export const ID_TOKEN_ALGORITHMS = ['RS256', 'HS256'] as const;

const LIST_MAX = 100;
const DESCRIPTION_MAX_CHARACTERS = 140;
/** Thirty days: nothing that is signed here lives longer. */
const LIFETIME_MAX_SECONDS = 30 * 86_400;

// ---- As they are sent -----------------------------------------------------------------------------------------------

/** What a redirect URI may be depends on the type of the client. */
const uri = () => z.string({ error: 'must be a string' });

/** What of a client may change: whatever is left out stays as it is. */
export const clientChangeBody = fieldsOf({
  name: displayName(100).optional(),
  description: text(0, DESCRIPTION_MAX_CHARACTERS).nullable().optional(),
  app_type: oneOf(APPLICATION_TYPES).optional(),
  is_first_party: flag().optional(),
  callbacks: listOf(uri(), LIST_MAX).optional(),
  allowed_logout_urls: listOf(uri(), LIST_MAX).optional(),
  ...logoutFields,
  refresh_token: refreshFields.nullable().optional(),
  web_origins: listOf(webOrigin(), LIST_MAX).optional(),
  allowed_origins: listOf(webOrigin(), LIST_MAX).optional(),
  grant_types: listOf(oneOf(GRANT_TYPES), LIST_MAX).optional(),
  /** Null: whichever its type has when nobody chooses. */
  token_endpoint_auth_method: oneOf(TOKEN_ENDPOINT_AUTH_METHODS).nullable().optional(),
  jwks: z.unknown().optional(),
  client_authentication_methods: authenticationMethods.nullable().optional(),
  jwt_configuration: fieldsOf({
    alg: oneOf(ID_TOKEN_ALGORITHMS).optional(),
    lifetime_in_seconds: wholeNumber(1, LIFETIME_MAX_SECONDS).optional(),
    secret_encoded: only(false, 'a secret is what it is, and no base64 of it').optional(),
  }).optional(),
  require_pkce: flag().optional(),
  require_pushed_authorization_requests: flag().optional(),
  profile_claims_in_id_token: flag().optional(),
  cross_origin_authentication: flag().optional(),
  is_token_endpoint_ip_header_trusted: flag().optional(),
  logo_uri: webAddress().nullable().optional(),
  initiate_login_uri: webAddress().nullable().optional(),
  client_metadata: metadataChanges().optional(),
  custom_login_page_on: flag().optional(),
  oidc_conformant: only(true, 'there is nothing else here').optional(),
  sso_disabled: only(false, 'a session is for every client').optional(),
  require_proof_of_possession: only(false, 'access tokens are bearer tokens').optional(),
});

export type ClientChangeBody = z.output<typeof clientChangeBody>;

/** A client to make. */
export const newClientBody = clientChangeBody.extend({
  name: displayName(100),
  client_authentication_methods: newAuthenticationMethods.nullable().optional(),
});

export type NewClientBody = z.output<typeof newClientBody>;

// ---- As they are shown ----------------------------------------------------------------------------------------------

/** A client on the wire. No secret, not even hashed (MGT-4). */
export const clientDocument = z.strictObject({
  client_id: z.string(),
  name: z.string(),
  description: z.string().nullable(),
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
  /** Those of its credentials that prove it. */
  client_authentication_methods: z
    .strictObject({
      private_key_jwt: z.strictObject({ credentials: z.array(z.strictObject({ id: z.string() })) }),
    })
    .optional(),
  jwt_configuration: z.strictObject({
    alg: z.enum(ID_TOKEN_ALGORITHMS),
    lifetime_in_seconds: z.int(),
    secret_encoded: z.literal(false),
  }),
  require_pkce: z.boolean(),
  require_pushed_authorization_requests: z.boolean(),
  profile_claims_in_id_token: z.boolean(),
  cross_origin_authentication: z.boolean(),
  is_token_endpoint_ip_header_trusted: z.boolean(),
  logo_uri: z.string().nullable(),
  initiate_login_uri: z.string().nullable(),
  client_metadata: metadataDocument(),
  custom_login_page_on: z.boolean(),
  oidc_conformant: z.literal(true),
  sso_disabled: z.literal(false),
  require_proof_of_possession: z.literal(false),
  global: z.literal(false),
});

export type ClientDocument = Frozen<z.output<typeof clientDocument>>;

/** The client on the wire. */
export function describeClient(client: ClientRecord): ClientDocument {
  const { logout, refresh, ...settings } = settingsOf(client);
  const {
    token_endpoint_auth_method: method,
    jwks,
    credentials,
    jwt_configuration: jwt,
    ...others
  } = settings;
  const used = credentials.filter(({ isUsed }) => isUsed).map(({ id }) => ({ id }));
  return {
    client_id: client.clientId,
    ...others,
    ...describeLogout(logout),
    refresh_token: describeRefresh(refresh),
    // Auth0's word for a client whose method nobody chose.
    token_endpoint_auth_method: method === 'client_secret' ? 'client_secret_post' : method,
    ...(jwks.length > 0 && { jwks: { keys: [...jwks] } }),
    ...(used.length > 0 && { client_authentication_methods: { private_key_jwt: { credentials: used } } }),
    jwt_configuration: { ...jwt, secret_encoded: false },
    oidc_conformant: true,
    sso_disabled: false,
    require_proof_of_possession: false,
    global: false,
  };
}

// ---- As they are kept -----------------------------------------------------------------------------------------------

/** Every setting with its value. */
export type ClientSettings = Readonly<{
  name: string;
  description: string | null;
  app_type: Client['applicationType'];
  is_first_party: boolean;
  callbacks: string[];
  allowed_logout_urls: string[];
  logout: LogoutSettings;
  refresh: RefreshSettings;
  web_origins: string[];
  allowed_origins: string[];
  grant_types: string[];
  token_endpoint_auth_method: Client['tokenEndpointAuthMethod'];
  jwks: readonly ClientKey[];
  credentials: readonly ClientCredential[];
  jwt_configuration: { alg: (typeof ID_TOKEN_ALGORITHMS)[number]; lifetime_in_seconds: number };
  require_pkce: boolean;
  require_pushed_authorization_requests: boolean;
  profile_claims_in_id_token: boolean;
  cross_origin_authentication: boolean;
  is_token_endpoint_ip_header_trusted: boolean;
  logo_uri: string | null;
  initiate_login_uri: string | null;
  client_metadata: Record<string, string>;
  custom_login_page_on: boolean;
}>;

/** The settings of a client that is there. */
export function settingsOf(client: ClientRecord): ClientSettings {
  return {
    name: client.name,
    description: client.description,
    app_type: client.applicationType,
    is_first_party: client.isFirstParty,
    callbacks: [...client.redirectUris],
    allowed_logout_urls: [...client.postLogoutRedirectUris],
    logout: {
      backchannelLogoutUri: client.backchannelLogoutUri,
      backchannelNeedsSid: client.backchannelNeedsSid,
      backchannelInitiators: client.backchannelInitiators,
    },
    refresh: {
      refreshRotates: client.refreshRotates,
      refreshGraceSeconds: client.refreshGraceSeconds,
      refreshLifetimeSeconds: client.refreshLifetimeSeconds,
      refreshIdleSeconds: client.refreshIdleSeconds,
    },
    web_origins: [...client.webOrigins],
    allowed_origins: [...client.allowedOrigins],
    grant_types: [...client.grantTypes],
    token_endpoint_auth_method: client.tokenEndpointAuthMethod,
    jwks: client.jwks,
    credentials: client.credentials,
    jwt_configuration: {
      alg: client.sealedSecret === null ? 'RS256' : 'HS256',
      lifetime_in_seconds: client.idTokenLifetimeSeconds,
    },
    require_pkce: client.requirePkce,
    require_pushed_authorization_requests: client.requirePushedRequests,
    profile_claims_in_id_token: client.profileClaimsInIdToken,
    cross_origin_authentication: client.crossOriginAuthentication,
    is_token_endpoint_ip_header_trusted: client.trustsForwardedAddress,
    logo_uri: client.logoUri,
    initiate_login_uri: client.initiateLoginUri,
    client_metadata: { ...client.metadata },
    custom_login_page_on: client.customLoginPageOn,
  };
}

/** What of a client is not set by anybody: who it is, its secrets, and what it was made with. */
type Unset =
  | 'clientId'
  | 'secretHashes'
  | 'formerSecretExpiresAt'
  | 'sealedSecret'
  | 'wildcardRedirectUris'
  | 'accessTokenLifetimeSeconds';

/** The columns that keep them. */
export function columnsOf(settings: ClientSettings): Omit<NewClient, Unset> {
  return {
    name: settings.name,
    description: settings.description,
    applicationType: settings.app_type,
    isFirstParty: settings.is_first_party,
    redirectUris: settings.callbacks,
    postLogoutRedirectUris: settings.allowed_logout_urls,
    ...settings.logout,
    ...settings.refresh,
    webOrigins: settings.web_origins,
    allowedOrigins: settings.allowed_origins,
    grantTypes: settings.grant_types,
    tokenEndpointAuthMethod: settings.token_endpoint_auth_method,
    jwks: settings.jwks,
    credentials: settings.credentials,
    idTokenLifetimeSeconds: settings.jwt_configuration.lifetime_in_seconds,
    requirePkce: settings.require_pkce,
    requirePushedRequests: settings.require_pushed_authorization_requests,
    profileClaimsInIdToken: settings.profile_claims_in_id_token,
    crossOriginAuthentication: settings.cross_origin_authentication,
    trustsForwardedAddress: settings.is_token_endpoint_ip_header_trusted,
    logoUri: settings.logo_uri,
    initiateLoginUri: settings.initiate_login_uri,
    metadata: settings.client_metadata,
    customLoginPageOn: settings.custom_login_page_on,
  };
}
