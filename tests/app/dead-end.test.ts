// Which way a page offers out of a sign-in that cannot go on.
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { showDeadEnd } from '@/app/(login)/login/[interaction]/dead-end';
import type { Words } from '@/components/words';
import { type Interaction, newInteraction } from '@/lib/login/interaction';
import { restartLocation } from '@/lib/login/restart';
import type { Client } from '@/lib/oidc/client';
import { wordsOf } from '@/lib/runtime/words';
import type { Visit } from '@/lib/web/visit';
import { ISSUER } from '@/tests/memory/deps';
import { CLIENT, REQUEST } from '@/tests/store/conformance/sign-in-desk';

const PAGE = {
  t: wordsOf('en') as Words,
  language: 'en',
  direction: 'ltr',
  client: { name: 'Acme' },
  tenantName: null,
  brand: null,
  surroundings: null,
  footer: null,
  nonce: null,
  script: null,
  passkeyScript: null,
} as const;
const START = 'https://rp.test/start';
const BEGINNING = `${START}?iss=${encodeURIComponent(ISSUER)}`;

/** Where the one button of the page leads; null where it has none. */
function wayOut(
  kind: Exclude<Visit['kind'], 'open' | 'proven' | 'unknown'>,
  { finished = null, ...changes }: Partial<Client> & { finished?: Interaction['finished'] } = {},
): string | null {
  const begun = newInteraction({ id: 'i1', createdAt: 0, request: REQUEST });
  const interaction = { ...begun, finished };
  const visit = { kind, interaction, client: { ...CLIENT, ...changes }, language: 'en' } as const;
  const deps = { deps: { issuer: ISSUER }, clock: () => new Date(0) };
  const shown = showDeadEnd(deps, { visit, page: PAGE, title: '' });
  const html = shown.kind === 'page' ? renderToStaticMarkup(shown.card) : '';
  return /<a href="([^"]+)" class="button"/.exec(html)?.[1]?.replaceAll('&amp;', '&') ?? null;
}

const again = restartLocation(REQUEST);

describe('a sign-in that is too old', () => {
  it('begins where the client begins one, else with the same request', () => {
    expect(wayOut('expired', { initiateLoginUri: START })).toBe(BEGINNING);
    expect(wayOut('expired')).toBe(again);
  });

  it('of a client that pushes its requests begins nowhere else (RFC 9126 §6)', () => {
    expect(wayOut('expired', { requirePushedRequests: true })).toBeNull();
    expect(wayOut('expired', { requirePushedRequests: true, initiateLoginUri: START })).toBe(BEGINNING);
  });
});

describe('a sign-in that ended', () => {
  it('begins with the same request, while the client remembers it', () => {
    for (const finished of ['too_many_tries', 'cancelled'] as const) {
      expect(wayOut('finished', { finished, initiateLoginUri: START })).toBe(again);
      expect(wayOut('finished', { finished, requirePushedRequests: true })).toBeNull();
    }
    expect(wayOut('overtaken', { initiateLoginUri: START })).toBe(again);
  });

  it('well leads to the client', () => {
    expect(wayOut('finished', { finished: 'signed_in', initiateLoginUri: START })).toBe(BEGINNING);
    expect(wayOut('finished', { finished: 'signed_in' })).toBe('https://rp.test/');
  });
});
