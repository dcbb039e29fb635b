// An SMS gateway of somebody's own on loopback: it holds every request against Auth0's webhook contract (auth0-contract
// §1.3) and verifies its token. It can be told to answer with any status, redirect, dawdle, drip or hang up. A request that
// breaks the contract is refused and kept in `violations`.
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { Ajv2020 } from 'ajv/dist/2020';
import { type JWTPayload, jwtVerify } from 'jose';
import { createMailbox, type Mailbox } from './mailbox';

/** What a gateway was asked to send. */
export type GatewayMessage = {
  recipient: string;
  body: string;
  sender: string | null;
  req?: { ip?: string; 'user-agent'?: string };
  headers: IncomingHttpHeaders;
  /** Claims of its token; null where it had none. */
  claims: JWTPayload | null;
};

/** How the server treats the next requests, until told otherwise. */
export type GatewayBehaviour =
  | { kind: 'accept' }
  /** Any status, with a body that repeats what it was sent. */
  | { kind: 'answer'; status: number }
  | { kind: 'redirect'; location: string }
  /** Accepts, but only after so long. */
  | { kind: 'slow'; delayMilliseconds: number }
  /** Accepts, and never comes to the end of its answer. */
  | { kind: 'drip' }
  /** Accepts, with an answer that has no end. */
  | { kind: 'talk' }
  /** Never comes to the end of its headers. */
  | { kind: 'drip-headers' }
  /** Hangs up without an answer. */
  | { kind: 'hang-up' };

/** A running sink. */
export type GatewaySink = Omit<Mailbox<GatewayMessage>, 'deliver'> & {
  /** Fit for `gateway_url`. */
  url: string;
  /** Every request so far, refused ones too. */
  requestCount: () => number;
  /** Connections that are open now. */
  connectionCount: () => number;
  /** One sentence for each request that broke the contract. Tests expect it empty. */
  violations: string[];
  behave: (behaviour: GatewayBehaviour) => void;
  close: () => Promise<void>;
};

/** Starts the sink on a free loopback port. @param key verifies the tokens it then asks for; null asks for none */
export async function startGatewaySink(key: Uint8Array | null = null): Promise<GatewaySink> {
  const mailbox = createMailbox<GatewayMessage>();
  const violations: string[] = [];
  const validate = new Ajv2020({ allErrors: true }).compile(BODY);
  let behaviour: GatewayBehaviour = { kind: 'accept' };
  let requests = 0;
  let connections = 0;

  /** The status of the answer. */
  async function receive(request: IncomingMessage, payload: string): Promise<number> {
    const claims = key === null ? null : await readClaims(request, key);
    if (key !== null && claims === null) return 401;
    const message = parseJson(payload);
    if (request.method !== 'POST' || !request.headers['content-type']?.startsWith('application/json')) {
      violations.push(`${request.method} with ${request.headers['content-type']}.`);
      return 400;
    }
    if (!validate(message)) {
      violations.push(new Ajv2020().errorsText(validate.errors));
      return 400;
    }
    if (behaviour.kind === 'answer') return behaviour.status;
    const taken = message as Pick<GatewayMessage, 'recipient' | 'body' | 'sender' | 'req'>;
    mailbox.deliver([taken.recipient], { ...taken, headers: request.headers, claims });
    return 200;
  }

  const server = createServer(async (request, response) => {
    requests += 1;
    const payload = await readText(request);
    const { kind } = behaviour;
    if (kind === 'hang-up') return request.socket.destroy();
    if (kind === 'redirect') return response.writeHead(307, { Location: behaviour.location }).end();
    if (kind === 'drip-headers') return drip(request, 'HTTP/1.1 200 OK\r\nX-Slow: ');
    if (kind === 'slow') await sleep(behaviour.delayMilliseconds);
    const status = await receive(request, payload);
    if (kind === 'drip') return drip(request, 'HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n');
    response.writeHead(status, { 'Content-Type': 'text/plain' });
    if (kind === 'talk') return talk(response);
    return response.end(payload);
  });
  server.on('connection', (socket) => {
    connections += 1;
    socket.on('error', () => {});
    socket.on('close', () => {
      connections -= 1;
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/sms`,
    messages: mailbox.messages,
    waitForMessage: mailbox.waitForMessage,
    requestCount: () => requests,
    connectionCount: () => connections,
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

const BODY = {
  type: 'object',
  properties: {
    recipient: { type: 'string', pattern: '^\\+[1-9]\\d{6,14}$' },
    body: { type: 'string', minLength: 1 },
    sender: { type: ['string', 'null'] },
    req: {
      type: 'object',
      properties: { ip: { type: 'string' }, 'user-agent': { type: 'string' } },
      additionalProperties: false,
    },
  },
  required: ['recipient', 'body', 'sender'],
  additionalProperties: false,
};

async function readClaims({ headers }: IncomingMessage, key: Uint8Array): Promise<JWTPayload | null> {
  const token = /^Bearer (\S+)$/.exec(headers.authorization ?? '')?.[1] ?? '';
  try {
    return (await jwtVerify(token, key, { algorithms: ['HS256'] })).payload;
  } catch {
    return null;
  }
}

/** One character every twenty milliseconds, until the other side has had enough. */
function drip({ socket }: IncomingMessage, beginning: string): void {
  socket.write(beginning);
  const timer = setInterval(() => socket.write('x'), 20);
  socket.on('close', () => clearInterval(timer));
}

/** `null`, which breaks the contract, for what is not JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

/** Answers as long as somebody listens. */
export function talk(response: ServerResponse): void {
  const words = Buffer.alloc(64 * 1024);
  const stream = new Readable({
    read() {
      this.push(words);
    },
  });
  response.on('close', () => stream.destroy());
  stream.pipe(response);
}
