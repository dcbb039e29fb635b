// The users of an Auth0 tenant, one JSON object a line as its export has them, or a list: who has an e-mail address signs in by
// that, who has only a number by that. Passwords stay behind. The whole file is read before anything is done, into one of our
// own for each way to sign in: it may be longer than memory, and what is wrong with it is told by its own lines.
import { createReadStream, openAsBlob } from 'node:fs';
import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { CONNECTIONS_PATH } from '@/lib/management/connection-routes';
import type { ConnectionDocument } from '@/lib/management/connections';
import { IMPORTS_PATH, JOBS_PATH } from '@/lib/management/job-routes';
import type { JobDocument, RowProblemsDocument } from '@/lib/management/jobs';
import { readJsonRows, UnreadableFile } from '@/lib/management/json-rows';
import { importedUser } from '@/lib/management/user-imports';
import type { ManagementApi } from '@/lib/runtime/operations';
import { CommandFailure } from './command-line';
import { fitTo } from './fit';
import { ask } from './management-api';
import type { Document } from './tenant';
import type { Entry } from './tenant-wishes';
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

const CHANNELS = ['email', 'sms'] as const;
type Channel = (typeof CHANNELS)[number];

/** Users of a file, as an import takes them. */
export type Auth0Users = Readonly<{
  byChannel: Readonly<Record<Channel, Part>>;
  /** Who can be reached by nothing. */
  nobody: number;
  /** Takes away what was written of them. */
  discard(): Promise<void>;
}>;

type Part = Readonly<{
  /** Ours, of one user a line. */
  file: string;
  /** On which line of the file that was given each of them begins. */
  lines: readonly number[];
  /** What of how many was not taken over. */
  notes: ReadonlyMap<string, number>;
}>;

/** @throws {CommandFailure} 2 for a file that cannot be read, with the line */
export async function readAuth0Users(file: string): Promise<Auth0Users> {
  // Of people: the folder is for nobody else's eyes.
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-users-'));
  const discard = () => rm(folder, { recursive: true, force: true });
  const [email, sms] = await Promise.all(CHANNELS.map((channel) => openPart(join(folder, channel))));
  const parts = { email, sms } as Record<Channel, OpenPart>;
  try {
    let nobody = 0;
    for await (const [, line, text] of rowsOf(file)) {
      const { channel, user, dropped } = translate(parseUser(file, line, text));
      if (channel === null) nobody++;
      else await parts[channel].add({ line, user, dropped });
    }
    for (const channel of CHANNELS) await parts[channel].close();
    return { byChannel: parts, nobody, discard };
  } catch (problem) {
    await Promise.allSettled(CHANNELS.map((channel) => parts[channel].close()));
    await discard();
    throw problem;
  }
}

/** Sends them as imports do; in a dry run says what would be sent. */
export async function importAuth0Users(
  api: ManagementApi,
  { users, isDryRun, isQuiet }: { users: Auth0Users; isDryRun: boolean; isQuiet: boolean },
): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (const channel of CHANNELS) {
    const part = users.byChannel[channel];
    if (part.lines.length === 0) continue;
    const name = `(${part.lines.length}) by ${channel}`;
    const notes = [...part.notes].map(([note, count]) => `of ${count}: ${note}`);
    if (isDryRun) entries.push({ kind: 'users', name, outcome: 'created', notes });
    else entries.push(await send(api, { channel, part, name, notes, isQuiet }));
  }
  if (users.nobody > 0) {
    const notes = ['they have neither an e-mail address nor a number'];
    entries.push({ kind: 'users', name: `(${users.nobody})`, outcome: 'left out', notes });
  }
  return entries;
}

type OpenPart = Part &
  Readonly<{
    add(row: Readonly<{ line: number; user: Document; dropped: readonly string[] }>): Promise<void>;
    close(): Promise<void>;
  }>;

/** Characters that are written at once. */
const WRITTEN_AT_ONCE = 256 * 1024;

async function openPart(file: string): Promise<OpenPart> {
  const handle: FileHandle = await open(file, 'w', 0o600);
  const lines: number[] = [];
  const notes = new Map<string, number>();
  let waiting = '';
  const write = async () => {
    await handle.appendFile(waiting);
    waiting = '';
  };
  return {
    file,
    lines,
    notes,
    async add({ line, user, dropped }) {
      lines.push(line);
      for (const note of new Set(dropped)) notes.set(note, (notes.get(note) ?? 0) + 1);
      waiting += `${JSON.stringify(user)}\n`;
      if (waiting.length > WRITTEN_AT_ONCE) await write();
    },
    async close() {
      await write();
      await handle.close();
    },
  };
}

async function* rowsOf(file: string): ReturnType<typeof readJsonRows> {
  try {
    yield* readJsonRows(createReadStream(file));
  } catch (problem) {
    if (problem instanceof UnreadableFile) throw brokenAt(file, problem.line, problem.sentence);
    if ((problem as NodeJS.ErrnoException).syscall === undefined) throw problem;
    throw new CommandFailure(`${basename(file)} cannot be read.`, 2);
  }
}

function parseUser(file: string, line: number, text: string): Document {
  try {
    return JSON.parse(text) as Document;
  } catch {
    throw brokenAt(file, line, 'begins a user that is no JSON object');
  }
}

function brokenAt(file: string, line: number, sentence: string): CommandFailure {
  return new CommandFailure(`${basename(file)}: line ${line} ${sentence}. Nothing was changed.`, 2);
}

type Translated = Readonly<{ channel: Channel | null; user: Document; dropped: readonly string[] }>;

function translate(row: Document): Translated {
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

async function send(
  api: ManagementApi,
  {
    channel,
    part,
    name,
    notes,
    isQuiet,
  }: { channel: Channel; part: Part; name: string; notes: readonly string[]; isQuiet: boolean },
): Promise<Entry> {
  const connections = await ask<ConnectionDocument[]>(api, {
    method: 'GET',
    path: `${CONNECTIONS_PATH}?strategy=${channel}`,
  });
  const [connection] = connections;
  if (connection === undefined)
    return { kind: 'users', name, outcome: 'left out', notes: ['there is no connection for them'] };
  const form = new FormData();
  form.append('users', await openAsBlob(part.file), 'users.ndjson');
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
    errors.map(({ message }) => `line ${part.lines[row - 1]}: ${message}`),
  );
  return {
    kind: 'users',
    name,
    outcome: inserted > 0 ? 'created' : 'changed',
    notes: [
      `${inserted} added, ${updated} written again, ${failed} left out`,
      ...notes,
      ...refused.slice(0, SHOWN_MAX),
      ...(refused.length > SHOWN_MAX ? [`… and ${refused.length - SHOWN_MAX} more`] : []),
    ],
  };
}

/** Problems that are told; the job has all of them. */
const SHOWN_MAX = 50;
