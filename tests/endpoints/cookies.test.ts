import { describe, expect, it } from 'vitest';
import { cookieName, parseCookies, serializeCookie } from '@/lib/endpoints/cookies';

const COOKIE = { name: 'session', value: 'abc-_.~*', crossSite: true, maxAgeSeconds: 60 };

describe('a cookie', () => {
  it('on https is a __Host- cookie, Secure and HttpOnly (FRM-5)', () => {
    expect(serializeCookie('https://op.test/', COOKIE)).toBe(
      '__Host-session=abc-_.~*; Path=/; HttpOnly; Secure; SameSite=None; Max-Age=60',
    );
    expect(serializeCookie('https://op.test/', { ...COOKIE, crossSite: false, maxAgeSeconds: null })).toBe(
      '__Host-session=abc-_.~*; Path=/; HttpOnly; Secure; SameSite=Lax',
    );
  });

  it('on http has neither prefix nor Secure, and is Lax', () => {
    expect(serializeCookie('http://localhost:3000/', COOKIE)).toBe(
      'session=abc-_.~*; Path=/; HttpOnly; SameSite=Lax; Max-Age=60',
    );
    expect(cookieName('http://localhost:3000/', 'session')).toBe('session');
  });

  it.each(['a b', 'a;b', 'a,b', 'a"b', 'a\\b', 'a\nb', 'é'])('cannot hold %j', (value) => {
    expect(() => serializeCookie('https://op.test/', { ...COOKIE, value })).toThrow(TypeError);
  });
});

describe('a Cookie header', () => {
  it('is read whatever it holds; of two with one name the first counts', () => {
    const cookies = parseCookies('a=1; b=x=y;;  c = 3 ; novalue; a=2; __proto__=z');
    expect(Object.fromEntries([...cookies].filter(([name]) => name !== '__proto__'))).toEqual({
      a: '1',
      b: 'x=y',
      c: '3',
    });
    expect(parseCookies(null).size).toBe(0);
  });
});
