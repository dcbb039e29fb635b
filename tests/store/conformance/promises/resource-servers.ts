// What a store promises of APIs and of what clients were granted (lib/oidc/resource-server-register.ts), and what every boot puts
// there (lib/store/prisma/resource-servers.ts).
import { beforeEach, describe, expect, it } from 'vitest';
import type {
  ClientGrantRecord,
  NewResourceServer,
  ResourceServerRegister,
} from '@/lib/oidc/resource-server-register';
import { createResourceServerStore, ensureManagementApi } from '@/lib/store/prisma/resource-servers';
import { api } from '@/tests/memory/resource-servers';
import { CLIENT_ID, clientRow, type Stage } from '../stage';
import type { Process } from '../stores';

const newApi = (changes: Partial<NewResourceServer> = {}): NewResourceServer => ({
  ...api(),
  tokenDialect: 'rfc9068_profile',
  ...changes,
});
const THINGS = newApi();
const OTHERS = newApi({
  tokenDialect: 'access_token',
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
  const grant = (changes: Partial<Omit<ClientGrantRecord, 'createdAt'>> = {}) =>
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
      const updatedAt = stage().now;
      expect(await first().find(THINGS.identifier)).toEqual({ ...THINGS, updatedAt });
      expect(await second.load(OTHERS.id)).toEqual({ ...OTHERS, updatedAt });
      expect(await second.load(OTHERS.identifier)).toEqual({ ...OTHERS, updatedAt });
      stage().pass(5);
      expect(await second.find(OTHERS.identifier)).toEqual({ ...OTHERS, updatedAt });
    });

    it('is found by its exact identifier and nothing like it', async () => {
      await first().add(THINGS, stage().now);
      for (const like of ['https://api.test', 'HTTPS://API.TEST/', 'https://api.test/%', '', ' ', '\0'])
        expect([await first().find(like), await first().load(like)]).toEqual([null, null]);
    });

    it('has an identifier that is taken once, also by two operators at once', async () => {
      const added = await stage().atOnce(2, (process, index) =>
        on(process).add({ ...THINGS, id: String(index).repeat(24), name: `${index}` }, stage().now),
      );
      expect(added.sort()).toEqual([false, true]);
      expect(await first().list()).toHaveLength(1);
    });

    it('is changed by one of those who read the same, however soon', async () => {
      await first().add(THINGS, stage().now);
      const { id, updatedAt: read } = (await first().load(THINGS.id)) ?? { id: '', updatedAt: stage().now };
      const changed = await stage().atOnce(6, (process, index) =>
        on(process).change({ id, read, changes: { name: `${index}` } }, stage().now),
      );
      expect(changed.filter((record) => record !== null)).toHaveLength(1);
      const scopes = [{ value: 'x', description: '' }];
      expect(await first().change({ id, read, changes: { scopes } }, stage().now)).toBeNull();
    });

    it('takes its grants with it, and for good what people let clients have of it', async () => {
      const { signIn, redeem, first: process, prisma } = stage();
      await first().add(THINGS, stage().now);
      await grant();
      const { code } = await signIn('ann@x.test', {
        requested: { audience: THINGS.identifier },
      });
      const { code: other } = await signIn('bob@x.test');
      await redeem(code);
      await redeem(other);
      expect(await first().remove(THINGS.id, stage().now)).toBe(true);
      expect(await first().remove(THINGS.id, stage().now)).toBe(false);
      expect(await first().find(THINGS.identifier)).toBeNull();
      expect(await prisma.clientGrant.count()).toBe(0);
      await first().add(THINGS, stage().now);
      expect(await process.families.findActive(code.familyId)).toBeNull();
      expect(await process.families.findActive(other.familyId)).not.toBeNull();
    });
  });

  describe('what a client was granted', () => {
    beforeEach(async () => {
      for (const added of [THINGS, OTHERS]) await first().add(added, stage().now);
    });

    it('is told oldest first, and changed at once in this process', async () => {
      expect(await first().findGrants(CLIENT_ID)).toEqual([]);
      const id = `cgr_${'a'.repeat(16)}`;
      expect(await grant({ id })).toBe('granted');
      stage().pass(1);
      expect(await grant({ audience: OTHERS.identifier, scopes: [] })).toBe('granted');
      stage().pass(1);
      const changed = await first().changeGrant({ id, scopes: ['write:things', 'read:things'] }, stage().now);
      expect(changed).toEqual(await first().findGrant(id));
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
      expect(await grant({ clientId: 'ghost' })).toBe('unknown_client');
      expect(await grant({ audience: 'urn:ghost' })).toBe('unknown_api');
      expect(await stage().prisma.clientGrant.count()).toBe(0);
      for (const id of [`cgr_${'z'.repeat(16)}`, "cgr_' OR true --", '\0']) {
        expect(await first().findGrant(id)).toBeNull();
        expect(await first().removeGrant(id)).toBe(false);
      }
      expect(await first().changeGrant({ id: `cgr_${'z'.repeat(16)}`, scopes: [] }, stage().now)).toBeNull();
    });

    it('is given once, also by two operators at once, and taken back once', async () => {
      const given = await stage().atOnce(2, (process, index) =>
        on(process).grant(
          {
            id: `cgr_${String(index).repeat(16)}`,
            clientId: CLIENT_ID,
            audience: THINGS.identifier,
            scopes: [],
          },
          stage().now,
        ),
      );
      expect(given.sort()).toEqual(['granted', 'granted_before']);
      const [{ id } = { id: '' }] = (await first().listGrants({ limit: 9 })).grants;
      const taken = await stage().atOnce(2, (process) => on(process).removeGrant(id));
      expect(taken.sort()).toEqual([false, true]);
    });

    it('is listed oldest first, in parts that neither repeat nor leave out one', async () => {
      const clients = ['b', 'a', 'd', 'c'];
      for (const [index, clientId] of clients.entries()) {
        await stage().prisma.client.create({ data: clientRow(clientId, stage().now) });
        const apis = [THINGS, OTHERS];
        for (const { identifier: audience } of apis)
          await grant({ clientId, audience, id: `cgr_${`${clientId}${audience.length}`.padEnd(16, '_')}` });
        if (index % 2 === 1) stage().pass(1);
      }
      const all = (await first().listGrants({ limit: 100 })).grants;
      expect(all).toHaveLength(8);
      const parts: ClientGrantRecord[] = [];
      for (let after: ClientGrantRecord | null = null; ; ) {
        const { grants, total } = await first().listGrants({ after, limit: 3 });
        expect(total).toBe(8);
        parts.push(...grants);
        after = grants.at(-1) ?? null;
        if (after === null) break;
      }
      expect(parts).toEqual(all);
      const ofD = await first().listGrants({ clientId: 'd', limit: 9 });
      expect([ofD.total, ofD.grants.map(({ clientId }) => clientId)]).toEqual([2, ['d', 'd']]);
      const ofOne = await first().listGrants({ clientId: 'd', audience: OTHERS.identifier, limit: 9 });
      expect(ofOne.grants).toMatchObject([{ clientId: 'd', audience: OTHERS.identifier }]);
      expect((await first().listGrants({ offset: 6, limit: 9 })).grants).toEqual(all.slice(6));
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
        expect.objectContaining(THINGS),
      ]);
      expect(await first().findGrants(CLIENT_ID)).toEqual([{ audience: identifier, scopes: ['read:users'] }]);
    });

    it('is not to be removed', async () => {
      await ensureManagementApi(stage().prisma, setup());
      const { id = '' } = (await first().load(identifier)) ?? {};
      expect(await first().remove(id, stage().now)).toBe(false);
      expect(await first().findGrants(CLIENT_ID)).toHaveLength(1);
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
