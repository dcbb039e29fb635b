// `latchkey users`: the people who sign in. A person is named by address, number or id; the management API does the work,
// wherever it runs.
import { type Command, Option } from 'commander';
import { SORT_FIELDS } from '@/lib/login/account-query';
import type { UserDocument } from '@/lib/management/user-document';
import { USERS_BY_EMAIL_PATH, USERS_PATH } from '@/lib/management/user-routes';
import type { ManagementApi } from '@/lib/runtime/operations';
import { CommandFailure, confirm, print, printJson } from './command-line';
import { flatten, put, readFileFrom, readSetting } from './connections';
import { formatCard, formatTable } from './layout';
import { ask, askForResponse, withApi } from './management-api';

/**
 * Adds the commands to the program, and gives the command they are below of.
 * @param calledFrom the folder that files are named from
 */
export function addUsersCommands(program: Command, { calledFrom }: { calledFrom: string }): Command {
  const users = program.command('users').description('the people who sign in');
  const PERSON = 'an e-mail address, a number with its country code, or a user id';

  const listing = (command: Command) =>
    command
      .option('--limit <number>', 'how many at most', '50')
      .addOption(
        new Option('--sort <field>', 'by what')
          .choices(SORT_FIELDS)
          .default('created_at' satisfies SortField),
      )
      .option('--descending', 'the other way around')
      .option('--json', 'print JSON: a list, as the management API answers');

  listing(users.command('list').description('users in the order they were made'))
    .addHelpText('after', LIST_HELP)
    .action((options: ListOptions) => listUsers(null, options));

  listing(
    users
      .command('search')
      .description('users who fit: words, or a query')
      .argument('<words...>', 'see below'),
  )
    .addHelpText('after', SEARCH_HELP)
    .action((words: string[], options: ListOptions) => listUsers(words.join(' '), options));

  users
    .command('show')
    .description('one user with everything that is known')
    .argument('<user>', PERSON)
    .option('--json', 'print JSON, as the management API answers')
    .addHelpText(
      'after',
      '\nExamples:\n  $ latchkey users show ann@example.com\n  $ latchkey users show "email|5f7c8ec7c33c6c004bbafe82" --json',
    )
    .action(showUser);

  users
    .command('create')
    .description('make a user known, also where sign-up is closed; nobody is sent anything')
    .option('--email <address>', 'of somebody who signs in by e-mail')
    .option('--phone <number>', 'of somebody who signs in by text message, with its country code')
    .option('--connection <name>', 'by which connection, where it is not the one named email or sms')
    .option('--id <id>', 'in place of one that is drawn')
    .option('--set <key=value...>', 'what else there is to say')
    .option('--json', 'print JSON, as the management API answers')
    .addHelpText('after', CREATE_HELP)
    .action((options: CreateOptions) => createUser(options, calledFrom));

  users
    .command('update')
    .description('change what is named, and leave the rest')
    .argument('<user>', PERSON)
    .option('--email <address>', 'another address')
    .option('--phone <number>', 'another number, with its country code')
    .option('--prove', 'the new one counts once its holder has typed a code that goes there')
    .option('--set <key=value...>', 'change something')
    .option('--json', 'print JSON, as the management API answers')
    .addHelpText('after', UPDATE_HELP)
    .action((user: string, options: UpdateOptions) => updateUser(user, { ...options, calledFrom }));

  users
    .command('block')
    .description('sign a user out everywhere, and let nobody in as them')
    .argument('<user>', PERSON)
    .option('--json', 'print JSON, as the management API answers')
    .addHelpText('after', '\nExample:\n  $ latchkey users block ann@example.com')
    .action((user: string, options: { json?: true }) => setBlocked(user, { ...options, blocked: true }));

  users
    .command('unblock')
    .description('let a user in again, and forget the wrong codes and messages that keep them out')
    .argument('<user>', PERSON)
    .option('--json', 'print JSON, as the management API answers')
    .addHelpText('after', '\nExample:\n  $ latchkey users unblock +4915123456789')
    .action((user: string, options: { json?: true }) => setBlocked(user, { ...options, blocked: false }));

  users
    .command('delete')
    .description('remove a user and all there is of them, for good')
    .argument('<user>', PERSON)
    .option('--yes', 'do not ask')
    .option('--json', 'print JSON: who was removed')
    .addHelpText('after', '\nExample:\n  $ latchkey users delete ann@example.com --yes')
    .action(deleteUser);

  return users;
}

type SortField = (typeof SORT_FIELDS)[number];

const LIST_HELP = `
Examples:
  $ latchkey users list --limit 200
  $ latchkey users list --sort last_login --descending`;

const SEARCH_HELP = `
Words are looked for in names, addresses, numbers and ids. A query has fields, as the management API's parameter q:
  email, email.domain, phone_number, name, nickname, given_name, family_name, user_id, last_ip,
  email_verified, phone_verified, blocked, created_at, updated_at, last_login, logins_count,
  identities.provider, user_metadata.…, app_metadata.…, _exists_; with AND, OR, NOT, ( ), "…", * and [a TO b].

Examples:
  $ latchkey users search lee
  $ latchkey users search 'email:*@example.com AND NOT email_verified:true'
  $ latchkey users search 'last_login:[* TO 2025-12-31]' --json
  $ latchkey users search app_metadata.plan:gold --limit 1000`;

const CREATE_HELP = `
Keys are name, nickname, given_name, family_name, picture, email_verified, phone_verified, blocked, and what is inside of
user_metadata and app_metadata. A value is JSON where it reads as JSON, a text otherwise; @file takes the text of a file.

Examples:
  $ latchkey users create --email ann@example.com --set name="Ann Lee" --set email_verified=true
  $ latchkey users create --phone +4915123456789 --set app_metadata.plan=gold`;

const UPDATE_HELP = `
Keys and values are those of "latchkey users create"; nothing after the = takes a thing away.

Examples:
  $ latchkey users update ann@example.com --set name="Ann Lee-Smith" --set app_metadata.plan=
  $ latchkey users update ann@example.com --email ann@acme.test --prove
  $ latchkey users update ann@example.com --email ann@acme.test --set email_verified=true`;

// ---- Reading --------------------------------------------------------------------------------------------------------

type ListOptions = { limit: string; sort: SortField; descending?: true; json?: true };

/** What the API gives at once. */
const TAKE_MAX = 100;

async function listUsers(words: string | null, options: ListOptions): Promise<void> {
  if (!/^[1-9]\d{0,8}$/.test(options.limit)) throw new CommandFailure('--limit takes a whole number.', 2);
  const users = await withApi((api) => readUsers(api, words, options));
  if (options.json) return printJson(users);
  if (users.length === 0) return print(words === null ? 'There are no users yet.' : 'Nobody fits.');
  print(formatTable(['USER ID', 'NAME', 'LAST SIGN-IN', ''], users.map(rowOf)));
}

async function readUsers(
  api: ManagementApi,
  words: string | null,
  options: ListOptions,
): Promise<UserDocument[]> {
  const limit = Number(options.limit);
  const users: UserDocument[] = [];
  const query = new URLSearchParams({ sort: `${options.sort}:${options.descending ? '-1' : '1'}` });
  if (words !== null) query.set('q', queryOf(words));
  // In the order they were made the list goes on without end; in any other the API shows a thousand.
  const isEndless = options.sort === 'created_at';
  for (let page = 0; users.length < limit; page++) {
    const take = Math.min(TAKE_MAX, limit - users.length);
    if (isEndless) query.set('take', String(take));
    else {
      query.set('per_page', String(TAKE_MAX));
      query.set('page', String(page));
    }
    const answer = await ask<UserDocument[] | { users: UserDocument[]; next?: string }>(api, {
      method: 'GET',
      path: `${USERS_PATH}?${query}`,
    });
    const part = 'users' in answer ? answer.users : answer;
    users.push(...part);
    if ('users' in answer ? answer.next === undefined : part.length < TAKE_MAX) break;
    if ('users' in answer) query.set('from', answer.next ?? '');
  }
  return users.slice(0, limit);
}

/** Words as a query, unless they are one: each of them is somewhere. */
function queryOf(words: string): string {
  if (/[:"()]/.test(words)) return words;
  const escaped = (word: string) => word.replace(/[\\+\-!/~^?[\]{}*]/g, '\\$&');
  return words
    .trim()
    .split(/\s+/)
    .map((word) => (word.length < 3 ? `${escaped(word)}*` : `*${escaped(word)}*`))
    .join(' AND ');
}

function rowOf(user: UserDocument): string[] {
  const { user_id: id, name = '', last_login: lastLogin = 'never', blocked } = user;
  return [
    id,
    name === contactOf(user) ? name : `${name} (${contactOf(user)})`,
    lastLogin,
    blocked ? 'blocked' : '',
  ];
}

function contactOf({ email, phone_number: phoneNumber }: UserDocument): string {
  return email ?? phoneNumber ?? '';
}

/** @throws {CommandFailure} */
async function findUser(api: ManagementApi, person: string): Promise<UserDocument> {
  if (person.includes('|')) {
    return ask<UserDocument>(api, { method: 'GET', path: pathOf(person) });
  }
  const path = person.includes('@')
    ? `${USERS_BY_EMAIL_PATH}?${new URLSearchParams({ email: person })}`
    : `${USERS_PATH}?${new URLSearchParams({ q: `phone_number:"${person.replace(/["\\]/g, '')}"` })}`;
  const [user] = await ask<UserDocument[]>(api, { method: 'GET', path });
  if (user === undefined) throw new CommandFailure('There is no such user.');
  return user;
}

const pathOf = (id: string) => `${USERS_PATH}/${encodeURIComponent(id)}`;

async function showUser(person: string, options: { json?: true }): Promise<void> {
  const user = await withApi((api) => findUser(api, person));
  if (options.json) return printJson(user);
  print(describe(user));
}

function describe(user: UserDocument): string {
  const proven = (isProven: boolean | undefined) => (isProven ? '' : ' (not proven)');
  return formatCard([
    ['User ID', user.user_id],
    ['Name', user.name ?? ''],
    ...(user.email === undefined ? [] : [['E-mail', `${user.email}${proven(user.email_verified)}`] as const]),
    ...(user.phone_number === undefined
      ? []
      : [['Phone', `${user.phone_number}${proven(user.phone_verified)}`] as const]),
    ...(user.blocked ? [['Blocked', 'yes'] as const] : []),
    ['Created', user.created_at],
    ['Last sign-in', `${user.last_login ?? 'never'}${user.last_ip ? ` from ${user.last_ip}` : ''}`],
    ['Sign-ins', String(user.logins_count)],
    ...(user.identities.length > 1
      ? [['Identities', user.identities.map(({ provider, user_id: id }) => `${provider}|${id}`)] as const]
      : []),
    ...flatten({ user_metadata: user.user_metadata, app_metadata: user.app_metadata }).filter(
      ([, value]) => value !== '{}',
    ),
  ]);
}

// ---- Changing -------------------------------------------------------------------------------------------------------

type CreateOptions = {
  email?: string;
  phone?: string;
  connection?: string;
  id?: string;
  set?: string[];
  json?: true;
};

async function createUser(
  { email, phone, id, set = [], ...options }: CreateOptions,
  calledFrom: string,
): Promise<void> {
  if ((email === undefined) === (phone === undefined))
    throw new CommandFailure('Give --email or --phone.', 2);
  const body = {
    ...(await readSettings(set, calledFrom)),
    connection: options.connection ?? (email === undefined ? 'sms' : 'email'),
    email,
    phone_number: phone,
    user_id: id,
  };
  const user = await withApi((api) => ask<UserDocument>(api, { method: 'POST', path: USERS_PATH, body }));
  if (options.json) return printJson(user);
  print(describe(user));
}

type UpdateOptions = {
  email?: string;
  phone?: string;
  prove?: true;
  set?: string[];
  json?: true;
  calledFrom: string;
};

async function updateUser(person: string, options: UpdateOptions): Promise<void> {
  const { email, phone, prove, set = [] } = options;
  if (prove && (email === undefined) === (phone === undefined))
    throw new CommandFailure('--prove goes with --email or --phone.', 2);
  const body = {
    ...(await readSettings(set, options.calledFrom)),
    email,
    phone_number: phone,
    ...(prove && { [email === undefined ? 'verify_phone_number' : 'verify_email']: true }),
  };
  const user = await withApi(async (api) => {
    const { user_id: id } = await findUser(api, person);
    return ask<UserDocument>(api, { method: 'PATCH', path: pathOf(id), body });
  });
  if (options.json) return printJson(user);
  print(describe(user));
  if (prove) print('\nA code is on its way. The old one stays until it is typed.');
}

/** A value that is left out takes a thing away. @throws {CommandFailure} 2 */
async function readSettings(set: readonly string[], calledFrom: string): Promise<Record<string, unknown>> {
  const settings = await Promise.all(
    set.map((setting) => readSetting(setting, (file) => readFileFrom(calledFrom, file))),
  );
  return settings
    .map(({ path, value }) => ({ path, value: value ?? null }))
    .reduce<Record<string, unknown>>(put, {});
}

async function setBlocked(
  person: string,
  { blocked, json }: { blocked: boolean; json?: true },
): Promise<void> {
  const user = await withApi(async (api) => {
    const { user_id: id } = await findUser(api, person);
    if (!blocked)
      await askForResponse(api, { method: 'DELETE', path: `/api/v2/user-blocks/${encodeURIComponent(id)}` });
    return ask<UserDocument>(api, { method: 'PATCH', path: pathOf(id), body: { blocked } });
  });
  if (json) return printJson(user);
  print(`${user.user_id} is ${blocked ? 'blocked, and signed out everywhere' : 'let in again'}.`);
}

async function deleteUser(person: string, { yes, json }: { yes?: true; json?: true }): Promise<void> {
  const userId = await withApi(async (api) => {
    const user = await findUser(api, person);
    await confirm(`Remove ${user.user_id} (${contactOf(user)}) for good?`, { yes });
    await askForResponse(api, { method: 'DELETE', path: pathOf(user.user_id) });
    return user.user_id;
  });
  if (json) return printJson({ user_id: userId, deleted: true });
  print(`${userId} is removed.`);
}
