// GET and POST /passwordless/verify_redirect: the link of an application that asks with its own pages, and where Auth0's
// scripts go once a code was typed. Scanners of mail open links too, so an address alone signs nobody in: it takes a press,
// or a browser that comes from a page of the client in which the code was found right a moment ago (MAG-2, MAG-4).
// auth0-contract §2.1.
import { isChecked, readSentIdentifier, signInWithCode } from '@/lib/login/embedded-login';
import { maskIdentifier } from '@/lib/login/identifier';
import { type AuthorizationRequest, checkAuthorizationRequest } from '@/lib/oidc/authorization-request';
import type { Client } from '@/lib/oidc/client';
import { AuthorizationError, OAuthError } from '@/lib/oidc/errors';
import { checkFirstParty, type NamedCode, refuseCode } from '@/lib/oidc/grants/passwordless-otp';
import { type Parameters, readParameter, requireParameter } from '@/lib/oidc/parameters';
import { MAX_BYTES, PATHS } from '@/lib/oidc/vocabulary';
import { answerWithSession, refuseSpeculation, tellClient } from './authorize';
import { readPageParameters } from './body';
import type { Deps } from './deps';
import { withoutPkce } from './passwordless-start';
import { contextOf, referringOrigin } from './request-context';
import { answerPage } from './respond';

type VerifyRedirectDeps = Pick<
  Deps,
  | 'issuer'
  | 'clock'
  | 'random'
  | 'clients'
  | 'resourceServers'
  | 'defaultAudience'
  | 'families'
  | 'signer'
  | 'sessions'
  | 'signIn'
  | 'embedded'
  | 'clientAddress'
  | 'pressPage'
  | 'errorPage'
  | 'formPostWords'
  | 'log'
>;

const ENDPOINT = PATHS.passwordlessVerifyRedirect;

/** Errors are told as at /authorize: to the client where its address is known to be good. */
export async function passwordlessVerifyRedirect(
  deps: VerifyRedirectDeps,
  request: Request,
): Promise<Response> {
  const { headers } = request;
  return answerPage(deps, ENDPOINT, request, async () => {
    refuseSpeculation(headers);
    const parameters = await readPageParameters(request);
    const find = async (clientId: string) => {
      const client = await deps.clients.find(clientId);
      return client && withoutPkce(client);
    };
    try {
      const asked = await checkAuthorizationRequest({ ...deps, clients: { find } }, parameters);
      const client = await find(asked.clientId);
      if (client === null) throw new OAuthError('unauthorized_client', 'The client is gone.');
      return await visit(deps, { request, asked, code: readCode(parameters, { client, asked }), parameters });
    } catch (error) {
      if (error instanceof AuthorizationError && error.returnAddress !== null) {
        return tellClient(deps, error, { returnAddress: error.returnAddress, endpoint: ENDPOINT, headers });
      }
      throw error;
    }
  });
}

type Visit = Readonly<{
  request: Request;
  asked: AuthorizationRequest;
  code: NamedCode;
  parameters: Parameters;
}>;

async function visit(deps: VerifyRedirectDeps, visited: Visit): Promise<Response> {
  const { request, code, parameters } = visited;
  if (request.method === 'POST') {
    refuseOtherSites(deps, request.headers);
    return signIn(deps, visited);
  }
  if (request.method === 'GET' && (await bringsProof(deps, visited))) return signIn(deps, visited);
  return deps.pressPage({
    client: code.client,
    maskedIdentifier: await maskedFor(deps, code),
    action: ENDPOINT,
    fields: [...parameters.values],
    acceptLanguage: request.headers.get('accept-language'),
  });
}

async function signIn(deps: VerifyRedirectDeps, { request, asked, code }: Visit): Promise<Response> {
  const { headers } = request;
  const context = contextOf(deps, headers);
  const signedIn = await signInWithCode(deps.embedded, code, {
    replacedSessionSecret: deps.sessions.heldSecret(headers),
    countsNetwork: true,
    context,
  });
  if (signedIn.kind !== 'signed_in') {
    // Auth0's word for every code or link that is not accepted.
    const { description, status } = refuseCode(signedIn, context.now);
    throw told({ error: 'unauthorized', description, status }, code.client, asked);
  }
  const { session, sessionSecret: secret, sessionExpiresAt: expiresAt } = signedIn;
  const setCookies = deps.sessions.hold({ secret, expiresAt });
  const answer = await answerWithSession(deps, { request: asked, session, headers, setCookies });
  if (answer === null)
    throw told({ error: 'login_required', description: 'Login required' }, code.client, asked);
  return answer;
}

function told(
  broken: ConstructorParameters<typeof AuthorizationError>[0],
  client: Client,
  returnAddress: AuthorizationRequest,
): AuthorizationError {
  return new AuthorizationError(broken, { client, returnAddress });
}

/** Who is to be signed in, and with what. */
function readCode(
  parameters: Parameters,
  { client, asked }: { client: Client; asked: AuthorizationRequest },
): NamedCode {
  try {
    checkFirstParty(client);
    const username =
      readParameter(parameters, 'email', MAX_BYTES.loginHint) ?? requireParameter(parameters, 'phone_number');
    const otp = requireParameter(parameters, 'verification_code');
    return { client, realm: requireParameter(parameters, 'connection'), username, otp };
  } catch (error) {
    if (error instanceof OAuthError) throw told(error, client, asked);
    throw error;
  }
}

/** Whether this browser comes from a page of the client that has just had the code checked. */
async function bringsProof(deps: VerifyRedirectDeps, { request, code }: Visit): Promise<boolean> {
  const origin = referringOrigin(request.headers);
  if (origin === null || !code.client.webOrigins.includes(origin)) return false;
  return isChecked(deps.embedded, code, { origin, now: deps.clock() });
}

/** A form of another site would sign a browser in as whoever that site likes (FRM-2). */
function refuseOtherSites({ issuer }: Pick<Deps, 'issuer'>, headers: Headers): void {
  const origin = headers.get('origin');
  const site = headers.get('sec-fetch-site');
  const isOurs = origin === null ? site === 'same-origin' : origin === new URL(issuer).origin;
  if (!isOurs || (site !== null && site !== 'same-origin'))
    throw new OAuthError('invalid_request', 'This form is not one of our pages.', { status: 403 });
}

async function maskedFor({ embedded }: VerifyRedirectDeps, { realm, username }: NamedCode): Promise<string> {
  const connection = (await embedded.connections.all()).find(({ name }) => name === realm);
  const identifier = connection && readSentIdentifier(connection, username);
  return identifier ? maskIdentifier(identifier) : '';
}
