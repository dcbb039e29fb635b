// What the OpenID Foundation's suite looks at in every answer, whatever the module at hand is about: the answer that comes
// through the browser, the token endpoint's, the ID token and UserInfo's. Named after the suite's conditions, and as strict.
import { createHash } from 'node:crypto';
import { createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from 'jose';
import { expect } from 'vitest';
import { witness } from './evidence';

/** What a client sent, as far as an answer has to fit it. */
export type Expected = Readonly<{
  issuer: string;
  clientId: string;
  state: string;
  nonce: string | null;
  /** The request had `max_age`: the ID token must say when the person proved who they are. */
  withAuthTime: boolean;
}>;

/** What a token endpoint answers with. */
export type Tokens = Readonly<{
  access_token: string;
  id_token: string;
  refresh_token?: string;
  token_type: string;
  expires_in: number;
  scope?: string;
}>;

export type Claims = Readonly<Record<string, unknown>> & Readonly<{ sub: string; iat: number }>;

/** 96 bits are demanded of every secret, by Shannon's measure over its characters. RFC 6749 §10.10 wants more than luck. */
const MIN_ENTROPY_BITS = 96;

/** The code of an answer without fault. @see OpenID Connect Core §3.1.2.5, RFC 9207 */
export function checkCallback(answer: URLSearchParams, { issuer, state }: Expected): string {
  expect(Object.fromEntries(answer)).toEqual({ code: expect.any(String), state, iss: issuer });
  expect([...answer.keys()].sort(), 'each parameter once').toEqual(['code', 'iss', 'state']);
  const code = witness(answer.get('code') ?? '');
  expectEntropy('authorization code', code);
  return code;
}

/** An error at the callback, and nothing beside it that does not belong there. @see OpenID Connect Core §3.1.2.6 */
export function checkCallbackError(answer: URLSearchParams, { issuer, state }: Expected): string {
  const { error = '', error_description: description = '', ...others } = Object.fromEntries(answer);
  expect(others).toEqual({ state, iss: issuer });
  expect(error).toMatch(/^[a-z_]+$/);
  expect(description).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]*$/);
  return error;
}

/** @see OpenID Connect Core §3.1.3.3, RFC 6749 §5.1 and appendix A */
export async function checkTokenResponse(response: Response): Promise<Tokens> {
  const { status, headers } = response;
  const tokens = (await response.json()) as Tokens;
  expect([status, tokens]).toEqual([200, expect.objectContaining({ access_token: expect.any(String) })]);
  expect(headers.get('content-type')).toMatch(/^application\/json/);
  expect([headers.get('cache-control'), headers.get('pragma')]).toEqual(['no-store', 'no-cache']);
  expect(tokens.token_type).toBe('Bearer');
  expect(tokens.expires_in).toEqual(expect.any(Number));
  expect(tokens.expires_in).toBeGreaterThan(0);
  for (const [kind, token] of Object.entries(tokens).filter(([name]) => name.endsWith('_token'))) {
    expect(witness(String(token)), kind).toMatch(/^[\x20-\x7e]+$/);
    expectEntropy(kind, String(token));
  }
  expect(tokens.id_token).toEqual(expect.any(String));
  return tokens;
}

/** The claims of an ID token without fault. @see OpenID Connect Core §2, §3.1.3.6, §3.1.3.7 */
export async function checkIdToken(
  { id_token: idToken, access_token: accessToken }: Tokens,
  expected: Expected,
  jwks: JSONWebKeySet,
): Promise<Claims> {
  const header = decodeProtectedHeader(idToken);
  expect(header.alg).toBe('RS256');
  expect(jwks.keys.map(({ kid }) => kid)).toContain(header.kid);
  const { payload: claims } = await jwtVerify(idToken, createLocalJWKSet(jwks), { algorithms: ['RS256'] });

  const now = Date.now() / 1000;
  expect(claims.iss).toBe(expected.issuer);
  expect([claims.aud].flat()).toEqual([expected.clientId]);
  expect([undefined, expected.clientId]).toContain(claims.azp);
  expect(claims.sub).toMatch(/^[\x20-\x7e]{1,255}$/);
  expect(claims.exp).toBeGreaterThan(now);
  expect(Math.abs(now - (claims.iat ?? 0)), 'iat').toBeLessThan(300);
  expect(claims.nbf ?? 0).toBeLessThan(now + 5);
  expect(claims.nonce).toBe(expected.nonce ?? undefined);
  if (expected.withAuthTime) expect(claims.auth_time).toEqual(expect.any(Number));
  expect(claims).not.toHaveProperty('acr'); // none was asked for as essential, and we speak of no levels
  if ('at_hash' in claims) expect(claims.at_hash).toBe(leftHalfHash(accessToken));
  for (const name of ['c_hash', 's_hash']) expect(claims).not.toHaveProperty(name);
  checkStandardClaims(claims);
  return claims as Claims;
}

/** The claims of UserInfo's answer, about the person of the ID token. @see OpenID Connect Core §5.3.2 */
export async function checkUserInfo(response: Response, { sub }: Claims): Promise<Claims> {
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toMatch(/^application\/json/);
  const claims = (await response.json()) as Claims;
  expect(claims.sub).toBe(sub);
  checkStandardClaims(claims);
  return claims;
}

/** @see OpenID Connect Core §5.1, and §5.3.2: a claim without a value is left out */
function checkStandardClaims(claims: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(claims)) {
    expect([null, ''], name).not.toContain(value);
    const standard = STANDARD_CLAIMS[name];
    if (standard !== undefined) expect([name, value]).toEqual([name, standard]);
  }
}

const text = expect.stringMatching(/./);
const address = expect.stringMatching(/^https?:\/\/./);

const STANDARD_CLAIMS: Readonly<Record<string, unknown>> = {
  ...Object.fromEntries(
    ['sub', 'name', 'given_name', 'family_name', 'middle_name', 'nickname', 'preferred_username'].map(
      (name) => [name, text],
    ),
  ),
  profile: address,
  picture: address,
  website: address,
  email: expect.stringMatching(/^[^@\s]+@[^@\s]+$/),
  email_verified: expect.any(Boolean),
  gender: text,
  birthdate: expect.stringMatching(/^\d{4}(?:-\d\d-\d\d)?$/),
  zoneinfo: text,
  locale: text,
  phone_number: expect.stringMatching(/^\+\d{1,15}$/),
  phone_number_verified: expect.any(Boolean),
  address: expect.any(Object),
  updated_at: expect.any(Number),
};

/** Length times the entropy of its characters. */
function expectEntropy(kind: string, secret: string): void {
  const counts = new Map<string, number>();
  for (const character of secret) counts.set(character, (counts.get(character) ?? 0) + 1);
  const bits = [...counts.values()].reduce((sum, count) => sum - count * Math.log2(count / secret.length), 0);
  expect(bits, `entropy of the ${kind}`).toBeGreaterThan(MIN_ENTROPY_BITS);
}

/** @see OpenID Connect Core §3.1.3.6 */
function leftHalfHash(token: string): string {
  return createHash('sha256').update(token).digest().subarray(0, 16).toString('base64url');
}
