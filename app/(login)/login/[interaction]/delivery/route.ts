// Next's door to what the script of a waiting page asks now and then.
import { runtime } from '@/lib/runtime/boot';
import { currentBrowser } from '@/lib/web/next-door';
import { waitingNews } from '@/lib/web/waiting';

export async function GET(_request: Request, { params }: { params: Promise<{ interaction: string }> }) {
  const { interaction } = await params;
  const news = await waitingNews(await runtime(), await currentBrowser(), interaction);
  return Response.json(news, { headers: { 'Cache-Control': 'no-store' } });
}
