// The one script of the login pages: comfort that never sends twice, never sends what was not meant, and says little.
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type CardShow, showCards } from '@/tests/components/show-cards';
import { openProfile, startBrowser } from '@/tests/harness/browser';

let browser: Browser;
let show: CardShow;
let page: Page;
const faults: string[] = [];

beforeAll(async () => {
  [browser, show] = await Promise.all([startBrowser(), showCards({ answerAfterMs: 300 })]);
});
afterAll(async () => {
  await browser?.close();
  show?.close();
});

beforeEach(async () => {
  const profile = await openProfile(browser);
  await profile.grantPermissions(['clipboard-read', 'clipboard-write']);
  page = await profile.newPage();
  page.on('pageerror', (fault) => faults.push(fault.message));
  show.takeAnswers();
});
afterEach(async () => {
  await page.context().close();
  expect(faults).toEqual([]);
});

const open = (card: string) => page.goto(show.addressOf(card));
const settle = () => page.waitForTimeout(700);
const codesSent = () => show.takeAnswers().map(({ fields }) => fields.code);

async function paste(text: string): Promise<void> {
  await page.evaluate((words) => navigator.clipboard.writeText(words), text);
  await page.locator('#code').press('Control+v');
}

it('is at most 3 kB compressed, comments and all', () => {
  expect(gzipSync(readFileSync('public/login.js')).length).toBeLessThan(3 * 1024);
  // Only where there are passkeys.
  expect(gzipSync(readFileSync('public/passkeys.js')).length).toBeLessThan(1.5 * 1024);
});

describe('the code', () => {
  const PASTED = [
    ['a space', '482 913'],
    ['a hyphen that does not break', '482\u2011913'],
    ['full-width digits', '４８２９１３'],
    ['Arabic digits', '٤٨٢٩١٣'],
    ['invisible marks', '\u200b482\u00a0913\u200b'],
    ['the whole subject', '482 913 is your Northwind code'],
    ['a sentence around it', 'Your code is 482913. It works until 14:12.'],
  ] as const;
  it.each(PASTED)('is sent once when it was pasted with %s', async (_what, text) => {
    await open('code');
    await paste(text);
    await page.waitForURL(show.addressOf('code wrong'));
    await settle();
    expect(codesSent()).toEqual(['482913']);
  });

  it('is sent once when the browser fills it in', async () => {
    await open('code');
    await page.fill('#code', '482913');
    await page.waitForURL(show.addressOf('code wrong'));
    await settle();
    expect(codesSent()).toEqual(['482913']);
  });

  it('is sent once when it was filled in and the button pressed', async () => {
    await open('code');
    // In one go: after a pause the press would meet the next page.
    await page.evaluate(() => {
      document.querySelector<HTMLInputElement>('#code')?.focus();
      document.execCommand('insertText', false, '482913');
      document.querySelector<HTMLButtonElement>('.button')?.click();
    });
    await page.waitForURL(show.addressOf('code wrong'));
    await settle();
    expect(codesSent()).toEqual(['482913']);
  });

  it('is not sent while it is typed', async () => {
    await open('code');
    await page.locator('#code').pressSequentially('482 913', { delay: 10 });
    await settle();
    expect(codesSent()).toEqual([]);
    expect(await page.inputValue('#code')).toBe('482913');
  });

  it('is not sent by what the browser fills in after a failure, but by a paste', async () => {
    await open('code wrong');
    await page.fill('#code', '111111');
    await settle();
    expect(codesSent()).toEqual([]);
    await page.locator('#code').selectText();
    await paste('482913');
    await page.waitForURL(show.addressOf('code wrong'));
    await settle();
    expect(codesSent()).toEqual(['482913']);
  });

  it('keeps the caret where it was when a space is taken out', async () => {
    await open('code');
    const field = page.locator('#code');
    await field.pressSequentially('4829');
    await field.press('ArrowLeft');
    await field.press('ArrowLeft');
    await field.pressSequentially(' 7');
    expect(await field.inputValue()).toBe('48729');
  });

  it('keeps letters, so that the answer can say what is wrong', async () => {
    await open('code');
    await page.locator('#code').pressSequentially('48x9');
    expect(await page.inputValue('#code')).toBe('48x9');
  });
});

describe('a pressed button', () => {
  it('sends once, keeps its label and its place, and shows that it works', async () => {
    await open('identifier prefilled');
    const before = await page.locator('.button').boundingBox();
    const [sent, button] = await page.evaluate(() => {
      let count = 0;
      document.addEventListener('submit', (event) => {
        if (!event.defaultPrevented) count++;
        event.preventDefault();
      });
      const pressed = document.querySelector<HTMLElement>('.button');
      pressed?.click();
      pressed?.click();
      return [count, pressed?.outerHTML] as const;
    });
    expect(sent).toBe(1);
    expect(button).toBe(
      '<button type="submit" class="button" data-busy="" aria-disabled="true">Continue</button>',
    );
    expect(await page.locator('.button').boundingBox()).toEqual(before);
  });

  it('says that it takes longer after four seconds, and moves nothing', async () => {
    await open('code');
    await page.evaluate(() => document.addEventListener('submit', (event) => event.preventDefault()));
    const before = await page.locator('.text-button').boundingBox();
    await page.click('.button');
    await page.waitForTimeout(3500);
    expect(await page.textContent('[role=status]')).not.toContain('longer');
    await page.waitForTimeout(1000);
    expect(await page.textContent('[role=status]')).toContain('This is taking longer than usual.');
    expect((await page.locator('.text-button').boundingBox())?.y).toBe(before?.y);
  });

  it('can be pressed again when the browser goes back to it', async () => {
    await open('identifier prefilled');
    await page.click('.button');
    await page.waitForURL(show.addressOf('code wrong'));
    await page.goBack();
    expect(await page.getAttribute('.button', 'aria-disabled')).toBeNull();
    expect(await page.inputValue('#identifier')).toBe('maria@example.com');
  });
});

describe('waiting for the message', () => {
  /** The page's questions from now on. */
  function watchAsking(): string[] {
    const asked: string[] = [];
    page.on('request', (request) => request.url().endsWith('/delivery') && asked.push(request.url()));
    return asked;
  }

  async function waitSixSeconds(typed: string): Promise<boolean> {
    await page.clock.install();
    await open('code');
    await page.locator('#code').pressSequentially(typed);
    await page.evaluate(() => Object.assign(window, { sameVisit: true }));
    await page.clock.runFor(6100);
    await page.waitForTimeout(300);
    return page.evaluate(() => 'sameVisit' in window);
  }

  it('looks again when nobody took it', async () => {
    show.deliver('failed');
    expect(await waitSixSeconds('')).toBe(false);
  });

  it('stays while it may still come', async () => {
    show.deliver('under_way');
    expect(await waitSixSeconds('')).toBe(true);
  });

  it('goes on when the link was opened in this browser', async () => {
    show.deliver('proven');
    await page.clock.install();
    await open('both sent');
    await page.clock.runFor(6100);
    await page.waitForURL(show.addressOf('code wrong'));
    expect(show.takeAnswers().map(({ path }) => path)).toEqual(['/finish']);
  });

  it('looks again when the sign-in went on elsewhere', async () => {
    show.deliver('finished');
    expect(await waitSixSeconds('')).toBe(false);
  });

  it('asks at once when somebody comes back to it, and not while nobody looks', async () => {
    const asked = watchAsking();
    show.deliver('under_way');
    await page.addInitScript(() => {
      Object.defineProperty(document, 'hidden', { configurable: true, get: () => 'away' in window });
    });
    await page.clock.install();
    await open('both sent');
    await page.evaluate(() => Object.assign(window, { away: true }));
    await page.clock.runFor(30_000);
    await page.waitForTimeout(300);
    expect(asked).toHaveLength(0);
    await page.evaluate(() => {
      Reflect.deleteProperty(window, 'away');
      document.dispatchEvent(new Event('visibilitychange'));
    });
    await page.waitForTimeout(300);
    expect(asked).toHaveLength(1);
  });

  it('asks less and less often', async () => {
    const asked = watchAsking();
    show.deliver('under_way');
    await page.clock.install();
    await open('both sent');
    for (let second = 0; second < 120; second += 3) {
      await page.clock.runFor(3_000);
      await page.waitForTimeout(20);
    }
    expect(asked.length).toBeGreaterThanOrEqual(4);
    expect(asked.length).toBeLessThanOrEqual(7);
  });

  it('never takes the page from someone who types', async () => {
    show.deliver('failed');
    expect(await waitSixSeconds('482')).toBe(true);
  });
});

describe('an opened link', () => {
  const LINK = 'link opened here';

  it('sends its form by itself, once, and does not say that somebody pressed', async () => {
    await open(LINK);
    await page.waitForURL(show.addressOf('code wrong'));
    await settle();
    expect(show.takeAnswers()).toEqual([
      { path: '/answer', fields: { interaction: 'q83vASNFZ4mrze8BI0VniQ', link: 'AbC' } },
    ]);
  });

  it('says that somebody pressed where scripts are off', async () => {
    const profile = await openProfile(browser, { scripts: false });
    const plain = await profile.newPage();
    await plain.goto(show.addressOf(LINK));
    await plain.click('.button');
    await plain.waitForURL(show.addressOf('code wrong'));
    expect(show.takeAnswers()[0]?.fields).toMatchObject({ link: 'AbC', finish: 'here' });
    await profile.close();
  });

  it.each([
    ['hidden', 'visibilitychange'],
    ['prerendering', 'prerenderingchange'],
  ])('waits until somebody looks at the page: %s (MAG-2)', async (state, event) => {
    await page.addInitScript((name) => {
      Object.defineProperty(document, name, { configurable: true, get: () => !('looked' in window) });
    }, state);
    await open(LINK);
    await settle();
    expect(show.takeAnswers()).toEqual([]);
    await page.evaluate((name) => {
      Object.assign(window, { looked: true });
      document.dispatchEvent(new Event(name));
      document.dispatchEvent(new Event(name));
    }, event);
    await page.waitForURL(show.addressOf('code wrong'));
    expect(show.takeAnswers()).toHaveLength(1);
  });

  it('is not sent again when its answer leads back to it', async () => {
    const { origin } = new URL(show.addressOf(LINK));
    await page.goto(show.addressOf(LINK), { referer: `${origin}/passwordless/link` });
    await settle();
    expect(show.takeAnswers()).toEqual([]);
    await page.click('.button');
    await page.waitForURL(show.addressOf('code wrong'));
  });

  it('leaves the address bar, and its forms still answer to the address as it was (MAG-7)', async () => {
    const address = show.addressOf('stop');
    await page.route(address, async (route) => {
      const body = await (await route.fetch()).text();
      await route.fulfill({ contentType: 'text/html', body: body.replace('action="/answer"', 'action=""') });
    });
    await page.goto(address);
    expect(new URL(page.url()).pathname).toBe('/passwordless/link');
    expect(await page.evaluate(() => history.length)).toBe(2);
    expect(await page.getAttribute('form', 'action')).toBe(address);
  });
});

describe('two tabs of one sign-in', () => {
  const OPENED = 'link opened, signed in';

  async function openBeside(card: string): Promise<Page> {
    const other = await page.context().newPage();
    await other.goto(show.addressOf(card));
    return other;
  }

  it('let the one that waited go on, and the other says that it can be closed', async () => {
    await open('both sent');
    const opened = await openBeside(OPENED);
    await page.waitForURL(show.addressOf('code wrong'));
    await opened.getByText('You can close this page.').waitFor();
    expect(await opened.locator('.button').isVisible()).toBe(false);
    await opened.waitForTimeout(1_200);
    expect(show.takeAnswers().map(({ path }) => path)).toEqual(['/finish']);
    expect(opened.url()).toBe(show.addressOf(OPENED));
  });

  it('go on where the link was opened when nobody waits', async () => {
    const opened = await openBeside(OPENED);
    await opened.waitForTimeout(500);
    expect(show.takeAnswers()).toEqual([]);
    await opened.waitForURL(show.addressOf('code wrong'));
    expect(show.takeAnswers().map(({ path }) => path)).toEqual(['/finish']);
  });

  it('are not taken for two tabs of two sign-ins', async () => {
    await page.route(show.addressOf('both sent'), async (route) => {
      const body = (await (await route.fetch()).text()).replaceAll('q83vASNFZ4mrze8BI0VniQ', 'another');
      await route.fulfill({ contentType: 'text/html', body });
    });
    await open('both sent');
    const opened = await openBeside(OPENED);
    await opened.waitForURL(show.addressOf('code wrong'));
    expect(page.url()).toBe(show.addressOf('both sent'));
    expect(show.takeAnswers()).toHaveLength(1);
  });

  it('do not wait for one that is busy with a code', async () => {
    await open('both sent');
    await page.evaluate(() => document.addEventListener('submit', (event) => event.preventDefault()));
    await page.click('.button');
    const opened = await openBeside(OPENED);
    await opened.waitForURL(show.addressOf('code wrong'));
    expect(show.takeAnswers().map(({ path }) => path)).toEqual(['/finish']);
  });
});

describe('the language', () => {
  it('is sent when it was chosen with a pointer', async () => {
    await open('identifier branded');
    await page.locator('[name=language]').evaluate((select: HTMLSelectElement) => {
      select.value = 'ar';
      select.dispatchEvent(new Event('change', { bubbles: true }));
    });
    await page.waitForURL(show.addressOf('code wrong'));
    expect(show.takeAnswers()).toMatchObject([{ path: '/language', fields: { language: 'ar' } }]);
  });

  it('waits for its button when it is chosen with keys, which pass every language on the way', async () => {
    await open('identifier branded');
    const select = page.locator('[name=language]');
    while (!(await select.evaluate((element) => element === document.activeElement)))
      await page.keyboard.press('Tab');
    await page.keyboard.press('ArrowDown');
    await settle();
    expect(show.takeAnswers()).toEqual([]);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.waitForURL(show.addressOf('code wrong'));
    expect(show.takeAnswers()).toMatchObject([{ fields: { language: 'pt-BR' } }]);
  });

  it('has its button where scripts are off', async () => {
    const profile = await openProfile(browser, { scripts: false });
    const plain = await profile.newPage();
    await plain.goto(show.addressOf('identifier branded'));
    await plain.locator('[name=language]').selectOption('ja');
    await plain.getByRole('button', { name: 'Change language' }).click();
    await plain.waitForURL(show.addressOf('code wrong'));
    expect(show.takeAnswers()).toMatchObject([{ path: '/language', fields: { language: 'ja' } }]);
    await profile.close();
  });
});

describe('asking again', () => {
  it('counts down, speaks at the start and at the end, and can then be pressed', async () => {
    await open('code');
    const again = page.locator('.text-button');
    expect(await again.textContent()).toMatch(/^Send it again in 0:0[23]$/);
    expect(await page.textContent('[role=status]')).toBe('You can ask for another message in 3 seconds.');
    await again.click({ force: true });
    await page.waitForTimeout(3200);
    expect(show.takeAnswers()).toEqual([]);
    expect(await again.textContent()).toBe('Send it again');
    expect(await page.textContent('[role=status]')).toBe('You can ask for another message now.');
    await again.click();
    await page.waitForURL(show.addressOf('code wrong'));
    expect(show.takeAnswers().map(({ path }) => path)).toEqual(['/resend']);
  });
});

it('tells times by the clock of the person', async () => {
  const profile = await browser.newContext({ timezoneId: 'Asia/Tokyo' });
  const elsewhere = await profile.newPage();
  await elsewhere.goto(show.addressOf('code'));
  expect(await elsewhere.textContent('time')).toBe('23:02');
  await profile.close();
});

describe('without scripts', () => {
  it('the field has the focus, the form is sent, and asking again is there', async () => {
    const profile = await openProfile(browser, { scripts: false });
    const plain = await profile.newPage();
    await plain.goto(show.addressOf('code'));
    expect(await plain.textContent('time')).toBe('14:02 UTC');
    expect(await plain.textContent('.text-button')).toBe('Send it again');
    await plain.locator('#code:focus').waitFor();
    await plain.keyboard.type('482 913');
    await plain.keyboard.press('Enter');
    await plain.waitForURL(show.addressOf('code wrong'));
    expect(codesSent()).toEqual(['482 913']);
    await profile.close();
  });
});
