// `latchkey console`: the way in for the first owner, when the link of the start was lost or has run out.
import type { Command } from 'commander';
import type { SetupLinkDocument } from '@/lib/management/team';
import { SETUP_LINK_PATH } from '@/lib/management/team-routes';
import { print, printJson } from './command-line';
import { ask, withApi } from './management-api';

/** Adds the commands to the program. */
export function addConsoleCommands(program: Command): void {
  const operatorConsole = program.command('console').description('the pages that operators work with');
  operatorConsole
    .command('link')
    .description('print a new link that makes the first owner; only while there is none')
    .option('--json', 'print JSON, as the management API answers')
    .addHelpText(
      'after',
      '\nWhere every owner is gone, set CONSOLE_ADMINS to an address of yours, start again, and sign in at /console.',
    )
    .action(printLink);
}

async function printLink({ json }: { json?: true }): Promise<void> {
  const link = await withApi((api) => ask<SetupLinkDocument>(api, { method: 'POST', path: SETUP_LINK_PATH }));
  if (json) return printJson(link);
  print(`${link.url}\nGood once, until ${link.expires_at}.`);
}
