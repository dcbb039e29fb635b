import { describe, expect, it } from 'vitest';
import { parseFormParameters } from '@/lib/oidc/parameters';
import { checkCodeChallenge, deriveCodeChallenge } from '@/lib/oidc/pkce';
import { confidentialClient, publicClient } from '../memory/clients';

const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';
const invalidRequest = expect.objectContaining({ error: 'invalid_request' });

describe('a code challenge', () => {
  it('is taken with the method S256', () => {
    const parameters = parseFormParameters(`code_challenge=${CHALLENGE}&code_challenge_method=S256`);
    expect(checkCodeChallenge(parameters, publicClient())).toBe(CHALLENGE);
  });

  it.each([
    '',
    'code_challenge_method=S256',
    `code_challenge=${CHALLENGE}`,
    `code_challenge=${CHALLENGE}&code_challenge_method=plain`,
    `code_challenge=${CHALLENGE}&code_challenge_method=s256`,
    `code_challenge=${CHALLENGE}x&code_challenge_method=S256`,
    'code_challenge=short&code_challenge_method=S256',
  ])('is refused without S256, a method or the right shape: %s (PKC-1)', (query) => {
    expect(() => checkCodeChallenge(parseFormParameters(query), publicClient())).toThrow(invalidRequest);
  });

  it('may be missing only for a confidential client that says so (PKC-1, security.md §6.1)', () => {
    const nothing = parseFormParameters('');
    expect(checkCodeChallenge(nothing, confidentialClient({ requirePkce: false }))).toBeNull();
    expect(() => checkCodeChallenge(nothing, confidentialClient())).toThrow(invalidRequest);
    expect(() => checkCodeChallenge(nothing, publicClient({ requirePkce: false }))).toThrow(invalidRequest);
  });

  it('counts once sent, whether or not it was required (PKC-2)', () => {
    const parameters = parseFormParameters(`code_challenge=${CHALLENGE}&code_challenge_method=S256`);
    expect(checkCodeChallenge(parameters, confidentialClient({ requirePkce: false }))).toBe(CHALLENGE);
  });
});

describe('a code verifier', () => {
  it('answers the challenge of RFC 7636 appendix B', () => {
    expect(deriveCodeChallenge('dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk')).toBe(CHALLENGE);
  });

  it.each([
    ['42 characters', 'a'.repeat(42)],
    ['129 characters', 'a'.repeat(129)],
    ['letters beyond ASCII', `${'a'.repeat(42)}é`],
    ['a line break at the end', `${'a'.repeat(43)}\n`],
    ['reserved characters', `${'a'.repeat(42)}+`],
  ])('is refused with %s (PKC-4)', (_, verifier) => {
    expect(() => deriveCodeChallenge(verifier)).toThrow(expect.objectContaining({ error: 'invalid_grant' }));
  });

  it('may have 43 to 128 unreserved characters (PKC-4)', () => {
    expect(deriveCodeChallenge('-._~'.repeat(32))).toHaveLength(43);
    expect(deriveCodeChallenge('a'.repeat(43))).toHaveLength(43);
  });
});
