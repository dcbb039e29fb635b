// ID tokens: what the client is told of the sign-in, signed. OpenID Connect Core §2, §3.1.3.6; RP-Initiated Logout 1.0 (sid).
import { createHash } from 'node:crypto';
import type { AuthorizationGrant } from './authorization-code';
import { claimsOfScope } from './claims';
import type { Client } from './client';
import type { TokenSigner } from './token-signer';

/** Signs with our key or, for a client that asks for it, with its secret. */
export type IdTokenSigner = Pick<TokenSigner, 'sign' | 'signForClient'>;

/**
 * Issues an ID token, bound to what is handed out beside it.
 * `nonce` is there only if the request had one, `auth_time` only if it was asked for, claims about the person only where
 * the client wants them here and not just at UserInfo, or has no access token to ask UserInfo with.
 * @param issue.accessToken the one it goes with; null where there is none
 * @param issue.authorizationCode likewise, for an ID token that goes with it (§3.3.2.11)
 */
export async function issueIdToken(
  deps: Readonly<{ issuer: string; signer: IdTokenSigner }>,
  issue: Readonly<{
    client: Client;
    grant: AuthorizationGrant;
    accessToken: string | null;
    authorizationCode?: string | null;
    now: Date;
  }>,
): Promise<string> {
  const { client, grant, accessToken, authorizationCode = null, now } = issue;
  const issuedAt = epochSeconds(now);
  const isAlone = accessToken === null && authorizationCode === null;
  const claims = {
    ...((client.profileClaimsInIdToken || isAlone) && claimsOfScope(grant.subject, grant.scope)),
    iss: deps.issuer,
    sub: grant.subject.sub,
    aud: client.clientId,
    iat: issuedAt,
    exp: issuedAt + client.idTokenLifetimeSeconds,
    ...(accessToken !== null && { at_hash: leftHalfHash(accessToken) }),
    ...(authorizationCode !== null && { c_hash: leftHalfHash(authorizationCode) }),
    ...(grant.sessionId !== null && { sid: grant.sessionId }),
    ...(grant.nonce !== null && { nonce: grant.nonce }),
    ...(grant.authTimeRequested && { auth_time: epochSeconds(grant.authenticatedAt) }),
  };
  return client.sealedSecret === null
    ? deps.signer.sign(claims, { typ: 'JWT', alg: 'RS256' })
    : deps.signer.signForClient(claims, client.sealedSecret);
}

/** The left half of the digest that RS256 and HS256 use. @see OpenID Connect Core §3.1.3.6, §3.3.2.11 */
function leftHalfHash(token: string): string {
  return createHash('sha256').update(token).digest().subarray(0, 16).toString('base64url');
}

function epochSeconds(instant: Date): number {
  return Math.floor(instant.getTime() / 1000);
}
