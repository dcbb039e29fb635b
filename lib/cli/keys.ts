// `latchkey keys`: the keys that sign tokens.
import type { Command } from 'commander';
import { SIGNING_KEYS_PATH } from '@/lib/management/signing-key-routes';
import type { SigningKeyDocument } from '@/lib/management/signing-keys';
import { confirm, print, printJson } from './command-line';
import { formatTable } from './layout';
import { ask, withApi } from './management-api';

/** Adds the commands to the program. */
export function addKeysCommands(program: Command): void {
  const keys = program.command('keys').description('keys that sign tokens');

  keys
    .command('list')
    .description('every key: which signs, which will, which did, and which are revoked')
    .option('--json', 'print JSON, as the management API answers')
    .addHelpText('after', '\nExample:\n  $ latchkey keys list')
    .action(listKeys);

  keys
    .command('rotate')
    .description('have the next keys sign from now on; what was signed before stays good')
    .option('--json', 'print JSON, as the management API answers')
    .addHelpText('after', ROTATE_HELP)
    .action(rotateKeys);

  keys
    .command('revoke')
    .description('refuse everything that a previous key signed; asks first')
    .argument('<kid>', 'its name, as "latchkey keys list" has it')
    .option('--yes', 'do not ask')
    .option('--json', 'print JSON, as the management API answers')
    .addHelpText('after', REVOKE_HELP)
    .action(revokeKey);
}

const ROTATE_HELP = `
Keys are rotated by themselves every 90 days. The next key has been published all the while, so nobody misses it.

Example:
  $ latchkey keys rotate`;

const REVOKE_HELP = `
A key that signs cannot be revoked: rotate first. Whoever holds a token that it signed has to get another one.

Example:
  $ latchkey keys rotate && latchkey keys revoke 0vXb3… --yes`;

async function listKeys({ json }: { json?: true }): Promise<void> {
  const keys = await withApi((api) =>
    ask<SigningKeyDocument[]>(api, { method: 'GET', path: SIGNING_KEYS_PATH }),
  );
  if (json) return printJson(keys);
  if (keys.length === 0) return print('There are no keys yet: a server makes them when it starts.');
  const rows = keys.map((key) => [key.kid, key.alg, statusOf(key), key.current_since ?? '']);
  print(formatTable(['KID', 'ALGORITHM', 'STATUS', 'SIGNING SINCE'], rows));
}

function statusOf(key: SigningKeyDocument): string {
  if (key.current) return 'signs';
  if (key.next) return 'next';
  return key.revoked
    ? `revoked ${key.revoked_at ?? ''}`.trim()
    : `previous, until ${key.current_until ?? ''}`;
}

type TouchedKey = Pick<SigningKeyDocument, 'kid' | 'cert'>;

async function rotateKeys({ json }: { json?: true }): Promise<void> {
  const key = await withApi((api) =>
    ask<TouchedKey>(api, { method: 'POST', path: `${SIGNING_KEYS_PATH}/rotate` }),
  );
  if (json) return printJson(key);
  print(`${key.kid} signs from now on, in every process within five seconds.`);
}

async function revokeKey(kid: string, { yes, json }: { yes?: true; json?: true }): Promise<void> {
  const path = `${SIGNING_KEYS_PATH}/${encodeURIComponent(kid)}`;
  const revoked = await withApi(async (api) => {
    await ask<SigningKeyDocument>(api, { method: 'GET', path });
    await confirm('Every token that this key signed is refused from now on. Revoke it?', { yes });
    return ask<TouchedKey>(api, { method: 'PUT', path: `${path}/revoke` });
  });
  if (json) return printJson(revoked);
  print(`${revoked.kid} is revoked: what it signed is refused, in every process within five seconds.`);
}
