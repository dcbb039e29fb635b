// `/api/v2/branding`: colours, logo, favicon and font of the pages. What is named by an address is fetched once, when it is named,
// and served from here ever after (docs/decisions/0044). auth0-contract §6.1.
import { z } from 'zod';
import { BRAND_FILE_MAX_BYTES, type BrandFileUse, brandFileType } from '@/lib/login/brand-file';
import type { BrandAsset, BrandAssets, Branding } from '@/lib/login/settings';
import { fieldsOf, text } from './fields';
import { badBody, routeFor } from './route';
import { changeSettings, type SettingsDeps, withChanges } from './settings';

export const BRANDING_PATH = '/api/v2/branding';

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

const route = routeFor<BrandingDeps>();

const brandingDocument = z.strictObject({
  colors: z
    .strictObject({ primary: z.string().optional(), page_background: z.string().optional() })
    .optional(),
  logo_url: z.string().optional(),
  favicon_url: z.string().optional(),
  font: z.strictObject({ url: z.string() }).optional(),
});

/** Branding on the wire. */
export type BrandingDocument = Readonly<z.output<typeof brandingDocument>>;

const color = () =>
  text(0, 100)
    .regex(/^#(?:[0-9a-f]{3}|[0-9a-f]{6})$/i, 'must be one colour such as #0a5fd9')
    .transform((typed) => {
      const digits = typed.slice(1).toLowerCase();
      return `#${digits.length === 3 ? digits.replace(/./g, '$&$&') : digits}`;
    });

const fileUrl = () =>
  text(0, 1024).refine(
    (url) => url === '' || (URL.canParse(url) && new URL(url).protocol === 'https:'),
    'must be an https URL',
  );

/** What is sent of it: null or an empty text takes a setting back to ours. */
export const brandingBody = fieldsOf({
  colors: fieldsOf({
    primary: color().nullable().optional(),
    page_background: color().nullable().optional(),
  })
    .nullable()
    .optional(),
  logo_url: fileUrl().nullable().optional(),
  favicon_url: fileUrl().nullable().optional(),
  font: fieldsOf({ url: fileUrl() }).nullable().optional(),
});

export const BRANDING_ROUTES = [
  route({
    method: 'GET',
    path: BRANDING_PATH,
    summary: 'Get branding',
    scope: 'read:branding',
    result: brandingDocument,
    answer: async (deps) => describe((await deps.settings.read()).branding),
  }),
  route({
    method: 'PATCH',
    path: BRANDING_PATH,
    summary: 'Update branding',
    description:
      'Null or an empty text takes a setting back to ours. Text gets the colour that reads best on yours. A picture (PNG, JPEG, GIF, WebP, SVG, ICO; 256 KiB) or font (WOFF2, WOFF; 512 KiB) is fetched now and served from here; send its address again to have it fetched again. Every process knows within five seconds.',
    scope: 'update:branding',
    body: brandingBody,
    result: brandingDocument,
    answer: (deps, { body }) => update(deps, body),
  }),
];

async function update(
  deps: BrandingDeps,
  body: z.output<typeof brandingBody>,
): Promise<z.output<typeof brandingDocument>> {
  const colors = body.colors === null ? { primary: null, page_background: null } : body.colors;
  const before = (await deps.settings.read()).branding;
  const changes = {
    primaryColor: colors?.primary,
    pageBackground: colors?.page_background,
    logo: await fetchAsset(deps, 'logo_url', { url: body.logo_url, kept: before.logo, use: 'picture' }),
    favicon: await fetchAsset(deps, 'favicon_url', {
      url: body.favicon_url,
      kept: before.favicon,
      use: 'picture',
    }),
    font: await fetchAsset(deps, 'font.url', {
      url: body.font === null ? null : body.font?.url,
      kept: before.font,
      use: 'font',
    }),
  };
  const { branding } = await changeSettings(deps, 'branding', (kept) => withChanges(kept, changes));
  const shown = [branding.logo, branding.favicon, branding.font];
  await deps.brandAssets.keepOnly(shown.flatMap((asset) => asset?.id ?? []));
  return describe(branding);
}

/** An address that is the same stays as it is where it cannot be fetched: tools send back what they read. */
async function fetchAsset(
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

function describe(branding: Branding): z.output<typeof brandingDocument> {
  const { primaryColor: primary, pageBackground, logo, favicon, font } = branding;
  const hasColors = primary !== undefined || pageBackground !== undefined;
  return {
    ...(hasColors && {
      colors: {
        ...(primary !== undefined && { primary }),
        ...(pageBackground !== undefined && { page_background: pageBackground }),
      },
    }),
    ...(logo !== undefined && { logo_url: logo.url }),
    ...(favicon !== undefined && { favicon_url: favicon.url }),
    ...(font !== undefined && { font: { url: font.url } }),
  };
}
