// What goes wrong at the management API, and the one writer of what is answered then.
// Shape and codes: Auth0's `{ statusCode, error, message, errorCode }`.
import type { Deps } from '@/lib/endpoints/deps';
import { REFERENCE_HEADER, respondJson } from '@/lib/endpoints/respond';
import { OAuthError, StorageUnavailable } from '@/lib/oidc/errors';

/** `errorCode` values that we answer with. Auth0's. */
export type ManagementErrorCode =
  | 'auth0_idp_error'
  | 'client_conflict'
  | 'client_grant_conflict'
  | 'connection_conflict'
  | 'inexistent_block'
  | 'inexistent_authentication_method'
  | 'inexistent_client'
  | 'inexistent_client_grant'
  | 'inexistent_credential'
  | 'inexistent_connection'
  | 'inexistent_email_provider'
  | 'inexistent_email_template'
  | 'inexistent_endpoint'
  | 'inexistent_identity'
  | 'inexistent_job'
  | 'inexistent_log'
  | 'inexistent_log_stream'
  | 'inexistent_refresh_token'
  | 'inexistent_user'
  | 'inexistent_resource_server'
  | 'inexistent_session'
  | 'inexistent_signing_key'
  | 'identity_conflict'
  | 'email_provider_conflict'
  | 'feature_not_enabled'
  | 'insufficient_scope'
  | 'internal_error'
  | 'invalid_body'
  | 'invalid_query_string'
  | 'invalid_token'
  | 'invalid_uri'
  | 'inexistent_operator'
  | 'last_owner'
  | 'log_stream_conflict'
  | 'method_not_allowed'
  | 'operator_conflict'
  | 'recent_proof_required'
  | 'query_timeout'
  | 'operation_not_supported'
  | 'resource_server_conflict'
  | 'service_unavailable'
  | 'settings_conflict'
  | 'too_many_requests'
  | 'inexistent_page_template'
  | 'inexistent_theme'
  | 'theme_conflict'
  | 'user_conflict';

/** A broken rule of the management API. The message is for developers and repeats no value that was sent. */
export class ManagementProblem extends Error {
  override name = 'ManagementProblem';
  constructor(
    /** HTTP status of the answer. */
    readonly status: number,
    readonly errorCode: ManagementErrorCode,
    message: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }
}

/** The caller's token is not good for that. Auth0's words. */
export function insufficientScope(scopes: readonly string[]): ManagementProblem {
  const sentence = `Insufficient scope, expected any of: ${scopes.join(',')}`;
  return new ManagementProblem(403, 'insufficient_scope', sentence);
}

/** What cannot be done to this thing, whoever asks. */
export function notSupported(sentence: string): ManagementProblem {
  return new ManagementProblem(400, 'operation_not_supported', sentence);
}

/** Runs an endpoint of the management API: what it throws becomes Auth0's JSON. Never rejects. */
export async function answerManagement(
  deps: Pick<Deps, 'log'>,
  endpoint: string,
  run: () => Promise<Response>,
): Promise<Response> {
  try {
    return await run();
  } catch (thrown) {
    const problem = asProblem(thrown);
    const reference =
      problem === null ? deps.log.failed({ endpoint, cause: thrown }) : logRefusal(deps, endpoint, problem);
    return respondProblem(problem ?? asFailure(thrown, reference), reference);
  }
}

function respondProblem(
  { status, message, errorCode, headers }: ManagementProblem,
  reference: string,
): Response {
  const response = respondJson(
    { statusCode: status, error: STATUS_WORDS[status], message, errorCode },
    status,
  );
  for (const [name, value] of Object.entries(headers)) response.headers.set(name, value);
  response.headers.set(REFERENCE_HEADER, reference);
  return response;
}

/** @see RFC 9110 §15 */
const STATUS_WORDS: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  413: 'Payload Too Large',
  415: 'Unsupported Media Type',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  503: 'Service Unavailable',
};

/** A rule that was broken, here or while the body was read; null for an outage or a bug. */
function asProblem(thrown: unknown): ManagementProblem | null {
  if (thrown instanceof ManagementProblem) return thrown;
  return thrown instanceof OAuthError
    ? new ManagementProblem(thrown.status, 'invalid_body', thrown.description)
    : null;
}

function logRefusal(
  deps: Pick<Deps, 'log'>,
  endpoint: string,
  { status, message }: ManagementProblem,
): string {
  const error = status === 401 ? 'invalid_token' : 'invalid_request';
  return deps.log.refused({ endpoint, status, error, description: message, clientId: null });
}

function asFailure(thrown: unknown, reference: string): ManagementProblem {
  return thrown instanceof StorageUnavailable
    ? new ManagementProblem(
        503,
        'service_unavailable',
        'Storage is away for a moment. The same request will work again.',
        { 'Retry-After': String(thrown.retryAfterSeconds) },
      )
    : new ManagementProblem(500, 'internal_error', `Something went wrong here. Reference: ${reference}`);
}
