// Claims about the End-User, by scope, as ID tokens and UserInfo carry them. OpenID Connect Core §5.1, §5.4.
// A claim without a value is left out (§5.3.2).
import type { Subject } from './authorization-code';
import { hasScope } from './scope';
import type { TokenClaims } from './token-signer';

/** The claims, beside `sub`, that a scope asks for. Names and fall-backs are Auth0's. */
export function claimsOfScope(subject: Subject, scope: string): TokenClaims {
  return {
    ...(hasScope(scope, 'profile') && profileClaims(subject)),
    ...(hasScope(scope, 'email') && emailClaims(subject)),
    ...(hasScope(scope, 'phone') && phoneClaims(subject)),
  };
}

/** Claims that may appear, for discovery. */
export const PERSON_CLAIMS = [
  'name',
  'nickname',
  'given_name',
  'family_name',
  'picture',
  'updated_at',
  'email',
  'email_verified',
  'phone_number',
  'phone_number_verified',
] as const;

/** What a person is called: by address or number who has no name. */
export function nameOf(person: Pick<Subject, 'name' | 'email' | 'phoneNumber'>): string | null {
  return person.name ?? person.email ?? person.phoneNumber;
}

/** What a person is called for short: by what comes before the at sign. */
export function nicknameOf({ nickname, email }: Pick<Subject, 'nickname' | 'email'>): string | null {
  return nickname ?? email?.slice(0, email.lastIndexOf('@')) ?? null;
}

function profileClaims(subject: Subject): TokenClaims {
  const name = nameOf(subject);
  const nickname = nicknameOf(subject);
  return {
    ...(name !== null && { name }),
    ...(nickname !== null && { nickname }),
    ...(subject.givenName !== null && { given_name: subject.givenName }),
    ...(subject.familyName !== null && { family_name: subject.familyName }),
    ...(subject.picture !== null && { picture: subject.picture }),
    // A number of seconds, as §5.1 has it; Auth0 sends a date in words here.
    updated_at: Math.floor(subject.updatedAt.getTime() / 1000),
  };
}

function emailClaims(subject: Subject): TokenClaims {
  return subject.email === null ? {} : { email: subject.email, email_verified: subject.emailVerified };
}

function phoneClaims(subject: Subject): TokenClaims {
  return subject.phoneNumber === null
    ? {}
    : { phone_number: subject.phoneNumber, phone_number_verified: subject.phoneNumberVerified };
}
