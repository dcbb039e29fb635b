// APIs and signing keys in a browser: made, granted, replaced.
import { describe, expect, it } from 'vitest';
import type { Role } from '@/lib/management/roles';
import type { Viewer } from '@/tests/harness/browser';
import { type ConsoleStage, openAs, pressInDialog } from '@/tests/harness/console';
import { expectAccessiblePages } from './accessible';
import { everyView } from './views';

const IDENTIFIER = 'https://orders.example.com';

export function describeApis(stage: () => ConsoleStage): void {
  const open = (role: Role, path: string, viewer: Viewer = {}) => openAs(stage(), { role, path, viewer });
  const idOf = async () =>
    (await stage().prisma.resourceServer.findFirstOrThrow({ where: { identifier: IDENTIFIER } })).id;

  describe('APIs', () => {
    it('are created with what their tokens can be good for', { timeout: 60_000 }, async () => {
      const { page, profile } = await open('editor', '/console/apis/new');
      await page.getByLabel('Name').fill('Orders');
      await page.getByLabel('Identifier').fill('no identifier');
      await page.getByRole('button', { name: 'Create API' }).click();
      await page.getByText('May hold printable ASCII without blanks').waitFor();
      await page.getByLabel('Identifier').fill(IDENTIFIER);
      await page.getByLabel('Permissions').fill('read:orders See all orders\nwrite:orders');
      await page.getByRole('button', { name: 'Create API' }).click();
      await page.getByRole('heading', { name: 'Orders', exact: true }).waitFor();
      await page.getByRole('row', { name: /read:orders.*See all orders/ }).waitFor();
      expect(new URL(page.url()).pathname).toBe(`/console/apis/${await idOf()}`);
      await profile.close();
    });

    it('MGT-5: grant applications permissions by owners alone', { timeout: 60_000 }, async () => {
      const { prisma } = stage();
      const first = await open('owner', '/console/applications/new');
      await first.page.getByLabel('Name', { exact: true }).fill('Nightly export');
      await first.page.getByText('Machine to machine').click();
      await first.page.getByRole('button', { name: 'Create application' }).click();
      await first.page.getByText('shown this once').waitFor();

      await first.page.goto(`${stage().server.issuer}/console/apis/${await idOf()}/clients`);
      await first.page.getByRole('button', { name: 'Grant' }).click();
      await first.page.getByRole('dialog').getByText('See all orders').click();
      await pressInDialog(first.page, 'Grant');
      await first.page.getByRole('row', { name: /Nightly export.*read:orders/ }).waitFor();
      expect(await prisma.clientGrant.findFirst({ where: { resourceServerId: await idOf() } })).toMatchObject(
        {
          scopes: ['read:orders'],
        },
      );
      const granted = first.page.getByRole('row', { name: /Nightly export/ });
      await granted.getByRole('button', { name: 'Take away' }).click();
      await pressInDialog(granted, 'Take away');
      await granted.waitFor({ state: 'detached' });
      await first.page.getByRole('button', { name: 'Undo' }).click();
      await granted.getByText('read:orders', { exact: true }).first().waitFor();

      await first.page.goto(`${stage().server.issuer}/console/apis/${await idOf()}`);
      await first.page.getByRole('button', { name: 'Edit permissions' }).click();
      await first.page.getByRole('dialog').getByRole('textbox').fill('write:orders');
      await pressInDialog(first.page, 'Save');
      const removed = first.page.getByRole('row', { name: /read:orders/ });
      await removed.waitFor({ state: 'detached' });
      await first.page.getByRole('button', { name: 'Undo' }).click();
      await removed.waitFor();
      await first.profile.close();

      const editor = await open('editor', `/console/apis/${await idOf()}/clients`);
      await editor.page.getByRole('row', { name: /Nightly export/ }).waitFor();
      expect(await editor.page.getByRole('button', { name: /Grant|Change|Take away/ }).count()).toBe(0);
      await editor.profile.close();
    });

    it('JWT-4: keys are rotated with a word about what it does', { timeout: 60_000 }, async () => {
      const { prisma } = stage();
      const current = () =>
        prisma.signingKey.findFirstOrThrow({ where: { algorithm: 'RS256', status: 'current' } });
      const before = await current();
      const { page, profile } = await open('owner', '/console/keys');
      await page.getByRole('button', { name: 'Rotate' }).click();
      await page.getByText('Nobody is signed out').waitFor();
      await pressInDialog(page, 'Rotate');
      await page.getByRole('row', { name: new RegExp(`${before.kid}.*Signed before`) }).waitFor();
      expect((await current()).kid).not.toBe(before.kid);
      await profile.close();
    });

    it.each(everyView)('are shown so that axe finds nothing: %s', { timeout: 120_000 }, async (_, viewer) => {
      const { profile } = await open('owner', '/console/apis', viewer);
      const id = await idOf();
      const views = ['', '/settings', '/clients', '/danger'].map((view) => `/console/apis/${id}${view}`);
      await expectAccessiblePages(profile, stage().server.issuer, views);
      await profile.close();
    });
  });
}
