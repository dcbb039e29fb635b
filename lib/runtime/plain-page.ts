// The pages of the protocol endpoints: the error page, which never repeats anything the request carried, and the page with
// one button. One string each, with its own few styles, so that they can be shown when nothing else works; in the operator's
// colours, words and languages as far as this process knows them. Other pages with forms live in app/.
import { brandAssetPath } from '@/lib/endpoints/brand-asset';
import type { ErrorPage, PageProblem, PressPage } from '@/lib/endpoints/deps';
import { brandColors } from '@/lib/login/brand';
import { html, joinHtml } from '@/lib/login/html';
import { chooseLanguage, directionOf, type Language } from '@/lib/login/languages';
import type { Randomness } from '@/lib/login/randomness';
import { initiateLoginLocation } from '@/lib/login/restart';
import { languagesOf, type SettingsNow } from '@/lib/login/settings';
import { borderRules, shownBranding } from '@/lib/login/theme';
import { pageHeaders } from './page-headers';
import { wordsOf } from './words';

export function createErrorPage(deps: {
  clock: () => Date;
  random: Pick<Randomness, 'id'>;
  isHttps: boolean;
  issuer: string;
  origin: string;
  /** Operators on a loopback address are developers: they are told which rule was broken. */
  showsDetail: boolean;
  settings: SettingsNow;
}): ErrorPage {
  return (problem) => {
    const nonce = deps.random.id();
    return new Response(errorDocument(problem, { ...deps, nonce, at: deps.clock() }), {
      status: problem.status,
      headers: {
        ...pageHeaders({ ...deps, nonce }),
        'Content-Type': 'text/html; charset=utf-8',
        'Cache-Control': 'no-store',
        'Referrer-Policy': 'no-referrer',
        ...(problem.status === 503 ? { 'Retry-After': '5' } : {}),
      },
    });
  };
}

export function createPressPage(deps: {
  random: Pick<Randomness, 'id'>;
  isHttps: boolean;
  origin: string;
  settings: SettingsNow;
}): PressPage {
  return (page) => {
    const nonce = deps.random.id();
    return new Response(pressDocument(page, { ...deps, nonce }), {
      headers: {
        ...pageHeaders({ ...deps, nonce }),
        'Content-Type': 'text/html; charset=utf-8',
        'Cache-Control': 'no-store',
      },
    });
  };
}

function pressDocument(
  { client, maskedIdentifier, action, fields, acceptLanguage }: Parameters<PressPage>[0],
  { nonce, settings }: { nonce: string; settings: SettingsNow },
): string {
  const { language, t, look } = settingOf(settings, acceptLanguage);
  const heading = t('landing.heading', { app: client.name });
  const inputs = fields.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`);
  return document({
    ...{ language, look, nonce },
    title: heading,
    body: html`<div>
<h1>${heading}</h1>
<p dir="ltr">${maskedIdentifier}</p>
</div>
<form method="post" action="${action}">
${joinHtml(inputs)}
<button>${t('landing.continue')}</button>
</form>`,
  });
}

/** In which language, with which words, and how: as the pages of a login have it. */
function settingOf(settings: SettingsNow, acceptLanguage: string | null) {
  const { tenant, customTexts, theme, ...more } = settings();
  const branding = shownBranding({ ...more, theme });
  const language = chooseLanguage([], acceptLanguage, languagesOf({ tenant }));
  const { logo, favicon } = branding;
  const look: Look = {
    logo:
      logo === undefined
        ? MARK
        : html`<img class="logo" src="${brandAssetPath(logo.id)}" alt="${tenant.friendlyName ?? ''}">`,
    icon:
      favicon === undefined
        ? html`<link rel="icon" href="/favicon.svg" type="image/svg+xml">`
        : html`<link rel="icon" href="${brandAssetPath(favicon.id)}">`,
    styles: joinHtml([colorsOf(brandColors(branding)), bordersOf(borderRules(theme))]),
  };
  return { language, t: wordsOf(language, customTexts), look };
}

/** The parts of a page that an operator may have as they like. */
type Look = Readonly<Record<'logo' | 'icon' | 'styles', ReturnType<typeof html>>>;

/** As variables, which the styles below fall back without. What the card lies on is only seen around it. */
function colorsOf({ primary, page }: ReturnType<typeof brandColors>): Look['styles'] {
  const button =
    primary === null
      ? NOTHING
      : html`:root{--brand:${primary.color};--on-brand:${primary.textColor}}button{border:1px solid ${edgeOf(primary.needsBorder.light)}}@media(prefers-color-scheme:dark){button{border-color:${edgeOf(primary.needsBorder.dark)}}}`;
  const around = page === null ? NOTHING : html`@media(width>=30rem){:root{--page:${page.color}}}`;
  return joinHtml([button, around]);
}

const bordersOf = (rules: string) => (rules === '' ? NOTHING : html`:root{${rules}}`);

const edgeOf = (isNeeded: boolean) => (isNeeded ? 'var(--line)' : 'transparent');

/** Which screen tells a person of an error code. */
function screenOf({ status, error, client }: PageProblem) {
  if (status === 503) return 'errorUnavailable';
  if (status >= 500) return 'errorServer';
  if (status === 404) return 'errorNotFound';
  if (status === 403) return 'errorUnknownAddress';
  return error === 'unauthorized_client' || (error === 'invalid_client' && client === null)
    ? 'errorUnknownClient'
    : 'errorBadRequest';
}

function errorDocument(
  problem: PageProblem,
  {
    issuer,
    nonce,
    at,
    ...deps
  }: { issuer: string; nonce: string; at: Date; showsDetail: boolean; settings: SettingsNow },
): string {
  const { client, reference } = problem;
  const { language, t, look } = settingOf(deps.settings, problem.acceptLanguage);
  const screen = screenOf(problem);
  const heading = t(`${screen}.heading`);
  const time = at.toISOString();
  const backHref = client && initiateLoginLocation(client, issuer);
  const back =
    client === null || backHref === null
      ? NOTHING
      : html`<p><a href="${backHref}">${t('error.back', { app: client.name })}</a></p>`;
  const detail =
    deps.showsDetail && reference !== null
      ? html`<details><summary>${t('error.detail')}</summary><pre dir="ltr">${problem.error}: ${problem.description}</pre></details>`
      : NOTHING;
  const told =
    reference === null
      ? NOTHING
      : html`<dl>
<div><dt>${t('error.reference')}</dt><dd>${reference}</dd></div>
<div><dt>${t('error.time')}</dt><dd><time datetime="${time}">${time.slice(0, 10)} ${time.slice(11, 16)} UTC</time></dd></div>
</dl>`;
  return document({
    ...{ language, look, nonce },
    title: heading,
    body: html`<div>
<h1>${heading}</h1>
<p>${t(`${screen}.lead`)}</p>
</div>
${back}
${told}
${detail}`,
  });
}

function document({
  language,
  look,
  title,
  nonce,
  body,
}: {
  language: Language;
  look: Look;
  title: string;
  nonce: string;
  body: ReturnType<typeof html>;
}): string {
  return html`<!doctype html>
<html lang="${language}" dir="${directionOf(language)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${title}</title>
${look.icon}
<style nonce="${nonce}">${STYLE}${look.styles}</style>
</head>
<body>
<main>
${look.logo}
${body}
</main>
</body>
</html>
`.markup;
}

const NOTHING = html``;

/** The look of app/globals.css, as far as this page needs it. */
const STYLE = html`
:root{color-scheme:light dark;--page:#f6f6f4;--card:#fff;--ink:#17181a;--muted:#5d6068;--line:#e4e4e1}
@media(prefers-color-scheme:dark){:root{--page:#0e0f11;--card:#17181b;--ink:#f0f0ee;--muted:#a6a9b0;--line:#2a2c30}}
*{box-sizing:border-box;margin:0}
body{min-block-size:100svb;padding:clamp(2rem,14svb,8rem) 1rem 2rem;background:var(--page);color:var(--ink);font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;overflow-wrap:break-word}
main{display:grid;gap:1.5rem;max-inline-size:25rem;margin-inline:auto;padding:2rem;border:var(--border-card,1px) solid var(--line);border-radius:var(--radius-card,1rem);background:var(--card)}
svg{inline-size:2.5rem}
.logo{max-inline-size:100%;max-block-size:3rem}
h1{margin-block-end:.5rem;font-size:1.5rem;line-height:2rem;font-weight:600;text-wrap:balance}
p,dt,summary{color:var(--muted)}
a{color:inherit}
button{inline-size:100%;padding:.75rem 1rem;border:0;border-radius:var(--radius-button,.625rem);background:var(--brand,var(--ink));color:var(--on-brand,var(--card));font:inherit;font-weight:600;cursor:pointer}
dl,details{font-size:.875rem;line-height:1.25rem}
dl div{display:flex;justify-content:space-between;gap:1rem;padding-block:.25rem}
summary{padding-block:.25rem;cursor:pointer}
pre{margin-block-start:.5rem;white-space:pre-wrap}
:focus-visible{outline:2px solid #2457d6;outline-offset:2px}
@media(width<30rem){body{padding:0;background:var(--card)}main{max-inline-size:none;padding:1.5rem;border:0;border-radius:0}}
`;

/** public/favicon.svg, drawn in the page's own colours. */
const MARK = html`<svg viewBox="0 0 32 32" role="img" aria-label="Latchkey">
<rect fill="var(--ink)" width="32" height="32" rx="8"/>
<g fill="none" stroke="var(--card)" stroke-width="2.5" stroke-linecap="round" stroke-linejoin="round">
<circle cx="13" cy="10.5" r="3.75"/><path d="M13 14.5V24.5H20.5M13 19.75H17.5"/>
</g>
</svg>`;
