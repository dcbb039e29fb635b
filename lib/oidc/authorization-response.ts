// The answer to an authorization request: a code, tokens or an error, with `state` and `iss`, in the mode that was asked for.
// RFC 6749 §4.1.2, RFC 9207, OAuth 2.0 Form Post Response Mode; Auth0's web_message.
import type { IssuedAccessToken } from './access-token';
import type { ErrorCode, ReturnAddress } from './errors';
import { WEB_MESSAGE } from './vocabulary';

/** The outcome to tell the client. */
export type AuthorizationOutcome =
  | Readonly<{ kind: 'issued'; authorizationCode: string | null; tokens: FrontChannelTokens | null }>
  | Readonly<{ kind: 'error'; error: ErrorCode; description: string }>;

/** Tokens that are handed out with the answer itself. @see OpenID Connect Core §3.2.2.5, §3.3.2.5 */
export type FrontChannelTokens = Readonly<{
  accessToken: (IssuedAccessToken & Readonly<{ scope: string }>) | null;
  idToken: string | null;
}>;

/** How the browser carries it there. */
export type AuthorizationResponse =
  | Readonly<{ kind: 'redirect'; location: string }>
  | Readonly<{ kind: 'form_post'; action: string; fields: Fields }>
  /** `origin`: of the page that frames ours, the one page that may. */
  | Readonly<{ kind: 'web_message'; origin: string; fields: Fields }>;

type Fields = readonly (readonly [name: string, value: string])[];

/**
 * Addresses an outcome to the client. An {@link AuthorizationRequest} is a return address.
 * @see RFC 9207 §2 for `iss`, which every answer carries
 */
export function addressOutcome(
  outcome: AuthorizationOutcome,
  returnAddress: ReturnAddress,
  issuer: string,
): AuthorizationResponse {
  const fields = fieldsOf(outcome);
  if (returnAddress.state !== null) fields.push(['state', returnAddress.state]);
  fields.push(['iss', issuer]);

  const { redirectUri } = returnAddress;
  switch (returnAddress.responseMode) {
    case 'query':
      return { kind: 'redirect', location: appendToQuery(redirectUri, fields) };
    case 'fragment':
      return { kind: 'redirect', location: `${redirectUri}#${encodeFields(fields)}` };
    case 'form_post':
      return { kind: 'form_post', action: redirectUri, fields };
    case WEB_MESSAGE:
      return { kind: 'web_message', origin: new URL(redirectUri).origin, fields };
  }
}

function fieldsOf(outcome: AuthorizationOutcome): [name: string, value: string][] {
  if (outcome.kind === 'error') {
    return [
      ['error', outcome.error],
      ['error_description', outcome.description],
    ];
  }
  const { authorizationCode, tokens } = outcome;
  const fields: [string, string][] = authorizationCode === null ? [] : [['code', authorizationCode]];
  if (tokens?.accessToken) {
    const { accessToken, lifetimeSeconds, scope } = tokens.accessToken;
    fields.push(['access_token', accessToken], ['token_type', 'Bearer']);
    fields.push(['expires_in', String(lifetimeSeconds)], ['scope', scope]);
  }
  if (tokens?.idToken) fields.push(['id_token', tokens.idToken]);
  return fields;
}

/** Adds fields to a URI, keeping what it was registered with to the letter. @see RFC 6749 §3.1.2 */
export function appendToQuery(uri: string, fields: Fields): string {
  if (fields.length === 0) return uri;
  return `${uri}${uri.includes('?') ? '&' : '?'}${encodeFields(fields)}`;
}

/** A space becomes %20, not +: form decoders and plain percent-decoders then agree on the value. */
function encodeFields(fields: Fields): string {
  return fields.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&');
}
