// The command line as people call it: a process of its own, from a folder that is not the project's; or the same function in
// this process, where there is much to call and nothing that a process of its own would show.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { expect, vi } from 'vitest';
import { runCommandLine } from '@/lib/cli/main';

/** What a shell runs. */
export const PROGRAM = path.resolve(import.meta.dirname, '..', '..', 'bin', 'latchkey.mjs');

/** How a command ended, and what it printed. */
export type Run = { code: number | null; stdout: string; stderr: string };

/** @param cwd the folder it is called in */
export function runLatchkey(
  words: readonly string[],
  { cwd, environment }: { cwd: string; environment: Record<string, string> },
): Promise<Run> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [PROGRAM, ...words], {
      cwd,
      // No .env file of a developer, and nobody listening at the issuer.
      env: {
        ISSUER: 'http://localhost:9',
        ...environment,
        ...{ PATH: process.env.PATH, NODE_ENV: 'production', __NEXT_PROCESSED_ENV: 'true' },
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const printed = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr'] as const) {
      child[stream].setEncoding('utf8').on('data', (text: string) => {
        printed[stream] += text;
      });
    }
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, ...printed }));
  });
}

/** What a command that went well printed as JSON. */
export async function runLatchkeyJson(words: readonly string[], where: Parameters<typeof runLatchkey>[1]) {
  const run = await runLatchkey([...words, '--json'], where);
  expect(run).toMatchObject({ code: 0, stderr: '' });
  return JSON.parse(run.stdout);
}

/** Runs a command in this process. */
export async function callLatchkey(
  words: readonly string[],
  { cwd, environment }: Parameters<typeof runLatchkey>[1],
): Promise<Run> {
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  const printed = { stdout: '', stderr: '' };
  const spies = (['stdout', 'stderr'] as const).map((stream) =>
    vi.spyOn(process[stream], 'write').mockImplementation((text) => {
      printed[stream] += String(text);
      return true;
    }),
  );
  try {
    return { code: await runCommandLine(words, { calledFrom: cwd }), ...printed };
  } finally {
    for (const spy of spies) spy.mockRestore();
    vi.unstubAllEnvs();
  }
}
