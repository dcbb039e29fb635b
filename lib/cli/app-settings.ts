// What may be said of an application on the line, whether it is made or changed, and what that is for the management API.
import { type Command, Option } from 'commander';
import { APPLICATION_TYPES, GRANT_TYPES, ID_TOKEN_ALGORITHMS } from '@/lib/management/client-settings';
import { TOKEN_ENDPOINT_AUTH_METHODS } from '@/lib/oidc/vocabulary';
import { readWholeNumber } from './command-line';
import { readJsonObject } from './connections';

/** Settings as commander hands them over: those that were given. */
export type AppSettings = {
  description?: string;
  thirdParty?: true;
  callback?: string[];
  logoutUrl?: string[];
  backchannelLogoutUrl?: string;
  webOrigin?: string[];
  allowedOrigin?: string[];
  grant?: string[];
  authMethod?: string;
  jwks?: string;
  idTokenAlg?: string;
  idTokenLifetime?: number;
  refreshLifetime?: number;
  refreshIdleLifetime?: number;
  requirePkce?: boolean;
  loginUrl?: string;
};

export type AppType = (typeof APPLICATION_TYPES)[number];

/** `--type`, which differs in whether there is one already. */
export function typeOption(): Option {
  return new Option('--type <type>', 'what it is').choices(APPLICATION_TYPES);
}

/** Adds the options that every application may have. */
export function addAppSettings(command: Command): Command {
  return command
    .option('--description <text>', 'for whoever operates it; people who sign in do not see it')
    .option('--third-party', 'it is of another house: people are asked what it may have')
    .option(
      '--callback <url...>',
      'where people return to after sign-in, exactly as the application sends it',
    )
    .option('--logout-url <url...>', 'where people may be sent after sign-out')
    .option('--backchannel-logout-url <url>', 'where the application is told that a session has ended')
    .option('--web-origin <origin...>', 'origins whose scripts may call, and sign in silently')
    .option('--allowed-origin <origin...>', 'origins whose scripts may call, and no more')
    .addOption(new Option('--grant <type...>', 'what it may ask for').choices(GRANT_TYPES))
    .addOption(
      new Option('--auth-method <method>', 'how it proves itself').choices(TOKEN_ENDPOINT_AUTH_METHODS),
    )
    .option('--jwks <file>', 'its public keys (a JWK set), for private_key_jwt')
    .addOption(
      new Option('--id-token-alg <algorithm>', 'what signs its ID tokens: our key, or its secret').choices(
        ID_TOKEN_ALGORITHMS,
      ),
    )
    .option('--id-token-lifetime <seconds>', 'how long its ID tokens live', readWholeNumber)
    .option('--refresh-lifetime <seconds>', 'how long its refresh tokens live in all', readWholeNumber)
    .option('--refresh-idle-lifetime <seconds>', 'how long its refresh tokens live unused', readWholeNumber)
    .option('--no-require-pkce', 'it keeps a secret and cannot send a PKCE challenge')
    .option('--login-url <url>', 'where the application itself begins a sign-in');
}

/** What is said of them to the management API. @param calledFrom the folder that files are named from */
export async function bodyOf(
  settings: AppSettings,
  { calledFrom }: { calledFrom: string },
): Promise<Record<string, unknown> & { refresh_token: object | undefined }> {
  const jwks = settings.jwks === undefined ? undefined : await readJsonObject(calledFrom, settings.jwks);
  const { idTokenAlg: alg, idTokenLifetime: lifetime } = settings;
  return {
    description: settings.description,
    is_first_party: settings.thirdParty && false,
    callbacks: settings.callback,
    allowed_logout_urls: settings.logoutUrl,
    backchannel_logout_uri: settings.backchannelLogoutUrl,
    web_origins: settings.webOrigin,
    allowed_origins: settings.allowedOrigin,
    grant_types: settings.grant,
    token_endpoint_auth_method: settings.authMethod ?? (jwks && 'private_key_jwt'),
    jwks,
    jwt_configuration:
      alg === undefined && lifetime === undefined ? undefined : { alg, lifetime_in_seconds: lifetime },
    refresh_token: refreshOf(settings),
    require_pkce: settings.requirePkce,
    initiate_login_uri: settings.loginUrl,
  };
}

function refreshOf({ refreshLifetime, refreshIdleLifetime }: AppSettings): object | undefined {
  if (refreshLifetime === undefined && refreshIdleLifetime === undefined) return undefined;
  return {
    expiration_type: 'expiring',
    ...(refreshLifetime !== undefined && {
      token_lifetime: refreshLifetime,
      infinite_token_lifetime: false,
    }),
    ...(refreshIdleLifetime !== undefined && {
      idle_token_lifetime: refreshIdleLifetime,
      infinite_idle_token_lifetime: false,
    }),
  };
}
