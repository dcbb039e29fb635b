// Which settings of a client go together, whether it is made or changed: one rule a function. RFC 7591 §2, RFC 9700 §2.1.
import type { Client } from '@/lib/oidc/client';
import { type ClientCredential, type ClientKey, parseClientKeys } from '@/lib/oidc/client-key';
import { OAuthError } from '@/lib/oidc/errors';
import { checkRegistrableRedirectUri } from '@/lib/oidc/redirect-uri';
import { REFRESH_DEFAULTS } from '@/lib/oidc/refresh-token';
import { AUTHORIZATION_CODE_GRANT } from '@/lib/oidc/vocabulary';
import { changeLogoutSettings, LOGOUT_DEFAULTS } from './client-logout';
import { changeRefreshSettings } from './client-refresh';
import type { ClientChangeBody, ClientSettings, NewClientBody } from './client-settings';
import { mergeMetadata } from './metadata';
import { badBody } from './route';

/** The settings of a client of that type where nothing is chosen. */
export function defaultSettings({ name, app_type = 'regular_web' }: NewClientBody): ClientSettings {
  return {
    name,
    description: null,
    app_type,
    is_first_party: true,
    callbacks: [],
    allowed_logout_urls: [],
    logout: LOGOUT_DEFAULTS,
    refresh: REFRESH_DEFAULTS,
    web_origins: [],
    allowed_origins: [],
    grant_types:
      app_type === 'non_interactive' ? ['client_credentials'] : [AUTHORIZATION_CODE_GRANT, 'refresh_token'],
    token_endpoint_auth_method: defaultMethod(app_type),
    jwks: [],
    credentials: [],
    jwt_configuration: { alg: 'RS256', lifetime_in_seconds: 36_000 },
    require_pkce: true,
    require_pushed_authorization_requests: false,
    profile_claims_in_id_token: true,
    cross_origin_authentication: true,
    is_token_endpoint_ip_header_trusted: false,
    logo_uri: null,
    initiate_login_uri: null,
    client_metadata: {},
    custom_login_page_on: true,
  };
}

/**
 * The settings with what was sent in the place of what was there.
 * @param known.mayUseWildcards whether a redirect URI may hold a `*`
 * @param known.findOutboundRefusal why this server would not call an address; null: it would
 * @param known.credentials what `client_authentication_methods` comes to, where that was sent
 * @throws {ManagementProblem} 400 that names the field which does not go with the others
 */
export async function changeSettings(
  before: ClientSettings,
  { client_authentication_methods: _, ...sent }: Sent,
  known: {
    mayUseWildcards: boolean;
    findOutboundRefusal(url: string): string | null;
    credentials: readonly ClientCredential[] | undefined;
  },
): Promise<ClientSettings> {
  const { jwks, jwt_configuration: jwt, client_metadata: metadata, ...others } = present(sent);
  const merged = { ...before, ...others };
  const method = methodOf(before, sent, known.credentials) ?? defaultMethod(merged.app_type);
  const credentials = credentialsFor(method, known.credentials ?? before.credentials);
  const settings: ClientSettings = {
    ...merged,
    description: merged.description === '' ? null : merged.description,
    token_endpoint_auth_method: method,
    jwks: await keysFor(method, { sent: jwks, before: before.jwks, credentials }),
    credentials,
    jwt_configuration: {
      alg: jwt?.alg ?? before.jwt_configuration.alg,
      lifetime_in_seconds: jwt?.lifetime_in_seconds ?? before.jwt_configuration.lifetime_in_seconds,
    },
    logout: changeLogoutSettings(before.logout, sent, known.findOutboundRefusal),
    refresh: changeRefreshSettings(before.refresh, sent.refresh_token, {
      isPublic: method === 'none',
      isBrowserApp: merged.app_type === 'spa',
    }),
    client_metadata: mergeMetadata('client_metadata', before.client_metadata, metadata ?? {}),
  };
  checkMethod(settings);
  checkProof(settings);
  checkUris(settings, sent, known);
  return settings;
}

type Sent = Omit<ClientChangeBody, 'client_authentication_methods'> & {
  client_authentication_methods?: unknown;
};

/** Whoever names keys to be used means to be proven by them. Auth0 then has no method besides. */
function methodOf(
  before: ClientSettings,
  { token_endpoint_auth_method: sent }: Pick<ClientChangeBody, 'token_endpoint_auth_method'>,
  named: readonly ClientCredential[] | undefined,
): ClientSettings['token_endpoint_auth_method'] | null {
  if (named === undefined || named.every(({ isUsed }) => !isUsed))
    return sent === undefined ? before.token_endpoint_auth_method : sent;
  if (sent == null || sent === 'private_key_jwt') return 'private_key_jwt';
  throw badBody(
    'token_endpoint_auth_method',
    'must be left out, or null, beside client_authentication_methods',
  );
}

/** Keys are used where they prove a client, and wait where they do not. */
function credentialsFor(
  method: ClientSettings['token_endpoint_auth_method'],
  credentials: readonly ClientCredential[],
): readonly ClientCredential[] {
  if (method === 'private_key_jwt' || credentials.every(({ isUsed }) => !isUsed)) return credentials;
  return credentials.map((credential) => ({ ...credential, isUsed: false }));
}

/** Whether a client with this method has a secret. */
export function hasSecret({
  token_endpoint_auth_method: method,
}: Pick<ClientSettings, 'token_endpoint_auth_method'>): boolean {
  return method.startsWith('client_secret');
}

/** The method by which a client of that type proves itself where nobody chose one. */
function defaultMethod(applicationType: Client['applicationType']): Client['tokenEndpointAuthMethod'] {
  return isApplicationOfPeople(applicationType) ? 'none' : 'client_secret';
}

/** Runs where people can look into it. */
function isApplicationOfPeople(applicationType: Client['applicationType']): boolean {
  return applicationType === 'spa' || applicationType === 'native';
}

/** Without the members that say nothing. */
function present<Sent extends object>(sent: Sent): { [Key in keyof Sent]: Exclude<Sent[Key], undefined> } {
  return Object.fromEntries(Object.entries(sent).filter(([, value]) => value !== undefined)) as never;
}

function checkMethod({ app_type, token_endpoint_auth_method: method }: ClientSettings): void {
  if (isApplicationOfPeople(app_type) && method !== 'none') {
    throw badBody(
      'token_endpoint_auth_method',
      `must be none: a ${app_type} application cannot keep a secret`,
    );
  }
  if (app_type === 'non_interactive' && method === 'none') {
    throw badBody(
      'token_endpoint_auth_method',
      'must not be none: a machine proves itself by a secret or a key',
    );
  }
}

/** What only a client may do that proves itself, or that has a secret. */
function checkProof(settings: ClientSettings): void {
  const isPublic = settings.token_endpoint_auth_method === 'none';
  if (isPublic && !settings.require_pkce)
    throw badBody('require_pkce', 'must be true where there is no client secret');
  if (isPublic && settings.require_pushed_authorization_requests) {
    throw badBody(
      'require_pushed_authorization_requests',
      'must be false: only a client that proves itself can push',
    );
  }
  if (isPublic && settings.is_token_endpoint_ip_header_trusted) {
    throw badBody(
      'is_token_endpoint_ip_header_trusted',
      'must be false: only a client that proves itself can be believed',
    );
  }
  if (isPublic && settings.grant_types.includes('client_credentials'))
    throw badBody('grant_types', 'may hold client_credentials only where there is a client secret');
  if (settings.jwt_configuration.alg === 'HS256' && !hasSecret(settings))
    throw badBody('jwt_configuration', 'may say HS256 only where there is a client secret');
}

/** Where browsers may be sent. What nobody touches stays, though it was registered when the rules were others. RED-3 */
function checkUris(
  settings: ClientSettings,
  sent: Sent,
  { mayUseWildcards }: { mayUseWildcards: boolean },
): void {
  for (const field of ['callbacks', 'allowed_logout_urls'] as const) {
    if (sent[field] === undefined && sent.app_type === undefined) continue;
    for (const [index, uri] of settings[field].entries()) {
      const sentence = findUriProblem(uri, {
        applicationType: settings.app_type,
        wildcardRedirectUris: mayUseWildcards,
      });
      if (sentence !== null) throw badBody(`${field}[${index}]`, sentence);
    }
  }
}

/** Why a client may not register that redirect URI, in a sentence; null where it may. RED-3 */
export function findUriProblem(
  uri: string,
  client: Pick<Client, 'applicationType' | 'wildcardRedirectUris'>,
): string | null {
  try {
    checkRegistrableRedirectUri(uri, client);
    return null;
  } catch (problem) {
    if (problem instanceof OAuthError) return problem.description;
    throw problem;
  }
}

/** The keys of a client that proves itself by them, and of no other. @see RFC 7591 §2 */
async function keysFor(
  method: ClientSettings['token_endpoint_auth_method'],
  {
    sent,
    before,
    credentials,
  }: { sent: unknown; before: readonly ClientKey[]; credentials: readonly ClientCredential[] },
): Promise<readonly ClientKey[]> {
  if (method !== 'private_key_jwt') {
    if (sent === undefined) return before.length === 0 ? before : [];
    throw badBody('jwks', 'may be there only where token_endpoint_auth_method is private_key_jwt');
  }
  const hasCredential = credentials.some(({ isUsed }) => isUsed);
  if (sent === undefined && (before.length > 0 || hasCredential)) return before;
  if (sent === null && hasCredential) return [];
  const keys = await parseClientKeys(sent);
  if (typeof keys === 'string') throw badBody('jwks', keys);
  return keys;
}
