// The error page of the protocol endpoints: one string, with its own few styles, so that it can be shown when nothing
// else works. Never repeats anything the request carried. Pages with forms live in app/.
import type { ErrorPage, PageProblem } from '@/lib/endpoints/deps';
import type { Randomness } from '@/lib/login/randomness';
import { pageHeaders } from './page-headers';
import { chooseLanguage, wordsOf } from './words';

export function createErrorPage(deps: {
  clock: () => Date;
  random: Pick<Randomness, 'id'>;
  isHttps: boolean;
  /** Operators on a loopback address are developers: they are told which rule was broken. */
  showsDetail: boolean;
}): ErrorPage {
  return (problem) => {
    const nonce = deps.random.id();
    return new Response(errorDocument(problem, { nonce, at: deps.clock(), showsDetail: deps.showsDetail }), {
      status: problem.status,
      headers: {
        ...pageHeaders({ nonce, isHttps: deps.isHttps }),
        'Content-Type': 'text/html; charset=utf-8',
        'Cache-Control': 'no-store',
        'Referrer-Policy': 'no-referrer',
        ...(problem.status === 503 ? { 'Retry-After': '5' } : {}),
      },
    });
  };
}

/** Which screen tells a person of an error code. */
function screenOf({ status, error, client }: PageProblem) {
  if (status === 503) return 'errorUnavailable';
  if (status >= 500) return 'errorServer';
  if (status === 403) return 'errorUnknownAddress';
  return error === 'unauthorized_client' || (error === 'invalid_client' && client === null)
    ? 'errorUnknownClient'
    : 'errorBadRequest';
}

function errorDocument(
  problem: PageProblem,
  page: { nonce: string; at: Date; showsDetail: boolean },
): string {
  const language = chooseLanguage([], problem.acceptLanguage);
  const t = wordsOf(language);
  const screen = screenOf(problem);
  const heading = t(`${screen}.heading`);
  const back = problem.client?.initiateLoginUri;
  const time = page.at.toISOString();
  return `<!doctype html>
<html lang="${language}" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${escapeHtml(heading)}</title>
<link rel="icon" href="/favicon.svg" type="image/svg+xml">
<style nonce="${page.nonce}">${STYLE}</style>
</head>
<body>
<main>
<h1>${escapeHtml(heading)}</h1>
<p>${escapeHtml(t(`${screen}.lead`))}</p>
${back ? `<p><a href="${escapeHtml(back)}">${escapeHtml(t('error.back', { app: problem.client?.name ?? '' }))}</a></p>` : ''}
<dl>
<div><dt>${escapeHtml(t('error.reference'))}</dt><dd>${escapeHtml(problem.reference)}</dd></div>
<div><dt>${escapeHtml(t('error.time'))}</dt><dd><time datetime="${time}">${time.slice(0, 10)} ${time.slice(11, 16)} UTC</time></dd></div>
</dl>
${page.showsDetail ? `<details><summary>${escapeHtml(t('error.detail'))}</summary><pre dir="ltr">${escapeHtml(`${problem.error}: ${problem.description}`)}</pre></details>` : ''}
</main>
</body>
</html>
`;
}

const STYLE =
  ':root{color-scheme:light dark;--page:#f6f6f7;--card:#fff;--ink:#18181b;--muted:#52525b;--edge:#d4d4d8}' +
  '@media(prefers-color-scheme:dark){:root{--page:#0c0c0e;--card:#18181b;--ink:#fafafa;--muted:#a1a1aa;--edge:#3f3f46}}' +
  '*{box-sizing:border-box}body{margin:0;min-block-size:100svh;display:grid;place-items:center;background:var(--page);' +
  'color:var(--ink);font:16px/24px system-ui,sans-serif}main{inline-size:min(100%,400px);padding:32px;border-radius:12px;' +
  'background:var(--card);border:1px solid var(--edge)}h1{margin:0 0 8px;font-size:24px;line-height:32px;font-weight:600}' +
  'p,dt,summary{color:var(--muted)}p{margin:0 0 24px}a{color:inherit}dl{margin:0;font-size:14px;line-height:20px}' +
  'dl div{display:flex;justify-content:space-between;gap:16px;padding-block:4px}dd{margin:0;overflow-wrap:anywhere}' +
  'details{margin-block-start:16px;font-size:14px}pre{white-space:pre-wrap;overflow-wrap:anywhere}' +
  '@media(max-width:480px){body{place-items:start stretch;background:var(--card)}main{padding:24px;border:0;inline-size:100%}}';

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
