// `latchkey apps`: applications, which the standards call clients. The management API does the work, wherever it runs.
import { type Command, Option } from 'commander';
import { CLIENTS_PATH } from '@/lib/management/client-routes';
import { APPLICATION_TYPES, GRANT_TYPES, ID_TOKEN_ALGORITHMS } from '@/lib/management/client-settings';
import type { ClientDocument, CreatedClientDocument } from '@/lib/management/clients';
import { TOKEN_ENDPOINT_AUTH_METHODS } from '@/lib/oidc/vocabulary';
import { readEnvironment } from '@/lib/runtime/environment';
import { print, printJson } from './command-line';
import { readJsonObject } from './connections';
import { formatCard, formatTable } from './layout';
import { ask, withApi } from './management-api';

/**
 * Adds the commands to the program.
 * @param calledFrom the folder that files are named from
 */
export function addAppsCommands(program: Command, { calledFrom }: { calledFrom: string }): void {
  const apps = program.command('apps').description('applications that sign people in (OAuth clients)');

  apps
    .command('create')
    .description('register an application; prints its client secret, this once')
    .requiredOption('--name <name>', 'shown to people who sign in')
    .addOption(
      new Option('--type <type>', 'what it is')
        .choices(APPLICATION_TYPES)
        .default('regular_web' satisfies AppType),
    )
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
    .option('--no-require-pkce', 'it keeps a secret and cannot send a PKCE challenge')
    .option('--login-url <url>', 'where the application itself begins a sign-in')
    .option('--json', 'print JSON, as the management API answers')
    .addHelpText('after', CREATE_HELP)
    .action((options: CreateOptions) => createApp(options, calledFrom));

  apps
    .command('list')
    .description('every application, in the order they were registered')
    .option('--json', 'print JSON: a list')
    .addHelpText('after', '\nExample:\n  $ latchkey apps list')
    .action(listApps);

  apps
    .command('show')
    .description('one application')
    .argument('<client-id>')
    .option('--json', 'print JSON, as the management API answers')
    .addHelpText('after', '\nExample:\n  $ latchkey apps show XbQ0vTz8…')
    .action(showApp);
}

const CREATE_HELP = `
Left out, --auth-method is private_key_jwt where there is --jwks; else it and --grant follow the type:
  regular_web      authorization_code, refresh_token; client_secret_post
  spa, native      authorization_code, refresh_token; none
  non_interactive  client_credentials; client_secret_post

Examples:
  $ latchkey apps create --name "My app" --callback http://localhost:4000/callback
  $ latchkey apps create --name Shop --type spa \\
      --callback https://shop.example.com/callback --web-origin https://shop.example.com
  $ latchkey apps create --name Phone --type native --callback com.example.phone:/callback
  $ latchkey apps create --name Site --auth-method client_secret_basic \\
      --callback https://example.com/api/auth/callback/latchkey --json
  $ latchkey apps create --name Bank --jwks public-keys.json --callback https://bank.example.com/callback`;

type AppType = (typeof APPLICATION_TYPES)[number];

type CreateOptions = {
  name: string;
  type: string;
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
  requirePkce: boolean;
  loginUrl?: string;
  json?: true;
};

async function createApp(options: CreateOptions, calledFrom: string): Promise<void> {
  const jwks = options.jwks === undefined ? undefined : await readJsonObject(calledFrom, options.jwks);
  const body = {
    name: options.name,
    app_type: options.type,
    is_first_party: options.thirdParty !== true,
    callbacks: options.callback,
    allowed_logout_urls: options.logoutUrl,
    backchannel_logout_uri: options.backchannelLogoutUrl,
    web_origins: options.webOrigin,
    allowed_origins: options.allowedOrigin,
    grant_types: options.grant,
    token_endpoint_auth_method: options.authMethod ?? (jwks && 'private_key_jwt'),
    jwks,
    jwt_configuration: options.idTokenAlg && { alg: options.idTokenAlg },
    require_pkce: options.requirePkce,
    initiate_login_uri: options.loginUrl,
  };
  const app = await withApi((api) =>
    ask<CreatedClientDocument>(api, { method: 'POST', path: CLIENTS_PATH, body }),
  );
  if (options.json) return printJson(app);
  print(`${describe(app)}\n`);
  if (app.client_secret !== undefined) print('The secret is shown this once: keep it now.');
  print(
    `The application finds everything else at ${readEnvironment().issuer}.well-known/openid-configuration`,
  );
}

async function listApps(options: { json?: true }): Promise<void> {
  const apps = await withApi(async (api) => {
    const all: ClientDocument[] = [];
    for (let page = 0; ; page++) {
      const path = `${CLIENTS_PATH}?per_page=${PER_PAGE}&page=${page}`;
      const some = await ask<ClientDocument[]>(api, { method: 'GET', path });
      all.push(...some);
      if (some.length < PER_PAGE) return all;
    }
  });
  if (options.json) return printJson(apps);
  if (apps.length === 0) return print('There are no applications yet: see "latchkey apps create --help".');
  const rows = apps.map((app) => [app.client_id, app.name, app.app_type, app.callbacks[0] ?? '']);
  print(formatTable(['CLIENT ID', 'NAME', 'TYPE', 'CALLBACK'], rows));
}

const PER_PAGE = 100;

async function showApp(clientId: string, options: { json?: true }): Promise<void> {
  const path = `${CLIENTS_PATH}/${encodeURIComponent(clientId)}`;
  const app = await withApi((api) => ask<ClientDocument>(api, { method: 'GET', path }));
  if (options.json) return printJson(app);
  print(describe(app));
}

function describe(app: CreatedClientDocument): string {
  return formatCard([
    ['Name', app.name],
    ['Type', app.app_type],
    ['Whose', app.is_first_party ? 'ours' : 'of another house: people are asked'],
    ['Client ID', app.client_id],
    ...(app.client_secret === undefined ? [] : [['Client secret', app.client_secret] as const]),
    ['Authenticates by', app.token_endpoint_auth_method],
    ['Callbacks', app.callbacks],
    ['Logout URLs', app.allowed_logout_urls],
    ...(app.backchannel_logout_uri === null
      ? []
      : [['Back-channel logout', app.backchannel_logout_uri] as const]),
    ['Web origins', app.web_origins],
    ...(app.allowed_origins.length === 0 ? [] : [['Allowed origins', app.allowed_origins] as const]),
    ['Grants', app.grant_types],
    ['PKCE', app.require_pkce ? 'required' : 'optional'],
    ...(app.initiate_login_uri === null ? [] : [['Login URL', app.initiate_login_uri] as const]),
  ]);
}
