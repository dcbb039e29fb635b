// Who asks, at endpoints for programs: for limits, the audit log, and the language of a message. No browser is known here.
import ipaddr from 'ipaddr.js';
import { chooseLanguage } from '@/lib/login/languages';
import type { RequestContext } from '@/lib/login/request-context';
import { type Client, isPublicClient } from '@/lib/oidc/client';
import type { Deps } from './deps';

/** @param client who asks, proven; its word for the address of the person may be taken */
export function contextOf(
  deps: Pick<Deps, 'clientAddress' | 'clock'>,
  headers: Headers,
  client: Client | null = null,
): RequestContext {
  // Auth0's header for an application whose pages do not speak the browser's language.
  const wanted = headers.get('x-request-language') ?? headers.get('accept-language');
  return {
    ip: forwardedAddress(client, headers) ?? deps.clientAddress(headers),
    userAgent: headers.get('user-agent'),
    language: chooseLanguage([], wanted),
    knownBrowserId: null,
    now: deps.clock(),
  };
}

/**
 * Whether the address of the context is the person's own, so that limits by network count it: a client without a secret is
 * the browser or the telephone of a person, a server has an address for all of them.
 */
export function isPersonsAddress(client: Client, headers: Headers): boolean {
  return isPublicClient(client) || forwardedAddress(client, headers) !== null;
}

/**
 * The address that a client says the person has: of one that has proven itself and is registered as one whose word is taken,
 * and of no other (RLM-4). Auth0's header.
 */
function forwardedAddress(client: Client | null, headers: Headers): string | null {
  if (client === null || !client.trustsForwardedAddress || isPublicClient(client)) return null;
  const said = headers.get('auth0-forwarded-for')?.trim() ?? '';
  return ipaddr.isValid(said) ? ipaddr.process(said).toString() : null;
}

/** Origin of the page that a browser comes from; null where it does not say. No page can make a browser name another. */
export function referringOrigin(headers: Headers): string | null {
  const referrer = headers.get('referer');
  return referrer !== null && URL.canParse(referrer) ? new URL(referrer).origin : null;
}
