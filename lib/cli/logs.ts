// `latchkey logs`: the audit log, read back or as it grows. The management API does the work, wherever it runs.
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Command, Option } from 'commander';
import { LOGS_FILE_PATH, LOGS_PATH } from '@/lib/management/log-routes';
import { type LogDocument, SETTLED_SECONDS } from '@/lib/management/logs';
import type { ManagementApi } from '@/lib/runtime/operations';
import { CommandFailure, print, printJson } from './command-line';
import { formatTable } from './layout';
import { ask, askForResponse, withApi } from './management-api';

/** Adds the command to the program. */
export function addLogsCommand(program: Command): void {
  program
    .command('logs')
    .description('the audit log: who signed in, what failed, what operators changed')
    .argument('[query]', 'see below')
    .option('--type <type...>', 'of these kinds: s, f, sapi …')
    .option('--user <user>', 'about this address, number or user id')
    .option('--client <client-id>', 'of this application')
    .option('--ip <address>', 'from this network address; 203.0.113.* is many')
    .option('--since <time>', 'from this day or instant on, UTC')
    .option('--until <time>', 'to this day or instant, with it')
    .option('--limit <number>', 'how many, the newest', '50')
    .option('--follow', 'go on with what happens, until it is interrupted')
    .addOption(
      new Option(
        '--json',
        'print JSON: a list, as the management API answers; one a line with --follow',
      ).conflicts('csv'),
    )
    .addOption(
      new Option('--csv', 'print everything that fits as a table for spreadsheets').conflicts('follow'),
    )
    .addHelpText('after', HELP)
    .action(showLogs);
}

const HELP = `
A query has fields, as the management API's parameter q: log_id, type, client_id, client_name, connection, user_id, user_name, ip,
date; with AND, OR, NOT, ( ), "…", * and [a TO b]. People are kept masked, and found by their whole address.

Examples:
  $ latchkey logs --user ann@example.com --since 2026-01-31
  $ latchkey logs --type f limit_wc --follow
  $ latchkey logs 'type:(f OR fp) AND NOT ip:203.0.113.*' --json
  $ latchkey logs --since 2026-01-01 --csv > january.csv`;

type LogsOptions = {
  type?: string[];
  user?: string;
  client?: string;
  ip?: string;
  since?: string;
  until?: string;
  limit: string;
  follow?: true;
  json?: true;
  csv?: true;
};

/** What the API gives at once, and in pages. */
const PART = 100;
const LIMIT_MAX = 1000;
/** How often it is asked for what is new. */
const POLL_MS = 1000;

async function showLogs(query: string | undefined, options: LogsOptions): Promise<void> {
  const limit = Number(options.limit);
  if (!Number.isInteger(limit) || limit < 0 || limit > LIMIT_MAX)
    throw new CommandFailure(`--limit takes a whole number up to ${LIMIT_MAX}; --csv has no limit.`, 2);
  const tests = testsOf(query, options);
  await withApi(async (api) => {
    if (options.csv) return writeTable(api, tests);
    if (options.follow) return follow(api, { tests, limit, json: options.json ?? false });
    const entries = await readNewest(api, tests, limit);
    if (options.json) return printJson(entries);
    if (entries.length === 0) return print('There is no entry that fits.');
    print(formatTable(['DATE', 'TYPE', 'WHO', 'APPLICATION', 'FROM', ''], entries.map(rowOf)));
  });
}

/** Parts of a query that all have to be true. */
function testsOf(query: string | undefined, options: LogsOptions): string[] {
  const { type, user, client, ip, since, until } = options;
  const quoted = (word: string) => `"${word.replace(/["\\]/g, '\\$&')}"`;
  return [
    ...(query?.trim() ? [`(${query})`] : []),
    ...(type === undefined ? [] : [`type:(${type.map(quoted).join(' OR ')})`]),
    ...(user === undefined ? [] : [`${user.includes('|') ? 'user_id' : 'user_name'}:${quoted(user)}`]),
    ...(client === undefined ? [] : [`client_id:${quoted(client)}`]),
    ...(ip === undefined ? [] : [`ip:${ip.endsWith('*') ? ip : quoted(ip)}`]),
    ...(since === undefined && until === undefined ? [] : [range(since, until)]),
  ];
}

function range(since = '*', until = '*'): string {
  const end = (time: string) => (time === '*' ? time : `"${time.replace(/["\\]/g, '')}"`);
  return `date:[${end(since)} TO ${end(until)}]`;
}

function pathOf(path: string, tests: readonly string[], query: Record<string, string>): string {
  const q = tests.join(' AND ');
  return `${path}?${new URLSearchParams({ ...query, ...(q !== '' && { q }) })}`;
}

/** The newest first. */
async function readNewest(
  api: ManagementApi,
  tests: readonly string[],
  limit: number,
): Promise<LogDocument[]> {
  const entries: LogDocument[] = [];
  for (let page = 0; entries.length < limit; page++) {
    const path = pathOf(LOGS_PATH, tests, { page: String(page), per_page: String(PART) });
    const part = await ask<LogDocument[]>(api, { method: 'GET', path });
    entries.push(...part);
    if (part.length < PART) break;
  }
  return entries.slice(0, limit);
}

async function writeTable(api: ManagementApi, tests: readonly string[]): Promise<void> {
  const response = await askForResponse(api, { method: 'GET', path: pathOf(LOGS_FILE_PATH, tests, {}) });
  if (response.body === null) return;
  await pipeline(Readable.fromWeb(response.body as ReadableStream<Uint8Array>), process.stdout, {
    end: false,
  });
}

/** What there is until a moment ago, and then everything from that moment on: nothing twice, and nothing left out. */
async function follow(
  api: ManagementApi,
  { tests, limit, json }: { tests: readonly string[]; limit: number; json: boolean },
): Promise<never> {
  const begin = new Date(Date.now() - SETTLED_SECONDS * 1000).toISOString();
  const tell = (entry: LogDocument) => print(json ? JSON.stringify(entry) : formatLine(entry));
  const before = await readNewest(api, [...tests, `date:[* TO "${begin}"}`], limit);
  before.reverse().forEach(tell);
  const now = [...tests, `date:["${begin}" TO *]`];
  for (let from: string | undefined; ; ) {
    const place = { take: String(PART), ...(from !== undefined && { from }) };
    const part = await ask<LogDocument[]>(api, { method: 'GET', path: pathOf(LOGS_PATH, now, place) });
    part.forEach(tell);
    from = part.at(-1)?.log_id ?? from;
    if (part.length < PART) await sleep(POLL_MS);
  }
}

/** A table of one row has no columns that a later row could fit. */
function formatLine(entry: LogDocument): string {
  return formatTable(rowOf(entry), []);
}

function rowOf(entry: LogDocument): string[] {
  return [
    entry.date,
    entry.type,
    entry.user_name ?? entry.user_id ?? '',
    entry.client_name ?? entry.client_id ?? '',
    entry.ip ?? '',
    entry.description ?? '',
  ];
}
