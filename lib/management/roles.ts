// What an operator may do, by role: one table from roles to the scopes of the management API, which is where it is decided
// (routes.ts). The console asks that API for everything, so that a role means the same on every page.
import { OPERATOR_SCOPES } from './scopes';

/** From the most to the least. */
export const ROLES = ['owner', 'editor', 'viewer'] as const;

export type Role = (typeof ROLES)[number];

/**
 * What an editor may change. Not what leads to more than an editor has: client grants give an application the scopes of an
 * owner, keys sign for everybody, operators are the team.
 */
const EDITABLE = [
  'users',
  'users_app_metadata',
  'user_tickets',
  'authentication_methods',
  'sessions',
  'refresh_tokens',
  'grants',
  'device_credentials',
  'anomaly_blocks',
  'clients',
  'client_keys',
  'connections',
  'resource_servers',
  'email_provider',
  'email_templates',
  'phone_providers',
  'branding',
  'prompts',
];

/** What nobody but an owner looks at: the team, and where the log is sent. */
const FOR_OWNERS = ['read:operators', 'read:log_streams'];
/** What a viewer does not look at besides: secrets of applications are for whoever may also replace them. */
const NOT_FOR_VIEWERS = ['read:client_keys', ...FOR_OWNERS];

const EVERY_SCOPE = OPERATOR_SCOPES.map(({ value }) => value);

const isRead = (scope: string) => scope.startsWith('read:');
const isEditable = (scope: string) => EDITABLE.includes(scope.slice(scope.indexOf(':') + 1));

const SCOPES: Readonly<Record<Role, readonly string[] | 'every'>> = {
  owner: 'every',
  editor: EVERY_SCOPE.filter((scope) => isEditable(scope) || (isRead(scope) && !FOR_OWNERS.includes(scope))),
  viewer: EVERY_SCOPE.filter((scope) => isRead(scope) && !NOT_FOR_VIEWERS.includes(scope)),
};

/** The scopes of an operator with that role. */
export function scopesOfRole(role: Role): readonly string[] | 'every' {
  return SCOPES[role];
}
