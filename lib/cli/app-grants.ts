// `latchkey apps grant`: what an application may ask of an API by itself, without a person.
import type { Command } from 'commander';
import { CLIENT_GRANTS_PATH } from '@/lib/management/client-grant-routes';
import type { ClientGrantDocument } from '@/lib/management/client-grants';
import type { ManagementApi } from '@/lib/runtime/operations';
import { findApi } from './apis';
import { CommandFailure, print, printJson } from './command-line';
import { ask, withApi } from './management-api';

/** Adds the command to those of applications. */
export function addGrantCommand(apps: Command): void {
  apps
    .command('grant')
    .description('let an application ask an API for these scopes by itself, and for no others')
    .argument('<client-id>')
    .argument('<api>', 'its identifier or id')
    .option('--scope <scope...>', 'what it may ask for')
    .option('--all', 'every scope that the API has now')
    .option('--remove', 'nothing any more, not even a token without scopes')
    .option('--json', 'print JSON, as the management API answers')
    .addHelpText('after', HELP)
    .action(grant);
}

const HELP = `
Applications ask by the client_credentials grant. The API of Latchkey itself is granted in the same way.

Examples:
  $ latchkey apps grant XbQ0vTz8… https://orders.example.com/v1 --scope read:orders write:orders
  $ latchkey apps grant XbQ0vTz8… https://login.example.com/api/v2/ --scope read:users
  $ latchkey apps grant XbQ0vTz8… https://orders.example.com/v1 --all
  $ latchkey apps grant XbQ0vTz8… https://orders.example.com/v1 --remove`;

type GrantOptions = { scope?: string[]; all?: true; remove?: true; json?: true };

async function grant(clientId: string, apiName: string, options: GrantOptions): Promise<void> {
  const { scope, all, remove, json } = options;
  if ([scope, all, remove].filter((choice) => choice !== undefined).length !== 1)
    throw new CommandFailure('Give one of --scope, --all and --remove.', 2);
  const outcome = await withApi(async (api) => {
    const { identifier, scopes } = await findApi(api, apiName);
    const query = new URLSearchParams({ client_id: clientId, audience: identifier });
    const [given] = await ask<ClientGrantDocument[]>(api, {
      method: 'GET',
      path: `${CLIENT_GRANTS_PATH}?${query}`,
    });
    if (remove) return takeBack(api, given);
    const wanted = scope ?? scopes.map(({ value }) => value);
    return give(api, given, { client_id: clientId, audience: identifier, scope: wanted });
  });
  if (json) return printJson(outcome);
  if ('deleted' in outcome) return print(`${clientId} may ask nothing of ${apiName} by itself any more.`);
  const asked = outcome.scope.length === 0 ? 'a token without scopes' : outcome.scope.join(', ');
  print(`${outcome.client_id} may ask ${outcome.audience} for ${asked}.`);
}

function give(
  api: ManagementApi,
  given: ClientGrantDocument | undefined,
  wanted: Pick<ClientGrantDocument, 'client_id' | 'audience' | 'scope'>,
): Promise<ClientGrantDocument> {
  return given === undefined
    ? ask(api, { method: 'POST', path: CLIENT_GRANTS_PATH, body: wanted })
    : ask(api, {
        method: 'PATCH',
        path: `${CLIENT_GRANTS_PATH}/${given.id}`,
        body: { scope: wanted.scope },
      });
}

async function takeBack(
  api: ManagementApi,
  given: ClientGrantDocument | undefined,
): Promise<{ id: string; deleted: true }> {
  if (given === undefined) throw new CommandFailure('The application has been granted nothing of that API.');
  await ask(api, { method: 'DELETE', path: `${CLIENT_GRANTS_PATH}/${given.id}` });
  return { id: given.id, deleted: true };
}
