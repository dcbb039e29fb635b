// The log in a browser: found by what an operator has, followed as it is written, told as a story, taken out as a file.
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { type ConsoleStage, openPage } from '@/tests/harness/console';
import { signIn } from '@/tests/harness/sign-in';
import { expectAccessible } from './accessible';
import { everyView } from './views';

export function describeLogs(stage: () => ConsoleStage): void {
  const signInToDemo = async (address: string) => {
    const person = stage().visitor();
    const firstPage = await person.submit(await person.open('/demo'), { press: 'Sign in' });
    await signIn(person, firstPage, { post: stage().post, address });
  };

  describe('the log', () => {
    it('finds somebody by their whole address, and leads from an entry to their story and to them', {
      timeout: 120_000,
    }, async () => {
      await signInToDemo('tove@acme.test');
      const { visitor } = await stage().operator('viewer');
      const { page, profile } = await openPage(stage(), visitor);
      await page.goto(`${stage().server.issuer}/console/logs`);
      await page.getByRole('searchbox').fill('tove@acme.test');
      await page.waitForURL(/[?&]q=tove/);
      await page.getByRole('row', { name: /^Signed up/ }).waitFor();
      expect(await page.locator('tbody tr').filter({ hasNotText: 't***@acme.test' }).count()).toBe(0);
      await page.getByLabel('What', { exact: true }).selectOption('messages');
      await page.getByRole('row', { name: /^Signed up/ }).waitFor({ state: 'detached' });
      await page.goBack();
      await page.getByRole('searchbox').fill('tove');
      await page.getByText('No entry fits').waitFor();
      await page.getByRole('searchbox').fill('name:tove');
      await page.getByText(/^The query names a field that is not searched/).waitFor();

      await page.getByRole('searchbox').fill('tove@acme.test');
      await page.getByRole('link', { name: 'Signed up' }).click();
      await page.getByRole('heading', { name: 'What happened to this user' }).waitFor();
      await page.getByText('Code exchanged for tokens').first().waitFor();
      await page.getByText('Code or link sent by email').first().waitFor();
      await page.getByRole('link', { name: 'See the user' }).click();
      await page.getByRole('heading', { name: 'tove@acme.test' }).waitFor();
      await profile.close();
    });

    it('is followed as it is written, until one stops', async () => {
      const { visitor } = await stage().operator('viewer');
      const { page, profile } = await openPage(stage(), visitor);
      await page.goto(`${stage().server.issuer}/console/logs?q=lars%40acme.test`);
      await page.getByText('No entry fits').waitFor();
      await page.getByRole('link', { name: 'Follow' }).click();
      await page.waitForURL(/live=on/);
      await signInToDemo('lars@acme.test');
      await page.getByRole('row', { name: /^Signed up/ }).waitFor();
      await page.getByRole('link', { name: 'Stop following' }).click();
      await page.waitForURL(/logs\?q=lars%40acme\.test$/);
      await profile.close();
    });

    it('comes out as a file of what was searched for', async () => {
      await signInToDemo('liv@acme.test');
      const { visitor } = await stage().operator('viewer');
      const { page, profile } = await openPage(stage(), visitor);
      await page.goto(`${stage().server.issuer}/console/logs?q=liv%40acme.test`);
      // The file holds what is settled, seconds behind.
      await page.waitForTimeout(4_000);
      await page.getByRole('button', { name: 'Export' }).click();
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('dialog').getByRole('button', { name: 'Export' }).click(),
      ]);
      const lines = (await readFile(await download.path(), 'utf8')).trim().split('\n');
      expect(lines[0]).toMatch(/^log_id,date,type/);
      expect(lines.length).toBeGreaterThan(1);
      for (const line of lines.slice(1)) expect(line).toContain('l***@acme.test');
      await profile.close();
    });

    it.each(everyView)('has nothing that axe objects to in an entry: %s', async (_, viewer) => {
      const { visitor } = await stage().operator('owner');
      const { page, profile } = await openPage(stage(), visitor, viewer);
      const { id } = await stage().prisma.logEvent.findFirstOrThrow({ where: { type: 'ss' } });
      await page.goto(`${stage().server.issuer}/console/logs/${id}`);
      await page.waitForLoadState('networkidle');
      await expectAccessible(page, 'an entry');
      await profile.close();
    });
  });
}
