// What every login page has around its form: whose sign-in this is, one heading, one paragraph, a quiet footer, and the
// one script that adds comfort. Pages work whole without that script.
import type { ReactElement, ReactNode } from 'react';
import type { BrandColors } from '@/lib/login/brand';
import { Document } from './document';
import { type FormAction, HiddenInputs, type HiddenValues } from './hidden-inputs';
import { Mark } from './mark';
import { Select } from './select';
import type { Words } from './words';

/** The operator's own look. Whatever of it is null is ours. */
export type Brand = BrandColors &
  Readonly<{
    /** Paths of ours. */
    logoSrc: string | null;
    faviconSrc: string | null;
    fontSrc: string | null;
    /** Declarations of radii and lines; empty for ours. */
    borders: string;
  }>;

/** What stands below the card; what is not configured is not there. */
export type Footer = Readonly<{
  privacyHref: string | null;
  helpHref: string | null;
  /** Null on a page that could not remember the choice. */
  languages: LanguageChoice | null;
}>;

export type LanguageChoice = Readonly<{
  /** Receives `language` (BCP 47) and the hidden values, and shows the same page again. */
  action: FormAction;
  hidden: HiddenValues;
  /** Each named in itself. */
  offered: readonly Readonly<{ tag: string; name: string }>[];
}>;

/** A screen by Auth0's names, which page templates and texts go by. */
export type Screen = Readonly<{ prompt: string; screen: string }>;

/** The operator's page around the card. */
export type Surroundings = Readonly<{
  /** Of the body. */
  bodyClass: string;
  /** CSS that holds for nothing of ours. */
  styles: string;
  /** Puts the card in its place; `middle` is that of a page without surroundings. */
  place: 'middle' | 'given';
  around(card: ReactElement): ReactNode;
}>;

/** What a page knows before it knows its step. The same for every card of one sign-in. */
export type PageSetting = Readonly<{
  t: Words;
  /** BCP 47 tag of those words, and the way they are written. */
  language: string;
  direction: 'ltr' | 'rtl';
  /** Who the person signs in to; null on a page that belongs to no client. */
  client: Readonly<{ name: string }> | null;
  /** What the installation is called; null where nobody said. */
  tenantName: string | null;
  /** Null for the plain look. */
  brand: Brand | null;
  /** What is around the card of a screen, where the operator has something; null for nothing. */
  surroundings: ((screen: Screen) => Surroundings | null) | null;
  footer: Footer | null;
  /** Of this response's Content-Security-Policy; null where the policy admits the script by its address. */
  nonce: string | null;
  /** Address of public/login.js, its version in the query; null leaves it out. */
  script: string | null;
  /** Address of public/passkeys.js; null where nobody has a passkey, or could use one. */
  passkeyScript: string | null;
}>;

export type FrameProps = Readonly<{
  page: PageSetting;
  /** Left out on pages that only say how something went. */
  screen?: Screen;
  heading: string;
  lead: ReactNode;
  /** The page opens with its heading focused, so that it is read aloud. False where a field takes the focus. */
  focusHeading: boolean;
  /** What the script shows in the address bar instead of an address that holds a secret. */
  shownAddress?: string;
  children?: ReactNode;
}>;

/** The id of the paragraph, for fields that are described by it. */
export const LEAD_ID = 'lead';

const STATUS: Screen = { prompt: 'status', screen: 'status' };

export function Frame({
  page,
  screen = STATUS,
  heading,
  lead,
  focusHeading,
  shownAddress,
  children,
}: FrameProps) {
  const { t, language, direction, brand, footer, nonce, script, passkeyScript } = page;
  const surroundings = page.surroundings?.(screen) ?? null;
  const card = (
    <div className="page" data-place={surroundings?.place} data-shown-address={shownAddress}>
      {brand && <style nonce={nonce ?? undefined}>{brandRules(brand)}</style>}
      <main className="card">
        <Wordmark page={page} />
        <div className="grid gap-2">
          <h1 className="heading" {...(focusHeading && { tabIndex: -1, autoFocus: true })}>
            {heading}
          </h1>
          <div id={LEAD_ID} className="lead">
            {lead}
          </div>
        </div>
        {children}
      </main>
      <p className="status" role="status" data-slow={t('page.slow')} />
      {footer && <PageFooter page={page} footer={footer} />}
      {script && <script src={script} nonce={nonce ?? undefined} defer />}
      {passkeyScript && <script src={passkeyScript} nonce={nonce ?? undefined} defer />}
    </div>
  );
  return (
    <Document
      language={language}
      direction={direction}
      faviconSrc={brand?.faviconSrc ?? null}
      bodyClass={surroundings?.bodyClass || undefined}
    >
      {surroundings?.styles && <style nonce={nonce ?? undefined}>{surroundings.styles}</style>}
      {surroundings === null ? card : surroundings.around(card)}
    </Document>
  );
}

function Wordmark({ page: { client, tenantName, brand } }: { page: PageSetting }) {
  const name = client?.name ?? tenantName;
  if (brand?.logoSrc) return <img className="logo" src={brand.logoSrc} alt={tenantName ?? name ?? ''} />;
  if (name === null) return <Mark />;
  const [initial] = name;
  return (
    <p className="flex items-center gap-3 font-semibold">
      <span className="monogram" aria-hidden="true">
        {initial?.toUpperCase()}
      </span>
      <bdi className="min-inline-0">{name}</bdi>
    </p>
  );
}

function PageFooter({ page: { t, language }, footer }: { page: PageSetting; footer: Footer }) {
  const { languages, privacyHref, helpHref } = footer;
  return (
    <footer className="footer">
      {languages && (
        <form action={languages.action} className="language">
          <HiddenInputs values={languages.hidden} />
          <Select
            name="language"
            defaultValue={language}
            options={languages.offered.map(({ tag, name }) => ({ value: tag, label: name, language: tag }))}
            aria-label={t('page.language')}
            autoComplete="off"
            data-sends-itself=""
          />
          <button type="submit">{t('page.changeLanguage')}</button>
        </form>
      )}
      {privacyHref && <a href={privacyHref}>{t('page.privacy')}</a>}
      {helpHref && <a href={helpHref}>{t('page.help')}</a>}
    </footer>
  );
}

/** Custom properties in a style element with the nonce, because the policy admits no style attribute. */
function brandRules({ primary, page, fontSrc, borders }: Brand): string {
  const border = (needed: boolean) => `--brand-border:${needed ? 'var(--color-edge)' : 'transparent'}`;
  const rules: string[] = [];
  if (primary !== null) {
    const { color, textColor, needsBorder } = primary;
    rules.push(
      `:root{--brand:${color};--on-brand:${textColor};${border(needsBorder.light)}}`,
      `@media(prefers-color-scheme:dark){:root{${border(needsBorder.dark)}}}`,
    );
  }
  if (borders !== '') rules.push(`:root{${borders}}`);
  // On a phone the card is the page.
  if (page !== null) {
    const { color, textColor } = page;
    rules.push(`@media(width>=30rem){:root{--brand-page:${color};--on-brand-page:${textColor}}}`);
  }
  if (fontSrc !== null) {
    rules.push(
      `@font-face{font-family:brand;src:url(${fontSrc});font-display:swap}`,
      '.page{font-family:brand,var(--default-font-family)}',
    );
  }
  return rules.join('');
}
