// One data folder, one process: whatever way the one before ended, and however many ask at once.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { DataFolderHeldError, describeHolder, holdDataFolder } from '@/lib/store/prisma/data-folder';

let dataDir: string;
let deadPid: number;

beforeAll(async () => {
  const shortLived = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
  await once(shortLived, 'exit');
  deadPid = shortLived.pid ?? 0;
});
beforeEach(async () => {
  dataDir = join(await mkdtemp(join(tmpdir(), 'latchkey-folder-')), 'data');
});
afterEach(() => rm(join(dataDir, '..'), { recursive: true, force: true }));

const lockFile = () => join(dataDir, 'latchkey.lock');
const mode = async (path: string) => ((await stat(path)).mode & 0o777).toString(8);

async function leaveLock(
  fields: { id: string; pid: number; processStart?: string },
  file = lockFile(),
): Promise<void> {
  await writeFile(file, JSON.stringify({ startedAt: '2020-01-01T00:00:00.000Z', ...fields }));
}

test('the folder and the lock in it are private to their owner', async () => {
  const folder = await holdDataFolder(dataDir);
  expect(await mode(dataDir)).toBe('700');
  expect(await mode(lockFile())).toBe('600');
  await folder.announce({ url: 'http://localhost:3000', token: 'secret' });
  expect(await mode(lockFile())).toBe('600');
  await folder.release();
});

test('a folder that is held is refused in one line that names it and the process, to this process as well', async () => {
  const folder = await holdDataFolder(dataDir);
  const problem = await holdDataFolder(dataDir).catch((error: unknown) => error);
  expect(problem).toBeInstanceOf(DataFolderHeldError);
  expect((problem as Error).message).toContain(dataDir);
  expect((problem as Error).message).toContain(`process ${process.pid}`);
  expect((problem as Error).message).not.toContain('\n');
  await folder.release();
  await (await holdDataFolder(dataDir)).release();
});

test('a running server can be found by the address it announced, until it is gone', async () => {
  expect(await describeHolder(dataDir)).toBeNull();
  const folder = await holdDataFolder(dataDir);
  expect(await describeHolder(dataDir)).toMatchObject({ pid: process.pid, url: null, token: null });
  await folder.announce({ url: 'http://localhost:3000', token: 'secret' });
  expect(await describeHolder(dataDir)).toMatchObject({ url: 'http://localhost:3000', token: 'secret' });
  await folder.release();
  await folder.release();
  await folder.announce({ url: 'http://localhost:3000', token: 'secret' });
  expect(await describeHolder(dataDir)).toBeNull();
  expect(await readdir(dataDir)).toEqual([]);
});

describe('a lock left behind is taken over', () => {
  beforeEach(async () => (await holdDataFolder(dataDir)).release());
  afterEach(async () => {
    const folder = await holdDataFolder(dataDir);
    expect(await readdir(dataDir)).toEqual(['latchkey.lock']);
    expect(JSON.parse(await readFile(lockFile(), 'utf8'))).toMatchObject({ pid: process.pid });
    await folder.release();
  });

  test('when its process is dead', () => leaveLock({ id: 'a', pid: deadPid }));

  test('when its pid was given to another process', () =>
    leaveLock({ id: 'a', pid: process.ppid, processStart: 'another boot/1' }));

  test('when its pid is now ours, as the first process of a container always is', () =>
    leaveLock({ id: 'a', pid: process.pid, processStart: 'another boot/1' }));

  test('when it was written where there is no /proc, by an earlier process of our pid', () =>
    leaveLock({ id: 'a', pid: process.pid }));

  test('when it cannot be read', () => writeFile(lockFile(), '{"pid":'));

  test('when the process that was taking it over died as well', async () => {
    await leaveLock({ id: 'a', pid: deadPid });
    await leaveLock({ id: 'b', pid: deadPid }, `${lockFile()}.heir-a`);
    await writeFile(`${lockFile()}.heir-b`, '');
  });
});

describe('among processes', () => {
  let starters: Starter[];
  beforeAll(() => {
    starters = Array.from({ length: 4 }, startStarter);
  });
  afterAll(() => {
    for (const { child } of starters) child.kill();
  });

  /** How many of the starters, asked at the same instant, got the folder. */
  async function winners(): Promise<Starter[]> {
    const answers = await Promise.all(starters.map((starter) => starter.say(`hold ${dataDir}`)));
    expect(answers.filter((answer) => answer !== 'held' && !answer.startsWith('refused'))).toEqual([]);
    return starters.filter((_, index) => answers[index] === 'held');
  }

  test('that ask at the same instant exactly one gets a free folder', async () => {
    for (let round = 0; round < 25; round += 1) {
      const won = await winners();
      expect(won).toHaveLength(1);
      await Promise.all(won.map((winner) => winner.say('release')));
    }
  });

  test('that ask at the same instant exactly one gets a folder with a dead lock', async () => {
    await (await holdDataFolder(dataDir)).release();
    for (let round = 0; round < 50; round += 1) {
      await leaveLock({ id: `round-${round}`, pid: deadPid });
      const won = await winners();
      expect(won).toHaveLength(1);
      await Promise.all(won.map((winner) => winner.say('release')));
    }
  });

  test('one that is killed leaves the folder to the next at once', async () => {
    const victim = startStarter();
    expect(await victim.say(`hold ${dataDir}`)).toBe('held');
    await expect(holdDataFolder(dataDir)).rejects.toThrow(DataFolderHeldError);
    victim.child.kill('SIGKILL');
    await once(victim.child, 'exit');
    expect(await describeHolder(dataDir)).toBeNull();
    await (await holdDataFolder(dataDir)).release();
  });
});

type Starter = { child: ChildProcess; say(command: string): Promise<string> };

/** A process that answers each line with what came of it. */
function startStarter(): Starter {
  const script = fileURLToPath(new URL('./hold-on-request.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', script], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    child,
    async say(command) {
      child.stdin.write(`${command}\n`);
      return (await lines.next()).value ?? 'gone';
    },
  };
}
