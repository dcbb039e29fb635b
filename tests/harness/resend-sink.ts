// A server on loopback that stands for api.resend.com: it holds every request against Resend's own OpenAPI description
// (tests/specs/resend-emails.openapi.json) and answers as Resend documents it, idempotency included. It can be told to
// answer with any error, dawdle or hang up. A request that breaks the description is refused and kept in `violations`.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Ajv2020 } from 'ajv/dist/2020';
import description from '@/tests/specs/resend-emails.openapi.json' with { type: 'json' };
import { createMailbox, type Mailbox } from './mailbox';

/** The fields of Resend's `SendEmailRequest` that tests look at. */
export type ResendEmail = {
  id: string;
  from: string;
  to: string | string[];
  subject: string;
  html?: string;
  text?: string;
  headers?: Record<string, string>;
  tags?: { name: string; value: string }[];
  /** From the `Idempotency-Key` header; `null` when there was none. */
  idempotencyKey: string | null;
};

/** How the server treats the next requests, until told otherwise. */
export type ResendBehaviour =
  | { kind: 'accept' }
  /** Any error answer, e.g. 422 `validation_error`, 429 `rate_limit_exceeded`, 500 `application_error`. */
  | { kind: 'refuse'; status: number; name: string; retryAfterSeconds?: number }
  /** Accepts, but only after so long. */
  | { kind: 'slow'; delayMilliseconds: number }
  /** Hangs up without an answer. */
  | { kind: 'hang-up' };

/** A running sink. */
export type ResendSink = Omit<Mailbox<ResendEmail>, 'deliver'> & {
  /** Fit for `RESEND_BASE_URL`. */
  url: string;
  /** Fit for `RESEND_API_KEY`; any other is refused. */
  apiKey: string;
  /** Every request so far, refused ones too. */
  requestCount: () => number;
  /** One sentence for each request that broke Resend's description. Tests expect it empty. */
  violations: string[];
  behave: (behaviour: ResendBehaviour) => void;
  close: () => Promise<void>;
};

type Answer = { status: number; body: object; headers?: Record<string, string> };

/** The largest key Resend takes, in characters (`Idempotency-Key` in its description). */
const IDEMPOTENCY_KEY_LENGTH = 256;

const API_KEY = 're_test_0123456789abcdef';

/** Starts the sink on a free loopback port. */
export async function startResendSink(): Promise<ResendSink> {
  const mailbox = createMailbox<ResendEmail>();
  const violations: string[] = [];
  const answered = new Map<string, { payload: string; id: string }>();
  const validate = compileRequestSchema();
  let behaviour: ResendBehaviour = { kind: 'accept' };
  let requests = 0;

  function violate(status: number, name: string, sentence: string): Answer {
    violations.push(sentence);
    return refusal(status, name, sentence);
  }

  function receive(request: IncomingMessage, payload: string): Answer {
    if (request.method !== 'POST' || request.url !== '/emails')
      return violate(404, 'not_found', `${request.method} ${request.url} is not POST /emails.`);
    if (request.headers.authorization === undefined)
      return violate(401, 'missing_api_key', 'Missing API key.');
    if (request.headers.authorization !== `Bearer ${API_KEY}`)
      return refusal(403, 'invalid_api_key', 'API key is invalid');
    if (!request.headers['content-type']?.startsWith('application/json'))
      return violate(415, 'validation_error', `Content-Type is ${request.headers['content-type']}.`);

    const idempotencyKey = request.headers['idempotency-key']?.toString() ?? null;
    if (idempotencyKey !== null && (idempotencyKey === '' || idempotencyKey.length > IDEMPOTENCY_KEY_LENGTH))
      return violate(400, 'invalid_idempotency_key', 'The idempotency key must be 1 to 256 characters.');
    const earlier = answered.get(idempotencyKey ?? '');
    if (earlier && earlier.payload !== payload)
      return violate(
        409,
        'invalid_idempotent_request',
        'The same idempotency key came with another payload.',
      );

    const email = parseJson(payload);
    if (!validate(email)) return violate(422, 'validation_error', new Ajv2020().errorsText(validate.errors));
    if (behaviour.kind === 'refuse')
      return refusal(behaviour.status, behaviour.name, 'Told to refuse.', behaviour.retryAfterSeconds);
    if (earlier) return { status: 200, body: { id: earlier.id } };

    const id = `00000000-0000-4000-8000-${String(requests).padStart(12, '0')}`;
    if (idempotencyKey !== null) answered.set(idempotencyKey, { payload, id });
    mailbox.deliver([email.to].flat().map(bareAddress), { ...email, id, idempotencyKey });
    return { status: 200, body: { id } };
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
    apiKey: API_KEY,
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

function compileRequestSchema() {
  const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
  ajv.addSchema(description, 'resend');
  const path = '/paths/~1emails/post/requestBody/content/application~1json/schema';
  return ajv.compile<Omit<ResendEmail, 'id' | 'idempotencyKey'>>({ $ref: `resend#${path}` });
}

function refusal(status: number, name: string, message: string, retryAfterSeconds?: number): Answer {
  const headers = retryAfterSeconds === undefined ? {} : { 'Retry-After': `${retryAfterSeconds}` };
  return { status, body: { statusCode: status, name, message }, headers };
}

function respond(response: ServerResponse, { status, body, headers }: Answer): void {
  response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(JSON.stringify(body));
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

/** `null`, which no schema of Resend's accepts, for what is not JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** `Name <a@b>` → `a@b`. */
function bareAddress(recipient: string): string {
  return /<([^>]+)>/.exec(recipient)?.[1] ?? recipient;
}
