// A signer with one key for each algorithm, made for this test run. jose does the work, as in lib/keys.
import { decodeProtectedHeader, exportJWK, generateKeyPair, jwtVerify, SignJWT } from 'jose';
import type { SigningAlgorithm, TokenSigner } from '@/lib/oidc/token-signer';

const ALGORITHMS: readonly SigningAlgorithm[] = ['RS256', 'ES256', 'EdDSA'];

const keys = await Promise.all(
  ALGORITHMS.map(async (alg, index) => ({ alg, kid: `k${index + 1}`, ...(await generateKeyPair(alg)) })),
);

export function memorySigner(issuer: string, clock: () => Date): TokenSigner {
  const findKey = (wanted: { alg?: string; kid?: string }) => {
    const key = keys.find(({ alg, kid }) => alg === wanted.alg || kid === wanted.kid);
    if (key === undefined) throw new Error('There is no such key.');
    return key;
  };
  return {
    async sign(claims, { typ, alg }) {
      const { kid, privateKey } = findKey({ alg });
      return new SignJWT({ ...claims }).setProtectedHeader({ alg, typ, kid }).sign(privateKey);
    },

    // "Sealed" is written on it.
    async signForClient(claims, sealedSecret) {
      const key = new TextEncoder().encode(sealedSecret.replace('sealed ', ''));
      return new SignJWT({ ...claims }).setProtectedHeader({ alg: 'HS256', typ: 'JWT' }).sign(key);
    },

    async verifyForClient(token, sealedSecret) {
      const key = new TextEncoder().encode(sealedSecret.replace('sealed ', ''));
      const checks = { issuer, algorithms: ['HS256'], clockTolerance: Number.MAX_SAFE_INTEGER };
      return jwtVerify(token, key, checks).then(
        ({ payload }) => payload,
        () => null,
      );
    },

    async verify(token, { typ, allowExpired = false }) {
      try {
        const { kid = '' } = decodeProtectedHeader(token);
        const { alg, publicKey } = findKey({ kid });
        const { payload } = await jwtVerify(token, publicKey, {
          typ,
          issuer,
          algorithms: [alg],
          clockTolerance: allowExpired ? Number.MAX_SAFE_INTEGER : 60,
          currentDate: clock(),
        });
        return payload;
      } catch {
        return null;
      }
    },

    // The whole keys, to prove that the endpoint publishes no more than the public members.
    publicKeys: () =>
      Promise.all(
        keys.map(async ({ alg, kid, publicKey }) => ({
          ...(await exportJWK(publicKey)),
          kid,
          use: 'sig',
          alg,
          d: 'private',
        })),
      ),
  };
}
