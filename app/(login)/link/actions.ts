'use server';
// Another address or number for whoever is signed in: asked for, then proven. Ends in a redirect, like every form of ours.
import { beginLink, mayLink, proveLink } from '@/lib/login/link-identity';
import { LINK_IDENTITY_PATH } from '@/lib/login/link-path';
import type { Runtime } from '@/lib/runtime/compose';
import { textOf } from '@/lib/web/answer';
import { type Browser, requestContext } from '@/lib/web/browser';
import { linkingCountry, linkingPath, visitLinking } from '@/lib/web/linking';
import { answerForm } from '@/lib/web/next-door';
import { goTo, type Outcome } from '@/lib/web/outcome';

/** Longer than any; it goes into a cookie. */
const IDENTIFIER_MAX_LENGTH = 512;

export async function submitIdentity(form: FormData): Promise<void> {
  return answerForm(takeIdentity, form);
}

export async function submitLinkCode(form: FormData): Promise<void> {
  return answerForm(takeCode, form);
}

async function takeIdentity(latchkey: Runtime, browser: Browser, form: FormData): Promise<Outcome> {
  const { cookies, login } = latchkey;
  const visit = await visitLinking(latchkey, browser, textOf(form, 'client_id'));
  if (visit.kind === 'unknown') return goTo(LINK_IDENTITY_PATH);
  const { client } = visit;
  if (visit.kind !== 'open' || !mayLink(visit.session, latchkey.clock()))
    return goTo(linkingPath(client), { setCookies: [cookies.removeLinkAttempt()] });

  const { session, offered } = visit;
  const typedIdentifier = textOf(form, 'identifier').slice(0, IDENTIFIER_MAX_LENGTH);
  const country = linkingCountry(latchkey, browser, offered);
  const subject = latchkey.subjectOf(typedIdentifier, country);
  const context = await requestContext(latchkey, browser, { interaction: null, subject });
  const begun = await beginLink(login, { client, offered, typed: typedIdentifier, country, context });
  const attempt = { clientId: client.clientId, sessionId: session.id, typedIdentifier };
  if (begun.kind === 'problem') {
    const held = await cookies.holdLinkAttempt({ ...attempt, question: null, problem: begun.problem });
    return goTo(linkingPath(client), { setCookies: [held] });
  }
  const { interactionId, asked, message } = begun;
  const question = { interactionId, asked };
  return goTo(`${LINK_IDENTITY_PATH}/code`, {
    setCookies: [await cookies.holdLinkAttempt({ ...attempt, question, problem: null })],
    messages: message === null ? [] : [message],
  });
}

async function takeCode(latchkey: Runtime, browser: Browser, form: FormData): Promise<Outcome> {
  const { cookies, login, linking } = latchkey;
  const visit = await visitLinking(latchkey, browser, null);
  if (visit.kind === 'unknown') return goTo(LINK_IDENTITY_PATH);
  const { client } = visit;
  const attempt = visit.kind === 'open' ? visit.attempt : null;
  if (visit.kind !== 'open' || attempt === null || attempt.question === null)
    return goTo(linkingPath(client));

  const { interactionId, asked } = attempt.question;
  const subject = latchkey.subjectOf(asked.identifier);
  const made = await proveLink(
    { ...login, linking },
    {
      accountId: visit.session.accountId,
      clientId: client.clientId,
      interactionId,
      asked,
      typedCode: textOf(form, 'code'),
      context: await requestContext(latchkey, browser, { interaction: null, subject }),
    },
  );
  if (made.kind === 'linked') {
    // Nothing is left to be answered; the page that says so still knows whose it is.
    const done = await cookies.holdLinkAttempt({
      ...attempt,
      typedIdentifier: '',
      question: null,
      problem: null,
    });
    return goTo(`${LINK_IDENTITY_PATH}/done`, { setCookies: [done], messages: [...made.notices] });
  }
  const { problem } = made;
  const isAnswered = problem.kind === 'own' || problem.kind === 'refused';
  const held = { ...attempt, problem, ...(isAnswered && { question: null }) };
  return goTo(isAnswered ? linkingPath(client) : `${LINK_IDENTITY_PATH}/code`, {
    setCookies: [await cookies.holdLinkAttempt(held)],
  });
}
