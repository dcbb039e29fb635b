// Exports of users: written while they are read, so that no file of people lies anywhere. One JSON object a line, or a table for
// spreadsheets, in which nothing that people call themselves is a formula (ADM-5).
import { stringify } from 'csv-stringify/sync';
import type { AccountCondition, AccountPlace } from '@/lib/login/account-query';
import type { Account, AccountRegister } from '@/lib/login/account-register';
import type { ExportedField, Job } from '@/lib/login/job';
import { describeUser } from './user-document';

type Export = Extract<Job, { type: 'users_export' }>;

/** Accounts that are read at once. */
const PAGE = 500;

/** What a table shows where nobody said what it is to show. */
const COLUMNS: readonly ExportedField[] = [
  'user_id',
  'email',
  'email_verified',
  'phone_number',
  'phone_verified',
  'name',
  'nickname',
  'given_name',
  'family_name',
  'blocked',
  'created_at',
  'last_login',
  'logins_count',
].map((name) => ({ name, exportAs: name }));

/** Media types, by format. */
export const EXPORT_TYPES = { json: 'application/x-ndjson', csv: 'text/csv; charset=utf-8' } as const;

/** The file of an export, in the order users were made. @param chosen.condition whom it is of; null: everybody */
export function writeExport(
  { accounts }: { accounts: Pick<AccountRegister, 'search'> },
  { job, condition }: { job: Export; condition: AccountCondition | null },
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let place: AccountPlace | null = null;
  let left = job.limit ?? Number.POSITIVE_INFINITY;
  let isFirst = true;
  return new ReadableStream({
    async pull(controller) {
      const limit = Math.min(PAGE, left);
      const range = { kind: 'after', place, descending: false, limit } as const;
      const found = limit === 0 ? [] : await accounts.search({ condition, range });
      const text = writePart(job, found, isFirst);
      if (text !== '') controller.enqueue(encoder.encode(text));
      isFirst = false;
      left -= found.length;
      place = found.at(-1) ?? place;
      if (found.length < PAGE || left === 0) controller.close();
    },
  });
}

function writePart({ format, fields }: Export, accounts: readonly Account[], isFirst: boolean): string {
  if (format === 'json') {
    const rows = accounts.map((account) => (fields === null ? importable(account) : chosen(account, fields)));
    return rows.map((row) => `${JSON.stringify(row)}\n`).join('');
  }
  const columns = fields ?? COLUMNS;
  const rows = accounts.map((account) => Object.values(chosen(account, columns, '')));
  return stringify(isFirst ? [columns.map(({ exportAs }) => exportAs), ...rows] : rows, {
    escape_formulas: true,
    cast: { boolean: String, object: (value) => JSON.stringify(value) },
  });
}

/**
 * What an import takes, and no more: names that people were never given are not given to them by it, and of several identities the
 * main one is in the file of its connection. `fields` may ask for all of them.
 */
function importable(account: Account): object {
  const { user_id, email, email_verified, phone_number, phone_verified, ...user } = describeUser(account);
  const { name, nickname } = account;
  return {
    user_id,
    ...(account.id.startsWith('email|') ? { email, email_verified } : { phone_number, phone_verified }),
    ...(name !== null && { name }),
    ...(nickname !== null && { nickname }),
    given_name: user.given_name,
    family_name: user.family_name,
    picture: user.picture,
    user_metadata: user.user_metadata,
    app_metadata: user.app_metadata,
    blocked: user.blocked,
    created_at: user.created_at,
    last_login: user.last_login,
    logins_count: user.logins_count,
  };
}

/** The fields that were asked for, in their order; `user_metadata.city` leads into an object, `identities[0]` into a list. */
function chosen(
  account: Account,
  fields: readonly ExportedField[],
  missing?: string,
): Record<string, unknown> {
  const user = describeUser(account);
  return Object.fromEntries(
    fields.map(({ name, exportAs }) => [
      exportAs,
      wayTo(name).reduce<unknown>((value, key) => ownValue(value, key), user) ?? missing,
    ]),
  );
}

function wayTo(name: string): string[] {
  return name.split(/[.[\]]+/).filter((key) => key !== '');
}

function ownValue(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined;
}
