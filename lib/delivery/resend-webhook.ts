// Reads the webhooks of Resend: who signed them (Standard Webhooks, under Svix's header names), and what they tell of a
// message of ours. One account may send more than our messages, and its webhooks tell of all of them: ours carry a tag.
// @see https://resend.com/docs/webhooks/introduction, https://www.standardwebhooks.com
import { Webhook } from 'standardwebhooks';
import { z } from 'zod';
import type { DeliveryEvent, WebhookReader } from '@/lib/login/delivery-event';
import { RESEND_TAG } from './resend';

/**
 * @param settings.signingSecret `whsec_…`, as Resend shows it beside the webhook. The signature covers id, time and body;
 * one older or newer than five minutes is refused (SRF-4).
 * @throws when the secret is not base64
 */
export function createResendWebhookReader(settings: { signingSecret: string }): WebhookReader {
  const webhook = new Webhook(settings.signingSecret);
  return async ({ headers, body }) => {
    const id = headers.get('svix-id') ?? '';
    const signed = {
      'webhook-id': id,
      'webhook-timestamp': headers.get('svix-timestamp') ?? '',
      'webhook-signature': headers.get('svix-signature') ?? '',
    };
    try {
      webhook.verify(body, signed, { jsonParse: false });
    } catch {
      return { kind: 'forged' };
    }
    const told = TOLD.safeParse(parseJson(body));
    if (!told.success || told.data.data.tags?.[RESEND_TAG] === undefined) return { kind: 'nothing' };
    return { kind: 'event', event: eventFrom(`resend:${id}`, told.data) };
  };
}

const KINDS = {
  'email.delivered': 'delivered',
  'email.delivery_delayed': 'delayed',
  'email.bounced': 'bounced',
  /** Not even tried: a quota, or an address that came back before. */
  'email.failed': 'bounced',
  'email.suppressed': 'bounced',
  'email.complained': 'complained',
} as const satisfies Record<string, DeliveryEvent['kind']>;

/** A word such as `Permanent` or `reached_daily_quota`; a sentence is dropped. */
const code = z
  .string()
  .regex(/^\w{1,64}$/)
  .optional()
  .catch(undefined);

/** The part of the payload that is read. */
const TOLD = z.object({
  type: z.enum(Object.keys(KINDS) as [keyof typeof KINDS, ...(keyof typeof KINDS)[]]),
  created_at: z.coerce.date(),
  data: z.object({
    email_id: z.string().regex(/^[\w-]{1,128}$/),
    tags: z.record(z.string(), z.string()).optional().catch(undefined),
    bounce: z.object({ type: code, subType: code }).optional().catch(undefined),
    failed: z.object({ reason: code }).optional().catch(undefined),
    suppressed: z.object({ type: code }).optional().catch(undefined),
  }),
});

function eventFrom(id: string, { type, created_at, data }: z.infer<typeof TOLD>): DeliveryEvent {
  const { bounce, failed, suppressed } = data;
  const codes = [bounce?.type, bounce?.subType, failed?.reason, suppressed?.type];
  return {
    id,
    provider: 'resend',
    providerMessageId: data.email_id,
    kind: KINDS[type],
    reason: codes.filter((each) => each !== undefined).join('/') || null,
    occurredAt: created_at,
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
