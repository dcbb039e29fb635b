// `latchkey doctor`: is everything in order? Prints what was found of each part; fails when something is not.
import type { Command } from 'commander';
import type { Finding } from '@/lib/management/overview';
import { examineInstallation } from '@/lib/runtime/examination';
import { CommandFailure, print, printJson } from './command-line';
import { formatTable } from './layout';

/** Adds the command to the program. */
export function addDoctorCommand(program: Command): void {
  program
    .command('doctor')
    .description('look over this installation; changes nothing')
    .option('--json', 'print JSON: a list of { part, state, sentence }')
    .addHelpText(
      'after',
      '\nThe exit code is 1 when anything fails; a doubt does not count.\n\nExample:\n  $ latchkey doctor',
    )
    .action(examine);
}

const MARKS: Record<Finding['state'], string> = { good: 'ok', doubtful: '?', failing: 'FAIL' };

async function examine(options: { json?: true }): Promise<void> {
  const findings = await examineInstallation();
  if (options.json) {
    printJson(findings);
  } else {
    print(
      formatTable(
        ['', 'PART', 'FOUND'],
        findings.map(({ part, state, sentence }) => [MARKS[state], part, sentence]),
      ),
    );
  }
  const failures = findings.filter(({ state }) => state === 'failing').length;
  if (failures > 0) throw new CommandFailure(failures === 1 ? 'One part fails.' : `${failures} parts fail.`);
}
