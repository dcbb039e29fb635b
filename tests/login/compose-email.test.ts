// The words of a login message: what it must say, and what no name, address or header can make it say.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { composeEmail } from '@/lib/login/compose-email';
import { LANGUAGES } from '@/lib/login/languages';
import type { Email, LoginMessage } from '@/lib/login/message';
import { describeBrowser } from '@/lib/login/requesting-browser';
import { openProfile, startBrowser } from '@/tests/harness/browser';

const CHROME =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36';

const LINK = `https://login.acme.test/passwordless/link/${'aB3_-x7'.repeat(8)}`;

const message: LoginMessage = {
  messageId: 'q83vASNFZ4mrze8BI0VniQ',
  kind: 'login',
  channel: 'email',
  connection: 'email',
  recipient: 'ann@x.test',
  oneTimeCode: '082913',
  link: null,
  stopLink: null,
  language: 'en',
  applicationName: 'Acme Notes',
  reference: 'K7',
  askedAt: new Date('2026-11-20T14:02:31Z'),
  expiresAt: new Date('2026-11-20T14:12:31Z'),
  userAgent: CHROME,
  ip: null,
};

/** What makes of the message above one of each kind. */
const KINDS = {
  code: {},
  link: { oneTimeCode: null, link: LINK, stopLink: `${LINK}/stop` },
  both: { link: LINK, stopLink: `${LINK}/stop` },
  'changed address': { kind: 'change_email' },
  'new device': { kind: 'new_device', oneTimeCode: null },
  'another identity': { kind: 'identity_added', oneTimeCode: null },
  'an identity less': { kind: 'identity_removed', oneTimeCode: null },
} as const satisfies Record<string, Partial<LoginMessage>>;

/** Those that carry nothing that runs out. */
const NOTICES = new Set(['new device', 'another identity', 'an identity less']);

const letterhead = { from: 'Acme <login@acme.test>', issuerHost: 'login.acme.test' };

/** The e-mail for the message above, which carries a code, with some fields of one's own. */
function compose(changes: Partial<LoginMessage> = {}): Email {
  const email = composeEmail({ ...message, ...changes }, letterhead);
  if ('unsendable' in email) throw new Error(email.unsendable);
  return email;
}

/** Addresses of the links in HTML, as a mail program finds them. */
function linksIn({ html }: Email): string[] {
  return [...html.matchAll(/<a\b[^>]*\bhref="([^"]*)"/g)].map(([, address = '']) => address);
}

describe('what a message with a code says', () => {
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
});

describe('what a message with a link says', () => {
  it('MSG-7: has one button, the link alone on its line, and the way to stop it', () => {
    for (const changes of [KINDS.link, KINDS.both]) {
      const email = compose(changes);
      expect(linksIn(email)).toEqual([LINK, `${LINK}/stop`]);
      expect(email.html.match(/class="button"/g)).toHaveLength(1);
      expect(email.text.split('\n')).toEqual(expect.arrayContaining([LINK, `${LINK}/stop`]));
      expect(email.text).toContain(`Stop this sign-in:\n${LINK}/stop\n`);
    }
  });

  it('MSG-7: carries link and code together, the code in the subject, the button first', () => {
    const { subject, html, text } = compose(KINDS.both);
    expect(subject).toBe('082 913 is your Acme Notes code');
    expect(html.indexOf(`href="${LINK}"`)).toBeLessThan(html.indexOf('class="code"'));
    expect(html).toMatch(/font:600 32px\/40px [^"]*"[^>]*>082<span[^>]*>913<\/span>/);
    for (const words of [
      'Open this link on the device where you asked for it.',
      'Or type this code at login.acme.test, in the window where you asked for it.',
      'Both work for 10 minutes, until 14:12 UTC.',
      'Asked for at 14:02 UTC from Chrome on Windows.',
      'Reference K7.',
      'Ignore this message',
    ]) {
      expect(html).toContain(words);
      expect(text).toContain(words);
    }
    expect(text).toMatch(/^082913$/m);
  });

  it('MSG-7: without a code, has nothing that looks like one', () => {
    const { subject, html, text } = compose(KINDS.link);
    expect(subject).toBe('Sign in to Acme Notes');
    expect(html).not.toContain('class="code"');
    expect(`${subject} ${text.replaceAll(LINK, '')}`).not.toMatch(/\d{3}/);
    expect(text).not.toContain('ask you for this code');
  });

  it('leaves no address in two lines, and none to put together', () => {
    const { html } = compose(KINDS.both);
    expect(html.match(/href="[^"]*"/g)?.every((attribute) => !/\s/.test(attribute))).toBe(true);
    expect(html).not.toMatch(/<base\b|<img\b|<link\b|<script\b|<form\b|url\(|src=|utm_/i);
  });

  it('stops the sign-in at the address it is given, wherever the link leads, and offers nothing without one', () => {
    const link = 'https://login.acme.test/passwordless/verify_redirect?scope=openid&a="<b>';
    const { text, html } = compose({ ...KINDS.both, link });
    expect(text).toContain(`\n${LINK}/stop\n`);
    expect(html).toContain(
      'href="https://login.acme.test/passwordless/verify_redirect?scope=openid&amp;a=&quot;&lt;b&gt;"',
    );
    expect(linksIn(compose({ ...KINDS.both, stopLink: null }))).toEqual([LINK]);
  });
});

describe('what the other messages say', () => {
  it('MSG-7: a changed address is confirmed by a code, and by no link', () => {
    const email = compose({ ...KINDS['changed address'], link: LINK });
    expect(email.subject).toBe('082 913 confirms your new email address');
    expect(email.text).toContain('use this address with Acme Notes from now on.');
    expect(email.text).toContain('without the code, nothing changes.');
    expect(email.text).toMatch(/^082913$/m);
    expect(linksIn(email)).toEqual([]);
  });

  it('MSG-7: a notice about a new device says when and from where, and holds nothing to press or to type', () => {
    const email = compose(KINDS['new device']);
    expect(email.subject).toBe('New sign-in to Acme Notes');
    expect(email.text).toContain('It was at 14:02 UTC on November 20, 2026, from Chrome on Windows.');
    expect(email.text).toContain('If that was you, there is nothing to do.');
    expect(compose({ ...KINDS['new device'], userAgent: null }).text).toContain('on November 20, 2026.\n');
    expect(email.html + email.text).not.toMatch(/<a\b|https?:|class="code"|\b\d{5,}\b|\b\d{3} \d{3}\b/);
  });

  it('MSG-1: nothing is composed for what is not one address, or carries nothing', () => {
    expect(composeEmail({ ...message, recipient: 'a@x.test,b@y.test' }, letterhead)).toHaveProperty(
      'unsendable',
    );
    expect(composeEmail({ ...message, oneTimeCode: null }, letterhead)).toHaveProperty('unsendable');
    expect(
      composeEmail({ ...message, kind: 'change_email', oneTimeCode: null, link: LINK }, letterhead),
    ).toHaveProperty('unsendable');
  });
});

describe.each(LANGUAGES)('in %s', (language) => {
  it.each(Object.entries(KINDS))('MSG-7: a message of the kind “%s” says everything', (kind, changes) => {
    const email = compose({ ...changes, language });
    const said = email.html.replace(/<style>.*?<\/style>/s, '') + email.text + email.subject;
    expect(said).not.toMatch(/message\.[a-z]|\b(?:undefined|null|NaN)\b|[{}]/);
    expect(said).toContain('Acme Notes');
    expect(email.language).toBe(language);
    const direction = language === 'ar' || language === 'he' ? 'rtl' : 'ltr';
    expect(email.html).toContain(`<html lang="${language}" dir="${direction}">`);
    expect(email.html).toContain(direction === 'rtl' ? 'align="right"' : 'align="left"');
    if (!NOTICES.has(kind)) {
      expect(email.text).toContain('14:12');
      expect(email.text).toContain('K7');
    }
    if ('oneTimeCode' in changes) return;
    expect(email.subject.replace(/\s/g, '')).toContain('082913');
    expect(email.text).toMatch(/^082913$/m);
    expect(email.html).toMatch(/<td class="code" dir="ltr"/);
    expect(email.text).toContain('login.acme.test');
  });

  it('is not English by mistake', () => {
    if (language === 'en') return;
    for (const changes of Object.values(KINDS)) {
      const { subject, text } = compose({ ...changes, language });
      const english = compose(changes);
      expect(subject).not.toBe(english.subject);
      const lines = new Set(english.text.split('\n').filter((line) => /[a-z] [a-z]/.test(line)));
      expect(text.split('\n').filter((line) => lines.has(line))).toEqual([]);
    }
  });
});

describe('a right-to-left message', () => {
  it.each(['ar', 'he'])('in %s does not turn the groups of a code around', (language) => {
    const { subject, html } = compose({ language, oneTimeCode: '482913756' });
    expect(subject).toContain('482\u00a0913\u00a0756');
    expect(subject).not.toContain('482 913');
    expect(html).toContain('482\u00a0913\u00a0756');
  });

  it('keeps a name in its own direction, and the sentence in its', () => {
    const { subject, text } = compose({ language: 'he', applicationName: '(Acme) 2' });
    expect(subject).toContain('\u2068(Acme) 2\u2069');
    expect(text).toContain('\u2068login.acme.test\u2069');
    expect(compose({ applicationName: 'משרד 2' }).subject).toBe('082 913 is your \u2068משרד 2\u2069 code');
    expect(compose().subject).not.toMatch(/[\u2066-\u2069]/);
  });
});

describe('in a browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser.close());

  it('one press selects the code as one number, and both colour schemes can be read', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const profile = await openProfile(browser, { colorScheme, screen: 'narrow' });
      const page = await profile.newPage();
      const requests: string[] = [];
      page.on('request', (request) => requests.push(request.url()));
      await page.setContent(compose({ ...KINDS.both, oneTimeCode: '4829137560' }).html);
      await page.locator('.code').click();
      expect(await page.evaluate(() => String(getSelection()))).toBe('4829137560');
      for (const part of ['.inside', '.label', '.code', '.note', 'a.note']) {
        expect(await page.locator(part).first().evaluate(contrastWithGround)).toBeGreaterThan(4.5);
      }
      expect(requests).toEqual([]);
      await profile.close();
    }
  });

  it('the button is 44 px high at least, and presses through to the link', async () => {
    const profile = await openProfile(browser, { screen: 'phone' });
    const page = await profile.newPage();
    await page.setContent(compose(KINDS.both).html);
    const box = await page.locator('a.label').boundingBox();
    expect(box?.height).toBeGreaterThanOrEqual(44);
    expect(box?.width).toBeGreaterThan(280);
    expect(await page.locator('a.label').evaluate((link: HTMLAnchorElement) => link.href)).toBe(LINK);
    await profile.close();
  });

  it.each(LANGUAGES)('nothing is cut or moved sideways on a narrow screen in %s', async (language) => {
    const profile = await openProfile(browser, { screen: 'narrow' });
    const page = await profile.newPage();
    for (const changes of Object.values(KINDS)) {
      await page.setContent(compose({ ...changes, language }).html);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
    }
    await profile.close();
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
