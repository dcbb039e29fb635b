// What the script of a waiting page asks now and then, as JSON `{ state }`. As little as the page itself tells.
import { parseCookies } from '@/lib/endpoints/cookies';
import { runtime } from '@/lib/runtime/boot';
import { type WaitingState, waitingState } from '@/lib/web/waiting';

export async function GET(request: Request, { params }: { params: Promise<{ interaction: string }> }) {
  const latchkey = await runtime();
  const held = parseCookies(request.headers.get('cookie'));
  const interaction = await latchkey.cookies.readInteraction(held, (await params).interaction);
  const state: WaitingState = interaction === null ? 'under_way' : await waitingState(latchkey, interaction);
  return Response.json({ state }, { headers: { 'Cache-Control': 'no-store' } });
}
