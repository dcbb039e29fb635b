// A signer with one RSA key that was made for this test run. jose does the work, as in lib/keys.
import { exportJWK, generateKeyPair, jwtVerify, SignJWT } from 'jose';
import type { TokenSigner } from '@/lib/oidc/token-signer';

const keys = await generateKeyPair('RS256');

export function memorySigner(issuer: string, clock: () => Date): TokenSigner {
  return {
    sign: (claims, { typ, alg }) =>
      new SignJWT({ ...claims }).setProtectedHeader({ alg, typ, kid: 'k1' }).sign(keys.privateKey),

    async verify(token, { typ, allowExpired = false }) {
      try {
        const { payload } = await jwtVerify(token, keys.publicKey, {
          typ,
          issuer,
          algorithms: ['RS256'],
          clockTolerance: allowExpired ? Number.MAX_SAFE_INTEGER : 60,
          currentDate: clock(),
        });
        return payload;
      } catch {
        return null;
      }
    },

    // The whole key, to prove that the endpoint publishes no more than the public members.
    publicKeys: async () => [
      { ...(await exportJWK(keys.publicKey)), kid: 'k1', use: 'sig', alg: 'RS256', d: 'private' },
    ],
  };
}
