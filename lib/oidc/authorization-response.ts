// The answer to an authorization request: a code or an error, with `state` and `iss`, in the mode that was asked for.
// RFC 6749 §4.1.2, RFC 9207, OAuth 2.0 Form Post Response Mode; Auth0's web_message.
import type { ErrorCode, ReturnAddress } from './errors';
import { WEB_MESSAGE } from './vocabulary';

/** The outcome to tell the client. */
export type AuthorizationOutcome =
  | Readonly<{ kind: 'code'; authorizationCode: string }>
  | Readonly<{ kind: 'error'; error: ErrorCode; description: string }>;

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
  const fields: [string, string][] =
    outcome.kind === 'code'
      ? [['code', outcome.authorizationCode]]
      : [
          ['error', outcome.error],
          ['error_description', outcome.description],
        ];
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

/** Adds fields to a URI, keeping what it was registered with to the letter. @see RFC 6749 §3.1.2 */
export function appendToQuery(uri: string, fields: Fields): string {
  if (fields.length === 0) return uri;
  return `${uri}${uri.includes('?') ? '&' : '?'}${encodeFields(fields)}`;
}

/** A space becomes %20, not +: form decoders and plain percent-decoders then agree on the value. */
function encodeFields(fields: Fields): string {
  return fields.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&');
}
