// Refresh tokens out of SECRET: one spelling each, recognised after a rotation of SECRET, worth nothing when guessed.
import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createRefreshTokens } from '@/lib/keys/refresh-token';
import { createSecretBox } from '@/lib/keys/secret-box';

const [OLD, NEW] = ['b2xkIHNlY3JldCBmb3IgdGVzdHMsIDMyIGJ5dGVz', 'bmV3IHNlY3JldCBmb3IgdGVzdHMsIDMyIGJ5dGVz'];
const familyId = randomBytes(16).toString('base64url');

describe('a refresh token', () => {
  const tokens = createRefreshTokens(createSecretBox([OLD]));
  const token = tokens.derive({ familyId, sequence: 7 });

  it('is read back, and is the same every time it is derived', () => {
    expect(tokens.read(token)).toEqual({ familyId, sequence: 7 });
    expect(tokens.derive({ familyId, sequence: 7 })).toBe(token);
    expect(tokens.derive({ familyId, sequence: 8 })).not.toBe(token);
    expect(token).toMatch(/^v1\.[\w-]{70}$/);
  });

  it('COD-8: has one spelling: cut, padded, re-cased or changed anywhere it is nothing', () => {
    const spoiled = [
      token.slice(0, -1),
      `${token}A`,
      `${token}=`,
      ` ${token}`,
      token.toUpperCase(),
      token.slice(3),
      '',
    ];
    for (let at = 3; at < token.length; at++) {
      spoiled.push(token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1));
    }
    for (const other of spoiled) expect(tokens.read(other), other).toBeNull();
  });

  it('is recognised while its SECRET is listed, and not after', () => {
    expect(createRefreshTokens(createSecretBox([NEW, OLD])).read(token)).toEqual({ familyId, sequence: 7 });
    expect(createRefreshTokens(createSecretBox([NEW])).read(token)).toBeNull();
  });
});
