// `/api/v2/tenants/settings`: what the installation is called, whom people ask for help, which languages it speaks and how long
// sessions live. What Auth0's tools send besides is taken where it says what is so here anyway, and refused by name otherwise.
// auth0-contract §5.5.
import { z } from 'zod';
import { LANGUAGES, type Language } from '@/lib/login/languages';
import { languagesOf, type Settings, sessionLifetimes } from '@/lib/login/settings';
import type { ResourceServerRegister } from '@/lib/oidc/resource-server-register';
import { findUriProblem } from './client-rules';
import { displayName, fieldsOf, listOf, oneOf, only, text, webAddress, wholeNumber } from './fields';
import { select, selectionParameters } from './paging';
import { badBody, type Frozen, routeFor } from './route';
import { changeSettings, type SettingsDeps, withChanges } from './settings';

export const TENANT_SETTINGS_PATH = '/api/v2/tenants/settings';

type TenantDeps = SettingsDeps & Readonly<{ resourceServers: Pick<ResourceServerRegister, 'load'> }>;

const route = routeFor<TenantDeps>();

/** Auth0 knows the two Chinese scripts by the places where they are written. */
const LOCALES: Readonly<Record<Language, string>> = {
  ...(Object.fromEntries(LANGUAGES.map((language) => [language, language])) as Record<Language, string>),
  'zh-Hans': 'zh-CN',
  'zh-Hant': 'zh-TW',
};

/** A language in Auth0's spelling. */
export const localeOf = (language: Language): string => LOCALES[language];

/** The language that Auth0 spells like that; null where no page speaks it. */
export function languageOf(locale: string): Language | null {
  return LANGUAGES.find((language) => LOCALES[language] === locale) ?? null;
}

/** Flags that Auth0's tools send, and what is so here. */
const FLAGS = {
  allow_legacy_delegation_grant_types: false,
  allow_legacy_ro_grant_types: false,
  allow_legacy_tokeninfo_endpoint: false,
  change_pwd_flow_v1: false,
  disable_clickjack_protection_headers: false,
  enable_adfs_waad_email_verification: false,
  enable_apis_section: true,
  enable_client_connections: true,
  enable_dynamic_client_registration: false,
  enable_idtoken_api2: false,
  enable_legacy_profile: false,
  enable_pipeline2: true,
  enable_public_signup_user_exists_error: false,
  enable_sso: true,
  enforce_client_authentication_on_passwordless_start: true,
  require_pushed_authorization_requests: false,
  revoke_refresh_token_grant: false,
} as const;

/** Auth0's number. */
const LOGOUT_URLS_MAX = 100;

const HOURS_MAX = 8760;
const MINUTES_MAX = HOURS_MAX * 60;

const hours = () => {
  const sentence = `must be hours, from one minute to ${HOURS_MAX}`;
  return z
    .number({ error: sentence })
    .min(1 / 60, sentence)
    .max(HOURS_MAX, sentence);
};

const settingsDocument = z.strictObject({
  friendly_name: z.string().optional(),
  picture_url: z.string().optional(),
  support_email: z.string().optional(),
  support_url: z.string().optional(),
  default_redirection_uri: z.string().optional(),
  default_audience: z.string().optional(),
  allowed_logout_urls: z.array(z.string()),
  enabled_locales: z.array(z.string()),
  /** Hours. */
  session_lifetime: z.number(),
  idle_session_lifetime: z.number(),
  session_cookie: z.strictObject({ mode: z.literal('persistent') }),
  oidc_logout: z.strictObject({ rp_logout_end_session_endpoint_discovery: z.literal(true) }),
  sessions: z.strictObject({ oidc_logout_prompt_enabled: z.literal(true) }),
  /** People are offered a passkey once they have signed in. */
  passkey_offer: z.boolean(),
  flags: z.strictObject(
    Object.fromEntries(Object.keys(FLAGS).map((name) => [name, z.boolean()])) as Record<string, z.ZodBoolean>,
  ),
});

export type SettingsDocument = Frozen<z.output<typeof settingsDocument>>;

const settingsBody = fieldsOf({
  friendly_name: displayName(100).or(z.literal('')).nullable().optional(),
  picture_url: webAddress().or(z.literal('')).nullable().optional(),
  support_email: z.email('must be an e-mail address').or(z.literal('')).nullable().optional(),
  support_url: webAddress().or(z.literal('')).nullable().optional(),
  default_redirection_uri: webAddress().or(z.literal('')).nullable().optional(),
  enabled_locales: z
    .array(oneOf(LANGUAGES.map(localeOf)), { error: 'must be a list of strings' })
    .min(1, 'must name a language')
    .transform((locales) => [...new Set(locales)])
    .optional(),
  session_lifetime: hours().optional(),
  session_lifetime_in_minutes: wholeNumber(1, MINUTES_MAX).optional(),
  idle_session_lifetime: hours().optional(),
  idle_session_lifetime_in_minutes: wholeNumber(1, MINUTES_MAX).optional(),
  session_cookie: fieldsOf({
    mode: only('persistent', 'a session outlives its browser’s windows'),
  }).optional(),
  oidc_logout: fieldsOf({
    rp_logout_end_session_endpoint_discovery: only(true, 'clients find where to sign out'),
  }).optional(),
  sessions: fieldsOf({
    oidc_logout_prompt_enabled: only(true, 'a sign-out that nobody may have meant is asked about'),
  }).optional(),
  passkey_offer: z.boolean({ error: 'must be true or false' }).optional(),
  default_audience: text(0, 600).nullable().optional(),
  allowed_logout_urls: listOf(text(1, 1024), LOGOUT_URLS_MAX).optional(),
  default_directory: only('', 'there are no databases of passwords').nullable().optional(),
  flags: fieldsOf(
    Object.fromEntries(
      Object.entries(FLAGS).map(([name, value]) => [
        name,
        only(value, 'that is how Latchkey works').optional(),
      ]),
    ) as Record<string, z.ZodOptional<z.ZodLiteral<boolean>>>,
  ).optional(),
});

export const TENANT_ROUTES = [
  route({
    method: 'GET',
    path: TENANT_SETTINGS_PATH,
    summary: 'Get tenant settings',
    scope: 'read:tenant_settings',
    query: z.strictObject(selectionParameters),
    result: settingsDocument,
    answer: async (deps, { query }) => select(describe(await deps.settings.read()), query),
  }),
  route({
    method: 'PATCH',
    path: TENANT_SETTINGS_PATH,
    summary: 'Update tenant settings',
    description:
      'An empty text or null takes a setting back to its default. Sessions that there are keep the end they have. A request that names no `audience` is for the API of `default_audience`; a sign-out that names no client may lead to one of `allowed_logout_urls`. With `passkey_offer` people who signed in on a device that can keep a passkey are offered one; those who have one may use it whatever it says. Every process knows within five seconds.',
    scope: 'update:tenant_settings',
    body: settingsBody,
    result: settingsDocument,
    answer: (deps, { body }) => update(deps, body),
  }),
];

async function update(
  deps: TenantDeps,
  body: z.output<typeof settingsBody>,
): Promise<z.output<typeof settingsDocument>> {
  await checkDefaultAudience(deps, body.default_audience);
  checkLogoutUrls(body.allowed_logout_urls);
  const languages = body.enabled_locales?.flatMap((locale) => languageOf(locale) ?? []);
  const changed = await changeSettings(deps, 'tenant', (before) => {
    const after = withChanges(before, {
      friendlyName: orNone(body.friendly_name),
      pictureUrl: orNone(body.picture_url),
      supportEmail: orNone(body.support_email),
      supportUrl: orNone(body.support_url),
      defaultRedirectionUri: orNone(body.default_redirection_uri),
      defaultAudience: orNone(body.default_audience),
      allowedLogoutUrls: body.allowed_logout_urls,
      languages,
      sessionMinutes: body.session_lifetime_in_minutes ?? minutes(body.session_lifetime),
      offersPasskeys: body.passkey_offer === false ? null : body.passkey_offer,
      idleSessionMinutes: body.idle_session_lifetime_in_minutes ?? minutes(body.idle_session_lifetime),
    });
    const { lifetimeSeconds, idleSeconds } = sessionLifetimes({ tenant: after });
    if (idleSeconds > lifetimeSeconds)
      throw badBody('idle_session_lifetime', 'may not be more than session_lifetime');
    return after;
  });
  return describe(changed);
}

/**
 * Of the management API people can give away what is about themselves, and an application that wants it says so. Tools send what
 * they read, also when the API is gone meanwhile.
 */
async function checkDefaultAudience(
  { resourceServers, settings }: Pick<TenantDeps, 'resourceServers' | 'settings'>,
  sent: string | null | undefined,
): Promise<void> {
  if (!sent || sent === (await settings.read()).tenant.defaultAudience) return;
  const api = await resourceServers.load(sent);
  if (api?.identifier !== sent || api.isSystem)
    throw badBody('default_audience', 'must be the identifier of an API of yours');
}

/** By the rules of an application of the web without wildcards. */
function checkLogoutUrls(sent: readonly string[] = []): void {
  for (const [index, uri] of sent.entries()) {
    const sentence = findUriProblem(uri, { applicationType: 'regular_web', wildcardRedirectUris: false });
    if (sentence !== null) throw badBody(`allowed_logout_urls[${index}]`, sentence);
  }
}

/** An empty text is none. */
function orNone(sent: string | null | undefined): string | null | undefined {
  return sent === '' ? null : sent;
}

function minutes(sent: number | undefined): number | undefined {
  return sent === undefined ? undefined : Math.max(1, Math.round(sent * 60));
}

function describe(settings: Settings): z.output<typeof settingsDocument> {
  const { friendlyName, pictureUrl, supportEmail, supportUrl, defaultRedirectionUri, defaultAudience } =
    settings.tenant;
  const { lifetimeSeconds, idleSeconds } = sessionLifetimes(settings);
  return {
    ...(friendlyName !== undefined && { friendly_name: friendlyName }),
    ...(pictureUrl !== undefined && { picture_url: pictureUrl }),
    ...(supportEmail !== undefined && { support_email: supportEmail }),
    ...(supportUrl !== undefined && { support_url: supportUrl }),
    ...(defaultRedirectionUri !== undefined && { default_redirection_uri: defaultRedirectionUri }),
    ...(defaultAudience !== undefined && { default_audience: defaultAudience }),
    allowed_logout_urls: [...(settings.tenant.allowedLogoutUrls ?? [])],
    enabled_locales: languagesOf(settings).map(localeOf),
    session_lifetime: lifetimeSeconds / 3600,
    idle_session_lifetime: idleSeconds / 3600,
    session_cookie: { mode: 'persistent' },
    oidc_logout: { rp_logout_end_session_endpoint_discovery: true },
    sessions: { oidc_logout_prompt_enabled: true },
    passkey_offer: settings.tenant.offersPasskeys === true,
    flags: { ...FLAGS },
  };
}
