// `latchkey import auth0`: a set-up that Auth0's deploy CLI wrote, or that `latchkey export` did, becomes this installation's. What
// fits is taken, what does not is taken out and told, and what is so already is left alone: done again, it changes nothing.
// Nothing is ever deleted.
import { resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Command } from 'commander';
import type { ManagementApi } from '@/lib/runtime/operations';
import { print, printJson } from './command-line';
import { without } from './fit';
import { formatTable } from './layout';
import { withApi } from './management-api';
import { openBar } from './progress';
import { type Document, readTenant } from './tenant';
import { readSetUp } from './tenant-files';
import { importAuth0Users, readAuth0Users } from './tenant-users';
import { absent, type Entry, holds, noteOf, pathOf, REFUSALS_MAX, WISHES, type Wish } from './tenant-wishes';

/** Adds the command to the program. @param calledFrom the folder that files are named from */
export function addImportCommand(program: Command, { calledFrom }: { calledFrom: string }): void {
  program
    .command('import')
    .description('take over what another installation was set up with')
    .command('auth0')
    .description('a set-up as the deploy CLI of Auth0 writes it, and its users')
    .argument('<path>', 'tenant.yaml, or the folder of an export')
    .option('--users <file>', 'users too: one JSON object a line, as Auth0 exports them')
    .option('--dry-run', 'say what would be done, and change nothing')
    .option('--json', 'print JSON: one entry for everything that was looked at')
    .addHelpText('after', HELP)
    .action((path: string, options: Options) => importSetUp(path, { ...options, calledFrom }));
}

const HELP = `
Applications are known again by their name, APIs by their identifier, connections by theirs. Secrets are in no export: an
application that is new gets one of its own (latchkey apps rotate-secret shows it), and those of providers are set by hand.

Examples:
  $ a0deploy export -c config.json -f yaml -o old && latchkey import auth0 old --dry-run
  $ latchkey import auth0 old/tenant.yaml --users users.ndjson
  $ latchkey export set-up && git diff set-up && latchkey import auth0 set-up`;

type Options = { users?: string; dryRun?: true; json?: true };

async function importSetUp(path: string, options: Options & { calledFrom: string }): Promise<void> {
  const { calledFrom, dryRun: isDryRun = false, json } = options;
  const isQuiet = json === true;
  const setUp = await readSetUp(resolve(calledFrom, path));
  // Both are read before either is taken over: a file that is broken changes nothing.
  const users = options.users === undefined ? null : await readAuth0Users(resolve(calledFrom, options.users));
  const entries = await withApi(async (api) => {
    const found = await takeOver(api, { setUp, isDryRun, isQuiet });
    if (users === null) return found;
    return [...found, ...(await importAuth0Users(api, { users, isDryRun, isQuiet }))];
  }).finally(() => users?.discard());
  if (json) return printJson(entries);
  report(entries, isDryRun);
}

function report(entries: readonly Entry[], isDryRun: boolean): void {
  const rows = entries.map(({ kind, name, outcome }) => [kind, name, outcome]);
  print(formatTable(['WHAT', 'NAME', isDryRun ? 'WOULD BE' : 'WAS'], rows));
  const noted = entries.filter(({ notes }) => notes.length > 0);
  if (noted.length > 0) print('');
  for (const { kind, name, notes } of noted) for (const note of notes) print(`${kind} ${name}: ${note}`);
  const count = (wanted: Entry['outcome']) => entries.filter(({ outcome }) => outcome === wanted).length;
  print(
    `\n${count('created')} created, ${count('changed')} changed, ${count('same')} as they were, ${count('left out')} left out.` +
      (isDryRun ? ' Nothing was changed: it was a dry run.' : ''),
  );
}

async function takeOver(
  api: ManagementApi,
  { setUp, isDryRun, isQuiet }: { setUp: Document; isDryRun: boolean; isQuiet: boolean },
): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (const wishesOf of WISHES) {
    const tenant = await readTenant(api);
    const wishes = wishesOf(setUp, tenant);
    const bar = openBar({ total: wishes.length, what: 'settings', isQuiet });
    for (const [done, wish] of wishes.entries()) {
      entries.push(await grant(api, wish, isDryRun));
      bar.show(done + 1);
    }
    bar.close();
  }
  return [...entries, ...absent(setUp)];
}

/** Asks for it, and again without what is refused by name: some rules need more than one field. */
async function grant(api: ManagementApi, wish: Wish, isDryRun: boolean): Promise<Entry> {
  const { kind, name, before, request } = wish;
  const notes = [...wish.notes];
  if (request === null) return { kind, name, outcome: 'left out', notes };
  let body: unknown = request.body;
  for (let tries = 0; tries < REFUSALS_MAX; tries++) {
    if (before !== null && holds(before, body)) return { kind, name, outcome: 'same', notes };
    const outcome = before === null ? 'created' : 'changed';
    if (isDryRun) return { kind, name, outcome, notes };
    const response = await api.send({ ...request, body });
    if (response.ok) return { kind, name, outcome, notes };
    const { message = '' } = (await response.json().catch(() => ({}))) as { message?: string };
    const [, field, sentence = ''] = REFUSAL.exec(message) ?? [];
    const path = field === undefined ? [] : pathOf(field);
    const less = without(body, path);
    if (path.length === 0 || isDeepStrictEqual(less, body)) {
      return { kind, name, outcome: 'left out', notes: [...notes, message] };
    }
    notes.push(noteOf({ field: field ?? '', sentence }));
    body = less;
  }
  return { kind, name, outcome: 'left out', notes };
}

const REFUSAL = /^Payload validation error: ([\w.[\]-]+):? (.*)$/s;
