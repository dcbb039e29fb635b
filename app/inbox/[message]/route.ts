// One e-mail of the inbox as its reader would see it, in a sandbox: styles of its own, no script, no origin.
import { findInboxEntry } from '@/lib/web/inbox';

export async function GET(
  _request: Request,
  { params }: { params: Promise<{ message: string }> },
): Promise<Response> {
  const entry = await findInboxEntry((await params).message);
  if (entry?.channel !== 'email') return new Response(null, { status: 404 });
  return new Response(entry.message.html, {
    headers: {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy':
        "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'",
      'Cache-Control': 'no-store',
    },
  });
}
