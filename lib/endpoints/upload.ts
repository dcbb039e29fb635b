// A multipart form with one file, read as it comes: whoever sends is told to wait while what was sent is dealt with, so that a
// file of any size takes no more memory than a piece of it. RFC 7578.
import { Busboy } from '@fastify/busboy';
import { OAuthError } from '@/lib/oidc/errors';

/** Of the other fields. */
const FIELDS_MAX = 10;
const FIELD_MAX_BYTES = 1024;

export type Upload<Outcome> = Readonly<{
  fields: Readonly<Record<string, string>>;
  /** What came of the file; null where there was none of that name. */
  file: Outcome | null;
}>;

/**
 * @param upload.read deals with the file as it comes; what it throws ends the upload
 * @throws OAuthError 415 for another type of body, 413 above the bound, 400 for a form that is broken off or has too much in it
 */
export async function readUpload<Outcome>(
  request: Request,
  upload: {
    fileField: string;
    maxBytes: number;
    read(chunks: AsyncIterable<Uint8Array>): Promise<Outcome>;
  },
): Promise<Upload<Outcome>> {
  const contentType = request.headers.get('content-type') ?? '';
  if (!/^multipart\/form-data\b/i.test(contentType) || request.headers.has('content-encoding'))
    throw new OAuthError('invalid_request', 'The content type is not supported.', { status: 415 });
  if (Number(request.headers.get('content-length') ?? 0) > upload.maxBytes) throw tooLarge(upload.maxBytes);

  const fields: Record<string, string> = {};
  let file: Promise<Outcome> | null = null;
  let failure: unknown = null;
  const form = openForm(contentType);
  const ended = new Promise<void>((resolve) => form.once('finish', resolve));
  const closed = new Promise<void>((resolve) => form.once('close', resolve));
  const fail = (problem: unknown) => {
    failure ??= problem;
    form.destroy();
  };
  form.on('error', () => fail(malformed('The form is broken off, or no form.')));
  for (const limit of ['fieldsLimit', 'filesLimit', 'partsLimit'] as const)
    form.on(limit, () => fail(malformed('The form has more fields than are known.')));
  form.on('field', (name, value, isNameCut, isValueCut) => {
    if (isNameCut || isValueCut || Object.hasOwn(fields, name))
      fail(malformed('A field is too long, or there twice.'));
    else fields[name] = value;
  });
  form.on('file', (name, chunks) => {
    chunks.on('error', () => {});
    if (name !== upload.fileField) return fail(malformed(`The file must be called ${upload.fileField}.`));
    file = upload.read(chunks);
    file.catch(fail);
  });

  await pour(request, form, { maxBytes: upload.maxBytes, closed, hasFailed: () => failure !== null });
  if (failure === null) {
    form.end();
    await Promise.race([ended, closed]);
  }
  const outcome = await (file as Promise<Outcome> | null)?.catch(() => null);
  if (failure !== null) throw failure;
  return { fields, file: outcome ?? null };
}

function openForm(contentType: string) {
  try {
    return Busboy({
      headers: { 'content-type': contentType },
      // A field of the form that has a name of its own is the file, whatever type it says it is of.
      limits: {
        fields: FIELDS_MAX,
        fieldSize: FIELD_MAX_BYTES,
        fieldNameSize: 100,
        files: 1,
        parts: FIELDS_MAX + 1,
      },
    });
  } catch {
    throw malformed('The form has no boundary.');
  }
}

/** Hands the body on, a piece at a time, as fast as it is taken. */
async function pour(
  request: Request,
  form: ReturnType<typeof openForm>,
  { maxBytes, closed, hasFailed }: { maxBytes: number; closed: Promise<void>; hasFailed(): boolean },
): Promise<void> {
  const reader = request.body?.getReader();
  let length = 0;
  for (let piece = await reader?.read(); piece !== undefined && !piece.done; piece = await reader?.read()) {
    length += piece.value.length;
    if (length > maxBytes) {
      form.destroy();
      await reader?.cancel();
      throw tooLarge(maxBytes);
    }
    const isTaken = form.write(piece.value);
    if (!isTaken && !hasFailed())
      await Promise.race([closed, new Promise<void>((resolve) => form.once('drain', resolve))]);
    if (hasFailed()) return void (await reader?.cancel());
  }
}

function malformed(sentence: string): OAuthError {
  return new OAuthError('invalid_request', sentence);
}

function tooLarge(maxBytes: number): OAuthError {
  return new OAuthError('invalid_request', `The file is larger than ${maxBytes / 1024 / 1024} MiB.`, {
    status: 413,
  });
}
