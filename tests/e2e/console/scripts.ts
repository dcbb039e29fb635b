// What a page of the console makes people fetch before they can use it.
import type { Page } from 'playwright-core';

/** Of each page, compressed. */
export const SCRIPT_MAX_BYTES = 200_000;

/** Compressed bytes of the scripts that a page asked for: until it had loaded, or until now, with what it fetches at its leisure. */
export function scriptBytes(page: Page, until: 'loaded' | 'now'): Promise<number> {
  return page.evaluate((end) => {
    const [opened] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
    const last = end === 'loaded' ? (opened?.loadEventEnd ?? 0) : Number.POSITIVE_INFINITY;
    return (performance.getEntriesByType('resource') as PerformanceResourceTiming[])
      .filter(({ name, startTime }) => name.endsWith('.js') && startTime <= last)
      .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0);
  }, until);
}
