// Pictures and fonts of the operator's, as pages show them: kept under the hash of their bytes, so an address never changes its
// mind and a browser asks for it once. Nothing in a picture may do anything, however it is opened.
import { OAuthError } from '@/lib/oidc/errors';
import type { Deps } from './deps';
import { answerApi, respondForGood } from './respond';

/** The address of one, as the log knows it. */
export const BRAND_ASSET = '/branding/{asset}';

const BRAND_ASSET_PATH = /^\/branding\/([0-9a-f]{64})$/;

/** Whether a path is that of a picture or a font. */
export function isBrandAsset(pathname: string): boolean {
  return BRAND_ASSET_PATH.test(pathname);
}

/** @param id SHA-256 of its bytes in hex */
export function brandAssetPath(id: string): string {
  return `/branding/${id}`;
}

export async function brandAsset(
  deps: Pick<Deps, 'brandAssets' | 'log'>,
  request: Request,
): Promise<Response> {
  return answerApi(deps, BRAND_ASSET, async () => {
    const [, id = ''] = BRAND_ASSET_PATH.exec(new URL(request.url).pathname) ?? [];
    const asset = await deps.brandAssets.find(id);
    if (asset === null) throw new OAuthError('invalid_request', 'There is no such file.', { status: 404 });
    return respondForGood(asset);
  });
}
