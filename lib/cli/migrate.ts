// `latchkey migrate`: brings the database to this version's migrations, as every start of the server does.
import type { Command } from 'commander';
import { readEnvironment } from '@/lib/runtime/environment';
import { migrateDatabase } from '@/lib/runtime/operations';
import { print, printJson } from './command-line';

/** Adds the command to the program. */
export function addMigrateCommand(program: Command): void {
  program
    .command('migrate')
    .description('apply pending database migrations, as every start of the server does')
    .option('--json', 'print JSON: { "applied": [names] }')
    .addHelpText('after', '\nExample:\n  $ DATABASE_URL=postgresql://… latchkey migrate')
    .action(migrate);
}

async function migrate(options: { json?: true }): Promise<void> {
  const outcome = await migrateDatabase(readEnvironment());
  const applied = outcome.kind === 'held' ? [] : outcome.applied;
  if (options.json) return printJson({ applied });
  if (outcome.kind === 'held') {
    print(
      `The server that is running (process ${outcome.pid}) brought its database up to date when it started.`,
    );
  } else {
    print(
      applied.length === 0
        ? 'The database is up to date.'
        : `Applied:\n${applied.map((name) => `  ${name}`).join('\n')}`,
    );
  }
}
