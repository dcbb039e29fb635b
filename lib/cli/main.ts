// The operator's command line: which commands there are, and what becomes of what they throw. bin/latchkey.mjs runs it.
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { EnvironmentError } from '@/lib/runtime/environment';
import { OperationFailure } from '@/lib/runtime/operations';
import { addApisCommands } from './apis';
import { addAppsCommands } from './apps';
import { CommandFailure, type ExitCode } from './command-line';
import { addConnectionsCommands } from './connections';
import { addConsoleCommands } from './console';
import { addDoctorCommand } from './doctor';
import { addKeysCommands } from './keys';
import { addLogsCommand } from './logs';
import { addMessagesCommand } from './messages';
import { addMigrateCommand } from './migrate';
import { addSmsSpendCommand } from './sms-spend';
import { addExportCommand } from './tenant-export';
import { addImportCommand } from './tenant-import';
import { addUserFileCommands } from './user-files';
import { addUsersCommands } from './users';

/**
 * Runs one command.
 * @param words what follows the program's name
 * @param calledFrom the folder that files are named from
 */
export async function runCommandLine(
  words: readonly string[],
  { calledFrom }: { calledFrom: string },
): Promise<ExitCode> {
  try {
    await describeProgram(calledFrom).parseAsync([...words], { from: 'user' });
    return 0;
  } catch (problem) {
    return explain(problem);
  }
}

function describeProgram(calledFrom: string): Command {
  const program = new Command('latchkey')
    .description('Operates a Latchkey: the one whose environment (and .env file) this folder has.')
    .version(readVersion())
    .exitOverride()
    .showHelpAfterError('Add --help to see options and examples.')
    .addHelpText('after', '\nExit codes: 0 done, 1 failed, 2 called wrongly.');
  addMigrateCommand(program);
  addDoctorCommand(program);
  addAppsCommands(program, { calledFrom });
  addApisCommands(program);
  addConnectionsCommands(program, { calledFrom });
  addConsoleCommands(program);
  addUserFileCommands(addUsersCommands(program, { calledFrom }), { calledFrom });
  addKeysCommands(program);
  addLogsCommand(program);
  addMessagesCommand(program);
  addSmsSpendCommand(program);
  addImportCommand(program, { calledFrom });
  addExportCommand(program, { calledFrom });
  return program;
}

/** One line on stderr for what people can act upon; a bug shows where it is. */
function explain(problem: unknown): ExitCode {
  // Commander has printed what it had to say: help that was asked for, or what is wrong with the words.
  if (problem instanceof CommanderError) return problem.exitCode === 0 ? 0 : 2;
  const isSentence =
    problem instanceof CommandFailure ||
    problem instanceof OperationFailure ||
    problem instanceof EnvironmentError;
  const text = problem instanceof Error ? (isSentence ? problem.message : problem.stack) : String(problem);
  process.stderr.write(`latchkey: ${text}\n`);
  return problem instanceof CommandFailure ? problem.exitCode : 1;
}

function readVersion(): string {
  return (JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }).version;
}
