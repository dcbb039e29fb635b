// What is posted to a page, before Next sees it: whole, bounded and well-formed. Left to itself Next answers a broken form
// with 500, and takes an action's arguments in more ways than one; the login's pages send forms that name their action and
// nothing else, so nothing else is let in and no foreign object graph is ever read (INP-1, INP-2, NXT-3, NXT-4). The console's
// pages call actions by script as well: that is for browsers that hold a session of the console.
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

/**
 * Reads a post to the end, and hands back a request that has all of it.
 * @param from.mayCall whether the browser may call actions in Next's own way
 */
export async function readPagePost(
  request: IncomingMessage,
  { mayCall }: { mayCall: boolean },
): Promise<PagePost> {
  const { 'content-type': contentType = '', 'next-action': action } = request.headers;
  const isCall = mayCall && action !== undefined;
  if (action !== undefined && !isCall) return refused(400);
  const [, encoding] = FORM.exec(contentType) ?? [];
  if (encoding === undefined) return refused(415);
  const body = await readBody(request).catch(() => null);
  if (body === null) return { kind: 'aborted' };
  if (body === 'too large') return refused(413);
  const isMultipart = encoding.toLowerCase().startsWith('multipart');
  if (isCall && !isMultipart) return refused(415);
  const form = isMultipart ? await readForm(body, contentType) : null;
  const isOurs =
    form === null || (isCall ? isActionCall(form) : isActionForm(form) || (mayCall && isStatefulForm(form)));
  if (!isOurs) return refused(400);
  return { kind: 'whole', form: isCall ? null : form, request: () => withBody(request, body) };
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

/** The fields of a form that is well-formed to the last boundary; none of one that is not. */
async function readForm(body: Buffer, contentType: string): Promise<FormData> {
  const headers = { 'Content-Type': contentType };
  return new Response(new Uint8Array(body), { headers }).formData().catch(() => new FormData());
}

/** The name under which React sends an action that has no bound arguments. */
const ACTION_NAME = /^\$ACTION_ID_[0-9a-f]{1,64}$/;

/** A form that names one action, and gives it nothing but its fields. */
function isActionForm(form: FormData): boolean {
  const actions = namesOfReact(form);
  return actions.length === 1 && ACTION_NAME.test(actions[0] ?? '');
}

const namesOfReact = (form: FormData) => [...form.keys()].filter((name) => name.startsWith('$'));

/**
 * An action of the console called by its page's script: the state its form stood in, and the form (`$K1`), whose fields have a
 * prefix. Nothing in it refers to anything, so reading it can make nothing but what is there.
 */
function isActionCall(form: FormData): boolean {
  const [call, ...more] = form.getAll('0');
  const others = [...form.keys()].filter((name) => name !== '0');
  if (more.length > 0 || !others.every((name) => name.startsWith('_1_'))) return false;
  const given = parseJson(call);
  return Array.isArray(given) && given.length === 2 && refersToNothing(given[0]) && given[1] === '$K1';
}

/** The same form, sent by a browser whose script was not there yet: its action, bound to its state. */
function isStatefulForm(form: FormData): boolean {
  const names = namesOfReact(form);
  const [, number] = /^\$ACTION_REF_(\d{1,3})$/.exec(names[0] ?? '') ?? [];
  const expected = [`$ACTION_REF_${number}`, `$ACTION_${number}:0`, `$ACTION_${number}:1`, '$ACTION_KEY'];
  if (number === undefined || names.length !== 4 || !expected.every((name) => names.includes(name)))
    return false;
  const action = parseJson(form.get(`$ACTION_${number}:0`)) as { id?: unknown; bound?: unknown } | null;
  const isAction = /^[0-9a-f]{1,64}$/.test(String(action?.id)) && action?.bound === '$@1';
  return isAction && refersToNothing(parseJson(form.get(`$ACTION_${number}:1`)));
}

/** In what React sends, a text that begins with one `$` stands for something else. */
function refersToNothing(value: unknown): boolean {
  if (typeof value === 'string') return !value.startsWith('$') || value.startsWith('$$');
  return typeof value !== 'object' || value === null || Object.values(value).every(refersToNothing);
}

function parseJson(text: FormDataEntryValue | null | undefined): unknown {
  try {
    return typeof text === 'string' ? JSON.parse(text) : null;
  } catch {
    return null;
  }
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
