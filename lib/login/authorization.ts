// What a finished login writes for its client: the code, the family of the tokens that are handed out with the answer, or
// both. Drawn before the one statement that writes them with everything else. RFC 6749 §4.1.2, §4.2.2.
import { AUTHORIZATION_CODE_LIFETIME_SECONDS } from '@/lib/oidc/authorization-code';
import { type AuthorizationRequest, isAuthTimeRequested } from '@/lib/oidc/authorization-request';
import type { Issued } from '@/lib/oidc/front-channel';
import type { NewTokenFamily } from '@/lib/oidc/grants/passwordless-otp';
import type { ChallengeAnswer, NewAuthorizationCode } from './challenge';
import type { Randomness } from './randomness';

/** To be written with a session, or with the proof that begins one. */
export type NewAuthorization = Pick<ChallengeAnswer, 'authorizationCode' | 'tokenFamily'>;

/** Where nobody is to be answered yet. */
export const NO_AUTHORIZATION: NewAuthorization = { authorizationCode: null, tokenFamily: null };

/** What the request asks for, from `now` on. Not yet anywhere but in memory. */
export function newAuthorization(
  random: Randomness,
  request: AuthorizationRequest,
  now: Date,
): NewAuthorization {
  return {
    authorizationCode: request.responseType.includes('code') ? newCode(random, request, now) : null,
    tokenFamily: newFamily(random, request, now),
  };
}

/** The same as the answer to the client has it, once it is written. */
export function issuedOf({ authorizationCode, tokenFamily }: NewAuthorization): Issued {
  return { authorizationCode: authorizationCode?.code ?? null, tokenFamilyId: tokenFamily?.id ?? null };
}

function newCode(random: Randomness, request: AuthorizationRequest, now: Date): NewAuthorizationCode {
  return {
    code: random.secret(),
    familyId: random.id(),
    clientId: request.clientId,
    redirectUri: request.redirectUri,
    requestedRedirectUri: request.requestedRedirectUri,
    scope: request.scope,
    audience: request.audience,
    nonce: request.nonce,
    codeChallenge: request.codeChallenge,
    authTimeRequested: isAuthTimeRequested(request),
    expiresAt: later(now, AUTHORIZATION_CODE_LIFETIME_SECONDS),
  };
}

/** A family of its own: the code's begins when that is redeemed. No refresh token travels by way of a browser. */
function newFamily(random: Randomness, request: AuthorizationRequest, now: Date): NewTokenFamily | null {
  if (request.webTokenLifetimeSeconds === null) return null;
  return {
    id: random.id(),
    clientId: request.clientId,
    scope: request.scope,
    audience: request.audience,
    accessTokensExpireAt: later(now, request.webTokenLifetimeSeconds),
    refresh: null,
  };
}

function later(now: Date, seconds: number): Date {
  return new Date(now.getTime() + seconds * 1000);
}
