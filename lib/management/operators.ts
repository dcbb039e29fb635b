// Who may use the management API, and for what: the command line of this machine for everything, a client that holds an
// access token for the scopes in it that it is still granted. People have no business here yet, whatever their token says.
// RFC 6750 §2.1, RFC 9068 §4; security MGT-5, SCP-1.
import { verifyAccessToken } from '@/lib/oidc/access-token';
import type { ResourceServerStore } from '@/lib/oidc/resource-server';
import type { TokenSigner } from '@/lib/oidc/token-signer';
import { MAX_BYTES } from '@/lib/oidc/vocabulary';
import type { Operators } from './routes';
import { managementAudience } from './scopes';

export type OperatorsDeps = Readonly<{
  issuer: string;
  signer: Pick<TokenSigner, 'verify'>;
  resourceServers: Pick<ResourceServerStore, 'findGrants'>;
  /** Whether a bearer token is the one of this machine's command line. Compares in constant time. */
  isOperatorToken(bearerToken: string): boolean;
}>;

/** Reads bearer tokens from the Authorization header and from nowhere else. */
export function createOperators(deps: OperatorsDeps): Operators {
  const audience = managementAudience(deps.issuer);
  return {
    async scopesOf({ headers }) {
      const bearerToken = BEARER.exec(headers.get('authorization') ?? '')?.[1];
      if (bearerToken === undefined || bearerToken.length > MAX_BYTES.jwt) return null;
      if (deps.isOperatorToken(bearerToken)) return 'every';
      const accessToken = await verifyAccessToken(deps, bearerToken, audience);
      if (accessToken === null) return null;
      if (accessToken.familyId !== null) return [];
      // A token lives for hours; a grant that an operator took back ends within seconds.
      const grants = await deps.resourceServers.findGrants(accessToken.clientId);
      const granted = grants.find((grant) => grant.audience === audience)?.scopes ?? [];
      return accessToken.scope.split(' ').filter((scope) => granted.includes(scope));
    },
  };
}

const BEARER = /^Bearer +([A-Za-z0-9._~+/-]+=*)$/i;
