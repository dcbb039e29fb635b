// POST /api/users: whoever has a token for the management API makes a person known, who is sent a code; any client may trade
// it at /oauth/ro. The first version of Auth0's management API, as far as passwordless went. Behind a switch. The account is
// made when the code is proven, as everywhere here. auth0-contract §3.6.

import { readSentIdentifier, startEmbedded } from '@/lib/login/embedded-login';
import { findConnection, unservedCountry } from '@/lib/login/start-login';
import { OAuthError } from '@/lib/oidc/errors';
import { parseJsonObject } from '@/lib/oidc/parameters';
import { MAX_BYTES, PATHS } from '@/lib/oidc/vocabulary';
import { readBody } from './body';
import type { Deps } from './deps';
import { requireOperatorToken } from './operator-token';
import { tooMany } from './passwordless-start';
import { contextOf } from './request-context';
import { refuseUnlessServed } from './resource-owner';
import { answerApi, respondJson } from './respond';

type UsersDeps = Pick<
  Deps,
  'issuer' | 'clock' | 'embedded' | 'operators' | 'sendLater' | 'clientAddress' | 'servesLegacy' | 'log'
>;

/** What a token must be good for. */
const SCOPE = 'create:users';

export async function usersOfOld(deps: UsersDeps, request: Request): Promise<Response> {
  return answerApi(deps, PATHS.usersOfOld, async () => {
    refuseUnlessServed(deps);
    await requireOperatorToken(deps, request, SCOPE);
    const body = parseJsonObject((await readBody(request, ['json'])).text);
    const connection = await findConnection(deps.embedded, readText(body, 'connection'));
    if (connection === null) throw new OAuthError('invalid_request', 'the connection was not found');
    const identifier = readSentIdentifier(
      connection,
      readText(body, connection.strategy === 'sms' ? 'phone_number' : 'email'),
    );
    if (identifier === null || unservedCountry(deps.embedded, connection, identifier) !== null)
      throw new OAuthError('invalid_request', 'Nobody can be reached by this identifier.');
    const context = contextOf(deps, request.headers);
    const started = await startEmbedded(deps.embedded, {
      client: { clientId: '', name: new URL(deps.issuer).hostname },
      answeredBy: 'every client',
      connection,
      identifier,
      sendMode: 'code',
      embeddedLink: null,
      countsNetwork: false,
      context,
    });
    if (started.kind === 'limited') throw tooMany(started.until, context.now);
    if (started.message !== null) deps.sendLater(started.message);
    const _id = deps.embedded.random.hex24();
    const said = { _id, connection: connection.name, email_verified: false };
    return respondJson(
      identifier.channel === 'sms'
        ? { ...said, phone_number: identifier.canonical, phone_verified: false }
        : { ...said, email: identifier.canonical },
    );
  });
}

function readText(body: Readonly<Record<string, unknown>>, name: string): string {
  const value = body[name];
  if (typeof value !== 'string' || value === '' || value.length > MAX_BYTES.loginHint)
    throw new OAuthError('invalid_request', `missing ${name} parameter`);
  return value;
}
