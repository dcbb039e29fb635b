// A visit to the pages of a magic link: what it leads to in this browser, whose sign-in it is, and in which language to say
// so. Reads; never writes, whoever visits (MAG-2).
import 'server-only';
import { cache } from 'react';
import type { FoundChallenge } from '@/lib/login/challenge';
import type { Language } from '@/lib/login/languages';
import { LINK_PATH } from '@/lib/login/magic-link';
import { type LinkVisit, visitLink } from '@/lib/login/open-link';
import { clientHome } from '@/lib/login/restart';
import type { ActiveSession } from '@/lib/login/session';
import type { Client } from '@/lib/oidc/client';
import type { Runtime } from '@/lib/runtime/compose';
import { type Browser, pageLanguage } from './browser';

export type VisitedLink = Readonly<{
  link: LinkVisit;
  /** Of every genuine link that house-keeping has not removed. */
  challenge: FoundChallenge | null;
  client: Client | null;
  language: Language;
}>;

/** Once a request, however many parts of a page ask. */
export const visitMagicLink = cache(
  async (runtime: Runtime, browser: Browser, magicLinkToken: string): Promise<VisitedLink> => {
    let found: FoundChallenge | null = null;
    const challenges = {
      ...runtime.login.challenges,
      async find(challengeId: string) {
        found = await runtime.login.challenges.find(challengeId);
        return found;
      },
    };
    const link = await visitLink(
      { ...runtime.login, challenges },
      {
        magicLinkToken,
        findInteraction: (id) => runtime.cookies.readInteraction(browser.cookies, id),
        findAccountId: async () => (await findSession(runtime, browser))?.accountId ?? null,
        now: runtime.clock(),
      },
    );
    const challenge = found as FoundChallenge | null;
    return {
      link,
      challenge,
      client: challenge && (await runtime.clients.find(challenge.clientId)),
      language: pageLanguage(browser, 'interaction' in link ? link.interaction : null),
    };
  },
);

/** Path of a link's landing page, or of a page below it. */
export function linkPath(magicLinkToken: string, below: 'stop' | 'done' | null = null): string {
  const path = `${LINK_PATH}/${encodeURIComponent(magicLinkToken)}`;
  return below === null ? path : `${path}/${below}`;
}

/** The live session of this browser, or null. */
export async function findSession(runtime: Runtime, browser: Browser): Promise<ActiveSession | null> {
  const secret = runtime.cookies.readSession(browser.cookies);
  return secret === null ? null : runtime.sessions.findActive(secret, runtime.clock());
}

/** Where a person without a login in progress goes on, an address of the client; null when none is known. */
export function homeOf({ deps }: Runtime, client: Client | null): string | null {
  const redirectUri = client?.initiateLoginUri ?? client?.redirectUris[0];
  return client === null || redirectUri === undefined ? null : clientHome(client, redirectUri, deps.issuer);
}
