// What operators and sign-ins see of connections (lib/store/prisma/connections.ts).
import { beforeEach, describe, expect, it } from 'vitest';
import { readConnection } from '@/lib/login/connection-options';
import type { ConnectionRegister } from '@/lib/login/connection-register';
import { createConnectionStore } from '@/lib/store/prisma/connections';
import { ensureSetup } from '@/lib/store/prisma/setup';
import type { Stage } from '../stage';
import type { Process } from '../stores';

export function promiseConnections(stage: () => Stage): void {
  describe('connections', () => {
    let reported: string[];
    let registers: Map<Process, ConnectionRegister>;
    const on = (process: Process) => registers.get(process) as ConnectionRegister;
    const first = () => on(stage().first);

    beforeEach(async () => {
      const { prisma, first, second, now } = stage();
      reported = [];
      const open = ({ prisma }: Process) =>
        createConnectionStore(prisma, {
          clock: () => stage().now,
          read: readConnection,
          reportUnreadable: ({ name }, { field }) => reported.push(`${name}: ${field}`),
        });
      registers = new Map([first, second].map((process) => [process, open(process)]));
      await ensureSetup(prisma, { limits: {}, clients: [], now });
      for (const clientId of ['one', 'two', 'three']) await addClient(prisma, clientId, now);
    });

    const idOf = async (name: string) =>
      (await first().list()).find((connection) => connection.name === name)?.id ?? '';
    const newConnection = (name: string, clientIds: string[] = []) => ({
      id: `con_${stage().id().slice(0, 16)}`,
      name,
      strategy: 'email',
      options: { totp: { length: 8 } },
      displayName: null,
      metadata: {},
      clientIds,
    });
    const optionsOf = (length?: number) => ({ read: {}, written: { totp: { length } } });

    it('are offered in the order they were made, e-mail before text messages', async () => {
      stage().pass(1);
      await first().add(newConnection('staff'), stage().now);
      expect((await first().all()).map(({ name, strategy }) => `${name} ${strategy}`)).toEqual([
        'email email',
        'sms sms',
        'staff email',
      ]);
    });

    it('are known to the other process within five seconds, and to this one at once', async () => {
      const second = on(stage().second);
      const lengthIn = async (register: ConnectionRegister) => (await register.all())[0]?.codeLength;
      expect([await lengthIn(first()), await lengthIn(second)]).toEqual([6, 6]);
      const id = await idOf('email');
      await first().change({ id, options: optionsOf(8) }, stage().now);
      expect(await lengthIn(first())).toBe(8);
      stage().pass(5);
      expect(await lengthIn(second)).toBe(8);
    });

    it('one that cannot be read takes no other one down, and is reported once (MSG-8)', async () => {
      await stage().prisma.connection.update({
        where: { name: 'sms' },
        data: { options: { totp: { length: 99 } } },
      });
      for (let read = 0; read < 3; read++) {
        expect((await first().all()).map(({ name }) => name)).toEqual(['email']);
        stage().pass(5);
      }
      expect(reported).toEqual(['sms: options.totp.length']);
      expect((await first().list()).map(({ name }) => name)).toEqual(['email', 'sms']);
    });

    it('have names that are taken once, also by two operators at once', async () => {
      stage().pass(1);
      const changes = await stage().atOnce(2, (process) =>
        on(process).add(newConnection('staff', ['one']), stage().now),
      );
      expect(changes.map(({ kind }) => kind).sort()).toEqual(['changed', 'name_taken']);
      expect((await first().list()).at(-1)).toMatchObject({ name: 'staff', clientIds: ['one'] });
    });

    it('are changed by one of two operators who read the same', async () => {
      const id = await idOf('email');
      const lengths = [7, 8];
      const changes = await stage().atOnce(2, (process, index) =>
        on(process).change({ id, options: optionsOf(lengths[index]) }, stage().now),
      );
      expect(changes.map(({ kind }) => kind).sort()).toEqual(['changed', 'outdated']);
    });

    it('are changed all together or not at all', async () => {
      const id = await idOf('email');
      const more = { displayName: 'Mail', metadata: { team: 'shop' } };
      const ghost = { kind: 'exactly', clientIds: ['ghost'] } as const;
      const before = await first().find(id);
      expect(
        await first().change({ id, options: optionsOf(8), ...more, offering: ghost }, stage().now),
      ).toEqual({ kind: 'unknown_clients', clientIds: ['ghost'] });
      const stale = { read: { totp: { length: 9 } }, written: {} };
      expect(await first().change({ id, options: stale, ...more }, stage().now)).toEqual({
        kind: 'outdated',
      });
      expect(await first().find(id)).toEqual(before);
      const two = { kind: 'exactly', clientIds: ['two', 'one'] } as const;
      await first().change({ id, offering: two }, stage().now);
      const one = { kind: 'exactly', clientIds: ['three', 'one'] } as const;
      expect(
        await first().change({ id, options: optionsOf(8), ...more, offering: one }, stage().now),
      ).toEqual({
        kind: 'changed',
        connection: { ...before, ...more, options: { totp: { length: 8 } }, clientIds: ['one', 'three'] },
      });
      const nobody = { kind: 'exactly', clientIds: [] } as const;
      expect(await first().change({ id, displayName: null, offering: nobody }, stage().now)).toMatchObject({
        connection: { displayName: null, metadata: more.metadata, clientIds: [] },
      });
    });

    it('are put on pages and taken from them, all of it or nothing', async () => {
      const id = await idOf('email');
      const enable = (clients: Record<string, boolean>) => {
        const ids = (wanted: boolean) => Object.keys(clients).filter((each) => clients[each] === wanted);
        const offering = { kind: 'some', enabled: ids(true), disabled: ids(false) } as const;
        return first().change({ id, offering }, stage().now);
      };
      expect(await enable({ one: true, two: true })).toMatchObject({
        connection: { clientIds: ['one', 'two'] },
      });
      expect(await enable({ one: false, three: true, ghost: true })).toEqual({
        kind: 'unknown_clients',
        clientIds: ['ghost'],
      });
      expect(await enable({ one: false, three: true, ghost: false })).toMatchObject({
        connection: { clientIds: ['three', 'two'] },
      });
    });

    it('that there are not are neither found nor changed', async () => {
      const id = 'con_AAAAAAAAAAAAAAAA';
      expect(await first().find(id)).toBeNull();
      expect(await first().find("con_' OR true --")).toBeNull();
      for (const unknown of [id, "con_' OR true --", 'email']) {
        expect(await first().change({ id: unknown, displayName: 'x' }, stage().now)).toEqual({
          kind: 'outdated',
        });
        expect(await first().remove(unknown)).toBe(false);
      }
    });

    it('that are deleted go once, from every page, and do not come back with the next boot', async () => {
      const { prisma, now } = stage();
      const id = await idOf('sms');
      await first().change({ id, offering: { kind: 'exactly', clientIds: ['one'] } }, now);
      const removed = await stage().atOnce(2, (process) => on(process).remove(id));
      expect(removed.sort()).toEqual([false, true]);
      await ensureSetup(prisma, { limits: {}, clients: [], now });
      expect((await first().all()).map(({ name }) => name)).toEqual(['email']);
      expect(await prisma.clientConnection.count()).toBe(0);
    });
  });
}

async function addClient(prisma: Process['prisma'], clientId: string, now: Date): Promise<void> {
  await prisma.client.create({
    data: {
      clientId,
      name: clientId,
      applicationType: 'spa',
      tokenEndpointAuthMethod: 'none',
      createdAt: now,
      updatedAt: now,
    },
  });
}
