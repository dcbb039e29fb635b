// What every card of one request shares: words, whose sign-in it is, the script and the nonce that admits it.
import type { PageSetting } from '@/components/frame';
import type { Language } from '@/lib/login/languages';
import type { Client } from '@/lib/oidc/client';
import { runtime } from '@/lib/runtime/boot';
import { wordsOf } from '@/lib/runtime/words';
import { responseNonce } from '@/lib/web/browser';

export async function pageSetting(language: Language, client: Client | null): Promise<PageSetting> {
  return {
    t: wordsOf(language),
    // A logo on the client's own host would tell that host of every visit; it is shown once it is served from here.
    client: client && { name: client.name, logoSrc: null },
    brand: null,
    footer: null,
    nonce: await responseNonce(),
    script: (await runtime()).loginScript,
  };
}
