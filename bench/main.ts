// `npm run bench`: whole logins through Latchkey and through the comparison peer, in turn on one machine, and what they
// cost. docs/performance.md says what is measured and how to read it. Everything runs on loopback and stops by itself.
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createDatabaseOn, startPostgres } from '@/tests/harness/postgres';
import { runConsoleBenchmark } from './console';
import { type DeliveryPlan, type Failure, measureDelivery } from './delivery';
import { computeFigures } from './figures';
import { runGrowthBenchmark } from './growth';
import { prepareRoute } from './journey/journey';
import { runLoad } from './journey/load';
import { runLogsBenchmark } from './logs';
import { type PageWeight, weighPages } from './measure/page-weight';
import { openPostgresMeter } from './measure/postgres-meter';
import { type Sample, type Subject, takeSample } from './measure/sample';
import { formatReport, type RunResult } from './report';
import { type MailSink, startMailSink } from './sink/mail-sink';
import { startLatchkeySystem } from './systems/latchkey';
import { startOidcProvider } from './systems/oidc-provider';
import type { System } from './systems/system';
import { runTokensBenchmark } from './tokens';
import { runUsersBenchmark } from './users';
import { readVersions } from './versions';

/** How much is measured: rounds over all systems in turn, each round every point. */
type Plan = Readonly<{
  warmUpJourneys: number;
  rounds: number;
  points: readonly Readonly<{ users: number; journeys: number }>[];
  delivery: DeliveryPlan;
}>;

/** About eight minutes on two cores. */
const FULL: Plan = {
  warmUpJourneys: 400,
  rounds: 3,
  points: [
    { users: 1, journeys: 150 },
    { users: 8, journeys: 400 },
    { users: 32, journeys: 600 },
  ],
  delivery: { startsEach: 1_000, messages: 1_000 },
};

/** A minute and a half: enough to see that something became much better or worse. */
const QUICK: Plan = {
  warmUpJourneys: 150,
  rounds: 2,
  points: [{ users: 8, journeys: 150 }],
  delivery: { startsEach: 200, messages: 200 },
};

const PEER = 'oidc-provider';
const WARM_UP_USERS = 8;
const RESULTS = fileURLToPath(new URL('results', import.meta.url));

const HELP = `npm run bench -- [options]
  --users              a million users instead of logins: searches, import, export (with --quick: fewer)
  --console            pages of the console with a million users, entries and messages (with --quick: 100,000)
  --growth             a sign-in where a million users and ten million rows that are over have piled up, against an empty database
  --logs               ten million entries of the audit log: pages, writing, house-keeping
  --tokens             the token endpoint instead of logins: refresh and client credentials, RS256 and ES256
  --quick              two short rounds with 8 users
  --no-embedded        leave the embedded database out
  --no-browser         do not weigh the page
  --no-delivery        leave out providers that are slow, dead or failing
  --json               also write the figures to bench/results/
  --cpu-profile <file> write Node's profile of Latchkey on PostgreSQL there, without start and warm-up`;

type Options = Readonly<{
  plan: Plan;
  embedded: boolean;
  browser: boolean;
  delivery: boolean;
  json: boolean;
  cpuProfile: string | null;
}>;

/** Runs the benchmark as the words after the program's name say. Sets the exit code to 1 when a journey failed. */
export async function runBenchmark(words: string[]): Promise<void> {
  if (process.platform !== 'linux')
    throw new Error('The benchmark reads CPU times from /proc, which only Linux has.');
  if (words.includes('--users')) return runUsersBenchmark(words);
  if (words.includes('--console')) return runConsoleBenchmark(words);
  if (words.includes('--growth')) return runGrowthBenchmark(words);
  if (words.includes('--logs')) return runLogsBenchmark(words);
  if (words.includes('--tokens')) return runTokensBenchmark(words);
  const options = readOptions(words);
  if (options === null) return console.log(HELP);

  // An exit, unlike a signal, lets everything that was started be ended.
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));
  const result = await measureAll(options);
  console.log(`\n${formatReport(result)}`);
  if (options.json) console.log(`\nWritten: ${writeResult(result)}`);
  if (result.failures.length > 0) process.exitCode = 1;
}

function readOptions(words: string[]): Options | null {
  const { values } = parseArgs({
    args: words,
    allowNegative: true,
    options: {
      quick: { type: 'boolean', default: false },
      embedded: { type: 'boolean', default: true },
      browser: { type: 'boolean', default: true },
      delivery: { type: 'boolean', default: true },
      json: { type: 'boolean', default: false },
      'cpu-profile': { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return null;
  const { quick, embedded, browser, delivery, json, 'cpu-profile': cpuProfile } = values;
  return { plan: quick ? QUICK : FULL, embedded, browser, delivery, json, cpuProfile: cpuProfile ?? null };
}

async function measureAll(options: Options): Promise<RunResult> {
  const { plan } = options;
  const postgres = await startPostgres();
  const sink = await startMailSink();
  const meter = await openPostgresMeter(postgres.adminUrl);
  const systems: System[] = [];
  try {
    for await (const system of startSystems(options, { adminUrl: postgres.adminUrl, sink }))
      systems.push(system);
    const subjects = await Promise.all(
      systems.map(async (system) => ({ system, route: await prepareRoute(system, sink) })),
    );
    const pages = options.browser ? await weighAll(subjects) : [];

    for (const { system, route } of subjects) {
      say(`Warming up ${system.name}`);
      await runLoad(route, { users: WARM_UP_USERS, journeys: plan.warmUpJourneys });
    }
    const samples: Sample[] = [];
    if (options.cpuProfile !== null) signalProfiler(systems);
    for (let round = 1; round <= plan.rounds; round++) {
      for (const point of plan.points) {
        say(`Round ${round} of ${plan.rounds}, ${point.users} users`);
        for (const subject of subjects) samples.push(await takeSample(subject, { ...point, meter }));
      }
    }
    if (options.cpuProfile !== null) await waitForProfile(systems, options.cpuProfile);
    if (options.delivery) say('Delivery');
    const delivery = options.delivery ? await measureDelivery(postgres.adminUrl, plan.delivery) : null;

    return {
      versions: readVersions(meter.version),
      peer: PEER,
      figures: computeFigures(samples, PEER),
      systems: systems.map(({ name, coldStartSeconds }, index) => ({
        system: name,
        coldStartSeconds,
        residentBytes: samples.findLast(({ system }) => system === name)?.residentBytes ?? 0,
        page: pages[index] ?? null,
      })),
      delivery,
      failures: countFailures([
        ...samples.flatMap(({ system, load }) => load.failures.map((sentence) => ({ system, sentence }))),
        ...(delivery?.failures ?? []),
      ]),
    };
  } finally {
    await Promise.all(systems.map((system) => system.stop()));
    sink.stop();
    await meter.close();
    await postgres.stop();
  }
}

/** One after the other, so that each cold start has the machine to itself. */
async function* startSystems(
  { embedded, cpuProfile }: Options,
  { adminUrl, sink }: { adminUrl: string; sink: MailSink },
): AsyncGenerator<System> {
  const { environment } = sink;
  const profiling = cpuProfile === null ? {} : profilerEnvironment(cpuProfile);
  say('Starting');
  yield await startLatchkeySystem({
    name: 'Latchkey, PostgreSQL',
    databaseUrl: await createDatabaseOn(adminUrl, 'bench latchkey'),
    environment: { ...environment, ...profiling },
  });
  yield await startOidcProvider({
    name: PEER,
    databaseUrl: await createDatabaseOn(adminUrl, 'bench peer'),
    environment,
  });
  if (embedded)
    yield await startLatchkeySystem({ name: 'Latchkey, embedded', databaseUrl: null, environment });
}

function profilerEnvironment(file: string): Record<string, string> {
  const preload = new URL('measure/profiler.mjs', import.meta.url);
  return { NODE_OPTIONS: `--import=${preload}`, LATCHKEY_CPU_PROFILE: path.resolve(file) };
}

/** The first signal starts the profile of the first system, the second one ends it. */
function signalProfiler([profiled]: readonly System[]): void {
  if (profiled !== undefined) process.kill(profiled.pid, 'SIGUSR2');
}

async function waitForProfile(systems: readonly System[], file: string): Promise<void> {
  rmSync(file, { force: true });
  signalProfiler(systems);
  while (!existsSync(file)) await sleep(100);
}

function weighAll(subjects: readonly Subject[]): Promise<PageWeight[]> {
  say('Weighing pages');
  return weighPages(subjects.map(({ route }) => route.firstAddress));
}

function countFailures(failed: readonly Failure[]): RunResult['failures'] {
  const counted = new Map<string, RunResult['failures'][number]>();
  for (const { system, sentence } of failed) {
    const key = `${system}\n${sentence}`;
    counted.set(key, { system, sentence, times: (counted.get(key)?.times ?? 0) + 1 });
  }
  return [...counted.values()];
}

function writeResult(result: RunResult): string {
  mkdirSync(RESULTS, { recursive: true });
  const file = path.join(RESULTS, `${result.versions.date.replaceAll(':', '')}.json`);
  writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`);
  return file;
}

/** Progress goes to stderr: stdout is the report. */
function say(words: string): void {
  process.stderr.write(`${words} …\n`);
}
