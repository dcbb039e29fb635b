// What a browser sees when a page of Next's failed. Next would send a document that only its script can fill, and that
// script never runs on our pages; so the front puts the plain error page in its place, with 503 while storage is away. What
// Next has for an address that is none was made at build, in one language; there too a page of this request is put.
import type { ServerResponse } from 'node:http';
import { writeInstead } from './write-answer';

/** Next's answer to a form of another build: its action has another name by now. */
const UNKNOWN_ACTION = 409;

/**
 * Watches a response: should it turn out to be a failure, `page` is sent instead of what Next writes.
 * @param missing in place of a 404; null leaves that to Next
 */
export function replaceFailure(
  response: ServerResponse,
  { path, page, missing }: { path: string; page: () => Response; missing: (() => Response) | null },
): void {
  const { writeHead, write, end } = response;
  let replaced = false;

  /** True once Next's own words are not wanted any more. */
  function isReplaced(status: number): boolean {
    const isMissing = status === 404 && missing !== null;
    if (!replaced && !response.headersSent && (status >= 500 || status === UNKNOWN_ACTION || isMissing)) {
      replaced = true;
      // The same page once more has forms of this build: someone in the middle of a login goes on.
      const instead = isMissing ? missing() : status === UNKNOWN_ACTION ? seeOther(path) : page();
      void writeInstead(response, instead, { writeHead, end });
    }
    return replaced;
  }

  response.writeHead = ((status: number, ...rest: never[]) =>
    isReplaced(status) ? response : writeHead.call(response, status, ...rest)) as typeof writeHead;
  response.write = ((...given: Parameters<typeof write>) =>
    isReplaced(response.statusCode) || write.apply(response, given)) as typeof write;
  response.end = ((...given: Parameters<typeof end>) =>
    isReplaced(response.statusCode) ? response : end.apply(response, given)) as typeof end;
}

function seeOther(path: string): Response {
  return new Response(null, { status: 303, headers: { Location: path, 'Cache-Control': 'no-store' } });
}
