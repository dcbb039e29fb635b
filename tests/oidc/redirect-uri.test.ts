import { describe, expect, it } from 'vitest';
import {
  checkRegistrableRedirectUri,
  findFirstPostLogoutRedirectUri,
  findSoleRedirectUri,
  isRegisteredPostLogoutRedirectUri,
  isRegisteredRedirectUri,
  isRegisteredReturnTo,
} from '@/lib/oidc/redirect-uri';
import { confidentialClient, publicClient } from '../memory/clients';

describe('a redirect URI', () => {
  it('is compared as an exact string (RED-1, RFC 9700 §2.1)', () => {
    const client = confidentialClient({ redirectUris: ['https://rp.test/cb'] });
    expect(isRegisteredRedirectUri(client, 'https://rp.test/cb')).toBe(true);
    for (const variant of [
      'https://rp.test/cb/',
      'https://rp.test/cb?x=1',
      'https://rp.test/cb#f',
      'https://rp.test/CB',
      'https://rp.test//cb',
      'https://rp.test/cb/../evil',
      'https://rp.test/cb%2f..%2fevil',
      'https://rp.test/cb%00',
      'https://rp.test:443/cb',
      'https://rp.test@evil.test/cb',
      'https://evil.test\\@rp.test/cb',
      'https://rp.test.evil.test/cb',
      'http://rp.test/cb',
      'https://RP.test/cb',
      'https://rp.test/c\tb',
      'https://rp.test/c\nb',
      ' https://rp.test/cb',
      '//rp.test/cb',
      '/cb',
      '',
    ]) {
      expect(isRegisteredRedirectUri(client, variant), variant).toBe(false);
    }
  });

  it('may be left out only where exactly one plain one is registered (RED-2, RFC 6749 §3.1.2.3)', () => {
    expect(findSoleRedirectUri(confidentialClient({ redirectUris: ['https://a.test/'] }))).toBe(
      'https://a.test/',
    );
    expect(findSoleRedirectUri(confidentialClient({ redirectUris: [] }))).toBeNull();
    expect(
      findSoleRedirectUri(confidentialClient({ redirectUris: ['https://a.test/', 'https://b.test/'] })),
    ).toBeNull();
    expect(findSoleRedirectUri(confidentialClient({ redirectUris: ['https://*.a.test/'] }))).toBeNull();
  });

  it('with a scheme that browsers act upon is refused even if it got registered (RED-3)', () => {
    for (const uri of [
      'javascript:alert(1)//',
      'JavaScript:x',
      ' javascript:x',
      'java\tscript:x',
      'data:text/html,x',
      'vbscript:x',
    ]) {
      const client = publicClient({ applicationType: 'native', redirectUris: [uri] });
      expect(isRegisteredRedirectUri(client, uri), uri).toBe(false);
      expect(findSoleRedirectUri(client), uri).toBeNull();
    }
  });
});

describe('the port of a loopback redirect URI', () => {
  const registered = ['http://127.0.0.1/cb', 'http://[::1]:4000/cb?a=1'];
  const native = publicClient({ applicationType: 'native', redirectUris: registered });

  it('may vary for native clients (RED-1, RFC 8252 §7.3)', () => {
    expect(isRegisteredRedirectUri(native, 'http://127.0.0.1:51004/cb')).toBe(true);
    expect(isRegisteredRedirectUri(native, 'http://[::1]:51004/cb?a=1')).toBe(true);
    expect(isRegisteredRedirectUri(native, 'http://[::1]/cb?a=1')).toBe(true);
  });

  it('is the only thing that may vary (RED-1)', () => {
    for (const variant of [
      'http://127.0.0.1:51004/other',
      'http://127.0.0.1:51004/cb?x=1',
      'http://127.0.0.1:99999/cb',
      'http://127.0.0.1:80@evil.test/cb',
      'http://127.0.0.1.evil.test/cb',
      'http://127.0.0.1:/cb',
      'http://127.0.0.2:51004/cb',
      'http://localhost:51004/cb',
      'https://127.0.0.1:51004/cb',
    ]) {
      expect(isRegisteredRedirectUri(native, variant), variant).toBe(false);
    }
  });

  it('may not vary for other clients, nor on localhost (RED-1)', () => {
    const spa = publicClient({ redirectUris: registered });
    expect(isRegisteredRedirectUri(spa, 'http://127.0.0.1:51004/cb')).toBe(false);
    for (const [named, sent] of [
      ['http://localhost/cb', 'http://localhost:51004/cb'],
      ['http://127.0.0.1./cb', 'http://127.0.0.1:51004./cb'],
    ] as const) {
      const client = publicClient({ applicationType: 'native', redirectUris: [named] });
      expect(isRegisteredRedirectUri(client, sent), sent).toBe(false);
    }
  });
});

describe('a wildcard', () => {
  const redirectUris = ['https://pr-*-rp.preview.test/cb'];

  it('stands for a part of one label, where the client was created with it', () => {
    const client = confidentialClient({ redirectUris, wildcardRedirectUris: true });
    expect(isRegisteredRedirectUri(client, 'https://pr-17-rp.preview.test/cb')).toBe(true);
    for (const variant of [
      'https://pr--rp.preview.test/cb',
      'https://pr-rp.preview.test/cb',
      'https://pr-*-rp.preview.test/cb',
      'https://pr-a.b-rp.preview.test/cb',
      'https://pr-evil.test/?-rp.preview.test/cb',
      'https://pr-evil.test#-rp.preview.test/cb',
      'https://pr-x@evil-rp.preview.test/cb',
      'https://pr-17-rp.preview.test/cb/',
      'https://pr-17-rp.preview.test:8443/cb',
    ]) {
      expect(isRegisteredRedirectUri(client, variant), variant).toBe(false);
    }
  });

  it.each(['regular_web', 'native'] as const)(
    'means nothing for any other client (%s), not even itself (RED-1)',
    (applicationType) => {
      const client = confidentialClient({ applicationType, redirectUris });
      expect(isRegisteredRedirectUri(client, 'https://pr-17-rp.preview.test/cb')).toBe(false);
      expect(isRegisteredRedirectUri(client, 'https://pr-*-rp.preview.test/cb')).toBe(false);
    },
  );
});

describe('a logout URL', () => {
  const logoutOf = (...postLogoutRedirectUris: string[]) =>
    confidentialClient({ postLogoutRedirectUris, wildcardRedirectUris: true });

  it('is compared as an exact string, query included; returnTo without query and fragment (RED-8)', () => {
    const client = logoutOf('https://rp.test/bye?a=1');
    expect(isRegisteredPostLogoutRedirectUri(client, 'https://rp.test/bye?a=1')).toBe(true);
    expect(isRegisteredReturnTo(client, 'https://rp.test/bye?b=2#c')).toBe(true);
    for (const variant of ['https://rp.test/bye', 'https://rp.test/bye?a=1#f', 'https://rp.test/bye?a=1&b'])
      expect(isRegisteredPostLogoutRedirectUri(client, variant), variant).toBe(false);
    for (const variant of ['https://rp.test/', 'https://RP.test/bye', 'https://rp.test/bye/?a=1'])
      expect(isRegisteredReturnTo(client, variant), variant).toBe(false);
  });

  it('may stand for one label, where the client was created with it (RED-8)', () => {
    const client = logoutOf('https://*.rp.test/bye', 'https://rp.test/');
    const without = { ...client, wildcardRedirectUris: false };
    for (const isRegistered of [isRegisteredPostLogoutRedirectUri, isRegisteredReturnTo]) {
      expect(isRegistered(client, 'https://pr-17.rp.test/bye')).toBe(true);
      expect(isRegistered(without, 'https://pr-17.rp.test/bye')).toBe(false);
      for (const variant of [
        'https://a.b.rp.test/bye',
        'https://.rp.test/bye',
        'https://evil.test/.rp.test/bye',
        'https://evil.test?.rp.test/bye',
        'https://evil.test#.rp.test/bye',
        'https://*.rp.test/bye',
      ])
        expect(isRegistered(client, variant), variant).toBe(false);
    }
    expect(isRegisteredReturnTo(client, 'https://pr-17.rp.test/bye?x')).toBe(true);
    expect(findFirstPostLogoutRedirectUri(client)).toBe('https://rp.test/');
    expect(findFirstPostLogoutRedirectUri(logoutOf('https://*.rp.test/bye'))).toBeNull();
  });

  it('has no port that may vary', () => {
    const client = { ...logoutOf('http://127.0.0.1/bye'), applicationType: 'native' } as const;
    expect(isRegisteredReturnTo(client, 'http://127.0.0.1:51004/bye')).toBe(false);
  });
});

describe('at registration a redirect URI', () => {
  const web = { applicationType: 'regular_web', wildcardRedirectUris: false } as const;
  const native = { applicationType: 'native', wildcardRedirectUris: false } as const;
  const wildcard = { applicationType: 'regular_web', wildcardRedirectUris: true } as const;

  it.each([
    ['https://rp.test/cb?x=1', web],
    ['https://rp.test', web],
    ['http://localhost:8080/cb', web],
    ['http://app.localhost:8080/cb', web],
    ['http://127.0.0.1/cb', native],
    ['http://[::1]/cb', native],
    ['com.example.app://rp.test/ios/com.example.app/callback', native],
    ['com.example.app:/cb', native],
    ['https://*.rp.test/cb', wildcard],
    ['https://pr-*-x.rp.test:8443/cb?a=b', wildcard],
    ['https://*.shop.co.uk/cb', wildcard],
    ['https://*.acme.vercel.app/cb', wildcard],
    ['http://*.app.localhost:3000/cb', wildcard],
  ])('may be %s', (uri, client) => {
    expect(() => checkRegistrableRedirectUri(uri, client)).not.toThrow();
  });

  it.each([
    ['javascript:alert(1)//', native, 'has a scheme that browsers act upon themselves'],
    ['JAVASCRIPT:alert(1)//', native, 'has a scheme that browsers act upon themselves'],
    ['data:text/html,x', native, 'has a scheme that browsers act upon themselves'],
    ['vbscript:x', native, 'has a scheme that browsers act upon themselves'],
    [' javascript:x', native, 'may hold printable ASCII only'],
    ['https://rp.test/c\u0000b', web, 'may hold printable ASCII only'],
    ['https://rp.test/é', web, 'may hold printable ASCII only'],
    ['https://x/#f', web, 'has a fragment'],
    ['https://user:pass@rp.test/', web, 'holds a user name or password'],
    ['https://@rp.test/', web, 'holds a user name or password'],
    ['https://evil.test\\@rp.test/', web, 'holds a backslash'],
    ['http://rp.test/cb', web, 'is http, which is for loopback addresses'],
    ['http://localhost.evil.test/cb', web, 'is http, which is for loopback addresses'],
    ['com.example.app://cb', web, 'has a scheme of its own, which is for native applications'],
    ['https:rp.test/cb', web, 'does not begin with https:// and a host'],
    ['/cb', web, 'is not an absolute URI'],
    ['', web, 'may hold printable ASCII only'],
    ['https://rp.test/cb?*', web, 'holds a *, which this client may not use'],
    ['https://*.rp.test/cb', web, 'holds a *, which this client may not use'],
    ['https://*.test/cb', wildcard, 'may hold one *, in the left-most label'],
    ['https://*/cb', wildcard, 'may hold one *, in the left-most label'],
    ['https://a.*.rp.test/cb', wildcard, 'may hold one *, in the left-most label'],
    ['https://*.*.rp.test/cb', wildcard, 'may hold one *, in the left-most label'],
    ['https://*.rp.test/*', wildcard, 'may hold one *, in the left-most label'],
    ['https://*.co.uk/cb', wildcard, 'has its * where anybody may register a name'],
    ['https://acme-*.vercel.app/cb', wildcard, 'has its * where anybody may register a name'],
    ['https://*.github.io/cb', wildcard, 'has its * where anybody may register a name'],
    [
      'com.app://*.rp.test/cb',
      { ...wildcard, applicationType: 'native' },
      'may hold one *, in the left-most label',
    ],
    [`https://rp.test/${'a'.repeat(1024)}`, web, 'is longer than 1024 characters'],
  ] as const)('may not be %s (RED-3)', (uri, client, sentence) => {
    expect(() => checkRegistrableRedirectUri(uri, client)).toThrow(sentence);
  });
});
