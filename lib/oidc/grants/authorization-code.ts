// The authorization code grant: a code becomes tokens, once. RFC 6749 §4.1.3, RFC 7636 §4.6, OpenID Connect Core §3.1.3.
import { issueAccessToken } from '../access-token';
import type { AuthorizationCodeStore } from '../authorization-code';
import type { Client } from '../client';
import { OAuthError } from '../errors';
import { type IdTokenSigner, issueIdToken } from '../id-token';
import { type Parameters, readParameter, requireParameter } from '../parameters';
import { deriveCodeChallenge } from '../pkce';
import { type RefreshTokens, refreshExpiry } from '../refresh-token';
import { loadApi, type ResourceServerStore } from '../resource-server';
import { hasScope } from '../scope';
import type { TokenResponse } from '../token-request';
import { OFFLINE_ACCESS } from '../vocabulary';
import type { Whereabouts } from '../whereabouts';

export type CodeGrantDeps = Readonly<{
  issuer: string;
  clock: () => Date;
  random: Readonly<{ id(): string }>;
  codes: AuthorizationCodeStore;
  resourceServers: Pick<ResourceServerStore, 'find'>;
  signer: IdTokenSigner;
  refreshTokens: Pick<RefreshTokens, 'derive'>;
  /** From where this request came. */
  askedFrom: Whereabouts;
}>;

/**
 * Redeems a code. Every reason for a refusal gives the same answer: it tells a thief nothing.
 * @throws OAuthError `invalid_request`, `invalid_grant`
 */
export async function redeemAuthorizationCode(
  deps: CodeGrantDeps,
  client: Client,
  parameters: Parameters,
): Promise<TokenResponse> {
  const authorizationCode = requireParameter(parameters, 'code');
  const redirectUri = readParameter(parameters, 'redirect_uri');
  const codeChallenge = deriveCodeChallenge(readParameter(parameters, 'code_verifier'));
  const now = deps.clock();
  const redemption = await deps.codes.redeem({
    authorizationCode,
    clientId: client.clientId,
    redirectUri,
    codeChallenge,
    now,
    accessTokensExpireAt: later(now, client.accessTokenLifetimeSeconds),
    refresh: refreshExpiry(client, now),
    askedFrom: deps.askedFrom,
  });
  if (redemption.kind !== 'redeemed') throw new OAuthError('invalid_grant', 'Invalid authorization code');

  const { grant } = redemption;
  const api = await loadApi(deps, grant.audience);
  const { accessToken, lifetimeSeconds } = await issueAccessToken(deps, { client, grant, api, now });
  return {
    access_token: accessToken,
    token_type: 'Bearer',
    expires_in: lifetimeSeconds,
    scope: grant.scope,
    ...(hasScope(grant.scope, OFFLINE_ACCESS) && {
      refresh_token: deps.refreshTokens.derive({ familyId: grant.familyId, sequence: 0 }),
    }),
    ...(hasScope(grant.scope, 'openid') && {
      id_token: await issueIdToken(deps, { client, grant, accessToken, now }),
    }),
  };
}

function later(now: Date, seconds: number): Date {
  return new Date(now.getTime() + seconds * 1000);
}
