// What every page owes its reader, as it stands: axe finds nothing, and nothing is wider than the screen.
import axe from 'axe-core';
import type { BrowserContext, Page } from 'playwright-core';
import { expect } from 'vitest';

type Axe = Pick<typeof axe, 'run'>;

/** Expects that axe objects to nothing. @param where names the page where it does */
export async function expectAccessible(page: Page, where: string): Promise<void> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() =>
    (globalThis as unknown as typeof globalThis & { axe: Axe }).axe.run(),
  );
  expect(
    violations.map(({ id, nodes }) => `${where} ${id} ${nodes.map(({ html }) => html).join(' ')}`),
  ).toEqual([]);
}

/** The same for each of these pages, and that nothing is wider than the screen. @param origin without its slash */
export async function expectAccessiblePages(
  profile: BrowserContext,
  origin: string,
  paths: readonly string[],
): Promise<void> {
  await lookAtEach(profile, origin, paths, async (page, path) => {
    await expectAccessible(page, path);
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(overflow, `${path} is wider than the screen`).toBe(0);
  });
}

/** Tabs at once: a page is mostly waited for, until it has asked for everything. */
const TABS = 4;

/** Opens each of these pages, a few at a time, and looks at it once it is quiet. */
export async function lookAtEach(
  profile: BrowserContext,
  origin: string,
  paths: readonly string[],
  look: (page: Page, path: string) => Promise<void>,
): Promise<void> {
  const left = [...paths];
  await Promise.all(
    Array.from({ length: TABS }, async () => {
      const page = await profile.newPage();
      for (let path = left.shift(); path !== undefined; path = left.shift()) {
        await page.goto(origin + path);
        await page.waitForLoadState('networkidle');
        await look(page, path);
      }
      await page.close();
    }),
  );
}
