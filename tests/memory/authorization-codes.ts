// Authorization codes and the token families they start, in memory, keeping the promises of their ports.
import type { TokenFamilyStore } from '@/lib/oidc/access-token';
import type { AuthorizationCodeStore, AuthorizationGrant, Subject } from '@/lib/oidc/authorization-code';
import type { RefreshTokenStore } from '@/lib/oidc/refresh-token';
import type { ResourceServerStore } from '@/lib/oidc/resource-server';
import { hasScope } from '@/lib/oidc/scope';

export type IssuedCode = Readonly<{
  authorizationCode: string;
  grant: AuthorizationGrant;
  redirectUri: string;
  requestedRedirectUri: string | null;
  codeChallenge: string | null;
  expiresAt: Date;
}>;

type Family = {
  clientId: string;
  subject: Subject;
  scope: string;
  sessionId: string | null;
  authenticatedAt: Date;
  createdAt: Date;
  revoked: boolean;
  grant: AuthorizationGrant;
  /** The newest refresh token, and when it took its place. */
  sequence: number;
  rotatedAt: Date | null;
};

export type MemoryCodes = AuthorizationCodeStore &
  Readonly<{
    families: TokenFamilyStore;
    refreshTokenStore: RefreshTokenStore;
    issue(code: IssuedCode): void;
    /** Begins the family of tokens that are handed out at once. */
    begin(grant: AuthorizationGrant, now: Date): void;
    issued: readonly IssuedCode[];
  }>;

export function memoryCodes(resourceServers: Pick<ResourceServerStore, 'find'>): MemoryCodes {
  const issued: IssuedCode[] = [];
  const families = new Map<string, Family>();
  const findApi = async (audience: string | null) =>
    audience === null ? null : resourceServers.find(audience);
  const begin = (grant: AuthorizationGrant, now: Date) =>
    void families.set(grant.familyId, {
      ...grant,
      createdAt: now,
      revoked: false,
      grant,
      sequence: 0,
      rotatedAt: null,
    });
  return {
    issued,
    issue: (code) => void issued.push(code),
    begin,

    async redeem({ authorizationCode, clientId, redirectUri, codeChallenge, now }) {
      const code = issued.find((candidate) => candidate.authorizationCode === authorizationCode);
      if (code === undefined || code.grant.clientId !== clientId) return { kind: 'refused' };
      const family = families.get(code.grant.familyId);
      if (family !== undefined) {
        family.revoked = true;
        return { kind: 'replayed' };
      }
      const sameRedirectUri =
        redirectUri === null ? code.requestedRedirectUri === null : redirectUri === code.redirectUri;
      const { audience } = code.grant;
      if (audience !== null && (await findApi(audience)) === null) return { kind: 'refused' };
      const bound = sameRedirectUri && code.codeChallenge === codeChallenge && now < code.expiresAt;
      if (!bound) return { kind: 'refused' };
      begin(code.grant, now);
      return { kind: 'redeemed', grant: code.grant };
    },

    refreshTokenStore: {
      async findActive({ familyId, sequence, clientId, now }) {
        const family = families.get(familyId);
        const isLive = family?.clientId === clientId && !family.revoked && family.sequence === sequence;
        if (!isLive || !hasScope(family.scope, 'offline_access')) return null;
        const { subject, scope, audience } = family.grant;
        return { sub: subject.sub, scope, audience, expiresAt: new Date(now.getTime() + 86_400_000) };
      },
      async rotate({ familyId, sequence, clientId, scope, apiScope, rotates, graceSeconds, now }) {
        const family = families.get(familyId);
        if (family === undefined) return { kind: 'refused' };
        if (family.clientId !== clientId) return { kind: 'foreign' };
        if (family.revoked) return { kind: 'refused' };
        if (!hasScope(family.scope, 'offline_access')) return { kind: 'refused' };
        const api = await findApi(family.grant.audience);
        if (family.grant.audience !== null && api?.allowOfflineAccess !== true) return { kind: 'refused' };
        const known = apiScope.filter((token) => api?.scopes.some(({ value }) => value === token));
        const fits = [...scope, ...known].every((token) => hasScope(family.scope, token));
        if (!fits) return { kind: 'scope_exceeded' };
        const grant = { ...family.grant, nonce: null };
        if (sequence === family.sequence && !rotates) return { kind: 'rotated', sequence, grant };
        if (sequence === family.sequence) {
          family.sequence++;
          family.rotatedAt = now;
          return { kind: 'rotated', sequence: family.sequence, grant };
        }
        const sinceMs = now.getTime() - (family.rotatedAt?.getTime() ?? 0);
        if (sequence === family.sequence - 1 && sinceMs < graceSeconds * 1000)
          return { kind: 'rotated', sequence: family.sequence, grant };
        family.revoked = true;
        return { kind: 'reused' };
      },
    },

    families: {
      async findActive(familyId) {
        const family = families.get(familyId);
        return family === undefined || family.revoked ? null : family;
      },
      async revoke({ familyId, clientId }) {
        const family = families.get(familyId);
        if (family?.clientId === clientId) family.revoked = true;
      },
    },
  };
}
