// The one writer of answers: JSON, redirects, pages, and what errors become. Everything is no-store unless it is public.
// RFC 6749 §5, RFC 9700 §4.12 (303, never 307); security.md HDR-2, INP-4.
import type { Client } from '@/lib/oidc/client';
import { AuthorizationError, type ErrorCode, OAuthError, StorageUnavailable } from '@/lib/oidc/errors';
import type { Deps } from './deps';

/** Carries the reference of an error, which is also in the log. */
export const REFERENCE_HEADER = 'X-Request-Id';

/** Seconds that metadata and keys may be cached: a new key is published long before it signs. */
const PUBLIC_MAX_AGE_SECONDS = 300;

/** Two years of https only, for every answer of an https issuer, pages included. @see RFC 6797 */
export const STRICT_TRANSPORT_SECURITY = 'max-age=63072000; includeSubDomains';

const HEADERS = {
  'Cache-Control': 'no-store',
  Pragma: 'no-cache',
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
} as const;

/** A JSON answer for the caller's eyes only. */
export function respondJson(value: unknown, status = 200): Response {
  return new Response(JSON.stringify(value), {
    status,
    headers: { ...HEADERS, 'Content-Type': 'application/json; charset=utf-8' },
  });
}

/** A JSON document that is the same for everybody: cached for a few minutes, readable by any origin. */
export function respondPublicJson(value: unknown): Response {
  const { Pragma: _, ...headers } = HEADERS;
  return new Response(JSON.stringify(value), {
    headers: {
      ...headers,
      'Cache-Control': `public, max-age=${PUBLIC_MAX_AGE_SECONDS}`,
      'Content-Type': 'application/json; charset=utf-8',
      'Access-Control-Allow-Origin': '*',
    },
  });
}

/** A script that is the same for everybody: cached for a few minutes, and run in pages of any origin. */
export function respondPublicScript(script: string): Response {
  const { Pragma: _, ...headers } = HEADERS;
  return new Response(script, {
    headers: {
      ...headers,
      'Cache-Control': `public, max-age=${PUBLIC_MAX_AGE_SECONDS}`,
      'Content-Type': 'text/javascript; charset=utf-8',
      'Cross-Origin-Resource-Policy': 'cross-origin',
    },
  });
}

/**
 * A file whose address is the hash of its bytes. Opened by itself it is a document that may do nothing, whatever is in it
 * (an SVG can hold scripts).
 */
export function respondForGood(
  file: Readonly<{ mediaType: string; bytes: Uint8Array<ArrayBuffer> }>,
): Response {
  const { Pragma: _, ...headers } = HEADERS;
  return new Response(file.bytes, {
    headers: {
      ...headers,
      'Cache-Control': 'public, max-age=31536000, immutable',
      'Content-Type': file.mediaType,
      'Content-Security-Policy':
        "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'",
      'Cross-Origin-Resource-Policy': 'same-origin',
    },
  });
}

/** A JSON answer that the caller's own browser, and nothing on the way, may keep for a few minutes. */
export function respondCachedJson(value: unknown): Response {
  const response = respondJson(value);
  response.headers.set('Cache-Control', `private, max-age=${PUBLIC_MAX_AGE_SECONDS}`);
  response.headers.delete('Pragma');
  return response;
}

/** A short text. */
export function respondText(text: string, setCookies: readonly string[] = []): Response {
  const response = new Response(text, {
    headers: { ...HEADERS, 'Content-Type': 'text/plain; charset=utf-8' },
  });
  return withCookies(response, setCookies);
}

/** An answer without a body. */
export function respondEmpty(status: number): Response {
  return new Response(null, { status, headers: HEADERS });
}

/**
 * Sends the browser elsewhere by GET: 303 makes it forget the form it posted. 302 is for addresses whose 302 is part of
 * Auth0's wire and that nobody posts to.
 */
export function respondRedirect(
  location: string,
  answer: { status?: 302 | 303; setCookies?: readonly string[] } = {},
): Response {
  const response = new Response(null, {
    status: answer.status ?? 303,
    headers: { ...HEADERS, Location: location },
  });
  return withCookies(response, answer.setCookies ?? []);
}

/**
 * A page of one script, admitted by its nonce. No `form-action`: see answer-client.ts.
 * @param page.frameAncestor the one origin whose pages may frame this one; left out, none may
 */
export function respondScriptedPage(
  html: string,
  page: Readonly<{ nonce: string; frameAncestor?: string; setCookies: readonly string[] }>,
): Response {
  const { nonce, frameAncestor = "'none'", setCookies } = page;
  const response = new Response(html, {
    headers: {
      ...HEADERS,
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy': `default-src 'none'; script-src 'nonce-${nonce}'; base-uri 'none'; frame-ancestors ${frameAncestor}`,
      'Cross-Origin-Opener-Policy': 'same-origin',
      'Permissions-Policy': 'camera=(), geolocation=(), microphone=()',
      // It knows no exceptions, and browsers that know better pass it by where they find frame-ancestors.
      ...(page.frameAncestor === undefined && { 'X-Frame-Options': 'DENY' }),
    },
  });
  return withCookies(response, setCookies);
}

type Failure = Readonly<{
  status: number;
  error: ErrorCode;
  description: string;
  reference: string;
  headers: readonly (readonly [string, string])[];
}>;

/** Runs an endpoint for programs: what it throws becomes the JSON of RFC 6749 §5.2. */
export async function answerApi(
  deps: Pick<Deps, 'log'>,
  endpoint: string,
  run: () => Promise<Response>,
): Promise<Response> {
  try {
    return await run();
  } catch (error) {
    const failure = describeFailure(deps, endpoint, error);
    const { error: code, description } = failure;
    const field = error instanceof OAuthError ? error.field : null;
    const body = {
      error: code,
      error_description: description,
      ...(field !== null && { validation_errors: [{ field, message: description }] }),
    };
    return withFailureHeaders(respondJson(body, failure.status), failure);
  }
}

/** Runs an endpoint for browsers: what it throws becomes a page of ours that repeats nothing of the request. */
export async function answerPage(
  deps: Pick<Deps, 'log' | 'errorPage'>,
  endpoint: string,
  request: Readonly<{ headers: Headers }>,
  run: () => Promise<Response>,
): Promise<Response> {
  try {
    return await run();
  } catch (error) {
    const client = error instanceof AuthorizationError ? error.client : null;
    const failure = describeFailure(deps, endpoint, error, client);
    const { status, error: code, description, reference } = failure;
    const acceptLanguage = request.headers.get('accept-language');
    return withFailureHeaders(
      deps.errorPage({ status, error: code, description, reference, client, acceptLanguage }),
      failure,
    );
  }
}

function describeFailure(
  deps: Pick<Deps, 'log'>,
  endpoint: string,
  error: unknown,
  client: Client | null = null,
): Failure {
  if (error instanceof OAuthError || error instanceof AuthorizationError) {
    const { status, error: code, description } = error;
    const clientId = client?.clientId ?? null;
    const reference = deps.log.refused({ endpoint, status, error: code, description, clientId });
    return { status, error: code, description, reference, headers: headersOf(error) };
  }
  const reference = deps.log.failed({ endpoint, cause: error });
  if (error instanceof StorageUnavailable) {
    return {
      status: 503,
      error: 'temporarily_unavailable',
      description: 'Storage is away for a moment. The same request will work again.',
      reference,
      headers: [['Retry-After', String(error.retryAfterSeconds)]],
    };
  }
  return {
    status: 500,
    error: 'server_error',
    description: `Something went wrong here. Reference: ${reference}`,
    reference,
    headers: [],
  };
}

function headersOf(error: OAuthError | AuthorizationError): Failure['headers'] {
  if (error instanceof AuthorizationError) return [];
  const { wwwAuthenticate, retryAfterSeconds } = error;
  return [
    ...(wwwAuthenticate === null ? [] : [['WWW-Authenticate', wwwAuthenticate] as const]),
    ...(retryAfterSeconds === null ? [] : [['Retry-After', String(retryAfterSeconds)] as const]),
  ];
}

function withFailureHeaders(response: Response, failure: Failure): Response {
  response.headers.set(REFERENCE_HEADER, failure.reference);
  for (const [name, value] of failure.headers) response.headers.set(name, value);
  return response;
}

function withCookies(response: Response, setCookies: readonly string[]): Response {
  for (const cookie of setCookies) response.headers.append('Set-Cookie', cookie);
  return response;
}
