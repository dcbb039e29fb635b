// Signs out of the demo, then of Latchkey: RP-Initiated Logout with the ID token as the hint.
import type { NextRequest } from 'next/server';
import { getToken } from 'next-auth/jwt';
import { runtime } from '@/lib/runtime/boot';

const SESSION_COOKIE = 'next-auth.session-token';

export async function POST(request: NextRequest): Promise<Response> {
  const { demo, environment } = await runtime();
  if (demo === null) return new Response(null, { status: 404 });
  const token = await getToken({ req: request, secret: demo.cookieSecret });
  const location = new URL('oidc/logout', environment.issuer);
  location.searchParams.set('post_logout_redirect_uri', `${environment.origin}/demo`);
  location.searchParams.set('client_id', demo.clientId);
  if (typeof token?.idToken === 'string') location.searchParams.set('id_token_hint', token.idToken);
  return new Response(null, {
    status: 303,
    headers: {
      Location: location.href,
      'Set-Cookie': `${SESSION_COOKIE}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax`,
      'Cache-Control': 'no-store',
    },
  });
}
