// The cookies of the console: names of their own, apart from the login's and from the demo's, and the seal of the one that
// holds a session. The front reads that seal as well (front.ts), which is why it is here and not beside the pages.
import { decode, encode, type JWT } from 'next-auth/jwt';
import { cookieName } from '@/lib/endpoints/cookies';
import { CONSOLE_SESSION_SECONDS } from '@/lib/management/console-door';

/** Names before the prefix that https gives them. */
const NAMES = {
  session: 'console-session',
  csrf: 'console-csrf',
  callback: 'console-callback',
  pkce: 'console-pkce',
  state: 'console-state',
  nonce: 'console-nonce',
  setup: 'console-setup',
} as const;

/** Which cookie, by what it holds. */
export type ConsoleCookie = keyof typeof NAMES;

/** Name a cookie of the console goes by at this issuer. */
export function consoleCookieName(issuer: string, cookie: ConsoleCookie): string {
  return cookieName(issuer, NAMES[cookie]);
}

/** What the sealed cookie says: the secret of a session (lib/management/console-door.ts), and nothing that is true for long. */
type Sealed = JWT & Readonly<{ session?: unknown }>;

export type ConsoleSeal = Readonly<{
  /** As next-auth asks for it. */
  seal(claims: JWT): Promise<string>;
  /** Null for what was not sealed here, or is too old. */
  unseal(sealed: string): Promise<JWT | null>;
  /** The secret in that cookie's value, or null. */
  readSession(sealed: string): Promise<string | null>;
}>;

/** @param secrets the first seals, all unseal */
export function createConsoleSeal(secrets: readonly string[]): ConsoleSeal {
  const [current = ''] = secrets;
  async function unseal(sealed: string): Promise<JWT | null> {
    for (const secret of secrets) {
      const claims = await decode({ token: sealed, secret }).catch(() => null);
      if (claims !== null) return claims;
    }
    return null;
  }
  return {
    seal: (claims) => encode({ token: claims, secret: current, maxAge: CONSOLE_SESSION_SECONDS }),
    unseal,
    async readSession(sealed) {
      const { session } = ((await unseal(sealed)) ?? {}) as Sealed;
      return typeof session === 'string' ? session : null;
    },
  };
}
