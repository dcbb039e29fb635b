// A server on loopback that stands for api.twilio.com: it holds every request against Twilio's own OpenAPI description
// (tests/specs/twilio-messages.openapi.json) and answers as Twilio documents it. It can be told to answer with any error
// code, dawdle or hang up, and signs status callbacks as Twilio does. A request that breaks the description is refused and
// kept in `violations`.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Ajv } from 'ajv';
import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks.js';
import description from '@/tests/specs/twilio-messages.openapi.json' with { type: 'json' };
import { createMailbox, type Mailbox } from './mailbox';

/** What Twilio was asked to send. */
export type TwilioMessage = {
  sid: string;
  to: string;
  body: string;
  from: string | null;
  messagingServiceSid: string | null;
  statusCallback: string | null;
  /** Seconds. */
  validityPeriod: number | null;
};

/** How the server treats the next requests, until told otherwise. */
export type TwilioBehaviour =
  | { kind: 'accept' }
  /** Any error answer, e.g. 400 with 21211, 401 with 20003, 429 with 20429, 500 with 20500; null for a bare status. */
  | { kind: 'refuse'; status: number; code: number | null; retryAfterSeconds?: number }
  /** Takes the message and says at once that it will not arrive, e.g. with 30007. */
  | { kind: 'fail'; code: number }
  /** Accepts, but only after so long. */
  | { kind: 'slow'; delayMilliseconds: number }
  /** Hangs up without an answer. */
  | { kind: 'hang-up' };

/** A running sink. */
export type TwilioSink = Omit<Mailbox<TwilioMessage>, 'deliver'> & {
  /** Fit for `TWILIO_API_BASE_URL`. */
  url: string;
  /** Fit for `TWILIO_ACCOUNT_SID` and `TWILIO_AUTH_TOKEN`; any other is refused. */
  accountSid: string;
  authToken: string;
  /** Every request so far, refused ones too. */
  requestCount: () => number;
  /** One sentence for each request that broke Twilio's description. Tests expect it empty. */
  violations: string[];
  behave: (behaviour: TwilioBehaviour) => void;
  close: () => Promise<void>;
};

/** The request by which Twilio tells what became of a message. */
export type StatusCallback = { method: 'POST'; headers: Record<string, string>; body: string };

const ACCOUNT_SID = `AC${'0123456789abcdef'.repeat(2)}`;
const AUTH_TOKEN = '0123456789abcdef0123456789abcdef';
const PATH = '/2010-04-01/Accounts/{AccountSid}/Messages.json';
const BODY_MAX_LENGTH = 1_600;

/** Starts the sink on a free loopback port. */
export async function startTwilioSink(): Promise<TwilioSink> {
  const mailbox = createMailbox<TwilioMessage>();
  const violations: string[] = [];
  const validate = compileRequestSchema();
  let behaviour: TwilioBehaviour = { kind: 'accept' };
  let requests = 0;

  function violate(status: number, code: number, sentence: string): Answer {
    violations.push(sentence);
    return refusal(status, code);
  }

  function receive(request: IncomingMessage, payload: string): Answer {
    if (request.method !== 'POST' || request.url !== PATH.replace('{AccountSid}', ACCOUNT_SID))
      return violate(404, 20404, `${request.method} ${request.url} is not the way to send a message.`);
    const credentials = Buffer.from(`${ACCOUNT_SID}:${AUTH_TOKEN}`).toString('base64');
    if (request.headers.authorization !== `Basic ${credentials}`) return refusal(401, 20003);
    if (!request.headers['content-type']?.startsWith('application/x-www-form-urlencoded'))
      return violate(400, 21602, `Content-Type is ${request.headers['content-type']}.`);

    const fields = [...new URLSearchParams(payload)];
    const form: Record<string, unknown> = Object.fromEntries(fields);
    if (fields.length > Object.keys(form).length)
      return violate(400, 21211, 'A parameter was given more than once.');
    if (!validate(form)) return violate(400, 21211, new Ajv().errorsText(validate.errors));
    if (behaviour.kind === 'refuse')
      return refusal(behaviour.status, behaviour.code, behaviour.retryAfterSeconds);

    const message = readMessage(form, `SM${String(requests).padStart(32, '0')}`);
    if (!/^\+[1-9]\d{6,14}$/.test(message.to)) return violate(400, 21211, 'To is not E.164.');
    if (message.body === '') return violate(400, 21602, 'There is no body.');
    if (message.body.length > BODY_MAX_LENGTH) return violate(400, 21617, 'The body is too long.');
    if (!message.from && !message.messagingServiceSid) return violate(400, 21603, 'Nobody sends it.');
    if (behaviour.kind === 'fail') return { status: 201, body: resourceOf(message, behaviour.code) };
    mailbox.deliver([message.to], message);
    return { status: 201, body: resourceOf(message, null) };
  }

  const server = createServer(async (request, response) => {
    requests += 1;
    const payload = await readText(request);
    if (behaviour.kind === 'hang-up') {
      request.socket.destroy();
      return;
    }
    if (behaviour.kind === 'slow') await sleep(behaviour.delayMilliseconds);
    respond(response, receive(request, payload));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    accountSid: ACCOUNT_SID,
    authToken: AUTH_TOKEN,
    messages: mailbox.messages,
    waitForMessage: mailbox.waitForMessage,
    requestCount: () => requests,
    violations,
    behave(next) {
      behaviour = next;
    },
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/**
 * A status callback as Twilio sends it, signed by its own library's rule (HMAC-SHA1 over the address and the sorted fields).
 *
 * @param callback.url the address as Twilio knows it: that of `StatusCallback`, whatever the request really goes to
 * @param callback.errorCode why it was not delivered; null otherwise
 */
export function signStatusCallback(callback: {
  url: string;
  message: Pick<TwilioMessage, 'sid' | 'to' | 'from'>;
  status: 'queued' | 'sent' | 'delivered' | 'undelivered' | 'failed';
  errorCode: number | null;
  authToken: string;
}): StatusCallback {
  const { url, message, status, errorCode, authToken } = callback;
  const fields = {
    ApiVersion: '2010-04-01',
    AccountSid: ACCOUNT_SID,
    MessageSid: message.sid,
    SmsSid: message.sid,
    MessageStatus: status,
    SmsStatus: status,
    To: message.to,
    ...(message.from !== null && { From: message.from }),
    ...(errorCode !== null && { ErrorCode: `${errorCode}` }),
  };
  return {
    method: 'POST',
    headers: {
      'Content-Type': 'application/x-www-form-urlencoded; charset=UTF-8',
      'X-Twilio-Signature': getExpectedTwilioSignature(authToken, url, fields),
    },
    body: new URLSearchParams(fields).toString(),
  };
}

type Answer = { status: number; body: object; headers?: Record<string, string> };

/** A form has only text: numbers and truths are read from it. Parameters that Twilio does not know are refused. */
function compileRequestSchema() {
  const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true, coerceTypes: true });
  ajv.addSchema(description, 'twilio');
  const path = `/paths/${PATH.replaceAll('/', '~1').replace(/[{}]/g, encodeURIComponent)}/post/requestBody`;
  const schema = `twilio#${path}/content/application~1x-www-form-urlencoded/schema`;
  const { properties } =
    description.paths[PATH].post.requestBody.content['application/x-www-form-urlencoded'].schema;
  return ajv.compile({ allOf: [{ $ref: schema }], propertyNames: { enum: Object.keys(properties) } });
}

function readMessage(form: Record<string, unknown>, sid: string): TwilioMessage {
  const text = (name: string) => (typeof form[name] === 'string' ? form[name] : null);
  return {
    sid,
    to: text('To') ?? '',
    body: text('Body') ?? '',
    from: text('From'),
    messagingServiceSid: text('MessagingServiceSid'),
    statusCallback: text('StatusCallback'),
    validityPeriod: typeof form.ValidityPeriod === 'number' ? form.ValidityPeriod : null,
  };
}

/** `api.v2010.account.message` of the description. */
function resourceOf(message: TwilioMessage, errorCode: number | null): object {
  const uri = `/2010-04-01/Accounts/${ACCOUNT_SID}/Messages/${message.sid}`;
  const now = new Date().toUTCString().replace('GMT', '+0000');
  return {
    account_sid: ACCOUNT_SID,
    api_version: '2010-04-01',
    body: message.body,
    date_created: now,
    date_sent: null,
    date_updated: now,
    direction: 'outbound-api',
    error_code: errorCode,
    error_message: errorCode === null ? null : 'Told to fail.',
    from: message.from,
    messaging_service_sid: message.messagingServiceSid,
    num_media: '0',
    num_segments: '1',
    price: null,
    price_unit: 'USD',
    sid: message.sid,
    status: errorCode === null ? 'queued' : 'failed',
    subresource_uris: { media: `${uri}/Media.json` },
    to: message.to,
    uri: `${uri}.json`,
  };
}

/** As Twilio's errors are: the words repeat the number, which must reach no log. */
function refusal(status: number, code: number | null, retryAfterSeconds?: number): Answer {
  const headers = retryAfterSeconds === undefined ? {} : { 'Retry-After': `${retryAfterSeconds}` };
  if (code === null) return { status, body: {}, headers };
  const more_info = `https://www.twilio.com/docs/errors/${code}`;
  return {
    status,
    body: { code, message: `Told to refuse (${ACCOUNT_SID}, +447700900123).`, more_info, status },
    headers,
  };
}

function respond(response: ServerResponse, { status, body, headers }: Answer): void {
  response
    .writeHead(status, { 'Content-Type': 'application/json;charset=utf-8', ...headers })
    .end(JSON.stringify(body));
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
