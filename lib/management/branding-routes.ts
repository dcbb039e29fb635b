// `/api/v2/branding`: colours, logo, favicon and font of the pages. What is named by an address is fetched once, when it is named,
// and served from here ever after (docs/decisions/0044). auth0-contract §6.1.
import { z } from 'zod';
import { type Branding, brandAssetIds } from '@/lib/login/settings';
import { type BrandingDeps, color, fetchAsset, fileUrl } from './brand-files';
import { fieldsOf } from './fields';
import { routeFor } from './route';
import { changeSettings, withChanges } from './settings';

export const BRANDING_PATH = '/api/v2/branding';

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
  const settings = await changeSettings(deps, 'branding', (kept) => withChanges(kept, changes));
  await deps.brandAssets.keepOnly(brandAssetIds(settings));
  return describe(settings.branding);
}

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
