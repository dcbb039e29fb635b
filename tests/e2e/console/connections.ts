// Sign-in methods in a browser: set, worded with a live preview, tested; and what became of messages.
import { describe, expect, it } from 'vitest';
import type { Role } from '@/lib/management/roles';
import type { Viewer } from '@/tests/harness/browser';
import { type ConsoleStage, openAs, openPage, pressInDialog } from '@/tests/harness/console';
import { expectAccessiblePages } from './accessible';
import { SCRIPT_MAX_BYTES, scriptBytes } from './scripts';
import { everyView } from './views';

export function describeConnections(stage: () => ConsoleStage): void {
  const open = (role: Role, path: string, viewer: Viewer = {}) => openAs(stage(), { role, path, viewer });
  const find = (strategy: 'email' | 'sms') =>
    stage().prisma.connection.findFirstOrThrow({ where: { strategy } });

  describe('sign-in methods', () => {
    it('are set, and a wrong value is explained beside it', { timeout: 60_000 }, async () => {
      const { id } = await find('sms');
      const { page, profile } = await open('editor', `/console/connections/${id}`);
      await page.getByText('messages land in the inbox of this server').waitFor();
      await page.getByLabel('Digits of a code').fill('3');
      const save = page.locator('form', { has: page.getByLabel('Digits of a code') }).getByRole('button');
      await save.click();
      await page.getByText('Must be a whole number from 4 to 10.').waitFor();
      await page.getByLabel('Digits of a code').fill('8');
      await save.click();
      await page.getByText('Saved').first().waitFor();
      await page.getByLabel('Countries it may text').fill('DE\nZZ');
      const delivery = page.locator('form', { has: page.getByLabel('Countries it may text') });
      await delivery.getByRole('button').click();
      await page.getByText('Entry 2: Must be the two capital letters of a country').waitFor();
      await page.getByLabel('Countries it may text').fill('DE\nFR');
      await delivery.getByRole('button').click();
      await expect
        .poll(async () => (await find('sms')).options)
        .toMatchObject({ totp: { length: 8 }, countries: ['DE', 'FR'] });

      await page.getByLabel('Currency of the price list').fill('eur');
      await page.getByLabel('Price list', { exact: true }).fill('DE cheap');
      await delivery.getByRole('button').click();
      await page.getByText('Must be a number.').waitFor();
      await page.getByLabel('Price list', { exact: true }).fill('de 0.08\nFR 0,09');
      await delivery.getByRole('button').click();
      await expect
        .poll(async () => (await find('sms')).options)
        .toMatchObject({ prices: { currency: 'EUR', by_country: { DE: 0.08, FR: 0.09 } } });

      await page.goto(`${stage().server.issuer}/console/connections/${id}/message`);
      await page.getByText('About €0.08 (Germany), €0.09 (France).').waitFor();
      await page.getByLabel('Send it to').fill('+1 202 555 0123');
      await page.getByRole('button', { name: 'Send', exact: true }).click();
      await page.getByText('Is in a country that the connection does not text.').waitFor();
      await page.getByLabel('Send it to').fill('+49 151 12345678');
      await page.getByRole('button', { name: 'Send', exact: true }).click();
      await page.getByText('it landed in the inbox').first().waitFor();
      await profile.close();
    });

    it('MGT-4: have a mail server named, whose password is shown to nobody', {
      timeout: 60_000,
    }, async () => {
      const { id } = await find('email');
      const { page, profile } = await open('editor', `/console/connections/${id}`);
      await page.getByText('The environment of the server names who sends').waitFor({ state: 'detached' });
      const form = page.locator('form', { has: page.getByLabel('Host', { exact: true }) });
      await form.getByLabel('Host', { exact: true }).fill('no host!');
      await form.getByRole('button', { name: 'Save' }).click();
      await page.getByText('Must be the name of a host.').waitFor();
      await form.getByLabel('Host', { exact: true }).fill('smtp.acme.test');
      await form.getByLabel('User name').fill('latchkey');
      await form.getByRole('button', { name: 'Save' }).click();
      await page.getByText('Must be there.').waitFor();
      await form.getByLabel('Password').fill('acme-mail-password');
      await form.getByRole('button', { name: 'Save' }).click();
      // What the environment names comes first, and here it does.
      await page.getByText('The environment of the server names who sends').waitFor();
      await page.reload();
      expect(await form.getByLabel('Host', { exact: true }).inputValue()).toBe('smtp.acme.test');
      expect(await page.content()).not.toContain('acme-mail-password');
      await page.getByRole('button', { name: 'Remove it' }).click();
      await pressInDialog(page, 'Remove it');
      await expect.poll(() => form.getByLabel('Host', { exact: true }).inputValue()).toBe('');
      await profile.close();
    });

    it('show the words of a message while they are written, and save them', { timeout: 60_000 }, async () => {
      const { id } = await find('email');
      const { page, profile } = await open('editor', `/console/connections/${id}/message`);
      const frame = page.frameLocator('iframe');
      await frame.getByText('window where you asked for it').waitFor();
      await page.locator('.cm-editor').waitFor();
      await page.getByLabel('Subject').fill('{{ code }} opens {{ application.name }}');
      await page.getByText('opens Acme').waitFor();
      await page.getByLabel('Body, in HTML').fill('<p>Hello, nothing here</p>');
      await page.getByText('shows nothing to sign in with').waitFor();
      await page
        .getByLabel('Body, in HTML')
        .fill('<p style="color: #123456">Your code is</p><p>{{ code }}</p><p>{{ link }}</p>');
      await page.getByText('shows nothing to sign in with').waitFor({ state: 'detached' });
      await frame.getByText('Your code is').waitFor();
      // In a sandbox of its own, with the styles of an e-mail.
      expect(await frame.getByText('Your code is').evaluate((node) => getComputedStyle(node).color)).toBe(
        'rgb(18, 52, 86)',
      );
      await page.getByRole('button', { name: 'Save' }).click();
      await expect
        .poll(async () => (await find('email')).options)
        .toMatchObject({ email: { subject: '{{ code }} opens {{ application.name }}' } });

      await page.getByLabel('Send it to').fill('ann@acme.test');
      await page.getByRole('button', { name: 'Send', exact: true }).click();
      await page.getByText('Sent to ann@acme.test by smtp').first().waitFor();
      expect((await stage().post.waitForMessage('ann@acme.test')).subject).toContain('opens Test');

      await page.getByLabel('Subject').fill('');
      await page.getByLabel('Body, in HTML').press('Control+a');
      await page.keyboard.press('Delete');
      await page.getByRole('button', { name: 'Save' }).click();
      await expect
        .poll(async () => (await find('email')).options)
        .toMatchObject({ email: { subject: null, body: null } });
      await profile.close();
    });

    it('have words that are written in an editor, which the page does not wait for', {
      timeout: 60_000,
    }, async () => {
      const { id } = await find('email');
      const path = `/console/connections/${id}/message`;
      const { page, profile, visitor } = await open('editor', '/console');
      const complaints: string[] = [];
      profile.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
      // What comes after the page is held back until somebody has begun to write.
      const { written, letGo } = untilWritten();
      await page.route('**/*.js', async (route) => {
        const isLoaded = await page.evaluate(() => document.readyState === 'complete').catch(() => false);
        if (isLoaded) await written;
        await route.continue();
      });
      await page.goto(stage().server.issuer + path);
      expect(await scriptBytes(page, 'now')).toBeLessThan(SCRIPT_MAX_BYTES);
      const body = page.getByLabel('Body, in HTML');
      const saved = await body.inputValue();
      await body.fill('<p>Begun early</p>');
      letGo();
      await page.locator('.cm-editor').waitFor();
      expect(await body.textContent()).toBe('<p>Begun early</p>');
      expect(await body.evaluate((editor) => editor === document.activeElement)).toBe(true);
      expect(await scriptBytes(page, 'now')).toBeGreaterThan(SCRIPT_MAX_BYTES);

      await page.keyboard.press('Control+End');
      await page.getByText('Variables').first().click();
      await page.getByRole('button', { name: '{{ code }}' }).click();
      await page.keyboard.type(' is it');
      expect(await body.textContent()).toBe('<p>Begun early</p>{{ code }} is it');
      await page.getByLabel('Subject').fill('Code: ');
      await page.getByRole('button', { name: '{{ code }}' }).click();
      expect(await page.getByLabel('Subject').inputValue()).toBe('Code: {{ code }}');

      // Tab is the editor's, until Escape says otherwise.
      await body.fill('{% if code %}');
      await page.keyboard.press('Tab');
      expect(await body.textContent()).toMatch(/^ +\{% if code %\}$/);
      await page.keyboard.press('Escape');
      await page.keyboard.press('Tab');
      expect(await body.evaluate((editor) => editor === document.activeElement)).toBe(false);
      await page.getByRole('button', { name: 'Save' }).click();
      await page.locator('.cm-content[aria-invalid="true"]').waitFor();
      expect(await body.evaluate((editor) => editor === document.activeElement)).toBe(true);

      await body.fill('<p>{{ code }} {{ link }}</p>');
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByRole('button', { name: 'Undo' }).click();
      await expect
        .poll(async () => JSON.stringify((await find('email')).options))
        .not.toContain('{{ code }} {{ link }}');
      await expect.poll(() => body.textContent()).toBe(saved);
      expect(complaints).toEqual([]);
      await profile.close();

      const without = await openPage(stage(), visitor, { scripts: false });
      await without.page.goto(stage().server.issuer + path);
      expect(await without.page.getByLabel('Body, in HTML').evaluate(({ tagName }) => tagName)).toBe(
        'TEXTAREA',
      );
      await without.profile.close();
    });

    it('keep what is written before the scripts of the page are there, and the cursor', {
      timeout: 60_000,
    }, async () => {
      const { id } = await find('email');
      const { page, profile } = await open('editor', '/console');
      const visit = async (path: string, writeEarly: () => Promise<void>) => {
        const { written, letGo } = untilWritten();
        await page.route('**/*.js', async (route) => {
          await written;
          await route.continue();
        });
        await page.goto(stage().server.issuer + path, { waitUntil: 'commit' });
        await writeEarly();
        letGo();
        await page.waitForLoadState('networkidle');
        await page.unroute('**/*.js');
      };
      const body = page.getByLabel('Body, in HTML');
      const countries = page.getByLabel('Countries it may text');
      const words = `/console/connections/${id}/message`;
      await visit(words, () => page.getByLabel('Subject').fill('{{ code }} begun early'));
      await page.getByText('begun early').waitFor();
      await visit(words, () => body.fill('<p>Begun early, {{ code }}</p>'));
      await page.locator('.cm-editor').waitFor();
      expect(await body.textContent()).toBe('<p>Begun early, {{ code }}</p>');
      await page.frameLocator('iframe').getByText('Begun early').waitFor();

      const sms = await find('sms');
      const options = { ...(sms.options as object), countries: ['DE', 'FR'] };
      await stage().prisma.connection.update({ where: { id: sms.id }, data: { options } });
      const path = `/console/connections/${sms.id}`;
      await visit(path, () => countries.fill('FR'));
      expect(await countries.inputValue()).toBe('FR');
      await visit(path, async () => {
        await countries.click();
        await page.keyboard.press('Control+End');
        await page.keyboard.press('ArrowLeft');
      });
      await page.keyboard.type('!');
      expect(await countries.inputValue()).toBe('DE\nF!R');
      await profile.close();
    });

    it('keep what is written while an answer is on its way', { timeout: 60_000 }, async () => {
      const { id } = await find('email');
      const { page, profile } = await open('editor', `/console/connections/${id}/message`);
      const body = page.getByLabel('Body, in HTML');
      await page.locator('.cm-editor').waitFor();
      await body.fill('<p>{{ code }} {{ link }}</p>');
      const { written, letGo } = untilWritten();
      await page.route(page.url(), async (route) => {
        const answer = await route.fetch();
        await written;
        await route.fulfill({ response: answer });
      });
      await page.getByRole('button', { name: 'Save' }).click();
      await expect
        .poll(async () => JSON.stringify((await find('email')).options))
        .toContain('{{ code }} {{ link }}');
      await body.press('Control+a');
      await page.keyboard.press('Delete');
      letGo();
      await page.getByText('Saved').first().waitFor();
      await page.unrouteAll({ behavior: 'wait' });
      expect(await body.textContent()).toBe('');
      await page.getByRole('button', { name: 'Save' }).click();
      await expect.poll(async () => (await find('email')).options).toMatchObject({ email: { body: null } });
      await profile.close();
    });

    it('tell what became of a message, and name nobody', async () => {
      const { page, profile, address } = await open('viewer', '/console/messages');
      const message = page.locator('main').getByRole('listitem').first();
      await message.getByText('Sign-in', { exact: false }).first().click();
      await message.getByText('SMTP took it').waitFor();
      expect(await page.locator('main').textContent()).not.toContain(address);

      // By the whole address, which is in the page's own.
      await page.getByRole('searchbox').fill('nobody@');
      await page.getByText('Write the whole address').waitFor();
      await page.getByRole('searchbox').fill('nobody@acme.test');
      await page.getByText('No message to that recipient').waitFor();
      await page.getByRole('searchbox').fill(address);
      await page.waitForURL((url) => url.searchParams.get('to') === address);
      await page.getByText('No message to that recipient').waitFor({ state: 'detached' });
      expect(await page.locator('main').getByRole('listitem').count()).toBeGreaterThan(0);
      await profile.close();
    });

    it.each(everyView)('are shown so that axe finds nothing: %s', { timeout: 120_000 }, async (_, viewer) => {
      const { profile } = await open('owner', '/console/connections', viewer);
      const ids = [(await find('email')).id, (await find('sms')).id];
      const views = ids.flatMap((id) => [`/console/connections/${id}`, `/console/connections/${id}/message`]);
      await expectAccessiblePages(profile, stage().server.issuer, views);
      await profile.close();
    });
  });
}

/** What is held back waits for `written`, until it is let go. */
function untilWritten() {
  let letGo = () => {};
  const written = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  return { written, letGo: () => letGo() };
}
