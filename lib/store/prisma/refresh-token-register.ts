// Refresh tokens for operators. The promises are those of lib/oidc/refresh-token-register.ts.
import type {
  ListedRefreshToken,
  RefreshTokenRegister,
  RefreshTokensOf,
} from '@/lib/oidc/refresh-token-register';
import { Prisma, type PrismaClient, type TokenFamily } from '@/prisma/generated/client';
import { isGranted } from './grants';
import { isUnexpired } from './refresh-tokens';
import { insertRevocationEvent, revokeFamilies } from './token-endings';

export function createRefreshTokenRegister(prisma: PrismaClient): RefreshTokenRegister {
  async function list(
    of: RefreshTokensOf,
    { after, limit, now }: Parameters<RefreshTokenRegister['list']>[1],
  ): Promise<ListedRefreshToken[]> {
    const isLater =
      after === null
        ? Prisma.sql`true`
        : Prisma.sql`(f.created_at, f.id) < (SELECT created_at, id FROM token_families WHERE id = ${after}::text)`;
    const rows = await prisma.$queryRaw<Row[]>`
      SELECT f.id, f.account_id AS "accountId", client_id AS "clientId", f.session_id AS "sessionId", f.scope, f.audience,
        c.refresh_rotates OR c.token_endpoint_auth_method = 'none' AS rotates, f.created_at AS "createdAt",
        f.refresh_idle_expires_at AS "idleExpiresAt", f.refresh_expires_at AS "expiresAt", f.refresh_used_at AS "lastUsedAt",
        f.ip, f.user_agent AS "userAgent", f.last_ip AS "lastIp", f.last_user_agent AS "lastUserAgent", f.metadata
      FROM token_families f JOIN clients c USING (client_id)
      WHERE ${isOf(of)} AND f.revoked_at IS NULL AND ${isUnexpired(Prisma.sql`${now.toISOString()}::timestamptz`)}
        AND ${isGranted(Prisma.sql`f.grant_id`)} AND ${isLater}
      ORDER BY f.created_at DESC, f.id DESC LIMIT ${limit}::int`;
    return rows.map(listedFrom);
  }

  async function find(id: string, now: Date): Promise<ListedRefreshToken | null> {
    const [found] = await list({ ids: [id] }, { after: null, limit: 1, now });
    return found ?? null;
  }

  return {
    list,

    find,

    async setMetadata({ id, metadata }, now) {
      const token = await find(id, now);
      if (token === null) return null;
      const written = await prisma.tokenFamily.updateMany({
        where: { id, revokedAt: null },
        data: { metadata },
      });
      return written.count === 0 ? null : { ...token, metadata };
    },

    async revoke(of, by) {
      const [row] = await prisma.$queryRaw<[{ revoked: number }]>`
        WITH revoked AS (${revokeFamilies(isOf(of), Prisma.sql`${by.now.toISOString()}::timestamptz`)}),
        event AS (${insertRevocationEvent(by)})
        SELECT count(*)::int AS revoked FROM revoked`;
      return row.revoked;
    },
  };
}

/** Of a row of `token_families`. */
function isOf(of: RefreshTokensOf): Prisma.Sql {
  const conditions =
    'ids' in of
      ? [Prisma.sql`id = ANY(${[...of.ids]}::text[])`]
      : [
          'accountId' in of && Prisma.sql`account_id = ${of.accountId}::text`,
          of.clientId !== undefined && Prisma.sql`client_id = ${of.clientId}::text`,
          of.audience !== undefined && Prisma.sql`audience = ${of.audience}::text`,
        ].filter((condition) => condition !== false);
  return Prisma.join([Prisma.sql`refresh_sequence IS NOT NULL`, ...conditions], ' AND ');
}

type Row = Omit<ListedRefreshToken, 'initial' | 'last'> &
  Pick<TokenFamily, 'ip' | 'userAgent' | 'lastIp' | 'lastUserAgent'>;

function listedFrom({ ip, userAgent, lastIp, lastUserAgent, ...listed }: Row): ListedRefreshToken {
  return {
    ...listed,
    initial: { ip, userAgent },
    last: { ip: lastIp ?? ip, userAgent: lastUserAgent ?? userAgent },
  };
}
