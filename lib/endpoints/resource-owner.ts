// POST /oauth/ro: a one-time code in the place of a password, as Auth0's first passwordless applications trade it; the same
// codes, guesses and tokens as the OTP grant's, other names. Behind a switch. auth0-contract §3.5; its words are kept.
import { findOfferedConnection } from '@/lib/login/embedded-login';
import type { Client } from '@/lib/oidc/client';
import { parseClientCredentials } from '@/lib/oidc/client-authentication';
import { OAuthError } from '@/lib/oidc/errors';
import { refuseBrowserClient, tradeCode } from '@/lib/oidc/grants/passwordless-otp';
import { type Parameters, parseJsonObject, readParameter } from '@/lib/oidc/parameters';
import { hasScope } from '@/lib/oidc/scope';
import { parseTokenParameters, type TokenResponse } from '@/lib/oidc/token-request';
import { MAX_BYTES, OFFLINE_ACCESS, PATHS } from '@/lib/oidc/vocabulary';
import { type Body, readBody } from './body';
import type { ProofDeps } from './client-proof';
import { answerPreflight, exposeToOrigin } from './cors';
import type { Deps } from './deps';
import { authenticateApplication, checkCaller } from './passwordless-start';
import { answerApi, respondJson } from './respond';
import { codeProofs } from './token';

export type ResourceOwnerDeps = ProofDeps &
  Pick<
    Deps,
    | 'issuer'
    | 'random'
    | 'clients'
    | 'resourceServers'
    | 'defaultAudience'
    | 'signer'
    | 'refreshTokens'
    | 'families'
    | 'embedded'
    | 'servesLegacy'
    | 'log'
  >;

export async function resourceOwner(deps: ResourceOwnerDeps, request: Request): Promise<Response> {
  if (request.method === 'OPTIONS')
    return answerApi(deps, PATHS.resourceOwner, () => answerPreflight(deps, request, 'POST'));

  let named: Client | null = null;
  const response = await answerApi(deps, PATHS.resourceOwner, async () => {
    const parameters = parseParameters(await readBody(request, ['form', 'json']));
    const { tokens, client } = await tradePassword(deps, request, parameters);
    named = client;
    return respondJson(tokens);
  });
  return exposeToOrigin(deps, response, { request, client: named });
}

function parseParameters(body: Body): Parameters {
  const scope = body.encoding === 'json' ? (parseJsonObject(body.text).scope ?? '') : '';
  if (typeof scope !== 'string') throw new OAuthError('invalid_request', 'scope parameter must be a string');
  return parseTokenParameters(body);
}

/** Tokens with the type's name as it was written then. */
type TokensOfOld = Omit<TokenResponse, 'token_type'> & Readonly<{ token_type: 'bearer' }>;

/**
 * Trades a code that came as a password. One that was asked through /api/users, by no client, will do.
 * @throws OAuthError `endpoint_disabled` 404 where the switch is off; otherwise in the words of then
 */
export async function tradePassword(
  deps: ResourceOwnerDeps,
  request: Request,
  parameters: Parameters,
): Promise<{ tokens: TokensOfOld; client: Client }> {
  refuseUnlessServed(deps);
  if (readParameter(parameters, 'client_id') === null && !request.headers.has('authorization'))
    throw missing('client_id');
  // Before what a grant needs: Touch ID, which there is not, names nobody and has no code.
  if (readParameter(parameters, 'grant_type') !== 'password')
    throw new OAuthError('unsupported_grant_type', 'specified strategy does not support requested operation');
  const [username, otp, realm] = ['username', 'password', 'connection'].map((name) => {
    const value = readParameter(parameters, name, name === 'username' ? MAX_BYTES.loginHint : undefined);
    if (value === null) throw missing(name);
    return value;
  }) as [string, string, string];
  checkDevice(parameters);
  const client = await loadClient(deps, request, parameters);
  await checkConnection(deps, client, realm);
  try {
    const grantDeps = { ...deps, ...codeProofs(deps, request, { forEveryClient: true }) };
    const tokens = await tradeCode(grantDeps, { client, realm, username, otp }, parameters);
    return { tokens: { ...tokens, token_type: 'bearer' }, client };
  } catch (error) {
    throw inWordsOfOld(error);
  }
}

/** @throws OAuthError 404 */
export function refuseUnlessServed({ servesLegacy }: Pick<Deps, 'servesLegacy'>): void {
  if (!servesLegacy)
    throw new OAuthError('endpoint_disabled', 'This endpoint is switched off.', { status: 404 });
}

async function loadClient(
  deps: ProofDeps & Pick<Deps, 'clients'>,
  request: Request,
  parameters: Parameters,
): Promise<Client> {
  const credentials = parseClientCredentials(request.headers.get('authorization'), parameters);
  const named = await deps.clients.find(credentials.clientId);
  if (named === null) throw new OAuthError('unauthorized_client', 'invalid client', { status: 403 });
  const client = await authenticateApplication(deps, request.headers, { named, credentials });
  refuseBrowserClient(client);
  checkCaller(client, request.headers.get('origin'));
  return client;
}

async function checkConnection(
  { embedded }: Pick<Deps, 'embedded'>,
  client: Client,
  name: string,
): Promise<void> {
  if ((await findOfferedConnection(embedded, client, name)) !== null) return;
  const exists = (await embedded.connections.all()).some((connection) => connection.name === name);
  throw new OAuthError(
    'invalid_request',
    exists ? 'the connection was disabled' : 'the connection was not found',
  );
}

/** A code that is not accepted was a password that is wrong. */
function inWordsOfOld(error: unknown): unknown {
  if (!(error instanceof OAuthError)) return error;
  const { description } = error;
  if (error.error === 'invalid_grant')
    return new OAuthError('invalid_user_password', description, { status: 401 });
  if (error.error === 'unauthorized') return new OAuthError('unauthorized', description, { status: 401 });
  return error;
}

/** Of old a refresh token belonged to a device. Its name is not kept: the token says which family it is of. */
function checkDevice(parameters: Parameters): void {
  const isOffline = hasScope(parameters.values.get('scope') ?? '', OFFLINE_ACCESS);
  if (isOffline && readParameter(parameters, 'device') === null) throw missing('device');
}

function missing(name: string): OAuthError {
  return new OAuthError('invalid_request', `missing ${name} parameter`);
}
