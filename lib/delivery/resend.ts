// Sends through Resend's HTTP interface. Knows its status codes and its idempotency keys, nothing of what is sent.
// @see https://resend.com/docs/api-reference/emails/send-email, https://resend.com/docs/api-reference/errors
import { Resend } from 'resend';
import type { Email, EmailSender, SendOutcome } from '@/lib/login/message';

/** Name of the tag that marks a message as ours, for the webhooks that tell of it (resend-webhook.ts). */
export const RESEND_TAG = 'latchkey';

const PUBLIC_BASE_URL = 'https://api.resend.com';

/** @param settings.baseUrl without a slash at the end; null is Resend itself */
export function createResendSender(settings: { apiKey: string; baseUrl: string | null }): EmailSender {
  const resend = new Resend(settings.apiKey, { baseUrl: settings.baseUrl ?? PUBLIC_BASE_URL });
  return {
    provider: 'resend',
    async send(email, signal) {
      const { data, error } = await resend.emails.send(payloadOf(email), {
        idempotencyKey: email.idempotencyKey,
        signal,
      });
      return error === null ? { kind: 'accepted', providerMessageId: data.id } : outcomeOf(error, signal);
    },
  };
}

type ResendError = NonNullable<Awaited<ReturnType<Resend['emails']['send']>>['error']>;

function payloadOf({ idempotencyKey, from, to, subject, html, text, language }: Email) {
  return {
    from,
    to: [to],
    subject,
    html,
    text,
    // RFC 3834 §5: no holiday notice answers this. RFC 3282 for the language.
    headers: { 'Auto-Submitted': 'auto-generated', 'Content-Language': language },
    tags: [{ name: RESEND_TAG, value: idempotencyKey }],
  };
}

/** Answers about the message itself. Any other error is about us, our key or their day, and may pass. */
const PERMANENT = new Set([400, 413, 422]);

/** The client of Resend throws nothing: what was not answered has no status. */
function outcomeOf({ statusCode, name }: ResendError, signal: AbortSignal): SendOutcome {
  if (statusCode === null) {
    return signal.aborted ? { kind: 'timed_out' } : { kind: 'unreachable', reason: 'no_answer' };
  }
  // The key was used with another body: the message got through before, and its words changed since with an upgrade.
  if (name === 'invalid_idempotent_request') return { kind: 'accepted', providerMessageId: null };
  return { kind: 'refused', reason: `${statusCode}`, permanent: PERMANENT.has(statusCode) };
}
