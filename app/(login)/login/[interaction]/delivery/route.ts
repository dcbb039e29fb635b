// What the script of a waiting page asks now and then: is the message still under way? As little as the page itself tells.
import { parseCookies } from '@/lib/endpoints/cookies';
import { runtime } from '@/lib/runtime/boot';

export async function GET(request: Request, { params }: { params: Promise<{ interaction: string }> }) {
  const latchkey = await runtime();
  const held = parseCookies(request.headers.get('cookie'));
  const interaction = await latchkey.cookies.readInteraction(held, (await params).interaction);
  const asked = interaction?.asked ?? null;
  const state = asked === null ? 'under_way' : await latchkey.deliveryState(asked);
  return Response.json({ state }, { headers: { 'Cache-Control': 'no-store' } });
}
