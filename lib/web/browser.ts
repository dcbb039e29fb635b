// What Next knows of the browser behind a page or an action: its cookies, its headers, and that it is a page of ours
// that posts. Everything about names, sizes and seals is in lib/endpoints/sealed-cookies.ts.
import 'server-only';
import { cookies, headers } from 'next/headers';
import { forbidden } from 'next/navigation';
import { type Cookie, cookieName } from '@/lib/endpoints/cookies';
import type { HeldCookies } from '@/lib/endpoints/sealed-cookies';
import type { Interaction } from '@/lib/login/interaction';
import { chooseLanguage, guessCountry, type Language } from '@/lib/login/languages';
import type { RequestContext } from '@/lib/login/request-context';
import { NONCE_HEADER } from '@/lib/runtime/client-address';
import type { Runtime } from '@/lib/runtime/compose';
import { isSameOrigin } from '@/lib/runtime/page-headers';

/** The cookies of this request. */
export async function heldCookies(): Promise<HeldCookies> {
  return new Map((await cookies()).getAll().map(({ name, value }) => [name, value]));
}

/** Sets cookies with the answer. Only actions and route handlers may. */
export async function setCookies({ environment }: Runtime, list: readonly Cookie[]): Promise<void> {
  const jar = await cookies();
  for (const { name, value, maxAgeSeconds, crossSite } of list) {
    jar.set(cookieName(environment.issuer, name), value, {
      httpOnly: true,
      secure: environment.isHttps,
      path: '/',
      sameSite: crossSite && environment.isHttps ? 'none' : 'lax',
      ...(maxAgeSeconds === null ? {} : { maxAge: maxAgeSeconds }),
    });
  }
}

/** Ends an action that no page of ours sent with 403. The front server says so first; this holds where there is none. */
export async function requireSameOrigin({ environment }: Runtime): Promise<void> {
  if (!isSameOrigin(await headers(), environment.origin)) forbidden();
}

/** The nonce of this response's Content-Security-Policy. */
export async function responseNonce(): Promise<string | null> {
  return (await headers()).get(NONCE_HEADER);
}

/** The language of this request's pages: as the person chose, as the client wishes, as the browser says. */
export async function pageLanguage(interaction: Interaction | null): Promise<Language> {
  const { chosenLanguage = null, request } = interaction ?? {};
  const wanted = [...(chosenLanguage === null ? [] : [chosenLanguage]), ...(request?.uiLocales ?? [])];
  return requestLanguage(wanted);
}

/** The same for a request without a login. @param wanted BCP 47 ranges that come before the browser's */
export async function requestLanguage(wanted: readonly string[]): Promise<Language> {
  return chooseLanguage(wanted, (await headers()).get('accept-language'));
}

/** ISO 3166-1 alpha-2 of the country whose numbers this browser's owner probably has, or null. */
export async function presumedCountry({ request }: Interaction): Promise<string | null> {
  return guessedCountry(request.uiLocales);
}

/** The same for a request without a login. */
export async function guessedCountry(wanted: readonly string[] = []): Promise<string | null> {
  return guessCountry(wanted, (await headers()).get('accept-language'));
}

/** Who is asking, for limits, log and message. `subject` is the keyed hash of the identifier in question. */
export async function requestContext(
  runtime: Runtime,
  asking: { interaction: Interaction | null; subject: string | null },
): Promise<RequestContext> {
  const sent = await headers();
  const known = await runtime.cookies.readKnownBrowser(await heldCookies());
  return {
    ip: runtime.clientAddress(sent),
    userAgent: sent.get('user-agent'),
    language: await pageLanguage(asking.interaction),
    knownBrowserId:
      known !== null && asking.subject !== null && known.subjects.includes(asking.subject) ? known.id : null,
    now: runtime.clock(),
  };
}
