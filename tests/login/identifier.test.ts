// What may be typed as an address, and what it is compared as. One table for each promise; everything else is refused.
import { describe, expect, it } from 'vitest';
import {
  budgetForm,
  emailRecipient,
  maskIdentifier,
  parseEmailIdentifier,
  parseIdentifier,
  parsePhoneIdentifier,
} from '@/lib/login/identifier';
import { callingCode, exampleNumber, PHONE_COUNTRIES } from '@/lib/login/phone-number';
import { startComputing } from '@/tests/harness/computing-time';

const canonicalOf = (typed: string) => parseEmailIdentifier(typed)?.canonical ?? null;

describe('an address that can be read in one way only', () => {
  it.each([
    ['ann@example.com', 'ann@example.com'],
    ['  ann@example.com\r\n', 'ann@example.com'],
    ['\u00a0ann@example.com\ufeff', 'ann@example.com'],
    ['Ann.Bee@Example.COM', 'ann.bee@example.com'],
    ['ann+shop@example.com', 'ann+shop@example.com'],
    ['a.n.n@gmail.com', 'a.n.n@gmail.com'],
    ['a_b@x.test', 'a_b@x.test'],
    ["#$&'*/=?^`{|}~-@x.test", "#$&'*/=?^`{|}~-@x.test"],
    ['ａｎｎ＠ｅｘａｍｐｌｅ．ｃｏｍ', 'ann@example.com'],
    ['ann@example。com', 'ann@example.com'],
    ['ann@xn--bcher-kva.test', 'ann@xn--bcher-kva.test'],
    ['ann@bücher.test', 'ann@xn--bcher-kva.test'],
    ['ann@BÜCHER.test', 'ann@xn--bcher-kva.test'],
    ['ann@bu\u0308cher.test', 'ann@xn--bcher-kva.test'],
    ['ann@faß.de', 'ann@xn--fa-hia.de'],
    ['ann@пример.com', 'ann@xn--e1afmkfd.com'],
    ['ann@日本ab.jp', 'ann@xn--ab-5t7du0c.jp'],
  ])('IDN-1, IDN-3, IDN-4: %j is compared as %j', (typed, canonical) => {
    expect(canonicalOf(typed)).toBe(canonical);
  });

  it('IDN-1: keeps what was typed, and mails to it with the domain in ASCII', () => {
    expect(parseEmailIdentifier(' Ann@Bücher.test ')).toEqual({
      channel: 'email',
      canonical: 'ann@xn--bcher-kva.test',
      typedForm: 'Ann@Bücher.test',
      country: null,
    });
    expect(emailRecipient('Ann@Bücher.test')).toBe('Ann@xn--bcher-kva.test');
    expect(emailRecipient('ｍｉｋｅ@x.test')).toBe('mike@x.test');
    expect(emailRecipient('ann@x.test, evil@y.test')).toBeNull();
  });

  it('IDN-3: takes a look-alike domain of one script for another domain', () => {
    expect(canonicalOf('ann@аррӏе.com')).toBe('ann@xn--80ak6aa92e.com');
  });

  it('IDN-4: folding a canonical form again changes nothing', () => {
    for (const typed of ['Ann@Example.com', 'ａｎｎ＠ｅｘａｍｐｌｅ．ｃｏｍ', 'ann@BÜCHER.test']) {
      const canonical = canonicalOf(typed) ?? '';
      expect(canonicalOf(canonical)).toBe(canonical);
    }
  });
});

describe('everything else is refused', () => {
  it.each([
    ['a list', 'a@x.test,evil@y.test'],
    ['a list with semicolon', 'a@x.test;evil@y.test'],
    ['a list with spaces', 'a@x.test evil@y.test'],
    ['a display name', '"a@x.test" <evil@y.test>'],
    ['angle brackets', '<a@x.test>'],
    ['a header', 'a@x.test\r\nBcc: evil@y.test'],
    ['a quoted local part', '"evil@y.test x"@x.test'],
    ['a plain quoted local part', '"ann"@x.test'],
    ['an encoded header', 'a@x.test%0aTo:evil@y.test'],
    ['a comment', 'a(nested (comment))@x.test'],
    ['a comment in the domain', 'a@(evil@y.test)x.test'],
    ['an encoded word', '=?utf-8?q?evil=40y.test=3e?=@x.test@y.test'],
    ['an escape', 'a\\@y.test@x.test'],
    ['a route', '@y.test:a@x.test'],
    ['the percent hack', 'ann%y.test@x.test'],
    ['a bang path', 'y.test!ann@x.test'],
    ['a file', '/etc/passwd@x.test'],
    ['a command', '|sh@x.test'],
    ['a mailto link', 'mailto:a@x.test'],
    ['mark-up', '<a href=//evil>x</a>@x.test'],
  ])('MSG-1: %s: %j', (_, typed) => {
    expect(parseEmailIdentifier(typed)).toBeNull();
    expect(emailRecipient(typed)).toBeNull();
  });

  it('IDN-2: a wildcard of SQL', () => {
    expect(canonicalOf('%@x.test')).toBeNull();
    expect(canonicalOf('_@x.test')).toBe('_@x.test');
  });

  it.each([
    ['KELVIN SIGN', 'mi\u212ae@x.test'],
    ['a Cyrillic letter', 'аnn@x.test'],
    ['a ligature', 'o\ufb03ce@x.test'],
    ['an umlaut', 'jürgen@x.test'],
    ['a combining mark', 'ann\u0301@x.test'],
  ])('IDN-1: a local part with %s', (_, typed) => {
    expect(parseEmailIdentifier(typed)).toBeNull();
  });

  it.each([
    ['two scripts', 'ann@аpple.test'],
    ['two scripts, encoded', 'ann@xn--pple-43d.test'],
    ['Greek and Latin', 'ann@gοοgle.test'],
    ['an invalid A-label', 'ann@xn--a.com'],
    ['a soft hyphen', 'ann@exam\u00adple.com'],
    ['a digit that brings its own dot', 'ann@bank⒈test'],
    ['a joiner', 'ann@exam\u200dple.com'],
    ['a direction mark', 'ann@example.com\u202e'],
    ['a symbol', 'ann@☃.net'],
    ['a percent-encoded letter', 'ann@ex%61mple.com'],
    ['an underscore', 'ann@a_b.com'],
    ['a hyphen in front', 'ann@-a.com'],
    ['a hyphen at the end', 'ann@a-.com'],
    ['an empty label', 'ann@a..com'],
    ['a dot at the end', 'ann@example.com.'],
    ['a dot in front', 'ann@.example.com'],
    ['no dot', 'ann@localhost'],
    ['an IPv4 address', 'ann@127.0.0.1'],
    ['an IPv4 address in disguise', 'ann@0x7f.1'],
    ['an address literal', 'ann@[127.0.0.1]'],
    ['a port', 'ann@example.com:25'],
    ['a path', 'ann@example.com/evil'],
    ['a user', 'ann@evil@example.com'],
  ])('IDN-3: a domain with %s', (_, typed) => {
    expect(parseEmailIdentifier(typed)).toBeNull();
  });

  it.each([
    ['nothing', ''],
    ['no local part', '@x.test'],
    ['no domain', 'ann@'],
    ['no at sign', 'ann.x.test'],
    ['a dot in front', '.ann@x.test'],
    ['a dot at the end', 'ann.@x.test'],
    ['two dots', 'ann..bee@x.test'],
    ['NUL', 'a\u0000@x.test'],
    ['DEL', 'a\u007f@x.test'],
    ['a tab', 'a\tb@x.test'],
    ['half a surrogate pair', '\ud800@x.test'],
    ['half a surrogate pair in the domain', 'a@\udc00.test'],
    ['65 characters before the at sign', `${'a'.repeat(65)}@x.test`],
    ['a label of 64 characters', `a@${'b'.repeat(64)}.test`],
    ['255 characters', `a@${`${'b'.repeat(49)}.`.repeat(5)}ccc`],
    ['five hundred blanks behind', 'ann@example.com'.padEnd(513)],
    ['ten thousand characters', `${'a'.repeat(10_000)}@x.test`],
  ])('IDN-6: %s', (_, typed) => {
    expect(parseEmailIdentifier(typed)).toBeNull();
  });

  it('IDN-6: but the longest address there is passes', () => {
    const longest = `${'a'.repeat(64)}@${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(61)}`;
    expect(longest).toHaveLength(254);
    expect(canonicalOf(longest)).toBe(longest);
    expect(canonicalOf(`${longest}d`)).toBeNull();
  });

  it.each([
    'a.'.repeat(25_000),
    '@'.repeat(50_000),
    `a@${'b.'.repeat(25_000)}`,
    ' '.repeat(50_000),
    `${'a@'.repeat(200)}x`,
    `a@${'xn--'.repeat(100)}.test`,
    `a@${'\u0308'.repeat(400)}.test`,
    `a@${'\ufdfa'.repeat(400)}.test`,
  ])('INP-3: fifty thousand characters made to be slow are answered at once', (typed) => {
    const computedMs = startComputing();
    expect(parseEmailIdentifier(typed)).toBeNull();
    expect(computedMs()).toBeLessThan(50);
  });
});

const MALFORMED = { kind: 'malformed' };
const COUNTRY_MISSING = { kind: 'country_missing' };

describe('a number in any familiar way of writing it', () => {
  it.each([
    ['+447400123456', null, '+447400123456', 'GB'],
    ['+44 7400 123456', null, '+447400123456', 'GB'],
    ['+44 (0)7400 123456', null, '+447400123456', 'GB'],
    ['+4407400123456', null, '+447400123456', 'GB'],
    ['(+44) 7400-123.456', null, '+447400123456', 'GB'],
    ['00447400123456', null, '+447400123456', 'GB'],
    ['0044 (0) 7400 123456', 'GB', '+447400123456', 'GB'],
    ['07400 123456', 'GB', '+447400123456', 'GB'],
    ['7400123456', 'GB', '+447400123456', 'GB'],
    ['  07400 123456\r\n', 'GB', '+447400123456', 'GB'],
    ['\u00a007400\u00a0123456\ufeff', 'GB', '+447400123456', 'GB'],
    ['\u202d+44 7400 123456\u202c', null, '+447400123456', 'GB'],
    ['\u2068+44\u2011(0)7400 123456\u2069', null, '+447400123456', 'GB'],
    ['\u200e07400\u200b123456', 'GB', '+447400123456', 'GB'],
    ['＋４４　７４００　１２３４５６', null, '+447400123456', 'GB'],
    ['٠٧٤٠٠١٢٣٤٥٦', 'GB', '+447400123456', 'GB'],
    ['۰۷۴۰۰۱۲۳۴۵۶', 'GB', '+447400123456', 'GB'],
    ['०७४०० १२३४५६', 'GB', '+447400123456', 'GB'],
    ['(415) 555-2671', 'US', '+14155552671', 'US'],
    ['1-415-555-2671', 'US', '+14155552671', 'US'],
    ['415.555.2671', 'US', '+14155552671', 'US'],
    ['0151/234 567 89', 'DE', '+4915123456789', 'DE'],
    ['06 12 34 56 78', 'FR', '+33612345678', 'FR'],
    ['8 (912) 345-67-89', 'RU', '+79123456789', 'RU'],
    ['090ー1234ー5678', 'JP', '+819012345678', 'JP'],
    ['011 15 2345 6789', 'AR', '+5491123456789', 'AR'],
  ])('IDN-5: %j, dialled in %s, is %s of %s', (typed, country, canonical, home) => {
    expect(parsePhoneIdentifier(typed, country)).toEqual({
      channel: 'sms',
      canonical,
      typedForm: canonical,
      country: home,
    });
  });

  it('IDN-5: a leading zero that belongs to the number stays', () => {
    expect(parsePhoneIdentifier('+39 06 1234567', null)).toMatchObject({ canonical: '+39061234567' });
    expect(parsePhoneIdentifier('06 1234567', 'IT')).toMatchObject({ canonical: '+39061234567' });
  });

  it.each([
    ['011 44 7400 123456', 'US', '+447400123456'],
    ['0011 44 7400 123456', 'AU', '+447400123456'],
    ['001 44 7400 123456', 'HK', '+447400123456'],
    ['0011 1 415 555 2671', 'AU', '+14155552671'],
    ['00 44 7400 123456', 'US', '+447400123456'],
    ['00 44 7400 123456', 'JP', '+447400123456'],
    ['00 44 7700 900123', 'JP', '+447700900123'],
    ['00 44 7400 123456', 'BR', '+447400123456'],
  ])('IDN-5: %j goes abroad from %s', (typed, country, canonical) => {
    expect(parsePhoneIdentifier(typed, country)).toMatchObject({ canonical });
  });

  it('IDN-5: a country code wins over the chosen country', () => {
    expect(parsePhoneIdentifier('+44 7400 123456', 'US')).toMatchObject({ country: 'GB' });
  });

  it.each([
    ['+1 876 210 1234', 'JM'],
    ['+1 876 123 4567', 'JM'],
    ['+1 242 359 1234', 'BS'],
    ['+7 701 123 45 67', 'KZ'],
    ['+44 1624 612345', 'IM'],
  ])('SMS-1: %s is told apart from the country whose calling code it shares: %s', (typed, country) => {
    expect(parsePhoneIdentifier(typed, null)).toMatchObject({ country });
  });

  it.each([
    ['+44 7700 900123', '+447700900123', 'GB'],
    ['+1 425 111 2222', '+14251112222', 'US'],
    ['+1 555 010 0200', '+15550100200', 'US'],
  ])('IDN-5: %s, which nobody has, is a number as long as others there', (typed, canonical, country) => {
    expect(parsePhoneIdentifier(typed, null)).toMatchObject({ canonical, country });
  });

  it('IDN-5: reading a canonical form again changes nothing, wherever it is read', () => {
    for (const country of PHONE_COUNTRIES) {
      const example = exampleNumber(country) ?? '';
      const canonical = `+${example.replace(/\D/g, '')}`;
      const first = parsePhoneIdentifier(example, null);
      expect(first).toMatchObject({ canonical });
      expect(parsePhoneIdentifier(canonical, 'US')).toEqual(first);
    }
  });

  it.each([['07400 123456'], ['7400123456'], ['415-555-2671'], ['447400123456']])(
    'IDN-5: %j needs a country, and none is guessed from the digits',
    (typed) => {
      expect(parsePhoneIdentifier(typed, null)).toEqual(COUNTRY_MISSING);
      expect(parsePhoneIdentifier(typed, 'ZZ')).toEqual(COUNTRY_MISSING);
      expect(parsePhoneIdentifier(typed, '__proto__')).toEqual(COUNTRY_MISSING);
    },
  );
});

describe('two numbers in one, and none', () => {
  it.each([
    ['an extension', '+447400123456;ext=1'],
    ['an extension with x', '+44 7400 123456 x12'],
    ['an extension with #', '+44 7400 123456#12'],
    ['a pause', '+447400123456~1'],
    ['a list', '+447400123456,+19005551234'],
    ['a list with semicolon', '+447400123456;+19005551234'],
    ['a list with a space', '+447400123456 +19005551234'],
    ['a list of lines', '+447400123456\n+19005551234'],
    ['a list without plus', '07400123456 07400123457'],
    ['a number over two lines', '07400\n123456'],
    ['letters', '1-800-FLOWERS'],
    ['a word around it', 'call 07400 123456'],
    ['a link', 'tel:+447400123456'],
    ['a channel of the provider', 'whatsapp:+447400123456'],
    ['another channel of the provider', 'messenger:123456789'],
    ['two signs', '++447400123456'],
    ['a sign inside', '44+7400123456'],
    ['a header', '+447400123456\r\nTo: +19005551234'],
    ['a parameter', '+447400123456&To=+19005551234'],
    ['an encoded digit', '+44740012345%36'],
    ['a star', '*31#07400123456'],
  ])('IDN-5, MSG-1: %s: %j', (_, typed) => {
    expect(parsePhoneIdentifier(typed, 'GB')).toEqual(MALFORMED);
  });

  it.each([
    ['too short for the country', '07400 12345', 'GB'],
    ['too long for the country', '07400 1234567', 'GB'],
    ['an emergency number', '112', 'DE'],
    ['a short code', '87654', 'US'],
    ['a calling code of nobody', '+999 7400 123456', 'GB'],
    ['only a calling code', '+44', 'GB'],
    ['a premium number', '+44 9012 345678', 'GB'],
    ['a premium number of America', '+1 900 555 1234', 'US'],
    ['a freephone number', '+44 800 123 4567', 'GB'],
    ['a satellite telephone', '+881 612 345 678', 'GB'],
    ['a premium number of no country', '+979 123 456 789', 'GB'],
    ['an amount', '-5', 'GB'],
    ['NUL', '07400\u0000123456', 'GB'],
    ['half a surrogate pair', '07400\ud800123456', 'GB'],
    ['sixteen digits', '+44 7400 1234 5678 90', 'GB'],
    ['digits of a keyboard we do not know', '๐๗๔๐๐๑๒๓๔๕๖', 'GB'],
    ['ten thousand digits', '7'.repeat(10_000), 'GB'],
  ])('IDN-5, IDN-6: %s', (_, typed, country) => {
    expect(parsePhoneIdentifier(typed, country)).toEqual(MALFORMED);
  });

  it('IDN-6: a long row of digits is no number of any country either', () => {
    expect(parsePhoneIdentifier('7'.repeat(15), null)).toEqual(COUNTRY_MISSING);
    expect(parsePhoneIdentifier('7'.repeat(16), null)).toEqual(MALFORMED);
    expect(parsePhoneIdentifier('123', null)).toEqual(MALFORMED);
  });

  it.each([
    '7'.repeat(50_000),
    '+'.repeat(50_000),
    '(0)'.repeat(16_000),
    `+44${' '.repeat(49_000)}7400123456`,
    '\u202d'.repeat(50_000),
    `${'(0)'.repeat(165)}7400123456`,
    '\ufdfa'.repeat(500),
    '7 '.repeat(250),
  ])('INP-3: fifty thousand characters made to be slow are answered at once', (typed) => {
    const computedMs = startComputing();
    expect(parsePhoneIdentifier(typed, 'GB')).toEqual(MALFORMED);
    expect(computedMs()).toBeLessThan(50);
  });
});

describe('one field for addresses and numbers', () => {
  const both = { channels: ['email', 'sms'], country: 'GB' } as const;

  it('takes an at sign of any width for an address, and everything else for a number', () => {
    expect(parseIdentifier('ann@x.test', both)).toMatchObject({ channel: 'email', canonical: 'ann@x.test' });
    expect(parseIdentifier('ａｎｎ＠x.test', both)).toMatchObject({ canonical: 'ann@x.test' });
    expect(parseIdentifier('07400 123456', both)).toMatchObject({ channel: 'sms', country: 'GB' });
    expect(parseIdentifier('07400 123456', { ...both, country: null })).toEqual(COUNTRY_MISSING);
    expect(parseIdentifier('07400 123456@', both)).toEqual(MALFORMED);
    expect(parseIdentifier('ann', both)).toEqual(MALFORMED);
    expect(parseIdentifier(' \t', both)).toEqual({ kind: 'missing' });
  });

  it('takes only what the page asks for', () => {
    expect(parseIdentifier('ann@x.test', { ...both, channels: ['sms'] })).toEqual(MALFORMED);
    expect(parseIdentifier('07400 123456', { ...both, channels: ['email'] })).toEqual(MALFORMED);
    expect(parseIdentifier('ann@x.test', { ...both, channels: [] })).toEqual(MALFORMED);
    expect(parseIdentifier('07400 123456', { ...both, channels: [] })).toEqual(MALFORMED);
  });
});

describe('hints for the field', () => {
  it('knows an example and a calling code for every country there is, and for nothing else', () => {
    expect(exampleNumber('GB')).toBe('+44 7400 123456');
    expect(callingCode('GB')).toBe('+44');
    expect(PHONE_COUNTRIES).toHaveLength(245);
    for (const country of PHONE_COUNTRIES) expect(exampleNumber(country)).toMatch(/^\+\d/);
    for (const nowhere of ['ZZ', 'gb', '', '__proto__']) {
      expect(exampleNumber(nowhere)).toBeNull();
      expect(callingCode(nowhere)).toBeNull();
    }
  });
});

describe('other forms of an identifier', () => {
  it.each([
    ['ann@example.com', 'a***@example.com'],
    ['a@example.com', 'a***@example.com'],
    ['ann@xn--bcher-kva.test', 'a***@xn--bcher-kva.test'],
  ])('LOG-1: %j is shown and logged as %j', (canonical, masked) => {
    expect(maskIdentifier({ channel: 'email', canonical })).toBe(masked);
  });

  it('LOG-1: a number is shown by its last three digits', () => {
    expect(maskIdentifier({ channel: 'sms', canonical: '+447700900123' })).toBe('***123');
  });

  it.each([
    ['ann+shop@x.test', 'ann@x.test'],
    ['ann+a+b@x.test', 'ann@x.test'],
    ['ann@x.test', 'ann@x.test'],
    ['+ann@x.test', '+ann@x.test'],
  ])('IDN-4: %j shares the budget of %j', (canonical, budget) => {
    expect(budgetForm({ channel: 'email', canonical })).toBe(budget);
  });

  it('IDN-5: a number has a budget of its own', () => {
    expect(budgetForm({ channel: 'sms', canonical: '+447700900123' })).toBe('+447700900123');
  });
});
