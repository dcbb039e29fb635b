// What a person downloads to see the first page: read from a real Chromium with an empty cache.
import type { Request } from 'playwright-core';
import { openProfile, startBrowser } from '@/tests/harness/browser';

/** Bytes are those of the bodies as sent, compressed where the server compresses. */
export type PageWeight = Readonly<{
  /** Answers that were received, redirects not counted. */
  requests: number;
  htmlBytes: number;
  cssBytes: number;
  scriptBytes: number;
  otherBytes: number;
}>;

/** Opens each address in a fresh profile and weighs what came with it. */
export async function weighPages(addresses: readonly string[]): Promise<PageWeight[]> {
  const browser = await startBrowser();
  try {
    const weights: PageWeight[] = [];
    for (const address of addresses) {
      const profile = await openProfile(browser);
      const page = await profile.newPage();
      const finished: Request[] = [];
      page.on('requestfinished', (request) => finished.push(request));
      await page.goto(address, { waitUntil: 'networkidle' });
      weights.push(await weigh(finished));
      await profile.close();
    }
    return weights;
  } finally {
    await browser.close();
  }
}

async function weigh(finished: readonly Request[]): Promise<PageWeight> {
  const received = finished.filter((request) => request.redirectedTo() === null);
  const bodies = await Promise.all(
    received.map(async (request) => ({
      kind: request.resourceType(),
      bytes: (await request.sizes()).responseBodySize,
    })),
  );
  const sum = (some: typeof bodies) => some.reduce((total, { bytes }) => total + bytes, 0);
  const bytesOf = (kind: string) => sum(bodies.filter((body) => body.kind === kind));
  const [htmlBytes, cssBytes, scriptBytes] = [bytesOf('document'), bytesOf('stylesheet'), bytesOf('script')];
  return {
    requests: bodies.length,
    htmlBytes,
    cssBytes,
    scriptBytes,
    otherBytes: sum(bodies) - htmlBytes - cssBytes - scriptBytes,
  };
}
