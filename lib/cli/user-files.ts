// `latchkey users import` and `export`: users by the file. Both are jobs of the management API; the command waits for them, shows
// how far they are where a person watches, and does the work itself where no server runs that would.
import { createWriteStream, openAsBlob } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Command, Option } from 'commander';
import { CONNECTIONS_PATH } from '@/lib/management/connection-routes';
import type { ConnectionDocument } from '@/lib/management/connections';
import { EXPORTS_PATH, IMPORTS_PATH, JOBS_PATH } from '@/lib/management/job-routes';
import type { JobDocument, RowProblemsDocument } from '@/lib/management/jobs';
import { USERS_PATH } from '@/lib/management/user-routes';
import type { ManagementApi } from '@/lib/runtime/operations';
import { CommandFailure, print, printJson } from './command-line';
import { ask, askForResponse, withApi } from './management-api';
import { type Bar, openBar } from './progress';

/** Adds the commands below `latchkey users`. @param calledFrom the folder that files are named from */
export function addUserFileCommands(users: Command, { calledFrom }: { calledFrom: string }): void {
  users
    .command('import')
    .description('make the users of a file known; nobody is sent anything')
    .argument('<file>', 'JSON: a list, or one object a line')
    .option('--connection <name>', 'how they sign in', 'email')
    .option('--upsert', 'change users who are there already, instead of leaving them out')
    .option('--json', 'print JSON: the job, as the management API answers')
    .addHelpText('after', IMPORT_HELP)
    .action((file: string, options: ImportOptions) => importUsers(resolve(calledFrom, file), options));

  users
    .command('export')
    .description('write all users to a file, or to standard output')
    .argument('[file]')
    .addOption(new Option('--format <format>', 'what it is').choices(['json', 'csv']).default('json'))
    .option('--fields <names>', 'with commas between them; left out: what an import takes')
    .option('--connection <name>', 'only those who sign in that way')
    .option('--limit <number>', 'how many at most')
    .addHelpText('after', EXPORT_HELP)
    .action((file: string | undefined, options: ExportOptions) =>
      exportUsers(file === undefined ? null : resolve(calledFrom, file), options),
    );
}

const IMPORT_HELP = `
A user is what "latchkey users create" takes, as JSON: email or phone_number, user_id, name, email_verified, user_metadata, …
What is wrong with one stops no other: it is told by its place in the file, and the exit code is 1. An import that was
interrupted goes on by itself where a server runs, or with the next import.

Examples:
  $ latchkey users import users.json
  $ latchkey users import numbers.ndjson --connection sms --upsert
  $ ssh old.example.com latchkey users export > users.ndjson && latchkey users import users.ndjson`;

const EXPORT_HELP = `
JSON is one object a line, as an import takes it. In a table a text that begins like a formula begins with an apostrophe.

Examples:
  $ latchkey users export users.ndjson
  $ latchkey users export users.csv --format csv --fields user_id,email,last_login,app_metadata.plan
  $ latchkey users export --connection sms | gzip > numbers.ndjson.gz`;

// ---- Import ---------------------------------------------------------------------------------------------------------

type ImportOptions = { connection: string; upsert?: true; json?: true };

const POLL_MS = 300;
/** Problems that are printed; --json and the API have all of them. */
const SHOWN_MAX = 50;

async function importUsers(file: string, options: ImportOptions): Promise<void> {
  const { job, problems } = await withApi(async (api) => {
    const form = new FormData();
    form.append('users', await openFile(file), basename(file));
    form.append('connection_id', (await findConnection(api, options.connection)).id);
    form.append('upsert', String(options.upsert === true));
    const begun = await ask<JobDocument>(api, { method: 'POST', path: IMPORTS_PATH, body: form });
    const job = await watchImport(api, begun, { isQuiet: options.json === true });
    const path = `${JOBS_PATH}/${job.id}/errors`;
    return { job, problems: await ask<RowProblemsDocument>(api, { method: 'GET', path }) };
  });
  if (options.json) printJson(job);
  else report(basename(file), job, problems);
  const { total = 0, failed = 0 } = job.summary ?? {};
  if (job.status === 'failed') throw new CommandFailure(job.status_details ?? 'The import failed.');
  if (failed > 0) throw new CommandFailure(`${failed} of ${total} users were not imported.`);
}

async function openFile(file: string): Promise<Blob> {
  try {
    return await openAsBlob(file);
  } catch {
    throw new CommandFailure(`${basename(file)} cannot be read.`, 2);
  }
}

/** @throws {CommandFailure} */
async function findConnection(api: ManagementApi, name: string): Promise<ConnectionDocument> {
  const path = `${CONNECTIONS_PATH}?${new URLSearchParams({ name })}`;
  const [connection] = await ask<ConnectionDocument[]>(api, { method: 'GET', path });
  if (connection === undefined) throw new CommandFailure('There is no connection of that name.', 2);
  return connection;
}

/** Waits for the end of a job. */
export async function watchImport(
  api: ManagementApi,
  begun: JobDocument,
  { isQuiet }: { isQuiet: boolean },
): Promise<JobDocument> {
  const bar = openBar({ total: begun.summary?.total ?? 0, what: 'users', isQuiet });
  const working = api.work();
  for (let job = begun; ; ) {
    bar.show(doneOf(job));
    if (job.status === 'completed' || job.status === 'failed') {
      bar.close();
      await working;
      return job;
    }
    // What ends the work here ends the wait as well.
    await Promise.race([sleep(POLL_MS), working.then(() => sleep(POLL_MS))]);
    job = await ask<JobDocument>(api, { method: 'GET', path: `${JOBS_PATH}/${begun.id}` });
  }
}

function doneOf({ summary }: JobDocument): number {
  return summary === undefined ? 0 : summary.inserted + summary.updated + summary.failed;
}

function report(file: string, { summary }: JobDocument, problems: RowProblemsDocument): void {
  for (const { row, line, errors } of problems.slice(0, SHOWN_MAX)) {
    for (const { message } of errors)
      process.stderr.write(`${file}: user ${row}, line ${line}: ${message}\n`);
  }
  if (problems.length > SHOWN_MAX) process.stderr.write(`… and ${problems.length - SHOWN_MAX} more\n`);
  const { inserted = 0, updated = 0, failed = 0 } = summary ?? {};
  print(`${inserted} added, ${updated} changed, ${failed} left out.`);
}

// ---- Export ---------------------------------------------------------------------------------------------------------

type ExportOptions = { format: string; fields?: string; connection?: string; limit?: string };

async function exportUsers(file: string | null, options: ExportOptions): Promise<void> {
  if (options.limit !== undefined && !/^[1-9]\d{0,8}$/.test(options.limit))
    throw new CommandFailure('--limit takes a whole number.', 2);
  await withApi(async (api) => {
    const { connection, format, fields, limit } = options;
    const body = {
      format,
      fields: fields?.split(',').map((name) => ({ name: name.trim() })),
      connection_id: connection === undefined ? undefined : (await findConnection(api, connection)).id,
      limit: limit === undefined ? undefined : Number(limit),
    };
    const job = await ask<JobDocument>(api, { method: 'POST', path: EXPORTS_PATH, body });
    const { pathname: path } = new URL(job.location ?? '');
    const isWhole = connection === undefined && limit === undefined;
    const bar = openBar({
      total: isWhole ? await countUsers(api) : 0,
      what: 'users',
      isQuiet: file === null,
    });
    const response = await askForResponse(api, { method: 'GET', path });
    const rows = countRows(response, bar);
    // What breaks off is not taken for the whole.
    if (file === null) await pipeline(rows, process.stdout, { end: false });
    else await writeWhole(file, rows);
    bar.close();
  });
}

async function countUsers(api: ManagementApi): Promise<number> {
  const path = `${USERS_PATH}?per_page=1&include_totals=true`;
  return (await ask<{ total: number }>(api, { method: 'GET', path })).total;
}

async function* countRows(response: Response, bar: Bar): AsyncGenerator<Uint8Array> {
  let rows = 0;
  for await (const part of Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0])) {
    rows += (part as Uint8Array).reduce((count, byte) => count + (byte === NEWLINE ? 1 : 0), 0);
    bar.show(rows);
    yield part;
  }
}

const NEWLINE = 10;

/** Of people: for nobody else's eyes. */
async function writeWhole(file: string, rows: AsyncIterable<Uint8Array>): Promise<void> {
  const unfinished = `${file}.unfinished`;
  try {
    await pipeline(rows, createWriteStream(unfinished, { mode: 0o600 }));
    await rename(unfinished, file);
  } catch (problem) {
    await rm(unfinished, { force: true });
    const { code } = problem as NodeJS.ErrnoException;
    throw code === undefined ? problem : new CommandFailure(`${basename(file)} cannot be written: ${code}.`);
  }
}
