// How a client proves itself at the token endpoint: Basic, post, a signed assertion or none; exactly one, and the registered
// one. RFC 6749 §2.3, RFC 7617, RFC 7523.
import { type Client, mayProveBy, secretHashesAt, type TokenEndpointAuthMethod } from './client';
import {
  type AssertionDeps,
  consumeClientAssertion,
  JWT_BEARER_ASSERTION,
  readAssertingClient,
} from './client-assertion';
import { OAuthError } from './errors';
import { type Parameters, readParameter, requireParameter } from './parameters';
import { MAX_BYTES } from './vocabulary';

/**
 * Whether a secret belongs to one of the keyed hashes. Compares with every hash in constant time; an empty list is false
 * after the same work.
 */
export type VerifySecret = (clientSecret: string, secretHashes: readonly string[]) => Promise<boolean>;

/** Who a request says it comes from, and how it means to prove it. */
export type ClientCredentials = Readonly<
  | { method: 'none'; clientId: string }
  | { method: 'client_secret_basic' | 'client_secret_post'; clientId: string; clientSecret: string }
  | { method: 'private_key_jwt'; clientId: string; clientAssertion: string }
>;

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
  const clientSecret = readParameter(parameters, 'client_secret');
  const clientAssertion = readParameter(parameters, 'client_assertion', MAX_BYTES.jwt);
  if ([authorization, clientSecret, clientAssertion].filter((proof) => proof !== null).length > 1) {
    throw new OAuthError('invalid_request', 'The client authenticated in two ways; one is allowed.');
  }
  if (clientAssertion !== null) return parseAssertion(clientAssertion, parameters);
  if (authorization === null) {
    const clientId = requireParameter(parameters, 'client_id');
    return clientSecret === null
      ? { method: 'none', clientId }
      : { method: 'client_secret_post', clientId, clientSecret };
  }
  const credentials = parseBasic(authorization);
  const clientId = readParameter(parameters, 'client_id');
  if (clientId !== null && clientId !== credentials.clientId) {
    throw new OAuthError('invalid_request', 'client_id is not the client of the Authorization header.');
  }
  return credentials;
}

/**
 * The client that credentials name, proven.
 * @param client the client of that id, or null when there is none
 * @throws OAuthError `invalid_client` 401, the same for an unknown client, a wrong secret, an assertion that is not good or was
 * used before, and a method that is not the registered one.
 */
export async function authenticateClient(
  deps: AssertionDeps & Readonly<{ verifySecret: VerifySecret }>,
  client: Client | null,
  credentials: ClientCredentials,
): Promise<Client> {
  const { method } = credentials;
  if (client === null || !mayProveBy(client, method)) throw refusal(method);
  if (!(await isProof(deps, client, credentials))) throw refusal(method);
  return client;
}

async function isProof(
  deps: AssertionDeps & Readonly<{ verifySecret: VerifySecret }>,
  client: Client,
  credentials: ClientCredentials,
): Promise<boolean> {
  switch (credentials.method) {
    case 'none':
      return true;
    case 'private_key_jwt':
      return consumeClientAssertion(deps, client, credentials.clientAssertion);
    default:
      return deps.verifySecret(credentials.clientSecret, secretHashesAt(client, deps.clock()));
  }
}

/** The client may be named beside its assertion, and must then be the same. @see RFC 7521 §4.2 */
function parseAssertion(clientAssertion: string, parameters: Parameters): ClientCredentials {
  if (requireParameter(parameters, 'client_assertion_type') !== JWT_BEARER_ASSERTION)
    throw new OAuthError('invalid_request', 'This client_assertion_type is not supported.');
  const clientId = readAssertingClient(clientAssertion);
  const named = readParameter(parameters, 'client_id') ?? clientId;
  if (clientId === null || clientId !== named) throw refusal('private_key_jwt');
  return { method: 'private_key_jwt', clientId, clientAssertion };
}

/** @see RFC 6749 §2.3.1: id and secret are form-urlencoded before they are joined by the colon */
function parseBasic(authorization: string): ClientCredentials & { method: 'client_secret_basic' } {
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
    'Client authentication failed: unknown client, wrong proof, or not the method it is registered for.',
    {
      status: 401,
      // Only to who used the header (RFC 6749 §5.2): a browser would answer a script's request with a password prompt.
      wwwAuthenticate: method === 'client_secret_basic' ? 'Basic realm="token", charset="UTF-8"' : null,
    },
  );
}
