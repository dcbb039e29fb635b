// Sealed cookies of iron-session: what a browser carries for us and can neither read nor change. iron-session opens them; they
// are made by the library below it, which can be told whose cryptography to use, and so costs a sixth.
// With several SECRETs the first seals and each unseals, so that replacing one ends no login in progress.
import { unsealData } from 'iron-session';
import { defaults, seal } from 'iron-webcrypto';
import type { CookieSealer } from '@/lib/endpoints/sealed-cookies';
import type { SecretBox } from './secret-box';
import { synchronousCrypto } from './synchronous-crypto';

/** How iron-session names the one password it is given, and what it puts behind a seal of its present format. */
const PASSWORD_ID = '1';
const FORMAT = '~2';
/** Seals remembered at once: what this process sealed or unsealed lately, it need not decrypt again. */
const MEMORY_MAX = 2_000;
/** How long one is remembered; the lifetimes inside are hours. */
const MEMORY_MS = 60_000;

export function createCookieSealer(box: SecretBox, { clock }: { clock: () => Date }): CookieSealer {
  const passwords = box.ids.map((id) =>
    Buffer.from(box.deriveBytes('cookie', '', id) ?? '').toString('base64url'),
  );
  const [current] = passwords;
  if (current === undefined) throw new Error('A cookie sealer needs a secret.');
  // A login shows its cookie to us half a dozen times within seconds, and each look would cost a millisecond. A seal that
  // is equal to the letter holds what it held; the value is kept as text, so that nobody changes it for the next reader.
  const remembered = new Map<string, { json: string; until: number }>();

  function remember(sealed: string, value: unknown): void {
    remembered.delete(sealed);
    remembered.set(sealed, { json: JSON.stringify(value), until: clock().getTime() + MEMORY_MS });
    const [oldest] = remembered.keys();
    if (remembered.size > MEMORY_MAX && oldest !== undefined) remembered.delete(oldest);
  }

  return {
    async seal(value, lifetimeSeconds) {
      const password = { id: PASSWORD_ID, secret: current };
      const options = { ...defaults, ttl: lifetimeSeconds * 1000 };
      const sealed = (await seal(synchronousCrypto, { value }, password, options)) + FORMAT;
      remember(sealed, value);
      return sealed;
    },

    async unseal(sealed) {
      const known = remembered.get(sealed);
      if (known !== undefined && known.until > clock().getTime()) return JSON.parse(known.json);
      for (const password of passwords) {
        // A seal that does not hold comes back as an empty object.
        const { value } = await unsealData<{ value?: unknown }>(sealed, { password }).catch(() => ({
          value: undefined,
        }));
        if (value === undefined) continue;
        remember(sealed, value);
        return value;
      }
      return null;
    },
  };
}
