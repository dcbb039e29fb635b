// Consent: what a person lets a client have. Which requests need it is decided here; what was allowed is kept as a grant
// (Auth0's name), one for each person, client and API. OpenID Connect Core §3.1.2.4; Auth0's rule for clients of the house.
import type { AuthorizationRequest } from './authorization-request';
import type { Client, ClientStore } from './client';
import { type ResourceServer, type ResourceServerStore, scopesForPeople } from './resource-server';

/** What has to be allowed before a request is answered. */
export type NeededConsent = Readonly<{
  clientId: string;
  /** Identifier of the API; null: UserInfo alone. */
  audience: string | null;
  /** May be empty: the use of an API is something by itself. */
  scopes: readonly string[];
  /** The person is asked, whatever they allowed before. */
  asksAgain: boolean;
}>;

/** What a person allowed a client, until it is withdrawn. */
export type Grant = Readonly<{
  /** 24 hex digits. */
  id: string;
  accountId: string;
  clientId: string;
  /** Identifier of the API; null: UserInfo alone. */
  audience: string | null;
  /** Everything allowed so far, in the order it was. */
  scopes: readonly string[];
}>;

/** The port through which grants are looked over and withdrawn. They come to be where people answer (lib/login/consent.ts). */
export type GrantStore = Readonly<{
  /** Those that fit, in the order they were made, and how many there are in all. */
  list(
    wanted: Partial<Pick<Grant, 'accountId' | 'clientId' | 'audience'>>,
    range: Readonly<{ offset: number; limit: number }>,
  ): Promise<Readonly<{ grants: readonly Grant[]; total: number }>>;
  /**
   * Removes a grant, or all of a person, with the audit event, in one statement: authorization codes and tokens that were
   * issued under it are dead from then on, and the next request asks again. Returns how many there were.
   */
  withdraw(which: Readonly<{ id: string } | { accountId: string }>, now: Date): Promise<number>;
}>;

/**
 * What the person has to be asked for, or null. A client of another house always asks, for everything: `openid` alone tells it
 * who somebody is. One of ours asks for the scopes of an API that wants it so, and where the request itself wants it.
 * @see OpenID Connect Core §3.1.2.1 (`prompt`), §11 (`offline_access`)
 */
export function neededConsent(
  request: Pick<AuthorizationRequest, 'clientId' | 'audience' | 'scope' | 'prompt'>,
  client: Pick<Client, 'isFirstParty'>,
  api: ResourceServer | null,
): NeededConsent | null {
  const { clientId, audience } = request;
  const asksAgain = request.prompt.includes('consent');
  const scopes = request.scope.split(' ');
  if (!client.isFirstParty || asksAgain) return { clientId, audience, scopes, asksAgain };
  if (api === null || api.skipConsent) return null;
  const ofApi = scopesForPeople(api);
  return { clientId, audience, scopes: scopes.filter((token) => ofApi.has(token)), asksAgain };
}

/** The same for a request whose client and API are looked up: from memory, both. */
export async function findNeededConsent(
  deps: Readonly<{
    clients: Pick<ClientStore, 'find'>;
    resourceServers: Pick<ResourceServerStore, 'find'>;
  }>,
  request: AuthorizationRequest,
): Promise<NeededConsent | null> {
  const [client, api] = await Promise.all([
    deps.clients.find(request.clientId),
    request.audience === null ? null : deps.resourceServers.find(request.audience),
  ]);
  // A client that is gone is given nothing by the statement that would write it.
  return client && neededConsent(request, client, api);
}
