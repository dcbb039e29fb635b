// An ID token that comes back as a hint of who is to be signed out: it may be old, but it must be one of ours.
// RP-Initiated Logout 1.0 §2, §4.
import { decodeJwt, decodeProtectedHeader } from 'jose';
import type { ClientStore } from './client';
import type { TokenClaims, TokenSigner } from './token-signer';

export type IdTokenHint = Readonly<{
  /** Ids of clients; ours have one. */
  audience: readonly string[];
  sub: string;
  /** The `sid`; null where no browser of ours was signed in. */
  sessionId: string | null;
}>;

type Deps = Readonly<{
  clients: Pick<ClientStore, 'find'>;
  signer: Pick<TokenSigner, 'verify' | 'verifyForClient'>;
}>;

/** Reads a hint, or null: not an ID token of this provider. */
export async function readIdTokenHint(deps: Deps, hint: string): Promise<IdTokenHint | null> {
  const claims =
    (await deps.signer.verify(hint, { typ: 'JWT', allowExpired: true })) ??
    (await verifyBySecret(deps, hint));
  if (claims === null) return null;
  const { aud, sub, sid = null } = claims;
  const audience: unknown[] = Array.isArray(aud) ? aud : [aud];
  if (!audience.every((clientId) => typeof clientId === 'string') || typeof sub !== 'string') return null;
  return sid === null || typeof sid === 'string' ? { audience, sub, sessionId: sid } : null;
}

/**
 * One that a client's secret signed (HS256), which the client could have made up. Here that is good enough: the `sid` alone,
 * as a `logout_hint` that nobody signed, does the same.
 */
async function verifyBySecret({ clients, signer }: Deps, hint: string): Promise<TokenClaims | null> {
  const clientId = audienceOfHs256(hint);
  const client = clientId === null ? null : await clients.find(clientId);
  return client?.sealedSecret ? signer.verifyForClient(hint, client.sealedSecret) : null;
}

/** Whose secret to try. Nothing is verified yet. */
function audienceOfHs256(hint: string): string | null {
  try {
    if (decodeProtectedHeader(hint).alg !== 'HS256') return null;
    const { aud } = decodeJwt(hint);
    return typeof aud === 'string' ? aud : null;
  } catch {
    return null;
  }
}
