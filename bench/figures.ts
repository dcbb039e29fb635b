// From samples to figures: medians over the rounds, percentiles over all journeys of a point, and ratios to the peer of
// the same round, because two rounds on a busy machine compare badly.
import { type JourneyTimes, STEPS } from './journey/journey';
import type { Sample } from './measure/sample';
import { median, percentile } from './measure/statistics';

/** Half of the journeys took no longer than `p50` milliseconds, all but one in a hundred no longer than `p99`. */
export type Spread = Readonly<{ p50: number; p99: number }>;

/** One system under one number of users. A login is a whole journey. */
export type Figures = Readonly<{
  system: string;
  users: number;
  journeys: number;
  failed: number;
  loginsPerSecond: number;
  /** The same number as CPU seconds of the server per 1,000 logins. */
  cpuMsPerLogin: number;
  /** Of the PostgreSQL server; null where it has none, as the next three. */
  databaseCpuMsPerLogin: number | null;
  statementsPerLogin: number | null;
  commitsPerLogin: number | null;
  walBytesPerLogin: number | null;
  total: Spread;
  steps: Readonly<Record<(typeof STEPS)[number], Spread>>;
  /** This system's figure divided by the peer's; 1 for the peer. */
  againstPeer: Readonly<{ cpu: number; loginsPerSecond: number; p50: number; p99: number }>;
}>;

/** @param samples in the order they were taken, every system once a round and point */
export function computeFigures(samples: readonly Sample[], peer: string): Figures[] {
  const points = [...new Set(samples.map(({ users }) => users))];
  const systems = [...new Set(samples.map(({ system }) => system))];
  return points.flatMap((users) =>
    systems.map((system) => {
      const of = (name: string) =>
        samples.filter((sample) => sample.users === users && sample.system === name);
      return figuresOf(of(system), of(peer));
    }),
  );
}

function figuresOf(samples: readonly Sample[], peerSamples: readonly Sample[]): Figures {
  const [first] = samples;
  if (first === undefined) throw new Error('A point without samples has no figures.');
  const overRounds = (figure: (sample: Sample) => number) => median(samples.map(figure));
  const ratio = (figure: (sample: Sample) => number) =>
    median(
      samples.flatMap((sample, round) => {
        const peer = peerSamples[round];
        return peer === undefined ? [] : [figure(sample) / figure(peer)];
      }),
    );
  const ofPostgres = (figure: keyof NonNullable<Sample['postgres']>) =>
    first.postgres === null
      ? null
      : overRounds((sample) => (sample.postgres?.[figure] ?? 0) / loginsOf(sample));
  const databaseCpuSeconds = ofPostgres('cpuSeconds');
  const times = samples.flatMap(({ load }) => load.times);

  return {
    system: first.system,
    users: first.users,
    journeys: times.length,
    failed: samples.reduce((sum, { load }) => sum + load.failures.length, 0),
    loginsPerSecond: overRounds(loginsPerSecond),
    cpuMsPerLogin: overRounds(cpuMsPerLogin),
    databaseCpuMsPerLogin: databaseCpuSeconds === null ? null : databaseCpuSeconds * 1000,
    statementsPerLogin: ofPostgres('statements'),
    commitsPerLogin: ofPostgres('writingTransactions'),
    walBytesPerLogin: ofPostgres('walBytes'),
    total: spreadOf(times.map(totalOf)),
    steps: Object.fromEntries(
      STEPS.map((step) => [step, spreadOf(times.map((journey) => journey[step]))]),
    ) as Figures['steps'],
    againstPeer: {
      cpu: ratio(cpuMsPerLogin),
      loginsPerSecond: ratio(loginsPerSecond),
      p50: ratio((sample) => percentile(sample.load.times.map(totalOf), 50)),
      p99: ratio((sample) => percentile(sample.load.times.map(totalOf), 99)),
    },
  };
}

const loginsOf = (sample: Sample) => sample.load.times.length;
const loginsPerSecond = (sample: Sample) => loginsOf(sample) / sample.load.seconds;
const cpuMsPerLogin = (sample: Sample) => (sample.cpuSeconds * 1000) / loginsOf(sample);
const totalOf = (times: JourneyTimes) => STEPS.reduce((sum, step) => sum + times[step], 0);

function spreadOf(milliseconds: readonly number[]): Spread {
  return { p50: percentile(milliseconds, 50), p99: percentile(milliseconds, 99) };
}
