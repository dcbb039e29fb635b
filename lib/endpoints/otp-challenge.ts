// POST /otp/challenge: an application asks for a code and is given an `auth_session`, which alone goes with the code to the
// token endpoint. So no stranger can use up the guesses, and whether there is an account shows nowhere. Auth0's newest form
// of embedded passwordless (auth0-contract §3.8).
import { findOfferedConnection, readSentIdentifier, startEmbedded } from '@/lib/login/embedded-login';
import { unservedCountry } from '@/lib/login/start-login';
import type { Client } from '@/lib/oidc/client';
import { parseClientCredentials } from '@/lib/oidc/client-authentication';
import { OAuthError } from '@/lib/oidc/errors';
import {
  type Parameters,
  parseFormParameters,
  parseJsonObject,
  readMembers,
  readParameter,
} from '@/lib/oidc/parameters';
import { MAX_BYTES, PATHS } from '@/lib/oidc/vocabulary';
import { type Body, readBody } from './body';
import type { ProofDeps } from './client-proof';
import { answerPreflight, exposeToOrigin } from './cors';
import type { Deps } from './deps';
import { authenticateApplication, checkCaller, tooMany } from './passwordless-start';
import { contextOf, isPersonsAddress } from './request-context';
import { answerApi, respondJson } from './respond';

type ChallengeDeps = ProofDeps & Pick<Deps, 'clients' | 'embedded' | 'sendLater' | 'log'>;

export async function otpChallenge(deps: ChallengeDeps, request: Request): Promise<Response> {
  if (request.method === 'OPTIONS')
    return answerApi(deps, PATHS.otpChallenge, () => answerPreflight(deps, request, 'POST'));

  let named: Client | null = null;
  const response = await answerApi(deps, PATHS.otpChallenge, async () => {
    const parameters = parseChallenge(await readBody(request, ['form', 'json']));
    const credentials = parseClientCredentials(request.headers.get('authorization'), parameters);
    named = await deps.clients.find(credentials.clientId);
    const client = await authenticateApplication(deps, request.headers, { named, credentials });
    checkCaller(client, request.headers.get('origin'));
    return challenge(deps, { client, parameters, headers: request.headers });
  });
  return exposeToOrigin(deps, response, { request, client: named });
}

async function challenge(
  deps: ChallengeDeps,
  { client, parameters, headers }: { client: Client; parameters: Parameters; headers: Headers },
): Promise<Response> {
  const { embedded } = deps;
  const connection = await findOfferedConnection(embedded, client, requireField(parameters, 'connection'));
  if (connection === null)
    throw new OAuthError('invalid_connection', 'The connection is not one of this client.');
  const name = connection.strategy === 'sms' ? 'phone_number' : 'email';
  const identifier = readSentIdentifier(connection, requireField(parameters, name));
  if (identifier === null || unservedCountry(embedded, connection, identifier) !== null)
    throw invalid(name, `Nobody can be reached by this ${name}.`);
  if ((readParameter(parameters, 'delivery_method') ?? 'text') !== 'text')
    throw invalid('delivery_method', 'The delivery_method must be text.');
  const context = contextOf(deps, headers, client);
  const started = await startEmbedded(embedded, {
    client,
    answeredBy: 'session',
    maySignUp: readParameter(parameters, 'allow_signup') === 'true',
    connection,
    identifier,
    sendMode: 'code',
    embeddedLink: null,
    countsNetwork: isPersonsAddress(client, headers),
    context,
  });
  if (started.kind === 'limited') throw tooMany(started.until, context.now);
  if (started.message !== null) deps.sendLater(started.message);
  return respondJson({ auth_session: started.authSession });
}

function requireField(parameters: Parameters, name: string): string {
  const value = readParameter(parameters, name, MAX_BYTES.loginHint);
  if (value === null) throw invalid(name, `The parameter ${name} is required.`);
  return value;
}

/** Auth0 tells this endpoint's callers the field as well (auth0-contract §3.8). */
function invalid(field: string, description: string): OAuthError {
  return new OAuthError('invalid_request', description, { field });
}

/** All are strings but `allow_signup`, which is true or false. */
function parseChallenge({ encoding, text }: Body): Parameters {
  if (encoding === 'json') {
    const { allow_signup: maySignUp, ...others } = parseJsonObject(text);
    if (maySignUp !== undefined && typeof maySignUp !== 'boolean')
      throw invalid('allow_signup', 'allow_signup must be true or false.');
    return readMembers({ ...others, allow_signup: String(maySignUp === true) });
  }
  const parameters = parseFormParameters(text);
  if (parameters.repeated.size > 0)
    throw new OAuthError('invalid_request', 'A parameter was sent more than once.');
  return parameters;
}
