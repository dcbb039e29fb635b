// An operator's day with the users, in a browser: one is made, found, blocked, signs in, is looked into, and goes.
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { type ConsoleStage, openPage, pressInDialog } from '@/tests/harness/console';
import { askForCode, signIn } from '@/tests/harness/sign-in';
import { expectAccessible } from './accessible';
import { everyView } from './views';

export function describeUsers(stage: () => ConsoleStage): void {
  const open = async (role: 'owner' | 'editor' | 'viewer', path: string) => {
    const operator = await stage().operator(role);
    const opened = await openPage(stage(), operator.visitor);
    await opened.page.goto(stage().server.issuer + path);
    return { ...operator, ...opened };
  };

  const view = (page: Page, name: string) =>
    page.getByRole('navigation', { name: 'About this user' }).getByRole('link', { name }).click();

  describe('the users', () => {
    it('has one user made, found, changed, blocked, let in again and deleted', {
      timeout: 180_000,
    }, async () => {
      const { page, profile } = await open('editor', '/console/users');
      await page.getByRole('link', { name: 'Create user' }).click();
      await page.getByLabel('Email address').fill('no address');
      await page.getByRole('button', { name: 'Create user' }).click();
      await page.getByText('Must be one e-mail address.').waitFor();
      await page.getByLabel('Email address').fill('radia@acme.test');
      await page.getByLabel('Name', { exact: true }).fill('Radia Perlman');
      await page.getByRole('button', { name: 'Create user' }).click();
      await page.getByRole('heading', { name: 'radia@acme.test' }).waitFor();

      // Found while one types, by an address that can be sent to somebody and gone back from.
      await page.getByRole('link', { name: 'Users' }).first().click();
      await page.getByRole('searchbox').pressSequentially('perlm');
      await page.waitForURL('**/console/users?q=perlm');
      await expect.poll(() => page.getByRole('row').count()).toBe(2);
      await page.getByRole('searchbox').fill('plan:pro');
      await page.getByText(/^The query names a field that is not searched/).waitFor();
      await page.getByRole('searchbox').fill('radia@acme.test');
      await page.getByRole('link', { name: 'radia@acme.test' }).click();
      await page.waitForURL(/\/console\/users\/email%7C[0-9a-f]{24}$/);

      await view(page, 'Metadata');
      const apps = page.locator('form').filter({ has: page.locator('[name="app_metadata"]') });
      await apps.locator('.cm-editor').waitFor();
      await apps.getByRole('textbox').fill('{"plan": }');
      await apps.getByRole('button', { name: 'Save' }).click();
      await page.getByText(/^This is not JSON/).waitFor();
      await apps.getByRole('textbox').fill('{"plan": "pro"}');
      await apps.getByRole('button', { name: 'Save' }).click();
      await expect.poll(async () => (await radia())?.appMetadata).toEqual({ plan: 'pro' });

      await page.getByRole('button', { name: 'Block' }).click();
      await pressInDialog(page, 'Block');
      await page.getByText('This user is blocked').waitFor();
      expect((await radia())?.blockedAt).not.toBeNull();
      // The button that had the focus is gone.
      await expect.poll(() => page.evaluate(() => document.activeElement?.tagName)).toBe('H1');
      await page.getByRole('button', { name: 'Undo' }).click();
      await page.getByRole('button', { name: 'Block', exact: true }).waitFor();
      expect((await radia())?.blockedAt).toBeNull();

      // A sign-in, and what is told of it.
      const person = stage().visitor();
      const firstPage = await person.submit(await person.open('/demo'), { press: 'Sign in' });
      await signIn(person, firstPage, { post: stage().post, address: 'radia@acme.test' });
      await view(page, 'Messages');
      await page.getByText('SMTP took it').waitFor();
      await page.getByText('to r***@acme.test, by email, in English').waitFor();
      await view(page, 'Log');
      await page
        .getByRole('row', { name: /^Signed in/ })
        .first()
        .waitFor();
      await page
        .getByRole('row', { name: /Update a user/ })
        .first()
        .waitFor();

      await view(page, 'Sessions');
      await page.getByRole('row', { name: /Demo/ }).first().waitFor();
      await page.getByRole('button', { name: 'Sign out everywhere' }).click();
      await pressInDialog(page, 'Sign out everywhere');
      await page.getByText('Signed in nowhere').waitFor();

      await view(page, 'Profile');
      await page.getByRole('button', { name: 'Delete' }).click();
      const remove = page.getByRole('button', { name: 'Delete for good' });
      expect(await remove.isDisabled()).toBe(true);
      await page.getByLabel('Type radia@acme.test to confirm').fill('radia@acme.test');
      await remove.click();
      await page.waitForURL('**/console/users');
      await page.getByText('radia@acme.test is deleted').first().waitFor();
      expect(await radia()).toBeNull();
      await profile.close();

      async function radia() {
        const identity = await stage().prisma.identity.findUnique({
          where: { provider_identifier: { provider: 'email', identifier: 'radia@acme.test' } },
          include: { account: true },
        });
        return identity?.account ?? null;
      }
    });

    it('changes an address by the proof of its holder, or by the word of an operator', async () => {
      const id = await stage().user('lin@acme.test');
      const { page, profile } = await open('editor', `/console/users/${encodeURIComponent(id)}`);
      await page.getByRole('button', { name: 'Change' }).click();
      await page.getByLabel('New email address').fill('lin.proof@acme.test');
      await pressInDialog(page, 'Change');
      await page.getByText('A code is on its way to lin.proof@acme.test').first().waitFor();
      expect((await stage().post.waitForMessage('lin.proof@acme.test')).text).toMatch(/\d{6}/);
      await page.getByRole('heading', { name: 'lin@acme.test' }).waitFor();

      await page.getByRole('button', { name: 'Change' }).click();
      await page.getByLabel('New email address').fill('lin.word@acme.test');
      await page.getByLabel('Who says that it is theirs').selectOption('vouch');
      await pressInDialog(page, 'Change');
      await page.getByRole('heading', { name: 'lin.word@acme.test' }).waitFor();
      await page.getByText('Proven', { exact: true }).waitFor();
      await profile.close();
    });

    it('shows the passkeys of a user, and removes one once it is clear what that means', async () => {
      const { page, profile } = await open('editor', '/console/users/new');
      await page.getByLabel('Email address').fill('margaret@acme.test');
      await page.getByRole('button', { name: 'Create user' }).click();
      await page.getByRole('heading', { name: 'margaret@acme.test' }).waitFor();
      const { prisma } = stage();
      const { userId, createdAt } = await prisma.identity.update({
        where: { provider_identifier: { provider: 'email', identifier: 'margaret@acme.test' } },
        data: { verifiedAt: new Date(0) },
      });
      await prisma.passkey.create({
        data: {
          ...{ id: 'passkey|dev_margaret', credentialId: 'margaret', publicKey: new Uint8Array([1]) },
          ...{ signCount: 0, transports: ['internal'], deviceType: 'multi_device', isBackedUp: true },
          ...{ aaguid: 'fbfc3007-154e-4ecc-8c0b-6e020557d7bd', name: 'Apple Passwords', userHandle: 'AA' },
          ...{ provider: 'email', userId, createdAt },
        },
      });
      await page.reload();
      await page.getByRole('heading', { name: 'Passkeys' }).waitFor();
      await page.getByText('never used').waitFor();
      await expectAccessible(page, 'a user with a passkey');
      await page.getByRole('button', { name: 'Remove' }).click();
      await page.getByText('Remove the passkey Apple Passwords?').waitFor();
      await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
      await page.getByText('Apple Passwords is removed').first().waitFor();
      await page.getByRole('heading', { name: 'Passkeys' }).waitFor({ state: 'detached' });
      expect(await prisma.passkey.count()).toBe(0);
      await profile.close();
    });

    it('takes limits away that keep somebody out', { timeout: 120_000 }, async () => {
      const id = await stage().user('eve.locked@acme.test');
      const { page, profile } = await open('editor', `/console/users/${encodeURIComponent(id)}`);
      await page.getByRole('heading', { name: 'eve.locked@acme.test' }).waitFor();
      const person = stage().visitor();
      const start = async () =>
        askForCode(
          person,
          await person.submit(await person.open('/demo'), { press: 'Sign in' }),
          'eve.locked@acme.test',
        );
      // More messages than an address gets on one day.
      for (let attempt = 0; attempt <= 25; attempt++) await start();
      await page.reload();
      await page.getByText('Limits keep this user out for now').waitFor();
      await page.getByRole('button', { name: 'Let them try again' }).click();
      await page.getByText('Limits keep this user out for now').waitFor({ state: 'detached' });
      await profile.close();
    });

    it('ADM-5: brings users in by the file, tells which lines it did not take, and gives them out after a proof', {
      timeout: 120_000,
    }, async () => {
      const { page, profile } = await open('owner', '/console/users/import');
      const lines = [
        '{"email": "file1@acme.test", "email_verified": true, "name": "=1+1"}',
        '{"email": "no address"}',
        '{"email": "file2@acme.test"}',
      ].join('\n');
      const sent = {
        name: 'users.ndjson',
        mimeType: 'application/x-ndjson',
        buffer: Buffer.from('{"email":'),
      };
      await page.getByLabel('File').setInputFiles(sent);
      await page.getByRole('button', { name: 'Import', exact: true }).click();
      await page.getByText(/^Line 1 /).waitFor();
      await page.getByLabel('File').setInputFiles({ ...sent, buffer: Buffer.from(lines) });
      await page.getByRole('button', { name: 'Import', exact: true }).click();
      await page.waitForURL(/\/console\/users\/import\/job_/);
      await page.getByText('The import is over.').waitFor();
      await page.getByRole('row', { name: /^2 2 email/ }).waitFor();
      expect(await page.getByRole('row').count()).toBe(2);
      expect(await stage().prisma.identity.count({ where: { identifier: { startsWith: 'file' } } })).toBe(2);

      await page.getByRole('link', { name: 'See the users' }).click();
      await page.getByRole('button', { name: 'Export' }).click();
      await page.getByLabel('As').selectOption('csv');
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('dialog').getByRole('button', { name: 'Export' }).click(),
      ]);
      const file = await readFile(await download.path(), 'utf8');
      expect(file).toContain('file2@acme.test');
      expect(file).toContain("'=1+1");

      await stage().prisma.operatorSession.updateMany({
        data: { authenticatedAt: new Date(Date.now() - 11 * 60_000) },
      });
      await page.reload();
      await page.getByRole('button', { name: 'Export' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Export' }).click();
      await page.getByText('The next step takes a recent proof that it is you.').waitFor();
      await profile.close();
    });

    it('LNK-1: links two users once it is clear what ends, and unlinks them again', async () => {
      const holderOf = async (identifier: string) =>
        (await stage().prisma.identity.findFirstOrThrow({ where: { identifier } })).accountId;
      const id = await stage().user('first@acme.test');
      const otherId = await stage().user('second@acme.test');
      const { page, profile } = await open('editor', `/console/users/${encodeURIComponent(id)}`);
      await page.getByRole('link', { name: 'Link another user' }).click();
      await page.getByRole('searchbox').fill('second');
      await page.getByRole('link', { name: 'Choose second@acme.test' }).click();
      await page.getByText('It has no metadata.').waitFor();
      await page.getByRole('button', { name: 'Link', exact: true }).click();
      const link = page.getByRole('dialog').getByRole('button', { name: 'Link', exact: true });
      expect(await link.isDisabled()).toBe(true);
      await page.getByLabel('Type second@acme.test to confirm').fill('second@acme.test');
      await link.click();
      await page.getByRole('heading', { name: 'first@acme.test', level: 1, exact: true }).waitFor();
      expect(await holderOf('second@acme.test')).toBe(id);

      const identity = page.locator('main').getByRole('listitem').filter({ hasText: 'second@acme.test' });
      await identity.getByRole('button', { name: 'Unlink' }).click();
      await page.getByText('It becomes a user of its own again').first().waitFor();
      await pressInDialog(identity, 'Unlink');
      await identity.waitFor({ state: 'detached' });
      expect(await holderOf('second@acme.test')).toBe(otherId);
      await profile.close();
    });

    it('NXT-3: takes no file of whoever is no operator, or may not', async () => {
      const post = (visitor: ReturnType<ConsoleStage['visitor']>) =>
        visitor.send('/console/users/import/file', {
          method: 'POST',
          headers: {
            Origin: stage().server.issuer,
            'Sec-Fetch-Site': 'same-origin',
            'Content-Type': 'multipart/form-data; boundary=b',
          },
          body: '--b\r\nContent-Disposition: form-data; name="users"; filename="u"\r\n\r\n{}\r\n--b--\r\n',
        });
      const { visitor } = await stage().operator('viewer');
      for (const sender of [stage().visitor(), visitor]) expect((await post(sender)).status).toBe(404);
      expect(await stage().prisma.job.count({ where: { status: 'pending' } })).toBe(0);
    });

    it.each(everyView)(
      'has nothing that axe objects to in any view of one: %s',
      { timeout: 120_000 },
      async (_, viewer) => {
        const operator = await stage().operator('owner');
        const { page, profile } = await openPage(stage(), operator.visitor, viewer);
        const id = await stage().user(`${randomUUID()}@acme.test`);
        const { id: job } = await stage().prisma.job.findFirstOrThrow({ where: { type: 'users_import' } });
        const user = `/console/users/${encodeURIComponent(id)}`;
        for (const path of [
          '/console/users?q=zzzz',
          '/console/users?q=name:',
          `/console/users/import/${job}`,
          user,
          ...['metadata', 'sessions', 'messages', 'log', 'link'].map((each) => `${user}/${each}`),
          `${user}/link?with=${encodeURIComponent(id)}`,
        ]) {
          await page.goto(stage().server.issuer + path);
          await page.waitForLoadState('networkidle');
          await expectAccessible(page, path);
          const overflow = await page.evaluate(
            () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
          );
          expect(overflow, `${path} is wider than the screen`).toBe(0);
        }
        await profile.close();
      },
    );

    it('is reached by keyboard: the palette searches, and knows who was looked at', async () => {
      for (const name of ['palette.seen', 'palette.found']) await stage().user(`${name}@acme.test`);
      const { page, profile } = await open('viewer', '/console/users?q=palette.seen');
      await page.getByRole('link', { name: 'palette.seen@acme.test' }).click();
      await page.getByRole('heading', { name: 'palette.seen@acme.test' }).waitFor();
      await page.keyboard.press('Control+k');
      await page.getByRole('dialog').getByRole('combobox').fill('palette.found');
      await page.keyboard.press('Enter');
      await page.waitForURL('**/console/users?q=palette.found');
      await page.getByRole('link', { name: 'palette.found@acme.test' }).waitFor();
      await page.keyboard.press('Control+k');
      await page.getByRole('dialog').getByRole('combobox').fill('palette.s');
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: 'palette.seen@acme.test' }).waitFor();
      await profile.close();
    });

    it('shows a viewer everything, and nothing to change it with', async () => {
      await stage().user('looked.at@acme.test');
      const { page, profile } = await open('viewer', '/console/users');
      expect(await page.getByRole('link', { name: 'Create user' }).count()).toBe(0);
      await page.getByRole('searchbox').fill('looked');
      await page.getByRole('link', { name: 'looked.at@acme.test' }).click();
      await page.getByRole('heading', { name: 'looked.at@acme.test' }).waitFor();
      expect(await page.locator('main form').count()).toBe(0);
      expect(await page.locator('main').getByRole('button', { name: 'Delete' }).count()).toBe(0);
      await profile.close();
    });
  });
}
