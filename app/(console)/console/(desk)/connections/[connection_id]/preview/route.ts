// The HTML of a sample message, for the frame beside its editor: what is kept, or what is being written. In a sandbox: styles of
// its own, no script, no origin, and framed by pages of ours alone.
import { notFound } from 'next/navigation';
import type { MessagePreview } from '@/lib/login/preview-message';
import { CONNECTIONS_PATH } from '@/lib/management/connection-routes';
import type { ConnectionDocument } from '@/lib/management/connections';
import { PREVIEW_PATH } from '@/lib/management/report-routes';
import { runtime } from '@/lib/runtime/boot';
import { askManagement, ManagementRefusal, managementPath } from '@/lib/web/console/ask';
import { requireOperator } from '@/lib/web/console/operator';
import { requireSameOrigin } from '@/lib/web/next-door';
import { previewBodyOf } from '../../words';

type Place = { params: Promise<{ connection_id: string }> };

/** As it is kept. */
export async function GET(_request: Request, { params }: Place): Promise<Response> {
  return show((await params).connection_id, () => ({}));
}

/** As it is being written. */
export async function POST(request: Request, { params }: Place): Promise<Response> {
  await requireSameOrigin(await runtime());
  await requireOperator();
  const form = await request.formData();
  return show((await params).connection_id, (connection) => previewBodyOf(form, connection));
}

async function show(id: string, bodyFor: (connection: ConnectionDocument) => object): Promise<Response> {
  const { caller } = await requireOperator();
  try {
    const connection = await askManagement<ConnectionDocument>(caller, {
      path: managementPath(`${CONNECTIONS_PATH}/{id}`, { id }),
    });
    const path = managementPath(PREVIEW_PATH, { id });
    const body = bodyFor(connection);
    const preview = await askManagement<MessagePreview>(caller, { method: 'POST', path, body });
    return new Response(preview.kind === 'email' ? preview.html : '', { headers: HEADERS });
  } catch (problem) {
    if (problem instanceof ManagementRefusal) notFound();
    throw problem;
  }
}

const HEADERS = {
  'Content-Type': 'text/html; charset=utf-8',
  'Content-Security-Policy':
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src https: data:; frame-ancestors 'self'",
  'X-Frame-Options': 'SAMEORIGIN',
  'Cache-Control': 'no-store',
};
