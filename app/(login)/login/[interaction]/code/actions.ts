'use server';
import { redirect } from 'next/navigation';
// The typed code, and the wish for another message. Both end in a redirect: to the page with the outcome, or, once, to
// the client with an authorization code. The code is issued here, in a function call: a redirect through a route of our
// own would be fetched a second time by a client router (docs/decisions/0003).
import { after } from 'next/server';
import { answerChallenge, type ChallengeAnswered } from '@/lib/login/answer-challenge';
import type { Interaction } from '@/lib/login/interaction';
import { resendCode } from '@/lib/login/resend-code';
import { addressOutcome } from '@/lib/oidc/authorization-response';
import { runtime } from '@/lib/runtime/boot';
import type { Runtime } from '@/lib/runtime/compose';
import { type OpenInteraction, openInteraction, saveInteraction, textOf } from '@/lib/web/answer';
import { heldCookies, requestContext, setCookies } from '@/lib/web/browser';
import { redirectToClient } from '@/lib/web/redirect-to-client';

export async function submitCode(form: FormData): Promise<void> {
  const latchkey = await runtime();
  const { interaction, client, step } = await openInteraction(latchkey, form, 'code');
  const { asked, request } = interaction;
  if (asked === null) return redirect(step('identifier'));

  const subject = latchkey.subjectOf(asked.identifier);
  const context = await requestContext(latchkey, { uiLocales: request.uiLocales, subject });
  const answered = await answerChallenge(latchkey.login, {
    interaction,
    asked,
    typed: textOf(form, 'code'),
    replacedSessionSecret: latchkey.cookies.readSession(await heldCookies()),
    context,
  });
  switch (answered.kind) {
    case 'signed_in':
      await holdSession(latchkey, answered, { subject, now: context.now });
      return leave(latchkey, interaction, { kind: 'code', authorizationCode: answered.authorizationCode });
    case 'blocked':
      return leave(latchkey, interaction, {
        kind: 'error',
        error: 'unauthorized',
        description: 'user is blocked',
      });
    case 'ended':
      await saveInteraction(latchkey, { ...interaction, finished: 'signed_in' });
      return redirect(step('code'));
    case 'problem':
      if (answered.problem.kind === 'code_expired')
        return resend(latchkey, { interaction, client, step }, answered.problem);
      await saveInteraction(latchkey, {
        ...interaction,
        outcome: answered.problem,
        finished: answered.problem.kind === 'too_many_tries' ? 'too_many_tries' : null,
      });
      return redirect(step('code'));
  }
}

export async function resendMessage(form: FormData): Promise<void> {
  const latchkey = await runtime();
  return resend(latchkey, await openInteraction(latchkey, form, 'code'), null);
}

/** Sends again; `because` is said instead of "sent again" where the person did not ask for it. */
async function resend(
  latchkey: Runtime,
  { interaction, client, step }: OpenInteraction,
  because: Interaction['outcome'],
): Promise<void> {
  const { asked, request } = interaction;
  if (asked === null) return redirect(step('identifier'));
  const context = await requestContext(latchkey, {
    uiLocales: request.uiLocales,
    subject: latchkey.subjectOf(asked.identifier),
  });
  const resent = await resendCode(latchkey.login, {
    interaction,
    asked,
    applicationName: client.name,
    context,
  });
  switch (resent.kind) {
    case 'resent': {
      const { message, newCode } = resent;
      if (message !== null) after(() => latchkey.send(message));
      const outcome = because ?? { kind: 'sent_again', newCode };
      await saveInteraction(latchkey, { ...interaction, asked: resent.asked, outcome });
      break;
    }
    case 'problem': {
      const { problem } = resent;
      const finished = problem.kind === 'too_many_tries' ? problem.kind : null;
      await saveInteraction(latchkey, { ...interaction, outcome: problem, finished });
      break;
    }
  }
  return redirect(step('code'));
}

/** A new session and a browser that is known from now on. */
async function holdSession(
  latchkey: Runtime,
  { sessionSecret, sessionExpiresAt }: Extract<ChallengeAnswered, { kind: 'signed_in' }>,
  { subject, now }: { subject: string | null; now: Date },
): Promise<void> {
  const { cookies, login } = latchkey;
  const known = (await cookies.readKnownBrowser(await heldCookies())) ?? {
    id: login.random.id(),
    subjects: [],
  };
  const lifetimeSeconds = Math.floor((sessionExpiresAt.getTime() - now.getTime()) / 1000);
  await setCookies(latchkey, [
    cookies.holdSession(sessionSecret, lifetimeSeconds),
    ...(subject === null ? [] : [await cookies.holdKnownBrowser(known, subject)]),
  ]);
}

/** To the client, once. A form_post answer leaves by a page of its own, which finds the code in the sealed cookie. */
async function leave(
  latchkey: Runtime,
  interaction: Interaction,
  outcome: Parameters<typeof addressOutcome>[0],
): Promise<void> {
  const answer = addressOutcome(outcome, interaction.request, latchkey.environment.issuer);
  const authorizationCode = outcome.kind === 'code' ? outcome.authorizationCode : null;
  const carried = answer.kind === 'form_post' ? authorizationCode : null;
  await saveInteraction(latchkey, {
    ...interaction,
    outcome: null,
    finished: 'signed_in',
    authorizationCode: carried,
  });
  return answer.kind === 'redirect'
    ? redirectToClient(answer.location)
    : redirect(`/login/${interaction.id}/return`);
}
