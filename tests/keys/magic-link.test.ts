import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createLinkDeriver } from '@/lib/keys/magic-link';
import { createSecretBox } from '@/lib/keys/secret-box';

const SECRET = 'kT9v0pQ2xWm5Zr8LbN4yUc7HdJ1sGfEa';
const NEXT_SECRET = 'Vw3eRt6yUi9oPa2sDf5gHj8kLz1xCv4b';

const box = createSecretBox([SECRET]);
const links = createLinkDeriver(box);
const rotated = createLinkDeriver(createSecretBox([NEXT_SECRET, SECRET]));
const next = createLinkDeriver(createSecretBox([NEXT_SECRET]));

const challengeId = randomBytes(16).toString('base64url');
const derive = (target: { challengeId?: string; generation?: number } = {}) =>
  links.derive({ challengeId, generation: 0, pepperId: box.currentId, ...target }) ?? '';

describe('a link', () => {
  it('says which challenge and which of its codes it stands for, and is the same each time', () => {
    for (const generation of [0, 1, 2, 255, 256, 65_535])
      expect(links.read(derive({ generation }))).toEqual({ challengeId, generation });
    expect(derive()).toBe(derive());
  });

  it('MAG-1: has 192 bits that only a holder of SECRET can tell', () => {
    const bytes = Buffer.from(derive(), 'base64url');
    expect(bytes).toHaveLength(16 + 2 + 24);
    expect(bytes.subarray(0, 16).toString('base64url')).toBe(challengeId);
    const others = [
      derive({ generation: 1 }),
      derive({ challengeId: randomBytes(16).toString('base64url') }),
    ];
    const macs = [derive(), ...others].map((token) => Buffer.from(token, 'base64url').toString('hex', 18));
    expect(new Set(macs).size).toBe(3);
  });

  it('MAG-1: is good for one purpose: a login ticket is none, and none is a login ticket', () => {
    const tickets = createLinkDeriver(box, 'login-ticket');
    const ticket = tickets.derive({ challengeId, generation: 0, pepperId: box.currentId }) ?? '';
    expect(tickets.read(ticket)).toEqual({ challengeId, generation: 0 });
    expect(tickets.read(derive())).toBeNull();
    expect(links.read(ticket)).toBeNull();
  });

  it('MAG-9: of which any bit was changed is none, and so is one made with another SECRET', () => {
    const genuine = Buffer.from(derive(), 'base64url');
    for (let bit = 0; bit < genuine.length * 8; bit++) {
      const changed = Buffer.from(genuine);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(links.read(changed.toString('base64url'))).toBeNull();
    }
    expect(next.read(derive())).toBeNull();
    expect(links.read(genuine.toString('base64url'))).not.toBeNull();
  });

  it.each<[string, (token: string) => string]>([
    ['nothing', () => ''],
    ['a part', (token) => token.slice(0, -1)],
    ['more than all', (token) => `${token}A`],
    ['padding', (token) => `${token.slice(0, -1)}=`],
    ['a line break', (token) => `${token}\n`],
    ['the other alphabet', (token) => `${token.slice(0, -1)}+`],
    ['a null byte', (token) => `${token.slice(0, -1)}\0`],
    ['letters beyond ASCII', (token) => `${token.slice(0, -1)}é`],
    ['a megabyte', (token) => token.repeat(20_000)],
    ['a challenge alone', () => challengeId],
  ])('MAG-8: with %s is none', (_, change) => {
    expect(links.read(change(derive()))).toBeNull();
  });

  it('survives the replacement of SECRET while the old one is listed, and is gone after', () => {
    const seed = { challengeId, generation: 0, pepperId: box.currentId };
    expect(rotated.read(derive())).toEqual({ challengeId, generation: 0 });
    expect(rotated.derive(seed)).toBe(derive());
    expect(next.derive(seed)).toBeNull();
  });

  it('comes of a key of its own: a code of the same challenge tells nothing of it', () => {
    const mac = Buffer.from(derive(), 'base64url').subarray(18);
    const purposes = ['one-time-code', 'session', 'cookie'];
    for (const purpose of purposes)
      expect(Buffer.from(box.deriveBytes(purpose, `${challengeId}.0`) ?? []).subarray(0, 24)).not.toEqual(
        mac,
      );
  });

  it('is not made for what is no challenge of ours', () => {
    for (const foreign of ['', 'short', 'x'.repeat(23), '!'.repeat(22)])
      expect(() => derive({ challengeId: foreign })).toThrow();
    expect(() => derive({ generation: 65_536 })).toThrow();
  });
});
