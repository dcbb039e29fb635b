// The error types of the protocol floor: a broken rule at an API, a broken rule at /authorize, and storage that is away.
// Descriptions are sentences of ours and never repeat what was sent. RFC 6749 §4.1.2.1 and §5.2.
import type { ResponseMode } from './authorization-request';
import type { Client } from './client';

/** `error` values that we answer with. @see RFC 6749 §4.1.2.1, §5.2; RFC 6750 §3.1; OpenID Connect Core §3.1.2.6 */
export type ErrorCode =
  | 'access_denied'
  | 'consent_required'
  /** Auth0's word for an endpoint of old that is switched off. */
  | 'endpoint_disabled'
  | PasswordlessErrorCode
  | 'insufficient_scope'
  | 'interaction_required'
  | 'invalid_client'
  /** Auth0's word for a connection that is not the client's. */
  | 'invalid_connection'
  | 'invalid_grant'
  | 'invalid_request'
  | 'invalid_request_uri'
  | 'invalid_scope'
  | 'invalid_token'
  /** Auth0's word of old for a code that is not accepted. */
  | 'invalid_user_password'
  | 'login_required'
  /** Auth0's word for a 405. */
  | 'method_not_allowed'
  | 'request_not_supported'
  | 'request_uri_not_supported'
  | 'server_error'
  | 'temporarily_unavailable'
  | 'too_many_attempts'
  | 'too_many_requests'
  /** Auth0's word for an account that an operator blocked. */
  | 'unauthorized'
  | 'unauthorized_client'
  | 'unsupported_grant_type'
  | 'unsupported_response_type';

/** Auth0's words for what is wrong with one parameter of the passwordless API. */
type PasswordlessErrorCode =
  | 'bad.authParams'
  | 'bad.client_id'
  | 'bad.connection'
  | 'bad.email'
  | 'bad.phone_number'
  | 'bad.request'
  | 'bad.send'
  | 'bad.verification_code';

/** A broken rule. Becomes the JSON of RFC 6749 §5.2 at an API; at /authorize an {@link AuthorizationError}. */
export class OAuthError extends Error {
  readonly error: ErrorCode;
  readonly description: string;
  /** HTTP status of the answer. */
  readonly status: number;
  /** Value of the `WWW-Authenticate` header, or null. @see RFC 6749 §5.2, RFC 6750 §3 */
  readonly wwwAuthenticate: string | null;
  /** Seconds for the `Retry-After` header, or null. @see RFC 9110 §10.2.3 */
  readonly retryAfterSeconds: number | null;
  /** The parameter at fault, where the endpoint tells it by name; or null. */
  readonly field: string | null;

  constructor(
    error: ErrorCode,
    description: string,
    answer: {
      status?: number;
      wwwAuthenticate?: string | null;
      retryAfterSeconds?: number;
      field?: string;
    } = {},
  ) {
    super(`${error}: ${description}`);
    this.name = 'OAuthError';
    this.error = error;
    this.description = description;
    this.status = answer.status ?? 400;
    this.wwwAuthenticate = answer.wwwAuthenticate ?? null;
    this.retryAfterSeconds = answer.retryAfterSeconds ?? null;
    this.field = answer.field ?? null;
  }
}

/** Where the answer to an authorization request may go: the client's own redirect URI, checked. */
export type ReturnAddress = Readonly<{
  clientId: string;
  redirectUri: string;
  responseMode: ResponseMode;
  state: string | null;
}>;

/** A broken rule of /authorize. @see RFC 6749 §4.1.2.1 */
export class AuthorizationError extends Error {
  readonly error: ErrorCode;
  readonly description: string;
  /** HTTP status of our own page, where the client cannot be told. */
  readonly status: number;
  /** The client that may be told; null while client and redirect URI are not verified: only a page of ours may. */
  readonly returnAddress: ReturnAddress | null;
  /** The client, once it is known to exist. */
  readonly client: Client | null;

  constructor(
    broken: Readonly<{ error: ErrorCode; description: string; status?: number }>,
    known: Readonly<{ client: Client | null; returnAddress: ReturnAddress | null }>,
  ) {
    super(`${broken.error}: ${broken.description}`);
    this.name = 'AuthorizationError';
    this.error = broken.error;
    this.description = broken.description;
    this.status = broken.status ?? 400;
    this.returnAddress = known.returnAddress;
    this.client = known.client;
  }
}

/** Thrown by a store that cannot be reached: the same request works again when it is back. Becomes 503. */
export class StorageUnavailable extends Error {
  /** Seconds for the `Retry-After` header. */
  readonly retryAfterSeconds: number;

  constructor(cause: unknown, retryAfterSeconds = 5) {
    super('storage is unavailable', { cause });
    this.name = 'StorageUnavailable';
    this.retryAfterSeconds = retryAfterSeconds;
  }
}
