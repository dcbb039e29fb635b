// The browser behind a request, and what it tells of the person in front of it. The same whether Next or the front took the
// request. Everything about names, sizes and seals of cookies is in lib/endpoints/sealed-cookies.ts.
import { parseCookies } from '@/lib/endpoints/cookies';
import type { HeldCookies } from '@/lib/endpoints/sealed-cookies';
import type { Interaction } from '@/lib/login/interaction';
import { chooseLanguage, guessCountry, type Language } from '@/lib/login/languages';
import type { RequestContext } from '@/lib/login/request-context';
import { languagesOf } from '@/lib/login/settings';
import { NONCE_HEADER } from '@/lib/runtime/client-address';
import type { Runtime } from '@/lib/runtime/compose';

/** What one request brought along, and the languages it may be answered in. */
export type Browser = Readonly<{ headers: Headers; cookies: HeldCookies; languages: readonly Language[] }>;

export function browserBehind(headers: Headers, runtime: Pick<Runtime, 'settings'>): Browser {
  return {
    headers,
    cookies: parseCookies(headers.get('cookie')),
    languages: languagesOf(runtime.settings()),
  };
}

/** The nonce of this response's Content-Security-Policy. */
export function responseNonce({ headers }: Browser): string | null {
  return headers.get(NONCE_HEADER);
}

/** The language of this request's pages: as the person chose, as the client wishes, as the browser says. */
export function pageLanguage(browser: Browser, interaction: Interaction | null): Language {
  const { chosenLanguage = null, request } = interaction ?? {};
  const wanted = [...(chosenLanguage === null ? [] : [chosenLanguage]), ...(request?.uiLocales ?? [])];
  return requestLanguage(browser, wanted);
}

/** The same for a request without a login. @param wanted BCP 47 ranges that come before the browser's */
export function requestLanguage({ headers, languages }: Browser, wanted: readonly string[]): Language {
  return chooseLanguage(wanted, headers.get('accept-language'), languages);
}

/** ISO 3166-1 alpha-2 of the country whose numbers this browser's owner probably has, or null. */
export function presumedCountry({ headers }: Browser, { request }: Interaction): string | null {
  return guessCountry(request.uiLocales, headers.get('accept-language'));
}

/** Who is asking, for limits, log and message. `subject` is the keyed hash of the identifier in question. */
export async function requestContext(
  runtime: Runtime,
  browser: Browser,
  asking: { interaction: Interaction | null; subject: string | null },
): Promise<RequestContext> {
  const known = await runtime.cookies.readKnownBrowser(browser.cookies);
  return {
    ip: runtime.clientAddress(browser.headers),
    userAgent: browser.headers.get('user-agent'),
    language: pageLanguage(browser, asking.interaction),
    knownBrowserId:
      known !== null && asking.subject !== null && known.subjects.includes(asking.subject) ? known.id : null,
    now: runtime.clock(),
  };
}
