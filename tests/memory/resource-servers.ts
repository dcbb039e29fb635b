// APIs and grants as tests need them, in memory, keeping the promises of their port.
import type { ClientGrant, ResourceServer, ResourceServerStore } from '@/lib/oidc/resource-server';

/** An API that knows `read:things` and `write:things`. */
export function api(changes: Partial<ResourceServer> = {}): ResourceServer {
  return {
    id: '0123456789abcdef01234567',
    identifier: 'https://api.test/',
    name: 'Things',
    scopes: ['read:things', 'write:things'].map((value) => ({ value, description: value })),
    signingAlgorithm: 'RS256',
    tokenLifetimeSeconds: 600,
    tokenLifetimeForWebSeconds: 60,
    allowOfflineAccess: false,
    skipConsent: true,
    isSystem: false,
    ...changes,
  };
}

export type MemoryResourceServers = ResourceServerStore &
  Readonly<{
    /** Adds an API, or changes the one of that identifier. */
    put(api: ResourceServer): void;
    remove(identifier: string): void;
    grant(clientId: string, grant: ClientGrant): void;
  }>;

export function memoryResourceServers(...known: readonly ResourceServer[]): MemoryResourceServers {
  const apis = new Map(known.map((api) => [api.identifier, api]));
  const grants: (ClientGrant & { clientId: string })[] = [];
  return {
    find: async (identifier) => apis.get(identifier) ?? null,
    findGrants: async (clientId) => grants.filter((grant) => grant.clientId === clientId),
    put: (api) => void apis.set(api.identifier, api),
    remove: (identifier) => void apis.delete(identifier),
    grant: (clientId, grant) => void grants.push({ clientId, ...grant }),
  };
}
