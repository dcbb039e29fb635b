// What a store promises of events that nobody waits for (lib/oidc/token-events.ts, lib/store/prisma/background-events.ts).
import { describe, expect, it } from 'vitest';
import type { TokenEvent } from '@/lib/oidc/token-events';
import { createBackgroundEvents } from '@/lib/store/prisma/background-events';
import type { PrismaClient } from '@/prisma/generated/client';
import { CLIENT_ID, type Stage } from '../stage';

export function promiseTokenEvents(stage: () => Stage): void {
  const event = (description: string): TokenEvent => ({
    type: 'seccft',
    clientId: CLIENT_ID,
    description,
    occurredAt: stage().now,
    ip: '192.0.2.7',
    userAgent: 'worker/1.0',
  });

  /** A writer, the statements it made, what it reported as lost, and a database that can be away. */
  function open() {
    const happened = { statements: 0, lost: [] as number[], failure: null as Error | null };
    let newest: Promise<unknown> = Promise.resolve();
    const { prisma } = stage();
    const watched = {
      async $executeRaw(...given: Parameters<PrismaClient['$executeRaw']>) {
        happened.statements++;
        if (happened.failure !== null) throw happened.failure;
        const written = prisma.$executeRaw(...given);
        newest = written;
        return written;
      },
    } as Pick<PrismaClient, '$executeRaw'>;
    return {
      happened,
      newest: () => newest,
      writer: createBackgroundEvents(watched, { reportLost: (count) => happened.lost.push(count) }),
    };
  }

  const described = async () =>
    (await stage().prisma.logEvent.findMany({ select: { description: true } })).map(
      ({ description }) => description,
    );

  describe('an event nobody waits for', () => {
    it('is written as it was told, at its own time', async () => {
      const { writer } = open();
      writer.record(event('Access token issued for the API Things.'));
      await writer.close();
      expect(await stage().prisma.logEvent.findMany()).toMatchObject([
        {
          type: 'seccft',
          clientId: CLIENT_ID,
          occurredAt: stage().now,
          description: 'Access token issued for the API Things.',
          accountId: null,
          ip: '192.0.2.7',
          userAgent: 'worker/1.0',
        },
      ]);
    });

    it('shares a statement with those that came while the one before was written', async () => {
      const { writer, happened } = open();
      for (let told = 0; told < 1_200; told++) writer.record(event(`${told}`));
      await writer.close();
      expect(new Set(await described()).size).toBe(1_200);
      expect(happened).toEqual({ statements: 4, lost: [], failure: null });
    });

    it('is not left behind, however close it comes to the end of the one before', async () => {
      const { writer, newest } = open();
      for (let turns = 0; turns < 20; turns++) {
        writer.record(event(`before ${turns}`));
        await newest();
        for (let turn = 0; turn < turns; turn++) await null;
        writer.record(event(`after ${turns}`));
        await writer.close();
        expect(await described()).toHaveLength((turns + 1) * 2);
      }
    });

    it('waits while the database is away, and is written once when it is back (AVL-1)', async () => {
      const { writer, happened } = open();
      happened.failure = Object.assign(new Error('away'), { code: 'ECONNREFUSED' });
      writer.record(event('first'));
      writer.record(event('second'));
      await expect.poll(() => happened.statements).toBe(1);
      happened.failure = null;
      await expect.poll(described, { timeout: 5_000 }).toHaveLength(2);
      expect(happened.lost).toEqual([]);
    });

    it('that cannot be written before the process ends is reported, and does not hold it up', async () => {
      const { writer, happened } = open();
      happened.failure = Object.assign(new Error('away'), { code: 'ECONNREFUSED' });
      writer.record(event('first'));
      await writer.close();
      expect(happened).toMatchObject({ statements: 1, lost: [1] });
    });

    it('that the database refuses is reported, and holds no other one up', async () => {
      const { writer, happened } = open();
      happened.failure = new Error('a bug');
      writer.record(event('first'));
      await expect.poll(() => happened.lost).toEqual([1]);
      happened.failure = null;
      writer.record(event('second'));
      await writer.close();
      expect(await described()).toEqual(['second']);
    });
  });
}
