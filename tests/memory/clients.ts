// Registered clients as tests need them, and the store that holds them in memory.
import { type Client, type ClientStore, mayCall } from '@/lib/oidc/client';

/** A confidential client that sends browsers from https://rp.test. */
export function confidentialClient(overrides: Partial<Client> = {}): Client {
  return {
    clientId: 'web',
    name: 'Web',
    isFirstParty: true,
    applicationType: 'regular_web',
    tokenEndpointAuthMethod: 'client_secret_basic',
    secretHashes: ['hash of s3cret'],
    formerSecretExpiresAt: null,
    sealedSecret: null,
    jwks: [],
    credentials: [],
    redirectUris: ['https://rp.test/cb'],
    postLogoutRedirectUris: ['https://rp.test/bye'],
    backchannelLogoutUri: null,
    backchannelNeedsSid: false,
    backchannelInitiators: ['all'],
    refreshRotates: true,
    refreshGraceSeconds: 10,
    refreshLifetimeSeconds: 30 * 86_400,
    refreshIdleSeconds: 30 * 86_400,
    webOrigins: [],
    allowedOrigins: [],
    crossOriginAuthentication: true,
    trustsForwardedAddress: false,
    grantTypes: ['authorization_code'],
    requirePkce: true,
    requirePushedRequests: false,
    wildcardRedirectUris: false,
    idTokenLifetimeSeconds: 36_000,
    accessTokenLifetimeSeconds: 86_400,
    profileClaimsInIdToken: true,
    logoUri: null,
    initiateLoginUri: null,
    connections: ['email'],
    ...overrides,
  };
}

/** A single-page application at https://spa.test. */
export function publicClient(overrides: Partial<Client> = {}): Client {
  return confidentialClient({
    clientId: 'spa',
    applicationType: 'spa',
    tokenEndpointAuthMethod: 'none',
    secretHashes: [],
    redirectUris: ['https://spa.test/cb'],
    postLogoutRedirectUris: ['https://spa.test/'],
    webOrigins: ['https://spa.test'],
    ...overrides,
  });
}

export function memoryClients(...clients: readonly Client[]): ClientStore {
  return {
    find: async (clientId) => clients.find((client) => client.clientId === clientId) ?? null,
    hasWebOrigin: async (origin) => clients.some((client) => mayCall(client, origin)),
  };
}
