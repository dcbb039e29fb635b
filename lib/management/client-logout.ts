// How a client hears of sign-outs, on the wire: Auth0's `oidc_logout`, and the two names of the standard, which say the same.
// OpenID Connect Back-Channel Logout 1.0 §2.2.
import { z } from 'zod';
import type { Client } from '@/lib/oidc/client';
import { fieldsOf, flag, listOf, oneOf, text } from './fields';
import { badBody, type Frozen } from './route';

/**
 * Auth0's names for what can end a session. Of these the server knows `rp-logout`, which nobody can do without,
 * `session-revoked`, `account-deleted` and `account-deactivated`; the others never happen here.
 */
const INITIATORS = [
  'rp-logout',
  'idp-logout',
  'password-changed',
  'session-expired',
  'session-revoked',
  'account-deleted',
  'email-identifier-changed',
  'mfa-phone-unenrolled',
  'account-deactivated',
] as const;

const MODES = ['all', 'custom'] as const;

/** Fields of a client's document. */
export const logoutDocument = {
  oidc_logout: z.strictObject({
    backchannel_logout_urls: z.array(z.string()),
    backchannel_logout_initiators: z.strictObject({
      mode: z.enum(MODES),
      selected_initiators: z.array(z.string()).optional(),
    }),
  }),
  backchannel_logout_uri: z.string().nullable(),
  backchannel_logout_session_required: z.boolean(),
};

type LogoutDocument = Frozen<z.output<z.ZodObject<typeof logoutDocument>>>;

/** Fields of a client's body. */
export const logoutFields = {
  oidc_logout: fieldsOf({
    backchannel_logout_urls: listOf(text(1, 1024), 1).optional(),
    backchannel_logout_initiators: fieldsOf({
      mode: oneOf(MODES),
      selected_initiators: listOf(oneOf(INITIATORS), INITIATORS.length).optional(),
    }).optional(),
  }).optional(),
  backchannel_logout_uri: text(1, 1024).nullable().optional(),
  backchannel_logout_session_required: flag().optional(),
};

export type LogoutSettings = Pick<
  Client,
  'backchannelLogoutUri' | 'backchannelNeedsSid' | 'backchannelInitiators'
>;

/** What a client has that did not say otherwise: it would hear of every ending, if it said where. */
export const LOGOUT_DEFAULTS: LogoutSettings = {
  backchannelLogoutUri: null,
  backchannelNeedsSid: false,
  backchannelInitiators: ['all'],
};

/**
 * What a client is to have: what was sent, in the place of what was there.
 * @param findOutboundRefusal why this server would not call an address; null: it would
 * @throws {ManagementProblem} 400
 */
export function changeLogoutSettings(
  before: LogoutSettings,
  body: z.output<z.ZodObject<typeof logoutFields>>,
  findOutboundRefusal: (url: string) => string | null,
): LogoutSettings {
  const { backchannel_logout_urls: urls, backchannel_logout_initiators: initiators } = body.oidc_logout ?? {};
  const { backchannel_logout_uri: named } = body;
  const [listed = null] = urls ?? [];
  if (urls !== undefined && named !== undefined && named !== listed)
    throw badBody('backchannel_logout_uri', 'must be the address that oidc_logout has, or be left out');
  const isSent = urls !== undefined || named !== undefined;
  const uri = isSent ? (named ?? listed) : before.backchannelLogoutUri;
  if (isSent && uri !== null) {
    const field = named === uri ? 'backchannel_logout_uri' : 'oidc_logout.backchannel_logout_urls[0]';
    const sentence = findUriProblem(uri, findOutboundRefusal);
    if (sentence !== null) throw badBody(field, sentence);
  }
  return {
    backchannelLogoutUri: uri,
    backchannelNeedsSid: body.backchannel_logout_session_required ?? before.backchannelNeedsSid,
    backchannelInitiators: initiators === undefined ? before.backchannelInitiators : chosen(initiators),
  };
}

function chosen({
  mode,
  selected_initiators: selected = [],
}: {
  mode: (typeof MODES)[number];
  selected_initiators?: string[] | undefined;
}): readonly string[] {
  return mode === 'all' ? ['all'] : selected;
}

/** The same as the document of the client shows it. */
export function describeLogout(client: LogoutSettings): LogoutDocument {
  const { backchannelLogoutUri: uri, backchannelInitiators: initiators } = client;
  return {
    oidc_logout: {
      backchannel_logout_urls: uri === null ? [] : [uri],
      backchannel_logout_initiators: initiators.includes('all')
        ? { mode: 'all' }
        : { mode: 'custom', selected_initiators: initiators },
    },
    backchannel_logout_uri: uri,
    backchannel_logout_session_required: client.backchannelNeedsSid,
  };
}

/** @see Back-Channel Logout 1.0 §2.2: absolute, without a fragment */
function findUriProblem(uri: string, findOutboundRefusal: (url: string) => string | null): string | null {
  if (uri.includes('#')) return 'may not have a fragment';
  const refusal = findOutboundRefusal(uri);
  return refusal === null ? null : `is not called from here: ${refusal}`;
}
