// Reads the status callbacks of Twilio: who signed them, and what they tell of a message. Twilio calls an address for each
// message that named it, so all of them are ours. Signatures carry no time: one that is replayed tells what is known already.
// @see https://www.twilio.com/docs/usage/security#validating-requests
// @see https://www.twilio.com/docs/messaging/guides/track-outbound-message-status
import { validateRequest } from 'twilio/lib/webhooks/webhooks.js';
import type { DeliveryEvent, WebhookReader } from '@/lib/login/delivery-event';

/**
 * @param settings.url the address as messages named it: from the configured issuer, whatever host a request claims
 * @param settings.findAuthToken by the account that sent the message, which connections may each have of their own
 */
export function createTwilioWebhookReader(settings: {
  url: string;
  findAuthToken(accountSid: string): Promise<string | null>;
}): WebhookReader {
  return async ({ headers, search, body, receivedAt }) => {
    const told = Object.fromEntries(new URLSearchParams(body));
    const { AccountSid = '', MessageSid = '', MessageStatus = '', ErrorCode = '' } = told;
    const signature = headers.get('x-twilio-signature') ?? '';
    const authToken = SID.test(AccountSid) ? await settings.findAuthToken(AccountSid) : null;
    if (authToken === null || !validateRequest(authToken, signature, settings.url + search, told)) {
      return { kind: 'forged' };
    }
    const kind = KINDS.get(MessageStatus);
    if (kind === undefined || !SID.test(MessageSid)) return { kind: 'nothing' };
    return {
      kind: 'event',
      event: {
        // Twilio numbers no events; a message takes each status once.
        id: `twilio:${MessageSid}:${MessageStatus}`,
        provider: 'twilio',
        providerMessageId: MessageSid,
        kind,
        reason: /^\d{1,6}$/.test(ErrorCode) ? ErrorCode : null,
        occurredAt: receivedAt,
      },
    };
  };
}

const SID = /^[A-Z]{2}[0-9a-f]{32}$/;

/** What comes before them (`queued`, `sending`) is known from the answer to the request that sent it. */
const KINDS: ReadonlyMap<string, DeliveryEvent['kind']> = new Map([
  ['sent', 'sent'],
  ['delivered', 'delivered'],
  ['read', 'delivered'],
  ['undelivered', 'bounced'],
  ['failed', 'bounced'],
  ['canceled', 'bounced'],
]);
