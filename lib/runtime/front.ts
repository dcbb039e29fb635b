// The front server of a Node host: answers the protocol by the endpoint functions and the pages of a sign-in by their steps,
// and hands other pages to Next, all with their security headers set. It makes two things true that Next alone cannot: the
// peer's address is the socket's, and the host is the issuer's, whatever a client or a careless proxy says.
// scripts/serve.mjs binds it to a port.
import { randomBytes } from 'node:crypto';
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { BRAND_PREVIEW_PATH, CONSOLE_UPLOAD_PATH, isConsolePath } from '@/lib/management/console-path';
import { boundBody, UPLOAD_MS } from './body-deadline';
import { FRONT_HEADER, NONCE_HEADER, PATH_HEADER, PEER_HEADER } from './client-address';
import { closeServer } from './close-server';
import type { Runtime } from './compose';
import { replaceFailure } from './failed-page';
import type { CreateFrontPages, FrontAnswer, FrontPages, PageBuild } from './front-pages';
import { greeting } from './greeting';
import { isSameOrigin, pageHeaders } from './page-headers';
import { type PagePost, readPagePost } from './page-post';
import { writeAnswer, writeInstead } from './write-answer';

/** What scripts/serve.mjs finds on `globalThis[Symbol.for('latchkey.front')]`. */
export type Front = Readonly<{
  /**
   * @param handlePage Next, for every page that is not answered here
   * @param build null while pages are being written: then all of them are Next's, which notices what changes
   */
  listener(handlePage: RequestListener, build: PageBuild | null): RequestListener;
  /** Bounds on slow and silent clients (INP-1). */
  tune(server: Server): void;
  /** Tells the command line and the operator where this server is. */
  listening(): Promise<void>;
  /** Stops accepting, lets requests finish, ends the work behind them. */
  drain(server: Server): Promise<void>;
}>;

/** Claims about the outside that Next or a library might believe. ISSUER has said all of it. */
const CLAIMED_HEADERS = [
  // Next would give the nonce in it to scripts of its own.
  'content-security-policy',
  'content-security-policy-report-only',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-forwarded-port',
  'forwarded',
  'x-middleware-subrequest',
];

export function createFront(runtime: Runtime, createPages: CreateFrontPages): Front {
  const { environment, frontSecret } = runtime;
  const host = new URL(environment.issuer).host;
  const respond = getRequestListener((request) => runtime.answer(request), { overrideGlobalObjects: false });
  let stopping = false;

  const holdsSession = (request: IncomingMessage) =>
    runtime.console.holdsSession(request.headers.cookie ?? null);

  /** Actions are called by script in the console, and there by browsers alone that hold a session of it. */
  async function readPost(request: IncomingMessage, isConsole: boolean): Promise<PagePost> {
    return readPagePost(request, { mayCall: isConsole && (await holdsSession(request)) });
  }

  /** What a page of the front's comes to, or the error page in its place. */
  async function answer(
    request: IncomingMessage,
    response: ServerResponse,
    give: (headers: Headers) => Promise<FrontAnswer>,
  ): Promise<void> {
    try {
      const given = await give(new Headers(request.headers as Record<string, string>));
      if (given.kind === 'absent') return refuse(request, response, 404);
      writeAnswer(request, response, given);
      if (given.kind === 'redirect') for (const message of given.messages) void runtime.send(message);
    } catch (cause) {
      const acceptLanguage = request.headers['accept-language'] ?? null;
      await writeInstead(response, runtime.failedPage({ path: pathOf(request), acceptLanguage, cause }));
    }
  }

  return {
    listener(handlePage, build) {
      const findPage: FrontPages = build === null ? () => null : createPages(runtime, build);
      return (request, response) => {
        const nonce = randomBytes(16).toString('base64');
        request.url = targetOf(request);
        boundBody(request, pathOf(request));
        nameOurselves(request, { host, peer: request.socket.remoteAddress ?? '', nonce, frontSecret });
        if (stopping) response.setHeader('Connection', 'close');
        const path = pathOf(request);
        const isKnownMethod = METHODS.includes(request.method ?? '');
        if (isKnownMethod && runtime.isProtocolPath(path)) return respond(request, response);

        const isConsole = isConsolePath(path);
        const isPreview = path === BRAND_PREVIEW_PATH;
        const headers = pageHeaders({ ...environment, nonce, isConsole, isPreview });
        presetHeaders(response, { 'Cache-Control': 'no-store', ...headers });
        if (isConsole && !isPreview) admitScripts(request, headers['Content-Security-Policy'] ?? '');
        const refusal = refusePage(request, environment.origin);
        if (refusal !== null) return refuse(request, response, refusal);
        const page = findPage(path);
        const passOn = (whole: IncomingMessage) => {
          const acceptLanguage = request.headers['accept-language'] ?? null;
          replaceFailure(response, {
            path,
            page: () => runtime.failedPage({ path, acceptLanguage }),
            missing: isConsole || NO_PAGE.test(path) ? null : () => runtime.missingPage(acceptLanguage),
          });
          handlePage(whole, response);
        };
        const passOnForHolder = () =>
          void holdsSession(request).then((isHeld) =>
            isHeld ? passOn(request) : refuse(request, response, 404),
          );
        if (request.method !== 'POST') {
          if (isConsole && isForRouter(request)) return passOnForHolder();
          const query = new URLSearchParams(queryOf(request));
          if (page !== null) return void answer(request, response, (headers) => page.show(headers, query));
          return passOn(request);
        }
        // Longer than what is read here, and read as it comes: for whoever holds a session, and nobody else.
        const isUpload = path === CONSOLE_UPLOAD_PATH && request.headers['next-action'] === undefined;
        if (isUpload) return passOnForHolder();
        void readPost(request, isConsole).then((post) => {
          if (post.kind === 'refused') return refuse(request, response, post.status);
          if (post.kind === 'aborted') return;
          const take = post.form === null ? null : (page?.find(post.form) ?? null);
          return take === null ? passOn(post.request()) : answer(request, response, take);
        });
      };
    },

    tune(server) {
      server.headersTimeout = 10_000;
      // Of bodies: boundBody, which is stricter but for one path.
      server.requestTimeout = UPLOAD_MS;
      server.keepAliveTimeout = 65_000;
      server.maxRequestsPerSocket = 0;
    },

    async listening() {
      const { environment } = runtime;
      await runtime.announce({ url: `http://localhost:${environment.port}`, token: runtime.operatorToken });
      const setupUrl = await runtime.console.makeSetupLink().catch(() => null);
      process.stdout.write(`${greeting(runtime, setupUrl)}\n`);
    },

    async drain(server) {
      stopping = true;
      await closeServer(server);
      await runtime.close();
    },
  };
}

/**
 * Headers that an answer goes out with unless it sets its own: two route files (a form that submits itself, a message of
 * the inbox) have a policy of their own, and Next drops a route's header where one is set already.
 */
function presetHeaders(response: ServerResponse, headers: Record<string, string>): void {
  const { writeHead } = response;
  response.writeHead = ((...given: Parameters<typeof writeHead>) => {
    for (const [name, value] of Object.entries(headers)) {
      if (!response.headersSent && !response.hasHeader(name)) response.setHeader(name, value);
    }
    return writeHead.apply(response, given);
  }) as typeof writeHead;
}

/** Where programs ask and scripts are fetched. */
const NO_PAGE = /^\/(?:api|_next)\//;

/** Methods that are anyone's business; Next and the endpoints narrow them down. */
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

const REFUSALS = {
  400: 'This request makes no sense here.',
  403: 'This request did not come from a page of this site.',
  404: 'There is nothing here.',
  405: 'Method not allowed.',
  413: 'The request is too large.',
  415: 'This is not a form.',
} as const;

type Refusal = keyof typeof REFUSALS;

/** Why a request for a page is not passed on, or null. Actions check again for themselves (NXT-2). */
function refusePage(request: IncomingMessage, origin: string): Refusal | null {
  const { method = 'GET', headers } = request;
  if (!isDecodable(pathOf(request))) return 400;
  if (method === 'GET' || method === 'HEAD') return null;
  if (method !== 'POST') return 405;
  const proof = new Headers();
  for (const name of ['origin', 'sec-fetch-site']) {
    const value = headers[name];
    if (typeof value === 'string') proof.set(name, value);
  }
  return isSameOrigin(proof, origin) ? null : 403;
}

function refuse(request: IncomingMessage, response: ServerResponse, status: Refusal): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' });
  response.end(REFUSALS[status]);
  // Who is still sending would not read the answer on a connection that was cut; the bounds of `tune` end it.
  request.resume();
}

/**
 * Path and query of the request target. A target may name a host of its own, which then counts as much as any other claim
 * about the host: nothing. @see RFC 9112 §3.2.2
 */
function targetOf({ url = '/' }: IncomingMessage): string {
  const target = url.replace(/^https?:\/\/[^/?#]*/i, '');
  return target.startsWith('/') ? target : `/${target}`;
}

/** Next throws at a path of bytes that are no text. */
function isDecodable(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}

function pathOf({ url = '/' }: IncomingMessage): string {
  const end = url.indexOf('?');
  return end === -1 ? url : url.slice(0, end);
}

function queryOf({ url = '/' }: IncomingMessage): string {
  const end = url.indexOf('?');
  return end === -1 ? '' : url.slice(end + 1);
}

/**
 * A request for a page as data, which Next answers with 200 whatever the page makes of it. Nobody needs it who has no session:
 * who is let in is still the page's decision (NXT-2).
 */
function isForRouter(request: IncomingMessage): boolean {
  return request.headers.rsc !== undefined || pathOf(request).endsWith('.rsc');
}

/** Tells Next the policy that the response will have: it takes the nonce for its scripts from there. */
function admitScripts(request: IncomingMessage, policy: string): void {
  request.headers['content-security-policy'] = policy;
  request.rawHeaders.push('content-security-policy', policy);
}

/** Puts our own words in place of anything a client claims about host, peer and nonce. */
function nameOurselves(
  request: IncomingMessage,
  our: { host: string; peer: string; nonce: string; frontSecret: string },
): void {
  for (const name of CLAIMED_HEADERS) delete request.headers[name];
  const words = {
    host: our.host,
    [FRONT_HEADER]: our.frontSecret,
    [PEER_HEADER]: our.peer,
    [NONCE_HEADER]: our.nonce,
    [PATH_HEADER]: pathOf(request),
  };
  Object.assign(request.headers, words);
  request.rawHeaders = Object.entries(request.headers).flatMap(([name, value]) =>
    Array.isArray(value) ? value.flatMap((each) => [name, each]) : [name, value ?? ''],
  );
}
