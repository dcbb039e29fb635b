// `/api/v2/user-blocks` and `/api/v2/anomaly/blocks`: what limits keep a person or a network out for now, to be looked at and
// taken away. An account that an operator blocked stays blocked. auth0-contract §5.5.
import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import type { AccountRegister } from '@/lib/login/account-register';
import { type Identifier, maskIdentifier, parseIdentifier } from '@/lib/login/identifier';
import { type LockoutDeps, type LockoutStore, networkLockouts, personLockouts } from '@/lib/login/lockouts';
import { subjectHash } from '@/lib/login/start-login';
import type { Caller } from './caller';
import { queryText } from './fields';
import { ManagementProblem } from './problem';
import { badQuery, routeFor } from './route';
import { loadAccount } from './users';

export const USER_BLOCKS_PATH = '/api/v2/user-blocks';
const IP_BLOCKS_PATH = '/api/v2/anomaly/blocks/ips/{ip}';

export type BlocksDeps = LockoutDeps &
  Readonly<{ accounts: Pick<AccountRegister, 'find'>; lockouts: LockoutStore; clock: () => Date }>;

const route = routeFor<BlocksDeps>();

const blocksDocument = z.strictObject({
  blocked_for: z.array(z.strictObject({ identifier: z.string(), connection: z.string() })),
});

const byIdentifier = z.strictObject({ identifier: queryText() });

export const BLOCK_ROUTES = [
  route({
    method: 'GET',
    path: USER_BLOCKS_PATH,
    summary: 'Tell which limits keep an identifier out',
    scope: 'read:users',
    query: byIdentifier,
    result: blocksDocument,
    answer: (deps, { query }) => blocksOf(deps, [readIdentifier(query.identifier)]),
  }),
  route({
    method: 'DELETE',
    path: USER_BLOCKS_PATH,
    summary: 'Take limits of an identifier away',
    scope: 'update:users',
    query: byIdentifier,
    answer: (deps, { query, caller }) => unblock(deps, [readIdentifier(query.identifier)], caller),
  }),
  route({
    method: 'GET',
    path: `${USER_BLOCKS_PATH}/{id}`,
    summary: 'Tell which limits keep a user out',
    scope: 'read:users',
    result: blocksDocument,
    answer: async (deps, { params }) => blocksOf(deps, await identifiersOf(deps, params.id)),
  }),
  route({
    method: 'DELETE',
    path: `${USER_BLOCKS_PATH}/{id}`,
    summary: 'Take limits of a user away',
    scope: 'update:users',
    answer: async (deps, { params, caller }) => unblock(deps, await identifiersOf(deps, params.id), caller),
  }),
  route({
    method: 'GET',
    path: IP_BLOCKS_PATH,
    summary: 'Tell whether limits keep a network out',
    description: '200 where they do. An IPv6 address stands for its /64.',
    scope: 'read:anomaly_blocks',
    result: z.strictObject({}),
    async answer(deps, { params }) {
      const limits = networkLockouts(deps, readIp(params.ip), deps.clock());
      if ((await deps.lockouts.findFull(limits)).length > 0) return {};
      throw new ManagementProblem(404, 'inexistent_block', 'The IP address is not blocked.');
    },
  }),
  route({
    method: 'DELETE',
    path: IP_BLOCKS_PATH,
    summary: 'Take limits of a network away',
    scope: 'delete:anomaly_blocks',
    answer: (deps, { params, caller: { clientId } }) => {
      const now = deps.clock();
      return deps.lockouts.clear(networkLockouts(deps, readIp(params.ip), now), {
        subject: null,
        clientId,
        now,
      });
    },
  }),
];

type Named = Pick<Identifier, 'channel' | 'canonical'>;

async function blocksOf(deps: BlocksDeps, identifiers: readonly Named[]) {
  const now = deps.clock();
  const found = await Promise.all(
    identifiers.map(async (identifier) => ({
      identifier,
      full: await deps.lockouts.findFull(personLockouts(deps, identifier, now)),
    })),
  );
  return {
    blocked_for: found
      .filter(({ full }) => full.length > 0)
      .map(({ identifier: { canonical, channel } }) => ({ identifier: canonical, connection: channel })),
  };
}

async function unblock(deps: BlocksDeps, identifiers: readonly Named[], { clientId }: Caller): Promise<void> {
  const now = deps.clock();
  for (const identifier of identifiers) {
    const subject = {
      maskedIdentifier: maskIdentifier(identifier),
      identifierHash: subjectHash(deps, identifier),
    };
    await deps.lockouts.clear(personLockouts(deps, identifier, now), { subject, clientId, now });
  }
}

async function identifiersOf(deps: BlocksDeps, id: string): Promise<Named[]> {
  const { identities } = await loadAccount(deps, id);
  return identities.map(({ provider: channel, identifier: canonical }) => ({ channel, canonical }));
}

function readIdentifier(typed: string): Identifier {
  const identifier = parseIdentifier(typed, { channels: ['email', 'sms'], country: null });
  if (!('kind' in identifier)) return identifier;
  throw badQuery('identifier must be an e-mail address, or a number with its country code');
}

function readIp(text: string): string {
  if (ipaddr.isValid(text)) return text;
  throw new ManagementProblem(400, 'invalid_uri', 'Path validation error: ip must be an IP address.');
}
