// What branding, theme and page template have in common: colours, and pictures and fonts named by an address, which are fetched
// once, when they are named, and served from here ever after (docs/decisions/0044).
import { BRAND_FILE_MAX_BYTES, type BrandFileUse, brandFileType } from '@/lib/login/brand-file';
import type { BrandAsset, BrandAssets } from '@/lib/login/settings';
import { text } from './fields';
import { badBody } from './route';
import type { SettingsDeps } from './settings';

/** What became of the attempt to fetch a file; a reason is for operators, and free of what was answered. */
export type FetchedFile = Readonly<{ bytes: Uint8Array } | { failed: string }>;

export type BrandingDeps = SettingsDeps &
  Readonly<{
    brandAssets: BrandAssets;
    /** Fetches a file from the public web, under the guard of every outbound request (SRF-1). */
    fetchFile(url: string, maxBytes: number): Promise<FetchedFile>;
    /** SHA-256 in hex. */
    hashFile(bytes: Uint8Array): string;
  }>;

/** `#rrggbb`, whatever way it was written. */
export const color = () =>
  text(0, 100)
    .regex(/^#(?:[0-9a-f]{3}|[0-9a-f]{6})$/i, 'must be one colour such as #0a5fd9')
    .transform((typed) => {
      const digits = typed.slice(1).toLowerCase();
      return `#${digits.length === 3 ? digits.replace(/./g, '$&$&') : digits}`;
    });

/** Where a file is fetched from; empty for none. */
export const fileUrl = () =>
  text(0, 1024).refine(
    (url) => url === '' || (URL.canParse(url) && new URL(url).protocol === 'https:'),
    'must be an https URL',
  );

/** An address that is the same stays as it is where it cannot be fetched: tools send back what they read. */
export async function fetchAsset(
  deps: BrandingDeps,
  field: string,
  asked: { url: string | null | undefined; kept: BrandAsset | undefined; use: BrandFileUse },
): Promise<BrandAsset | null | undefined> {
  const { url, kept, use } = asked;
  if (url === undefined) return undefined;
  if (url === null || url === '') return null;
  const fetched = await deps.fetchFile(url, BRAND_FILE_MAX_BYTES[use]);
  if ('failed' in fetched) {
    if (kept?.url === url) return kept;
    throw badBody(field, `names a file that could not be fetched: ${fetched.failed}`);
  }
  const mediaType = brandFileType(use, fetched.bytes);
  if (mediaType === null) throw badBody(field, KINDS[use]);
  const id = deps.hashFile(fetched.bytes);
  await deps.brandAssets.add({ id, mediaType, bytes: fetched.bytes }, deps.clock());
  return { url, id };
}

const KINDS: Readonly<Record<BrandFileUse, string>> = {
  picture: 'must name a PNG, JPEG, GIF, WebP, SVG or ICO picture',
  font: 'must name a WOFF2 or WOFF font',
};
