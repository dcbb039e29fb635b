// Posts a batch of log entries to an operator's own address, signed as Standard Webhooks has it, and reads nothing of the answer
// but its status. @see https://www.standardwebhooks.com; security SRF-1, SRF-3, SRF-4.
import { Webhook } from 'standardwebhooks';
import type { LogDeliveryDeps } from '@/lib/management/log-delivery';
import type { GuardedFetch, OutboundOutcome } from './guarded-fetch';

/** Posts by way of the guarded fetch, so that an address is called only where this installation calls addresses. */
export function createLogBatchPost(fetch: GuardedFetch): LogDeliveryDeps['postLogBatch'] {
  return async ({ url, id, now, body, contentType, authorization, headers, signingSecret, signal }) =>
    failureOf(
      await fetch({
        url,
        headers: {
          ...headers,
          'Content-Type': contentType,
          'webhook-id': id,
          'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
          'webhook-signature': new Webhook(signingSecret).sign(id, now, body),
          ...(authorization !== null && { Authorization: authorization }),
        },
        body,
        signal,
      }),
    );
}

function failureOf(outcome: OutboundOutcome): string | null {
  switch (outcome.kind) {
    case 'answered':
      return outcome.status >= 200 && outcome.status < 300 ? null : `answered ${outcome.status}`;
    case 'timed_out':
      return 'timed out';
    default:
      return `${outcome.kind} ${outcome.reason}`;
  }
}
