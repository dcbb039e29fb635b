// For hosts without our front server: gives pages their security headers and refuses foreign posts, by the same rules.
// Behind the front it never runs, because the front's header is there. It guards nothing by itself: actions and
// endpoints check for themselves (NXT-2), so sending that header wins a stranger only a page without its policy. The protocol's
// addresses are left out, each to the letter: programs ask there, of no origin or of another, and answers bring their headers.
import { type NextRequest, NextResponse } from 'next/server';
import { BRAND_PREVIEW_PATH, isConsolePath } from '@/lib/management/console-path';
import { FRONT_HEADER, NONCE_HEADER, PATH_HEADER } from '@/lib/runtime/client-address';
import { readEnvironment } from '@/lib/runtime/environment';
import { isSameOrigin, pageHeaders } from '@/lib/runtime/page-headers';

export const config = {
  matcher: [
    {
      // Next reads this before anything runs: one literal, tested against the route files.
      source:
        '/((?!_next/|(?:authorize|userinfo|oauth/(?:par|token|revoke|introspect|ro)|otp/challenge|co/authenticate|passwordless/(?:start|verify|verify_redirect)|oidc/logout|v2/logout|api/users/?|api/v2/.*|user/geoloc/country|client/[^/]+|branding/[^/]+|webhooks/(?:resend|twilio)|livez|readyz|metrics|\\.well-known/(?:openid-configuration|oauth-authorization-server|jwks\\.json))$).*)',
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
