// What Auth0's Lock reads before it shows itself in a page of the client: which connections there are, and which country's
// numbers to begin with. Nothing here that the login page does not show to everybody.
import type { Connection } from '@/lib/login/connection';
import { guessCountry } from '@/lib/login/languages';
import type { Client } from '@/lib/oidc/client';
import { OAuthError } from '@/lib/oidc/errors';
import { answerPreflight, exposeToOrigin } from './cors';
import type { Deps } from './deps';
import { answerApi, respondCachedJson, respondPublicScript } from './respond';

const CLIENT_SCRIPT_PATH = /^\/client\/([\w.~-]{1,64})\.js$/;

/** The address of a client's script, as the log knows it. */
export const CLIENT_SCRIPT = '/client/{client_id}.js';

export const COUNTRY_PATH = '/user/geoloc/country';

/** Whether a path is that of a client's script. */
export function isClientScript(pathname: string): boolean {
  return CLIENT_SCRIPT_PATH.test(pathname);
}

type ScriptDeps = Pick<Deps, 'issuer' | 'clients' | 'embedded' | 'log'>;

/** `Auth0.setClient(…)`, which Lock takes in by a script tag. The same for everybody. */
export async function clientScript(deps: ScriptDeps, request: Request): Promise<Response> {
  return answerApi(deps, CLIENT_SCRIPT, async () => {
    const [, clientId = ''] = CLIENT_SCRIPT_PATH.exec(new URL(request.url).pathname) ?? [];
    const client = await deps.clients.find(clientId);
    if (client === null) throw new OAuthError('invalid_request', 'There is no such client.', { status: 404 });
    const document = describeForLock(deps, client, await deps.embedded.connections.all());
    return respondPublicScript(`Auth0.setClient(${JSON.stringify(document)});`);
  });
}

/**
 * `{ countryCode }`, or `{}` where nothing tells: what the browser's languages say, as on our own pages. Lock takes any failure
 * for an unknown country.
 */
export async function country(deps: Pick<Deps, 'clients' | 'log'>, request: Request): Promise<Response> {
  if (request.method === 'OPTIONS')
    return answerApi(deps, COUNTRY_PATH, () => answerPreflight(deps, request, 'GET'));
  const countryCode = guessCountry([], request.headers.get('accept-language'));
  const response = respondCachedJson(countryCode === null ? {} : { countryCode });
  const exposed = await exposeToOrigin(deps, response, { request, client: null });
  exposed.headers.append('Vary', 'Accept-Language');
  return exposed;
}

/** A strategy is a kind of connection; a client may have several of one kind. */
function describeForLock(
  { issuer }: Pick<Deps, 'issuer'>,
  client: Client,
  all: readonly Connection[],
): Readonly<Record<string, unknown>> {
  const connections = all.filter(({ name }) => client.connections.includes(name));
  const strategies = [...new Set(connections.map(({ strategy }) => strategy))];
  return {
    id: client.clientId,
    tenant: new URL(issuer).hostname,
    strategies: strategies.map((name) => ({
      name,
      connections: connections
        .filter(({ strategy }) => strategy === name)
        .map((each) => ({ name: each.name })),
    })),
  };
}
