// The words of a login message: what it must say, and what no name, address or header can make it say.
import { describe, expect, it } from 'vitest';
import { composeEmail } from '@/lib/login/compose-message';
import type { LoginMessage } from '@/lib/login/message';
import { describeBrowser } from '@/lib/login/requesting-browser';
import { openProfile, startBrowser } from '@/tests/harness/browser';

const CHROME =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36';

const message: LoginMessage = {
  messageId: 'q83vASNFZ4mrze8BI0VniQ',
  channel: 'email',
  recipient: 'ann@x.test',
  oneTimeCode: '082913',
  language: 'en',
  applicationName: 'Acme Notes',
  reference: 'K7',
  askedAt: new Date('2026-11-20T14:02:31Z'),
  expiresAt: new Date('2026-11-20T14:12:31Z'),
  userAgent: CHROME,
};

const letterhead = { from: 'Acme <login@acme.test>', issuerHost: 'login.acme.test' };
const compose = (changes: Partial<LoginMessage> = {}) =>
  composeEmail({ ...message, ...changes }, 'ann@x.test', letterhead);

describe('what a login message says', () => {
  it('MSG-7: leads with the code in the subject, and repeats it in the preview', () => {
    const email = compose();
    expect(email.subject).toBe('082 913 is your Acme Notes code');
    expect(email.html).toMatch(/<div style="display:none[^>]*>082 913 is your Acme Notes code\./);
  });

  it('MSG-7: says which application, when, from where, how long, and what to do if it was somebody else', () => {
    const { html, text } = compose();
    for (const words of [
      'Your Acme Notes code',
      'Asked for at 14:02 UTC from Chrome on Windows.',
      'Reference K7.',
      'It works for 10 minutes, until 14:12 UTC.',
      'Type it at login.acme.test',
      'Ignore this message',
    ]) {
      expect(html).toContain(words);
      expect(text).toContain(words);
    }
    expect(text).toMatch(/^082913$/m);
  });

  it('MSG-7: holds no link, no image, nothing to load, and stays small', () => {
    const { html, text } = compose();
    expect(html).not.toMatch(/<a\b|<img\b|<link\b|<script\b|https?:|url\(|src=/i);
    expect(text).not.toMatch(/https?:/);
    expect(Buffer.byteLength(html)).toBeLessThan(10_000);
  });

  it('names language and direction, of the catalogue it found', () => {
    expect(compose().html).toContain('<html lang="en" dir="ltr">');
    expect(compose({ language: 'en-GB' })).toMatchObject({ language: 'en' });
    expect(compose({ language: 'tlh' })).toMatchObject({ language: 'en' });
    expect(compose({ language: '__proto__' })).toMatchObject({ language: 'en' });
  });

  it('AVL-5: is the same to the letter each time it is made, so a provider recognises a repeated attempt', () => {
    expect(compose()).toEqual(compose());
    expect(compose().idempotencyKey).toBe('login-message-q83vASNFZ4mrze8BI0VniQ');
  });

  it('never promises more minutes than the code has', () => {
    const almostThree = new Date('2026-11-20T14:05:20Z');
    expect(compose({ expiresAt: almostThree }).text).toContain('It works for 2 minutes, until 14:05 UTC.');
    expect(compose({ expiresAt: new Date('2026-11-20T14:03:31Z') }).text).toContain('for 1 minute,');
  });

  it.each([
    ['4829', '4829'],
    ['48291', '48291'],
    ['482913', '482 913'],
    ['4829137', '4829 137'],
    ['48291375', '4829 1375'],
    ['482913756', '482 913 756'],
    ['4829137560', '48291 37560'],
  ])('writes %s as %s', (oneTimeCode, grouped) => {
    expect(compose({ oneTimeCode }).subject).toBe(`${grouped} is your Acme Notes code`);
  });

  it('in a browser, one press selects the code as one number, and both colour schemes can be read', async () => {
    const browser = await startBrowser();
    try {
      for (const colorScheme of ['light', 'dark'] as const) {
        const profile = await openProfile(browser, { colorScheme, screen: 'narrow' });
        const page = await profile.newPage();
        const requests: string[] = [];
        page.on('request', (request) => requests.push(request.url()));
        await page.setContent(compose({ oneTimeCode: '4829137560' }).html);
        await page.locator('.code').click();
        expect(await page.evaluate(() => String(getSelection()))).toBe('4829137560');
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
        for (const part of ['.inside', '.code', '.note']) {
          expect(await page.locator(part).first().evaluate(contrastWithGround)).toBeGreaterThan(4.5);
        }
        expect(requests).toEqual([]);
        await profile.close();
      }
    } finally {
      await browser.close();
    }
  });
});

/** Runs in the page: WCAG contrast of an element's text with the nearest ground that is painted. */
function contrastWithGround(element: Element): number {
  const channels = (color: string) => (color.match(/[\d.]+/g) ?? []).map(Number);
  const luminance = (color: string) => {
    const [r = 0, g = 0, b = 0] = channels(color).map((value) =>
      value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4,
    );
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  let ground: Element | null = element;
  while (ground && channels(getComputedStyle(ground).backgroundColor)[3] === 0) ground = ground.parentElement;
  const text = luminance(getComputedStyle(element).color);
  const below = luminance(getComputedStyle(ground ?? element).backgroundColor);
  return (Math.max(text, below) + 0.05) / (Math.min(text, below) + 0.05);
}

describe('what nobody can make it say', () => {
  const hostile = `<a href=//evil.test>x</a>"'&`;

  it('MSG-3: an application name with mark-up is text', () => {
    const { html } = compose({ applicationName: hostile });
    expect(html).not.toContain('<a ');
    expect(html).toContain('&lt;a href=');
    expect(html).toContain('&quot;&#39;&amp;');
  });

  it('MSG-2: an application name cannot end a header', () => {
    const { subject, text } = compose({
      applicationName: 'Acme\r\nBcc: evil@y.test\r\n\r\n\u2028\u0085\u0000x',
    });
    expect(subject).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
    expect(text).not.toMatch(/^Bcc/m);
  });

  it('MSG-2: an application name cannot be an encoded word', () => {
    const { subject } = compose({ applicationName: '=?utf-8?q?evil?=' });
    expect(subject).not.toContain('=?');
    expect(subject).not.toMatch(/^[\x20-\x7e]*$/);
  });

  it.each(['Visit evil.test now', 'https://evil.test/x', 'mail evil@evil.test', 'www.evil.test'])(
    'MSG-4: %j in a name becomes no link',
    (applicationName) => {
      const { subject, html, text } = compose({ applicationName });
      for (const words of [subject, html, text]) expect(words).not.toMatch(/evil\.test|:\/\/|evil@evil/);
      expect(subject.replaceAll('\u200b', '')).toContain(applicationName);
    },
  );

  it('MSG-4: an application name cannot turn the sentence around, nor fill the screen', () => {
    expect(compose({ applicationName: 'Acme\u202e\u2066\u200f' }).subject).toBe('082 913 is your Acme code');
    expect([...compose({ applicationName: '😀'.repeat(500) }).subject]).toHaveLength(101);
    expect(compose({ applicationName: 'Acme\ud83d' }).subject).toBe('082 913 is your Acme code');
  });

  it('MSG-5: an application name with a placeholder stays as it is', () => {
    expect(compose({ applicationName: '{code} {{code}} <b>{x}</b>' }).subject).toContain(
      '{code} {{code}} <b>{x}<',
    );
  });

  it('MSG-4: nothing of the User-Agent header is repeated', () => {
    const { html, text } = compose({ userAgent: 'Visit evil.test <b>now</b> Chrome/1' });
    expect(html + text).not.toMatch(/evil|Visit/);
    expect(text).toContain('Asked for at 14:02 UTC from Chrome.');
    expect(compose({ userAgent: null }).text).toContain('Asked for at 14:02 UTC. Reference');
  });
});

describe('the requesting browser', () => {
  const webkit = 'AppleWebKit/605.1.15 (KHTML, like Gecko)';
  const blink = 'AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0';
  it.each([
    [CHROME, 'Chrome', 'Windows'],
    [`Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${blink} Safari/537.36 Edg/131.0.2903.51`, 'Edge', 'Windows'],
    [`Mozilla/5.0 (X11; Linux x86_64) ${blink} Safari/537.36 OPR/116.0.0.0`, 'Opera', 'Linux'],
    ['Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0', 'Firefox', 'Linux'],
    [
      `Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) ${webkit} Version/18.1 Safari/605.1.15`,
      'Safari',
      'Mac',
    ],
    [
      `Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) ${webkit} Version/18.1 Mobile/15E148 Safari/604.1`,
      'Safari',
      'iPhone',
    ],
    [
      `Mozilla/5.0 (iPad; CPU OS 18_1 like Mac OS X) ${webkit} CriOS/131.0 Mobile/15E148 Safari/604.1`,
      'Chrome',
      'iPad',
    ],
    [
      `Mozilla/5.0 (Linux; Android 14; SM-S921B) ${blink.replace('Chrome', 'SamsungBrowser/27.0 Chrome')} Mobile Safari/537.36`,
      'Samsung Internet',
      'Android',
    ],
    [`Mozilla/5.0 (Linux; Android 10; K) ${blink} Mobile Safari/537.36`, 'Chrome', 'Android'],
    ['Mozilla/5.0 (Android 14; Mobile; rv:133.0) Gecko/133.0 Firefox/133.0', 'Firefox', 'Android'],
    [`Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) ${blink} Safari/537.36`, 'Chrome', 'ChromeOS'],
    ['curl/8.5.0', null, null],
    ['', null, null],
  ])('reads %j as %s on %s', (userAgent, browser, system) => {
    expect(describeBrowser(userAgent)).toEqual({ browser, system });
  });
});
