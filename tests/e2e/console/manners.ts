// What every page of the console owes its reader: access for all, few bytes, no stranger's script, and nothing of it where people
// sign in. Pages are read from the file tree, so that new ones are examined by themselves.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Viewer } from '@/tests/harness/browser';
import { type ConsoleStage, consoleActions, consolePaths, openPage } from '@/tests/harness/console';
import { expectAccessible, expectAccessiblePages, lookAtEach } from './accessible';
import { SCRIPT_MAX_BYTES, scriptBytes } from './scripts';
import { everyView } from './views';

const PAYLOAD = '"><img src=x onerror="globalThis.pwned=1"><script>globalThis.pwned=1</script>';

export function describeManners(stage: () => ConsoleStage): void {
  /** What an owner can open. */
  const pages = () =>
    consolePaths()
      .filter(({ kind }) => kind === 'page')
      .map(({ path }) => path);

  const asOwner = async (viewer: Viewer = {}) => {
    const { visitor } = await stage().operator('owner');
    const opened = await openPage(stage(), visitor, viewer);
    const complaints: string[] = [];
    await opened.profile.addInitScript(() =>
      addEventListener('securitypolicyviolation', (event) =>
        console.error(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`),
      ),
    );
    opened.profile.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    opened.profile.on('weberror', (problem) => complaints.push(String(problem.error())));
    const visit = async (path: string) => {
      await opened.page.goto(stage().server.issuer + path);
      await opened.page.waitForLoadState('networkidle');
    };
    return { ...opened, visitor, complaints, visit };
  };

  describe('every page', () => {
    it.each(everyView)(
      'has nothing that axe objects to, and breaks no rule of its own policy: %s',
      { timeout: 180_000 },
      async (_, viewer) => {
        const { page, profile, complaints, visit } = await asOwner(viewer);
        await expectAccessiblePages(profile, stage().server.issuer, pages());
        await visit('/console/team');
        await page.getByRole('button', { name: 'Invite' }).click();
        await expectAccessible(page, 'the dialog');
        await page.keyboard.press('Escape');
        await page.keyboard.press('Control+k');
        await page.getByRole('combobox').waitFor();
        await expectAccessible(page, 'the palette');
        // An address that is not there is meant to be one.
        expect(complaints.filter((text) => !text.includes('404'))).toEqual([]);
        await profile.close();
      },
    );

    it(`loads less than ${SCRIPT_MAX_BYTES / 1000} kB of script`, { timeout: 120_000 }, async () => {
      const { profile } = await asOwner();
      await lookAtEach(profile, stage().server.issuer, pages(), async (tab, path) => {
        const bytes = await scriptBytes(tab, 'loaded');
        expect(bytes, path).toBeGreaterThan(0);
        expect(bytes, path).toBeLessThan(SCRIPT_MAX_BYTES);
      });
      await profile.close();
    });
  });

  it('ADM-4: shows what people put into names and addresses as text, and runs none of it', {
    timeout: 120_000,
  }, async () => {
    const { prisma } = stage();
    const { page, profile, complaints, visit, visitor } = await asOwner();
    const { accountId } = await prisma.operator.findFirstOrThrow({
      where: { accountId: { not: null } },
      orderBy: { acceptedAt: 'desc' },
    });
    await prisma.account.update({ where: { id: accountId ?? '' }, data: { name: PAYLOAD } });
    await prisma.client.updateMany({ where: { clientId: 'latchkey-demo' }, data: { name: PAYLOAD } });
    await prisma.hourlyFigure.createMany({
      data: [PAYLOAD, `${PAYLOAD} accepted`].map((detail) => ({
        hour: new Date(),
        figure: 'attempt',
        channel: 'email',
        detail,
        count: 9,
      })),
    });
    await visitor.open('/console', { headers: { 'User-Agent': PAYLOAD } });
    await lookAtEach(profile, stage().server.issuer, pages(), async (tab, path) => {
      expect(await tab.evaluate(() => (globalThis as { pwned?: number }).pwned), path).toBeUndefined();
      expect(await tab.locator('img[src="x"]').count(), path).toBe(0);
    });
    await visit('/console/team');
    await page.getByText(PAYLOAD).first().waitFor();
    expect(complaints.filter((text) => !text.includes('404'))).toEqual([]);
    await profile.close();
    await prisma.account.update({ where: { id: accountId ?? '' }, data: { name: null } });
  });

  it('is reached by keyboard: the palette leads to a page, and Escape out of it', async () => {
    const { page, profile, visit } = await asOwner();
    await visit('/console');
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox').fill('tea');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/console/team');
    await page.getByRole('heading', { name: 'Team', exact: true }).waitFor();
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox').fill('create us');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/console/users/new');
    // A dialog is opened to type in it.
    await visit('/console/team');
    await page.getByRole('button', { name: 'Invite' }).press('Enter');
    await page.keyboard.type('dora@acme.test');
    expect(await page.getByLabel('Email address').inputValue()).toBe('dora@acme.test');
    await profile.close();
  });

  it('keeps the scheme and the clock that somebody chose', async () => {
    const { page, profile, visit } = await asOwner();
    await visit('/console/team');
    await page.getByRole('button', { name: /Your account/ }).click();
    await page.getByRole('menuitemradio', { name: 'Dark' }).click();
    await visit('/console/team');
    expect(await page.evaluate(() => getComputedStyle(document.documentElement).colorScheme)).toBe('dark');
    await page.getByRole('button', { name: /Your account/ }).click();
    await page.getByRole('menuitemradio', { name: 'My own clock' }).click();
    await expect
      .poll(async () => (await profile.cookies()).some(({ name }) => name === 'console-zone'))
      .toBe(true);
    await profile.close();
  });

  it('ADM-6: is in nothing that people who sign in are sent', async () => {
    const visitor = stage().visitor();
    const firstPage = await visitor.submit(await visitor.open('/demo'), { press: 'Sign in' });
    const files = [...firstPage.html.matchAll(/\/_next\/static\/[^"'\\]+\.(?:js|css)/g)].map(
      ([file]) => file,
    );
    expect(files.some((file) => file.endsWith('.css'))).toBe(true);
    const sent = await Promise.all(
      [...new Set(files)].map(async (file) => (await visitor.send(file)).text()),
    );
    for (const word of [
      'inviteOperator',
      'console-theme',
      'cmdk',
      'DropdownMenu',
      '.sidebar',
      'dialog.modal',
      'cm-editor',
    ])
      expect(
        sent.some((text) => text.includes(word)),
        word,
      ).toBe(false);
  });

  it('ADM-6: names no action of the console in a file that anybody may fetch', () => {
    const chunks = path.resolve(import.meta.dirname, '../../../.next/static');
    const files = readdirSync(chunks, { recursive: true, encoding: 'utf8' }).filter((file) =>
      /\.(js|css|json)$/.test(file),
    );
    const texts = files.map((file) => readFileSync(path.join(chunks, file), 'utf8'));
    for (const name of [
      ...consoleActions().map(({ name }) => name),
      '/api/v2/latchkey/operators',
      '/api/v2/keys/signing',
    ])
      expect(
        texts.filter((text) => text.includes(name)),
        name,
      ).toEqual([]);
  });
}
