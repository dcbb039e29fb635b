// What a store promises of APIs and of what clients were granted (lib/oidc/resource-server.ts), and what every boot puts
// there (lib/store/prisma/resource-servers.ts).
import { beforeEach, describe, expect, it } from 'vitest';
import type { ResourceServerRegister } from '@/lib/oidc/resource-server';
import { createResourceServerStore, ensureManagementApi } from '@/lib/store/prisma/resource-servers';
import { api } from '@/tests/memory/resource-servers';
import { CLIENT_ID, clientRow, type Stage } from '../stage';
import type { Process } from '../stores';

const THINGS = api();
const OTHERS = api({
  id: 'f'.repeat(24),
  identifier: 'urn:others',
  scopes: [],
  signingAlgorithm: 'ES256',
  tokenLifetimeSeconds: 60,
  allowOfflineAccess: true,
  skipConsent: false,
});

export function promiseResourceServers(stage: () => Stage): void {
  let registers: Map<Process, ResourceServerRegister>;
  const on = (process: Process) => registers.get(process) as ResourceServerRegister;
  const first = () => on(stage().first);
  const grant = (changes: Partial<Parameters<ResourceServerRegister['grant']>[0]> = {}) =>
    first().grant(
      {
        id: `cgr_${stage().id().slice(0, 16)}`,
        clientId: CLIENT_ID,
        audience: THINGS.identifier,
        scopes: ['read:things'],
        ...changes,
      },
      stage().now,
    );

  beforeEach(() => {
    const { first, second } = stage();
    const open = (process: Process) =>
      createResourceServerStore(process.prisma, { clock: () => stage().now });
    registers = new Map([first, second].map((process) => [process, open(process)]));
  });

  describe('an API', () => {
    it('is found as it was written: in this process at once, in others within five seconds', async () => {
      const second = on(stage().second);
      expect([await first().find(THINGS.identifier), await second.find(THINGS.identifier)]).toEqual([
        null,
        null,
      ]);
      for (const added of [THINGS, OTHERS]) expect(await first().add(added, stage().now)).toBe(true);
      expect(await first().find(THINGS.identifier)).toEqual(THINGS);
      stage().pass(5);
      expect(await second.find(OTHERS.identifier)).toEqual(OTHERS);
    });

    it('is found by its exact identifier and nothing like it', async () => {
      await first().add(THINGS, stage().now);
      for (const like of ['https://api.test', 'HTTPS://API.TEST/', 'https://api.test/%', '', ' '])
        expect(await first().find(like)).toBeNull();
    });

    it('has an identifier that is taken once, also by two operators at once', async () => {
      const added = await stage().atOnce(2, (process, index) =>
        on(process).add({ ...THINGS, id: String(index).repeat(24), name: `${index}` }, stage().now),
      );
      expect(added.sort()).toEqual([false, true]);
      expect(await first().list()).toHaveLength(1);
    });

    it('takes its grants with it', async () => {
      await first().add(THINGS, stage().now);
      await grant();
      await stage().prisma.resourceServer.delete({ where: { identifier: THINGS.identifier } });
      expect(await stage().prisma.clientGrant.count()).toBe(0);
    });
  });

  describe('what a client was granted', () => {
    beforeEach(async () => {
      for (const added of [THINGS, OTHERS]) await first().add(added, stage().now);
    });

    it('is told oldest first, and one grant of an API takes the place of the one before', async () => {
      expect(await first().findGrants(CLIENT_ID)).toEqual([]);
      expect(await grant()).toBe(true);
      stage().pass(1);
      expect(await grant({ audience: OTHERS.identifier, scopes: [] })).toBe(true);
      stage().pass(1);
      expect(await grant({ scopes: ['write:things', 'read:things'] })).toBe(true);
      const granted = [
        { audience: THINGS.identifier, scopes: ['write:things', 'read:things'] },
        { audience: OTHERS.identifier, scopes: [] },
      ];
      expect(await first().findGrants(CLIENT_ID)).toEqual(granted);
      stage().pass(5);
      expect(await on(stage().second).findGrants(CLIENT_ID)).toEqual(granted);
    });

    it('is that client’s alone (SCP-1)', async () => {
      await stage().prisma.client.create({ data: clientRow('client-2', stage().now) });
      await grant();
      expect(await first().findGrants('client-2')).toEqual([]);
    });

    it('is nothing where there is no such client or API', async () => {
      expect(await grant({ clientId: 'ghost' })).toBe(false);
      expect(await grant({ audience: 'urn:ghost' })).toBe(false);
      expect(await stage().prisma.clientGrant.count()).toBe(0);
    });

    it('ends with the client', async () => {
      await grant();
      await stage().prisma.client.delete({ where: { clientId: CLIENT_ID } });
      expect(await stage().prisma.clientGrant.count()).toBe(0);
    });
  });

  describe('the management API', () => {
    const identifier = 'https://op.test/api/v2/';
    const scopes = ['read:users', 'read:current_user'].map((value) => ({ value, description: value }));
    const setup = () => ({
      identifier,
      scopes,
      operator: { clientId: CLIENT_ID, scopes: scopes.slice(0, 1) },
      now: stage().now,
    });

    it('is there once after the boots of two processes, granted to the operator’s client', async () => {
      await first().add(THINGS, stage().now);
      stage().pass(1);
      await stage().atOnce(2, ({ prisma }) => ensureManagementApi(prisma, setup()));
      expect(await first().list()).toEqual([
        expect.objectContaining({ identifier, scopes, isSystem: true, signingAlgorithm: 'RS256' }),
        THINGS,
      ]);
      expect(await first().findGrants(CLIENT_ID)).toEqual([{ audience: identifier, scopes: ['read:users'] }]);
    });

    it('is there without an operator’s client', async () => {
      await ensureManagementApi(stage().prisma, { ...setup(), operator: null });
      expect(await first().find(identifier)).not.toBeNull();
      expect(await stage().prisma.clientGrant.count()).toBe(0);
    });

    it('follows the issuer and the version, with its grants, and keeps what an operator changed', async () => {
      const { prisma } = stage();
      await ensureManagementApi(prisma, setup());
      await prisma.resourceServer.updateMany({ data: { tokenLifetimeSeconds: 60 } });
      const moved = 'https://login.test/api/v2/';
      const more = [...scopes, { value: 'read:logs', description: 'Read logs' }];
      await ensureManagementApi(prisma, { ...setup(), identifier: moved, scopes: more, operator: null });
      stage().pass(5);
      expect(await first().list()).toMatchObject([
        { identifier: moved, scopes: more, tokenLifetimeSeconds: 60 },
      ]);
      expect(await first().findGrants(CLIENT_ID)).toEqual([{ audience: moved, scopes: ['read:users'] }]);
    });
  });
}
