// What is in a store after every boot (lib/store/prisma/setup.ts).
import { describe, expect, it } from 'vitest';
import { type DeclaredClient, ensureSetup } from '@/lib/store/prisma/setup';
import type { Stage } from '../stage';

const DEMO: DeclaredClient = {
  clientId: 'demo',
  name: 'Demo',
  applicationType: 'regular_web',
  tokenEndpointAuthMethod: 'client_secret_basic',
  secretHash: 'hash of a secret',
  redirectUris: ['http://localhost:3000/demo/callback'],
  postLogoutRedirectUris: ['http://localhost:3000/demo'],
  grantTypes: ['authorization_code'],
  initiateLoginUri: 'http://localhost:3000/demo',
};
const MACHINE: DeclaredClient = {
  ...DEMO,
  clientId: 'machine',
  applicationType: 'non_interactive',
  tokenEndpointAuthMethod: 'client_secret',
  redirectUris: [],
  postLogoutRedirectUris: [],
  grantTypes: ['client_credentials'],
  initiateLoginUri: null,
};

export function promiseSetup(stage: () => Stage): void {
  describe('a boot', () => {
    it('of two processes at once, and again later, leaves one of everything', async () => {
      const {
        atOnce,
        first: { settings },
        prisma,
        now,
      } = stage();
      const setup = { limits: { starts_per_ip: 7 }, clients: [DEMO, MACHINE], now };
      await atOnce(2, (on) => ensureSetup(on.prisma, setup));
      await ensureSetup(prisma, setup);
      expect(await prisma.connection.findMany({ orderBy: { createdAt: 'asc' } })).toMatchObject([
        { id: expect.stringMatching(/^con_.{16}$/), name: 'email', strategy: 'email', options: {} },
        { id: expect.stringMatching(/^con_.{16}$/), name: 'sms', strategy: 'sms', options: {} },
      ]);
      expect(await prisma.settings.count()).toBe(1);
      expect((await settings.read()).limits).toEqual({ starts_per_ip: 7 });
      expect(await prisma.clientConnection.findMany()).toMatchObject([
        { clientId: 'demo' },
        { clientId: 'demo' },
      ]);
    });

    it('leaves limits as an operator left them', async () => {
      const { first, prisma, now } = stage();
      await ensureSetup(prisma, { limits: { starts_per_ip: 7 }, clients: [], now });
      await prisma.settings.update({ where: { id: 1 }, data: { limits: { starts_per_ip: 9 } } });
      await ensureSetup(prisma, { limits: { starts_per_ip: 7 }, clients: [], now });
      expect((await first.settings.read()).limits).toEqual({ starts_per_ip: 9 });
    });

    it('leaves the connections of a declared client as an operator left them', async () => {
      const { prisma, now } = stage();
      const setup = { limits: {}, clients: [DEMO], now };
      await ensureSetup(prisma, setup);
      await prisma.clientConnection.deleteMany();
      await ensureSetup(prisma, setup);
      expect(await prisma.clientConnection.count()).toBe(0);
    });

    it('takes the secret and the addresses of a declared client from the environment each time', async () => {
      const { prisma, now, later } = stage();
      await ensureSetup(prisma, { limits: {}, clients: [DEMO], now });
      const redirectUris = ['http://localhost:4000/demo/callback'];
      const moved = { ...DEMO, redirectUris, secretHash: 'hash of another' };
      await ensureSetup(prisma, { limits: {}, clients: [moved], now: later(60) });
      expect(await prisma.client.findUnique({ where: { clientId: 'demo' } })).toMatchObject({
        redirectUris,
        secretHashes: ['hash of another'],
        createdAt: now,
      });
    });
  });
}
