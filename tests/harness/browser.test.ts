import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { openProfile, startBrowser, type Viewer } from './browser';

const PAGE = `<!DOCTYPE html><meta name="viewport" content="width=device-width">
<style>:root { color-scheme: light dark }</style><p>plain</p><script>document.querySelector('p').textContent = 'scripted'</script>`;

it('shows a page of loopback in Chromium to every kind of viewer', async () => {
  const server = createServer((_request, response) => {
    response.setHeader('Content-Type', 'text/html').end(PAGE);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const browser = await startBrowser();

  async function look(viewer: Viewer) {
    const profile = await openProfile(browser, viewer);
    const page = await profile.newPage();
    await page.goto(`http://localhost:${(server.address() as AddressInfo).port}/`);
    const width = page.viewportSize()?.width;
    const words = await page.locator('p').textContent();
    const picture = await page.screenshot();
    await profile.close();
    return { width, words, isPicture: picture.subarray(1, 4).toString() === 'PNG' };
  }

  try {
    expect(await look({})).toEqual({ width: 1280, words: 'scripted', isPicture: true });
    const phone = await look({ scripts: false, screen: 'phone', colorScheme: 'dark' });
    expect(phone).toEqual({ width: 360, words: 'plain', isPicture: true });
  } finally {
    await browser.close();
    server.close();
  }
});
