// What axe says of a page as it stands.
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
