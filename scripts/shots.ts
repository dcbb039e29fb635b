// `npm run shots` writes docs/images/console: every page of the console as an owner sees it, light and dark, the main ones on a
// phone as well, what a press opens, and the pages that people sign in with. Pages are read from the file tree, so that new ones
// come by themselves.
// It starts a server of its own with people and figures in it (scripts/shots/demo.ts), and stops it.
import { mkdir, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { BrowserContext, Page } from 'playwright-core';
import sharp from 'sharp';
import { openProfile, startBrowser } from '@/tests/harness/browser';
import { type Demo, startDemo } from './shots/demo';
import { consolePages } from './shots/pages';

const FOLDER = fileURLToPath(new URL('../docs/images/console/', import.meta.url));
/** Of a picture; beyond, nobody reads it. */
const HEIGHT_MAX = 2_000;
/** WebP's, of 100: letters stay sharp. */
const QUALITY = 72;
/** Shown on a phone as well. */
const ON_PHONE = [
  'overview',
  'applications',
  'users',
  'users-user',
  'logs',
  'messages',
  'log-streams',
  'connections-connection',
];

/** Who tries an application. */
const TRYING = 'ada@acme.test';

/** What somebody is writing. */
const TEMPLATE = `<h1>Your code for {{ application.name }}</h1>
{% if send == "code" %}
  <p>Type <b>{{ code }}</b> where you signed in.</p>
{% else %}
  <p><a href="{{ link }}">Sign in</a>, or type <b>{{ code }}</b>.</p>
{% endif %}
<p>You asked for it as {{ email }}.</p>`;

type Look = Readonly<{ scheme: 'light' | 'dark'; screen: 'desktop' | 'phone' }>;

const LOOKS: readonly Look[] = [
  { scheme: 'light', screen: 'desktop' },
  { scheme: 'dark', screen: 'desktop' },
  { scheme: 'light', screen: 'phone' },
];

await rm(FOLDER, { recursive: true, force: true });
await mkdir(FOLDER, { recursive: true });
const demo = await startDemo();
const browser = await startBrowser();
try {
  for (const look of LOOKS) {
    const profile = await openProfile(browser, { colorScheme: look.scheme, screen: look.screen });
    await profile.addCookies(demo.cookies());
    await showConsole(profile, look);
    await profile.close();
    await showLogin(await openProfile(browser, { colorScheme: look.scheme, screen: look.screen }), look);
  }
  // Last, because a login that was tried leaves something of itself on other pages.
  for (const look of LOOKS.filter(({ screen }) => screen === 'desktop')) {
    const profile = await openProfile(browser, { colorScheme: look.scheme, screen: look.screen });
    await profile.addCookies(demo.cookies());
    await showPresses(profile, look);
    await profile.close();
  }
} finally {
  await browser.close();
  await demo.stop();
}

async function showConsole(profile: BrowserContext, look: Look): Promise<void> {
  const page = await profile.newPage();
  for (const { name, path } of consolePages(demo.named)) {
    if (look.screen === 'phone' && !ON_PHONE.includes(name)) continue;
    await page.goto(demo.issuer + path);
    await page.waitForLoadState('networkidle');
    if (name === 'connections-connection-message') await writeTemplate(page);
    await take(page, name, look);
  }
}

/** In the editor, with what comes of it beside it; nothing is saved. */
async function writeTemplate(page: Page): Promise<void> {
  await page.locator('.cm-content').fill(TEMPLATE);
  await page.frameLocator('iframe').getByText('Your code for').waitFor();
}

/** What is no page of its own: the palette, the login in Arabic, a login that was tried, an address where nothing is. */
async function showPresses(profile: BrowserContext, look: Look): Promise<void> {
  const page = await profile.newPage();
  const visit = async (path: string) => {
    await page.goto(demo.issuer + path);
    await page.waitForLoadState('networkidle');
  };
  await visit('/console/users');
  await page.keyboard.press('Control+k');
  await page.getByRole('dialog').getByRole('combobox').fill('ap');
  await take(page, 'palette', look);

  await visit('/console/branding');
  await page.getByLabel(look.scheme === 'dark' ? 'Dark' : 'Light', { exact: true }).check();
  await page.getByLabel('Phone', { exact: true }).check();
  await page.getByRole('combobox', { name: 'Language' }).selectOption('ar');
  const shown = page.frameLocator('iframe[data-front]');
  await shown.locator('html[dir="rtl"]').waitFor({ state: 'attached' });
  await take(page, 'branding-right-to-left', look);

  await visit(`/console/applications/${demo.named.client_id}/try`);
  const allow = page.getByRole('button', { name: 'Allow the console’s page' });
  if (await allow.isVisible()) await allow.click();
  const begin = page.getByRole('button', { name: 'Try it' });
  const [tab] = await Promise.all([profile.waitForEvent('page'), begin.click()]);
  await tab.waitForURL('**/identifier');
  await tab.getByRole('textbox').first().fill(TRYING);
  await tab.getByRole('button', { name: 'Continue' }).click();
  await tab.waitForURL('**/code');
  // The last digit sends it.
  await tab
    .getByRole('textbox')
    .first()
    .fill(await demo.codeFor(TRYING));
  await tab.waitForURL('**/try');
  await tab.getByText('Signed in', { exact: true }).waitFor();
  await tab.waitForLoadState('networkidle');
  await take(tab, 'tried-login', look);
  await tab.close();

  await visit('/console/nothing');
  await take(page, 'absent', look);
  await page.close();
}

/** The way of somebody who signs in to the demo application. */
async function showLogin(profile: BrowserContext, look: Look): Promise<void> {
  const page = await profile.newPage();
  await page.goto(`${demo.issuer}/console/sign-in`);
  await take(page, 'sign-in', look);
  await page.goto(`${demo.issuer}/demo`);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.waitForURL('**/identifier');
  await take(page, 'login-identifier', look);
  const address = `${look.scheme}.${look.screen}@acme.test`;
  await page.getByRole('textbox').first().fill(address);
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.waitForURL('**/code');
  await take(page, 'login-code', look);
  // The last digit sends it.
  await page
    .getByRole('textbox')
    .first()
    .fill(await wrongCodeFor(demo, address));
  await page.locator('[aria-invalid="true"]').waitFor();
  await take(page, 'login-wrong-code', look);
  await profile.close();
}

async function wrongCodeFor({ codeFor }: Demo, address: string): Promise<string> {
  const code = await codeFor(address);
  return String((Number(code) + 1) % 10 ** code.length).padStart(code.length, '0');
}

/** As tall as what is on it, so that the sidebar reaches down as it does in a window. */
async function take(page: Page, name: string, { scheme, screen }: Look): Promise<void> {
  const before = page.viewportSize() ?? { width: 1280, height: 800 };
  const height = await page.evaluate(() => document.documentElement.scrollHeight);
  await page.setViewportSize({ ...before, height: Math.min(Math.max(height, before.height), HEIGHT_MAX) });
  const picture = await page.screenshot({ animations: 'disabled' });
  await page.setViewportSize(before);
  const suffix = screen === 'phone' ? 'phone' : scheme;
  await sharp(picture).webp({ quality: QUALITY, effort: 6 }).toFile(`${FOLDER}${name}-${suffix}.webp`);
}
