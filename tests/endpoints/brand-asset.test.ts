import { expect, it } from 'vitest';
import { brandAssetPath } from '@/lib/endpoints/brand-asset';
import { answerRoute, findRoute } from '@/lib/endpoints/routes';
import { memoryDeps } from '../memory/deps';

const ID = 'a'.repeat(64);
const SVG = new TextEncoder().encode(
  '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
);

async function get(path: string): Promise<Response> {
  const route = findRoute(path);
  if (route === null) throw new Error('no route');
  const brandAssets = {
    find: async (id: string) => (id === ID ? { mediaType: 'image/svg+xml', bytes: SVG } : null),
  };
  return answerRoute({ ...memoryDeps(), brandAssets }, route, new Request(`https://op.test${path}`));
}

it('a picture is served for good, and opened by itself it may do nothing (HDR-2)', async () => {
  const response = await get(brandAssetPath(ID));
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('image/svg+xml');
  expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  expect(response.headers.get('content-security-policy')).toMatch(/default-src 'none'.*sandbox/);
  expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  expect(new Uint8Array(await response.arrayBuffer())).toEqual(SVG);
});

it('one that is not there is 404, and what is no hash is no address', async () => {
  expect((await get(brandAssetPath('b'.repeat(64)))).status).toBe(404);
  expect(findRoute('/branding/../etc')).toBeNull();
  expect(findRoute('/branding/abc')).toBeNull();
});
