import { describe, expect, it } from 'vitest';
import {
  parseFormParameters,
  parseJsonParameters,
  readParameter,
  requireParameter,
} from '@/lib/oidc/parameters';
import { parseTokenParameters } from '@/lib/oidc/token-request';
import { startComputing } from '@/tests/harness/computing-time';

const invalidRequest = expect.objectContaining({ error: 'invalid_request', status: 400 });

describe('parameters of a form or query', () => {
  it('are decoded to what was encoded, plus signs and all (RFC 6749 appendix B)', () => {
    const parameters = parseFormParameters('state=%2520+%2B%26%3D%23%22%3C%C3%A9');
    expect(readParameter(parameters, 'state')).toBe('%20 +&=#"<é');
  });

  it('count as left out when they have no value (RFC 6749 §3.1)', () => {
    expect(readParameter(parseFormParameters('nonce=&scope'), 'nonce')).toBeNull();
    expect(readParameter(parseFormParameters('nonce=&scope'), 'scope')).toBeNull();
  });

  it.each(['code=a&code=b', 'code=a&code=a', 'code=&code=a'])(
    'are refused when they are sent twice: %s (RED-4)',
    (text) => {
      expect(() => readParameter(parseFormParameters(text), 'code')).toThrow(invalidRequest);
    },
  );

  it('are refused when one is in the query and one in the body (RED-4)', () => {
    expect(() => readParameter(parseFormParameters('code=a', 'code=b'), 'code')).toThrow(invalidRequest);
  });

  it.each([
    ['bad percent-encoding', 'code=%zz'],
    ['a percent sign at the end', 'code=%'],
    ['bytes that are not UTF-8', 'code=%ff'],
    ['an overlong encoding', 'code=%c0%af'],
    ['more parameters than anybody needs', 'a=1&'.repeat(10_000)],
  ])('are refused for %s (INP-2)', (_, text) => {
    expect(() => parseFormParameters(text)).toThrow(invalidRequest);
  });

  it.each(['code=a%00b', 'code=a%0Ab', 'code=a%7Fb', 'code=a%C2%85b'])(
    'may not hold control characters: %s (INP-2)',
    (text) => {
      expect(() => readParameter(parseFormParameters(text), 'code')).toThrow(invalidRequest);
    },
  );

  it('may be as long as their cap in bytes, not longer (INP-1)', () => {
    const parameters = parseFormParameters(`code=${'é'.repeat(10)}`);
    expect(readParameter(parameters, 'code', 20)).toHaveLength(10);
    expect(() => readParameter(parameters, 'code', 19)).toThrow(invalidRequest);
  });

  it('may be called __proto__ without harm (INP-2)', () => {
    const parameters = parseFormParameters('__proto__=x&constructor=y');
    expect(readParameter(parameters, 'toString')).toBeNull();
    expect(readParameter(parameters, '__proto__')).toBe('x');
  });

  it('are named in the error by the name we know, never by what was sent', () => {
    expect(() => requireParameter(parseFormParameters('x=<svg>'), 'code')).toThrow(
      'The parameter code is required.',
    );
  });
});

describe('parameters of a JSON object', () => {
  it('are its strings', () => {
    expect(readParameter(parseJsonParameters('{"code":"a\\u00e9\\"b"}'), 'code')).toBe('aé"b');
  });

  it.each([
    'null',
    '[]',
    '["123456"]',
    '{}',
    '{"not":""}',
    '{"contains":""}',
    '{"gt":""}',
    'true',
    'false',
    '0',
    '123456',
  ])('are refused when a value is %s (OTP-14)', (value) => {
    for (const name of [
      'otp',
      'username',
      'realm',
      'client_id',
      'token',
      'refresh_token',
      'code',
      'challenge',
    ]) {
      expect(() => parseJsonParameters(`{"${name}":${value}}`)).toThrow(invalidRequest);
    }
  });

  it.each([
    '{"otp":"1","otp":"2"}',
    '{"otp":{"not":""},"otp":"2"}',
    '{"otp":"1","o\\u0074p":"2"}',
    '{"otp":0,"otp":"2"}',
  ])('are refused when a name comes twice: %s (CLI-7)', (text) => {
    expect(() => parseJsonParameters(text)).toThrow(invalidRequest);
  });

  it('may hold quotes, braces and backslashes that look like names', () => {
    const text = JSON.stringify({ code: '","code":"x', state: '\\"{}\\\\' });
    expect(readParameter(parseJsonParameters(text), 'code')).toBe('","code":"x');
  });

  it.each([
    '',
    'null',
    '[]',
    '"code"',
    '{',
    '{"code":"a"',
    "{'code':'a'}",
    '\ufeff{"code":"a"}',
    '['.repeat(60_000),
  ])('are refused when the body is not one JSON object (INP-2) %#', (text) => {
    expect(() => parseJsonParameters(text)).toThrow(invalidRequest);
  });

  it('may not hold halves of surrogate pairs (INP-2)', () => {
    expect(() => readParameter(parseJsonParameters('{"code":"\\ud800"}'), 'code')).toThrow(invalidRequest);
    expect(readParameter(parseJsonParameters('{"code":"\\ud83d\\ude00"}'), 'code')).toBe('😀');
  });
});

describe('parameters of a token request', () => {
  it('are refused when any of them is sent twice, whether it is known or not (CLI-7)', () => {
    expect(() => parseTokenParameters({ encoding: 'form', text: 'otp=1&otp=2' })).toThrow(invalidRequest);
  });

  it('are not taken from names that look like arrays or operators (OTP-14)', () => {
    const parameters = parseTokenParameters({ encoding: 'form', text: 'code[]=1&code[not]=x' });
    expect(readParameter(parameters, 'code')).toBeNull();
  });

  it('are read in linear time (INP-3)', () => {
    const computedMs = startComputing();
    for (const text of [`{"a":"${'\\\\'.repeat(30_000)}"}`, `{"a":"${'a'.repeat(60_000)}"}`]) {
      parseJsonParameters(text);
    }
    expect(computedMs()).toBeLessThan(50);
  });
});
