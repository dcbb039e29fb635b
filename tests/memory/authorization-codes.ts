// Authorization codes and the token families they start, in memory, keeping the promises of their ports.
import type { TokenFamilyStore } from '@/lib/oidc/access-token';
import type { AuthorizationCodeStore, AuthorizationGrant, Subject } from '@/lib/oidc/authorization-code';

export type IssuedCode = Readonly<{
  authorizationCode: string;
  grant: AuthorizationGrant;
  redirectUri: string;
  requestedRedirectUri: string | null;
  codeChallenge: string | null;
  expiresAt: Date;
}>;

type Family = { clientId: string; subject: Subject; scope: string; revoked: boolean };

export type MemoryCodes = AuthorizationCodeStore &
  Readonly<{
    families: TokenFamilyStore;
    issue(code: IssuedCode): void;
    issued: readonly IssuedCode[];
  }>;

export function memoryCodes(): MemoryCodes {
  const issued: IssuedCode[] = [];
  const families = new Map<string, Family>();
  return {
    issued,
    issue: (code) => void issued.push(code),

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
      const bound = sameRedirectUri && code.codeChallenge === codeChallenge && now < code.expiresAt;
      if (!bound) return { kind: 'refused' };
      const { subject, scope, familyId } = code.grant;
      families.set(familyId, { clientId, subject, scope, revoked: false });
      return { kind: 'redeemed', grant: code.grant };
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
