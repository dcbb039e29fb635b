// Parameters out of a request: its query, and a body of the right type, charset and size. INP-1, CLI-7.
import { OAuthError } from '@/lib/oidc/errors';
import { type Parameters, parseFormParameters } from '@/lib/oidc/parameters';
import type { BodyEncoding } from '@/lib/oidc/token-request';
import { MAX_BYTES } from '@/lib/oidc/vocabulary';

/** What a body may be: most endpoints take parameters, one takes a document. */
type Encoding = BodyEncoding | 'html';

export type Body<Accepted extends Encoding = BodyEncoding> = Readonly<{ encoding: Accepted; text: string }>;

/**
 * Reads a body as text.
 * @param maxBytes 64 KiB, unless what is asked for is known to be larger
 * @throws OAuthError 415 for a type that is not accepted or a charset that is not UTF-8, 413 above the bound, 400 for bytes
 * that are not UTF-8
 */
export async function readBody<Accepted extends Encoding>(
  request: Request,
  accepted: readonly Accepted[],
  maxBytes: number = MAX_BYTES.body,
): Promise<Body<Accepted>> {
  const sent = parseContentType(request.headers.get('content-type'));
  const encoding = accepted.find((each) => each === sent);
  if (encoding === undefined || request.headers.has('content-encoding')) {
    throw new OAuthError('invalid_request', 'The content type is not supported.', { status: 415 });
  }
  return { encoding, text: decodeUtf8(await readBytes(request, maxBytes)) };
}

/**
 * Parameters of a page's request: its query and, for a POST, its form together, so that one sent in both counts as sent
 * twice (RED-4).
 * @throws OAuthError as {@link readBody} and parseFormParameters do
 */
export async function readPageParameters(request: Request): Promise<Parameters> {
  const query = new URL(request.url).search.slice(1);
  if (request.method !== 'POST') return parseFormParameters(query);
  return parseFormParameters(query, (await readBody(request, ['form'])).text);
}

function parseContentType(contentType: string | null): Encoding | null {
  const [type, ...parameters] = (contentType ?? '').toLowerCase().split(';', 8);
  const charset = parameters.map((parameter) => parameter.trim()).find((text) => text.startsWith('charset='));
  if (charset !== undefined && !/^charset="?utf-?8"?$/.test(charset)) return null;
  if (type?.trim() === 'application/x-www-form-urlencoded') return 'form';
  if (type?.trim() === 'text/html') return 'html';
  // Auth0's guide of 2014 writes the type in quotes, and so do those who copied it.
  if (type?.trim().replace(/^'(.*)'$/, '$1') === 'application/json') return 'json';
  return null;
}

async function readBytes(request: Request, maxBytes: number): Promise<Uint8Array> {
  const declared = request.headers.get('content-length');
  if (declared !== null) {
    // HTTP lets no more than the declared bytes through, so they can be taken at once.
    if (!(Number(declared) <= maxBytes)) throw tooLarge(maxBytes);
    const bytes = new Uint8Array(await request.arrayBuffer());
    if (bytes.length > maxBytes) throw tooLarge(maxBytes);
    return bytes;
  }
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = request.body?.getReader();
  for (let read = await reader?.read(); read !== undefined && !read.done; read = await reader?.read()) {
    length += read.value.length;
    if (length > maxBytes) {
      await reader?.cancel();
      throw tooLarge(maxBytes);
    }
    chunks.push(read.value);
  }
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    // A byte order mark is kept, and then fits no parameter: it is not part of either encoding.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new OAuthError('invalid_request', 'The body is not UTF-8.');
  }
}

function tooLarge(maxBytes: number): OAuthError {
  return new OAuthError('invalid_request', `The body is larger than ${maxBytes / 1024} KiB.`, {
    status: 413,
  });
}
