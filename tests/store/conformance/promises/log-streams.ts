// What a store promises of log streams (lib/management/log-streams.ts): every entry that is written waits for each of them, and
// one process at a time sends for one.
import { describe, expect, it } from 'vitest';
import type { ClaimedStream, LogStream } from '@/lib/management/log-streams';
import { logEventId } from '@/lib/store/prisma/log-events';
import { PATIENCE, type Stage } from '../stage';

const STREAM: Omit<LogStream, 'failingSince' | 'lastFailure' | 'lastSentAt'> = {
  id: 'lst_AAAAAAAAAAAAAAAA',
  name: 'SIEM',
  type: 'http',
  status: 'active',
  endpoint: 'https://siem.test/',
  contentFormat: 'JSONARRAY',
  contentType: 'application/json',
  sealedAuthorization: null,
  sealedSigningSecret: 'sealed',
  customHeaders: [{ header: 'X-Team', sealedValue: 'sealed' }],
  categories: ['auth.login.fail'],
  piiFields: ['email'],
  piiMethod: 'hash',
};

export function promiseLogStreams(stage: () => Stage): void {
  const add = (changes: Partial<LogStream> = {}, startFrom: Date | null = null) =>
    stage().first.logStreams.add({ ...STREAM, ...changes }, { startFrom, now: stage().now });
  const claim = (on = stage().first): Promise<ClaimedStream[]> => {
    const { now, later } = stage();
    return on.logStreams.claim({ now, leasedUntil: later(30), limit: 10 });
  };
  const waiting = async (id = STREAM.id, limit = 100) =>
    (await stage().second.logStreams.waiting(id, limit)).map(({ entry }) => entry?.type ?? null);
  /** An event that the statement of a sign-in writes. */
  const happens = (address = 'ann@x.test') => stage().signIn(address);
  const write = (type: string, prisma = stage().prisma, at = stage().now) =>
    prisma.logEvent.create({ data: { id: logEventId(at), occurredAt: at, type } });
  const taken = (stream: ClaimedStream, batch: { id: string }[]) =>
    stage().first.logStreams.record(
      stream,
      batch.map(({ id }) => id),
      { kind: 'taken', sentAt: stage().now },
      stage().now,
    );

  describe('a log stream', () => {
    it('is kept, changed, and removed with what waits for it', async () => {
      const { first, second, now, prisma } = stage();
      await add();
      const kept = { ...STREAM, failingSince: null, lastFailure: null, lastSentAt: null };
      expect(await second.logStreams.find(STREAM.id)).toEqual(kept);
      expect(await second.logStreams.change(STREAM.id, { name: 'Other', categories: [] }, now)).toEqual({
        ...kept,
        name: 'Other',
        categories: [],
      });
      expect(await first.logStreams.all()).toHaveLength(1);
      await write('f');
      expect(await first.logStreams.remove(STREAM.id)).toBe(true);
      expect(await first.logStreams.remove(STREAM.id)).toBe(false);
      expect(await first.logStreams.change(STREAM.id, { name: 'Other' }, now)).toBeNull();
      expect(await prisma.logStreamEntry.count()).toBe(0);
    });

    it('waits for what is written from then on, by whatever statement, the oldest first', async () => {
      await write('before');
      await add();
      await add({ id: 'lst_BBBBBBBBBBBBBBBB', status: 'paused' });
      await happens();
      stage().pass(60);
      await write('f');
      const all = await waiting();
      // The first two happen in the same millisecond.
      expect(all.slice(0, 2).sort()).toEqual(['cls', 'ss']);
      expect(all.slice(2)).toEqual(['f']);
      expect(await waiting('lst_BBBBBBBBBBBBBBBB')).toEqual(all);
      expect(await waiting(STREAM.id, 1)).toEqual(all.slice(0, 1));
    });

    it('waits for what was kept since an instant, each entry once, beside what is written meanwhile', async () => {
      const { prisma, later, pass } = stage();
      await write('too-old');
      pass(60);
      const startFrom = stage().now;
      await write('kept');
      const [written] = await Promise.all([
        Promise.all(Array.from({ length: 20 }, () => write('beside'))),
        add({}, startFrom),
      ]);
      await write('after', prisma, later(60));
      expect((await waiting()).sort()).toEqual(['after', ...written.map(({ type }) => type), 'kept']);
    });

    it('misses nothing that is committed late, under an older time', async ({ skip }) => {
      const { kind, second, later, prisma } = stage();
      if (kind === 'embedded') skip('one process has one connection');
      await add();
      await second.prisma.$transaction(async (late) => {
        await write('late', late as typeof prisma, later(-5));
        await write('early');
        const [stream] = await claim();
        if (stream === undefined) throw new Error('nothing to send');
        await taken(stream, await stage().first.logStreams.waiting(stream.id, 100));
      }, PATIENCE);
      expect(await waiting()).toEqual(['late']);
    });

    it('has nothing of what was taken back', async () => {
      const { prisma, second } = stage();
      await add();
      const failed = second.prisma.$transaction(async (transaction) => {
        await write('f', transaction as typeof prisma);
        throw new Error('taken back');
      });
      await expect(failed).rejects.toThrow('taken back');
      expect(await waiting()).toEqual([]);
      expect(await claim()).toEqual([]);
    });

    it('is given to one process at a time, until its lease has run out', async () => {
      const { atOnce, pass } = stage();
      await add();
      await write('f');
      const claimed = (await atOnce(6, claim)).flat();
      expect(claimed).toHaveLength(1);
      expect(claimed[0]).toMatchObject({ ...STREAM, failures: 0, leasedUntil: stage().later(30) });
      expect(await claim()).toEqual([]);
      pass(30);
      expect(await claim()).toHaveLength(1);
    });

    it('forgets what was taken, also from whoever lost the lease, and is due again at once', async () => {
      const { first, pass } = stage();
      await add();
      await write('f');
      await write('f');
      const [late] = await claim();
      pass(30);
      const [held] = await claim();
      if (late === undefined || held === undefined) throw new Error('not claimed');
      await taken(late, await first.logStreams.waiting(STREAM.id, 1));
      expect(await waiting()).toHaveLength(1);
      expect(await claim()).toEqual([]);
      expect(await first.logStreams.find(STREAM.id)).toMatchObject({ lastSentAt: null });
      await taken(held, await first.logStreams.waiting(STREAM.id, 1));
      expect(await first.logStreams.find(STREAM.id)).toMatchObject({ lastSentAt: stage().now });
      await write('f');
      expect(await claim()).toHaveLength(1);
    });

    it('waits after a failure, is suspended after many, and goes on as if there had been none', async () => {
      const { first, pass, now, later } = stage();
      await add();
      await write('f');
      const fail = async (suspends: boolean, by?: ClaimedStream) => {
        const stream = by ?? (await claim())[0];
        if (stream === undefined) throw new Error('not claimed');
        const result = {
          kind: 'not_taken',
          reason: 'answered 500',
          dueAt: stage().later(300),
          suspends,
        } as const;
        await first.logStreams.record(stream, ['any'], result, stage().now);
        return stream;
      };
      const old = await fail(false);
      expect(await first.logStreams.find(STREAM.id)).toMatchObject({
        failingSince: now,
        lastFailure: 'answered 500',
        status: 'active',
      });
      expect(await claim()).toEqual([]);
      pass(300);
      const again = await claim();
      expect(again).toMatchObject([{ failures: 1, failingSince: now }]);
      await fail(true, old);
      expect(await first.logStreams.find(STREAM.id)).toMatchObject({ status: 'active' });
      await fail(true, again[0]);
      expect(await first.logStreams.find(STREAM.id)).toMatchObject({
        status: 'suspended',
        failingSince: now,
      });
      pass(600);
      expect(await claim()).toEqual([]);
      await first.logStreams.change(STREAM.id, { status: 'active' }, later(600));
      pass(30);
      expect(await claim()).toMatchObject([{ failures: 0, failingSince: null, lastFailure: null }]);
      expect(await waiting()).toEqual(['f']);
    });

    it('passes over entries that are gone, and forgets them with the rest', async () => {
      const { prisma, first } = stage();
      await add();
      await write('f');
      await prisma.logEvent.deleteMany();
      expect(await waiting()).toEqual([null]);
      const [stream] = await claim();
      if (stream === undefined) throw new Error('not claimed');
      await taken(stream, await first.logStreams.waiting(STREAM.id, 100));
      expect(await claim()).toEqual([]);
    });
  });
}
