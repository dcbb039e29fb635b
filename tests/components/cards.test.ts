// The cards as a person and a browser get them: markup, contrast, room, and nothing that moves under a finger.
import { gzipSync } from 'node:zlib';
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, BrowserContext } from 'playwright-core';
import { renderToStaticMarkup } from 'react-dom/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openProfile, startBrowser, type Viewer } from '@/tests/harness/browser';
import { SAMPLE_CARDS } from './sample-cards';
import { type CardShow, compileStyles, showCards } from './show-cards';

const NAMES = Object.keys(SAMPLE_CARDS);
const markupOf = (name: string) => renderToStaticMarkup(SAMPLE_CARDS[name]);
const countOf = (html: string, pattern: RegExp) => [...html.matchAll(pattern)].length;

describe('the markup of every card', () => {
  it.each(NAMES)('%s: one heading, at most one primary button, nothing inline', (name) => {
    const html = markupOf(name);
    expect(countOf(html, /<h1/g)).toBe(1);
    expect(countOf(html, /class="button"/g)).toBeLessThanOrEqual(1);
    expect(html).not.toMatch(/ style="| on[a-z]+="|<script(?![^>]*nonce=)|<style(?![^>]*nonce=)/);
    expect(countOf(html, /autofocus/g), 'one thing takes the focus').toBe(1);
  });

  it('ties what is wrong to the field and says what to do (WCAG 3.3.1)', () => {
    const html = markupOf('code wrong');
    expect(html).toMatch(/<input[^>]*aria-invalid="true"[^>]*aria-describedby="lead code-note"/);
    expect(html).toContain('That code is not right. Check the newest message. 3 tries left.');
    expect(markupOf('code wrong, last try')).toContain('1 try left.');
  });

  it('does not call the field wrong for trouble that is not of the field', () => {
    const html = markupOf('code asked for too early');
    expect(html).not.toContain('aria-invalid');
    expect(html).toContain('Please try again in 14 seconds.');
  });

  it('shows the hint again when a wait is over', () => {
    expect(markupOf('code waited for')).toContain('It works for 10 minutes.');
  });

  it('takes the code in one field that managers, paste and autofill understand (WCAG 1.3.5, 3.3.8)', () => {
    const html = markupOf('code');
    const [input = ''] = html.match(/<input(?![^>]*hidden)[^>]*>/g) ?? [];
    expect(input).toMatch(/type="text" inputMode="numeric" autoComplete="one-time-code"/);
    expect(input).not.toMatch(/maxlength|pattern|required/i);
  });

  it('goes back by a link, which sends nothing', () => {
    expect(markupOf('code')).toContain(
      '<a class="link" href="/identifier" aria-label="Change email address">Change</a>',
    );
  });

  it('keeps what was typed (WCAG 3.3.7)', () => {
    expect(markupOf('identifier malformed')).toContain('value="maria"');
  });

  it('asks about a misspelt domain and lets it through', () => {
    expect(markupOf('identifier misspelt')).toContain('Did you mean gmail.com?');
    expect(markupOf('code to a misspelt address')).toContain('Did you mean gmail.com?');
  });

  it('offers a way back only where one is known', () => {
    expect(markupOf('unknown client')).not.toContain('<a ');
    expect(markupOf('stale, client unknown')).not.toContain('<a ');
    expect(markupOf('unknown address')).toContain('href="https://app.example/"');
  });
});

it('the stylesheet is at most 5 kB compressed', async () => {
  expect(gzipSync(await compileStyles()).length).toBeLessThan(5 * 1024);
});

describe('every card in Chromium', () => {
  let browser: Browser;
  let show: CardShow;
  beforeAll(async () => {
    [browser, show] = await Promise.all([startBrowser(), showCards()]);
  });
  afterAll(async () => {
    await browser?.close();
    show?.close();
  });

  async function withPage<T>(
    viewer: Viewer,
    look: (page: Awaited<ReturnType<BrowserContext['newPage']>>) => Promise<T>,
  ) {
    const profile = await openProfile(browser, viewer);
    try {
      return await look(await profile.newPage());
    } finally {
      await profile.close();
    }
  }

  const VIEWERS: [string, Viewer][] = [
    ['light', {}],
    ['dark', { colorScheme: 'dark' }],
  ];
  it.each(VIEWERS)('has no accessibility violation: %s', { timeout: 120_000 }, async (_name, viewer) => {
    const found = await withPage(viewer, async (page) => {
      const violations: string[] = [];
      for (const card of NAMES) {
        await page.goto(show.addressOf(card));
        const result = await new AxeBuilder({ page }).analyze();
        violations.push(...result.violations.map(({ id, nodes }) => `${card}: ${id} ${nodes[0]?.html}`));
      }
      return violations;
    });
    expect(found).toEqual([]);
  });

  const SCREENS: [string, Viewer, string][] = [
    ['320 px', { screen: 'narrow' }, '100%'],
    ['320 px with text at 200 %', { screen: 'narrow' }, '200%'],
  ];
  it.each(SCREENS)(
    'clips nothing (WCAG 1.4.10, 1.4.12): %s',
    { timeout: 60_000 },
    async (_name, viewer, textSize) => {
      const clipped = await withPage(viewer, async (page) => {
        const tooWide: string[] = [];
        for (const card of NAMES) {
          await page.goto(show.addressOf(card));
          const excess = await page.evaluate((size) => {
            document.documentElement.style.fontSize = size;
            return document.documentElement.scrollWidth - document.documentElement.clientWidth;
          }, textSize);
          if (excess > 0) tooWide.push(`${card}: ${excess} px`);
        }
        return tooWide;
      });
      expect(clipped).toEqual([]);
    },
  );

  const STEPS = ['identifier', 'code'];
  it.each(STEPS)('%s: the button stays where it is when an error appears', async (step) => {
    for (const screen of ['desktop', 'phone', 'narrow'] as const) {
      const tops = await withPage({ screen }, async (page) => {
        const states = NAMES.filter((name) => name.startsWith(step) && !name.includes('misspelt address'));
        const seen = new Set<number | undefined>();
        for (const state of states) {
          await page.goto(show.addressOf(state));
          seen.add((await page.locator('.button').boundingBox())?.y);
        }
        return seen.size;
      });
      expect(tops, screen).toBe(1);
    }
  });

  it('gives every target 44 px of height (WCAG 2.5.8)', async () => {
    const heights = await withPage({ screen: 'phone' }, async (page) => {
      await page.goto(show.addressOf('code branded'));
      return page.$$eval('a, button, input:not([type=hidden])', (all) =>
        all.map((each) => Math.round(each.getBoundingClientRect().height)),
      );
    });
    expect(Math.min(...heights)).toBeGreaterThanOrEqual(44);
  });
});
