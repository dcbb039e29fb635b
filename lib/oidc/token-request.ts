// The token request: parameters, client, then the grant it asks for. What the grants have in common is here, what they
// do is in grants/. RFC 6749 §3.2, §4.1.3, §5.
import type { Client } from './client';
import { OAuthError } from './errors';
import { type CodeGrantDeps, redeemAuthorizationCode } from './grants/authorization-code';
import { type ClientCredentialsDeps, issueToClient } from './grants/client-credentials';
import { exchangeOneTimeCode, type PasswordlessGrantDeps } from './grants/passwordless-otp';
import { exchangeRefreshToken, type RefreshGrantDeps } from './grants/refresh-token';
import { type Parameters, parseFormParameters, parseJsonParameters, requireParameter } from './parameters';
import {
  AUTHORIZATION_CODE_GRANT,
  CLIENT_CREDENTIALS_GRANT,
  PASSWORDLESS_OTP_GRANT,
  REFRESH_TOKEN_GRANT,
} from './vocabulary';

/** The two encodings a body may have: RFC 6749's form, and the JSON of Auth0's native clients. */
export type BodyEncoding = 'form' | 'json';

/** What the grants need, all together. */
export type GrantDeps = CodeGrantDeps & RefreshGrantDeps & ClientCredentialsDeps & PasswordlessGrantDeps;

/** @see RFC 6749 §5.1, OpenID Connect Core §3.1.3.3 */
export type TokenResponse = Readonly<{
  access_token: string;
  token_type: 'Bearer';
  /** Seconds. */
  expires_in: number;
  /** Left out where it is empty: an API need not have scopes. */
  scope?: string;
  id_token?: string;
  refresh_token?: string;
}>;

/**
 * Parameters of a token request.
 * @throws OAuthError `invalid_request` unless each is a string that was sent once.
 */
export function parseTokenParameters(body: Readonly<{ encoding: BodyEncoding; text: string }>): Parameters {
  const parameters =
    body.encoding === 'json' ? parseJsonParameters(body.text) : parseFormParameters(body.text);
  if (parameters.repeated.size > 0)
    throw new OAuthError('invalid_request', 'A parameter was sent more than once.');
  return parameters;
}

/**
 * Serves the grant that an authenticated client asks for.
 * @throws OAuthError `unsupported_grant_type`, `unauthorized_client`, and what the grant throws
 */
export async function serveGrant(
  deps: GrantDeps,
  client: Client,
  parameters: Parameters,
): Promise<TokenResponse> {
  const grantType = requireParameter(parameters, 'grant_type');
  const grant = GRANTS.get(grantType);
  if (grant === undefined)
    throw new OAuthError('unsupported_grant_type', 'This grant_type is not supported.');
  if (!client.grantTypes.includes(grantType)) {
    throw new OAuthError('unauthorized_client', 'This client may not use this grant_type.', {
      // Auth0's status for its own grant; RFC 6749 §5.2 says 400 for the others.
      status: grantType === PASSWORDLESS_OTP_GRANT ? 403 : 400,
    });
  }
  return grant(deps, client, parameters);
}

type Grant = (deps: GrantDeps, client: Client, parameters: Parameters) => Promise<TokenResponse>;

const GRANTS: ReadonlyMap<string, Grant> = new Map<string, Grant>([
  [AUTHORIZATION_CODE_GRANT, redeemAuthorizationCode],
  [REFRESH_TOKEN_GRANT, exchangeRefreshToken],
  [CLIENT_CREDENTIALS_GRANT, issueToClient],
  [PASSWORDLESS_OTP_GRANT, exchangeOneTimeCode],
]);
