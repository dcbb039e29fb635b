// The response type: what the answer to an authorization request carries. A code for every client; tokens at the front only
// for clients that were given leave, and then with what makes them hard to mix up. RFC 6749 §3.1.1 and §4.2, OpenID Connect
// Core §3.2.2.1 and §3.3.2, OAuth 2.0 Multiple Response Type Encoding Practices; RFC 9700 §2.1.2 for why so few may.
import type { Client } from './client';
import { OAuthError } from './errors';
import { AUTHORIZATION_CODE_GRANT, IMPLICIT_GRANT, RESPONSE_TYPES } from './vocabulary';

/** One word of a response type. */
export type ResponseTypeWord = 'code' | 'id_token' | 'token';

/**
 * The words of `response_type`, each once, in the order of RESPONSE_TYPES; null for none that there is. Whole words,
 * letter for letter: their order says nothing.
 */
export function parseResponseType(responseType: string | null): readonly ResponseTypeWord[] | null {
  const words = (responseType ?? '').split(' ').sort().join(' ');
  const known = RESPONSE_TYPES.find((type) => type === words);
  return known === undefined ? null : (known.split(' ') as ResponseTypeWord[]);
}

/** Whether tokens are handed out at /authorize itself. */
export function holdsTokens(words: readonly ResponseTypeWord[]): boolean {
  return words.includes('token') || words.includes('id_token');
}

/** Whether an operator gave this client leave for it. */
export function mayHoldTokens({ grantTypes }: Client): boolean {
  return grantTypes.includes(IMPLICIT_GRANT);
}

/**
 * What this client's answer carries.
 * @throws OAuthError `unsupported_response_type` for one there is not, and for tokens at the front where the client was not
 * given the implicit grant: leave for those comes from an operator, never from a parameter. `unauthorized_client` for a code
 * where it may not redeem one.
 */
export function checkResponseType(responseType: string, client: Client): readonly ResponseTypeWord[] {
  const words = parseResponseType(responseType);
  if (words === null || (holdsTokens(words) && !mayHoldTokens(client))) {
    throw new OAuthError('unsupported_response_type', 'This response_type is not supported for this client.');
  }
  if (words.includes('code') && !client.grantTypes.includes(AUTHORIZATION_CODE_GRANT)) {
    throw new OAuthError('unauthorized_client', 'This client may not use the authorization code grant.');
  }
  return words;
}
