// What every page owes its reader, as it stands: axe finds nothing, and nothing is wider than the screen.
import axe from 'axe-core';
import type { Page } from 'playwright-core';
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

/** The same for each of these pages, opened one after the other. @param origin without its slash */
export async function expectAccessiblePages(
  page: Page,
  origin: string,
  paths: readonly string[],
): Promise<void> {
  for (const path of paths) {
    await page.goto(origin + path);
    await page.waitForLoadState('networkidle');
    await expectAccessible(page, path);
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(overflow, `${path} is wider than the screen`).toBe(0);
  }
}
