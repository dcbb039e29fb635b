// What every command shares: how it prints, and what its exit code means.

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

/** Prints a line. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Prints for programs: exactly one JSON document on stdout. */
export function printJson(document: unknown): void {
  print(JSON.stringify(document, null, 2));
}
