// POST /webhooks/resend and /webhooks/twilio: providers tell what became of messages they took. Whoever cannot sign is
// refused before anything is read, and what is written is a fact about a message, never more. security.md SRF-4.
import type { ReceivedWebhook, WebhookReader } from '@/lib/login/delivery-event';
import { OAuthError } from '@/lib/oidc/errors';
import type { BodyEncoding } from '@/lib/oidc/token-request';
import { readBody } from './body';
import type { Deps } from './deps';
import { answerApi, respondEmpty } from './respond';

/** Below the issuer. */
export const WEBHOOK_PATHS = { resend: '/webhooks/resend', twilio: '/webhooks/twilio' } as const;

type WebhookDeps = Pick<Deps, 'webhooks' | 'deliveryEvents' | 'clock' | 'log'>;

/** 204 for whatever Resend signed, told before or not; 404 where no signing secret is configured. */
export function resendWebhook(deps: WebhookDeps, request: Request): Promise<Response> {
  return answerWebhook(deps, request, {
    path: WEBHOOK_PATHS.resend,
    encoding: 'json',
    read: deps.webhooks.resend,
  });
}

/** 204 for whatever Twilio signed, told before or not; 401 for anything else: where no account is configured, for everything. */
export function twilioWebhook(deps: WebhookDeps, request: Request): Promise<Response> {
  return answerWebhook(deps, request, {
    path: WEBHOOK_PATHS.twilio,
    encoding: 'form',
    read: deps.webhooks.twilio,
  });
}

function answerWebhook(
  deps: WebhookDeps,
  request: Request,
  { path, encoding, read }: { path: string; encoding: BodyEncoding; read: WebhookReader | null },
): Promise<Response> {
  return answerApi(deps, path, async () => {
    if (read === null) throw refusal(404, 'This provider is not configured.');
    const webhook = await receive(request, encoding, deps.clock());
    const reading = await read(webhook);
    if (reading.kind === 'forged') throw refusal(401, 'The signature is missing, wrong or too old.');
    if (reading.kind === 'event') await deps.deliveryEvents.record(reading.event, webhook.receivedAt);
    return respondEmpty(204);
  });
}

async function receive(request: Request, encoding: BodyEncoding, receivedAt: Date): Promise<ReceivedWebhook> {
  const { text } = await readBody(request, [encoding]);
  return { search: new URL(request.url).search, headers: request.headers, body: text, receivedAt };
}

function refusal(status: number, description: string): OAuthError {
  return new OAuthError('invalid_request', description, { status });
}
