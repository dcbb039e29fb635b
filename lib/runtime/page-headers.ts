// The security headers of every page, and the same-origin proof of everything a page posts. One place for the front
// server and for hosts without one (proxy.ts). OWASP ASVS 3.4, 3.5; RFC 9700 §4.16.
import { STRICT_TRANSPORT_SECURITY } from '@/lib/endpoints/respond';

/**
 * Headers of a page.
 *
 * The policy of the login admits small scripts of ours and nothing else, so the React runtime that Next refers to is never
 * fetched: the pages need none (docs/decisions/0003). It has no `form-action`: Chromium applies it to the redirect that takes
 * a signed-in browser to the client, and breaks it with scripts off. The console's admits what a script of this very response
 * loads, forms that stay here, and frames of our own. The preview of a login page is for those frames: it runs no script, and shows
 * pictures and fonts from where an operator is about to take them. `same-origin` keeps codes out of foreign Referers; `no-referrer` would make browsers send
 * `Origin: null` with our forms.
 */
export function pageHeaders({
  nonce,
  origin,
  isHttps,
  isScriptNamed = false,
  isConsole = false,
  isPreview = false,
}: {
  nonce: string;
  /** Where Next would give the nonce to scripts of its own our scripts are admitted by their addresses. */
  isScriptNamed?: boolean;
  origin: string;
  isHttps: boolean;
  /** The operators' pages are Next's, with scripts and all. */
  isConsole?: boolean;
  /** {@link BRAND_PREVIEW_PATH} */
  isPreview?: boolean;
}): Record<string, string> {
  const admitted = isScriptNamed ? `${origin}/login.js ${origin}/passkeys.js` : `'nonce-${nonce}'`;
  const framed = isPreview ? "'self'" : "'none'";
  const fromAnywhere = isPreview ? ' https:' : '';
  return {
    'Content-Security-Policy': [
      "default-src 'none'",
      ...(isPreview
        ? []
        : [`script-src ${admitted}${isConsole ? ` 'strict-dynamic'${WHILE_DEVELOPING}` : ''}`]),
      ...(isPreview ? ["form-action 'none'"] : isConsole ? ["form-action 'self'", "frame-src 'self'"] : []),
      `style-src 'self' 'nonce-${nonce}'`,
      `img-src 'self' data:${fromAnywhere}`,
      `font-src 'self'${fromAnywhere}`,
      "connect-src 'self'",
      "manifest-src 'self'",
      "base-uri 'none'",
      `frame-ancestors ${framed}`,
    ].join('; '),
    'X-Frame-Options': isPreview ? 'SAMEORIGIN' : 'DENY',
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'same-origin',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Permissions-Policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
    ...(isHttps ? { 'Strict-Transport-Security': STRICT_TRANSPORT_SECURITY } : {}),
  };
}

/** `npm run dev` alone: React puts the server's stack together with `eval`. */
const WHILE_DEVELOPING = process.env.NODE_ENV === 'development' ? " 'unsafe-eval'" : '';

/**
 * Whether a request that changes something came from a page of ours: by Origin, or by Sec-Fetch-Site where a browser
 * leaves Origin out. Neither means no browser of our time sent it from our page (FRM-2).
 */
export function isSameOrigin(headers: Headers, origin: string): boolean {
  const claimed = headers.get('origin');
  const site = headers.get('sec-fetch-site');
  if (claimed !== null) return claimed === origin && (site === null || site === 'same-origin');
  return site === 'same-origin';
}
