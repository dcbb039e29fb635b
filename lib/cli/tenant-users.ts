// The users of an Auth0 tenant, one JSON object a line as its export has them, or a list: who has an e-mail address signs in by
// that, who has only a number by that. Passwords stay behind.
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { CONNECTIONS_PATH } from '@/lib/management/connection-routes';
import type { ConnectionDocument } from '@/lib/management/connections';
import { IMPORTS_PATH, JOBS_PATH } from '@/lib/management/job-routes';
import type { JobDocument, RowProblemsDocument } from '@/lib/management/jobs';
import { importedUser } from '@/lib/management/user-imports';
import type { ManagementApi } from '@/lib/runtime/operations';
import { CommandFailure } from './command-line';
import { fitTo } from './fit';
import { ask } from './management-api';
import type { Document } from './tenant';
import type { Entry } from './tenant-import';
import { watchImport } from './user-files';

/** What Auth0 says of a user that is a matter of its own. */
const ITS_OWN = new Set([
  'identities',
  'updated_at',
  'last_ip',
  'last_password_reset',
  'multifactor',
  'password_hash',
  'custom_password_hash',
  'tenant',
  'client_id',
  'connection',
  'provider',
]);

/** @throws {CommandFailure} 2 for a file that cannot be read */
export async function importAuth0Users(
  api: ManagementApi,
  { file, isDryRun, isQuiet }: { file: string; isDryRun: boolean; isQuiet: boolean },
): Promise<Entry[]> {
  const read = (await readRows(file)).map(translate);
  const entries: Entry[] = [];
  for (const channel of ['email', 'sms'] as const) {
    const rows = read.filter((row) => row.channel === channel);
    if (rows.length === 0) continue;
    const notes = summarise(rows);
    if (isDryRun)
      entries.push({ kind: 'users', name: `(${rows.length}) by ${channel}`, outcome: 'created', notes });
    else entries.push(await send(api, { channel, rows, notes, isQuiet }));
  }
  const nobody = read.filter(({ channel }) => channel === null).length;
  if (nobody > 0) {
    const notes = ['they have neither an e-mail address nor a number'];
    entries.push({ kind: 'users', name: `(${nobody})`, outcome: 'left out', notes });
  }
  return entries;
}

type Row = Readonly<{ channel: 'email' | 'sms' | null; user: Document; dropped: readonly string[] }>;

async function readRows(file: string): Promise<Document[]> {
  const text = await readFile(file, 'utf8').catch(() => {
    throw new CommandFailure(`${basename(file)} cannot be read.`, 2);
  });
  try {
    const isList = text.trimStart().startsWith('[');
    const rows: unknown = isList
      ? JSON.parse(text)
      : text
          .split('\n')
          .filter((line) => line.trim() !== '')
          .map((line) => JSON.parse(line));
    return rows as Document[];
  } catch {
    throw new CommandFailure(`${basename(file)} is no JSON: a list, or one object a line.`, 2);
  }
}

function translate(row: Document): Row {
  const own = Object.fromEntries(
    Object.entries(row).filter(([name, value]) => value !== null && value !== '' && !ITS_OWN.has(name)),
  );
  const channel = own.email !== undefined ? 'email' : own.phone_number !== undefined ? 'sms' : null;
  const { user_id: userId, phone_number, phone_verified, email, email_verified, ...others } = own;
  const dropped: string[] = [];
  const [, provider, id] = /^(\w+)\|([0-9a-f]{24})$/.exec(String(userId)) ?? [];
  if (provider === channel && id !== undefined) Object.assign(others, { user_id: id });
  else if (userId !== undefined) dropped.push('their ids change: those of other providers are not kept');
  const identifier = channel === 'sms' ? { phone_number, phone_verified } : { email, email_verified };
  if (channel === 'email' && phone_number !== undefined)
    dropped.push('their numbers are left out: they sign in by their address');
  const user = JSON.parse(JSON.stringify({ ...identifier, ...others }));
  const fitting = fitTo(importedUser, user);
  return {
    channel,
    user: (fitting?.body ?? user) as Document,
    dropped: [...dropped, ...(fitting?.dropped ?? []).map(({ field }) => `${field} is left out`)],
  };
}

/** The same of many is said once. */
function summarise(rows: readonly Row[]): string[] {
  const counts = new Map<string, number>();
  for (const { dropped } of rows)
    for (const note of new Set(dropped)) counts.set(note, (counts.get(note) ?? 0) + 1);
  return [...counts].map(([note, count]) => `of ${count}: ${note}`);
}

async function send(
  api: ManagementApi,
  {
    channel,
    rows,
    notes,
    isQuiet,
  }: { channel: 'email' | 'sms'; rows: readonly Row[]; notes: readonly string[]; isQuiet: boolean },
): Promise<Entry> {
  const connections = await ask<ConnectionDocument[]>(api, {
    method: 'GET',
    path: `${CONNECTIONS_PATH}?strategy=${channel}`,
  });
  const name = `(${rows.length}) by ${channel}`;
  const [connection] = connections;
  if (connection === undefined)
    return { kind: 'users', name, outcome: 'left out', notes: ['there is no connection for them'] };
  const form = new FormData();
  const text = rows.map(({ user }) => JSON.stringify(user)).join('\n');
  form.append('users', new Blob([text], { type: 'application/json' }), 'users.ndjson');
  form.append('connection_id', connection.id);
  form.append('upsert', 'true');
  const begun = await ask<JobDocument>(api, { method: 'POST', path: IMPORTS_PATH, body: form });
  const job = await watchImport(api, begun, { isQuiet });
  const problems = await ask<RowProblemsDocument>(api, {
    method: 'GET',
    path: `${JOBS_PATH}/${job.id}/errors`,
  });
  const { inserted = 0, updated = 0, failed = 0 } = job.summary ?? {};
  const refused = problems.flatMap(({ row, errors }) =>
    errors.map(({ message }) => `user ${row}: ${message}`),
  );
  return {
    kind: 'users',
    name,
    outcome: inserted > 0 ? 'created' : 'changed',
    notes: [
      `${inserted} added, ${updated} written again, ${failed} left out`,
      ...notes,
      ...refused.slice(0, SHOWN_MAX),
    ],
  };
}

/** Problems that are told; the job has all of them. */
const SHOWN_MAX = 50;
