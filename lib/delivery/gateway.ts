// Sends through an operator's own SMS gateway, as Auth0's webhook does: one POST a message, of whose answer only the status
// is read. Repeated attempts carry the same idempotency key. auth0-contract §1.3; RFC 7519 for the token.
import { SignJWT } from 'jose';
import type { SendOutcome, Sms, SmsSender } from '@/lib/login/message';
import type { GuardedFetch, OutboundOutcome } from './guarded-fetch';

export type GatewaySettings = Readonly<{
  url: string;
  /** What `sender` in the body says; a number or a name. */
  sender: string | null;
  /** Tell the gateway address and browser of whoever asked. */
  forwardsRequest: boolean;
  authentication: Readonly<{
    audience: string;
    subject: string | null;
    secret: string;
    /** The secret is base64url, and its bytes are the key. */
    secretIsBase64: boolean;
  }> | null;
}>;

export function createGatewaySender(
  settings: GatewaySettings,
  { fetch, clock }: { fetch: GuardedFetch; clock: () => Date },
): SmsSender {
  return {
    provider: 'gateway',
    async send(sms, signal) {
      const authorization = await authorize(settings, sms, clock());
      if (authorization === null) return { kind: 'unreachable', reason: 'unusable_secret' };
      const headers = {
        'Content-Type': 'application/json',
        'Idempotency-Key': sms.idempotencyKey,
        ...authorization,
      };
      return outcomeOf(await fetch({ url: settings.url, headers, body: bodyOf(sms, settings), signal }));
    },
  };
}

function bodyOf({ to, body, request }: Sms, { sender, forwardsRequest }: GatewaySettings): string {
  const req = { ip: request.ip ?? undefined, 'user-agent': request.userAgent ?? undefined };
  return JSON.stringify({ recipient: to, body, sender, ...(forwardsRequest && { req }) });
}

/** A token is seen by nobody but the gateway, and is worth one message for one minute. */
const TOKEN_LIFETIME_SECONDS = 60;

/** Headers that prove who sends; null where the secret is no key. */
async function authorize(
  { authentication }: GatewaySettings,
  { idempotencyKey }: Sms,
  now: Date,
): Promise<Record<string, string> | null> {
  if (authentication === null) return {};
  const { audience, subject, secret, secretIsBase64 } = authentication;
  const key = Buffer.from(secret, secretIsBase64 ? 'base64url' : 'utf8');
  if (key.length === 0) return null;
  const issuedAt = Math.floor(now.getTime() / 1000);
  const token = new SignJWT(subject === null ? {} : { sub: subject })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setAudience(audience)
    .setJti(idempotencyKey)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + TOKEN_LIFETIME_SECONDS);
  return { Authorization: `Bearer ${await token.sign(key)}` };
}

/** Answers about the message itself. */
const PERMANENT = new Set([400, 413, 422]);

function outcomeOf(outcome: OutboundOutcome): SendOutcome {
  switch (outcome.kind) {
    case 'answered':
      if (outcome.status === 200) return { kind: 'accepted', providerMessageId: null };
      return { kind: 'refused', reason: `${outcome.status}`, permanent: isFinal(outcome.status) };
    case 'refused':
      return { kind: 'unreachable', reason: outcome.reason };
    default:
      return outcome;
  }
}

/** Exactly 200 is success; but what answers 202 may well have sent the message, and is not asked to send it again. */
function isFinal(status: number): boolean {
  return PERMANENT.has(status) || (status > 200 && status < 300);
}
