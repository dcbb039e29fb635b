// The look of the login in a browser: made beside its own pages, kept, taken back.
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { type ConsoleStage, openAs, openPage } from '@/tests/harness/console';
import { expectAccessible } from './accessible';

/** As Auth0 writes it. */
const CLIENT_NAME = `$${'{clientName}'}`;

/** What an operator, or who got hold of one, may try: to cover the card, to change what it says, to send people elsewhere. */
const HOSTILE_PAGE = `<!DOCTYPE html>
<html>
  <head>{%- auth0:head -%}<style>
    .cover { position: fixed; inset: 0; z-index: 999; opacity: 0.9; }
    .way { opacity: 0.5; z-index: -1; position: relative; transform: scale(1); filter: blur(0);
      animation: rise 1s infinite alternate; }
    @keyframes rise { from { opacity: 0.4; translate: 1px } to { opacity: 0.5; translate: 0 } }
    html { -webkit-text-security: disc; }
    h1, .card, .card *, [class] h1 { display: none !important; }
    h1::after, .heading::after { content: 'Send your code to 12345'; }
    :root, body { --color-card: red; color: red; pointer-events: none; }
  </style></head>
  <body>
    <div class="way"><div class="way">{%- auth0:widget -%}</div></div>
    <a class="cover" href="https://example.com/">Elsewhere</a>
  </body>
</html>`;

export function describeBranding(stage: () => ConsoleStage): void {
  const shownFrame = (page: Page) => page.frameLocator('iframe[data-front]');
  const styleOf = (page: Page, selector: string, name: 'backgroundColor' | 'borderRadius') =>
    shownFrame(page)
      .locator(selector)
      .first()
      .evaluate((node, property) => getComputedStyle(node)[property as 'borderRadius'], name);
  const colorOf = (page: Page, selector: string) => styleOf(page, selector, 'backgroundColor');

  describe('the look of the login', () => {
    it('is seen on its own pages while it is typed, and kept when it is saved', {
      timeout: 60_000,
    }, async () => {
      const { page, profile } = await openAs(stage(), { role: 'editor', path: '/console/branding' });
      await shownFrame(page)
        .getByRole('heading', { name: /^Sign in to/, includeHidden: true })
        .waitFor();
      const primary = page.getByLabel('Button colour', { exact: true });
      await primary.fill('#f0f0f0');
      await page.getByText('hardly stands out from the light card: 1.1:1').waitFor();
      await expect.poll(() => colorOf(page, '.button')).toBe('rgb(240, 240, 240)');
      await page.getByRole('button', { name: /stands out on both/ }).click();
      await page.getByText('hardly stands out').waitFor({ state: 'detached' });
      await primary.fill('#12');
      await page.getByText('Must be one colour such as #0a5fd9.').waitFor();
      await primary.fill('#0a5fd9');
      await page.getByText('Must be one colour').waitFor({ state: 'detached' });

      await page.getByRole('button', { name: 'Pill' }).click();
      await expect.poll(() => styleOf(page, '.button', 'borderRadius')).toBe('999px');
      await page.getByRole('group', { name: 'Card' }).getByLabel('Radius').fill('51');
      await page.getByText('Must be a number from 0 to 50.').waitFor();
      await page.getByRole('group', { name: 'Card' }).getByLabel('Radius').fill('2');
      await expect.poll(() => styleOf(page, '.card', 'borderRadius')).toBe('2px');

      await page.getByLabel('Dark').check();
      await expect.poll(() => colorOf(page, '.card')).toBe('rgb(23, 24, 27)');
      await page.getByLabel('Phone', { exact: true }).check();
      await page.getByRole('combobox', { name: 'Language' }).selectOption('ar');
      await expect.poll(() => shownFrame(page).locator('html').getAttribute('dir')).toBe('rtl');
      await page.getByRole('combobox', { name: 'Page' }).selectOption('Code, wrong');
      await shownFrame(page).locator('[aria-invalid]').waitFor();
      await expectAccessible(page, 'a look that is being made');

      const visitor = stage().visitor();
      const openLogin = async () => visitor.submit(await visitor.open('/demo'), { press: 'Sign in' });
      expect((await openLogin()).html).not.toContain('--brand:');
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByText('the login shows it now').first().waitFor();
      expect((await openLogin()).html).toMatch(/--brand:#0a5fd9.*--radius-card:2px;--radius-button:999px/);

      await page.getByRole('button', { name: 'Back to the plain look' }).click();
      await page.getByRole('button', { name: 'Take them off' }).click();
      await page.getByText('has the plain look again').first().waitFor();
      await expect.poll(() => primary.inputValue()).toBe('');
      await profile.close();
    });

    it('is a page of the operator’s around the card, which it neither reaches nor covers', {
      timeout: 60_000,
    }, async () => {
      const path = '/console/branding/template';
      const { page, profile } = await openAs(stage(), { role: 'editor', path });
      const code = page.getByLabel('Document', { exact: true });
      await page.locator('.cm-editor').waitFor();
      await code.fill('<html>{%- auth0:head -%}\n<p onclick="x">Hi</p>{%- auth0:widget -%}</html>');
      await page.getByText('Line 2: may hold no onclick on <p>: nothing here runs.').waitFor();
      await page.getByRole('button', { name: 'Two columns' }).click();
      await page.getByText('Line 2:').waitFor({ state: 'detached' });
      await shownFrame(page).locator('.own-columns .card').waitFor();
      await page.getByRole('combobox', { name: 'Language' }).selectOption('ar');
      await expect.poll(() => shownFrame(page).locator('html').getAttribute('dir')).toBe('rtl');
      await shownFrame(page).locator('.own-columns .card').waitFor();
      await expectAccessible(page, 'a page template that is being written');

      const visitor = stage().visitor();
      const openLogin = async () => visitor.submit(await visitor.open('/demo'), { press: 'Sign in' });
      const plain = (await openLogin()).html;
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByText('the login shows it now').first().waitFor();
      const { page: login, profile: stranger } = await openPage(stage(), stage().visitor());
      await login.goto(`${stage().server.issuer}/demo`);
      await login.getByRole('button', { name: 'Sign in', exact: true }).click();
      await login.waitForURL('**/identifier');
      await login.locator('.own-columns .card').waitFor();
      await expectAccessible(login, 'a login within a page template');
      const identifierPage = login.url();
      await login.getByRole('textbox').first().fill('in.a.template@acme.test');
      await login.getByRole('button', { name: 'Continue' }).click();
      // What is said aloud alone has nothing to be seen on.
      const status = login.getByRole('status').filter({ has: login.locator('.sr-only') });
      await status.waitFor({ state: 'attached' });
      expect(await status.evaluate((node) => getComputedStyle(node).backgroundColor)).toBe(
        'rgba(0, 0, 0, 0)',
      );
      await login.goto(identifierPage);

      await code.fill(HOSTILE_PAGE);
      await page.getByRole('button', { name: 'Save' }).click();
      await expect.poll(async () => (await openLogin()).html).toContain('own-cover');
      await page.reload();
      expect(await page.locator('textarea').inputValue()).toBe(HOSTILE_PAGE);
      await login.reload();
      const cover = login.locator('.own-cover');
      expect(await cover.evaluate((node) => getComputedStyle(node).position)).toBe('fixed');
      const inherited = await login
        .locator('.page')
        .evaluate((node) => getComputedStyle(node).getPropertyValue('-webkit-text-security'));
      expect(inherited).toBe('none');
      // A press that lands on anything but the button fails.
      await login.getByRole('textbox').first().fill('somebody at acme');
      await login.getByRole('button', { name: 'Continue' }).click();
      await login.locator('[aria-invalid=true]').waitFor();
      const heading = login.getByRole('heading', { level: 1 });
      expect(await heading.evaluate((node) => getComputedStyle(node).display)).toBe('block');
      expect(await heading.evaluate((node) => getComputedStyle(node, '::after').content)).toBe('none');

      await stranger.close();
      await page.getByRole('button', { name: 'Back to our page' }).click();
      await page.getByRole('button', { name: 'Take it off' }).click();
      await page.getByText('has our page again').first().waitFor();
      const drawn = /nonce="[^"]*"|login\/[\w-]+|value="[\w-]+"/g;
      expect((await openLogin()).html.replaceAll(drawn, '')).toBe(plain.replaceAll(drawn, ''));
      await profile.close();
    });

    it('has words of the operator’s, read on the page while they are written', {
      timeout: 60_000,
    }, async () => {
      const path = '/console/branding/words?of=login-id&in=de';
      const { page, profile } = await openAs(stage(), { role: 'editor', path });
      const heading = page.getByLabel('Heading', { exact: true });
      expect(await heading.getAttribute('placeholder')).toContain(CLIENT_NAME);
      await heading.fill(`Moin bei $${'{wrong}'}`);
      await page.getByText(`May hold no placeholder but ${CLIENT_NAME}.`).waitFor();
      await heading.fill(`Moin bei ${CLIENT_NAME}`);
      await shownFrame(page).getByText('Moin bei Acme').waitFor();
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByText('the login shows it now').first().waitFor();
      await page.reload();
      expect(await heading.inputValue()).toBe(`Moin bei ${CLIENT_NAME}`);
      await page.getByRole('button', { name: 'Back to our words' }).click();
      await page.getByRole('button', { name: 'Take them off' }).click();
      await page.getByText('has our words again').first().waitFor();
      await profile.close();
    });

    it('FRM-1, ADM-2: is previewed for operators in frames of ours, and nowhere else', async () => {
      const { visitor } = await stage().operator('viewer');
      const framed = { 'Sec-Fetch-Site': 'same-origin', 'Sec-Fetch-Dest': 'iframe' };
      const preview = (headers: Record<string, string>, by = visitor) =>
        by.send('/console/branding/preview?screen=identifier&login-id/title=Call%20us', { headers });
      const shown = await preview(framed);
      expect(shown.status).toBe(200);
      const policy = shown.headers.get('content-security-policy') ?? '';
      expect(policy).toContain("frame-ancestors 'self'");
      expect(policy).not.toContain('script-src');
      expect(await shown.text()).not.toContain('<script');
      for (const headers of [
        {},
        { ...framed, 'Sec-Fetch-Dest': 'document' },
        { ...framed, 'Sec-Fetch-Site': 'cross-site' },
        { ...framed, 'Sec-Fetch-Site': 'same-site' },
      ] as Record<string, string>[])
        expect((await preview(headers)).status).toBe(404);
      expect((await preview(framed, stage().visitor())).status).toBe(404);
      // A look is what it says, and no more.
      const hostile = new URLSearchParams({
        'font.url': "https://evil.test/f.woff2);}body{display:none}@font-face{src:url('x",
        'colors.primary': '#fff;}body{display:none',
        prompt: 'login-id',
        'login-id/title': '<img src=x onerror=alert(1)>',
      });
      const html = await (
        await visitor.send(`/console/branding/preview?${hostile}`, { headers: framed })
      ).text();
      expect(html).not.toMatch(/\{display:none|<img/);
    });
  });
}
