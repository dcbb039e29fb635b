// The passwordless OTP grant: a one-time code that an application's own page asked for becomes tokens, once. Auth0's, with
// the words its clients compare (auth0-contract §1.4, §3.2). What a code is and how often one may guess is behind a port.
import { issueAccessToken, type TokenFamilyStore } from '../access-token';
import type { AuthorizationGrant } from '../authorization-code';
import { checkAudience } from '../authorization-request';
import { type Client, isPublicClient } from '../client';
import { OAuthError } from '../errors';
import { type IdTokenSigner, issueIdToken } from '../id-token';
import { type Parameters, readParameter, requireParameter } from '../parameters';
import { type RefreshExpiry, type RefreshTokens, refreshExpiry } from '../refresh-token';
import type { DefaultAudience, ResourceServerStore } from '../resource-server';
import { grantScope, hasScope } from '../scope';
import type { TokenResponse } from '../token-request';
import { MAX_BYTES, OFFLINE_ACCESS, REFRESH_TOKEN_GRANT } from '../vocabulary';

export type PasswordlessGrantDeps = Readonly<{
  issuer: string;
  clock: () => Date;
  random: Readonly<{ id(): string }>;
  resourceServers: Pick<ResourceServerStore, 'find'>;
  defaultAudience: DefaultAudience;
  signer: IdTokenSigner;
  refreshTokens: Pick<RefreshTokens, 'derive'>;
  families: Pick<TokenFamilyStore, 'findActive'>;
  proveOneTimeCode(proof: OneTimeCodeProof): Promise<OneTimeCodeProven>;
}>;

/** Tokens about to be issued without a browser session. */
export type NewTokenFamily = Readonly<{
  id: string;
  clientId: string;
  scope: string;
  /** Identifier of the API that access tokens are for; null: UserInfo alone. */
  audience: string | null;
  accessTokensExpireAt: Date;
  /** Null where no refresh token goes with them. */
  refresh: RefreshExpiry | null;
}>;

/** A code as an application was given it, for whom it says. Nothing of it has been looked at yet. */
export type NamedCode = Readonly<{
  client: Client;
  /** Name of a connection. */
  realm: string;
  username: string;
  otp: string;
}>;

/** A code beside what the application was given when it asked: the answer to that question and no other. */
export type SessionCode = Readonly<{ client: Client; authSession: string; otp: string }>;

/** `tokenFamily` is written in the statement that proves the code. */
export type OneTimeCodeProof = (NamedCode | SessionCode) & Readonly<{ tokenFamily: NewTokenFamily }>;

export type OneTimeCodeProven = Readonly<
  | { kind: 'proven' }
  | { kind: 'wrong' | 'expired' | 'exhausted'; channel: 'email' | 'sms' }
  | { kind: 'limited'; until: Date }
  /** The code was right; an operator blocked the account. */
  | { kind: 'blocked' }
  /** Not a connection of this client. */
  | { kind: 'realm_unknown' }
  /** Nothing that this client was given. */
  | { kind: 'session_unknown' }
>;

/**
 * Trades a one-time code for tokens. `redirect_uri`, which Auth0's documents ask for and none of its clients sends, is not
 * read; `scopes` stands in where `scope` is not there, as those documents have it.
 * @throws OAuthError `invalid_request`, `invalid_scope`, `access_denied`, and what {@link refuseCode} throws
 */
export async function exchangeOneTimeCode(
  deps: PasswordlessGrantDeps,
  client: Client,
  parameters: Parameters,
): Promise<TokenResponse> {
  refuseBrowserClient(client);
  checkFirstParty(client);
  const authSession = readParameter(parameters, 'auth_session');
  if (authSession !== null) return tradeInSession(deps, { client, authSession }, parameters);
  const username = requireParameter(parameters, 'username', MAX_BYTES.loginHint);
  const otp = requireParameter(parameters, 'otp');
  const realm = requireParameter(parameters, 'realm');
  return tradeCode(deps, { client, username, otp, realm }, parameters);
}

/** The refusals of Auth0's newer form of the grant are one error, whatever is wrong (auth0-contract §3.8). */
async function tradeInSession(
  deps: PasswordlessGrantDeps,
  session: Omit<SessionCode, 'otp'>,
  parameters: Parameters,
): Promise<TokenResponse> {
  const otp = requireParameter(parameters, 'otp');
  try {
    return await tradeCode(deps, { ...session, otp }, parameters);
  } catch (error) {
    if (error instanceof OAuthError && error.error === 'invalid_grant')
      throw new OAuthError('invalid_request', error.description);
    throw error;
  }
}

/** The same for every request that brings a code, by whatever names its parameters go. */
export async function tradeCode(
  deps: PasswordlessGrantDeps,
  code: NamedCode | SessionCode,
  parameters: Parameters,
): Promise<TokenResponse> {
  const { client } = code;
  const api = await checkAudience(deps, parameters).catch(asAuth0Answers);
  const requested = parameters.values.get('scope') ?? readParameter(parameters, 'scopes');
  const scope = grantScope(requested, { mayRefresh: client.grantTypes.includes(REFRESH_TOKEN_GRANT), api });
  const isOffline = hasScope(scope, OFFLINE_ACCESS);
  const now = deps.clock();
  const tokenFamily: NewTokenFamily = {
    id: deps.random.id(),
    clientId: client.clientId,
    scope,
    audience: api?.identifier ?? null,
    accessTokensExpireAt: later(now, api?.tokenLifetimeSeconds ?? client.accessTokenLifetimeSeconds),
    refresh: isOffline ? refreshExpiry(client, now) : null,
  };
  const proven = await deps.proveOneTimeCode({ ...code, tokenFamily });
  if (proven.kind !== 'proven') throw refuseCode(proven, now);

  const family = await deps.families.findActive(tokenFamily.id);
  // Client or account went away between the two statements.
  if (family === null) throw new OAuthError('invalid_grant', 'The account is gone.', { status: 403 });
  const grant: AuthorizationGrant = {
    clientId: client.clientId,
    subject: family.subject,
    sessionId: null,
    scope,
    audience: tokenFamily.audience,
    nonce: null,
    authenticatedAt: now,
    authTimeRequested: false,
    familyId: tokenFamily.id,
  };
  const { accessToken, lifetimeSeconds } = await issueAccessToken(deps, { client, grant, api, now });
  return {
    access_token: accessToken,
    token_type: 'Bearer',
    expires_in: lifetimeSeconds,
    scope,
    ...(isOffline && { refresh_token: deps.refreshTokens.derive({ familyId: tokenFamily.id, sequence: 0 }) }),
    ...(hasScope(scope, 'openid') && {
      id_token: await issueIdToken(deps, { client, grant, accessToken, now }),
    }),
  };
}

/** `access_denied` is 403 at Auth0's token endpoint. */
function asAuth0Answers(refused: unknown): never {
  if (refused instanceof OAuthError && refused.error === 'access_denied')
    throw new OAuthError('access_denied', refused.description, { status: 403 });
  throw refused;
}

/** What the words of Auth0 are for a code that was not accepted: its clients compare them (auth0-contract §10). */
export function refuseCode(refusal: Exclude<OneTimeCodeProven, { kind: 'proven' }>, now: Date): OAuthError {
  switch (refusal.kind) {
    case 'wrong':
      return new OAuthError('invalid_grant', WRONG_CODE[refusal.channel], { status: 403 });
    case 'expired':
      return new OAuthError('invalid_grant', EXPIRED_CODE, { status: 403 });
    case 'exhausted':
      return new OAuthError('invalid_grant', TOO_MANY_TRIES, { status: 403 });
    case 'limited':
      return new OAuthError('too_many_attempts', BLOCKED_FOR_NOW, {
        status: 429,
        retryAfterSeconds: Math.max(1, Math.ceil((refusal.until.getTime() - now.getTime()) / 1000)),
      });
    case 'blocked':
      return new OAuthError('unauthorized', 'user is blocked', { status: 403 });
    case 'realm_unknown':
      return new OAuthError('invalid_request', 'The realm is not a connection of this client.');
    case 'session_unknown':
      return new OAuthError('invalid_request', 'The auth_session is not one of this client.');
  }
}

const WRONG_CODE = {
  email: 'Wrong email or verification code.',
  sms: 'Wrong phone number or verification code.',
} as const;
const EXPIRED_CODE = 'The verification code has expired. Please try to login again.';
const TOO_MANY_TRIES = "You've reached the maximum number of attempts. Please try to login again.";
const BLOCKED_FOR_NOW = 'Your account has been blocked after multiple consecutive login attempts.';

/**
 * Scripts of a page get no tokens for a code typed there: whoever could run one beside them would be given the codes of
 * everybody. Auth0's rule, whatever grants are listed.
 */
export function refuseBrowserClient(client: Client): void {
  if (client.applicationType === 'spa' && isPublicClient(client)) {
    throw new OAuthError('unauthorized_client', 'A single-page application may not use this grant_type.', {
      status: 403,
    });
  }
}

/**
 * People type their code into a page of the client: one of another house would hold what proves them anywhere, and nobody
 * could be asked what it may have. Auth0's rule, whatever grants are listed.
 */
export function checkFirstParty({ isFirstParty }: Client): void {
  if (!isFirstParty) {
    throw new OAuthError('unauthorized_client', 'Only a first-party client may use the passwordless grant.', {
      status: 403,
    });
  }
}

function later(now: Date, seconds: number): Date {
  return new Date(now.getTime() + seconds * 1000);
}
