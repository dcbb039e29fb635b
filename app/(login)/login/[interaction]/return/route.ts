// Where an answer leaves for the client by form_post: the page that posts it, for an interaction that has just finished.
import { answerClient } from '@/lib/endpoints/answer-client';
import { parseCookies } from '@/lib/endpoints/cookies';
import type { Interaction } from '@/lib/login/interaction';
import type { AuthorizationOutcome } from '@/lib/oidc/authorization-response';
import { outcomeOf } from '@/lib/oidc/front-channel';
import { runtime } from '@/lib/runtime/boot';
import type { Runtime } from '@/lib/runtime/compose';

export async function GET(request: Request, { params }: { params: Promise<{ interaction: string }> }) {
  const latchkey = await runtime();
  const { interaction: id } = await params;
  const held = parseCookies(request.headers.get('cookie'));
  const interaction = await latchkey.cookies.readInteraction(held, id);
  const outcome = interaction && (await leavingWith(latchkey, interaction));
  if (interaction === null || outcome === null) {
    return new Response(null, {
      status: 303,
      headers: { Location: `/login/${encodeURIComponent(id)}/code` },
    });
  }
  const { request: asked } = interaction;
  return answerClient(latchkey.deps, {
    outcome,
    returnAddress: asked,
    acceptLanguage: request.headers.get('accept-language'),
  });
}

/** What is carried out of here; null where nothing is. */
async function leavingWith(
  latchkey: Runtime,
  { request, issued, refusal }: Interaction,
): Promise<AuthorizationOutcome | null> {
  if (refusal !== null) return { kind: 'error', ...refusal };
  return issued && outcomeOf(latchkey.deps, { request, issued });
}
