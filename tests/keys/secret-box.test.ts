import { describe, expect, it } from 'vitest';
import { createSecretBox } from '@/lib/keys/secret-box';

const OLD = 'Vw3eRt6yUi9oPa2sDf5gHj8kLz1xCv4b';
const NEW = 'kT9v0pQ2xWm5Zr8LbN4yUc7HdJ1sGfEa';
const before = createSecretBox([OLD]);
const during = createSecretBox([NEW, OLD]);
const after = createSecretBox([NEW]);

describe('hashes (COD-8, ASVS 6.5.2)', () => {
  it('depend on the purpose, the value and the secret', () => {
    const hashes = [
      before.hash('session', 'value'),
      before.hash('session', 'other'),
      before.hash('refresh-token', 'value'),
      after.hash('session', 'value'),
    ];
    expect(new Set(hashes).size).toBe(4);
    expect(hashes[0]).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(before.hash('session', 'value')).toBe(hashes[0]);
  });

  it('are found again while the secret is being replaced, and not after', () => {
    const stored = before.hash('session', 'value');
    expect(during.hash('session', 'value')).toBe(after.hash('session', 'value'));
    expect(during.hashes('session', 'value')).toEqual([after.hash('session', 'value'), stored]);
    expect(after.hashes('session', 'value')).not.toContain(stored);
  });
});

it('compares texts of any length', () => {
  expect(before.equal('123456', '123456')).toBe(true);
  expect(before.equal('123456', '123457')).toBe(false);
  expect(before.equal('123456', '12345')).toBe(false);
  expect(before.equal('', '')).toBe(true);
});

describe('sealing', () => {
  it('gives back what was sealed, each time in another form', () => {
    const sealed = before.seal('signing-key', 'schlüssel');
    expect(before.unseal('signing-key', sealed)).toBe('schlüssel');
    expect(before.seal('signing-key', 'schlüssel')).not.toBe(sealed);
    expect(before.unseal('signing-key', before.seal('signing-key', ''))).toBe('');
  });

  it('is for one purpose', () => {
    expect(before.unseal('inbox', before.seal('signing-key', 'x'))).toBeNull();
  });

  it('survives the replacement of the secret, and ends with the old one', () => {
    const sealed = before.seal('signing-key', 'x');
    expect(during.unseal('signing-key', sealed)).toBe('x');
    expect(after.unseal('signing-key', sealed)).toBeNull();
    expect(after.unseal('signing-key', during.seal('signing-key', 'x'))).toBe('x');
  });

  it('notices a change of any character, and anything added or cut', () => {
    const sealed = before.seal('signing-key', 'some text');
    for (let at = 0; at < sealed.length; at++) {
      const changed = sealed[at] === 'A' ? 'B' : 'A';
      expect(before.unseal('signing-key', sealed.slice(0, at) + changed + sealed.slice(at + 1))).toBeNull();
    }
    for (const changed of [
      '',
      '.',
      sealed.slice(0, -1),
      `${sealed}=`,
      `${sealed} `,
      sealed.replace('.', '..'),
    ]) {
      expect(before.unseal('signing-key', changed)).toBeNull();
    }
  });

  it('cannot be moved to another secret by its name', () => {
    const body = during.seal('signing-key', 'x').split('.')[1];
    expect(during.unseal('signing-key', `${before.currentId}.${body}`)).toBeNull();
  });
});

describe('fingerprints', () => {
  it('name the secrets without showing them', () => {
    expect(during.ids).toEqual([after.currentId, before.currentId]);
    expect(during.currentId).toMatch(/^[A-Za-z0-9_-]{12}$/);
    expect(NEW).not.toContain(during.currentId);
  });

  it('choose what bytes derive from', () => {
    expect(during.deriveBytes('one-time-code', 'x', before.currentId)).toEqual(
      before.deriveBytes('one-time-code', 'x'),
    );
    expect(during.deriveBytes('one-time-code', 'x')).toEqual(after.deriveBytes('one-time-code', 'x'));
    expect(during.deriveBytes('one-time-code', 'x')).not.toEqual(during.deriveBytes('other', 'x'));
    expect(after.deriveBytes('one-time-code', 'x', before.currentId)).toBeNull();
  });
});

it('needs a secret', () => {
  expect(() => createSecretBox([])).toThrow();
});
