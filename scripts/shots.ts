// `npm run shots` writes docs/images/console: every page of the console as an owner sees it, light and dark, the main ones on a
// phone as well, and the pages that people sign in with. Pages are read from the file tree, so that new ones come by themselves.
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
    await take(page, name, look);
  }
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
