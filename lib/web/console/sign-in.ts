// Into the console and out of it: begins a sign-in at our own login, receives whoever comes back, ends a session. Route
// handlers only, because cookies are set on the way. Security ADM-1, ADM-3.
import 'server-only';
import { cookies, headers } from 'next/headers';
import { CONSOLE_PROOF_SECONDS, type OperatorVisit } from '@/lib/management/console-door';
import { CONSOLE_PATH, isConsolePath } from '@/lib/management/console-path';
import type { Runtime } from '@/lib/runtime/compose';
import { requireSameOrigin } from '@/lib/web/next-door';
import { type AuthStep, askNextAuth, type LoginClaims } from './next-auth';
import { pathWith } from './paging';

/** The page that people sign in at, and what it may be told of how they got there. */
export const SIGN_IN_PATH = `${CONSOLE_PATH}/sign-in`;

export const SIGN_IN_REASONS = ['signed_out', 'no_operator', 'failed', 'proof'] as const;

export type SignInReason = (typeof SIGN_IN_REASONS)[number];

/** Seconds since a proof that is asked for because it must be recent. */
const FRESH_PROOF_SECONDS = 60;
/** How long a browser remembers the link of the set-up while its owner signs in. */
const SETUP_SECONDS = 3600;

/** Where else an operator may be taken after signing in. */
const OUTSIDE = ['/inbox'];

/** A path of the console that somebody asks to be taken to; its beginning where it is none. */
export function parseDestination(runtime: Runtime, asked: unknown): string {
  const { origin } = runtime.environment;
  if (typeof asked !== 'string' || !URL.canParse(asked, origin)) return CONSOLE_PATH;
  const url = new URL(asked, origin);
  const isOurs = isConsolePath(url.pathname) || OUTSIDE.includes(url.pathname);
  return url.origin === origin && isOurs ? `${url.pathname}${url.search}` : CONSOLE_PATH;
}

/** Path of the sign-in page. @param to where to go on afterwards */
export function signInPath({ reason, to }: { reason?: SignInReason; to?: string }): string {
  return pathWith(SIGN_IN_PATH, { ...(reason && { reason }), ...(to && { to }) });
}

/**
 * Sends the browser to the login.
 * @param begin.fresh whose proof must be made now, not an hour ago; null for whoever signs in
 * @param begin.setupToken from the link of the set-up
 */
export async function beginSignIn(
  runtime: Runtime,
  begin: { to: string; fresh: OperatorVisit | null; setupToken: string | null },
): Promise<Response> {
  await requireSameOrigin(runtime);
  const held = await heldByBrowser();
  const csrf = await askNextAuth(runtime, { action: 'csrf', method: 'GET', cookies: held });
  const { csrfToken = '' } = csrf.body as { csrfToken?: string };
  const answer = await askNextAuth(runtime, {
    action: 'signin',
    method: 'POST',
    cookies: { ...held, ...namedIn(csrf.setCookies) },
    query: {
      max_age: String(begin.fresh === null ? CONSOLE_PROOF_SECONDS : FRESH_PROOF_SECONDS),
      ...(begin.fresh?.address && { login_hint: begin.fresh.address }),
    },
    body: { csrfToken, callbackUrl: new URL(begin.to, runtime.environment.origin).href },
  });
  const isSent = answer.location?.startsWith(new URL('authorize', runtime.environment.issuer).href) ?? false;
  return leaveFor(isSent ? answer.location : signInPath({ reason: 'failed' }), [
    ...csrf.setCookies,
    ...answer.setCookies,
    ...(begin.setupToken === null ? [] : [setupCookie(runtime, begin.setupToken, SETUP_SECONDS)]),
  ]);
}

/** Receives the browser back from the login, and lets operators in. */
export async function finishSignIn(runtime: Runtime, request: Request): Promise<Response> {
  const { console: operatorConsole } = runtime;
  const held = await heldByBrowser();
  const setupToken = held[operatorConsole.cookieName('setup')] ?? null;
  const previous = await readHeldSession(runtime, held);
  let isOperator: boolean | null = null;
  const step: AuthStep = {
    action: 'callback',
    method: 'GET',
    cookies: held,
    query: Object.fromEntries(new URL(request.url).searchParams),
  };
  const answer = await askNextAuth(runtime, step, async (claims) => {
    const secret = await admit(runtime, claims, setupToken);
    isOperator = secret !== null;
    return secret;
  });
  if (isOperator && previous !== null) await operatorConsole.door.leave(previous);
  const to = isOperator
    ? parseDestination(runtime, answer.location)
    : signInPath({ reason: isOperator === null ? 'failed' : 'no_operator' });
  return leaveFor(to, [
    ...answer.setCookies,
    ...(setupToken !== null && isOperator ? [setupCookie(runtime, '', 0)] : []),
  ]);
}

/** Ends the session of this browser at the console. The login's own stays: the page offers to end that too. */
export async function signOut(runtime: Runtime): Promise<Response> {
  await requireSameOrigin(runtime);
  const { console: operatorConsole, environment } = runtime;
  const secret = await readHeldSession(runtime, await heldByBrowser());
  if (secret !== null) await operatorConsole.door.leave(secret);
  const ended = `${operatorConsole.cookieName('session')}=; ${attributes(environment.isHttps, 0)}`;
  return leaveFor(signInPath({ reason: 'signed_out' }), [ended]);
}

/** The secret of the session this browser holds at the console; whether it is alive the door knows. */
export async function readHeldSession(
  { console: operatorConsole }: Runtime,
  held: Readonly<Record<string, string>>,
): Promise<string | null> {
  const sealed = held[operatorConsole.cookieName('session')];
  return sealed === undefined ? null : operatorConsole.seal.readSession(sealed);
}

/** Cookies of this request, by name. */
export async function heldByBrowser(): Promise<Readonly<Record<string, string>>> {
  return Object.fromEntries((await cookies()).getAll().map(({ name, value }) => [name, value]));
}

async function admit(
  runtime: Runtime,
  { sub, sid, auth_time: authTime }: LoginClaims,
  setupToken: string | null,
): Promise<string | null> {
  const { console: operatorConsole, clock } = runtime;
  const sent = await headers();
  const ip = runtime.clientAddress(sent);
  if (sid === undefined || authTime === undefined || !operatorConsole.isOpenTo(ip)) return null;
  const sessionSecret = operatorConsole.draw.sessionSecret();
  const role = await operatorConsole.door.admit({
    accountId: sub,
    loginSessionId: sid,
    authenticatedAt: new Date(authTime * 1000),
    admins: operatorConsole.admins,
    setupToken,
    sessionSecret,
    operatorId: operatorConsole.draw.operatorId(),
    ip,
    userAgent: sent.get('user-agent'),
    now: clock(),
  });
  return role === null ? null : sessionSecret;
}

/** Sends the browser on, by GET. */
export function leaveFor(location: string | null, setCookies: readonly string[]): Response {
  const answer = new Headers({ Location: location ?? SIGN_IN_PATH, 'Cache-Control': 'no-store' });
  for (const cookie of setCookies) answer.append('Set-Cookie', cookie);
  return new Response(null, { status: 303, headers: answer });
}

function setupCookie(
  { console: operatorConsole, environment }: Runtime,
  token: string,
  seconds: number,
): string {
  const value = `${operatorConsole.cookieName('setup')}=${encodeURIComponent(token)}`;
  return `${value}; ${attributes(environment.isHttps, seconds)}`;
}

function attributes(isHttps: boolean, maxAgeSeconds: number): string {
  return [
    'Path=/',
    'HttpOnly',
    'SameSite=Lax',
    ...(isHttps ? ['Secure'] : []),
    `Max-Age=${maxAgeSeconds}`,
  ].join('; ');
}

/** Names and values of cookies that are being set. */
function namedIn(setCookies: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    setCookies.map((cookie) => {
      const [pair = ''] = cookie.split(';', 1);
      const equals = pair.indexOf('=');
      return [pair.slice(0, equals), decodeURIComponent(pair.slice(equals + 1))];
    }),
  );
}
