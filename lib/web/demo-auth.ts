// The demo application's side of the login: next-auth, set up as its manual says for any OpenID Provider. It knows of
// Latchkey what every client knows: the issuer, a client id and a secret.
import 'server-only';
import type { NextAuthOptions } from 'next-auth';
import type { Runtime } from '@/lib/runtime/compose';

/** Null where there is no demo: on every issuer that others can reach. */
export function demoAuthOptions({ environment, demo }: Runtime): NextAuthOptions | null {
  if (demo === null) return null;
  return {
    secret: demo.cookieSecret,
    pages: { signIn: '/demo', error: '/demo' },
    providers: [
      {
        id: 'demo',
        name: 'Latchkey',
        type: 'oauth',
        wellKnown: `${environment.issuer}.well-known/openid-configuration`,
        clientId: demo.clientId,
        clientSecret: demo.clientSecret,
        authorization: { params: { scope: 'openid profile email' } },
        idToken: true,
        checks: ['pkce', 'state', 'nonce'],
        profile: (claims) => ({
          id: claims.sub,
          name: claims.name,
          email: claims.email,
          image: claims.picture,
        }),
      },
    ],
    callbacks: {
      // There is one place to return to, whatever a request names (RED-9).
      redirect: () => `${environment.origin}/demo`,
      jwt: ({ token, account, profile }) =>
        account ? { ...token, claims: profile, idToken: account.id_token } : token,
      session: ({ session, token }) => ({ ...session, claims: token.claims }),
    },
  };
}
