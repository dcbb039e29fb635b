// Every address of the protocol, in one table: which methods it takes, who it speaks to, what answers.
// The front server asks the table before Next; hosts without a front mount the same endpoints as route files.
import { OAuthError } from '@/lib/oidc/errors';
import { PATHS } from '@/lib/oidc/vocabulary';
import { auth0Logout } from './auth0-logout';
import { authorize } from './authorize';
import { BRAND_ASSET, brandAsset, isBrandAsset } from './brand-asset';
import { crossOriginAuthenticate } from './co-authenticate';
import type { Deps } from './deps';
import { endSession } from './end-session';
import { livez, readyz } from './health';
import { introspection } from './introspect';
import { CLIENT_SCRIPT, COUNTRY_PATH, clientScript, country, isClientScript } from './lock';
import { jwks, metadata } from './metadata';
import { metrics } from './metrics';
import { otpChallenge } from './otp-challenge';
import { passwordlessStart } from './passwordless-start';
import { passwordlessVerify } from './passwordless-verify';
import { pushedAuthorization } from './pushed-authorization';
import { resourceOwner } from './resource-owner';
import { answerApi, answerPage, STRICT_TRANSPORT_SECURITY } from './respond';
import { revoke } from './revoke';
import { token } from './token';
import { userinfo } from './userinfo';
import { usersOfOld } from './users-of-old';
import { passwordlessVerifyRedirect } from './verify-redirect';
import { resendWebhook, twilioWebhook, WEBHOOK_PATHS } from './webhooks';

/** Web standards in, web standards out. Never rejects. */
export type Endpoint = (deps: Deps, request: Request) => Promise<Response>;

export type Route = Readonly<{
  path: string;
  /** Anything else, TRACE and CONNECT included, is 405. */
  methods: readonly string[];
  /** Errors are pages for browsers, JSON for programs. */
  speaksTo: 'browsers' | 'programs';
  endpoint: Endpoint;
}>;

const ROUTES: readonly Route[] = [
  { path: PATHS.authorize, methods: ['GET', 'POST'], speaksTo: 'browsers', endpoint: authorize },
  { path: PATHS.pushedAuthorization, methods: ['POST'], speaksTo: 'programs', endpoint: pushedAuthorization },
  { path: PATHS.token, methods: ['POST', 'OPTIONS'], speaksTo: 'programs', endpoint: token },
  { path: PATHS.revocation, methods: ['POST', 'OPTIONS'], speaksTo: 'programs', endpoint: revoke },
  { path: PATHS.introspection, methods: ['POST'], speaksTo: 'programs', endpoint: introspection },
  { path: PATHS.userinfo, methods: ['GET', 'POST', 'OPTIONS'], speaksTo: 'programs', endpoint: userinfo },
  { path: PATHS.otpChallenge, methods: ['POST', 'OPTIONS'], speaksTo: 'programs', endpoint: otpChallenge },
  { path: PATHS.resourceOwner, methods: ['POST', 'OPTIONS'], speaksTo: 'programs', endpoint: resourceOwner },
  { path: PATHS.usersOfOld, methods: ['POST'], speaksTo: 'programs', endpoint: usersOfOld },
  { path: `${PATHS.usersOfOld}/`, methods: ['POST'], speaksTo: 'programs', endpoint: usersOfOld },
  {
    path: PATHS.crossOriginAuthenticate,
    methods: ['POST', 'OPTIONS'],
    speaksTo: 'programs',
    endpoint: crossOriginAuthenticate,
  },
  {
    path: PATHS.passwordlessStart,
    methods: ['POST', 'OPTIONS'],
    speaksTo: 'programs',
    endpoint: passwordlessStart,
  },
  {
    path: PATHS.passwordlessVerify,
    methods: ['POST', 'OPTIONS'],
    speaksTo: 'programs',
    endpoint: passwordlessVerify,
  },
  {
    path: PATHS.passwordlessVerifyRedirect,
    methods: ['GET', 'HEAD', 'POST'],
    speaksTo: 'browsers',
    endpoint: passwordlessVerifyRedirect,
  },
  { path: PATHS.endSession, methods: ['GET', 'POST'], speaksTo: 'browsers', endpoint: endSession },
  { path: PATHS.auth0Logout, methods: ['GET'], speaksTo: 'browsers', endpoint: auth0Logout },
  { path: PATHS.openidConfiguration, methods: ['GET', 'HEAD'], speaksTo: 'programs', endpoint: metadata },
  {
    path: PATHS.authorizationServerMetadata,
    methods: ['GET', 'HEAD'],
    speaksTo: 'programs',
    endpoint: metadata,
  },
  { path: PATHS.jwks, methods: ['GET', 'HEAD'], speaksTo: 'programs', endpoint: jwks },
  { path: COUNTRY_PATH, methods: ['GET', 'OPTIONS'], speaksTo: 'programs', endpoint: country },
  { path: PATHS.livez, methods: ['GET', 'HEAD'], speaksTo: 'programs', endpoint: livez },
  { path: PATHS.metrics, methods: ['GET'], speaksTo: 'programs', endpoint: metrics },
  { path: PATHS.readyz, methods: ['GET', 'HEAD'], speaksTo: 'programs', endpoint: readyz },
  { path: WEBHOOK_PATHS.resend, methods: ['POST'], speaksTo: 'programs', endpoint: resendWebhook },
  { path: WEBHOOK_PATHS.twilio, methods: ['POST'], speaksTo: 'programs', endpoint: twilioWebhook },
];

/** The one address that names a client. */
const CLIENT_SCRIPT_ROUTE: Route = {
  path: CLIENT_SCRIPT,
  methods: ['GET', 'HEAD'],
  speaksTo: 'programs',
  endpoint: clientScript,
};

/** The one that names a picture or a font of the pages. */
const BRAND_ASSET_ROUTE: Route = {
  path: BRAND_ASSET,
  methods: ['GET', 'HEAD'],
  speaksTo: 'programs',
  endpoint: brandAsset,
};

const ROUTES_BY_PATH: ReadonlyMap<string, Route> = new Map(ROUTES.map((route) => [route.path, route]));

/** The route of a path, or null: the path is not the protocol's. */
export function findRoute(pathname: string): Route | null {
  const route = ROUTES_BY_PATH.get(pathname);
  if (route !== undefined) return route;
  if (isClientScript(pathname)) return CLIENT_SCRIPT_ROUTE;
  return isBrandAsset(pathname) ? BRAND_ASSET_ROUTE : null;
}

/** Answers a request to a route, whatever its method. */
export async function answerRoute(deps: Deps, route: Route, request: Request): Promise<Response> {
  if (!route.methods.includes(request.method)) return refuseMethod(deps, route, request.headers);
  const response = secured(deps, await route.endpoint(deps, request));
  return request.method === 'HEAD' ? new Response(null, response) : response;
}

/** 405. By itself, because a method such as TRACE does not make it into a Request. @see RFC 9110 §15.5.6 */
export async function refuseMethod(
  deps: Pick<Deps, 'issuer' | 'errorPage' | 'log'>,
  route: Route,
  headers: Headers,
): Promise<Response> {
  const refuse = async (): Promise<Response> => {
    throw new OAuthError('method_not_allowed', 'The method is not allowed here.', { status: 405 });
  };
  const response =
    route.speaksTo === 'browsers'
      ? await answerPage(deps, route.path, { headers }, refuse)
      : await answerApi(deps, route.path, refuse);
  response.headers.set('Allow', route.methods.join(', '));
  return secured(deps, response);
}

function secured(deps: Pick<Deps, 'issuer'>, response: Response): Response {
  if (deps.issuer.startsWith('https:')) {
    response.headers.set('Strict-Transport-Security', STRICT_TRANSPORT_SECURITY);
  }
  return response;
}
