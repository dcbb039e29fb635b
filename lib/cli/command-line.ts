// What every command shares: how it prints, what it asks before it ends something, and what its exit code means.
import { createInterface } from 'node:readline/promises';
import { InvalidArgumentError } from 'commander';

/** 0: done. 1: it failed. 2: it was called wrongly, and nothing was changed. */
export type ExitCode = 0 | 1 | 2;

/** Ends a command with one line for the person who called it. */
export class CommandFailure extends Error {
  override name = 'CommandFailure';
  constructor(
    message: string,
    readonly exitCode: ExitCode = 1,
  ) {
    super(message);
  }
}

/**
 * Asks before something is ended for good, unless that was said on the line.
 * @throws {CommandFailure} 1 when the answer is not yes; 2 where nobody can be asked
 */
export async function confirm(
  question: string,
  { yes = false }: { yes?: boolean | undefined },
): Promise<void> {
  if (yes) return;
  if (!process.stdin.isTTY) throw new CommandFailure(`${question} Say so with --yes.`, 2);
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await prompt.question(`${question} [y/N] `).finally(() => prompt.close());
  if (!/^y(es)?$/i.test(answer.trim())) throw new CommandFailure('Nothing was changed.');
}

/** A whole number on the line, for commander. */
export function readWholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}

/** Prints a line. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Prints for programs: exactly one JSON document on stdout. */
export function printJson(document: unknown): void {
  print(JSON.stringify(document, null, 2));
}
