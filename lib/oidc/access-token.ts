// Access tokens: signed JWTs, for one API, for UserInfo, or for both. Those that speak for a person belong to a family that
// can be revoked; those a client gets for itself live as long as they say. RFC 9068, RFC 7009; Auth0's audiences.
import type { AuthorizationGrant, Subject } from './authorization-code';
import type { Client } from './client';
import type { ResourceServer } from './resource-server';
import { hasScope } from './scope';
import type { TokenClaims, TokenSigner } from './token-signer';

/** Seconds that an access token for UserInfo lives where it was handed out at /authorize itself. Auth0's. */
export const WEB_TOKEN_LIFETIME_SECONDS = 7200;

export type ActiveGrant = Readonly<{
  subject: Subject;
  scope: string;
  /** Null where no browser of ours was signed in. */
  sessionId: string | null;
  /** When the person proved who they are; null in families that are older than the answer to that. */
  authenticatedAt: Date | null;
  createdAt: Date;
}>;

export type TokenFamilyStore = {
  /** The person behind an access token, or null once the family is revoked, the account blocked, or either or the client gone. One statement. */
  findActive(familyId: string): Promise<ActiveGrant | null>;
  /** Revokes the family if it belongs to the client; anything else changes nothing. */
  revoke(revocation: { familyId: string; clientId: string; now: Date }): Promise<void>;
};

/** What a verified access token says. Whether its family is still alive, the store knows. */
export type AccessToken = Readonly<{
  clientId: string;
  sub: string;
  scope: string;
  audiences: readonly string[];
  /** Null: the client got it for itself. */
  familyId: string | null;
}>;

export type IssuedAccessToken = Readonly<{ accessToken: string; lifetimeSeconds: number }>;

type IssuerDeps = Readonly<{
  issuer: string;
  random: Readonly<{ id(): string }>;
  signer: Pick<TokenSigner, 'sign'>;
}>;

/**
 * Issues an access token that speaks for a person.
 * @param issue.api the API it is for; null for UserInfo alone
 * @param issue.lifetimeSeconds in place of the API's, or the client's
 * @see RFC 9068 §2.2
 */
export async function issueAccessToken(
  deps: IssuerDeps,
  issue: Readonly<{
    client: Client;
    grant: AuthorizationGrant;
    api: ResourceServer | null;
    lifetimeSeconds?: number;
    now: Date;
  }>,
): Promise<IssuedAccessToken> {
  const { client, grant, api, now } = issue;
  return sign(deps, {
    claims: {
      sub: grant.subject.sub,
      aud: audienceOf(deps.issuer, api, grant.scope),
      ...claimsOfClient(client.clientId),
      scope: grant.scope,
      family: grant.familyId,
    },
    algorithm: api?.signingAlgorithm ?? 'RS256',
    lifetimeSeconds: issue.lifetimeSeconds ?? api?.tokenLifetimeSeconds ?? client.accessTokenLifetimeSeconds,
    now,
  });
}

/**
 * Issues an access token that a client gets for itself. It belongs to no family.
 * @param issue.scope may be empty: an API need not have scopes
 * @see RFC 9068 §2.2; subject and `gty` are Auth0's
 */
export async function issueClientAccessToken(
  deps: IssuerDeps,
  issue: Readonly<{ clientId: string; api: ResourceServer; scope: string; now: Date }>,
): Promise<IssuedAccessToken> {
  const { clientId, api, scope, now } = issue;
  return sign(deps, {
    claims: {
      sub: `${clientId}@clients`,
      aud: api.identifier,
      ...claimsOfClient(clientId),
      ...(scope !== '' && { scope }),
      gty: 'client-credentials',
    },
    algorithm: api.signingAlgorithm,
    lifetimeSeconds: api.tokenLifetimeSeconds,
    now,
  });
}

/**
 * Reads an access token that was sent to `audience`, or null: not ours, expired, an ID token, or meant for somebody else.
 * @see RFC 9068 §4
 */
export async function verifyAccessToken(
  deps: VerifierDeps,
  accessToken: string,
  audience: string,
): Promise<AccessToken | null> {
  const verified = await readAccessToken(deps, accessToken);
  return verified?.audiences.includes(audience) === true ? verified : null;
}

type VerifierDeps = Readonly<{ issuer: string; signer: Pick<TokenSigner, 'verify'> }>;

/**
 * Reads an access token of ours, whoever it is for, or null. For its own client, which may give it up anywhere; whoever is
 * to act upon one asks {@link verifyAccessToken}.
 */
export async function readAccessToken(deps: VerifierDeps, accessToken: string): Promise<AccessToken | null> {
  const claims = await deps.signer.verify(accessToken, { typ: 'at+jwt' });
  if (claims === null) return null;
  const { aud, client_id: clientId, sub, scope = '', family: familyId = null } = claims;
  const audiences: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
  if (!audiences.every((audience) => typeof audience === 'string')) return null;
  if (typeof clientId !== 'string' || typeof sub !== 'string' || typeof scope !== 'string') return null;
  if (familyId !== null && typeof familyId !== 'string') return null;
  return { clientId, sub, scope, audiences, familyId };
}

/** The audience of access tokens that are for UserInfo. Auth0's. */
export function userinfoAudience(issuer: string): string {
  return `${issuer}userinfo`;
}

/** UserInfo as well, where the scope asks who it is. Auth0's: a list only where there are two. */
function audienceOf(issuer: string, api: ResourceServer | null, scope: string): string | string[] {
  if (api === null) return userinfoAudience(issuer);
  return hasScope(scope, 'openid') ? [api.identifier, userinfoAudience(issuer)] : api.identifier;
}

/** Auth0's name beside the standard's: its clients read `azp`. */
function claimsOfClient(clientId: string): TokenClaims {
  return { azp: clientId, client_id: clientId };
}

async function sign(
  { issuer, random, signer }: IssuerDeps,
  made: Readonly<{
    claims: TokenClaims;
    algorithm: ResourceServer['signingAlgorithm'];
    lifetimeSeconds: number;
    now: Date;
  }>,
): Promise<IssuedAccessToken> {
  const iat = Math.floor(made.now.getTime() / 1000);
  const accessToken = await signer.sign(
    { iss: issuer, ...made.claims, iat, exp: iat + made.lifetimeSeconds, jti: random.id() },
    { typ: 'at+jwt', alg: made.algorithm },
  );
  return { accessToken, lifetimeSeconds: made.lifetimeSeconds };
}
