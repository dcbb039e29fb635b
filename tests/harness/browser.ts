// A real Chromium for the tests, from the npm package `@sparticuz/chromium` and driven by `playwright-core`: nothing is
// downloaded but from the npm registry, no system package is needed. `CHROMIUM_PATH` names another one (platforms the
// package has no build for). Knows nothing of our pages.
import { execFile, execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { promisify } from 'node:util';
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium } from 'playwright-core';

const require = createRequire(import.meta.url);

/** How a person looks at the pages. */
export type Viewer = {
  /** `false` is a browser whose owner switched scripts off. Default `true`. */
  scripts?: boolean;
  /** What the system prefers. Default `light`. */
  colorScheme?: 'light' | 'dark';
  /** `phone` is 360 × 740 with touch, `narrow` the 320 px of WCAG 1.4.10. Default `desktop`. */
  screen?: 'desktop' | 'phone' | 'narrow';
  /** BCP 47; sent as `Accept-Language`. Default `en`. */
  locale?: string;
} & Pick<BrowserContextOptions, 'userAgent' | 'extraHTTPHeaders' | 'reducedMotion' | 'forcedColors'>;

const SCREENS = {
  desktop: { viewport: { width: 1280, height: 800 } },
  phone: { viewport: { width: 360, height: 740 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true },
  narrow: { viewport: { width: 320, height: 640 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true },
} satisfies Record<string, BrowserContextOptions>;

/** A closed network answers none of the calls that Chromium makes on its own; they would only cost time. */
const QUIET = [
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * Starts Chromium without a window. Close it when the file is done.
 *
 * @param flags - more of Chromium's own
 *
 * Its own sandbox stays off (Playwright's default): it needs privileges that root and most containers do not have, and
 * the only pages it sees are ours.
 */
export async function startBrowser(flags: readonly string[] = []): Promise<Browser> {
  const { executablePath, env } = await findChromium();
  return chromium.launch({ executablePath, args: [...QUIET, ...flags], env: { ...process.env, ...env } });
}

/** A browser profile of its own (no shared cookies), seen by this viewer. */
export function openProfile(browser: Browser, viewer: Viewer = {}): Promise<BrowserContext> {
  const { scripts = true, colorScheme = 'light', screen = 'desktop', locale = 'en', ...others } = viewer;
  return browser.newContext({
    ...SCREENS[screen],
    javaScriptEnabled: scripts,
    colorScheme,
    locale,
    ...others,
  });
}

type Chromium = { executablePath: string; env: Record<string, string> };

async function findChromium(): Promise<Chromium> {
  const chosen = process.env.CHROMIUM_PATH;
  if (chosen) return { executablePath: chosen, env: {} };
  const folder = await inflate();
  const executablePath = path.join(folder, 'chromium');
  const libraries = path.join(folder, 'al2023', 'lib');
  const env = { FONTCONFIG_FILE: path.join(folder, 'fonts.conf') };
  return {
    executablePath,
    env: lacksLibraries(executablePath) ? { ...env, LD_LIBRARY_PATH: libraries } : env,
  };
}

/**
 * Unpacks the browser (about two seconds and 200 MB, once an installation). It goes beside the packages rather than into
 * the shared temporary folder, where another user's copy could neither be run nor be trusted.
 */
async function inflate(): Promise<string> {
  const entry = require.resolve('@sparticuz/chromium');
  const home = path.resolve(path.dirname(entry), '..', '..');
  const { version } = JSON.parse(await readFile(path.join(home, 'package.json'), 'utf8')) as {
    version: string;
  };
  const cache = path.resolve(home, '..', '..', '.cache');
  const folder = path.join(cache, `chromium-${version}`);
  if (existsSync(folder)) return folder;

  await mkdir(cache, { recursive: true });
  const draft = await mkdtemp(path.join(cache, 'chromium-'));
  // The package writes to TMPDIR, and unpacks the shared libraries only where it believes to run in a Lambda function.
  const env = { ...process.env, TMPDIR: draft, AWS_LAMBDA_JS_RUNTIME: 'nodejs22.x' };
  const script = "import('@sparticuz/chromium').then((chromium) => chromium.default.executablePath())";
  await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], { cwd: home, env });
  await writeFile(path.join(draft, 'fonts.conf'), fontConfiguration(folder));
  try {
    await rename(draft, folder);
  } catch (problem) {
    await rm(draft, { recursive: true, force: true });
    if (!existsSync(folder)) throw problem; // else the other worker was faster
  }
  return folder;
}

/** The system's fonts where there are any, and the one font of the package everywhere. */
function fontConfiguration(folder: string): string {
  const home = folder.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir>${home}/fonts/fonts</dir>
  <cachedir>${home}/fonts-cache</cachedir>
</fontconfig>
`;
}

/** A plain Debian has none of the libraries (NSS and friends) that the package brings along. */
function lacksLibraries(executablePath: string): boolean {
  try {
    return execFileSync('ldd', [executablePath], { encoding: 'utf8' }).includes('not found');
  } catch {
    return true;
  }
}
