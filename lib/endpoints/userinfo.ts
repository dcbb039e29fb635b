// GET and POST /userinfo: claims about the person behind an access token, by its scope, while its family is alive.
// OpenID Connect Core §5.3, RFC 6750.
import { userinfoAudience, verifyAccessToken } from '@/lib/oidc/access-token';
import { claimsOfScope } from '@/lib/oidc/claims';
import { type Client, isPublicClient } from '@/lib/oidc/client';
import { OAuthError } from '@/lib/oidc/errors';
import { parseFormParameters, readParameter, requireParameter } from '@/lib/oidc/parameters';
import { hasScope } from '@/lib/oidc/scope';
import { MAX_BYTES, PATHS } from '@/lib/oidc/vocabulary';
import { readBody } from './body';
import { answerPreflight, exposeToOrigin } from './cors';
import type { Deps } from './deps';
import { answerApi, respondJson } from './respond';

type UserinfoDeps = Pick<Deps, 'issuer' | 'clients' | 'families' | 'signer' | 'log'>;

/** @see OpenID Connect Core §5.3.1, §5.3.2 */
export async function userinfo(deps: UserinfoDeps, request: Request): Promise<Response> {
  if (request.method === 'OPTIONS') {
    return answerApi(deps, PATHS.userinfo, () => answerPreflight(deps, request, 'GET, POST'));
  }

  let client: Client | null = null;
  const response = await answerApi(deps, PATHS.userinfo, async () => {
    const audience = userinfoAudience(deps.issuer);
    const sent = await readBearerToken(request);
    const accessToken = await verifyAccessToken(deps, sent.token, audience);
    if (accessToken === null || accessToken.familyId === null) throw invalidToken();
    client = await deps.clients.find(accessToken.clientId);
    if (sent.inAddress && (client === null || isPublicClient(client))) throw refuseInAddress();
    if (!hasScope(accessToken.scope, 'openid')) throw insufficientScope();
    const grant = await deps.families.findActive(accessToken.familyId);
    if (grant === null || grant.subject.sub !== accessToken.sub) throw invalidToken();
    return respondJson({ ...claimsOfScope(grant.subject, accessToken.scope), sub: grant.subject.sub });
  });
  return exposeToOrigin(deps, response, { request, client });
}

type BearerToken = Readonly<{ token: string; inAddress: boolean }>;

/**
 * From the header or, in a POST, from the form, and one of them only; from the address by one library alone.
 * @see RFC 6750 §2, §5.3; docs/decisions/0020
 */
async function readBearerToken(request: Request): Promise<BearerToken> {
  const inHeader = request.headers.get('authorization');
  if (new URL(request.url).searchParams.has('access_token')) {
    if (inHeader !== null || !isPassportAuth0(request)) throw refuseInAddress();
    return { token: readQueryToken(request), inAddress: true };
  }
  const inForm = await readFormToken(request);
  if (inHeader !== null && inForm !== null) {
    throw new OAuthError('invalid_request', 'The access token was sent in two ways; one is allowed.');
  }
  const token = inForm ?? BEARER.exec(inHeader ?? '')?.[1];
  if (token === undefined) {
    // No error code in the header where no token was sent: RFC 6750 §3.1.
    throw new OAuthError('invalid_token', 'An access token is required.', {
      status: 401,
      wwwAuthenticate: 'Bearer',
    });
  }
  if (token.length > MAX_BYTES.jwt) throw invalidToken();
  return { token, inAddress: false };
}

/**
 * Whether a server that runs passport-auth0 asks. It says so in a header that no link, form or image can send, and browsers,
 * which mark what a page sends, are left out all the same.
 */
function isPassportAuth0({ method, headers }: Request): boolean {
  const isBrowser = ['origin', 'referer', 'sec-fetch-site', 'cookie'].some((name) => headers.has(name));
  if (method !== 'GET' || isBrowser) return false;
  try {
    const said: unknown = JSON.parse(atob(headers.get('auth0-client') ?? ''));
    return typeof said === 'object' && said !== null && 'name' in said && said.name === 'passport-auth0';
  } catch {
    return false;
  }
}

function readQueryToken(request: Request): string {
  const parameters = parseFormParameters(new URL(request.url).search.slice(1));
  return requireParameter(parameters, 'access_token', MAX_BYTES.jwt);
}

async function readFormToken(request: Request): Promise<string | null> {
  if (request.method !== 'POST' || !request.headers.has('content-type')) return null;
  const { text } = await readBody(request, ['form']);
  return readParameter(parseFormParameters(text), 'access_token', MAX_BYTES.jwt);
}

const BEARER = /^Bearer +([A-Za-z0-9._~+/-]+=*)$/i;

function refuseInAddress(): OAuthError {
  return new OAuthError('invalid_request', 'An access token may not be sent in the address.', {
    wwwAuthenticate: 'Bearer error="invalid_request"',
  });
}

function invalidToken(): OAuthError {
  return new OAuthError('invalid_token', 'The access token is expired, revoked or not valid here.', {
    status: 401,
    wwwAuthenticate: 'Bearer error="invalid_token", error_description="The access token is not valid"',
  });
}

function insufficientScope(): OAuthError {
  return new OAuthError('insufficient_scope', 'The access token lacks the scope openid.', {
    status: 403,
    wwwAuthenticate: 'Bearer error="insufficient_scope", scope="openid"',
  });
}
