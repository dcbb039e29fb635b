// How a client proves itself at the token endpoint: Basic, post or none; exactly one, and the registered one.
// RFC 6749 §2.3, RFC 7617.
import type { Client, TokenEndpointAuthMethod } from './client';
import { OAuthError } from './errors';
import { type Parameters, readParameter, requireParameter } from './parameters';

/**
 * Whether a secret belongs to one of the keyed hashes. Compares with every hash in constant time; an empty list is false
 * after the same work.
 */
export type VerifySecret = (clientSecret: string, secretHashes: readonly string[]) => Promise<boolean>;

/** Who a request says it comes from, and how it means to prove it. */
export type ClientCredentials = Readonly<{
  method: TokenEndpointAuthMethod;
  clientId: string;
  /** Null for method `none`. */
  clientSecret: string | null;
}>;

/**
 * Reads the credentials of a request.
 * @param authorization value of the Authorization header, or null
 * @throws OAuthError `invalid_request` for none or more than one method, `invalid_client` for a header that says nothing.
 * @see RFC 6749 §2.3: a client must not use more than one method in a request
 */
export function parseClientCredentials(
  authorization: string | null,
  parameters: Parameters,
): ClientCredentials {
  if (authorization === null) {
    const clientId = requireParameter(parameters, 'client_id');
    const clientSecret = readParameter(parameters, 'client_secret');
    return { method: clientSecret === null ? 'none' : 'client_secret_post', clientId, clientSecret };
  }
  const credentials = parseBasic(authorization);
  if (readParameter(parameters, 'client_secret') !== null) {
    throw new OAuthError('invalid_request', 'The client authenticated in two ways; one is allowed.');
  }
  const clientId = readParameter(parameters, 'client_id');
  if (clientId !== null && clientId !== credentials.clientId) {
    throw new OAuthError('invalid_request', 'client_id is not the client of the Authorization header.');
  }
  return credentials;
}

/**
 * The client that credentials name, proven.
 * @param client the client of that id, or null when there is none
 * @throws OAuthError `invalid_client` 401, the same for an unknown client, a wrong secret, and a method that is not the
 * registered one.
 */
export async function authenticateClient(
  deps: Readonly<{ verifySecret: VerifySecret }>,
  client: Client | null,
  { method, clientSecret }: ClientCredentials,
): Promise<Client> {
  if (client === null || client.tokenEndpointAuthMethod !== method) throw refusal(method);
  if (clientSecret !== null && !(await deps.verifySecret(clientSecret, client.secretHashes)))
    throw refusal(method);
  return client;
}

/** @see RFC 6749 §2.3.1: id and secret are form-urlencoded before they are joined by the colon */
function parseBasic(authorization: string): ClientCredentials {
  const encoded = /^Basic +([A-Za-z0-9+/]+={0,2})$/i.exec(authorization)?.[1];
  const joined = encoded === undefined ? null : decodeBase64(encoded);
  const colon = joined?.indexOf(':') ?? -1;
  if (joined === null || colon < 1) throw refusal('client_secret_basic');
  const clientId = decodeForm(joined.slice(0, colon));
  const clientSecret = decodeForm(joined.slice(colon + 1));
  if (clientId === null || clientSecret === null || clientSecret === '') throw refusal('client_secret_basic');
  return { method: 'client_secret_basic', clientId, clientSecret };
}

function decodeBase64(encoded: string): string | null {
  try {
    const bytes = Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0));
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

function decodeForm(encoded: string): string | null {
  try {
    return decodeURIComponent(encoded.replaceAll('+', ' '));
  } catch {
    return null;
  }
}

function refusal(method: TokenEndpointAuthMethod): OAuthError {
  return new OAuthError(
    'invalid_client',
    'Client authentication failed: unknown client, wrong secret, or not the method it is registered for.',
    {
      status: 401,
      // Only to who used the header (RFC 6749 §5.2): a browser would answer a script's request with a password prompt.
      wwwAuthenticate: method === 'client_secret_basic' ? 'Basic realm="token", charset="UTF-8"' : null,
    },
  );
}
