// Where an answer leaves for the client by form_post: the page that posts it, for an interaction that has just finished.
import { answerClient } from '@/lib/endpoints/answer-client';
import { parseCookies } from '@/lib/endpoints/cookies';
import { outcomeOf } from '@/lib/oidc/front-channel';
import { runtime } from '@/lib/runtime/boot';

export async function GET(request: Request, { params }: { params: Promise<{ interaction: string }> }) {
  const latchkey = await runtime();
  const { interaction: id } = await params;
  const held = parseCookies(request.headers.get('cookie'));
  const interaction = await latchkey.cookies.readInteraction(held, id);
  if (interaction?.issued == null) {
    return new Response(null, {
      status: 303,
      headers: { Location: `/login/${encodeURIComponent(id)}/code` },
    });
  }
  const { request: asked } = interaction;
  return answerClient(latchkey.deps, {
    outcome: await outcomeOf(latchkey.deps, { request: asked, issued: interaction.issued }),
    returnAddress: asked,
    acceptLanguage: request.headers.get('accept-language'),
  });
}
