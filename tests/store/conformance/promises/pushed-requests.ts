// What a store promises of pushed authorization requests (lib/oidc/pushed-request.ts). RFC 9126 §7.3.
import { describe, expect, it } from 'vitest';
import { removeExpired } from '@/lib/store/prisma/housekeeping';
import { CLIENT_ID, type Stage } from '../stage';
import type { Process } from '../stores';

const PARAMETERS = { response_type: 'code', login_hint: 'ann@x.test', nonce: 'n-0S6' };

export function promisePushedRequests(stage: () => Stage): void {
  async function push(): Promise<string> {
    const { first, secret, later } = stage();
    const reference = secret();
    const pushed = { reference, clientId: CLIENT_ID, parameters: PARAMETERS, expiresAt: later(90) };
    await first.pushedRequests.add(pushed);
    return reference;
  }

  const consume = (on: Process, reference: string, clientId = CLIENT_ID) =>
    on.pushedRequests.consume({ reference, clientId, now: stage().now });

  describe('a pushed request', () => {
    it('RED-12: is given out once, of fifty who ask at the same time over two processes to one', async () => {
      const { atOnce } = stage();
      const reference = await push();
      const given = await atOnce(50, (on) => consume(on, reference));
      expect(given.filter((parameters) => parameters !== null)).toEqual([PARAMETERS]);
    });

    it('is not given to another client, which uses nothing up', async () => {
      const { first, second } = stage();
      const reference = await push();
      expect(await consume(second, reference, 'client-2')).toBeNull();
      expect(await consume(first, reference)).toEqual(PARAMETERS);
    });

    it('is not given out when it is too old, and then removed', async () => {
      const { first, pass, prisma } = stage();
      const reference = await push();
      pass(90);
      expect(await consume(first, reference)).toBeNull();
      pass(1);
      await removeExpired(prisma, stage().now);
      expect(await prisma.pushedRequest.count()).toBe(0);
    });

    it('LOG-1: names nobody where it is stored', async () => {
      const { dump } = stage();
      await push();
      const rows = (await dump()).filter(({ name }) => name === 'pushed_requests');
      expect(rows).toHaveLength(1);
      expect(rows[0]?.row).not.toMatch(/ann|x\.test|login_hint/);
    });
  });
}
