// What every proof ends with, whether a code was typed or a link opened: the browser holds a session, a notice goes out where
// one is due, and the client gets its answer, once.
import 'server-only';
import { redirect } from 'next/navigation';
import { after } from 'next/server';
import type { SignedIn } from '@/lib/login/answer-challenge';
import { finishSignIn } from '@/lib/login/finish-login';
import type { Interaction, Refusal } from '@/lib/login/interaction';
import { type AuthorizationOutcome, addressOutcome } from '@/lib/oidc/authorization-response';
import { findNeededConsent } from '@/lib/oidc/consent';
import { type Issued, outcomeOf } from '@/lib/oidc/front-channel';
import type { Runtime } from '@/lib/runtime/compose';
import { type Step, saveInteraction, stepPath } from './answer';
import { heldCookies, setCookies } from './browser';
import { redirectToClient } from './redirect-to-client';

/** A new session and a browser that is known from now on. */
export async function holdSignedIn(
  runtime: Runtime,
  { sessionSecret, sessionExpiresAt, subject, notice }: SignedIn,
  now: Date,
): Promise<void> {
  const { cookies, login } = runtime;
  const known = (await cookies.readKnownBrowser(await heldCookies())) ?? {
    id: login.random.id(),
    subjects: [],
  };
  const lifetimeSeconds = Math.floor((sessionExpiresAt.getTime() - now.getTime()) / 1000);
  await setCookies(runtime, [
    cookies.holdSession(sessionSecret, lifetimeSeconds),
    await cookies.holdKnownBrowser(known, subject),
  ]);
  if (notice !== null) after(() => runtime.send(notice));
}

/**
 * On from a proof that gave the client nothing yet, in whichever tab asks first: to the client, or to the question whether it
 * may have what it asks for.
 */
export async function goOn(runtime: Runtime, interaction: Interaction): Promise<void> {
  const consent = await findNeededConsent(runtime.deps, interaction.request);
  const finished = await finishSignIn(runtime.login, { interaction, consent, now: runtime.clock() });
  const step = (to: Step) => stepPath(interaction.id, to);
  switch (finished.kind) {
    case 'finished':
      return leaveForClient(runtime, interaction, finished);
    case 'consent_required':
      await saveInteraction(runtime, { ...interaction, outcome: null, sessionId: finished.sessionId });
      return redirect(step('consent'));
    case 'problem':
      await saveInteraction(runtime, { ...interaction, outcome: finished.problem });
      return redirect(step('code'));
    case 'cancelled':
    case 'ended':
      await saveInteraction(runtime, {
        ...interaction,
        finished: finished.kind === 'cancelled' ? 'cancelled' : 'signed_in',
      });
      return redirect(step('code'));
  }
}

/** To the client, once. A form_post answer leaves by a page of its own, which finds what it carries in the sealed cookie. */
export async function leaveForClient(
  runtime: Runtime,
  interaction: Interaction,
  { authorizationCode, tokenFamilyId }: Issued,
): Promise<void> {
  const { request } = interaction;
  const issued = { authorizationCode, tokenFamilyId };
  if (request.responseMode === 'form_post') {
    await saveInteraction(runtime, { ...interaction, outcome: null, finished: 'signed_in', issued });
    return redirect(`/login/${interaction.id}/return`);
  }
  return leaveWith(runtime, interaction, await outcomeOf(runtime.deps, { request, issued }));
}

/** Tells the client that this person may not sign in: they proved who they are, and an operator blocked them. */
export async function leaveBlocked(runtime: Runtime, interaction: Interaction): Promise<void> {
  return leaveRefused(runtime, interaction, { error: 'unauthorized', description: 'user is blocked' });
}

/** To the client, which is given nothing; by the same ways. */
export async function leaveRefused(
  runtime: Runtime,
  interaction: Interaction,
  refusal: Refusal,
): Promise<void> {
  if (interaction.request.responseMode === 'form_post') {
    await saveInteraction(runtime, { ...interaction, outcome: null, finished: 'signed_in', refusal });
    return redirect(`/login/${interaction.id}/return`);
  }
  return leaveWith(runtime, interaction, { kind: 'error', ...refusal });
}

async function leaveWith(
  runtime: Runtime,
  interaction: Interaction,
  outcome: AuthorizationOutcome,
): Promise<void> {
  const answer = addressOutcome(outcome, interaction.request, runtime.environment.issuer);
  await saveInteraction(runtime, { ...interaction, outcome: null, finished: 'signed_in' });
  return answer.kind === 'redirect'
    ? redirectToClient(answer.location)
    : redirect(`/login/${interaction.id}/return`);
}
