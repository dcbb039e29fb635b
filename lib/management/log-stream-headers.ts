// Headers that an operator has a log stream's requests carry beside ours: Auth0's `httpCustomHeaders`. A value may be a secret, so each
// is kept sealed, and shown as a mask, which stands for it when it is sent back. security MGT-4, SRF-4.
import { z } from 'zod';
import { MASKED_SECRET } from '@/lib/login/connection-options';
import { fieldsOf, text } from './fields';
import { badBody } from './route';

/** A header as it is kept. */
export type CustomHeader = Readonly<{ header: string; sealedValue: string }>;

/** Of a stream. */
export const HEADERS_MAX = 10;

/** What a request says by itself, says of its body or its way, or proves that it is ours by. @see RFC 9110 §7.6, §8 */
const OWN =
  /^(?:authorization|proxy-.*|content-.*|host|connection|keep-alive|te|trailer|transfer-encoding|upgrade|expect|cookie|webhook-.*)$/i;

export const customHeaders = z
  .array(
    fieldsOf({
      header: text(1, 64)
        .regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/, 'must be the name of a header')
        .refine((name) => !OWN.test(name), 'is a header that the request has by itself'),
      value: text(1, 2048).refine(
        (value) => value === MASKED_SECRET || /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(value),
        'must be printable ASCII',
      ),
    }),
    { error: 'must be a list of headers' },
  )
  .max(HEADERS_MAX, `may hold ${HEADERS_MAX} entries at most`)
  .refine(
    (headers) => new Set(headers.map(({ header }) => header.toLowerCase())).size === headers.length,
    'must name each header once',
  );

/** @param kept what a mask may stand for @throws {ManagementProblem} 400 for a mask of nothing */
export function sealHeaders(
  { sealLogStreamSecret }: Readonly<{ sealLogStreamSecret(secret: string): string }>,
  sent: z.output<typeof customHeaders>,
  kept: readonly CustomHeader[],
): CustomHeader[] {
  return sent.map(({ header, value }, index) => {
    if (value !== MASKED_SECRET) return { header, sealedValue: sealLogStreamSecret(value) };
    const before = kept.find((one) => one.header.toLowerCase() === header.toLowerCase());
    if (before === undefined) throw badBody(`sink.httpCustomHeaders[${index}].value`, 'must be there');
    return { header, sealedValue: before.sealedValue };
  });
}

export function describeHeaders(headers: readonly CustomHeader[]): { header: string; value: string }[] {
  return headers.map(({ header }) => ({ header, value: MASKED_SECRET }));
}
