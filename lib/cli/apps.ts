// `latchkey apps`: applications, which the standards call clients. The management API does the work, wherever it runs.
import type { Command } from 'commander';
import { CLIENTS_PATH } from '@/lib/management/client-routes';
import type { ClientDocument } from '@/lib/management/client-settings';
import { type CreatedClientDocument, FORMER_SECRET_SECONDS } from '@/lib/management/clients';
import { readEnvironment } from '@/lib/runtime/environment';
import { addGrantCommand } from './app-grants';
import { type AppSettings, type AppType, addAppSettings, bodyOf, typeOption } from './app-settings';
import { CommandFailure, confirm, print, printJson, readWholeNumber } from './command-line';
import { formatCard, formatTable } from './layout';
import { ask, withApi } from './management-api';

/**
 * Adds the commands to the program.
 * @param calledFrom the folder that files are named from
 */
export function addAppsCommands(program: Command, { calledFrom }: { calledFrom: string }): void {
  const apps = program.command('apps').description('applications that sign people in (OAuth clients)');

  addAppSettings(
    apps
      .command('create')
      .description('register an application; prints its client secret, this once')
      .requiredOption('--name <name>', 'shown to people who sign in')
      .addOption(typeOption().default('regular_web' satisfies AppType)),
  )
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

  addAppSettings(
    apps
      .command('update')
      .description('change what is given, and leave the rest as it is')
      .argument('<client-id>')
      .option('--name <name>', 'shown to people who sign in')
      .addOption(typeOption())
      .option('--add-callback <url...>', 'further places where people return to after sign-in')
      .option('--first-party', 'it is of our own house')
      .option('--require-pkce', 'it sends a PKCE challenge with every sign-in'),
  )
    .option('--json', 'print JSON, as the management API answers')
    .addHelpText('after', UPDATE_HELP)
    .action((clientId: string, options: UpdateOptions) => updateApp(clientId, options, calledFrom));

  apps
    .command('rotate-secret')
    .description('give an application another client secret; prints it, this once')
    .argument('<client-id>')
    .option('--former-seconds <seconds>', 'how long the secret it has is good beside it', readWholeNumber)
    .option('--json', 'print JSON, as the management API answers')
    .addHelpText('after', ROTATE_HELP)
    .action(rotateSecret);

  apps
    .command('delete')
    .description('take an application away, with its tokens and grants; asks first')
    .argument('<client-id>')
    .option('--yes', 'do not ask')
    .option('--json', 'print JSON: what was deleted')
    .addHelpText('after', '\nExample:\n  $ latchkey apps delete XbQ0vTz8… --yes')
    .action(deleteApp);

  addGrantCommand(apps);
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

const UPDATE_HELP = `
A list takes the place of the one that is there: name all of it, or add callbacks with --add-callback. An application that
needs a secret from now on is given one, which is printed this once.

Examples:
  $ latchkey apps update XbQ0vTz8… --name "Acme Shop" --login-url https://shop.example.com/login
  $ latchkey apps update XbQ0vTz8… --add-callback https://shop.example.com/callback
  $ latchkey apps update XbQ0vTz8… --grant authorization_code refresh_token client_credentials
  $ latchkey apps update XbQ0vTz8… --jwks public-keys.json
  $ latchkey apps update XbQ0vTz8… --no-require-pkce --id-token-lifetime 3600`;

const ROTATE_HELP = `
Left out, --former-seconds is a day: time to give the new secret to every server. With 0 the former one is dead at once.

Examples:
  $ latchkey apps rotate-secret XbQ0vTz8…
  $ latchkey apps rotate-secret XbQ0vTz8… --former-seconds 0`;

type CreateOptions = AppSettings & { name: string; type: string; json?: true };

async function createApp(options: CreateOptions, calledFrom: string): Promise<void> {
  const body = {
    name: options.name,
    app_type: options.type,
    ...(await bodyOf(options, { calledFrom })),
  };
  const app = await withApi((api) =>
    ask<CreatedClientDocument>(api, { method: 'POST', path: CLIENTS_PATH, body }),
  );
  if (options.json) return printJson(app);
  printApp(app);
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
  const app = await withApi((api) => ask<ClientDocument>(api, { method: 'GET', path: pathOf(clientId) }));
  if (options.json) return printJson(app);
  print(describe(app));
}

type UpdateOptions = AppSettings & {
  name?: string;
  type?: string;
  firstParty?: true;
  addCallback?: string[];
  json?: true;
};

async function updateApp(clientId: string, options: UpdateOptions, calledFrom: string): Promise<void> {
  const { name, type, firstParty, addCallback: added = [] } = options;
  const settings = await bodyOf(options, { calledFrom });
  const given = { name, app_type: type, ...settings, ...(firstParty && { is_first_party: true }) };
  if (added.length === 0 && Object.values(given).every((value) => value === undefined))
    throw new CommandFailure('There is nothing to change: see "latchkey apps update --help".', 2);
  const path = pathOf(clientId);
  const app = await withApi(async (api) => {
    const { callbacks, refresh_token: refresh } = await ask<ClientDocument>(api, { method: 'GET', path });
    const body = {
      ...given,
      ...(added.length > 0 && { callbacks: [...(options.callback ?? callbacks), ...added] }),
      // All of it is replaced together.
      ...(settings.refresh_token !== undefined && {
        refresh_token: { ...refresh, ...settings.refresh_token },
      }),
    };
    return ask<CreatedClientDocument>(api, { method: 'PATCH', path, body });
  });
  if (options.json) return printJson(app);
  printApp(app);
}

async function rotateSecret(
  clientId: string,
  { formerSeconds, json }: { formerSeconds?: number; json?: true },
): Promise<void> {
  const query = formerSeconds === undefined ? '' : `?former_secret_seconds=${formerSeconds}`;
  const app = await withApi((api) =>
    ask<CreatedClientDocument>(api, { method: 'POST', path: `${pathOf(clientId)}/rotate-secret${query}` }),
  );
  if (json) return printJson(app);
  printApp(app);
  const seconds = formerSeconds ?? FORMER_SECRET_SECONDS;
  print(seconds === 0 ? 'The former one is dead.' : `The former one is good for ${seconds} seconds more.`);
}

async function deleteApp(clientId: string, { yes, json }: { yes?: true; json?: true }): Promise<void> {
  const path = pathOf(clientId);
  const { name } = await withApi(async (api) => {
    const app = await ask<ClientDocument>(api, { method: 'GET', path });
    await confirm(`Everybody who signed in to "${app.name}" is signed out of it. Delete it?`, { yes });
    await ask(api, { method: 'DELETE', path });
    return app;
  });
  if (json) return printJson({ client_id: clientId, deleted: true });
  print(`The application "${name}" is deleted.`);
}

function pathOf(clientId: string): string {
  return `${CLIENTS_PATH}/${encodeURIComponent(clientId)}`;
}

function printApp(app: CreatedClientDocument): void {
  print(describe(app));
  if (app.client_secret !== undefined) print('\nThe secret is shown this once: keep it now.');
}

function describe(app: CreatedClientDocument): string {
  const { alg, lifetime_in_seconds: lifetime } = app.jwt_configuration;
  return formatCard([
    ['Name', app.name],
    ...(app.description === null ? [] : [['Description', app.description] as const]),
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
    ['ID tokens', `${alg}, ${lifetime} seconds`],
    ['Refresh tokens', describeRefresh(app.refresh_token)],
    ...(app.initiate_login_uri === null ? [] : [['Login URL', app.initiate_login_uri] as const]),
  ]);
}

function describeRefresh(refresh: ClientDocument['refresh_token']): string {
  const whole = refresh.infinite_token_lifetime ? 'no end' : `${refresh.token_lifetime} seconds`;
  const idle = refresh.infinite_idle_token_lifetime ? 'any time' : `${refresh.idle_token_lifetime} seconds`;
  return `${refresh.rotation_type}, ${whole}, unused for ${idle}`;
}
