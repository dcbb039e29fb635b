// Log streams in a browser: made with a secret that is shown once, looked after, stopped, ended.
import { describe, expect, it } from 'vitest';
import type { Role } from '@/lib/management/roles';
import type { Viewer } from '@/tests/harness/browser';
import { type ConsoleStage, openAs, pressInDialog } from '@/tests/harness/console';
import { expectAccessiblePages } from './accessible';
import { everyView } from './views';

/** Nobody has that name, wherever this runs. RFC 2606 §2. */
const ENDPOINT = 'https://siem.acme.invalid/latchkey';

export function describeLogStreams(stage: () => ConsoleStage): void {
  const open = (role: Role, path: string, viewer: Viewer = {}) => openAs(stage(), { role, path, viewer });
  const find = () => stage().prisma.logStream.findFirst({ where: { endpoint: ENDPOINT } });

  describe('log streams', () => {
    it('MGT-4: are made by an owner, who sees the signing secret once, and why nothing arrives', {
      timeout: 60_000,
    }, async () => {
      const { page, profile } = await open('owner', '/console/log-streams');
      await page.getByText('The log stays here').waitFor();
      await page.getByRole('link', { name: 'Create log stream' }).click();
      await page.getByLabel('Name', { exact: true }).fill('SIEM');
      await page.getByLabel('Address', { exact: true }).fill('https://127.0.0.1/');
      await page.getByRole('button', { name: 'Create log stream' }).click();
      await page.getByText(/^Is not called from here/).waitFor();
      await page.getByLabel('Address', { exact: true }).fill(ENDPOINT);
      await page.getByRole('button', { name: 'Add a header' }).click();
      await page.getByLabel('Header', { exact: true }).fill('Host');
      await page.getByLabel('Value', { exact: true }).fill('wrong');
      await page.getByRole('button', { name: 'Create log stream' }).click();
      await page.getByText('Is a header that the request has by itself.').waitFor();
      await page.getByLabel('Header', { exact: true }).fill('X-Api-Key');
      await page.getByLabel('Value', { exact: true }).fill('acme-header-secret');
      await page.getByText('Changes by operators').click();
      await page.getByText('Email addresses', { exact: true }).click();
      await page.getByLabel('In its place').selectOption('hash');
      await page.getByLabel('Begins with').selectOption('The last hour');
      await page.getByRole('button', { name: 'Create log stream' }).click();
      await page.getByText('shown this once').waitFor();
      await page.getByRole('button', { name: 'Show' }).click();
      const secret = (await page.getByText(/^whsec_/).textContent()) ?? '';
      await page.getByRole('button', { name: 'I have kept it' }).click();
      await page.getByRole('heading', { name: 'SIEM' }).waitFor();
      expect(await page.content()).not.toContain(secret);
      expect(await page.content()).not.toContain('acme-header-secret');
      // More than that it was made is on its way.
      const { id = '' } = (await find()) ?? {};
      expect(await stage().prisma.logStreamEntry.count({ where: { streamId: id } })).toBeGreaterThan(1);
      // That it was made is in the log, and nobody takes it.
      await expect.poll(async () => (await find())?.lastFailure).toMatch(/^unreachable/);
      await page.reload();
      await page.getByText('Not taken', { exact: true }).waitFor();
      await page.getByText('Why the last batch was not taken').waitFor();

      await page.getByRole('button', { name: 'Pause' }).click();
      await page.getByText('Paused', { exact: true }).waitFor();
      await page.getByLabel('Name', { exact: true }).fill('Our SIEM');
      await page.getByText('Failed sign-ins').click();
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByRole('heading', { name: 'Our SIEM' }).waitFor();
      expect(await find()).toMatchObject({
        status: 'paused',
        categories: ['auth.login.fail', 'management.success'],
        piiFields: ['email'],
        piiMethod: 'hash',
        customHeaders: [{ header: 'X-Api-Key' }],
      });
      await page.reload();
      await page.getByText('Phone numbers', { exact: true }).click();
      await page.getByRole('button', { name: 'Save' }).click();
      await expect.poll(async () => (await find())?.piiFields).toEqual(['email', 'phone']);
      await page.getByRole('button', { name: 'Undo' }).click();
      // The fields are made anew by it: what is typed before that is gone.
      await expect.poll(() => page.getByLabel('Phone numbers', { exact: true }).isChecked()).toBe(false);
      expect((await find())?.piiFields).toEqual(['email']);

      // What one receiver is told is not told to another.
      await page.getByLabel('Address', { exact: true }).fill('https://lake.acme.invalid/');
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByText('is not told to another').waitFor();
      await page.getByRole('button', { name: /^Take it off/ }).click();
      await page.getByLabel('Address', { exact: true }).fill(ENDPOINT);
      await page.getByRole('button', { name: 'Save' }).click();
      await expect.poll(async () => (await find())?.customHeaders).toEqual([]);
      await profile.close();
    });

    it.each(everyView)('are shown so that axe finds nothing: %s', { timeout: 60_000 }, async (_, viewer) => {
      const { profile } = await open('owner', '/console/log-streams', viewer);
      const paths = ['', `/${(await find())?.id}`].map((view) => `/console/log-streams${view}`);
      await expectAccessiblePages(profile, stage().server.issuer, paths);
      await profile.close();
    });

    it('ADM-2: are deleted once their name was typed, and are nothing that an editor sees', async () => {
      const path = `/console/log-streams/${(await find())?.id}`;
      const editor = await stage().operator('editor');
      for (const each of [path, '/console/log-streams'])
        expect((await editor.visitor.open(each)).html).toContain('There is nothing here');
      expect((await editor.visitor.open('/console/logs')).text).not.toContain('Log streams');
      const { page, profile } = await open('owner', path);
      await page.getByRole('button', { name: 'Delete' }).click();
      await page.getByLabel('Type Our SIEM to confirm').fill('Our SIEM');
      await pressInDialog(page, 'Delete');
      await page.waitForURL('**/console/log-streams');
      expect(await find()).toBeNull();
      await profile.close();
    });
  });
}
