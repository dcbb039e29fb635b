// Groups of the audit log's types, under the names by which Auth0's log streams choose among them.
// @see https://auth0.com/docs/customize/log-streams/event-filters

const TYPES = {
  'auth.login.success': ['s'],
  'auth.login.fail': ['f'],
  'auth.login.notification': ['cls', 'cs', 'limit_wc', 'limit_mu', 'limit_sul', 'limit_phone', 'limit_sms'],
  'auth.logout.success': ['slo', 'oidc_backchannel_logout_succeeded'],
  'auth.logout.fail': ['flo', 'oidc_backchannel_logout_failed'],
  'auth.signup.success': ['ss'],
  'auth.signup.fail': ['fs'],
  'auth.silent_auth.success': ['ssa'],
  'auth.silent_auth.fail': ['fsa'],
  'auth.token_exchange.success': ['seacft', 'sertft', 'seccft'],
  'auth.token_exchange.fail': ['feacft', 'fertft', 'ferrt', 'feccft', 'fepotpft'],
  'management.success': ['sapi', 'mgmt_api_read'],
  'management.fail': ['fapi'],
  'system.notification': ['fn', 'wn', 'depnote', 'api_limit', 'api_limit_warning'],
  'user.success': [
    'scpn',
    'sce',
    'sdu',
    'srrt',
    'ublkdu',
    'consent_given',
    'consent_withdrawn',
    'passkey_created',
    'passkey_removed',
  ],
  'user.fail': ['fcpn', 'fce', 'fdu', 'consent_declined'],
  'user.notification': [],
  'scim.event': [],
  actions: [],
  other: [],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type LogCategory = keyof typeof TYPES;

export const LOG_CATEGORIES = Object.keys(TYPES) as LogCategory[];

const CATEGORY_OF: ReadonlyMap<string, LogCategory> = new Map(
  LOG_CATEGORIES.flatMap((category) => TYPES[category].map((type) => [type, category] as const)),
);

/** The one group of a type; what is in no other is `other`. */
export function categoryOf(type: string): LogCategory {
  return CATEGORY_OF.get(type) ?? 'other';
}
