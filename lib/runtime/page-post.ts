// What is posted to a page, before Next sees it: whole, bounded and well-formed. Left to itself Next answers a broken form
// with 500, and takes an action's arguments in more ways than one; our pages send forms that name their action and nothing
// else, so nothing else is let in and no foreign object graph is ever read (INP-1, INP-2, NXT-3, NXT-4).
import { IncomingMessage } from 'node:http';

export type PagePost = Readonly<
  /** `form` is null for one that names no action. `request` has it all once more, for Next to read. */
  | { kind: 'whole'; form: FormData | null; request(): IncomingMessage }
  | { kind: 'refused'; status: 400 | 413 | 415 }
  /** The client hung up: nobody to answer. */
  | { kind: 'aborted' }
>;

/** The endpoints have a bound of their own. */
const MAX_BYTES = 64 * 1024;

const FORM = /^(multipart\/form-data|application\/x-www-form-urlencoded)\s*(?:;|$)/i;

/** Reads a post to the end. */
export async function readPagePost(request: IncomingMessage): Promise<PagePost> {
  const { 'content-type': contentType = '', 'next-action': action } = request.headers;
  if (action !== undefined) return refused(400);
  const [, encoding] = FORM.exec(contentType) ?? [];
  if (encoding === undefined) return refused(415);
  const body = await readBody(request).catch(() => null);
  if (body === null) return { kind: 'aborted' };
  if (body === 'too large') return refused(413);
  const isMultipart = encoding.toLowerCase().startsWith('multipart');
  const form = isMultipart ? await readActionForm(body, contentType) : null;
  if (isMultipart && form === null) return refused(400);
  return { kind: 'whole', form, request: () => withBody(request, body) };
}

function refused(status: 400 | 413 | 415): PagePost {
  return { kind: 'refused', status };
}

async function readBody(request: IncomingMessage): Promise<Buffer | 'too large'> {
  if (Number(request.headers['content-length'] ?? 0) > MAX_BYTES) return 'too large';
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    length += chunk.length;
    if (length > MAX_BYTES) return 'too large';
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The name under which React sends an action that has no bound arguments. */
const ACTION_NAME = /^\$ACTION_ID_[0-9a-f]{1,64}$/;

/** A form of ours: well-formed to the last boundary, with one action by its name. Null: anything else. */
async function readActionForm(body: Buffer, contentType: string): Promise<FormData | null> {
  const headers = { 'Content-Type': contentType };
  const form = await new Response(new Uint8Array(body), { headers }).formData().catch(() => null);
  const actions = [...(form?.keys() ?? [])].filter((name) => name.startsWith('$'));
  return actions.length === 1 && ACTION_NAME.test(actions[0] ?? '') ? form : null;
}

/** The same request with a body that is there already. */
function withBody(request: IncomingMessage, body: Buffer): IncomingMessage {
  const whole = new IncomingMessage(request.socket);
  const { method, url, httpVersion, httpVersionMajor, httpVersionMinor } = request;
  const { 'transfer-encoding': _, ...headers } = request.headers;
  headers['content-length'] = String(body.length);
  const rawHeaders = Object.entries(headers).flatMap(([name, value]) =>
    [value ?? []].flat().flatMap((each) => [name, each]),
  );
  Object.assign(whole, { method, url, httpVersion, httpVersionMajor, httpVersionMinor, headers, rawHeaders });
  whole.push(body);
  whole.push(null);
  whole.complete = true;
  return whole;
}
