// Proof Key for Code Exchange, S256 only: `plain` proves nothing to whoever saw the request. RFC 7636, RFC 9700 §2.1.1.
import { createHash } from 'node:crypto';
import { type Client, isPublicClient } from './client';
import { OAuthError } from './errors';
import { type Parameters, readParameter } from './parameters';

/**
 * The S256 challenge of an authorization request; null only where the client may do without and sent none.
 * @throws OAuthError `invalid_request` when it is missing, malformed, or of another method: a method left out means
 * `plain` (RFC 7636 §4.3).
 */
export function checkCodeChallenge(parameters: Parameters, client: Client): string | null {
  const challenge = readParameter(parameters, 'code_challenge');
  const method = readParameter(parameters, 'code_challenge_method');
  if (challenge === null) {
    if (method !== null) throw new OAuthError('invalid_request', 'code_challenge is missing.');
    if (client.requirePkce || isPublicClient(client)) {
      throw new OAuthError(
        'invalid_request',
        'PKCE is required: send code_challenge with code_challenge_method=S256.',
      );
    }
    return null;
  }
  if (method !== 'S256') throw new OAuthError('invalid_request', 'code_challenge_method must be S256.');
  if (!S256_CHALLENGE.test(challenge))
    throw new OAuthError('invalid_request', 'code_challenge is malformed.');
  return challenge;
}

/**
 * The S256 challenge that a token request's verifier answers, or null when it sent none.
 * @throws OAuthError `invalid_grant` for a verifier that is not 43 to 128 unreserved characters.
 * @see RFC 7636 §4.1, §4.6
 */
export function deriveCodeChallenge(verifier: string | null): string | null {
  if (verifier === null) return null;
  if (!CODE_VERIFIER.test(verifier)) throw new OAuthError('invalid_grant', 'code_verifier is malformed.');
  return createHash('sha256').update(verifier).digest('base64url');
}

/** base64url of 32 bytes. */
const S256_CHALLENGE = /^[A-Za-z0-9_-]{43}$/;

const CODE_VERIFIER = /^[A-Za-z0-9._~-]{43,128}$/;
