// What may be typed as an address, and what it is compared as. One table for each promise; everything else is refused.
import { describe, expect, it } from 'vitest';
import { budgetForm, emailRecipient, maskIdentifier, parseEmailIdentifier } from '@/lib/login/identifier';

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
    const startedAt = performance.now();
    expect(parseEmailIdentifier(typed)).toBeNull();
    expect(performance.now() - startedAt).toBeLessThan(50);
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
});
