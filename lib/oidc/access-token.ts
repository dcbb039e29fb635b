// Access tokens: signed JWTs whose family can be revoked (RFC 9068, RFC 7009).
import type { AuthorizationGrant, Subject } from './authorization-code';
import type { Client } from './client';
import type { TokenSigner } from './token-signer';

export type ActiveGrant = Readonly<{ subject: Subject; scope: string }>;

export type TokenFamilyStore = {
  /** The person behind an access token, or null once the family is revoked or the account is blocked or gone. One statement. */
  findActive(familyId: string): Promise<ActiveGrant | null>;
  /** Revokes the family if it belongs to the client; anything else changes nothing. */
  revoke(revocation: { familyId: string; clientId: string; now: Date }): Promise<void>;
};

/** What a verified access token for UserInfo says. Whether its family is still alive, the store knows. */
export type AccessToken = Readonly<{ clientId: string; sub: string; scope: string; familyId: string }>;

/** Issues an access token for UserInfo. @see RFC 9068 §2.2 */
export async function issueAccessToken(
  deps: Readonly<{
    issuer: string;
    random: Readonly<{ id(): string }>;
    signer: Pick<TokenSigner, 'sign'>;
  }>,
  issue: Readonly<{ client: Client; grant: AuthorizationGrant; now: Date }>,
): Promise<string> {
  const { client, grant } = issue;
  const issuedAt = Math.floor(issue.now.getTime() / 1000);
  return deps.signer.sign(
    {
      iss: deps.issuer,
      sub: grant.subject.sub,
      aud: userinfoAudience(deps.issuer),
      // Auth0's name beside the standard's: its clients read `azp`.
      azp: client.clientId,
      client_id: client.clientId,
      scope: grant.scope,
      iat: issuedAt,
      exp: issuedAt + client.accessTokenLifetimeSeconds,
      jti: deps.random.id(),
      family: grant.familyId,
    },
    { typ: 'at+jwt', alg: 'RS256' },
  );
}

/**
 * Reads an access token that was sent to UserInfo, or null: not ours, expired, an ID token, or meant for another API.
 * @see RFC 9068 §4
 */
export async function verifyAccessToken(
  deps: Readonly<{ issuer: string; signer: Pick<TokenSigner, 'verify'> }>,
  accessToken: string,
): Promise<AccessToken | null> {
  const claims = await deps.signer.verify(accessToken, { typ: 'at+jwt' });
  if (claims === null) return null;
  const { aud, client_id: clientId, sub, scope, family: familyId } = claims;
  const audiences: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
  if (!audiences.includes(userinfoAudience(deps.issuer))) return null;
  if (typeof clientId !== 'string' || typeof sub !== 'string') return null;
  if (typeof scope !== 'string' || typeof familyId !== 'string') return null;
  return { clientId, sub, scope, familyId };
}

/** The audience of access tokens that are for UserInfo. Auth0's. */
export function userinfoAudience(issuer: string): string {
  return `${issuer}userinfo`;
}
