// What a store promises of sessions (lib/login/session.ts).
import { describe, expect, it } from 'vitest';
import type { PrismaClient } from '@/prisma/generated/client';
import { CLIENT_ID, type Stage } from '../stage';
import { nextBox, processOf, rotatedBox } from '../stores';

const HOUR = 3600;

export function promiseSessions(stage: () => Stage): void {
  describe('a session', () => {
    it('is found in every process by the cookie’s value, and by nothing like it', async () => {
      const { signIn, first, second, prisma, now } = stage();
      const { sessionSecret, sessionId, accountId } = await signIn('ann@x.test');
      expect(await second.sessions.findActive(sessionSecret, now)).toEqual({
        id: sessionId,
        accountId,
        authenticatedAt: now,
      });
      const { secretHash } = await prisma.session.findFirstOrThrow();
      const alike = [
        sessionSecret.slice(0, -1),
        `${sessionSecret}=`,
        ` ${sessionSecret}`,
        secretHash,
        sessionId,
      ];
      for (const value of [...alike, sessionSecret.toUpperCase(), '', '%'])
        expect(await first.sessions.findActive(value, now)).toBeNull();
    });

    it('FRM-7: ends after 72 hours without use', async () => {
      const { signIn, first, now, later } = stage();
      const { sessionSecret } = await signIn('ann@x.test');
      expect(await first.sessions.findActive(sessionSecret, later(72 * HOUR))).toBeNull();
      expect(await first.sessions.findActive(sessionSecret, now)).not.toBeNull();
      expect(await first.sessions.findActive(sessionSecret, later(72 * HOUR - 0.001))).not.toBeNull();
    });

    it('FRM-7: lasts as long as it is used, and 168 hours at most', async () => {
      const { signIn, first, later } = stage();
      const { sessionSecret } = await signIn('ann@x.test');
      for (const hour of [71, 142, 167])
        expect(await first.sessions.findActive(sessionSecret, later(hour * HOUR))).not.toBeNull();
      expect(await first.sessions.findActive(sessionSecret, later(168 * HOUR - 0.001))).not.toBeNull();
      expect(await first.sessions.findActive(sessionSecret, later(168 * HOUR))).toBeNull();
    });

    it('in use is written at most every five minutes', async () => {
      const { signIn, first, now, later, prisma } = stage();
      const { sessionSecret } = await signIn('ann@x.test');
      await first.sessions.findActive(sessionSecret, later(300));
      expect(await prisma.session.findFirst()).toMatchObject({
        lastSeenAt: now,
        idleExpiresAt: later(72 * HOUR),
      });
      await first.sessions.findActive(sessionSecret, later(300.001));
      expect(await prisma.session.findFirst()).toMatchObject({
        lastSeenAt: later(300.001),
        idleExpiresAt: later(72 * HOUR + 300.001),
      });
    });

    it('in use by many requests at once is written once', async () => {
      const { signIn, atOnceBehind, later, prisma } = stage();
      const { sessionSecret, sessionId } = await signIn('ann@x.test');
      const writes = await countWrites(prisma);
      const row = { table: 'sessions', id: sessionId } as const;
      const found = await atOnceBehind(row, 10, (on, index) =>
        on.sessions.findActive(sessionSecret, later(400 + index / 1000)),
      );
      expect(found.every((session) => session?.id === sessionId)).toBe(true);
      expect(await writes.stop()).toBe(1);
    });

    it('that was ended is dead at once in every process; ended again nothing happens', async () => {
      const { signIn, first, second, now, later, prisma, events } = stage();
      const { sessionSecret, sessionId, accountId } = await signIn('ann@x.test');
      const other = await signIn('ann@x.test');
      const ending = { sessionId, clientId: CLIENT_ID, ip: '192.0.2.1', userAgent: null };
      await first.sessions.end({ ...ending, now });
      await second.sessions.end({ ...ending, now: later(60) });
      expect(await second.sessions.findActive(sessionSecret, now)).toBeNull();
      expect(await second.sessions.findActive(other.sessionSecret, now)).not.toBeNull();
      expect(await prisma.session.findUnique({ where: { id: sessionId } })).toMatchObject({ endedAt: now });
      expect(await events()).toMatchObject({ slo: 1 });
      expect(await prisma.logEvent.findFirst({ where: { type: 'slo' } })).toMatchObject({
        accountId,
        clientId: CLIENT_ID,
      });
    });

    it('that is used while it ends stays ended', async () => {
      const { signIn, atOnce, first, later } = stage();
      const { sessionSecret, sessionId } = await signIn('ann@x.test');
      const ending = { sessionId, clientId: null, ip: null, userAgent: null, now: later(400) };
      await atOnce(20, async (on, index) => {
        if (index === 10) await on.sessions.end(ending);
        else await on.sessions.findActive(sessionSecret, later(400));
      });
      expect(await first.sessions.findActive(sessionSecret, later(400))).toBeNull();
    });

    it('FRM-7: is dead at once when its account is blocked, and alive again when that ends', async () => {
      const { signIn, block, second, now, prisma } = stage();
      const { sessionSecret, accountId } = await signIn('ann@x.test');
      await block(accountId);
      expect(await second.sessions.findActive(sessionSecret, now)).toBeNull();
      await prisma.account.update({ where: { id: accountId }, data: { blockedAt: null } });
      expect(await second.sessions.findActive(sessionSecret, now)).not.toBeNull();
    });

    it('lives on while SECRET is being replaced, and is replaced and found under the new one', async () => {
      const { signIn, prisma, now } = stage();
      const old = await signIn('ann@x.test');
      const rotated = processOf(prisma, rotatedBox);
      expect(await rotated.sessions.findActive(old.sessionSecret, now)).toMatchObject({ id: old.sessionId });
      const fresh = await signIn('ann@x.test', { on: rotated, replacedSessionSecret: old.sessionSecret });
      expect(await rotated.sessions.findActive(old.sessionSecret, now)).toBeNull();
      const next = processOf(prisma, nextBox);
      expect(await next.sessions.findActive(fresh.sessionSecret, now)).toMatchObject({ id: fresh.sessionId });
    });

    it('ends when the SECRET it was made with is no longer listed', async () => {
      const { signIn, prisma, now } = stage();
      const { sessionSecret } = await signIn('ann@x.test');
      expect(await processOf(prisma, nextBox).sessions.findActive(sessionSecret, now)).toBeNull();
    });
  });
}

/** Counts how often rows of sessions are written. */
async function countWrites(prisma: PrismaClient): Promise<{ stop(): Promise<number> }> {
  await prisma.$executeRawUnsafe('CREATE TABLE session_writes (at timestamptz)');
  await prisma.$executeRawUnsafe(`CREATE FUNCTION count_write() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN INSERT INTO session_writes VALUES (NEW.last_seen_at); RETURN NEW; END $$`);
  await prisma.$executeRawUnsafe(
    'CREATE TRIGGER session_writes BEFORE UPDATE ON sessions FOR EACH ROW EXECUTE FUNCTION count_write()',
  );
  return {
    async stop() {
      const rows = await prisma.$queryRawUnsafe<unknown[]>('SELECT * FROM session_writes');
      await prisma.$executeRawUnsafe('DROP FUNCTION count_write CASCADE');
      await prisma.$executeRawUnsafe('DROP TABLE session_writes');
      return rows.length;
    },
  };
}
