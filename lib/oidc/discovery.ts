// The metadata document: what this provider can do, and nothing that it cannot. OpenID Connect Discovery 1.0 §3,
// RFC 8414 §2, RFC 9207 §3, RP-Initiated Logout 1.0 §2.1, Back-Channel Logout 1.0 §2.1.
import { PERSON_CLAIMS } from './claims';
import { CLIENT_SIGNING_ALGORITHMS } from './client-key';
import {
  AUTHORIZATION_CODE_GRANT,
  CLIENT_CREDENTIALS_GRANT,
  IMPLICIT_GRANT,
  PASSWORDLESS_OTP_GRANT,
  PATHS,
  PROMPTS,
  REFRESH_TOKEN_GRANT,
  RESPONSE_MODES,
  RESPONSE_TYPES,
  SCOPES,
  TOKEN_ENDPOINT_AUTH_METHODS,
} from './vocabulary';

/** Where a client has to prove itself. */
const PROOFS = TOKEN_ENDPOINT_AUTH_METHODS.filter((method) => method !== 'none');

/**
 * Builds the document served at both well-known addresses.
 * @param issuer with its trailing slash
 * @param uiLocales BCP 47 tags that the pages speak
 */
export function describeProvider(
  issuer: string,
  uiLocales: readonly string[],
): Readonly<Record<string, unknown>> {
  const at = (path: string): string => `${issuer}${path.slice(1)}`;
  return {
    issuer,
    authorization_endpoint: at(PATHS.authorize),
    pushed_authorization_request_endpoint: at(PATHS.pushedAuthorization),
    require_pushed_authorization_requests: false,
    token_endpoint: at(PATHS.token),
    revocation_endpoint: at(PATHS.revocation),
    revocation_endpoint_auth_methods_supported: TOKEN_ENDPOINT_AUTH_METHODS,
    revocation_endpoint_auth_signing_alg_values_supported: CLIENT_SIGNING_ALGORITHMS,
    introspection_endpoint: at(PATHS.introspection),
    introspection_endpoint_auth_methods_supported: PROOFS,
    introspection_endpoint_auth_signing_alg_values_supported: CLIENT_SIGNING_ALGORITHMS,
    userinfo_endpoint: at(PATHS.userinfo),
    jwks_uri: at(PATHS.jwks),
    end_session_endpoint: at(PATHS.endSession),
    backchannel_logout_supported: true,
    backchannel_logout_session_supported: true,
    scopes_supported: SCOPES,
    response_types_supported: RESPONSE_TYPES,
    response_modes_supported: RESPONSE_MODES,
    grant_types_supported: [
      AUTHORIZATION_CODE_GRANT,
      IMPLICIT_GRANT,
      REFRESH_TOKEN_GRANT,
      CLIENT_CREDENTIALS_GRANT,
      PASSWORDLESS_OTP_GRANT,
    ],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256', 'HS256'],
    token_endpoint_auth_methods_supported: TOKEN_ENDPOINT_AUTH_METHODS,
    token_endpoint_auth_signing_alg_values_supported: CLIENT_SIGNING_ALGORITHMS,
    code_challenge_methods_supported: ['S256'],
    claim_types_supported: ['normal'],
    claims_supported: [
      ...['sub', 'iss', 'aud', 'exp', 'iat', 'sid', 'nonce', 'auth_time', 'at_hash', 'c_hash'],
      ...PERSON_CLAIMS,
    ],
    prompt_values_supported: PROMPTS,
    ui_locales_supported: uiLocales,
    authorization_response_iss_parameter_supported: true,
    claims_parameter_supported: false,
    request_parameter_supported: false,
    request_uri_parameter_supported: false,
  };
}
