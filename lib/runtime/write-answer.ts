// Writes what the front answers itself onto the wire. The headers that every page has are set already.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import type { FrontAnswer } from './front-pages';

export function writeAnswer(request: IncomingMessage, response: ServerResponse, answer: FrontAnswer): void {
  switch (answer.kind) {
    case 'page':
      writePage(request, response, answer.html);
      break;
    case 'json':
      response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(answer.value));
      break;
    case 'redirect':
      if (answer.setCookies.length > 0) response.setHeader('Set-Cookie', answer.setCookies);
      // 303 makes the browser forget the form it posted. @see RFC 9700 §4.12
      response.writeHead(303, { Location: answer.location, 'Content-Length': 0 }).end();
  }
}

function writePage(request: IncomingMessage, response: ServerResponse, html: string): void {
  const isZipped = ACCEPTS_GZIP.test(request.headers['accept-encoding'] ?? '');
  // A page is a few kilobytes: a job for another thread would cost more than the work.
  const body = isZipped ? gzipSync(html) : Buffer.from(html);
  response
    .writeHead(200, {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Length': body.length,
      Vary: 'Accept-Encoding',
      ...(isZipped && { 'Content-Encoding': 'gzip' }),
    })
    .end(body);
}

/** Named, and not with a weight of nought. @see RFC 9110 §12.5.3 */
const ACCEPTS_GZIP = /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/i;

/**
 * Writes a whole answer in place of whatever headers were set so far.
 * @param past the methods of a response that somebody watches, as they were before
 */
export async function writeInstead(
  response: ServerResponse,
  instead: Response,
  { writeHead, end }: Pick<ServerResponse, 'writeHead' | 'end'> = response,
): Promise<void> {
  const body = await instead.text();
  for (const name of response.getHeaderNames()) response.removeHeader(name);
  writeHead.call(response, instead.status, Object.fromEntries(instead.headers));
  end.call(response, body, 'utf8');
}
