// Applications in a browser: created, quickstarted, changed, given another secret, ended.
import { describe, expect, it } from 'vitest';
import type { Role } from '@/lib/management/roles';
import type { Viewer } from '@/tests/harness/browser';
import { type ConsoleStage, openAs } from '@/tests/harness/console';
import { enterCode, readCode } from '@/tests/harness/sign-in';
import { expectAccessible, expectAccessiblePages } from './accessible';
import { everyView } from './views';

export function describeApplications(stage: () => ConsoleStage): void {
  const open = (role: Role, path: string, viewer: Viewer = {}) => openAs(stage(), { role, path, viewer });

  describe('applications', () => {
    it('are created, and the quickstart has their values', { timeout: 120_000 }, async () => {
      const { page, profile } = await open('editor', '/console/applications');
      await page.getByRole('link', { name: 'Create application' }).click();
      await page.getByLabel('Name', { exact: true }).fill('Acme Shop');
      await page.getByLabel('Callback URLs').fill('com.acme.shop://callback');
      await page.getByText('Entry 1: The redirect URI has a scheme of its own').waitFor();
      await page.getByText('Native app', { exact: true }).click();
      await page.getByText('Entry 1').waitFor({ state: 'detached' });
      await page.getByText('Web application', { exact: true }).click();
      await page.getByLabel('Callback URLs').fill('http://localhost:4000/callback\n');
      await page.getByRole('button', { name: 'Create application' }).click();

      await page.getByText('shown this once').waitFor();
      await page.getByRole('button', { name: 'Show' }).click();
      const secret = await page.getByText(/^lks_/).textContent();
      await page.getByRole('button', { name: 'I have kept it' }).click();
      await page.getByRole('heading', { name: 'Acme Shop' }).waitFor();
      const clientId = new URL(page.url()).pathname.split('/').at(-1) ?? '';
      expect(await stage().prisma.client.findUnique({ where: { clientId } })).toMatchObject({
        name: 'Acme Shop',
        applicationType: 'regular_web',
        redirectUris: ['http://localhost:4000/callback'],
      });

      const host = new URL(stage().server.issuer).host;
      const env = page.getByRole('region', { name: '.env.local' });
      expect(await env.textContent()).toContain(`AUTH0_ISSUER=http://${host}\nAUTH0_CLIENT_ID=${clientId}\n`);
      expect(await page.content()).not.toContain(secret);
      // What is missing for that library is one press away.
      await page.getByText('An address is not allowed yet').waitFor();
      await page.getByRole('button', { name: 'Allow it' }).click();
      await page.getByText('not allowed yet').waitFor({ state: 'detached' });
      await page.getByRole('link', { name: 'Express' }).click();
      await page.waitForURL('**?for=express');
      expect(await page.getByRole('region', { name: 'server.js' }).textContent()).toContain(
        `clientID: '${clientId}'`,
      );
      await page.getByRole('button', { name: 'Allow it' }).click();
      await page.getByText('http://localhost:4000 is allowed').first().waitFor();
      expect(await stage().prisma.client.findUnique({ where: { clientId } })).toMatchObject({
        redirectUris: ['http://localhost:4000/callback', 'http://localhost:4000/api/auth/callback/auth0'],
        postLogoutRedirectUris: ['http://localhost:4000'],
      });
      await profile.close();
    });

    it('RED-3: say while somebody types why an address is refused, as the API would', async () => {
      const { page, profile } = await open(
        'editor',
        `/console/applications/${await idOf('Acme Shop')}/settings`,
      );
      const callbacks = page.getByLabel('Callback URLs');
      await callbacks.fill('https://shop.example.com/callback\nhttp://shop.example.com/callback');
      await page.getByText('Entry 2: The redirect URI is http, which is for loopback addresses').waitFor();
      const save = page.locator('form', { has: callbacks }).getByRole('button', { name: 'Save' });
      await save.click();
      await page.getByText('Entry 2: The redirect URI is http').waitFor();
      expect(await callbacks.inputValue()).toContain('http://shop.example.com/callback');
      expect(await redirectUrisOf('Acme Shop')).not.toContain('https://shop.example.com/callback');

      await callbacks.fill('https://shop.example.com/callback');
      await page.getByText('Entry 2').waitFor({ state: 'detached' });
      await save.click();
      await page.getByText('Saved').first().waitFor();
      expect(await redirectUrisOf('Acme Shop')).toEqual(['https://shop.example.com/callback']);

      // What was removed comes back, and so does what was saved beside it.
      await page.getByRole('button', { name: 'Undo' }).last().click();
      await page.getByText('Undone').first().waitFor();
      expect(await redirectUrisOf('Acme Shop')).toContain('http://localhost:4000/callback');
      const idToken = page.getByLabel('ID tokens are good for');
      await idToken.fill('600');
      await page.locator('form', { has: idToken }).getByRole('button', { name: 'Save' }).click();
      await expect.poll(lifetime).toBe(600);
      await page.getByRole('button', { name: 'Undo' }).last().click();
      await expect.poll(lifetime).toBe(36_000);
      await page.getByLabel('Web origins').fill('https://shop.example.com/');
      await page.getByText('Entry 1: Must be an origin').waitFor();
      await profile.close();
    });

    it('CLI-4: have their secret drawn anew, shown once, and the former one ended', async () => {
      const clientId = await idOf('Acme Shop');
      const { page, profile } = await open('editor', `/console/applications/${clientId}/credentials`);
      const hashes = async () =>
        (await stage().prisma.client.findUniqueOrThrow({ where: { clientId } })).secretHashes;
      const [former] = await hashes();
      await page.getByLabel('The secret it has now').selectOption('Ends at once');
      await page.getByRole('button', { name: 'Draw a new secret' }).click();
      await page.getByRole('button', { name: 'Show' }).click();
      expect(await page.getByText(/^lks_/).textContent()).toMatch(/^lks_\S{20,}$/);
      expect((await hashes())[0]).not.toBe(former);
      await page.reload();
      expect(await page.content()).not.toContain('lks_');
      await profile.close();
    });

    it('are tried: their login runs in a new tab, and what its tokens say is shown', {
      timeout: 60_000,
    }, async () => {
      const clientId = await idOf('Acme Shop');
      const { page, profile } = await open('editor', `/console/applications/${clientId}`);
      await page.getByRole('main').getByRole('link', { name: 'Try it' }).first().click();
      await page.getByRole('button', { name: 'Allow the console’s page' }).click();
      const begin = page.getByRole('button', { name: 'Try it' });
      const [tab] = await Promise.all([profile.waitForEvent('page'), begin.click()]);
      await tab.getByLabel('Email address').fill('trying@acme.test');
      await tab.getByRole('button', { name: 'Continue' }).click();
      await enterCode(tab, await readCode(stage().post, 'trying@acme.test'));
      await tab.waitForURL(`**/console/applications/${clientId}/try`);
      await tab.getByText('Signed in', { exact: true }).waitFor();
      expect(await tab.getByRole('row', { name: /^email trying@acme.test/ }).count()).toBe(2);
      expect(await tab.content()).not.toMatch(/eyJ[\w-]{20}/);
      await expectAccessible(tab, 'what came of it');

      // The answer to something else is no answer, and nobody else is shown this one.
      const { issuer } = stage().server;
      expect((await tab.goto(`${issuer}/console/tried?code=x&state=x`))?.status()).toBe(404);
      await tab.goto(`${issuer}/console/applications/${clientId}/try`);
      const [again] = await Promise.all([
        tab.waitForURL('**/identifier'),
        tab.getByRole('button', { name: 'Try again' }).click(),
      ]);
      expect(again).toBeUndefined();
      await profile.close();
    });

    it('ADM-3: give no secret to a session without a recent proof', async () => {
      const { page, profile } = await open(
        'editor',
        `/console/applications/${await idOf('Acme Shop')}/credentials`,
      );
      const data = { authenticatedAt: new Date(Date.now() - 11 * 60_000) };
      await stage().prisma.operatorSession.updateMany({ data });
      // The login's own session is as old.
      await stage().prisma.session.updateMany({ data });
      await page.getByRole('button', { name: 'Draw a new secret' }).click();
      await page.waitForURL('**/identifier');
      await profile.close();
    });

    it('are looked at, and not changed, by viewers', async () => {
      const { page, profile, visitor } = await open('viewer', '/console/applications');
      await page.getByRole('link', { name: 'Acme Shop' }).click();
      await page.getByRole('main').getByRole('link', { name: 'Settings' }).click();
      await page.getByText('an editor can change it').waitFor();
      expect(await page.getByRole('button', { name: 'Save' }).count()).toBe(0);
      const danger = await visitor.open(`/console/applications/${await idOf('Acme Shop')}/danger`);
      expect(danger.html).toContain('There is nothing here');
      expect((await visitor.open('/console/applications/new')).html).toContain('There is nothing here');
      await profile.close();
    });

    it.each(everyView)('are shown so that axe finds nothing: %s', { timeout: 120_000 }, async (_, viewer) => {
      const clientId = await idOf('Acme Shop');
      const { profile } = await open('owner', '/console/applications', viewer);
      await expectAccessiblePages(
        profile,
        stage().server.issuer,
        [
          '',
          '/new',
          ...['', '/try', '/settings', '/credentials', '/danger'].map((view) => `/${clientId}${view}`),
        ].map((view) => `/console/applications${view}`),
      );
      await profile.close();
    });

    it('are found by name, and deleted once their name was typed', async () => {
      const { page, profile } = await open('editor', '/console/applications');
      await page.getByRole('searchbox').fill('me sh');
      await page.keyboard.press('Enter');
      await page.waitForURL('**?q=me+sh');
      await page.getByRole('link', { name: 'Acme Shop' }).click();
      await page.getByRole('link', { name: 'Danger' }).click();
      await page.getByRole('button', { name: 'Delete application' }).click();
      const submit = page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true });
      expect(await submit.isDisabled()).toBe(true);
      await page.getByLabel('Type Acme Shop to confirm').fill('Acme Shop');
      await submit.click();
      await page.waitForURL('**/console/applications');
      await page.getByText('Acme Shop is deleted').first().waitFor();
      expect(await stage().prisma.client.count({ where: { name: 'Acme Shop' } })).toBe(0);
      await profile.close();
    });
  });

  const idOf = async (name: string) =>
    (await stage().prisma.client.findFirstOrThrow({ where: { name } })).clientId;
  const lifetime = async () =>
    (await stage().prisma.client.findFirstOrThrow({ where: { name: 'Acme Shop' } })).idTokenLifetimeSeconds;
  const redirectUrisOf = async (name: string) =>
    (await stage().prisma.client.findFirstOrThrow({ where: { name } })).redirectUris;
}
