// What a login has left for its client, in the words of the answer: the code, and the tokens that are handed out with it.
// The family that tokens belong to was written with the login, in one statement; signing them changes nothing any more.
// OpenID Connect Core §3.2.2.5, §3.3.2.5.
import {
  type ActiveGrant,
  issueAccessToken,
  type TokenFamilyStore,
  WEB_TOKEN_LIFETIME_SECONDS,
} from './access-token';
import { type AuthorizationRequest, isAuthTimeRequested } from './authorization-request';
import type { AuthorizationOutcome, FrontChannelTokens } from './authorization-response';
import type { Client, ClientStore } from './client';
import { type IdTokenSigner, issueIdToken } from './id-token';
import type { ResourceServer, ResourceServerStore } from './resource-server';

/** What the statement of a login has written for the client: at least one of the two. */
export type Issued = Readonly<{
  authorizationCode: string | null;
  /** Of the tokens that go with the answer; null where they are all fetched with the code. */
  tokenFamilyId: string | null;
}>;

type FrontChannelDeps = Readonly<{
  issuer: string;
  random: Readonly<{ id(): string }>;
  clients: Pick<ClientStore, 'find'>;
  resourceServers: Pick<ResourceServerStore, 'find'>;
  families: Pick<TokenFamilyStore, 'findActive'>;
  signer: IdTokenSigner;
}>;

/**
 * The outcome to tell the client. A code alone costs nothing more. Tokens are dated from their family: signed again they
 * live no longer. Where account, client or API have gone meanwhile the client is told that access is denied.
 */
export async function outcomeOf(
  deps: FrontChannelDeps,
  { request, issued }: { request: AuthorizationRequest; issued: Issued },
): Promise<AuthorizationOutcome> {
  const { authorizationCode, tokenFamilyId } = issued;
  if (tokenFamilyId === null) return { kind: 'issued', authorizationCode, tokens: null };
  const [client, api, family] = await Promise.all([
    deps.clients.find(request.clientId),
    request.audience === null ? null : deps.resourceServers.find(request.audience),
    deps.families.findActive(tokenFamilyId),
  ]);
  if (client === null || family === null || (api === null) !== (request.audience === null)) {
    return { kind: 'error', error: 'access_denied', description: 'The account, or the API, is gone.' };
  }
  const tokens = await signTokens(deps, { ...issued, tokenFamilyId, request, client, api, family });
  return { kind: 'issued', authorizationCode, tokens };
}

async function signTokens(
  deps: FrontChannelDeps,
  signed: Readonly<{
    request: AuthorizationRequest;
    client: Client;
    api: ResourceServer | null;
    family: ActiveGrant;
    tokenFamilyId: string;
    authorizationCode: string | null;
  }>,
): Promise<FrontChannelTokens> {
  const { request, client, api, family, tokenFamilyId: familyId, authorizationCode } = signed;
  const { subject, scope, sessionId, createdAt: now } = family;
  const grant = {
    clientId: client.clientId,
    subject,
    sessionId,
    scope,
    audience: request.audience,
    nonce: request.nonce,
    authenticatedAt: family.authenticatedAt ?? now,
    authTimeRequested: isAuthTimeRequested(request),
    familyId,
  };
  const lifetimeSeconds = request.webTokenLifetimeSeconds ?? WEB_TOKEN_LIFETIME_SECONDS;
  const access = request.responseType.includes('token')
    ? await issueAccessToken(deps, { client, grant, api, lifetimeSeconds, now })
    : null;
  const accessToken = access?.accessToken ?? null;
  return {
    accessToken: access && { ...access, scope },
    idToken: request.responseType.includes('id_token')
      ? await issueIdToken(deps, { client, grant, accessToken, authorizationCode, now })
      : null,
  };
}
