// What clients read before they begin: the provider's metadata and its public keys. The same for everybody.
// OpenID Connect Discovery 1.0 §4, RFC 8414 §3, RFC 7517 §5.
import { describeProvider } from '@/lib/oidc/discovery';
import { PATHS } from '@/lib/oidc/vocabulary';
import type { Deps } from './deps';
import { answerApi, respondPublicJson } from './respond';

/** Serves both well-known metadata addresses. */
export async function metadata(deps: Pick<Deps, 'issuer' | 'uiLocales' | 'log'>): Promise<Response> {
  return answerApi(deps, PATHS.openidConfiguration, async () =>
    respondPublicJson(describeProvider(deps.issuer, deps.uiLocales)),
  );
}

/** @see OpenID Connect Core §10.1 */
export async function jwks(deps: Pick<Deps, 'signer' | 'log'>): Promise<Response> {
  return answerApi(deps, PATHS.jwks, async () => {
    const keys = await deps.signer.publicKeys();
    return respondPublicJson({ keys: keys.map(pickPublicMembers) });
  });
}

/** Private and symmetric members (`d`, `p`, `k`, …) are not on this list, so no mistake elsewhere can publish them. */
const PUBLIC_MEMBERS = new Set([
  'kty',
  'use',
  'alg',
  'kid',
  'n',
  'e',
  'crv',
  'x',
  'y',
  'x5c',
  'x5t',
  'x5t#S256',
]);

function pickPublicMembers(key: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(key).filter(([member]) => PUBLIC_MEMBERS.has(member)));
}
