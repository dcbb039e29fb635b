// The report of a run, in Markdown, so that it can be pasted where it is needed.
import type { ArrivalFigures, DeliveryFigures, StartFigures } from './delivery';
import type { Figures } from './figures';
import { STEPS } from './journey/journey';
import type { PageWeight } from './measure/page-weight';
import type { Versions } from './versions';

/** Everything a run found out; also what `--json` writes. */
export type RunResult = Readonly<{
  versions: Versions;
  peer: string;
  figures: readonly Figures[];
  systems: readonly Readonly<{
    system: string;
    coldStartSeconds: number;
    residentBytes: number;
    page: PageWeight | null;
  }>[];
  /** Null where it was left out. */
  delivery: DeliveryFigures | null;
  /** Different sentences of journeys that failed, with how often each came. */
  failures: readonly Readonly<{ system: string; sentence: string; times: number }>[];
}>;

/** The whole report. */
export function formatReport(result: RunResult): string {
  const { versions, figures, systems, delivery, failures } = result;
  const packages = Object.entries(versions.packages).map(([name, version]) => `${name} ${version}`);
  const journeys = figures.reduce((sum, each) => sum + each.journeys, 0);
  const failed = figures.reduce((sum, each) => sum + each.failed, 0);
  return [
    `${versions.date}, ${versions.machine}, Node ${versions.node}, PostgreSQL ${versions.postgres}`,
    packages.join(', '),
    `Journeys: ${journeys} whole, ${failed} failed.`,
    ...failures.map(({ system, sentence, times }) => `  ${times} × ${system}: ${sentence}`),
    heading('Logins', `× is the ratio to ${result.peer}, median of the ratios of each round`),
    formatTable(LOGIN_COLUMNS, figures),
    heading('Steps', 'milliseconds, p50 / p99 over all rounds'),
    formatTable(STEP_COLUMNS, figures),
    heading('Once', 'bytes as sent, of the page that asks for the e-mail address and all that comes with it'),
    formatTable(SYSTEM_COLUMNS, systems),
    ...(delivery === null ? [] : formatDelivery(delivery)),
  ].join('\n');
}

function formatDelivery({ starts, arrivals }: DeliveryFigures): string[] {
  const [fast] = starts;
  const columns: readonly Column<StartFigures>[] = [
    { name: 'provider', of: ({ sink }) => sink },
    { name: 'starts', of: (figures) => `${figures.starts}` },
    { name: 'p50 ms', of: ({ p50 }) => fixed(p50, 1) },
    { name: '×', of: ({ p50 }) => fixed(p50 / (fast?.p50 ?? Number.NaN), 2) },
    { name: 'p99 ms', of: ({ p99 }) => fixed(p99, 1) },
    { name: '×', of: ({ p99 }) => fixed(p99 / (fast?.p99 ?? Number.NaN), 2) },
  ];
  return [
    heading('Delivery', 'the form that asks for a message, by its provider; × is the ratio to the fast one'),
    formatTable(columns, starts),
    `\n${describeArrivals(arrivals)}`,
  ];
}

function describeArrivals(arrivals: ArrivalFigures): string {
  const { messages, requests, failedRequests, arrivedOnce, arrivedTwice, neverArrived } = arrivals;
  return [
    `${messages} messages through a provider that failed ${failedRequests} of ${requests} requests:`,
    `${arrivedOnce} arrived once, ${arrivedTwice} more than once, ${neverArrived} never;`,
    `the last ${fixed(arrivals.lastAfterSeconds, 1)} s after the last was asked for.`,
  ].join(' ');
}

function heading(title: string, note: string): string {
  return `\n### ${title}\n\n${note}\n`;
}

type Column<Row> = Readonly<{ name: string; of(row: Row): string }>;

const LOGIN_COLUMNS: readonly Column<Figures>[] = [
  { name: 'users', of: ({ users }) => `${users}` },
  { name: 'system', of: ({ system }) => system },
  { name: 'logins/s', of: ({ loginsPerSecond }) => fixed(loginsPerSecond, 1) },
  { name: 'CPU s per 1,000', of: ({ cpuMsPerLogin }) => fixed(cpuMsPerLogin, 2) },
  { name: '×', of: ({ againstPeer }) => fixed(againstPeer.cpu, 2) },
  { name: 'database CPU', of: ({ databaseCpuMsPerLogin }) => fixed(databaseCpuMsPerLogin, 2) },
  { name: 'SQL', of: ({ statementsPerLogin }) => fixed(statementsPerLogin, 1) },
  { name: 'commits', of: ({ commitsPerLogin }) => fixed(commitsPerLogin, 1) },
  { name: 'WAL bytes', of: ({ walBytesPerLogin }) => fixed(walBytesPerLogin, 0) },
  { name: 'p50 ms', of: ({ total }) => fixed(total.p50, 1) },
  { name: '×', of: ({ againstPeer }) => fixed(againstPeer.p50, 2) },
  { name: 'p99 ms', of: ({ total }) => fixed(total.p99, 1) },
  { name: '×', of: ({ againstPeer }) => fixed(againstPeer.p99, 2) },
];

const STEP_COLUMNS: readonly Column<Figures>[] = [
  { name: 'users', of: ({ users }) => `${users}` },
  { name: 'system', of: ({ system }) => system },
  ...STEPS.map((step) => ({
    name: step,
    of: ({ steps }: Figures) => `${fixed(steps[step].p50, 1)} / ${fixed(steps[step].p99, 1)}`,
  })),
];

const SYSTEM_COLUMNS: readonly Column<RunResult['systems'][number]>[] = [
  { name: 'system', of: ({ system }) => system },
  { name: 'cold start s', of: ({ coldStartSeconds }) => fixed(coldStartSeconds, 2) },
  { name: 'resident MB', of: ({ residentBytes }) => fixed(residentBytes / 1e6, 0) },
  { name: 'requests', of: ({ page }) => fixed(page?.requests ?? null, 0) },
  { name: 'HTML', of: ({ page }) => fixed(page?.htmlBytes ?? null, 0) },
  { name: 'CSS', of: ({ page }) => fixed(page?.cssBytes ?? null, 0) },
  { name: 'script', of: ({ page }) => fixed(page?.scriptBytes ?? null, 0) },
  { name: 'other', of: ({ page }) => fixed(page?.otherBytes ?? null, 0) },
];

function fixed(value: number | null, digits: number): string {
  return value === null || Number.isNaN(value) ? '–' : value.toFixed(digits);
}

function formatTable<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const cells = [columns.map(({ name }) => name), ...rows.map((row) => columns.map(({ of }) => of(row)))];
  const widths = columns.map((_, index) => Math.max(...cells.map((line) => line[index]?.length ?? 0)));
  const lines = cells.map(
    (line) => `| ${line.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join(' | ')} |`,
  );
  const rule = `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`;
  return [lines[0], rule, ...lines.slice(1)].join('\n');
}
