// POST /passwordless/start: an application with pages of its own asks for a code or a link. Auth0's parameters, and its words
// for what is wrong with each. The answer is the same whoever has an account (ENU-1). auth0-contract §2.3, §3.1.
import type { Connection, SendMode } from '@/lib/login/connection';
import { findOfferedConnection, readSentIdentifier, startEmbedded } from '@/lib/login/embedded-login';
import type { Identifier } from '@/lib/login/identifier';
import type { EmbeddedLink } from '@/lib/login/magic-link';
import { unservedCountry } from '@/lib/login/start-login';
import { checkAuthorizationRequest } from '@/lib/oidc/authorization-request';
import { type Client, isPublicClient, mayCall } from '@/lib/oidc/client';
import { type ClientCredentials, parseClientCredentials } from '@/lib/oidc/client-authentication';
import { AuthorizationError, OAuthError } from '@/lib/oidc/errors';
import { checkFirstParty } from '@/lib/oidc/grants/passwordless-otp';
import {
  type Parameters,
  parseFormParameters,
  parseJsonObject,
  readMembers,
  readParameter,
} from '@/lib/oidc/parameters';
import { MAX_BYTES, PASSWORDLESS_OTP_GRANT, PATHS } from '@/lib/oidc/vocabulary';
import { type Body, readBody } from './body';
import { type ProofDeps, proveClient } from './client-proof';
import { answerPreflight, exposeToOrigin } from './cors';
import type { Deps } from './deps';
import { contextOf, isPersonsAddress } from './request-context';
import { answerApi, respondJson } from './respond';

type StartDeps = ProofDeps &
  Pick<
    Deps,
    'issuer' | 'clients' | 'resourceServers' | 'defaultAudience' | 'signer' | 'embedded' | 'sendLater' | 'log'
  >;

/** @see https://auth0.com/docs/api/authentication/passwordless/get-code-or-link */
export async function passwordlessStart(deps: StartDeps, request: Request): Promise<Response> {
  if (request.method === 'OPTIONS')
    return answerApi(deps, PATHS.passwordlessStart, () => answerPreflight(deps, request, 'POST'));

  let named: Client | null = null;
  const response = await answerApi(deps, PATHS.passwordlessStart, async () => {
    const sent = parseStart(await readBody(request, ['form', 'json']));
    const credentials = readCredentials(request.headers, sent.parameters);
    named = await deps.clients.find(credentials.clientId);
    const client = await authenticateApplication(deps, request.headers, { named, credentials });
    checkCaller(client, request.headers.get('origin'));
    return start(deps, { client, sent, headers: request.headers });
  });
  return exposeToOrigin(deps, response, { request, client: named });
}

/** A body that was read, `authParams` apart: all else are strings. */
type SentStart = Readonly<{ parameters: Parameters; authParams: unknown }>;

async function start(
  deps: StartDeps,
  { client, sent, headers }: { client: Client; sent: SentStart; headers: Headers },
): Promise<Response> {
  const { parameters } = sent;
  const authParams = checkAuthParams(sent.authParams);
  const connection = await checkConnection(deps, client, parameters);
  const send = checkSend(parameters, connection);
  const identifier = checkIdentifier(deps, parameters, connection);
  const context = contextOf(deps, headers, client);
  const started = await startEmbedded(deps.embedded, {
    client,
    connection,
    identifier,
    answeredBy: 'client',
    ...(await linkOf(deps, { client, connection, identifier, send, authParams })),
    countsNetwork: isPersonsAddress(client, headers),
    context,
  });
  if (started.kind === 'limited') throw tooMany(started.until, context.now);
  if (started.message !== null) deps.sendLater(started.message);
  // Drawn, not looked up: the id of an account would tell that there is one.
  const _id = deps.embedded.random.hex24();
  return respondJson(
    identifier.channel === 'sms'
      ? { _id, phone_number: identifier.canonical, phone_verified: false }
      : { _id, email: identifier.canonical, email_verified: false },
  );
}

/** A limit that was reached, and when there is room again. */
export function tooMany(until: Date, now: Date): OAuthError {
  return new OAuthError('too_many_requests', 'Too many codes were asked for. Try again later.', {
    status: 429,
    retryAfterSeconds: Math.max(1, Math.ceil((until.getTime() - now.getTime()) / 1000)),
  });
}

/** Parameters that may be there; anything else is refused. `captcha` is taken and not looked at. */
const ALLOWED = new Set([
  'client_id',
  'client_secret',
  'client_assertion',
  'client_assertion_type',
  'connection',
  'email',
  'phone_number',
  'send',
  'authParams',
  'captcha',
]);

/** A name that may be told back: what a program calls a property. */
const PROPERTY_NAME = /^[A-Za-z_][\w-]{0,39}$/;

function parseStart({ encoding, text }: Body): SentStart {
  if (encoding === 'form') {
    const parameters = parseFormParameters(text);
    if (parameters.repeated.size > 0)
      throw new OAuthError('invalid_request', 'A parameter was sent more than once.');
    refuseOthers([...parameters.values.keys()]);
    return { parameters, authParams: parseFormObject(parameters.values.get('authParams')) };
  }
  const { authParams, ...others } = parseJsonObject(text);
  refuseOthers(Object.keys(others));
  // Auth0 takes a null `send` for one that is not there.
  const { send, ...named } = others;
  return { parameters: readMembers(send === null ? named : others), authParams };
}

function refuseOthers(names: readonly string[]): void {
  const other = names.find((name) => !ALLOWED.has(name));
  if (other === undefined) return;
  const shown = PROPERTY_NAME.test(other) ? ` ${other}` : '';
  throw new OAuthError('bad.request', `the following properties are not allowed:${shown}`);
}

/** An object in a form is written as JSON. What is none stays a string, which is refused by its type. */
function parseFormObject(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : parseJsonObject(text);
  } catch {
    return text;
  }
}

function readCredentials(headers: Headers, parameters: Parameters) {
  const authorization = headers.get('authorization');
  if (authorization === null && readParameter(parameters, 'client_id') === null)
    throw new OAuthError('bad.client_id', 'Missing required property: client_id');
  return parseClientCredentials(authorization, parameters);
}

/** A client with a secret may bring it in the header or in the body, as Auth0's clients do, whichever is registered. */
export async function authenticateApplication(
  deps: ProofDeps,
  headers: Headers,
  { named, credentials }: { named: Client | null; credentials: ClientCredentials },
): Promise<Client> {
  const { method } = credentials;
  const isEither = named !== null && method !== 'none';
  await proveClient(deps, headers, {
    named: isEither ? { ...named, tokenEndpointAuthMethod: method } : named,
    credentials,
  });
  return named as Client;
}

/**
 * The client must have leave and be one of ours, and a client without a secret must ask from a page of its own: a browser says
 * whose page it is, always of a single-page application. SMS-2, CLI-6.
 */
export function checkCaller(client: Client, origin: string | null): void {
  if (!client.grantTypes.includes(PASSWORDLESS_OTP_GRANT)) {
    throw new OAuthError('unauthorized_client', 'This client may not use the passwordless grant.', {
      status: 403,
    });
  }
  checkFirstParty(client);
  const isAllowed = origin === null ? client.applicationType !== 'spa' : mayCall(client, origin);
  if (isPublicClient(client) && !isAllowed) {
    throw new OAuthError('access_denied', 'This is no web origin of the client.', { status: 403 });
  }
}

function checkAuthParams(authParams: unknown): Readonly<Record<string, unknown>> {
  if (authParams === undefined || authParams === null) return {};
  if (typeof authParams !== 'object' || Array.isArray(authParams)) {
    const type = Array.isArray(authParams) ? 'array' : typeof authParams;
    throw new OAuthError('bad.authParams', `error in authParams - invalid type: ${type} (expected object)`);
  }
  return { ...authParams };
}

async function checkConnection(
  deps: Pick<StartDeps, 'embedded'>,
  client: Client,
  parameters: Parameters,
): Promise<Connection> {
  const name = readParameter(parameters, 'connection');
  if (name === null) throw new OAuthError('bad.connection', 'Missing required property: connection');
  const connection = await findOfferedConnection(deps.embedded, client, name);
  if (connection !== null) return connection;
  const exists = (await deps.embedded.connections.all()).some((existing) => existing.name === name);
  throw new OAuthError('bad.connection', exists ? 'Connection is disabled' : 'Connection does not exist');
}

const SENDS = ['link', 'code', 'link_ios', 'link_android'] as const;

type Send = (typeof SENDS)[number];

/** Absent, it is a link for an address. A text message carries codes only. */
function checkSend(parameters: Parameters, connection: Connection): Send {
  const sent = readParameter(parameters, 'send') ?? (connection.strategy === 'sms' ? 'code' : 'link');
  const send = SENDS.find((known) => known === sent);
  if (send === undefined || (connection.strategy === 'sms' && send !== 'code')) {
    const expected = connection.strategy === 'sms' ? 'code' : SENDS.join(', ');
    throw new OAuthError('bad.send', `error in send - invalid value (expected: ${expected})`);
  }
  return send;
}

function checkIdentifier(
  deps: Pick<StartDeps, 'embedded'>,
  parameters: Parameters,
  connection: Connection,
): Identifier {
  const isSms = connection.strategy === 'sms';
  const [name, error] = isSms
    ? (['phone_number', 'bad.phone_number'] as const)
    : (['email', 'bad.email'] as const);
  const sent = readParameter(parameters, name, MAX_BYTES.loginHint);
  if (sent === null) throw new OAuthError(error, `Missing required property: ${name}`);
  if (isSms && !SENT_PHONE_NUMBER.test(sent))
    throw new OAuthError(error, 'String does not match pattern: ^\\+[0-9]{1,15}$');
  const identifier = readSentIdentifier(connection, sent);
  if (identifier === null)
    throw new OAuthError(error, isSms ? 'This is not a phone number.' : 'This is not an e-mail address.');
  if (unservedCountry(deps.embedded, connection, identifier) !== null)
    throw new OAuthError(error, 'Numbers of this country are not texted to.');
  return identifier;
}

/** Auth0's pattern: nothing is guessed of a number that a program sends. */
const SENT_PHONE_NUMBER = /^\+[0-9]{1,15}$/;

/** What of `authParams` a link carries; the rest is for other parts of Auth0. */
const LINK_PARAMETERS = [
  'audience',
  'code_challenge',
  'code_challenge_method',
  'nonce',
  'redirect_uri',
  'response_mode',
  'response_type',
  'scope',
  'state',
  'ui_locales',
] as const;

async function linkOf(
  deps: StartDeps,
  asked: {
    client: Client;
    connection: Connection;
    identifier: Identifier;
    send: Send;
    authParams: Readonly<Record<string, unknown>>;
  },
): Promise<{ sendMode: SendMode; embeddedLink: EmbeddedLink | null }> {
  const { client, connection, identifier, send, authParams } = asked;
  if (send === 'code') return { sendMode: 'code', embeddedLink: null };
  if (send !== 'link') {
    const path = nativePath(client, send === 'link_ios' ? 'ios' : 'android');
    // The code as well: where the application is not installed, the link opens nothing.
    return { sendMode: 'both', embeddedLink: { path, parameters: {}, codeName: 'code' } };
  }
  const merged: Record<string, unknown> = {
    ...(connection.strategy === 'email' && connection.authParams),
    ...authParams,
  };
  const carried = LINK_PARAMETERS.flatMap((name) => {
    const value = merged[name] ?? '';
    if (typeof value !== 'string')
      throw new OAuthError('bad.authParams', `error in authParams - ${name} must be a string`);
    return value === '' ? [] : [[name, value] as const];
  });
  const parameters = {
    client_id: client.clientId,
    connection: connection.name,
    email: identifier.canonical,
    response_type: 'code',
    ...Object.fromEntries(carried),
  };
  await checkLink(deps, client, parameters);
  return {
    sendMode: 'link',
    embeddedLink: { path: PATHS.passwordlessVerifyRedirect, parameters, codeName: 'verification_code' },
  };
}

/** Whoever follows the link is answered as at /authorize, so what it carries must be good there: told now, not then. */
async function checkLink(
  deps: StartDeps,
  client: Client,
  parameters: Readonly<Record<string, string>>,
): Promise<void> {
  try {
    await checkAuthorizationRequest(
      { ...deps, clients: { find: async () => withoutPkce(client) } },
      readMembers(parameters),
    );
  } catch (error) {
    if (error instanceof AuthorizationError)
      throw new OAuthError('bad.authParams', `error in authParams - ${error.description}`);
    throw error;
  }
}

/**
 * A link is asked for by a server, which has no verifier yet: its clients strip `code_challenge` from `authParams`. What
 * binds the answer is the client's secret, its `state` and its `nonce`. A public client has no secret, and must send one all the
 * same.
 */
export function withoutPkce(client: Client): Client {
  return { ...client, requirePkce: false };
}

/** Where a native application opens links by itself: beside the callback it has there. Auth0's shape. */
function nativePath({ redirectUris }: Client, platform: 'ios' | 'android'): string {
  const callback = new RegExp(`://[^/]+/(${platform}/[\\w.-]+)/callback$`);
  const application = redirectUris.map((uri) => callback.exec(uri)?.[1]).find(Boolean);
  if (application === undefined)
    throw new OAuthError('bad.send', `error in send - the client has no ${platform} callback`);
  return `/${application}/email`;
}
