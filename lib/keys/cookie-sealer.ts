// Sealed cookies by iron-session: what a browser carries for us and can neither read nor change.
// With several SECRETs the first seals and each unseals, so that replacing one ends no login in progress.
import { sealData, unsealData } from 'iron-session';
import type { CookieSealer } from '@/lib/endpoints/sealed-cookies';
import type { SecretBox } from './secret-box';

export function createCookieSealer(box: SecretBox): CookieSealer {
  const passwords = box.ids.map((id) =>
    Buffer.from(box.deriveBytes('cookie', '', id) ?? '').toString('base64url'),
  );
  const [current] = passwords;
  if (current === undefined) throw new Error('A cookie sealer needs a secret.');
  return {
    seal: (value, lifetimeSeconds) => sealData({ value }, { password: current, ttl: lifetimeSeconds }),
    async unseal(sealed) {
      for (const password of passwords) {
        // A seal that does not hold comes back as an empty object.
        const { value } = await unsealData<{ value?: unknown }>(sealed, { password }).catch(() => ({
          value: undefined,
        }));
        if (value !== undefined) return value;
      }
      return null;
    },
  };
}
