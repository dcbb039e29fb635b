// `/api/v2/logs`: the audit log, a page at a time, from an entry on, or as a file. auth0-contract §5.6.
import { stringify } from 'csv-stringify/sync';
import { z } from 'zod';
import { respondJson } from '@/lib/endpoints/respond';
import { oneOf, queryText } from './fields';
import { type IdentifierHashes, LOG_FIELDS, parseLogQuery } from './log-query';
import {
  type AuditLog,
  describeLogEntry,
  type LogCondition,
  type LogDocument,
  logDocument,
  SETTLED_SECONDS,
} from './logs';
import {
  answerPage,
  checkpointParameters,
  listResult,
  pageParameters,
  rangeOf,
  select,
  selectionParameters,
  TAKE_DEFAULT,
} from './paging';
import { ManagementProblem } from './problem';
import { QUERY_MAX_LENGTH } from './query-reader';
import { badQuery, routeFor } from './route';
import { EXPORT_TYPES } from './user-exports';
import { inTime, SEARCH_RESULTS_MAX } from './users';

export const LOGS_PATH = '/api/v2/logs';
export const LOGS_FILE_PATH = '/api/v2/latchkey/logs/file';

export type LogRoutesDeps = Readonly<{
  auditLog: AuditLog;
  identifierHashes: IdentifierHashes;
  issuer: string;
  clock: () => Date;
}>;

/** Auth0's default. */
const PER_PAGE = 50;
/** Entries of a file that are read at once. */
const FILE_PART = 500;

const READ_SCOPES = ['read:logs', 'read:logs_users'];

const ENTRY_ID = /^[0-9a-f]{32}$/;

const search = {
  q: queryText(QUERY_MAX_LENGTH)
    .meta({ wire: { type: 'string', description: `Of the fields ${LOG_FIELDS.join(', ')}.` } })
    .optional(),
};

const SYNTAX = [
  `\`q\` takes ${LOG_FIELDS.join(', ')}: \`type:(f OR fp) AND date:[2026-01-31 TO *]\`, \`ip:203.0.113.*\`,`,
  '`user_name:"ann@example.com"`. Addresses are kept masked and hashed, so that only a whole one is found.',
].join('\n');

const route = routeFor<LogRoutesDeps>();

export const LOG_ROUTES = [
  route({
    method: 'GET',
    path: LOGS_PATH,
    summary: 'List or search the audit log',
    description: [
      SYNTAX,
      `Pages lead through the newest (or oldest) ${SEARCH_RESULTS_MAX} entries; \`total\` is exact up to that many, an estimate of all beyond it, and`,
      `for a search it then stands for that many or more. \`from\` (the \`log_id\` of the last entry one has) and \`take\` lead through`,
      `all of them, the oldest first: an array, and a \`Link\` to what follows. Entries are there ${SETTLED_SECONDS} seconds after they happened, so that`,
      'none is missed.',
    ].join('\n'),
    scope: READ_SCOPES,
    query: z.strictObject({
      ...pageParameters(PER_PAGE),
      ...checkpointParameters,
      ...selectionParameters,
      ...search,
      from: queryText().regex(ENTRY_ID, 'must be the log_id of an entry').optional(),
      sort: z.enum(['date:-1', 'date:1'], { error: 'must be date:-1 or date:1' }).default('date:-1'),
    }),
    result: listResult('logs', logDocument),
    async answer(deps, { query }) {
      const condition = readCondition(deps, query.q);
      const chosen = (entry: LogDocument) => select(entry, query);
      if (query.from === undefined && query.take === undefined) {
        const { items, total } = await listPage(deps, { condition, query });
        return answerPage('logs', { items: items.map(chosen), total }, query);
      }
      const { from = null, take = TAKE_DEFAULT } = query;
      const entries = await readOn(deps, { condition, id: from, limit: take });
      const last = entries.at(-1);
      const response = respondJson(entries.map(chosen), 200);
      if (last !== undefined) {
        const next = new URLSearchParams({
          from: last.log_id,
          take: String(take),
          ...(query.q && { q: query.q }),
        });
        response.headers.set('Link', `<${deps.issuer.replace(/\/$/, '')}${LOGS_PATH}?${next}>; rel="next"`);
      }
      return response;
    },
  }),
  route({
    method: 'GET',
    path: `${LOGS_PATH}/{id}`,
    summary: 'Get an entry of the audit log',
    scope: READ_SCOPES,
    result: logDocument,
    async answer({ auditLog }, { params }) {
      const entry = ENTRY_ID.test(params.id) ? await auditLog.find(params.id) : null;
      if (entry === null) throw new ManagementProblem(404, 'inexistent_log', 'The log entry does not exist.');
      return describeLogEntry(entry);
    },
  }),
  route({
    method: 'GET',
    path: LOGS_FILE_PATH,
    summary: 'Download the audit log',
    description: [
      SYNTAX,
      'Everything that fits, the oldest first: a table for spreadsheets, in which nothing that strangers sent is a formula, or one',
      'JSON object a line. It is written while it is read.',
    ].join('\n'),
    scope: READ_SCOPES,
    query: z.strictObject({ ...search, format: oneOf(['csv', 'json'] as const).default('csv') }),
    file: Object.values(EXPORT_TYPES),
    answer(deps, { query: { q, format } }) {
      const condition = readCondition(deps, q);
      return new Response(writeFile(deps, { condition, format }), {
        headers: {
          'Content-Type': EXPORT_TYPES[format],
          'Content-Disposition': `attachment; filename="logs.${format === 'csv' ? 'csv' : 'ndjson'}"`,
          'Cache-Control': 'no-store',
        },
      });
    },
  }),
];

/** @throws {ManagementProblem} 400 */
function readCondition(
  { identifierHashes }: Pick<LogRoutesDeps, 'identifierHashes'>,
  q: string | undefined,
): LogCondition | null {
  return q === undefined || q.trim() === '' ? null : parseLogQuery(q, identifierHashes);
}

/** @throws {ManagementProblem} 400, 503 */
async function listPage(
  { auditLog }: Pick<LogRoutesDeps, 'auditLog'>,
  asked: {
    condition: LogCondition | null;
    query: { page: number; per_page: number; include_totals: boolean; sort: string };
  },
): Promise<{ items: LogDocument[]; total: number }> {
  const { condition, query } = asked;
  const { offset, limit } = rangeOf(query);
  if (offset + limit > SEARCH_RESULTS_MAX)
    throw badQuery(`You can only page through the first ${SEARCH_RESULTS_MAX} records: from and take go on`);
  const range = { kind: 'page', descending: query.sort === 'date:-1', offset, limit } as const;
  const [entries, total] = await inTime(
    Promise.all([
      auditLog.search({ condition, range }),
      query.include_totals ? auditLog.count({ condition, exactUpTo: SEARCH_RESULTS_MAX }) : 0,
    ]),
  );
  return { items: entries.map(describeLogEntry), total };
}

/** What is settled behind an entry, the oldest first. @throws {ManagementProblem} 503 */
async function readOn(
  { auditLog, clock }: Pick<LogRoutesDeps, 'auditLog' | 'clock'>,
  { condition, id, limit }: { condition: LogCondition | null; id: string | null; limit: number },
): Promise<LogDocument[]> {
  const before = new Date(clock().getTime() - SETTLED_SECONDS * 1000);
  const range = { kind: 'after', id, before, limit } as const;
  return (await inTime(auditLog.search({ condition, range }))).map(describeLogEntry);
}

// ---- As a file ------------------------------------------------------------------------------------------------------

const COLUMNS = [
  'log_id',
  'date',
  'type',
  'description',
  'connection',
  'client_id',
  'client_name',
  'user_id',
  'user_name',
  'ip',
  'user_agent',
  'details',
] as const satisfies readonly (keyof LogDocument)[];

function writeFile(
  deps: LogRoutesDeps,
  { condition, format }: { condition: LogCondition | null; format: keyof typeof EXPORT_TYPES },
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let id: string | null = null;
  return new ReadableStream({
    async pull(controller) {
      const entries = await readOn(deps, { condition, id, limit: FILE_PART });
      const text = format === 'csv' ? asTable(entries, id === null) : asLines(entries);
      if (text !== '') controller.enqueue(encoder.encode(text));
      id = entries.at(-1)?.log_id ?? id;
      if (entries.length < FILE_PART) controller.close();
    },
  });
}

function asLines(entries: readonly LogDocument[]): string {
  return entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');
}

function asTable(entries: readonly LogDocument[], isFirst: boolean): string {
  const rows = entries.map((entry) => COLUMNS.map((column) => entry[column] ?? ''));
  return stringify(isFirst ? [COLUMNS, ...rows] : rows, {
    escape_formulas: true,
    cast: { object: (value) => JSON.stringify(value) },
  });
}
