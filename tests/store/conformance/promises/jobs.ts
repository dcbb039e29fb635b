// What a store promises of jobs (lib/login/job.ts): rows are acted upon once, whoever dies over them.
import { describe, expect, it } from 'vitest';
import type { ImportedRow, Job, JobLease } from '@/lib/login/job';
import { createJobStore } from '@/lib/store/prisma/jobs';
import type { Stage } from '../stage';
import type { Process } from '../stores';

export function promiseJobs(stage: () => Stage, { rounds }: { rounds: number }): void {
  const on = ({ prisma }: Process) => createJobStore(prisma);
  const first = () => on(stage().first);

  const jobOf = (id: string): Job => ({
    id,
    type: 'users_import',
    status: 'pending',
    connectionId: 'con_1',
    externalId: null,
    reason: null,
    createdAt: stage().now,
    upsert: false,
    total: 4,
    inserted: 0,
    updated: 0,
    failed: 0,
  });

  /** An import of two chunks of two rows. */
  async function submitted(): Promise<string> {
    const { now, id } = stage();
    const jobId = `job_${id().slice(0, 16)}`;
    for (const number of [0, 1]) await first().addRows({ jobId, number, rows: [[1, 1, '{}']], now });
    await first().submit(jobOf(jobId), now);
    return jobId;
  }

  const claim = async (process = stage().first): Promise<JobLease | null> => {
    const { now, later } = stage();
    const leasedUntil = later(60);
    const job = await on(process).claim({ now, leasedUntil });
    return job && { jobId: job.id, leasedUntil };
  };

  const rowOf = (row: number, email: string): ImportedRow => ({
    row,
    line: row,
    identity: { userId: stage().id(), identifier: email, typedForm: email },
    isVerified: null,
    name: null,
    nickname: null,
    givenName: null,
    familyName: null,
    picture: null,
    userMetadata: null,
    appMetadata: null,
    isBlocked: null,
    createdAt: null,
    lastLoginAt: null,
    loginsCount: null,
  });

  const act = (
    lease: JobLease,
    number: number,
    {
      process = stage().first,
      rows = [rowOf(number * 2 + 1, `a${number}@x.test`), rowOf(number * 2 + 2, `b${number}@x.test`)],
      upsert = false,
    } = {},
  ) =>
    on(process).importRows({
      lease,
      number,
      provider: 'email',
      upsert,
      rows,
      problems: [],
      nextLease: stage().later(60),
      now: stage().now,
    });

  describe('an import', () => {
    it('is nobody’s work before its file is whole, and nothing where that comes to nothing', async () => {
      const { now, prisma } = stage();
      await first().addRows({ jobId: 'job_1', number: 0, rows: [[1, 1, '{}']], now });
      expect(await first().find('job_1')).toBeNull();
      expect(await claim()).toBeNull();
      await first().abandon('job_1');
      expect([await prisma.job.count(), await prisma.jobChunk.count()]).toEqual([0, 0]);
      const jobId = await submitted();
      await first().abandon(jobId);
      expect(await first().find(jobId)).toMatchObject({ status: 'pending' });
    });

    it('is one process’s, of any number that ask at once', async () => {
      await submitted();
      const claimed = await stage().atOnce(8, (process) => claim(process));
      expect(claimed.filter((lease) => lease !== null)).toHaveLength(1);
    });

    it('is taken over when its process was killed, and every row is acted upon once', async () => {
      const { second, pass, prisma } = stage();
      const jobId = await submitted();
      const dead = await claim();
      if (dead === null) throw new Error('no lease');
      expect(await act(dead, 0)).toBe(true);
      expect(await claim(second)).toBeNull();
      pass(61);
      const taken = await claim(second);
      if (taken === null) throw new Error('not taken over');
      expect(await on(second).nextRows(jobId)).toMatchObject({ number: 1 });
      expect(await act({ ...dead, leasedUntil: dead.leasedUntil }, 1)).toBe(false);
      expect(await act(taken, 0, { process: second })).toBe(false);
      const renewed = await prisma.job.findUniqueOrThrow({ where: { id: jobId } });
      expect(renewed.leasedUntil).toEqual(taken.leasedUntil);
      expect(await act(taken, 1, { process: second })).toBe(true);
      expect(await on(second).nextRows(jobId)).toBeNull();
      expect(await first().find(jobId)).toMatchObject({ inserted: 4, failed: 0 });
      expect(await prisma.account.count()).toBe(4);
    });

    it('acts upon a chunk once, of any number of processes that believe it is theirs', async () => {
      const { atOnce, prisma } = stage();
      for (let round = 0; round < rounds; round++) {
        const jobId = await submitted();
        const lease = await claim();
        if (lease === null) throw new Error('no lease');
        const rows = [rowOf(1, `round${round}@x.test`)];
        const acted = await atOnce(4, (process) => act(lease, 0, { process, rows }));
        expect(acted.filter(Boolean)).toHaveLength(1);
        expect(await first().find(jobId)).toMatchObject({ inserted: 1, failed: 0 });
        await prisma.job.deleteMany();
      }
    });

    it('IDN-7: and people who sign in at that moment are told apart by their addresses alone', async () => {
      const { ask, answer, atOnce, prisma } = stage();
      for (let round = 0; round < rounds; round++) {
        const jobId = await submitted();
        const lease = await claim();
        if (lease === null) throw new Error('no lease');
        const email = `both${round}@x.test`;
        const asked = await ask(email);
        await atOnce(2, async (process, index) =>
          index === 0 ? act(lease, 0, { process, rows: [rowOf(1, email)] }) : answer(asked, { on: process }),
        );
        expect(await prisma.identity.count({ where: { identifier: email } })).toBe(1);
        const { inserted, failed } = await prisma.job.findUniqueOrThrow({ where: { id: jobId } });
        expect(inserted + failed).toBe(1);
        await prisma.job.deleteMany();
      }
      expect(await prisma.account.count()).toBe(await prisma.identity.count());
    });

    it('that changes people waits for those who sign in at that moment, and neither fails', async () => {
      const { signIn, ask, answer, atOnce, prisma } = stage();
      const emails = ['ann@x.test', 'bob@x.test', 'cid@x.test'];
      for (const email of emails) await signIn(email);
      for (let round = 0; round < rounds; round++) {
        await submitted();
        const lease = await claim();
        if (lease === null) throw new Error('no lease');
        const asked = await Promise.all(emails.map((email) => ask(email)));
        const rows = emails.map((email, index) => ({
          ...rowOf(index + 1, email),
          isVerified: true,
          name: `${round}`,
        }));
        const [acted, ...given] = await atOnce(4, async (process, index) => {
          const question = asked[index - 1];
          return question === undefined
            ? act(lease, 0, { process, rows, upsert: true })
            : answer(question, { on: process });
        });
        expect(acted).toBe(true);
        for (const each of given) expect(each).toMatchObject({ answered: { kind: 'proven' } });
        expect(await prisma.account.count({ where: { name: `${round}` } })).toBe(3);
        await prisma.job.deleteMany();
      }
    });

    it('is given back, or ended, by the process that holds it alone', async () => {
      const { now, later, second } = stage();
      const jobId = await submitted();
      const lease = await claim();
      if (lease === null) throw new Error('no lease');
      await first().settle({ ...lease, leasedUntil: later(1) }, { status: 'completed' }, now);
      expect(await first().find(jobId)).toMatchObject({ status: 'processing' });
      await first().settle(lease, { status: 'processing' }, now);
      const again = await claim(second);
      if (again === null) throw new Error('not given back');
      await on(second).settle(again, { status: 'failed', reason: 'No.' }, now);
      expect(await first().find(jobId)).toMatchObject({ status: 'failed', reason: 'No.' });
      expect(await first().nextRows(jobId)).toBeNull();
      expect(await claim()).toBeNull();
    });
  });
}
