// The client credentials grant: a client gets an access token for itself, as far as an operator granted it an API. The one
// grant that runs from memory: nothing is consumed, so no statement has to decide. RFC 6749 §4.4; Auth0's audience.
import { issueClientAccessToken } from '../access-token';
import { type Client, isPublicClient } from '../client';
import { OAuthError } from '../errors';
import { type Parameters, readParameter } from '../parameters';
import type { ClientGrant, DefaultAudience, ResourceServer, ResourceServerStore } from '../resource-server';
import { parseScope } from '../scope';
import type { TokenEvents } from '../token-events';
import type { TokenResponse } from '../token-request';
import type { TokenSigner } from '../token-signer';
import { MAX_BYTES } from '../vocabulary';
import type { Whereabouts } from '../whereabouts';

export type ClientCredentialsDeps = Readonly<{
  issuer: string;
  clock: () => Date;
  random: Readonly<{ id(): string }>;
  signer: Pick<TokenSigner, 'sign'>;
  resourceServers: ResourceServerStore;
  defaultAudience: DefaultAudience;
  tokenEvents: TokenEvents;
  askedFrom: Whereabouts;
}>;

/**
 * Issues an access token to the client itself. The audit log is told after the answer.
 * @throws OAuthError `unauthorized_client` for a public client, `invalid_request`, `invalid_scope`, and `access_denied` 403
 * for what was not granted, an API that there is not included
 */
export async function issueToClient(
  deps: ClientCredentialsDeps,
  client: Client,
  parameters: Parameters,
): Promise<TokenResponse> {
  const { clientId } = client;
  // Nobody proved anything: whoever reads the client's page could do the same. RFC 6749 §4.4
  if (isPublicClient(client)) {
    throw new OAuthError('unauthorized_client', 'A public client may not use this grant_type.');
  }
  const now = deps.clock();
  const tell = (type: 'seccft' | 'feccft', description: string) =>
    deps.tokenEvents.record({ type, clientId, description, occurredAt: now, ...deps.askedFrom });
  try {
    const { api, granted } = await findGranted(deps, client, parameters);
    const scope = narrow(granted, readScope(parameters)).join(' ');
    const issued = await issueClientAccessToken(deps, { clientId, api, scope, now });
    tell('seccft', `Access token issued for the API ${api.name}.`);
    return {
      access_token: issued.accessToken,
      token_type: 'Bearer',
      expires_in: issued.lifetimeSeconds,
      ...(scope !== '' && { scope }),
    };
  } catch (error) {
    if (error instanceof OAuthError) tell('feccft', error.description);
    throw error;
  }
}

/** The API asked for, and what of it was granted. Where none is named: the only one that was, or the default among several. */
async function findGranted(
  deps: Pick<ClientCredentialsDeps, 'resourceServers' | 'defaultAudience'>,
  { clientId }: Client,
  parameters: Parameters,
): Promise<{ api: ResourceServer; granted: readonly string[] }> {
  const audience = readParameter(parameters, 'audience', MAX_BYTES.audience);
  const grants = await deps.resourceServers.findGrants(clientId);
  const granted = (wanted: string | null) => grants.find((given) => given.audience === wanted);
  const grant =
    audience === null ? (granted(deps.defaultAudience()) ?? soleGrant(grants)) : granted(audience);
  const api = grant === undefined ? null : await deps.resourceServers.find(grant.audience);
  if (grant === undefined || api === null) {
    throw new OAuthError('access_denied', 'The client has not been granted this API.', { status: 403 });
  }
  const known = new Set(api.scopes.map(({ value }) => value));
  return { api, granted: grant.scopes.filter((scope) => known.has(scope)) };
}

function soleGrant(grants: readonly ClientGrant[]): ClientGrant | undefined {
  const [sole, ...others] = grants;
  if (others.length > 0) throw new OAuthError('invalid_request', 'The parameter audience is required.');
  return sole;
}

/** Read past readParameter: a line break in a scope is a malformed scope, not just a bad character. */
function readScope(parameters: Parameters): readonly string[] | null {
  const scope = parameters.values.get('scope');
  return scope === undefined ? null : parseScope(scope);
}

/** All of what was granted, or those that are asked for. @see RFC 6749 §3.3 */
function narrow(granted: readonly string[], requested: readonly string[] | null): readonly string[] {
  if (requested === null) return granted;
  if (requested.every((token) => granted.includes(token))) return requested;
  throw new OAuthError('access_denied', 'The client has not been granted all of these scopes.', {
    status: 403,
  });
}
