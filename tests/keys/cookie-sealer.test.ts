import { sealData, unsealData } from 'iron-session';
import { describe, expect, it } from 'vitest';
import { createCookieSealer } from '@/lib/keys/cookie-sealer';
import { createSecretBox } from '@/lib/keys/secret-box';

const [OLD, NEW] = [
  'an old secret of more than thirty-two bytes',
  'a new secret of more than thirty-two bytes!',
];
const clock = () => new Date('2026-11-20T12:00:00Z');
const sealerWith = (...secrets: string[]) => createCookieSealer(createSecretBox(secrets), { clock });

describe('a sealed cookie', () => {
  it('gives back what was sealed, in this process and in another', async () => {
    const sealer = sealerWith(OLD);
    const sealed = await sealer.seal({ step: 'code' }, 3600);
    expect(await sealer.unseal(sealed)).toEqual({ step: 'code' });
    expect(await sealerWith(OLD).unseal(sealed)).toEqual({ step: 'code' });
  });

  it('is one of iron-session, whichever of the two made it', async () => {
    const password = Buffer.from(createSecretBox([OLD]).deriveBytes('cookie', '') ?? '').toString(
      'base64url',
    );
    const value = { name: 'Zoë Ångström', list: [1, null], long: '家'.repeat(700) };
    const ours = await sealerWith(OLD).seal(value, 3600);
    expect(await unsealData(ours, { password, ttl: 3600 })).toEqual({ value });
    const theirs = await sealData({ value }, { password, ttl: 3600 });
    expect(await sealerWith(OLD).unseal(theirs)).toEqual(value);
    expect(ours.replace(/[\w-]+/g, 'x')).toBe(theirs.replace(/[\w-]+/g, 'x'));
  });

  it('sealed twice is not the same twice', async () => {
    const sealer = sealerWith(OLD);
    expect(await sealer.seal('value', 3600)).not.toBe(await sealer.seal('value', 3600));
  });

  it('is nothing once it is too old', async () => {
    const sealed = await sealerWith(OLD).seal('value', -3600);
    expect(await sealerWith(OLD).unseal(sealed)).toBeNull();
  });

  it('shows nothing of what it holds', async () => {
    expect(await sealerWith(OLD).seal({ state: 'a-secret-of-the-client' }, 3600)).not.toContain('a-secret');
  });

  it('changed in any one character is nothing (STA-5)', async () => {
    const sealer = sealerWith(OLD);
    const sealed = await sealer.seal({ step: 'code' }, 3600);
    await sealer.unseal(sealed);
    for (let at = 0; at < sealed.length; at += 7) {
      const other = sealed[at] === 'A' ? 'B' : 'A';
      const changed = sealed.slice(0, at) + other + sealed.slice(at + 1);
      expect(await sealer.unseal(changed), `character ${at}`).toBeNull();
    }
  });

  it('is readable while its SECRET is in the list, and not after', async () => {
    const sealed = await sealerWith(OLD).seal('value', 3600);
    expect(await sealerWith(NEW, OLD).unseal(sealed)).toBe('value');
    expect(await sealerWith(NEW).unseal(sealed)).toBeNull();
  });

  it('read twice gives two values, so that nobody changes what the next reader sees', async () => {
    const sealer = sealerWith(OLD);
    const sealed = await sealer.seal({ list: [1] }, 3600);
    const first = (await sealer.unseal(sealed)) as { list: number[] };
    first.list.push(2);
    expect(await sealer.unseal(sealed)).toEqual({ list: [1] });
  });

  it.each(['', 'x', 'Fe26.2*1*', 'null', '{"value":1}'])('made up is nothing: %j', async (text) => {
    expect(await sealerWith(OLD).unseal(text)).toBeNull();
  });
});
