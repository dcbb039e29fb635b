// What may be asked of the management API, and the audience it is asked by. One scope for each thing an operator may do,
// in Auth0's spelling `action:resource`; those of `current_user` are for the person that a token speaks for.
import type { ApiScope } from '@/lib/oidc/resource-server';

/** The audience of tokens for the management API of this issuer. */
export function managementAudience(issuer: string): string {
  return `${issuer}api/v2/`;
}

const CRUD = ['read', 'create', 'update', 'delete'];

/** What a client may be granted to do by itself. */
export const OPERATOR_SCOPES: readonly ApiScope[] = scopesOf({
  users: CRUD,
  users_app_metadata: CRUD,
  user_tickets: ['create'],
  authentication_methods: ['read', 'delete'],
  sessions: ['read', 'update', 'delete'],
  refresh_tokens: ['read', 'update', 'delete'],
  grants: ['read', 'delete'],
  device_credentials: CRUD,
  clients: CRUD,
  client_keys: CRUD,
  client_credentials: CRUD,
  client_grants: CRUD,
  connections: CRUD,
  resource_servers: CRUD,
  signing_keys: ['read', 'create', 'update'],
  email_provider: CRUD,
  email_templates: ['read', 'create', 'update'],
  phone_providers: CRUD,
  branding: CRUD,
  prompts: ['read', 'update'],
  tenant_settings: ['read', 'update'],
  attack_protection: ['read', 'update'],
  anomaly_blocks: ['read', 'delete'],
  logs: ['read'],
  logs_users: ['read'],
  log_streams: CRUD,
  stats: ['read'],
  operators: CRUD,
});

/** Every scope there is. */
export const MANAGEMENT_SCOPES: readonly ApiScope[] = [
  ...OPERATOR_SCOPES,
  ...scopesOf({
    current_user: ['read', 'delete'],
    current_user_metadata: ['create', 'update', 'delete'],
    current_user_identities: ['update'],
    current_user_device_credentials: ['create', 'delete'],
  }),
];

function scopesOf(actionsByResource: Readonly<Record<string, readonly string[]>>): ApiScope[] {
  return Object.entries(actionsByResource).flatMap(([resource, actions]) =>
    actions.map((action) => ({
      value: `${action}:${resource}`,
      description: `${capitalised(action)} ${resource.replaceAll('_', ' ')}`,
    })),
  );
}

function capitalised(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
