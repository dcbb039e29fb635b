// What a store promises of clients that operators make, change and end (lib/oidc/client-register.ts).
import { beforeEach, describe, expect, it } from 'vitest';
import type { ClientRegister, NewClient } from '@/lib/oidc/client-register';
import { createClientStore } from '@/lib/store/prisma/clients';
import { confidentialClient } from '@/tests/memory/clients';
import { CLIENT_ID, type Stage } from '../stage';
import type { Process } from '../stores';

const ID = 'shop';

function newClient(changes: Partial<NewClient> = {}): NewClient {
  const { connections: _, ...client } = confidentialClient({ clientId: ID, secretHashes: ['hash 1'] });
  const kept = { description: null, metadata: { team: 'shop' }, customLoginPageOn: true };
  return { ...client, ...kept, ...changes };
}

export function promiseClients(stage: () => Stage): void {
  describe('clients', () => {
    let registers: Map<Process, ClientRegister>;
    const on = (process: Process) => registers.get(process) as ClientRegister;
    const first = () => on(stage().first);
    const add = (changes: Partial<NewClient> = {}) => first().add(newClient(changes), stage().now);
    const rotate = (secretHash: string, register = first()) =>
      register.rotateSecret(
        {
          clientId: ID,
          secretHash,
          sealedSecret: `sealed ${secretHash}`,
          formerSecretExpiresAt: stage().later(60),
        },
        stage().now,
      );

    beforeEach(() => {
      const { first, second } = stage();
      const open = ({ prisma }: Process) => createClientStore(prisma, { clock: () => stage().now });
      registers = new Map([first, second].map((process) => [process, open(process)]));
    });

    it('are kept as they were given, and found by the other process within five seconds', async () => {
      const second = on(stage().second);
      const added = await add();
      expect(added).toEqual({ ...newClient(), connections: [], updatedAt: stage().now });
      expect(await second.load(ID)).toEqual(added);
      await first().change({ clientId: ID, read: added.updatedAt, changes: { name: 'Shop' } }, stage().now);
      expect((await first().find(ID))?.name).toBe('Shop');
      stage().pass(5);
      expect((await second.find(ID))?.name).toBe('Shop');
    });

    it('AVL-4: are added by a process that is older than a column, which gets its default', async () => {
      const { prisma } = stage();
      await prisma.$executeRaw`ALTER TABLE clients ADD COLUMN newer text NOT NULL DEFAULT 'as ever'`;
      try {
        await add();
        const rows = await prisma.$queryRaw`SELECT newer FROM clients WHERE client_id = ${ID}`;
        expect(rows).toEqual([{ newer: 'as ever' }]);
      } finally {
        await prisma.$executeRaw`ALTER TABLE clients DROP COLUMN newer`;
      }
    });

    it('are listed oldest first, of some types alone where that is wanted', async () => {
      stage().pass(1);
      await add();
      stage().pass(1);
      await add({ clientId: 'phone', applicationType: 'native' });
      const ids = async (wanted: Parameters<ClientRegister['list']>[0]) => {
        const { clients, total } = await first().list(wanted);
        return [clients.map(({ clientId }) => clientId), total];
      };
      expect(await ids({ offset: 0, limit: 2 })).toEqual([[CLIENT_ID, ID], 3]);
      expect(await ids({ offset: 2, limit: 2 })).toEqual([['phone'], 3]);
      expect(await ids({ offset: 0, limit: 9, applicationTypes: ['native', 'spa'] })).toEqual([['phone'], 1]);
    });

    it('are found by a part of their name, whatever its case, and by no pattern', async () => {
      await add({ clientId: 'shop', name: 'Acme Shop' });
      await add({ clientId: 'sale', name: '100 %_Sale' });
      const found = async (name: string) =>
        (await first().list({ offset: 0, limit: 9, name })).clients.map(({ clientId }) => clientId);
      expect(await found('mE sH')).toEqual(['shop']);
      expect(await found('%_s')).toEqual(['sale']);
      expect(await found('A_me')).toEqual([]);
      expect(await found('\\')).toEqual([]);
    });

    it('are changed by one of those who read the same, however soon (MGT-2)', async () => {
      const { updatedAt: read } = await add();
      const changed = await stage().atOnce(6, (process, index) =>
        on(process).change({ clientId: ID, read, changes: { name: `${index}` } }, stage().now),
      );
      expect(changed.filter((client) => client !== null)).toHaveLength(1);
      expect((await first().load(ID))?.updatedAt.getTime()).toBeGreaterThan(read.getTime());
    });

    it('have two secrets at most, also when several are drawn at once (CLI-4)', async () => {
      await add();
      const rotated = await stage().atOnce(4, (process, index) => rotate(`hash of ${index}`, on(process)));
      expect(rotated.every((client) => client !== null)).toBe(true);
      const { secretHashes = [], formerSecretExpiresAt, sealedSecret } = (await first().load(ID)) ?? {};
      expect(secretHashes).toHaveLength(2);
      expect(new Set(secretHashes).size).toBe(2);
      expect(secretHashes.every((hash) => /^hash of \d$/.test(hash))).toBe(true);
      expect(formerSecretExpiresAt).toEqual(stage().later(60));
      expect(sealedSecret).toBeNull();
    });

    it('whose secret signs have the new one sign', async () => {
      await add({ sealedSecret: 'sealed hash 1' });
      await rotate('hash 2');
      expect(await first().load(ID)).toMatchObject({
        secretHashes: ['hash 2', 'hash 1'],
        sealedSecret: 'sealed hash 2',
      });
    });

    it('without a secret are given none', async () => {
      await add({ secretHashes: [] });
      expect([await rotate('hash 1'), (await first().load(ID))?.secretHashes]).toEqual([null, []]);
    });

    it('a change that was read before a secret was drawn is not made', async () => {
      const { updatedAt: read } = await add();
      await rotate('hash 2');
      expect(
        await first().change({ clientId: ID, read, changes: { secretHashes: [] } }, stage().now),
      ).toBeNull();
    });

    it('end once, with their codes and tokens: whatever a person holds of them is dead', async () => {
      const { signIn, redeem, first: process, atOnce } = stage();
      const [{ code }, { code: unused }] = [await signIn('ann@x.test'), await signIn('bob@x.test')];
      await redeem(code);
      expect(await process.families.findActive(code.familyId)).not.toBeNull();
      const removed = await atOnce(2, (each) => on(each).remove(CLIENT_ID));
      expect(removed.sort()).toEqual([false, true]);
      expect(await first().find(CLIENT_ID)).toBeNull();
      expect(await process.families.findActive(code.familyId)).toBeNull();
      expect((await redeem(unused)).kind).toBe('refused');
      const { authorizationCode, tokenFamily, session } = stage().prisma;
      expect([await authorizationCode.count(), await tokenFamily.count()]).toEqual([0, 0]);
      const sessions = await session.findMany({ select: { clientIds: true, endedAt: true } });
      expect(sessions).toEqual(Array(2).fill({ clientIds: [], endedAt: null }));
    });

    it('that end while a code is redeemed leave no token that is good', async () => {
      const { signIn, redeem, first: process } = stage();
      for (let round = 0; round < 5; round++) {
        await stage().reset();
        const { code } = await signIn('ann@x.test');
        await Promise.all([redeem(code), on(stage().second).remove(CLIENT_ID)]);
        expect(await process.families.findActive(code.familyId)).toBeNull();
      }
    });

    it('that there are not are neither changed nor ended', async () => {
      const nobody = { clientId: "x' OR true --", read: stage().now, changes: { name: 'x' } };
      expect(await first().load(nobody.clientId)).toBeNull();
      expect(await first().change(nobody, stage().now)).toBeNull();
      expect(await rotate('hash')).toBeNull();
      expect(await first().remove(nobody.clientId)).toBe(false);
      expect((await first().list({ offset: 0, limit: 9 })).total).toBe(1);
    });
  });
}
