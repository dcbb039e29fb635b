import { describe, expect, it, onTestFinished } from 'vitest';
import { readUpload } from '@/lib/endpoints/upload';
import { OAuthError } from '@/lib/oidc/errors';

const BOUNDARY = 'b0undary';

const part = (name: string, body: string, file = '') =>
  `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"${file && `; filename="${file}"`}\r\n\r\n${body}\r\n`;
const END = `--${BOUNDARY}--\r\n`;

function requestOf(body: string | ReadableStream<Uint8Array>, headers: Record<string, string> = {}): Request {
  return new Request('https://login.example.com/', {
    method: 'POST',
    body,
    headers: { 'content-type': `multipart/form-data; boundary=${BOUNDARY}`, ...headers },
    duplex: 'half',
  } as RequestInit);
}

async function lengthOf(chunks: AsyncIterable<Uint8Array>): Promise<number> {
  let length = 0;
  for await (const chunk of chunks) length += chunk.length;
  return length;
}

const read = (request: Request, maxBytes = 10_000_000) =>
  readUpload(request, { fileField: 'users', maxBytes, read: lengthOf });

const problemOf = async (request: Request, maxBytes?: number) => {
  const problem = await read(request, maxBytes).catch((error) => error);
  expect(problem).toBeInstanceOf(OAuthError);
  return [problem.status, problem.description];
};

describe('a form with a file', () => {
  it('is read with its fields, before the file and behind it', async () => {
    const body =
      part('a', '1') + part('users', 'x'.repeat(300_000), 'users.json') + part('b', 'zwei 2️⃣') + END;
    expect(await read(requestOf(body))).toEqual({ fields: { a: '1', b: 'zwei 2️⃣' }, file: 300_000 });
  });

  it('may do without the file', async () => {
    expect(await read(requestOf(part('a', '1') + END))).toEqual({ fields: { a: '1' }, file: null });
  });

  it('waits while what was sent is dealt with: no more than a little is in hand', async () => {
    const total = 400;
    let sent = 0;
    let taken = 0;
    let ahead = 0;
    const head = new TextEncoder().encode(part('users', '', 'u').slice(0, -2));
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(head),
      pull(controller) {
        if (sent === total) {
          controller.enqueue(new TextEncoder().encode(`\r\n${END}`));
          return controller.close();
        }
        sent++;
        controller.enqueue(new Uint8Array(16_384).fill(97));
      },
    });
    // Node complains of what listens again and again.
    const complaints: Error[] = [];
    const onWarning = (warning: Error) => complaints.push(warning);
    process.on('warning', onWarning);
    onTestFinished(() => void process.off('warning', onWarning));
    const { file } = await readUpload(requestOf(body), {
      fileField: 'users',
      maxBytes: 100_000_000,
      async read(chunks) {
        for await (const chunk of chunks) {
          taken += chunk.length;
          ahead = Math.max(ahead, sent * 16_384 - taken);
          await new Promise((resolve) => setTimeout(resolve, 1));
        }
        return taken;
      },
    });
    expect(file).toBe(total * 16_384);
    expect(ahead).toBeLessThan(1_000_000);
    expect(complaints).toEqual([]);
  });

  it('ends with what its reader throws, without waiting for the rest', async () => {
    let sent = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        controller.enqueue(
          new TextEncoder().encode(sent++ === 0 ? part('users', 'x', 'u') : 'x'.repeat(65_536)),
        );
      },
    });
    const reading = readUpload(requestOf(body), {
      fileField: 'users',
      maxBytes: 1_000_000_000,
      async read() {
        throw new RangeError('enough');
      },
    });
    await expect(reading).rejects.toThrow('enough');
    expect(sent).toBeLessThan(100);
  });

  it.each<[string, string, Record<string, string>, [number, string]]>([
    [
      'of another type',
      '{}',
      { 'content-type': 'application/json' },
      [415, 'The content type is not supported.'],
    ],
    ['that is compressed', END, { 'content-encoding': 'gzip' }, [415, 'The content type is not supported.']],
    [
      'without a boundary',
      END,
      { 'content-type': 'multipart/form-data' },
      [400, 'The form has no boundary.'],
    ],
    ['that is none', 'users', {}, [400, 'The form is broken off, or no form.']],
    ['that breaks off', part('users', 'abc', 'u'), {}, [400, 'The form is broken off, or no form.']],
    [
      'whose file has another name',
      part('file', 'abc', 'u') + END,
      {},
      [400, 'The file must be called users.'],
    ],
    [
      'with two files',
      part('users', 'a', 'u') + part('users', 'b', 'u') + END,
      {},
      [400, 'The form has more fields than are known.'],
    ],
    [
      'with a field twice',
      part('a', '1') + part('a', '2') + END,
      {},
      [400, 'A field is too long, or there twice.'],
    ],
    [
      'with a long field',
      part('a', 'x'.repeat(2_000)) + END,
      {},
      [400, 'A field is too long, or there twice.'],
    ],
    [
      'with many fields',
      Array.from({ length: 20 }, (_, index) => part(`f${index}`, '1')).join('') + END,
      {},
      [400, 'The form has more fields than are known.'],
    ],
  ])('%s is refused (INP-1)', async (_, body, headers, expected) => {
    expect(await problemOf(requestOf(body, headers))).toEqual(expected);
  });

  it('larger than it may be is refused, by its word and by its bytes: 413', async () => {
    const file = part('users', 'x'.repeat(2_000_000), 'u') + END;
    const expected = [413, 'The file is larger than 1 MiB.'];
    expect(await problemOf(requestOf(file, { 'content-length': String(file.length) }), 1_048_576)).toEqual(
      expected,
    );
    const pieces = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(new TextEncoder().encode(file));
        controller.close();
      },
    });
    expect(await problemOf(requestOf(pieces), 1_048_576)).toEqual(expected);
  });
});
