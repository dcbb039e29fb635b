// Sends through Twilio's SDK over our own HTTP, which honours the caller's signal and follows nothing. Twilio knows no
// idempotency keys: a message that is sent again after a time-out may arrive twice, with the same code in it.
// @see https://www.twilio.com/docs/messaging/api/message-resource, https://www.twilio.com/docs/api/errors
import type { Twilio } from 'twilio';
import type { SendOutcome, Sms, SmsSender } from '@/lib/login/message';

export type TwilioSettings = Readonly<{
  accountSid: string;
  authToken: string;
  /** Number or alphanumeric sender; the service wins where both are given. */
  from: string | null;
  messagingServiceSid: string | null;
  /** In place of https://api.twilio.com; a path in it stays in front. */
  baseUrl: string | null;
  /** Told what becomes of each message; only an address that Twilio can reach. */
  statusCallbackUrl: string | null;
  /** How long Twilio may keep a message that it cannot hand on: as long as the code lives. */
  queueSeconds: number;
}>;

export function createTwilioSender(settings: TwilioSettings): SmsSender {
  return {
    provider: 'twilio',
    async send(sms, signal) {
      try {
        const twilio = await createClient(settings, signal);
        const { sid, status, errorCode } = await twilio.messages.create(payloadOf(sms, settings));
        if (status === 'failed' || status === 'undelivered') return refusal(errorCode, 201);
        return { kind: 'accepted', providerMessageId: sid };
      } catch (error) {
        return outcomeOf(error, signal);
      }
    },
  };
}

type Payload = Parameters<Twilio['messages']['create']>[0];

function payloadOf({ to, body }: Sms, settings: TwilioSettings): Payload {
  const { from, messagingServiceSid, statusCallbackUrl } = settings;
  return {
    to,
    body,
    validityPeriod: Math.min(settings.queueSeconds, QUEUE_MAX_SECONDS),
    ...(messagingServiceSid === null ? { from: from ?? '' } : { messagingServiceSid }),
    ...(statusCallbackUrl !== null && { statusCallback: statusCallbackUrl }),
  };
}

/** @see https://www.twilio.com/docs/messaging/api/message-resource#validityperiod */
const QUEUE_MAX_SECONDS = 36_000;

/** Loaded with the first message: the SDK takes 30 MB that a server without text messages need not pay for. */
async function createClient(settings: TwilioSettings, signal: AbortSignal): Promise<Twilio> {
  const { Twilio } = await import('twilio');
  const httpClient = { request: (request: SdkRequest) => exchange(request, settings.baseUrl, signal) };
  return new Twilio(settings.accountSid, settings.authToken, { httpClient: httpClient as SdkHttpClient });
}

type SdkHttpClient = Twilio['httpClient'];
/** What the SDK asks of its HTTP client. */
type SdkRequest = Readonly<{
  method: string;
  uri: string;
  username: string;
  password: string;
  headers: Record<string, string>;
  data: Record<string, string>;
}>;

async function exchange(request: SdkRequest, baseUrl: string | null, signal: AbortSignal) {
  const { pathname, search, origin } = new URL(request.uri);
  const credentials = Buffer.from(`${request.username}:${request.password}`).toString('base64');
  const response = await fetch(`${(baseUrl ?? origin).replace(/\/$/, '')}${pathname}${search}`, {
    method: request.method.toUpperCase(),
    headers: { ...request.headers, Authorization: `Basic ${credentials}` },
    body: new URLSearchParams(request.data),
    redirect: 'manual',
    signal,
  });
  return { statusCode: response.status, body: await response.text(), headers: response.headers };
}

/** Answers about this number or this text. Any other is about our account or their day, and may pass. */
const PERMANENT = new Set([
  21211, // not a number
  21214, // cannot be reached
  21217, // not a number, either
  21265, // a short code
  21401, // not a number for text messages
  21408, // the account may not text that country
  21602, // no body
  21604, // no recipient
  21605, // too long
  21610, // answered STOP
  21612, // no route from this sender
  21614, // not a mobile number
  21617, // too long, either
  21635, // a landline
  30003, // switched off
  30004, // blocked by its owner or carrier
  30005, // does not exist
  30006, // a landline, or a carrier that is not connected
  30007, // filtered for its words
  30450, // held for a pumping attack
]);

function outcomeOf(error: unknown, signal: AbortSignal): SendOutcome {
  if (signal.aborted) return { kind: 'timed_out' };
  const { status, code } = error as { status?: unknown; code?: unknown };
  return typeof status === 'number' ? refusal(code, status) : { kind: 'unreachable', reason: 'no_answer' };
}

/** By Twilio's own number where it gave one, never by its words: they repeat the number that was texted. */
function refusal(code: unknown, status: number): SendOutcome {
  const known = Number.isInteger(code) ? (code as number) : null;
  return { kind: 'refused', reason: `${known ?? status}`, permanent: known !== null && PERMANENT.has(known) };
}
