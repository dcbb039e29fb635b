// What every card of one request shares: words, whose sign-in it is, the nonce of its policy.
import type { PageSetting } from '@/components/frame';
import type { Client } from '@/lib/oidc/client';
import { type Language, wordsOf } from '@/lib/runtime/words';
import { responseNonce } from '@/lib/web/browser';

export async function pageSetting(language: Language, client: Client | null): Promise<PageSetting> {
  return {
    t: wordsOf(language),
    client: client && { name: client.name, logoSrc: client.logoUri },
    brand: null,
    footer: null,
    nonce: await responseNonce(),
  };
}
