// Who stands at the pages of linking: the client that led here, and the session that is to have another way in. Pages and actions
// agree because both ask here.
import type { LinkAttempt } from '@/lib/endpoints/sealed-cookies';
import type { Connection } from '@/lib/login/connection';
import { guessCountry } from '@/lib/login/languages';
import { mayLink } from '@/lib/login/link-identity';
import { LINK_IDENTITY_PATH } from '@/lib/login/link-path';
import type { ActiveSession } from '@/lib/login/session';
import type { Client } from '@/lib/oidc/client';
import type { Runtime } from '@/lib/runtime/compose';
import type { Browser } from './browser';

export type LinkingVisit = Readonly<
  /** No client of ours, or none whose people have an address or number. */
  | { kind: 'unknown' }
  /** Nobody is signed in here, or was not proven lately. */
  | { kind: 'sign_in_first'; client: Client }
  | {
      kind: 'open';
      client: Client;
      session: ActiveSession;
      offered: readonly Connection[];
      /** By what the person knows their account. */
      account: string;
      /** Null where this session has none. */
      attempt: LinkAttempt | null;
    }
>;

/** @param clientId as a page or a form names it; null: the one that this browser's attempt is for */
export async function visitLinking(
  latchkey: Runtime,
  browser: Browser,
  clientId: string | null,
): Promise<LinkingVisit> {
  const held = await latchkey.cookies.readLinkAttempt(browser.cookies);
  const named = clientId ?? held?.clientId ?? null;
  const client = named === null ? null : await latchkey.clients.find(named);
  if (client === null) return { kind: 'unknown' };
  const offered = await latchkey.offered(client, { request: { connection: null }, chosenConnection: null });
  if (offered.length === 0) return { kind: 'unknown' };
  const secret = latchkey.cookies.readSession(browser.cookies);
  const now = latchkey.clock();
  const session = secret === null ? null : await latchkey.sessions.findActive(secret, now);
  // A code that is on its way may be typed while it lives.
  const isAsked = session !== null && held?.sessionId === session.id && held.question !== null;
  if (session === null || !(isAsked || mayLink(session, now))) return { kind: 'sign_in_first', client };
  const account = await latchkey.linking.accounts.find(session.accountId);
  const attempt = held?.sessionId === session.id && held.clientId === client.clientId ? held : null;
  return {
    ...{ kind: 'open', client, session, offered, attempt },
    account: account?.identities[0]?.typedForm ?? session.accountId,
  };
}

/** The first page, of that client. */
export function linkingPath({ clientId }: Pick<Client, 'clientId'>): string {
  return `${LINK_IDENTITY_PATH}?${new URLSearchParams({ client_id: clientId })}`;
}

/** ISO 3166-1 alpha-2 of numbers without country code: as the browser's owner probably dials, where that is texted to. */
export function linkingCountry(latchkey: Runtime, browser: Browser, offered: readonly Connection[]) {
  const sms = offered.find((connection) => connection.strategy === 'sms');
  const served = sms === undefined ? [] : latchkey.login.servedCountries(sms);
  const guessed = guessCountry([], browser.headers.get('accept-language'));
  if (served === null || (guessed !== null && served.includes(guessed))) return guessed;
  return served.length === 1 ? (served[0] ?? null) : null;
}
