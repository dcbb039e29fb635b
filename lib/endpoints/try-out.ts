// An application's login, tried by an operator: the console stands where the application stands (docs/decisions/0046). It asks as
// the application would and takes the answer as the application would, but for the secret, which it does not know. It keeps no
// token: what comes of it is what the tokens say.
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { CONSOLE_TRIED_PATH } from '@/lib/management/console-path';
import type { Client } from '@/lib/oidc/client';
import { OAuthError } from '@/lib/oidc/errors';
import { redeemAuthorizationCode } from '@/lib/oidc/grants/authorization-code';
import type { Parameters } from '@/lib/oidc/parameters';
import { deriveCodeChallenge } from '@/lib/oidc/pkce';
import { pushAuthorizationRequest } from '@/lib/oidc/pushed-request';
import type { TokenResponse } from '@/lib/oidc/token-request';
import { PATHS } from '@/lib/oidc/vocabulary';
import type { Whereabouts } from '@/lib/oidc/whereabouts';
import type { Deps } from './deps';
import { userinfo } from './userinfo';

export type TryOutDeps = Pick<
  Deps,
  | 'issuer'
  | 'clock'
  | 'clients'
  | 'codes'
  | 'families'
  | 'resourceServers'
  | 'defaultAudience'
  | 'refreshTokens'
  | 'pushedRequests'
  | 'signer'
  | 'log'
> &
  Readonly<{ random: Readonly<{ id(): string; secret(): string }> }>;

/** A login that an operator began, until its answer comes back. Travels sealed: it proves whose answer it is. */
export type TryAttempt = Readonly<{
  kind: 'begun';
  clientId: string;
  /** Nobody else is shown what comes of it. */
  operatorId: string;
  state: string;
  nonce: string;
  codeVerifier: string;
  /** Unix time in milliseconds. */
  begunAt: number;
}>;

/** What a token says; never the token. */
export type DecodedToken = Readonly<{
  header: Readonly<Record<string, unknown>>;
  payload: Readonly<Record<string, unknown>>;
}>;

/** What came of it. */
export type TryOutcome = Readonly<{
  clientId: string;
  operatorId: string;
  begunAt: number;
  /** When the browser came back, and when the tokens were there; Unix time in milliseconds. */
  returnedAt: number;
  endedAt: number;
}> &
  Readonly<
    | {
        kind: 'signed_in';
        scope: string;
        expiresInSeconds: number;
        idToken: DecodedToken;
        accessToken: DecodedToken;
        /** Claims, or the error in their place. */
        userinfo: Readonly<Record<string, unknown>>;
      }
    /** `error` as the standards name it. */
    | { kind: 'refused'; error: string; description: string | null }
  >;

/** Where the answer goes: one of the callback URLs of the client, or `/authorize` refuses. */
export function tryOutCallback(issuer: string): string {
  return new URL(CONSOLE_TRIED_PATH, issuer).href;
}

/**
 * Begins one. The person is asked even where a session would answer: that is what there is to see.
 * @throws OAuthError what is wrong with the request of a client that must push it
 */
export async function beginTryOut(
  deps: TryOutDeps,
  { client, operatorId }: { client: Client; operatorId: string },
): Promise<{ location: string; attempt: TryAttempt }> {
  const attempt: TryAttempt = {
    kind: 'begun',
    clientId: client.clientId,
    operatorId,
    state: deps.random.id(),
    nonce: deps.random.id(),
    codeVerifier: deps.random.secret(),
    begunAt: deps.clock().getTime(),
  };
  const asked = {
    client_id: client.clientId,
    redirect_uri: tryOutCallback(deps.issuer),
    response_type: 'code',
    scope: 'openid profile email phone',
    prompt: 'login',
    state: attempt.state,
    nonce: attempt.nonce,
    code_challenge: deriveCodeChallenge(attempt.codeVerifier) ?? '',
    code_challenge_method: 'S256',
  };
  const location = new URL(PATHS.authorize, deps.issuer);
  location.search = new URLSearchParams(
    client.requirePushedRequests ? await pushed(deps, client, asked) : asked,
  ).toString();
  return { location: location.href, attempt };
}

/**
 * Takes the answer in the place of the application.
 * @param answer.query of the request that brought it
 * @returns null for an answer to something else: nothing of it is used
 */
export async function finishTryOut(
  deps: TryOutDeps,
  attempt: TryAttempt,
  { query, askedFrom }: { query: URLSearchParams; askedFrom: Whereabouts },
): Promise<TryOutcome | null> {
  const { clientId, operatorId, begunAt } = attempt;
  const isAnswer = query.get('state') === attempt.state && query.get('iss') === deps.issuer;
  const client = isAnswer ? await deps.clients.find(clientId) : null;
  if (client === null) return null;
  const returnedAt = deps.clock().getTime();
  const come = async () => {
    const error = query.get('error');
    if (error !== null) return refused(error, query.get('error_description'));
    const parameters = parametersOf({
      code: query.get('code') ?? '',
      redirect_uri: tryOutCallback(deps.issuer),
      code_verifier: attempt.codeVerifier,
    });
    return describe(deps, attempt, await redeemAuthorizationCode({ ...deps, askedFrom }, client, parameters));
  };
  const outcome = await come().catch((problem: unknown) => {
    if (problem instanceof OAuthError) return refused(problem.error, problem.description);
    throw problem;
  });
  return { clientId, operatorId, begunAt, returnedAt, endedAt: deps.clock().getTime(), ...outcome };
}

async function describe(deps: TryOutDeps, { nonce }: TryAttempt, tokens: TokenResponse) {
  const {
    access_token: accessToken,
    id_token: idToken = '',
    expires_in: expiresInSeconds,
    scope = '',
  } = tokens;
  const decoded = decode(idToken);
  if (decoded.payload.nonce !== nonce)
    throw new OAuthError(
      'invalid_token',
      'The ID token answers another request: its nonce is not the one sent.',
    );
  const headers = { Authorization: `Bearer ${accessToken}` };
  const answered = await userinfo(deps, new Request(new URL(PATHS.userinfo, deps.issuer), { headers }));
  return {
    kind: 'signed_in' as const,
    scope,
    expiresInSeconds,
    idToken: decoded,
    accessToken: decode(accessToken),
    userinfo: (await answered.json()) as Record<string, unknown>,
  };
}

function decode(jwt: string): DecodedToken {
  return { header: { ...decodeProtectedHeader(jwt) }, payload: decodeJwt(jwt) };
}

function refused(error: string, description: string | null) {
  return { kind: 'refused' as const, error, description };
}

/** @see RFC 9126 §2.1, §4 */
async function pushed(deps: TryOutDeps, client: Client, asked: Readonly<Record<string, string>>) {
  const { request_uri: requestUri } = await pushAuthorizationRequest(deps, client, parametersOf(asked));
  return { client_id: client.clientId, request_uri: requestUri };
}

function parametersOf(values: Readonly<Record<string, string>>): Parameters {
  return { values: new Map(Object.entries(values)), repeated: new Set() };
}
