// What a provider's trouble does to people: nothing to the form that asks for a message, however slow or dead it is, and
// nothing to the messages of one that fails now and then, which arrive once each. Latchkey on PostgreSQL, a server a sink.
import { setTimeout as sleep } from 'node:timers/promises';
import { createDatabaseOn } from '@/tests/harness/postgres';
import { prepareRoute, type Route } from './journey/journey';
import { repeat } from './journey/load';
import { percentile } from './measure/statistics';
import { type MailSink, type SinkBehaviour, startMailSink } from './sink/mail-sink';
import { startLatchkeySystem } from './systems/latchkey';
import type { System } from './systems/system';

export type DeliveryPlan = Readonly<{
  /** Messages asked for at each of the sinks that are compared. */
  startsEach: number;
  /** Messages through the sink that fails. */
  messages: number;
}>;

/** The form that asks for a message, by how its provider behaves. */
export type StartFigures = Readonly<{ sink: string; starts: number; p50: number; p99: number }>;

/** What became of the messages through a provider that fails now and then. */
export type ArrivalFigures = Readonly<{
  messages: number;
  requests: number;
  failedRequests: number;
  arrivedOnce: number;
  arrivedTwice: number;
  neverArrived: number;
  /** From the last question to the last arrival. */
  lastAfterSeconds: number;
}>;

export type DeliveryFigures = Readonly<{
  starts: readonly StartFigures[];
  arrivals: ArrivalFigures;
  failures: readonly Failure[];
}>;

/** Something that was not as it should be, in a sentence. */
export type Failure = Readonly<{ system: string; sentence: string }>;

const SINKS: readonly Readonly<{ name: string; behaviour: SinkBehaviour }>[] = [
  { name: 'fast', behaviour: { kind: 'fast' } },
  { name: '2 s slow', behaviour: { kind: 'slow', milliseconds: 2_000 } },
  { name: 'dead', behaviour: { kind: 'dead' } },
];

const USERS = 8;
const WARM_UP_STARTS = 80;
/** The last of three retries comes 40 seconds after the question. */
const ARRIVAL_PATIENCE_MS = 60_000;
/** After the last one, a second copy of any would have come by now. */
const COPIES_MS = 3_000;

type Subject = Readonly<{ system: System; sink: MailSink; route: Route }>;

/** @param adminUrl of the PostgreSQL server that the databases are made on */
export async function measureDelivery(adminUrl: string, plan: DeliveryPlan): Promise<DeliveryFigures> {
  const subjects: Subject[] = [];
  try {
    for (const { name, behaviour } of SINKS) subjects.push(await open(adminUrl, name, behaviour));
    const failing = await open(adminUrl, 'failing', { kind: 'failing', oneIn: 10 });
    subjects.push(failing);
    const { starts, failures } = await measureStarts(subjects.slice(0, SINKS.length), plan.startsEach);
    const arrivals = await countArrivals(failing, plan.messages);
    const { name: system } = failing.system;
    return {
      starts,
      arrivals,
      failures: [...failures, ...lossesOf(arrivals).map((sentence) => ({ system, sentence }))],
    };
  } finally {
    await Promise.all(subjects.map(({ system }) => system.stop()));
    for (const { sink } of subjects) sink.stop();
  }
}

async function open(adminUrl: string, name: string, behaviour: SinkBehaviour): Promise<Subject> {
  const sink = await startMailSink(behaviour);
  const system = await startLatchkeySystem({
    name: `Latchkey, ${name} sink`,
    databaseUrl: await createDatabaseOn(adminUrl, `bench ${name} sink`),
    environment: sink.environment,
  });
  return { system, sink, route: await prepareRoute(system, sink) };
}

/** Every user asks all of them in turn, so that whatever else the machine does meets all alike. */
async function measureStarts(
  subjects: readonly Subject[],
  startsEach: number,
): Promise<Pick<DeliveryFigures, 'starts' | 'failures'>> {
  const times = subjects.map((): number[] => []);
  const failures: Failure[] = [];
  const askAll = async () => {
    for (const [index, { system, route }] of subjects.entries()) {
      const { outcomes, failures: failed } = await repeat(route.ask, { users: 1, times: 1 });
      times[index]?.push(...outcomes.map(({ milliseconds }) => milliseconds));
      failures.push(...failed.map((sentence) => ({ system: system.name, sentence })));
    }
  };
  for (const { route } of subjects) await repeat(route.ask, { users: USERS, times: WARM_UP_STARTS });
  await repeat(askAll, { users: USERS, times: startsEach });
  const starts = SINKS.map(({ name }, index) => {
    const taken = times[index] ?? [];
    return { sink: name, starts: taken.length, p50: percentile(taken, 50), p99: percentile(taken, 99) };
  });
  return { starts, failures };
}

function lossesOf({ arrivedTwice, neverArrived }: ArrivalFigures): string[] {
  return [
    ...Array.from({ length: arrivedTwice }, () => 'a message arrived more than once'),
    ...Array.from({ length: neverArrived }, () => 'a message did not arrive'),
  ];
}

async function countArrivals({ route, sink }: Subject, messages: number): Promise<ArrivalFigures> {
  const { outcomes } = await repeat(route.ask, { users: USERS, times: messages });
  const askedAt = performance.now();
  const missing = new Set(outcomes.map(({ recipient }) => recipient));
  let seen = 0;
  let lastAfterSeconds = 0;
  while (missing.size > 0 && performance.now() - askedAt < ARRIVAL_PATIENCE_MS) {
    for (const { recipient } of sink.delivered.slice(seen)) missing.delete(recipient);
    seen = sink.delivered.length;
    lastAfterSeconds = (performance.now() - askedAt) / 1000;
    await sleep(50);
  }
  await sleep(COPIES_MS);

  const copies = new Map<string, number>();
  for (const { recipient } of sink.delivered) copies.set(recipient, (copies.get(recipient) ?? 0) + 1);
  const last = sink.delivered.at(-1);
  return {
    messages: outcomes.length,
    requests: last?.requests ?? 0,
    failedRequests: last?.failed ?? 0,
    arrivedOnce: [...copies.values()].filter((count) => count === 1).length,
    arrivedTwice: [...copies.values()].filter((count) => count > 1).length,
    neverArrived: missing.size,
    lastAfterSeconds,
  };
}
