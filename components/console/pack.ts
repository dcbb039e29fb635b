// A long text in an address: deflated, in base64url. The page behind the address unpacks it (lib/web/console/brand-draft.ts).

/** Characters of an address that servers take without a question. */
const PACKED_MAX = 11_000;

/** Null for what is too long even so. */
export async function pack(text: string): Promise<string | null> {
  const deflated = new Blob([text]).stream().pipeThrough(new CompressionStream('deflate-raw'));
  const bytes = new Uint8Array(await new Response(deflated).arrayBuffer());
  const packed = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');
  return packed.length > PACKED_MAX ? null : packed;
}
