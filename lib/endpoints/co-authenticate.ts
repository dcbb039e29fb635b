// POST /co/authenticate: a code that was typed in a page of the client becomes a login ticket, with which that page sends
// its browser to /authorize. Auth0's cross-origin authentication, as its scripts call it (auth0-contract §3.4). What binds
// the ticket to the page is the page's origin, which browsers tell both times.
import { issueTicket } from '@/lib/login/embedded-login';
import { type Client, isPublicClient } from '@/lib/oidc/client';
import { OAuthError } from '@/lib/oidc/errors';
import { refuseCode } from '@/lib/oidc/grants/passwordless-otp';
import { type Parameters, requireParameter } from '@/lib/oidc/parameters';
import { parseTokenParameters } from '@/lib/oidc/token-request';
import { MAX_BYTES, PASSWORDLESS_OTP_GRANT, PATHS } from '@/lib/oidc/vocabulary';
import { readBody } from './body';
import { answerPreflight, exposeToOrigin } from './cors';
import type { Deps } from './deps';
import { checkCaller } from './passwordless-start';
import { contextOf } from './request-context';
import { answerApi, respondJson } from './respond';

type CrossOriginDeps = Pick<Deps, 'clock' | 'clients' | 'embedded' | 'clientAddress' | 'log'>;

const ENDPOINT = PATHS.crossOriginAuthenticate;

/** Answers `{ login_ticket, co_verifier, co_id }`; the last two are for a page of Auth0's that is not needed here. */
export async function crossOriginAuthenticate(deps: CrossOriginDeps, request: Request): Promise<Response> {
  if (request.method === 'OPTIONS')
    return answerApi(deps, ENDPOINT, () => answerPreflight(deps, request, 'POST', 'with cookies'));

  let named: Client | null = null;
  const response = await answerApi(deps, ENDPOINT, async () => {
    const parameters = parseTokenParameters(await readBody(request, ['form', 'json']));
    checkParameters(parameters);
    named = await deps.clients.find(requireParameter(parameters, 'client_id'));
    const origin = request.headers.get('origin');
    const client = checkPage(named, origin);
    const context = contextOf(deps, request.headers);
    const issued = await issueTicket(
      deps.embedded,
      {
        client,
        realm: requireParameter(parameters, 'realm'),
        username: requireParameter(parameters, 'username', MAX_BYTES.loginHint),
        otp: requireParameter(parameters, 'otp'),
      },
      { origin: origin ?? '', countsNetwork: true, context },
    );
    if (issued.kind === 'issued') {
      const { random } = deps.embedded;
      return respondJson({
        login_ticket: issued.loginTicket,
        co_verifier: random.secret(),
        co_id: random.id(),
      });
    }
    const refused = refuseCode(issued, context.now);
    if (refused.error !== 'invalid_grant') throw refused;
    throw new OAuthError('access_denied', refused.description, { status: 403 });
  });
  return exposeToOrigin(deps, response, { request, client: named, credentials: 'with cookies' });
}

const PARAMETERS = ['client_id', 'credential_type', 'username', 'otp', 'realm'];

/** In Auth0's words. */
function checkParameters(parameters: Parameters): void {
  const names = [...parameters.values.keys()];
  const isWhole = names.length === PARAMETERS.length && PARAMETERS.every((name) => names.includes(name));
  if (!isWhole) {
    throw new OAuthError(
      'invalid_request',
      `Invalid request body. All and only of ${PARAMETERS.join(', ')} are required.`,
    );
  }
  if (requireParameter(parameters, 'credential_type') !== PASSWORDLESS_OTP_GRANT)
    throw new OAuthError('invalid_request', 'This credential_type is not supported.');
}

/** A page has no secret to show, so only a client without one is served, where it may, and only in a page of its own. */
function checkPage(client: Client | null, origin: string | null): Client {
  if (client === null || !isPublicClient(client) || !client.crossOriginAuthentication) {
    throw new OAuthError('unauthorized_client', 'Cross-origin login is not allowed for this client.', {
      status: 403,
    });
  }
  checkCaller(client, origin);
  if (origin === null || !client.webOrigins.includes(origin))
    throw new OAuthError('access_denied', 'This is no web origin of the client.', { status: 403 });
  return client;
}
