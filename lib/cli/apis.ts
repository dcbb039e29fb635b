// `latchkey apis`: what access tokens are for, which the standards call resource servers.
import { type Command, Option } from 'commander';
import { RESOURCE_SERVERS_PATH } from '@/lib/management/resource-server-routes';
import { type ResourceServerDocument, SIGNING_ALGORITHMS } from '@/lib/management/resource-servers';
import type { ManagementApi } from '@/lib/runtime/operations';
import { CommandFailure, confirm, print, printJson, readWholeNumber } from './command-line';
import { formatCard, formatTable } from './layout';
import { ask, withApi } from './management-api';

/** Adds the commands to the program. */
export function addApisCommands(program: Command): void {
  const apis = program
    .command('apis')
    .description('APIs that access tokens are for (OAuth resource servers)');

  apis
    .command('list')
    .description('every API; the first is that of Latchkey itself')
    .option('--json', 'print JSON: a list')
    .addHelpText('after', '\nExample:\n  $ latchkey apis list')
    .action(listApis);

  apis
    .command('show')
    .description('one API with its scopes')
    .argument('<api>', 'its identifier or id')
    .option('--json', 'print JSON, as the management API answers')
    .addHelpText('after', '\nExample:\n  $ latchkey apis show https://orders.example.com/v1')
    .action(showApi);

  addApiSettings(
    apis
      .command('create')
      .description('register an API')
      .argument('<identifier>', 'the audience of its tokens, for good; a URL by custom, which nobody calls')
      .option('--name <name>', 'shown to people who are asked what an application may have'),
  )
    .option('--json', 'print JSON, as the management API answers')
    .addHelpText('after', CREATE_HELP)
    .action(createApi);

  addApiSettings(
    apis
      .command('update')
      .description('change what is given, and leave the rest as it is')
      .argument('<api>', 'its identifier or id')
      .option('--name <name>', 'shown to people who are asked what an application may have')
      .option('--add-scope <scope...>', 'further scopes')
      .option('--remove-scope <value...>', 'scopes that it has no longer'),
  )
    .option('--no-offline-access', 'no refresh token comes with its access tokens')
    .option('--json', 'print JSON, as the management API answers')
    .addHelpText('after', UPDATE_HELP)
    .action(updateApi);

  apis
    .command('delete')
    .description('take an API away, with what was granted of it; asks first')
    .argument('<api>', 'its identifier or id')
    .option('--yes', 'do not ask')
    .option('--json', 'print JSON: what was deleted')
    .addHelpText('after', '\nExample:\n  $ latchkey apis delete https://orders.example.com/v1 --yes')
    .action(deleteApi);
}

function addApiSettings(command: Command): Command {
  return command
    .option('--scope <scope...>', 'all that may be asked of it: value, or value=description for people')
    .addOption(new Option('--signing-alg <algorithm>', 'what signs its tokens').choices(SIGNING_ALGORITHMS))
    .option('--token-lifetime <seconds>', 'how long its tokens live', readWholeNumber)
    .option(
      '--token-lifetime-for-web <seconds>',
      'how long those live that are handed out at the front',
      readWholeNumber,
    )
    .option('--offline-access', 'refresh tokens may come with its access tokens')
    .option('--no-skip-consent', 'people are asked of our own applications too what they may have');
}

const CREATE_HELP = `
Examples:
  $ latchkey apis create https://orders.example.com/v1 --name Orders \\
      --scope "read:orders=Read your orders" "write:orders=Place orders" --offline-access
  $ latchkey apis create urn:example:reports --signing-alg ES256 --token-lifetime 600 --json`;

const UPDATE_HELP = `
A scope that is removed is in no token that is issued from then on.

Examples:
  $ latchkey apis update https://orders.example.com/v1 --add-scope "cancel:orders=Cancel orders"
  $ latchkey apis update https://orders.example.com/v1 --remove-scope write:orders
  $ latchkey apis update https://orders.example.com/v1 --token-lifetime 3600 --no-offline-access`;

type ApiSettings = {
  name?: string;
  scope?: string[];
  signingAlg?: string;
  tokenLifetime?: number;
  tokenLifetimeForWeb?: number;
  offlineAccess?: boolean;
  /** True where nothing was said: commander's way with `--no-`. */
  skipConsent: boolean;
  json?: true;
};

type Scope = ResourceServerDocument['scopes'][number];

function bodyOf(settings: ApiSettings): Record<string, unknown> {
  return {
    name: settings.name,
    scopes: settings.scope?.map(readScope),
    signing_alg: settings.signingAlg,
    token_lifetime: settings.tokenLifetime,
    token_lifetime_for_web: settings.tokenLifetimeForWeb,
    allow_offline_access: settings.offlineAccess,
    skip_consent_for_verifiable_first_party_clients: settings.skipConsent ? undefined : false,
  };
}

function readScope(text: string): Scope {
  const [value = '', ...description] = text.split('=');
  return description.length === 0 ? { value } : { value, description: description.join('=') };
}

async function listApis({ json }: { json?: true }): Promise<void> {
  const apis = await withApi(async (api) => {
    const all: ResourceServerDocument[] = [];
    for (let page = 0; ; page++) {
      const path = `${RESOURCE_SERVERS_PATH}?per_page=${PER_PAGE}&page=${page}`;
      const some = await ask<ResourceServerDocument[]>(api, { method: 'GET', path });
      all.push(...some);
      if (some.length < PER_PAGE) return all;
    }
  });
  if (json) return printJson(apis);
  const rows = apis.map(({ identifier, name, scopes, signing_alg: alg }) => [
    identifier,
    name,
    String(scopes.length),
    alg,
  ]);
  print(formatTable(['IDENTIFIER', 'NAME', 'SCOPES', 'SIGNED BY'], rows));
}

const PER_PAGE = 100;

async function showApi(name: string, { json }: { json?: true }): Promise<void> {
  const found = await withApi((api) => findApi(api, name));
  if (json) return printJson(found);
  print(describe(found));
}

async function createApi(identifier: string, settings: ApiSettings): Promise<void> {
  const body = { identifier, ...bodyOf(settings) };
  const created = await withApi((api) =>
    ask<ResourceServerDocument>(api, { method: 'POST', path: RESOURCE_SERVERS_PATH, body }),
  );
  if (settings.json) return printJson(created);
  print(describe(created));
}

type UpdateSettings = ApiSettings & { addScope?: string[]; removeScope?: string[] };

async function updateApi(name: string, settings: UpdateSettings): Promise<void> {
  const { addScope = [], removeScope = [] } = settings;
  const given = bodyOf(settings);
  const changesScopes = addScope.length + removeScope.length > 0;
  if (!changesScopes && Object.values(given).every((value) => value === undefined))
    throw new CommandFailure('There is nothing to change: see "latchkey apis update --help".', 2);
  const changed = await withApi(async (api) => {
    const { scopes } = await findApi(api, name);
    const added = addScope.map(readScope);
    const gone = new Set([...removeScope, ...added.map(({ value }) => value)]);
    const before = settings.scope?.map(readScope) ?? scopes;
    const body = changesScopes
      ? { ...given, scopes: [...before.filter(({ value }) => !gone.has(value)), ...added] }
      : given;
    return ask<ResourceServerDocument>(api, { method: 'PATCH', path: pathOf(name), body });
  });
  if (settings.json) return printJson(changed);
  print(describe(changed));
}

async function deleteApi(name: string, { yes, json }: { yes?: true; json?: true }): Promise<void> {
  const deleted = await withApi(async (api) => {
    const found = await findApi(api, name);
    await confirm(`No application gets tokens for "${found.name}" any more. Delete it?`, { yes });
    await ask(api, { method: 'DELETE', path: pathOf(name) });
    return found;
  });
  if (json) return printJson({ id: deleted.id, identifier: deleted.identifier, deleted: true });
  print(`The API ${deleted.identifier} is deleted.`);
}

/** By its id or identifier. @throws {CommandFailure} */
export function findApi(api: ManagementApi, name: string): Promise<ResourceServerDocument> {
  return ask(api, { method: 'GET', path: pathOf(name) });
}

function pathOf(name: string): string {
  return `${RESOURCE_SERVERS_PATH}/${encodeURIComponent(name)}`;
}

function describe(api: ResourceServerDocument): string {
  const { scopes } = api;
  return formatCard([
    ['Name', api.name],
    ['Identifier', api.identifier],
    ['ID', api.id],
    ['Signed by', api.signing_alg],
    ['Tokens live', `${api.token_lifetime} seconds, ${api.token_lifetime_for_web} from the front`],
    ['Refresh tokens', api.allow_offline_access ? 'yes' : 'no'],
    ['Consent', api.skip_consent_for_verifiable_first_party_clients ? 'for other houses only' : 'always'],
    ['Scopes', scopes.map(({ value, description }) => (description ? `${value}  ${description}` : value))],
  ]);
}
