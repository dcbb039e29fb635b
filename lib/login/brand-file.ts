// Which pictures and fonts pages may show, told by their first bytes: what a server says of a file proves nothing.

const KIBIBYTE = 1024;

/** What a file of the brand is for. */
export type BrandFileUse = 'picture' | 'font';

/** Bytes each may have: it is fetched on every first visit. */
export const BRAND_FILE_MAX_BYTES: Readonly<Record<BrandFileUse, number>> = {
  picture: 256 * KIBIBYTE,
  font: 512 * KIBIBYTE,
};

/** Where it begins, and what it begins with. */
const SIGNATURES: Readonly<
  Record<BrandFileUse, readonly (readonly [mediaType: string, at: number, bytes: string])[]>
> = {
  picture: [
    ['image/png', 0, '\x89PNG\r\n\x1a\n'],
    ['image/jpeg', 0, '\xff\xd8\xff'],
    ['image/gif', 0, 'GIF8'],
    ['image/webp', 8, 'WEBP'],
    ['image/x-icon', 0, '\x00\x00\x01\x00'],
  ],
  font: [
    ['font/woff2', 0, 'wOF2'],
    ['font/woff', 0, 'wOFF'],
  ],
};

/** A drawing is text. */
const SVG = /^\uFEFF?\s*(?:<\?xml[^>]*>\s*)?(?:<!--[\s\S]*?-->\s*)*(?:<!DOCTYPE svg[^>]*>\s*)?<svg[\s>]/i;
const SVG_HEAD_BYTES = 4 * KIBIBYTE;

/** Its media type; null where it is nothing that pages show. */
export function brandFileType(use: BrandFileUse, bytes: Uint8Array): string | null {
  const text = (from: number, to: number) => Buffer.from(bytes.subarray(from, to)).toString('latin1');
  const known = SIGNATURES[use].find(([, at, signature]) => text(at, at + signature.length) === signature);
  if (known !== undefined) return known[0];
  return use === 'picture' && SVG.test(text(0, SVG_HEAD_BYTES)) ? 'image/svg+xml' : null;
}
