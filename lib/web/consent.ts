// What the page of consent knows, and what its form needs: whose session is asked, for what, and what was allowed before.
import type { HeldSession } from '@/lib/login/consent';
import type { Interaction } from '@/lib/login/interaction';
import type { Subject } from '@/lib/oidc/authorization-code';
import { findNeededConsent, type NeededConsent } from '@/lib/oidc/consent';
import { type ScopesToShow, scopesToShow } from '@/lib/oidc/scopes-to-show';
import type { Runtime } from '@/lib/runtime/compose';
import type { Browser } from './browser';

/** The session that an interaction asks, as far as this browser still holds it. */
export function askedSession(
  { cookies }: Runtime,
  browser: Browser,
  { sessionId }: Interaction,
): HeldSession | null {
  const secret = cookies.readSession(browser.cookies);
  return sessionId === null || secret === null ? null : { id: sessionId, secret };
}

/** Where nothing has to be asked any more, because client or API changed meanwhile, what was asked for is what is allowed. */
export async function askedConsent(runtime: Runtime, { request }: Interaction): Promise<NeededConsent> {
  const { clientId, audience } = request;
  return (
    (await findNeededConsent(runtime.deps, request)) ?? {
      clientId,
      audience,
      scopes: request.scope.split(' '),
      asksAgain: true,
    }
  );
}

/** What the page shows; null once nobody is signed in here whom it could ask. */
export async function whatConsentShows(
  runtime: Runtime,
  browser: Browser,
  interaction: Interaction,
): Promise<Readonly<{ account: string; asked: ScopesToShow; returnsTo: string | null }> | null> {
  const session = askedSession(runtime, browser, interaction);
  const consent = await askedConsent(runtime, interaction);
  const found = session && (await runtime.consents.findAsked({ session, consent, now: runtime.clock() }));
  if (found === null) return null;
  const api = consent.audience === null ? null : await runtime.deps.resourceServers.find(consent.audience);
  return {
    account: nameOf(found.subject),
    asked: scopesToShow(consent, api, found.allowed),
    returnsTo: hostOf(interaction.request.redirectUri),
  };
}

function nameOf({ email, phoneNumber, name, sub }: Subject): string {
  return email ?? phoneNumber ?? name ?? sub;
}

/** Only of addresses on the web: what stands there in the scheme of an application is its own business. */
function hostOf(redirectUri: string): string | null {
  const { protocol, host } = new URL(redirectUri);
  return protocol === 'https:' || protocol === 'http:' ? host : null;
}
