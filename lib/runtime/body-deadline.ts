// How long a body may take to come. Node has one bound for all requests; a file of a million users takes longer than a form, and
// nobody who sends a form has a reason to be so slow (INP-1).
import type { IncomingMessage } from 'node:http';
import { CONSOLE_UPLOAD_PATH } from '@/lib/management/console-path';
import { IMPORTS_PATH } from '@/lib/management/job-routes';

/** Milliseconds for the whole body of a request; for a file, at a rate that any line has. */
const BODY_MS = 20_000;
export const UPLOAD_MS = 15 * 60_000;

const UPLOAD_PATHS = [IMPORTS_PATH, CONSOLE_UPLOAD_PATH];

/** Ends the connection with 408 when the body has not come in time. @see RFC 9110 §15.5.9 */
export function boundBody(request: IncomingMessage, path: string): void {
  const { headers } = request;
  if (headers['content-length'] === undefined && headers['transfer-encoding'] === undefined) return;
  const isUpload = UPLOAD_PATHS.includes(path) && request.method === 'POST';
  const timer = setTimeout(
    () => {
      if (request.complete) return;
      request.socket.end('HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n');
      request.socket.destroySoon();
    },
    isUpload ? UPLOAD_MS : BODY_MS,
  );
  timer.unref();
  request.once('close', () => clearTimeout(timer));
}
