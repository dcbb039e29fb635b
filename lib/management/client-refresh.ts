// How the refresh tokens of a client live, on the wire: Auth0's `refresh_token`. What Auth0 allows and RFC 9700 §4.14.2 does
// not, a public client's token that never changes, is refused.
import { z } from 'zod';
import { REFRESH_DEFAULTS, type RefreshSettings } from '@/lib/oidc/refresh-token';
import { fieldsOf, flag, oneOf, wholeNumber } from './fields';
import { badBody, type Frozen } from './route';

const ROTATION_TYPES = ['rotating', 'non-rotating'] as const;
const EXPIRATION_TYPES = ['expiring', 'non-expiring'] as const;

/** Auth0's: a year, in seconds, that a refresh token may live unless it may live for ever. */
const LIFETIME_MAX_SECONDS = 31_557_600;
const LEEWAY_MAX_SECONDS = 60;

/** As the document of a client shows it. */
export const refreshDocument = z.strictObject({
  rotation_type: z.enum(ROTATION_TYPES),
  expiration_type: z.enum(EXPIRATION_TYPES),
  leeway: z.int(),
  token_lifetime: z.int(),
  infinite_token_lifetime: z.boolean(),
  idle_token_lifetime: z.int(),
  infinite_idle_token_lifetime: z.boolean(),
});

/** In the body of a client, all together: what is left out is as with every client. */
export const refreshFields = fieldsOf({
  rotation_type: oneOf(ROTATION_TYPES).default('rotating'),
  expiration_type: oneOf(EXPIRATION_TYPES).default('expiring'),
  leeway: wholeNumber(0, LEEWAY_MAX_SECONDS).default(REFRESH_DEFAULTS.refreshGraceSeconds),
  token_lifetime: wholeNumber(1, LIFETIME_MAX_SECONDS).default(REFRESH_DEFAULTS.refreshLifetimeSeconds),
  infinite_token_lifetime: flag().default(false),
  idle_token_lifetime: wholeNumber(1, LIFETIME_MAX_SECONDS).default(REFRESH_DEFAULTS.refreshIdleSeconds),
  infinite_idle_token_lifetime: flag().default(false),
});

/**
 * What a client is to have: what it had where nothing is sent; null takes it back to what every client has.
 * @throws {ManagementProblem} 400 where it may not
 */
export function changeRefreshSettings(
  before: RefreshSettings,
  sent: z.output<typeof refreshFields> | null | undefined,
  client: Readonly<{ isPublic: boolean; isBrowserApp: boolean }>,
): RefreshSettings {
  const settings = sent === undefined ? before : sent === null ? REFRESH_DEFAULTS : read(sent);
  if (!settings.refreshRotates && client.isPublic)
    throw badBody('refresh_token.rotation_type', 'must be rotating where there is no client secret');
  if (client.isBrowserApp && settings.refreshLifetimeSeconds === null)
    throw badBody('refresh_token', 'must let the tokens of a spa application expire');
  return settings;
}

function read(sent: z.output<typeof refreshFields>): RefreshSettings {
  const isEndless = sent.expiration_type === 'non-expiring';
  return {
    refreshRotates: sent.rotation_type === 'rotating',
    refreshGraceSeconds: sent.leeway,
    refreshLifetimeSeconds: isEndless || sent.infinite_token_lifetime ? null : sent.token_lifetime,
    refreshIdleSeconds: isEndless || sent.infinite_idle_token_lifetime ? null : sent.idle_token_lifetime,
  };
}

/** The same as the document of the client shows it. */
export function describeRefresh(client: RefreshSettings): Frozen<z.output<typeof refreshDocument>> {
  const { refreshLifetimeSeconds: lifetime, refreshIdleSeconds: idle } = client;
  return {
    rotation_type: client.refreshRotates ? 'rotating' : 'non-rotating',
    expiration_type: lifetime === null && idle === null ? 'non-expiring' : 'expiring',
    leeway: client.refreshGraceSeconds,
    // Auth0 has a number even where it counts for nothing.
    token_lifetime: lifetime ?? LIFETIME_MAX_SECONDS,
    infinite_token_lifetime: lifetime === null,
    idle_token_lifetime: idle ?? LIFETIME_MAX_SECONDS,
    infinite_idle_token_lifetime: idle === null,
  };
}
