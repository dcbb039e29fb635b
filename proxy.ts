// For hosts without our front server: gives pages their security headers and refuses foreign posts, by the same rules.
// Behind the front it never runs, because the front's header is there. It guards nothing by itself: actions and
// endpoints check for themselves (NXT-2), so sending that header wins a stranger only a page without its policy.
import { type NextRequest, NextResponse } from 'next/server';
import { BRAND_PREVIEW_PATH, isConsolePath } from '@/lib/management/console-path';
import { FRONT_HEADER, NONCE_HEADER, PATH_HEADER } from '@/lib/runtime/client-address';
import { readEnvironment } from '@/lib/runtime/environment';
import { isSameOrigin, pageHeaders } from '@/lib/runtime/page-headers';

export const config = {
  matcher: [
    {
      source: '/((?!_next/|authorize|oauth/|userinfo|oidc/|v2/|\\.well-known/|livez|readyz|metrics).*)',
      missing: [{ type: 'header', key: 'x-latchkey-front' }],
    },
  ],
};

export function proxy(request: NextRequest): NextResponse {
  const { origin, isHttps } = readEnvironment();
  if (request.method === 'POST' && !isSameOrigin(request.headers, origin)) {
    return new NextResponse('This request did not come from a page of this site.', { status: 403 });
  }
  const headers = new Headers(request.headers);
  for (const name of [FRONT_HEADER, 'content-security-policy']) headers.delete(name);
  const { pathname } = request.nextUrl;
  headers.set(PATH_HEADER, pathname);
  const isConsole = isConsolePath(pathname);
  const nonce = btoa(crypto.randomUUID());
  headers.set(NONCE_HEADER, nonce);
  const isPreview = pathname === BRAND_PREVIEW_PATH;
  const answered = pageHeaders({ nonce, origin, isHttps, isScriptNamed: !isConsole, isConsole, isPreview });
  // Next takes the nonce for its scripts from there.
  if (isConsole && !isPreview)
    headers.set('content-security-policy', answered['Content-Security-Policy'] ?? '');
  const response = NextResponse.next({ request: { headers } });
  for (const [name, value] of Object.entries(answered)) response.headers.set(name, value);
  return response;
}
