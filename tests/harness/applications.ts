// Applications of a tenant's: registered through the management API, used by people in a browser. What is the same for
// every client library.
import { generateKeyPairSync, randomInt } from 'node:crypto';
import { ManagementClient } from 'auth0-v7';
import { expect } from 'vitest';
import { witness } from './evidence';
import { DOMAIN, MACHINE } from './tenant';
import { createVisitor, type Visit, type Visitor } from './visitor';

/** What applications ask for. */
export const SCOPE = 'openid profile email offline_access read:orders';

/** Who manages the installation from outside: auth0 7.1. */
export const operator = new ManagementClient({ domain: DOMAIN, ...MACHINE });

/** An application, as its developer knows it. */
export type RegisteredApp = Readonly<{ client_id: string; client_secret: string; callback: string }>;

/** What Auth0's types know, and what is ours. */
export type Registration = Omit<
  Parameters<ManagementClient['clients']['create']>[0],
  'token_endpoint_auth_method'
> & {
  require_pkce: boolean;
  token_endpoint_auth_method: 'client_secret_basic' | 'private_key_jwt';
  jwks: { keys: object[] };
};

/** Registers an application of a site through the management API. */
export async function register(
  site: string,
  callback: string,
  settings: Partial<Registration> = {},
): Promise<RegisteredApp> {
  const origin = `https://${site}`;
  const app = await operator.clients.create({
    name: site,
    app_type: 'regular_web',
    callbacks: [`${origin}${callback}`],
    allowed_logout_urls: [origin, `${origin}/`],
    ...settings,
  } as Parameters<ManagementClient['clients']['create']>[0]);
  return {
    client_id: app.client_id ?? '',
    client_secret: witness(app.client_secret ?? ''),
    callback: `${origin}${callback}`,
  };
}

/** A key that an application proves itself with in place of a secret: what it registers, and the private half as PEM. */
export function newKey(): { settings: Partial<Registration>; pem: string } {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const jwk = { ...publicKey.export({ format: 'jwk' }), alg: 'RS256', use: 'sig', kid: 'first' };
  return {
    settings: { token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [jwk] } },
    pem: `${privateKey.export({ type: 'pkcs8', format: 'pem' })}`,
  };
}

/** One browser, on the application's site and on ours. */
export function openBrowser(site: string): Browser {
  return { app: createVisitor(`https://${site}`), login: createVisitor(`https://${DOMAIN}`) };
}

export type Browser = Readonly<{ app: Visitor; login: Visitor }>;

/** Where an answer sends the browser. @throws when it stays */
export function leavesTo(visit: Visit): URL {
  if (visit.leavesTo === null) throw new Error(`Still at ${visit.url}, ${visit.status}: ${visit.text}`);
  return visit.leavesTo;
}

/** Whether our own session is gone: the silent question of any application is refused. */
export async function expectSignedOut({ login }: Pick<Browser, 'login'>, app: RegisteredApp): Promise<void> {
  const ask = new URLSearchParams({
    client_id: app.client_id,
    redirect_uri: app.callback,
    response_type: 'code',
    scope: 'openid',
    prompt: 'none',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
  });
  const answer = await login.open(`/authorize?${ask}`);
  expect(answer.leavesTo?.searchParams.get('error')).toBe('login_required');
}

let people = 0;

/** Somebody who never signed in before. */
export const newAddress = (): string => witness(`person${++people}@example.com`);

/** Of somebody likewise, as people in Germany have them. */
export const newNumber = (): string => witness(`+49151${randomInt(10_000_000, 99_999_999)}`);

/** The link of an e-mail that an application asked for. */
export const linkOf = ({ text }: Readonly<{ text: string | null }>): string =>
  witness(/https:\/\/\S+verify_redirect\S+/.exec(text ?? '')?.[0] ?? '');

/** The six digits of a text message. */
export const codeOf = ({ body }: Readonly<{ body: string }>): string =>
  witness(/^\d{6}/.exec(body)?.[0] ?? '');
