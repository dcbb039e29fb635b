// Who asks, at endpoints for programs: for limits, the audit log, and the language of a message. No browser is known here.
import { chooseLanguage } from '@/lib/login/languages';
import type { RequestContext } from '@/lib/login/request-context';
import type { Deps } from './deps';

/**
 * `auth0-forwarded-for` is not read: no client is registered as one whose word for an address is taken (RLM-4). An
 * authenticated client is not limited by its own address in its stead.
 */
export function contextOf(deps: Pick<Deps, 'clientAddress' | 'clock'>, headers: Headers): RequestContext {
  // Auth0's header for an application whose pages do not speak the browser's language.
  const wanted = headers.get('x-request-language') ?? headers.get('accept-language');
  return {
    ip: deps.clientAddress(headers),
    userAgent: headers.get('user-agent'),
    language: chooseLanguage([], wanted),
    knownBrowserId: null,
    now: deps.clock(),
  };
}

/** Origin of the page that a browser comes from; null where it does not say. No page can make a browser name another. */
export function referringOrigin(headers: Headers): string | null {
  const referrer = headers.get('referer');
  return referrer !== null && URL.canParse(referrer) ? new URL(referrer).origin : null;
}
