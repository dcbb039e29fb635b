// `latchkey connections`: the ways to prove an identifier. Options are read, changed and sent back whole, as the
// management API wants them; secrets stay where they are unless new ones are given.
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import type { MessagePreview } from '@/lib/login/preview-message';
import { CONNECTIONS_PATH } from '@/lib/management/connection-routes';
import type { ConnectionDocument } from '@/lib/management/connections';
import { PREVIEW_PATH } from '@/lib/management/report-routes';
import { PREVIEW_KINDS } from '@/lib/management/reports';
import type { ManagementApi } from '@/lib/runtime/operations';
import { CommandFailure, print, printJson } from './command-line';
import { formatCard, formatTable } from './layout';
import { ask, withApi } from './management-api';

/**
 * Adds the commands to the program.
 *
 * @param calledFrom the folder that files are named from
 */
export function addConnectionsCommands(program: Command, { calledFrom }: { calledFrom: string }): void {
  const connections = program
    .command('connections')
    .description('ways to prove who somebody is: e-mail and text messages');

  connections
    .command('list')
    .description('every connection, in the order login pages offer them')
    .option('--json', 'print JSON: a list, as the management API answers')
    .addHelpText('after', '\nExample:\n  $ latchkey connections list')
    .action(listConnections);

  connections
    .command('show')
    .description('one connection with all its options; of secrets only that they are there')
    .argument('<name>', 'its name or id')
    .option('--json', 'print JSON, as the management API answers')
    .addHelpText('after', '\nExample:\n  $ latchkey connections show sms')
    .action(showConnection);

  connections
    .command('update')
    .description('change options, and which applications offer it')
    .argument('<name>', 'its name or id')
    .option('--set <key=value...>', 'change an option and leave the others as they are')
    .option('--options <file>', 'replace all options by the JSON object in a file')
    .option('--enable <client-id...>', 'offer it on the login pages of these applications')
    .option('--disable <client-id...>', 'no longer offer it there')
    .option('--json', 'print JSON, as the management API answers')
    .addHelpText('after', UPDATE_HELP)
    .action((name: string, given: UpdateOptions) => updateConnection(name, { ...given, calledFrom }));

  connections
    .command('preview')
    .description('a message of it, in the words that people would get; nothing is sent')
    .argument('<name>', 'its name or id')
    .option('--language <tag>', 'whose language, such as de or pt-BR')
    .addOption(new Option('--kind <kind>', 'which message').choices(PREVIEW_KINDS))
    .option('--application <name>', 'the name of the application in it')
    .option('--html', 'print the HTML of an e-mail in place of its text')
    .option('--json', 'print JSON: all of it')
    .addHelpText('after', PREVIEW_HELP)
    .action(previewMessage);
}

const UPDATE_HELP = `
A key may name an option inside of another: totp.length, email.subject. A value is JSON where it reads as JSON, a text
otherwise; @file takes the text of a file, and nothing after the = takes an option back to its default. Secrets are kept
unless new ones are set.

Examples:
  $ latchkey connections update email --set totp.length=8 --set send=code
  $ latchkey connections update email --set email.subject="Your code for {{ application.name }}" --set email.body=@mail.html
  $ latchkey connections update sms --set twilio_sid=AC… --set twilio_token=@token.txt --set from=+15550100200
  $ latchkey connections update sms --set 'countries=["DE","AT","CH"]' --enable XbQ0vTz8…
  $ latchkey connections update sms --set countries=
  $ latchkey connections update email --options email.json`;

const PREVIEW_HELP = `
Examples:
  $ latchkey connections preview email --language ja
  $ latchkey connections preview email --kind new_device
  $ latchkey connections preview email --html > mail.html
  $ latchkey connections preview sms --application "Acme Shop" --json`;

async function listConnections(options: { json?: true }): Promise<void> {
  const connections = await withApi((api) =>
    ask<ConnectionDocument[]>(api, { method: 'GET', path: CONNECTIONS_PATH }),
  );
  if (options.json) return printJson(connections);
  const rows = connections.map(({ name, strategy, enabled_clients: clients, options_problem: problem }) => [
    name,
    strategy,
    String(clients.length),
    problem === undefined ? '' : `out of use: ${problem}`,
  ]);
  print(formatTable(['NAME', 'STRATEGY', 'APPLICATIONS', ''], rows));
}

async function showConnection(name: string, options: { json?: true }): Promise<void> {
  const connection = await withApi((api) => findConnection(api, name));
  if (options.json) return printJson(connection);
  print(describe(connection));
}

type UpdateOptions = {
  set?: string[];
  options?: string;
  enable?: string[];
  disable?: string[];
  json?: true;
};

async function updateConnection(
  name: string,
  { calledFrom, ...given }: UpdateOptions & { calledFrom: string },
): Promise<void> {
  const { set = [], enable = [], disable = [] } = given;
  const readText = (file: string) => readFileFrom(calledFrom, file);
  if (set.length + enable.length + disable.length === 0 && given.options === undefined) {
    throw new CommandFailure('There is nothing to change: give --set, --options, --enable or --disable.', 2);
  }
  const whole =
    given.options === undefined ? null : parseJsonObject(given.options, await readText(given.options));
  const settings = await Promise.all(set.map((setting) => readSetting(setting, readText)));

  const changed = await withApi(async (api) => {
    const { id, options, enabled_clients: clients } = await findConnection(api, name);
    const path = `${CONNECTIONS_PATH}/${encodeURIComponent(id)}`;
    // One request: what is refused of it changes nothing.
    const body = {
      ...((whole !== null || settings.length > 0) && { options: settings.reduce(put, whole ?? options) }),
      ...(enable.length + disable.length > 0 && {
        enabled_clients: [...clients, ...enable].filter((clientId) => !disable.includes(clientId)),
      }),
    };
    return ask<ConnectionDocument>(api, { method: 'PATCH', path, body });
  });
  if (given.json) return printJson(changed);
  print(describe(changed));
}

type PreviewOptions = { language?: string; kind?: string; application?: string; html?: true; json?: true };

async function previewMessage(name: string, given: PreviewOptions): Promise<void> {
  const { language, kind, application } = given;
  const preview = await withApi(async (api) => {
    const { id } = await findConnection(api, name);
    const path = PREVIEW_PATH.replace('{id}', encodeURIComponent(id));
    const body = { language, kind, application_name: application };
    return ask<MessagePreview>(api, { method: 'POST', path, body });
  });
  if (given.json) return printJson(preview);
  for (const { part, reason, line, column } of preview.problems) {
    process.stderr.write(`latchkey: ${part}, line ${line}, column ${column}: ${reason}\n`);
  }
  if (preview.kind === 'sms') {
    const { body, encoding, characters, segments, warning } = preview;
    print(`${body}\n`);
    print(
      `${characters} characters of ${encoding}: ${segments === 1 ? 'one message' : `${segments} messages`}`,
    );
    if (warning !== null) print(warning);
  } else if (given.html) {
    print(preview.html);
  } else {
    print(
      formatCard([
        ['From', preview.from],
        ['Subject', preview.subject],
      ]),
    );
    print(`\n${preview.text}`);
  }
}

/** By its id, or else by its name. */
async function findConnection(api: ManagementApi, nameOrId: string): Promise<ConnectionDocument> {
  const path = `${CONNECTIONS_PATH}?name=${encodeURIComponent(nameOrId)}`;
  const [named] = await ask<ConnectionDocument[]>(api, { method: 'GET', path });
  if (named !== undefined) return named;
  const all = await ask<ConnectionDocument[]>(api, { method: 'GET', path: CONNECTIONS_PATH });
  const found = all.find(({ id }) => id === nameOrId);
  if (found !== undefined) return found;
  throw new CommandFailure(
    `There is no connection of that name; there are ${all.map(({ name }) => name).join(', ')}.`,
  );
}

function describe({
  id,
  name,
  strategy,
  options,
  enabled_clients: clients,
  options_problem: problem,
}: ConnectionDocument): string {
  return formatCard([
    ['Name', name],
    ['ID', id],
    ['Strategy', strategy],
    ['Applications', clients],
    ...(problem === undefined ? [] : [['Out of use', problem] as const]),
    ...flatten(options),
  ]);
}

/** A line for each option: `totp.length`. Lists and what they hold are written as JSON. */
export function flatten(options: object, prefix = ''): [string, string][] {
  return Object.entries(options).flatMap(([key, value]): [string, string][] => {
    const name = `${prefix}${key}`;
    if (isObject(value) && Object.keys(value).length > 0) return flatten(value, `${name}.`);
    return [[name, clip(typeof value === 'string' ? value : JSON.stringify(value))]];
  });
}

/** A template would fill the screen; --json has all of it. */
function clip(text: string): string {
  return text.length <= CLIP_CHARACTERS
    ? text
    : `${text.slice(0, CLIP_CHARACTERS)}… (${text.length} characters)`;
}

const CLIP_CHARACTERS = 100;

type Setting = Readonly<{ path: readonly string[]; value: unknown }>;

/** What `key=value` says. @throws {CommandFailure} 2 */
export async function readSetting(setting: string, readText: ReadText): Promise<Setting> {
  const [, key = '', text = ''] = /^([A-Za-z][\w.]*)=(.*)$/su.exec(setting) ?? [];
  if (key === '')
    throw new CommandFailure(`--set takes key=value, such as totp.length=8; not "${setting}".`, 2);
  return { path: key.split('.'), value: await readValue(text, readText) };
}

async function readValue(text: string, readText: ReadText): Promise<unknown> {
  if (text === '') return undefined;
  if (text.startsWith('@')) return (await readText(text.slice(1))).replace(/\r?\n$/, '');
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function parseJsonObject(file: string, text: string): Record<string, unknown> {
  try {
    const options: unknown = JSON.parse(text);
    if (isObject(options)) return options;
  } catch {
    // Said below, for this and for JSON that is no object.
  }
  throw new CommandFailure(`${file} must hold a JSON object.`, 2);
}

/** The JSON object of a file. @throws {CommandFailure} 2 */
export async function readJsonObject(folder: string, file: string): Promise<Record<string, unknown>> {
  return parseJsonObject(file, await readFileFrom(folder, file));
}

type ReadText = (file: string) => Promise<string>;

/** The text of a file. @throws {CommandFailure} 2 */
export async function readFileFrom(folder: string, file: string): Promise<string> {
  try {
    return await readFile(resolve(folder, file), 'utf8');
  } catch (problem) {
    const { code = '' } = problem as NodeJS.ErrnoException;
    throw new CommandFailure(`${file} cannot be read: ${code}.`, 2);
  }
}

/** The options with one more setting. */
export function put(
  options: Readonly<Record<string, unknown>>,
  { path, value }: Setting,
): Record<string, unknown> {
  const [key = '', ...below] = path;
  const inside = options[key];
  const next = below.length === 0 ? value : put(isObject(inside) ? inside : {}, { path: below, value });
  return { ...options, [key]: next };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
