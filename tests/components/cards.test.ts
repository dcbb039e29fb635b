// The cards as a person and a browser get them: markup, contrast, room, and nothing that moves under a finger.
import { gzipSync } from 'node:zlib';
import axe from 'axe-core';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { renderToStaticMarkup } from 'react-dom/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codeNote, identifierNote } from '@/components/problem-note';
import type { Words } from '@/components/words';
import type { Language } from '@/lib/login/languages';
import { wordsOf } from '@/lib/runtime/words';
import { openProfile, startBrowser, type Viewer } from '@/tests/harness/browser';
import { NOW, sampleCards } from './sample-cards';
import { type CardShow, compileStyles, showCards } from './show-cards';

const CARDS = sampleCards('en');
const NAMES = Object.keys(CARDS);
const markupOf = (name: string) => renderToStaticMarkup(CARDS[name]);
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

  it('names e-mail providers only where the domain says so, and opens them beside the page', () => {
    expect(markupOf('both sent to Gmail')).toContain(
      '<a href="https://mail.google.com/" class="text-button" target="_blank" rel="noopener noreferrer">Open Gmail</a>',
    );
    expect(markupOf('both sent')).not.toContain('_blank');
    expect(markupOf('text sent')).not.toContain('_blank');
  });

  it('speaks of signing up to people who are sent to do so, and says that it is the same', () => {
    const html = markupOf('sign-up');
    expect(html).toContain('Create your account with Northwind');
    expect(html).toContain('Have an account already? This also signs you in.');
    expect(html).not.toContain('Sign in to Northwind');
  });

  it('lets yes and no weigh the same, and says whose account it is and where it leads (OpenID Connect Core §3.1.2.4)', () => {
    const html = markupOf('consent');
    const [allow = '', decline = '', ...others] = html.match(/<button[^>]*class="button[^>]*>/g) ?? [];
    expect(allow).toContain('value="allow"');
    expect(decline).toBe(allow.replace('"allow"', '"decline"'));
    expect(others).toEqual([]);
    expect(html).toContain('maria@example.com');
    expect(html).toContain('shop.example.com');
    expect(markupOf('consent to know who it is')).not.toContain('You go on to');
  });

  it('asks for what the connections take, and for a country only where it cannot be known', () => {
    expect(markupOf('identifier')).toMatch(/type="email" autoComplete="username webauthn"/);
    expect(markupOf('phone number')).toMatch(/<select[^>]*name="country"[^>]*autoComplete="country"/);
    expect(markupOf('phone number')).toMatch(/type="tel" autoComplete="tel webauthn"/);
    expect(markupOf('phone of one country')).not.toContain('<select');
    expect(markupOf('either')).not.toContain('<select');
    expect(markupOf('number of no country')).toMatch(/<option value="" selected="">–<\/option>/);
  });

  it('says of a problem with a number what was asked for', () => {
    expect(markupOf('phone number missing')).toContain('Enter your phone number.');
    expect(markupOf('phone number malformed')).toContain('Enter it like \u2066+44 7400 123456\u2069.');
    expect(markupOf('phone number not served')).toContain('We cannot text numbers in Switzerland.');
    expect(markupOf('either missing')).toContain('Enter your email address or phone number.');
  });

  it('does not repeat under the identifier what was wrong with a code, nor the other way round', () => {
    const wrong = { kind: 'code_wrong', triesLeft: 3 } as const;
    const missing = { kind: 'identifier_missing' } as const;
    const t = wordsOf('en') as Words;
    const asking = { channels: ['email'], exampleNumber: '', countryName: String } as const;
    expect(identifierNote(t, wrong, { asking, now: NOW })).toBeNull();
    expect(codeNote(t, missing, NOW)).toBeNull();
  });

  it('sends the form of an opened link by itself only in the browser that asked (MAG-3)', () => {
    expect(markupOf('link opened here')).toContain('data-sends-itself');
    for (const name of NAMES.filter((name) => /elsewhere|^stop/.test(name)))
      expect(markupOf(name), name).not.toMatch(/<form[^>]*data-sends-itself/);
  });

  it('hides the address of a link wherever one is shown (MAG-7)', () => {
    const ofLinks = [
      'link opened here',
      'link opened elsewhere',
      'link used',
      'link expired',
      'link replaced',
      'link broken',
      'stop',
      'stop done',
      'already signed in',
      'signed in on this device',
    ];
    for (const name of ofLinks)
      expect(markupOf(name), name).toContain('data-shown-address="/passwordless/link"');
  });

  it('offers to sign in on this device only where that is allowed (MAG-4)', () => {
    expect(markupOf('link opened elsewhere, may sign in')).toContain('Sign in on this device instead');
    expect(markupOf('link opened elsewhere')).not.toContain('<form');
  });

  it('says as whom a link signs in, before and after (FRM-3)', () => {
    const address = '<bdi class="address" dir="ltr">m***@example.com</bdi>';
    const offer = markupOf('link opened elsewhere, may sign in');
    expect(offer).toContain(`The button signs you in as ${address}.`);
    expect(offer.indexOf(address)).toBeLessThan(offer.indexOf('Sign in on this device instead'));
    expect(markupOf('signed in on this device')).toContain(`You signed in as ${address}.`);
  });

  it('asks for a tick where a link would sign somebody else out (FRM-3)', () => {
    expect(markupOf('link opened elsewhere, may sign in')).not.toContain('type="checkbox"');
    expect(markupOf('link opened elsewhere, another is signed in')).toMatch(
      /<label class="tick"><input type="checkbox" name="confirm"[^>]*>Sign out of the other account<\/label>/,
    );
    const html = markupOf('link opened elsewhere, another without a tick');
    expect(html).toMatch(/<input[^>]*autofocus[^>]*aria-invalid="true"[^>]*aria-describedby="confirm-note"/i);
    expect(html).toContain('Tick the box to sign out of the other account first.');
  });

  it('offers nothing but to stop a sign-in that an application asked for with its own pages', () => {
    expect(markupOf('stop, of an application’s own page')).not.toContain('<a ');
    expect(markupOf('stop')).toContain('Go back');
  });

  it('is in the language of the page, and written the way that is', () => {
    const arabic = renderToStaticMarkup(sampleCards('ar')['link opened elsewhere']);
    expect(arabic).toMatch(/^<html lang="ar" dir="rtl">/);
    expect(arabic).toContain('<p class="relay-code" dir="ltr">');
    expect(renderToStaticMarkup(sampleCards('zh-Hant').code)).toMatch(/^<html lang="zh-Hant" dir="ltr">/);
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
    [browser, show] = await Promise.all([startBrowser(), showCards({ stays: true })]);
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

  const VIEWERS: [string, Viewer, Language, ('light' | 'dark')[]][] = [
    ['light and dark', {}, 'en', ['light', 'dark']],
    ['from the right', { screen: 'phone' }, 'ar', ['light']],
  ];
  it.each(VIEWERS)(
    'has no accessibility violation: %s',
    { timeout: 180_000 },
    async (_name, viewer, language, schemes) => {
      const found = await withPage(viewer, async (page) => {
        const violations: string[] = [];
        for (const card of NAMES) {
          await page.emulateMedia({ colorScheme: 'light' });
          await page.goto(show.addressOf(card, language));
          await page.evaluate(axe.source);
          for (const colorScheme of schemes) {
            await page.emulateMedia({ colorScheme });
            // In the dark it is the same page in other colours.
            const found = await objections(page, colorScheme === 'dark' ? ['color-contrast'] : undefined);
            violations.push(...found.map((objection) => `${card} (${colorScheme}): ${objection}`));
          }
        }
        return violations;
      });
      expect(found).toEqual([]);
    },
  );

  /** What axe, which the page has loaded, says against it: by all of its rules, or by some. */
  const objections = (page: Page, rules?: string[]) =>
    page.evaluate(async (only) => {
      const { run } = (globalThis as unknown as { axe: Pick<typeof axe, 'run'> }).axe;
      const { violations } = await run(only ? { runOnly: only } : {});
      return violations.map(({ id, nodes }) => `${id} ${nodes[0]?.html}`);
    }, rules);

  const SCREENS: [string, Language][] = [
    ['320 px', 'en'],
    ['320 px in long words', 'de'],
    ['320 px from the right', 'ar'],
  ];
  it.each(SCREENS)(
    'clips nothing, with text at 200 % neither (WCAG 1.4.10, 1.4.12): %s',
    { timeout: 60_000 },
    async (_name, language) => {
      const clipped = await withPage({ screen: 'narrow' }, async (page) => {
        const tooWide: string[] = [];
        for (const card of NAMES) {
          await page.goto(show.addressOf(card, language));
          for (const textSize of ['100%', '200%']) {
            const excess = await page.evaluate((size) => {
              document.documentElement.style.fontSize = size;
              return document.documentElement.scrollWidth - document.documentElement.clientWidth;
            }, textSize);
            if (excess > 0) tooWide.push(`${card} at ${textSize}: ${excess} px`);
          }
        }
        return tooWide;
      });
      expect(clipped).toEqual([]);
    },
  );

  const EVERYWHERE = ['desktop', 'phone', 'narrow'] as const;
  // Their longest sentences need a third line on a telephone, which the others do not pay for.
  const WIDE = ['desktop'] as const;
  const STEPS = [
    ['identifier', /^identifier/, EVERYWHERE],
    ['phone number', /^phone number/, WIDE],
    ['address or number', /^either/, WIDE],
    ['code', /^code(?! to)/, EVERYWHERE],
    ['link and code', /^both sent(?! to)/, EVERYWHERE],
    ['link', /^link (sent|not opened)(?! to)/, EVERYWHERE],
    ['stop', /^stop($| without)/, EVERYWHERE],
  ] as const;
  it.each(STEPS)('%s: the button stays where it is when an error appears', async (_step, which, screens) => {
    const states = NAMES.filter((name) => which.test(name));
    expect(states.length).toBeGreaterThan(1);
    for (const screen of screens) {
      const tops = await withPage({ screen }, async (page) => {
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
      return page.$$eval('a, button, select, input:not([type=hidden])', (all) =>
        all
          .filter((each) => each.checkVisibility())
          .map((each) => Math.round(each.getBoundingClientRect().height)),
      );
    });
    expect(Math.min(...heights)).toBeGreaterThanOrEqual(44);
  });
});
