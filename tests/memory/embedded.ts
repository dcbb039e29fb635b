// Embedded passwordless where nobody asked for anything: what endpoints that have to do with other things are handed.
import type { EmbeddedDeps } from '@/lib/login/embedded-login';
import type { Randomness } from '@/lib/login/randomness';
import { NO_SETTINGS, sessionLifetimes } from '@/lib/login/settings';
import { emailConnection, memoryConnections } from './connections';

const NO_TOKENS = { derive: () => 'token', read: () => null };

export function memoryEmbedded(random: Randomness): EmbeddedDeps {
  return {
    challenges: {
      ask: async () => {
        throw new Error('Challenges are asked on a real store.');
      },
      findStanding: async () => null,
      findAsked: async () => null,
      check: async () => ({ kind: 'ended' }),
      answer: async () => ({ kind: 'ended' }),
    },
    connections: memoryConnections(emailConnection()),
    codes: { pepperId: 'pepper', derive: () => '123456', equal: (a, b) => a === b },
    links: { derive: () => 'link' },
    tokens: { loginTicket: NO_TOKENS, authSession: NO_TOKENS },
    origin: 'https://op.test',
    random,
    hashSubject: (subject) => `hash of ${subject}`,
    limitOverrides: () => ({}),
    sessionLifetimes: () => sessionLifetimes(NO_SETTINGS),
    servedCountries: () => null,
    spendGuard: { admit: async () => null, answered: async () => {} },
    pause: async () => {},
  };
}
