// The data folder of the embedded database belongs to one process at a time.
// This file owns the lock that says so, `latchkey.lock`: taken in one step, left behind by a crash without harm, and
// read by the command line to find the server that runs. It knows nothing of what else the folder holds.

import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';

/** The process that holds a data folder, as its lock file tells it. */
export type Holder = {
  /** Unique to one taking of the lock. */
  id: string;
  pid: number;
  /** ISO 8601 instant the lock was taken. */
  startedAt: string;
  /** Boot and start tick of the process, so that a pid given out again is not taken for it; null where /proc is missing. */
  processStart: string | null;
  /** Where the server listens and the secret its command line shows it; null until announced. */
  url: string | null;
  token: string | null;
};

/** A data folder that this process holds. */
export type HeldDataFolder = {
  /** Writes into the lock file where the server listens, for {@link describeHolder}. */
  announce(address: { url: string; token: string }): Promise<void>;
  /** Gives the folder up; a second call does nothing. */
  release(): Promise<void>;
};

/** Another live process (or this one, a second time) holds the data folder. Its message is one line for an operator. */
export class DataFolderHeldError extends Error {
  override name = 'DataFolderHeldError';
  constructor(
    readonly dataDir: string,
    readonly pid: number,
  ) {
    super(
      `The data folder ${resolve(dataDir)} is in use by process ${pid}; stop that process or set another folder.`,
    );
  }
}

/**
 * Takes the data folder for this process, creating it (mode 0700) when it is missing.
 * Of any number of processes that ask at once exactly one succeeds; a lock whose process is dead counts for nothing.
 * @throws {DataFolderHeldError} when a live process holds it
 */
export async function holdDataFolder(dataDir: string): Promise<HeldDataFolder> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const lockFile = lockFileOf(dataDir);
  const own: Holder = {
    id: randomUUID(),
    pid: process.pid,
    startedAt: new Date().toISOString(),
    processStart: (await lookAtProcess(process.pid))?.start ?? null,
    url: null,
    token: null,
  };
  await take(dataDir, lockFile, own);

  let held = true;
  return {
    async announce(address) {
      if (!held) return;
      const draft = await writeDraft(lockFile, { ...own, ...address });
      await rename(draft, lockFile);
    },
    async release() {
      if (!held) return;
      held = false;
      await rm(lockFile, { force: true });
    },
  };
}

/** The live process that holds `dataDir`, or null when nobody does. */
export async function describeHolder(dataDir: string): Promise<Holder | null> {
  const holder = await readHolder(lockFileOf(dataDir));
  return holder !== null && (await isAlive(holder)) ? holder : null;
}

const lockFileOf = (dataDir: string) => join(dataDir, 'latchkey.lock');

/**
 * A free lock is taken by a hard link, which is atomic and never shows half a file.
 *
 * A dead one needs more: two starters that both saw it dead must not replace it one after the other. So each holder has
 * exactly one heir, the process that creates `latchkey.lock.heir-<id of the dead>`. The heir looks at the lock once more
 * (it may have been inherited and the heir file cleaned up since) and renames itself over it. An heir that died on the
 * way has an heir of its own.
 */
async function take(dataDir: string, lockFile: string, own: Holder): Promise<void> {
  const draft = await writeDraft(lockFile, own);
  try {
    while (!(await linkIfAbsent(draft, lockFile))) {
      const inherited = await inherit({ dataDir, lockFile, draft });
      if (inherited) return;
    }
  } finally {
    await rm(draft, { force: true });
  }
}

async function inherit(attempt: { dataDir: string; lockFile: string; draft: string }): Promise<boolean> {
  const { dataDir, lockFile, draft } = attempt;
  const dead = await readHolder(lockFile);
  const heirFiles: string[] = [];
  for (let last = dead; last !== null; ) {
    if (await isAlive(last)) throw new DataFolderHeldError(dataDir, last.pid);
    const heirFile = `${lockFile}.heir-${last.id}`;
    heirFiles.push(heirFile);
    if (await linkIfAbsent(draft, heirFile)) {
      const unchanged = (await readHolder(lockFile))?.id === dead?.id;
      if (unchanged) await rename(draft, lockFile);
      await Promise.all((unchanged ? heirFiles : [heirFile]).map((file) => rm(file, { force: true })));
      return unchanged;
    }
    last = await readHolder(heirFile);
  }
  return false;
}

async function writeDraft(lockFile: string, holder: Holder): Promise<string> {
  const draft = `${lockFile}.${randomUUID()}`;
  await writeFile(draft, `${JSON.stringify(holder)}\n`, { flag: 'wx', mode: 0o600 });
  return draft;
}

async function linkIfAbsent(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Null when there is no such file. A file that cannot be understood (a power cut) names a process that cannot exist. */
async function readHolder(file: string): Promise<Holder | null> {
  const nobody = { id: basename(file), pid: 0, startedAt: '', processStart: null, url: null, token: null };
  try {
    return { ...nobody, ...(JSON.parse(await readFile(file, 'utf8')) as Partial<Holder>) };
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    if (error instanceof SyntaxError) return nobody;
    throw error;
  }
}

async function isAlive(holder: Holder): Promise<boolean> {
  if (holder.pid <= 0 || !acceptsSignals(holder.pid)) return false;
  const seen = await lookAtProcess(holder.pid);
  if (seen !== null && holder.processStart !== null) return !seen.ended && seen.start === holder.processStart;
  // Without /proc a pid is all there is to go by; at least our own pid in a file older than we are is not us.
  return holder.pid !== process.pid || Date.parse(holder.startedAt) >= performance.timeOrigin;
}

function acceptsSignals(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

/** What Linux says of a process: fields 3 (state) and 22 (start, in ticks since boot) of proc_pid_stat(5). */
async function lookAtProcess(pid: number): Promise<{ start: string; ended: boolean } | null> {
  try {
    const [stat, bootId] = await Promise.all([
      readFile(`/proc/${pid}/stat`, 'utf8'),
      readFile('/proc/sys/kernel/random/boot_id', 'utf8'),
    ]);
    // Field 2, the command, may hold spaces and brackets: count from its last bracket.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { start: `${bootId.trim()}/${fields[19]}`, ended: fields[0] === 'Z' || fields[0] === 'X' };
  } catch {
    return null;
  }
}

const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code;
