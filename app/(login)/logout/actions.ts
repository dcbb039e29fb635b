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

  await deps.sessions.end(browser.headers, request.clientId);
  return goTo(postLogoutLocation(request) ?? '/logout/done', {
    setCookies: [cookies.removeSignOut(), cookies.holdSession('', 0)],
  });
}
