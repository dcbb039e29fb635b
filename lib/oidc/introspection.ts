// Introspection: whether a token that a client was given is still good, and what it stands for. RFC 7662; for the client's own
// tokens only, see docs/decisions/0025.
import { decodeJwt } from 'jose';
import { readAccessToken, type TokenFamilyStore } from './access-token';
import { type Client, isPublicClient } from './client';
import { OAuthError } from './errors';
import type { RefreshTokenStore, RefreshTokens } from './refresh-token';
import type { TokenSigner } from './token-signer';

type IntrospectionDeps = Readonly<{
  issuer: string;
  clock: () => Date;
  signer: Pick<TokenSigner, 'verify'>;
  families: Pick<TokenFamilyStore, 'findActive'>;
  refreshTokens: Pick<RefreshTokens, 'read'>;
  refreshTokenStore: Pick<RefreshTokenStore, 'findActive'>;
}>;

/** @see RFC 7662 §2.2 */
export type Introspection = Readonly<
  | { active: false }
  | {
      active: true;
      iss: string;
      client_id: string;
      sub: string;
      scope: string;
      /** Seconds since 1970; not there for a refresh token that has no end. */
      exp?: number;
      aud?: string | readonly string[];
      /** Of access tokens alone. */
      token_type?: 'Bearer';
      iat?: number;
      jti?: string;
    }
>;

const INACTIVE: Introspection = { active: false };

/**
 * Looks at a token. Whatever is not a live token of this client is the same nothing: expired, revoked, another client's, an ID
 * token, made up.
 * @param client proven
 * @throws OAuthError `invalid_client` 401 for a client that cannot prove itself: anybody could ask in its name
 */
export async function introspect(
  deps: IntrospectionDeps,
  client: Client,
  token: string,
): Promise<Introspection> {
  if (isPublicClient(client))
    throw new OAuthError('invalid_client', 'Only a client that proves itself may ask.', { status: 401 });
  return (
    (await lookAtRefreshToken(deps, client, token)) ??
    (await lookAtAccessToken(deps, client, token)) ??
    INACTIVE
  );
}

async function lookAtRefreshToken(
  deps: IntrospectionDeps,
  { clientId }: Client,
  token: string,
): Promise<Introspection | null> {
  const target = deps.refreshTokens.read(token);
  const active =
    target && (await deps.refreshTokenStore.findActive({ ...target, clientId, now: deps.clock() }));
  if (active === null) return null;
  const { sub, scope, audience, expiresAt } = active;
  return {
    active: true,
    iss: deps.issuer,
    client_id: clientId,
    sub,
    scope,
    ...(expiresAt !== null && { exp: Math.floor(expiresAt.getTime() / 1000) }),
    ...(audience !== null && { aud: audience }),
  };
}

async function lookAtAccessToken(
  deps: IntrospectionDeps,
  { clientId }: Client,
  token: string,
): Promise<Introspection | null> {
  const accessToken = await readAccessToken(deps, token);
  if (accessToken?.clientId !== clientId) return null;
  // Verified a moment ago, with some leeway for clocks: whoever asks here is told the hour as it is.
  const { exp = 0, iat, jti, aud } = decodeJwt(token);
  if (exp <= deps.clock().getTime() / 1000) return null;
  const { familyId, sub, scope } = accessToken;
  if (familyId !== null && (await deps.families.findActive(familyId))?.subject.sub !== sub) return null;
  return {
    active: true,
    iss: deps.issuer,
    client_id: clientId,
    sub,
    scope,
    exp,
    ...(aud !== undefined && { aud }),
    token_type: 'Bearer',
    ...(iat !== undefined && { iat }),
    ...(jti !== undefined && { jti }),
  };
}
