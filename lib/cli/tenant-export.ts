// `latchkey export`: the set-up of an installation as files that can live in git, in the format of Auth0's deploy CLI. No secret is
// in them; what is imported again from them changes nothing.
import { basename, resolve } from 'node:path';
import type { Command } from 'commander';
import { print, printJson } from './command-line';
import { withApi } from './management-api';
import { documentOf, readTenant } from './tenant';
import { writeSetUp } from './tenant-files';

/** Adds the command to the program. @param calledFrom the folder that files are named from */
export function addExportCommand(program: Command, { calledFrom }: { calledFrom: string }): void {
  program
    .command('export')
    .description('write the set-up to files: applications, APIs, connections, settings; no secrets')
    .argument('<path>', 'a folder, or a file that ends with .yaml')
    .option('--json', 'print JSON: how many of what were written')
    .addHelpText('after', HELP)
    .action(async (path: string, { json }: { json?: true }) => {
      const tenant = await withApi(readTenant);
      await writeSetUp(resolve(calledFrom, path), documentOf(tenant));
      const { clients, connections, resourceServers } = tenant;
      const apis = resourceServers.filter(({ is_system: isSystem }) => isSystem !== true);
      const written = {
        applications: clients.length,
        apis: apis.length,
        connections: connections.length,
      };
      if (json) return printJson({ path: resolve(calledFrom, path), ...written });
      print(
        `${basename(path)}: ${written.applications} applications, ${written.apis} APIs, ${written.connections} connections.`,
      );
    });
}

const HELP = `
Examples:
  $ latchkey export set-up && git add set-up
  $ latchkey export tenant.yaml
  $ latchkey import auth0 set-up --dry-run`;
