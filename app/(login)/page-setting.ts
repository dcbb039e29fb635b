// What every card of one request shares: words, whose sign-in it is, the operator's brand, the script and the nonce that admits it,
// the footer.
import type { Brand, LanguageChoice, PageSetting } from '@/components/frame';
import { brandAssetPath } from '@/lib/endpoints/brand-asset';
import { brandColors } from '@/lib/login/brand';
import { directionOf, LANGUAGES, type Language } from '@/lib/login/languages';
import type { PageContext, PageScreen } from '@/lib/login/page-template';
import { helpHref, languagesOf, type Settings } from '@/lib/login/settings';
import { borderRules, shownBranding } from '@/lib/login/theme';
import type { Client } from '@/lib/oidc/client';
import type { Runtime } from '@/lib/runtime/compose';
import type { Step } from '@/lib/web/answer';
import { type Browser, responseNonce } from '@/lib/web/browser';
import type { Visit } from '@/lib/web/visit';
import { surroundingsOf } from './surroundings';

export function pageSetting(
  latchkey: Runtime,
  browser: Browser,
  { language, client }: { language: Language; client: Client | null },
): PageSetting {
  const settings = latchkey.settings();
  const help = helpHref(settings);
  const brand = brandOf(settings);
  return {
    t: latchkey.wordsOf(language),
    language,
    direction: directionOf(language),
    client: client && { name: client.name },
    tenantName: settings.tenant.friendlyName ?? null,
    brand,
    surroundings: surroundingsAt(latchkey, { language, client, brand }),
    footer: help === null ? null : { privacyHref: null, helpHref: help, languages: null },
    nonce: responseNonce(browser),
    script: latchkey.loginScript,
    passkeyScript: null,
  };
}

/** The operator's page around the card of each screen. */
function surroundingsAt(
  latchkey: Runtime,
  about: { language: Language; client: Client | null; brand: Brand | null },
): PageSetting['surroundings'] {
  if (latchkey.settings().pageTemplate === null) return null;
  return (screen) => {
    const page = latchkey.pageTemplate({ ...templateContext(latchkey, about), ...screen });
    return page && surroundingsOf(page);
  };
}

/** What a page template is told on every screen. */
export function templateContext(
  latchkey: Pick<Runtime, 'settings' | 'environment'>,
  {
    language,
    client,
    brand,
  }: { language: Language; client: Pick<Client, 'clientId' | 'name'> | null; brand: Brand | null },
): Omit<PageContext, keyof PageScreen> {
  const settings = latchkey.settings();
  const { friendlyName, supportEmail, supportUrl } = settings.tenant;
  return {
    application: client && { id: client.clientId, name: client.name },
    branding: {
      logoSrc: brand?.logoSrc ?? null,
      primary: brand?.primary?.color ?? null,
      pageBackground: brand?.page?.color ?? null,
    },
    tenant: {
      friendlyName: friendlyName ?? null,
      supportEmail: supportEmail ?? null,
      supportUrl: supportUrl ?? null,
      locales: languagesOf(settings),
    },
    language,
    direction: directionOf(language),
    host: new URL(latchkey.environment.issuer).host,
  };
}

/** The same for a step of an interaction: while somebody may answer it, they may also choose its language. */
export function stepSetting(
  latchkey: Runtime,
  browser: Browser,
  { visit, step, chooseLanguage }: { visit: Visit; step: Step; chooseLanguage: LanguageChoice['action'] },
): PageSetting {
  const client = visit.kind === 'unknown' ? null : visit.client;
  const setting = {
    ...pageSetting(latchkey, browser, { language: visit.language, client }),
    passkeyScript: latchkey.passkeys.mayExist() ? latchkey.passkeyScript : null,
  };
  if (visit.kind !== 'open' && visit.kind !== 'proven') return setting;
  return withLanguages(latchkey, setting, {
    action: chooseLanguage,
    hidden: { interaction: visit.interaction.id, step },
  });
}

/** The same page with a choice of languages, where there is one. */
export function withLanguages(
  latchkey: Pick<Runtime, 'settings'>,
  setting: PageSetting,
  choice: Omit<LanguageChoice, 'offered'>,
): PageSetting {
  const spoken: readonly string[] = languagesOf(latchkey.settings());
  if (spoken.length < 2) return setting;
  const languages = { ...choice, offered: LANGUAGES_BY_NAME.filter(({ tag }) => spoken.includes(tag)) };
  return { ...setting, footer: { privacyHref: null, helpHref: null, ...setting.footer, languages } };
}

/** A picture on another host would tell that host of every visit: all of it is served from here. */
function brandOf(settings: Pick<Settings, 'branding' | 'theme'>): Brand | null {
  const branding = shownBranding(settings);
  const borders = borderRules(settings.theme);
  const { logo, favicon, font } = branding;
  if (Object.keys(branding).length === 0 && borders === '') return null;
  const srcOf = (asset: typeof logo) => (asset === undefined ? null : brandAssetPath(asset.id));
  return {
    ...brandColors(branding),
    logoSrc: srcOf(logo),
    faviconSrc: srcOf(favicon),
    fontSrc: srcOf(font),
    borders,
  };
}

/** Each language in its own words, as a sentence would begin with it: "Deutsch", "Français", "العربية". */
const LANGUAGES_BY_NAME: LanguageChoice['offered'] = LANGUAGES.map((tag) => {
  const [initial = '', ...rest] = new Intl.DisplayNames(tag, { type: 'language' }).of(tag) ?? tag;
  return { tag, name: initial.toLocaleUpperCase(tag) + rest.join('') };
}).sort((a, b) => new Intl.Collator('en').compare(a.name, b.name));
