// Who asks something of the management API: the command line of this machine, a client that holds an access token, or a person
// that holds one. A client may do what it is still granted, a person what is about themselves.
// RFC 6750 §2.1, RFC 9068 §4; security MGT-5, SCP-1.
import { type AccessToken, type TokenFamilyStore, verifyAccessToken } from '@/lib/oidc/access-token';
import type { ResourceServerStore } from '@/lib/oidc/resource-server';
import type { TokenSigner } from '@/lib/oidc/token-signer';
import { MAX_BYTES } from '@/lib/oidc/vocabulary';
import { type Caller, COMMAND_LINE, type Operators } from './caller';
import { managementAudience } from './scopes';

export type OperatorsDeps = Readonly<{
  issuer: string;
  signer: Pick<TokenSigner, 'verify'>;
  resourceServers: Pick<ResourceServerStore, 'findGrants'>;
  families: Pick<TokenFamilyStore, 'findActive'>;
  /** Whether a bearer token is the one of this machine's command line. Compares in constant time. */
  isOperatorToken(bearerToken: string): boolean;
}>;

/** Reads bearer tokens from the Authorization header and from nowhere else. */
export function createOperators(deps: OperatorsDeps): Operators {
  const audience = managementAudience(deps.issuer);

  /** A token lives for hours; a grant that an operator took back ends within seconds. */
  async function clientOf({ clientId, scope }: AccessToken): Promise<Caller> {
    const grants = await deps.resourceServers.findGrants(clientId);
    const granted = grants.find((grant) => grant.audience === audience)?.scopes ?? [];
    const scopes = scope.split(' ').filter((token) => granted.includes(token));
    return { kind: 'client', clientId, accountId: null, scopes };
  }

  async function personOf({ clientId, sub, scope }: AccessToken, familyId: string): Promise<Caller | null> {
    const active = await deps.families.findActive(familyId);
    if (active === null) return null;
    const { authenticatedAt } = active;
    return {
      ...{ kind: 'person', clientId, accountId: sub, scopes: scope.split(' ') },
      ...(authenticatedAt !== null && { provenAt: authenticatedAt }),
    };
  }

  return {
    async callerOf({ headers }) {
      const bearerToken = BEARER.exec(headers.get('authorization') ?? '')?.[1];
      if (bearerToken === undefined || bearerToken.length > MAX_BYTES.jwt) return null;
      if (deps.isOperatorToken(bearerToken)) return COMMAND_LINE;
      const accessToken = await verifyAccessToken(deps, bearerToken, audience);
      if (accessToken === null) return null;
      const { familyId } = accessToken;
      return familyId === null ? clientOf(accessToken) : personOf(accessToken, familyId);
    },
  };
}

const BEARER = /^Bearer +([A-Za-z0-9._~+/-]+=*)$/i;
