// next-auth for the console, beside the demo's: the same library, other options and other cookies (docs/decisions). It carries
// an operator to our own login and back as any client would; who of those who come back is an operator, it is told.
import 'server-only';
import type { NextApiRequest, NextApiResponse } from 'next';
import NextAuth, { type NextAuthOptions, type Profile } from 'next-auth';
import { CONSOLE_SESSION_SECONDS } from '@/lib/management/console-door';
import { userinfoAudience } from '@/lib/oidc/access-token';
import { PATHS } from '@/lib/oidc/vocabulary';
import type { Runtime } from '@/lib/runtime/compose';
import type { ConsoleCookie } from '@/lib/runtime/console-cookies';

/** What the ID token says of somebody who came back. */
export type LoginClaims = Profile & Readonly<{ sub: string; sid?: string; auth_time?: number }>;

/** What next-auth answers: where the browser goes, and the cookies it takes along. */
export type AuthAnswer = Readonly<{ location: string | null; setCookies: readonly string[]; body: unknown }>;

/** A step of a sign-in, as next-auth's own routes would be asked for it. */
export type AuthStep = Readonly<{
  action: 'csrf' | 'signin' | 'callback';
  method: 'GET' | 'POST';
  query?: Readonly<Record<string, string>>;
  body?: Readonly<Record<string, string>>;
  /** Cookies by name. */
  cookies: Readonly<Record<string, string>>;
}>;

/** Seconds a browser has for a sign-in it began. */
const SIGN_IN_SECONDS = 3600;

/**
 * Asks next-auth.
 * @param admit begins a session for whoever came back and gives its secret; null, and next-auth sets no cookie
 */
export async function askNextAuth(
  runtime: Runtime,
  { action, method, query = {}, body = {}, cookies }: AuthStep,
  admit: (claims: LoginClaims) => Promise<string | null> = async () => null,
): Promise<AuthAnswer> {
  const { host, protocol } = new URL(runtime.environment.issuer);
  const answer = { location: null as string | null, setCookies: [] as string[], body: null as unknown };
  // Its second form takes plain objects, so that a step needs no request of its own to our address.
  const request = {
    method,
    query: { ...query, nextauth: [action, PROVIDER] },
    body,
    cookies,
    headers: { 'x-forwarded-host': host, 'x-forwarded-proto': protocol.replace(':', '') },
  };
  const response = {
    status: () => response,
    getHeader: (name: string) => (name.toLowerCase() === 'set-cookie' ? answer.setCookies : undefined),
    setHeader(name: string, value: string | string[]) {
      if (name.toLowerCase() === 'set-cookie') answer.setCookies = [value].flat();
      if (name.toLowerCase() === 'location') answer.location = String(value);
      return response;
    },
    send(sent: unknown) {
      answer.body = sent;
    },
    json(sent: unknown) {
      answer.body = sent;
    },
    end() {},
  };
  await NextAuth(
    request as unknown as NextApiRequest,
    response as unknown as NextApiResponse,
    consoleAuthOptions(runtime, admit),
  );
  return answer;
}

const PROVIDER = 'console';
/** Of our own endpoints: next-auth waits 3.5 s, which a host that has just woken up may need for itself. */
const OWN_ANSWER_MS = 15_000;

function consoleAuthOptions(
  runtime: Runtime,
  admit: (claims: LoginClaims) => Promise<string | null>,
): NextAuthOptions {
  const { environment, console: operatorConsole } = runtime;
  const { issuer, origin, isHttps } = environment;
  const { clientId, clientSecret } = operatorConsole.client;
  const { seal } = operatorConsole;
  // On this machine whatever the world outside calls it: the network between may not lead back here.
  const own = (path: string) => new URL(path, runtime.ownAddress()).href;
  const cookie = (of: ConsoleCookie) => ({
    name: operatorConsole.cookieName(of),
    options: {
      httpOnly: true,
      sameSite: 'lax' as const,
      path: '/',
      secure: isHttps,
      maxAge: SIGN_IN_SECONDS,
    },
  });
  const { maxAge: _, ...session } = cookie('session').options;
  let sessionSecret: string | null = null;
  return {
    secret: operatorConsole.cookieSecret,
    session: { strategy: 'jwt', maxAge: CONSOLE_SESSION_SECONDS },
    jwt: {
      maxAge: CONSOLE_SESSION_SECONDS,
      encode: ({ token = {} }) => seal.seal(token),
      decode: async ({ token = '' }) => seal.unseal(token),
    },
    cookies: {
      sessionToken: { name: operatorConsole.cookieName('session'), options: session },
      csrfToken: cookie('csrf'),
      callbackUrl: cookie('callback'),
      pkceCodeVerifier: cookie('pkce'),
      state: cookie('state'),
      nonce: cookie('nonce'),
    },
    providers: [
      {
        id: PROVIDER,
        name: 'Latchkey',
        type: 'oauth',
        issuer,
        authorization: {
          url: new URL(PATHS.authorize, issuer).href,
          // UserInfo whatever the default audience is: an operator is not asked what the console may have of an API.
          params: { scope: 'openid', audience: userinfoAudience(issuer) },
        },
        token: { url: own(PATHS.token) },
        jwks_endpoint: own(PATHS.jwks),
        clientId,
        clientSecret,
        idToken: true,
        checks: ['pkce', 'state', 'nonce'],
        httpOptions: { timeout: OWN_ANSWER_MS },
        profile: ({ sub }: LoginClaims) => ({ id: sub }),
      },
    ],
    callbacks: {
      redirect: async ({ url }) =>
        new URL(url, origin).origin === origin ? new URL(url, origin).href : origin,
      async signIn({ profile }) {
        sessionSecret = await admit(profile as LoginClaims);
        return sessionSecret !== null;
      },
      jwt: async () => ({ session: sessionSecret }),
    },
    logger: {
      error: (code) => runtime.log.warn('console sign-in failed', { step: code }),
      warn() {},
      debug() {},
    },
  };
}
