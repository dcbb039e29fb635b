import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { loadSecrets } from '@/lib/keys/secret-file';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'latchkey secret '));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it('leaves the data folder alone when SECRET is set', async () => {
  expect(await loadSecrets({ secrets: ['a', 'b'], dataDir: folder })).toEqual(['a', 'b']);
  expect(await readdir(folder)).toEqual([]);
});

it('draws a secret once and keeps it where only its owner can read it (PRV-3)', async () => {
  const dataDir = join(folder, 'not', 'there yet');
  const [secret] = await loadSecrets({ secrets: null, dataDir });
  expect(Buffer.from(secret ?? '', 'base64url')).toHaveLength(32);
  expect(await loadSecrets({ secrets: null, dataDir })).toEqual([secret]);
  expect((await stat(join(dataDir, 'secret'))).mode & 0o777).toBe(0o600);
  expect(await readdir(dataDir)).toEqual(['secret']);
});

it('gives processes that start at once the same secret', async () => {
  const program = `import { loadSecrets } from '@/lib/keys/secret-file';
    console.log((await loadSecrets({ secrets: null, dataDir: process.env.FOLDER })).join());`;
  const draw = () =>
    promisify(execFile)(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
      env: { ...process.env, FOLDER: folder },
    });
  const printed = (await Promise.all([draw(), draw(), draw()])).map(({ stdout }) => stdout.trim());
  expect(new Set(printed).size).toBe(1);
  expect(printed[0]).toBe((await readFile(join(folder, 'secret'), 'utf8')).trim());
});

it('does not go on with a file that was damaged', async () => {
  await writeFile(join(folder, 'secret'), '\n');
  await expect(loadSecrets({ secrets: null, dataDir: folder })).rejects.toThrow('does not hold the secret');
});
