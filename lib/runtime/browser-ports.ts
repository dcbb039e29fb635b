// The endpoints' ports to what a browser holds: its session, a login about to begin, a sign-out to be confirmed.
// Binds the login domain, the store and the sealed cookies together; the cookies' names and sizes are not known here.

import type { SignIn } from '@/lib/endpoints/authorize';
import type { BrowserSessions } from '@/lib/endpoints/browser-session';
import { type Cookie, parseCookies, serializeCookie } from '@/lib/endpoints/cookies';
import type { SignOut } from '@/lib/endpoints/end-session';
import type { SealedCookies } from '@/lib/endpoints/sealed-cookies';
import { issuedOf, newAuthorization } from '@/lib/login/authorization';
import { newInteraction } from '@/lib/login/interaction';
import type { Randomness } from '@/lib/login/randomness';
import type { SessionStore } from '@/lib/login/session';
import type { IssuedCodeStore } from '@/lib/store/prisma/authorization-codes';

export type BrowserPortsDeps = Readonly<{
  cookies: SealedCookies;
  sessions: SessionStore;
  codes: IssuedCodeStore;
  random: Randomness;
  clock: () => Date;
  issuer: string;
  clientAddress(headers: Headers): string | null;
  /** Tells clients of sign-outs, behind the answer. Never throws. */
  tellSoon(): void;
}>;

export function createBrowserPorts(deps: BrowserPortsDeps): {
  sessions: BrowserSessions;
  signIn: SignIn;
  signOut: SignOut;
} {
  const { cookies, clock } = deps;
  const serialize = (cookie: Cookie) => serializeCookie(deps.issuer, cookie);
  const heldBy = (headers: Headers) => parseCookies(headers.get('cookie'));
  const originOf = (headers: Headers) => ({
    ip: deps.clientAddress(headers),
    userAgent: headers.get('user-agent'),
    now: clock(),
  });

  return {
    sessions: {
      async findActive(headers) {
        const secret = cookies.readSession(heldBy(headers));
        return secret === null ? null : deps.sessions.findActive(secret, clock(), originOf(headers));
      },
      heldSecret: (headers) => cookies.readSession(heldBy(headers)),
      hold({ secret, expiresAt }) {
        const maxAgeSeconds = Math.floor((expiresAt.getTime() - clock().getTime()) / 1000);
        return [serialize(cookies.holdSession(secret, maxAgeSeconds))];
      },
      async end(headers, clientId) {
        const secret = cookies.readSession(heldBy(headers));
        const session = secret === null ? null : await deps.sessions.findActive(secret, clock());
        const toldClients =
          session === null
            ? []
            : await deps.sessions.end({ sessionId: session.id, clientId, ...originOf(headers) });
        if (toldClients.length > 0) deps.tellSoon();
        return { setCookies: [serialize(cookies.holdSession('', 0))], toldClients };
      },
    },

    signIn: {
      async begin({ request, session, headers }) {
        const interaction = newInteraction({
          id: deps.random.id(),
          createdAt: clock().getTime(),
          request,
          sessionId: session?.id ?? null,
        });
        const set = await cookies.holdInteraction(interaction, heldBy(headers));
        const step = session === null ? 'identifier' : 'consent';
        return { location: `/login/${interaction.id}/${step}`, setCookies: set.map(serialize) };
      },
      async issue({ request, consent, session, headers }) {
        const origin = originOf(headers);
        const authorization = newAuthorization(deps.random, request, origin.now);
        const { clientId } = request;
        const kind = await deps.codes.issue({ clientId, consent, authorization, session, origin });
        return kind === 'issued' ? { kind, ...issuedOf(authorization) } : { kind };
      },
    },

    signOut: {
      async begin({ request }) {
        return { location: '/logout', setCookies: [serialize(await cookies.holdSignOut(request))] };
      },
      async finish(signedOut) {
        return { location: '/logout/done', setCookies: [serialize(await cookies.holdSignedOut(signedOut))] };
      },
    },
  };
}
