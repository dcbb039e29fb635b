'use server';
// The confirmed sign-out: ends the session, then goes where the checked request said.
import { headers } from 'next/headers';
import { redirect } from 'next/navigation';
import { postLogoutLocation } from '@/lib/oidc/end-session-request';
import { runtime } from '@/lib/runtime/boot';
import { heldCookies, requireSameOrigin, setCookies } from '@/lib/web/browser';
import { redirectToClient } from '@/lib/web/redirect-to-client';

export async function confirmSignOut(): Promise<void> {
  const latchkey = await runtime();
  await requireSameOrigin(latchkey);
  const { cookies } = latchkey;
  const request = await cookies.readSignOut(await heldCookies());
  // Without the cookie no page of ours asked, and nothing is ended.
  if (request === null) return redirect('/logout/done');

  const { toldClients } = await latchkey.deps.sessions.end(await headers(), request.clientId);
  await setCookies(latchkey, [cookies.removeSignOut(), cookies.holdSession('', 0)]);
  const location = postLogoutLocation(request);
  if (location !== null) return redirectToClient(location);
  await setCookies(latchkey, [await cookies.holdSignedOut({ ...request, toldClients })]);
  return redirect('/logout/done');
}
