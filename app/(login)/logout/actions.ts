'use server';
// The confirmed sign-out: ends the session, then goes where the checked request said.
import { postLogoutLocation } from '@/lib/oidc/end-session-request';
import type { Runtime } from '@/lib/runtime/compose';
import type { Browser } from '@/lib/web/browser';
import { answerForm } from '@/lib/web/next-door';
import { goTo, type Outcome } from '@/lib/web/outcome';

export async function confirmSignOut(form: FormData): Promise<void> {
  return answerForm(takeSignOut, form);
}

async function takeSignOut({ cookies, deps }: Runtime, browser: Browser): Promise<Outcome> {
  const request = await cookies.readSignOut(browser.cookies);
  // Without the cookie no page of ours asked, and nothing is ended.
  if (request === null) return goTo('/logout/done');

  const { toldClients } = await deps.sessions.end(browser.headers, request.clientId);
  const ended = [cookies.removeSignOut(), cookies.holdSession('', 0)];
  const location = postLogoutLocation(request);
  if (location !== null) return goTo(location, { setCookies: ended });
  const said = await cookies.holdSignedOut({ ...request, toldClients });
  return goTo('/logout/done', { setCookies: [...ended, said] });
}
