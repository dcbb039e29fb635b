// The refresh token grant: a token for new tokens and its successor. RFC 6749 §6, RFC 9700 §4.14.
import { issueAccessToken } from '../access-token';
import type { AuthorizationGrant } from '../authorization-code';
import type { Client } from '../client';
import { OAuthError } from '../errors';
import { type IdTokenSigner, issueIdToken } from '../id-token';
import { type Parameters, readParameter, requireParameter } from '../parameters';
import { mustRotate, type RefreshTokenStore, type RefreshTokens } from '../refresh-token';
import { loadApi, type ResourceServerStore, scopeStillKnown } from '../resource-server';
import { hasScope, isKnownScope, parseScope } from '../scope';
import type { TokenResponse } from '../token-request';
import type { Whereabouts } from '../whereabouts';

export type RefreshGrantDeps = Readonly<{
  issuer: string;
  clock: () => Date;
  random: Readonly<{ id(): string }>;
  signer: IdTokenSigner;
  refreshTokens: RefreshTokens;
  refreshTokenStore: RefreshTokenStore;
  resourceServers: Pick<ResourceServerStore, 'find'>;
  /** From where this request came. */
  askedFrom: Whereabouts;
}>;

/**
 * Exchanges a refresh token, for the API it was granted for. A narrower `scope` holds for this access token only; the next
 * exchange starts from what was granted at first.
 * @throws OAuthError `invalid_request`, `invalid_scope`, and `invalid_grant` 403 in Auth0's words, which its clients compare
 */
export async function exchangeRefreshToken(
  deps: RefreshGrantDeps,
  client: Client,
  parameters: Parameters,
): Promise<TokenResponse> {
  const target = deps.refreshTokens.read(requireParameter(parameters, 'refresh_token'));
  const requested = readParameter(parameters, 'scope');
  const tokens = requested === null ? [] : parseScope(requested);
  if (target === null) throw refusal();
  const now = deps.clock();
  const rotation = await deps.refreshTokenStore.rotate({
    ...target,
    clientId: client.clientId,
    scope: tokens.filter(isKnownScope),
    apiScope: tokens.filter((token) => !isKnownScope(token)),
    rotates: mustRotate(client),
    graceSeconds: client.refreshGraceSeconds,
    idleSeconds: client.refreshIdleSeconds,
    askedFrom: deps.askedFrom,
    now,
  });
  if (rotation.kind === 'scope_exceeded') {
    throw new OAuthError('invalid_scope', 'The scope holds more than was granted.');
  }
  if (rotation.kind === 'foreign') throw refusal(400);
  if (rotation.kind !== 'rotated') throw refusal();

  const { sequence, grant: whole } = rotation;
  // What is left was granted, or means nothing to anybody.
  const scope = tokens.filter((token) => hasScope(whole.scope, token));
  const api = await loadApi(deps, whole.audience);
  const grant: AuthorizationGrant = {
    ...whole,
    scope: scopeStillKnown(scope.length === 0 ? whole.scope : scope.join(' '), api),
  };
  const { accessToken, lifetimeSeconds } = await issueAccessToken(deps, { client, grant, api, now });
  return {
    access_token: accessToken,
    token_type: 'Bearer',
    expires_in: lifetimeSeconds,
    scope: grant.scope,
    // One that stays is not told again, as with Auth0.
    ...(sequence !== target.sequence && {
      refresh_token: deps.refreshTokens.derive({ familyId: target.familyId, sequence }),
    }),
    ...(hasScope(grant.scope, 'openid') && {
      id_token: await issueIdToken(deps, { client, grant, accessToken, now }),
    }),
  };
}

/**
 * In the same words for every reason. Auth0's clients compare them, the full stop included, and are given its status. None of
 * them ever holds another client's token: there the standard's holds, which the OpenID Foundation's suite insists on.
 * @see RFC 6749 §5.2, docs/decisions/0031
 */
function refusal(status: 400 | 403 = 403): OAuthError {
  return new OAuthError('invalid_grant', 'Unknown or invalid refresh token.', { status });
}
