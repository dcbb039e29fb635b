// Starts next-auth's sign-in for a browser without scripts: asks for its anti-forgery token and posts it, as its own page
// would. What the browser gets is next-auth's redirect to /authorize with next-auth's cookies.
import { runtime } from '@/lib/runtime/boot';

export async function POST(request: Request): Promise<Response> {
  const { demo, environment } = await runtime();
  if (demo === null) return new Response(null, { status: 404 });
  const begun = await fetch(`${environment.origin}/api/auth/csrf`);
  const { csrfToken } = (await begun.json()) as { csrfToken: string };
  const set = begun.headers.getSetCookie();
  // Handed on to /authorize, as people ask for it who want to see the page of consent.
  const asked = new URL(request.url).searchParams.get('prompt') === 'consent' ? '?prompt=consent' : '';
  const started = await fetch(`${environment.origin}/api/auth/signin/demo${asked}`, {
    method: 'POST',
    redirect: 'manual',
    headers: {
      Cookie: set.map((cookie) => cookie.split(';', 1)[0]).join('; '),
      'Content-Type': 'application/x-www-form-urlencoded',
      Origin: environment.origin,
    },
    body: new URLSearchParams({ csrfToken, callbackUrl: `${environment.origin}/demo` }),
  });
  const headers = new Headers({
    Location: started.headers.get('location') ?? '/demo',
    'Cache-Control': 'no-store',
  });
  for (const cookie of [...set, ...started.headers.getSetCookie()]) headers.append('Set-Cookie', cookie);
  return new Response(null, { status: 303, headers });
}
