// One load on one system, with everything that was used meanwhile: what all figures are made from.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Route } from '../journey/journey';
import { type Load, runLoad } from '../journey/load';
import type { System } from '../systems/system';
import type { PostgresMeter } from './postgres-meter';
import { readUsage } from './process-tree';

export type Sample = Readonly<{
  system: string;
  users: number;
  load: Load;
  /** Of the server's process tree. */
  cpuSeconds: number;
  residentBytes: number;
  /** What PostgreSQL did for it; null where the system keeps its own database. */
  postgres: Readonly<{
    statements: number;
    writingTransactions: number;
    walBytes: number;
    cpuSeconds: number;
  }> | null;
}>;

/** A system with the way through it. */
export type Subject = Readonly<{ system: System; route: Route }>;

/** How long a server is given to finish what it does behind its answers. */
const SETTLING_MILLISECONDS = 250;

/** Runs the load and reads the meters before and after. */
export async function takeSample(
  { system, route }: Subject,
  { users, journeys, meter }: { users: number; journeys: number; meter: PostgresMeter },
): Promise<Sample> {
  const { databaseUrl, pid } = system;
  const readPostgres = async () => (databaseUrl === null ? null : meter.read(databaseUrl));

  const before = { usage: readUsage(pid), postgres: await readPostgres() };
  const load = await runLoad(route, { users, journeys });
  await sleep(SETTLING_MILLISECONDS);
  const after = { usage: readUsage(pid), postgres: await readPostgres() };

  return {
    system: system.name,
    users,
    load,
    cpuSeconds: after.usage.cpuSeconds - before.usage.cpuSeconds,
    residentBytes: after.usage.residentBytes,
    postgres: before.postgres &&
      after.postgres && {
        statements: after.postgres.statements - before.postgres.statements,
        writingTransactions: after.postgres.writingTransactions - before.postgres.writingTransactions,
        walBytes: after.postgres.walBytes - before.postgres.walBytes,
        cpuSeconds: after.postgres.cpuSeconds - before.postgres.cpuSeconds,
      },
  };
}
