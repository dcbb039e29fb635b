// What every card of one request shares: words, whose sign-in it is, the script and the nonce that admits it, the footer.
import type { LanguageChoice, PageSetting } from '@/components/frame';
import { directionOf, LANGUAGES, type Language } from '@/lib/login/languages';
import type { Client } from '@/lib/oidc/client';
import type { Runtime } from '@/lib/runtime/compose';
import { wordsOf } from '@/lib/runtime/words';
import type { Step } from '@/lib/web/answer';
import { type Browser, responseNonce } from '@/lib/web/browser';
import type { Visit } from '@/lib/web/visit';

export function pageSetting(
  latchkey: Runtime,
  browser: Browser,
  { language, client }: { language: Language; client: Client | null },
): PageSetting {
  return {
    t: wordsOf(language),
    language,
    direction: directionOf(language),
    // A logo on the client's own host would tell that host of every visit; it is shown once it is served from here.
    client: client && { name: client.name, logoSrc: null },
    brand: null,
    footer: null,
    nonce: responseNonce(browser),
    script: latchkey.loginScript,
  };
}

/** The same for a step of an interaction: while somebody may answer it, they may also choose its language. */
export function stepSetting(
  latchkey: Runtime,
  browser: Browser,
  { visit, step, chooseLanguage }: { visit: Visit; step: Step; chooseLanguage: LanguageChoice['action'] },
): PageSetting {
  const client = visit.kind === 'unknown' ? null : visit.client;
  const setting = pageSetting(latchkey, browser, { language: visit.language, client });
  if (visit.kind !== 'open' && visit.kind !== 'proven') return setting;
  const languages: LanguageChoice = {
    action: chooseLanguage,
    hidden: { interaction: visit.interaction.id, step },
    offered: LANGUAGES_BY_NAME,
  };
  return { ...setting, footer: { privacyHref: null, helpHref: null, languages } };
}

/** Each language in its own words, as a sentence would begin with it: "Deutsch", "Français", "العربية". */
const LANGUAGES_BY_NAME: LanguageChoice['offered'] = LANGUAGES.map((tag) => {
  const [initial = '', ...rest] = new Intl.DisplayNames(tag, { type: 'language' }).of(tag) ?? tag;
  return { tag, name: initial.toLocaleUpperCase(tag) + rest.join('') };
}).sort((a, b) => new Intl.Collator('en').compare(a.name, b.name));
