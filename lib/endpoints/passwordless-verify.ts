// POST /passwordless/verify: whether a code is right, without using it up; the page that asks goes on to
// /passwordless/verify_redirect, which does. With grant_type=password it is /oauth/ro by another name. auth0-contract §3.3.
import { checkOneTimeCode } from '@/lib/login/embedded-login';
import type { Client } from '@/lib/oidc/client';
import { parseClientCredentials } from '@/lib/oidc/client-authentication';
import { OAuthError } from '@/lib/oidc/errors';
import { refuseCode } from '@/lib/oidc/grants/passwordless-otp';
import { readParameter, requireParameter } from '@/lib/oidc/parameters';
import { parseTokenParameters } from '@/lib/oidc/token-request';
import { MAX_BYTES, PATHS } from '@/lib/oidc/vocabulary';
import { readBody } from './body';
import { answerPreflight, exposeToOrigin } from './cors';
import type { Deps } from './deps';
import { authenticateApplication, checkCaller } from './passwordless-start';
import { contextOf, isPersonsAddress } from './request-context';
import { type ResourceOwnerDeps, tradePassword } from './resource-owner';
import { answerApi, respondJson } from './respond';

type VerifyDeps = ResourceOwnerDeps &
  Pick<Deps, 'clock' | 'clients' | 'verifySecret' | 'embedded' | 'clientAddress' | 'log'>;

/** Answers 200 where the code is right, and `bad.verification_code` with Auth0's words where it is not. */
export async function passwordlessVerify(deps: VerifyDeps, request: Request): Promise<Response> {
  if (request.method === 'OPTIONS')
    return answerApi(deps, PATHS.passwordlessVerify, () => answerPreflight(deps, request, 'POST'));

  let named: Client | null = null;
  const response = await answerApi(deps, PATHS.passwordlessVerify, async () => {
    const { headers } = request;
    const parameters = parseTokenParameters(await readBody(request, ['form', 'json']));
    if (parameters.values.has('grant_type')) {
      const traded = await tradePassword(deps, request, parameters);
      named = traded.client;
      return respondJson(traded.tokens);
    }
    const credentials = parseClientCredentials(headers.get('authorization'), parameters);
    named = await deps.clients.find(credentials.clientId);
    const client = await authenticateApplication(deps, headers, { named, credentials });
    const origin = headers.get('origin');
    checkCaller(client, origin);
    const code = {
      client,
      realm: requireParameter(parameters, 'connection'),
      username:
        readParameter(parameters, 'email', MAX_BYTES.loginHint) ??
        requireParameter(parameters, 'phone_number'),
      otp: requireParameter(parameters, 'verification_code'),
    };
    const context = contextOf(deps, headers, client);
    const checked = await checkOneTimeCode(deps.embedded, code, {
      origin,
      countsNetwork: isPersonsAddress(client, headers),
      context,
    });
    if (checked.kind === 'proven') return respondJson({});
    const refused = refuseCode(checked, context.now);
    if (refused.error !== 'invalid_grant') throw refused;
    throw new OAuthError('bad.verification_code', refused.description);
  });
  return exposeToOrigin(deps, response, { request, client: named });
}
