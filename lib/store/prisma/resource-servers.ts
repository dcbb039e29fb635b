// APIs and what clients were granted of them, in PostgreSQL, and in memory for five seconds: the client credentials grant
// asks for nothing else. The management API is a row among them, which follows ISSUER at every boot.
import { randomBytes } from 'node:crypto';
import type { ApiScope, ClientGrant } from '@/lib/oidc/resource-server';
import type {
  ClientGrantRecord,
  ResourceServerRecord,
  ResourceServerRegister,
} from '@/lib/oidc/resource-server-register';
import type { SigningAlgorithm } from '@/lib/oidc/token-signer';
import { Prisma, type PrismaClient, type ResourceServer as Row } from '@/prisma/generated/client';
import { createMemory } from './memory';

/** Keeps APIs in that database. */
export function createResourceServerStore(
  prisma: PrismaClient,
  { clock }: { clock: () => Date },
): ResourceServerRegister {
  // All of them at once: strangers may ask for any audience, and none of their questions reaches the database.
  const apis = createMemory(clock, async () => new Map((await list()).map((api) => [api.identifier, api])));
  const grants = createMemory(clock, async (clientId) => {
    const rows = await prisma.clientGrant.findMany({
      where: { clientId },
      select: { scopes: true, resourceServer: { select: { identifier: true } } },
      orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
    });
    return rows.map(
      ({ scopes, resourceServer }): ClientGrant => ({ audience: resourceServer.identifier, scopes }),
    );
  });

  async function list(): Promise<ResourceServerRecord[]> {
    const rows = await prisma.resourceServer.findMany({
      orderBy: [{ isSystem: 'desc' }, { createdAt: 'asc' }, { id: 'asc' }],
    });
    return rows.map(recordOf);
  }

  async function findGrant(id: string): Promise<ClientGrantRecord | null> {
    if (!GRANT_ID.test(id)) return null;
    const row = await prisma.clientGrant.findUnique({ where: { id }, include: WITH_AUDIENCE });
    return row === null ? null : grantOf(row);
  }

  return {
    find: async (identifier) => (await apis.recall('all'))?.get(identifier) ?? null,

    findGrants: async (clientId) => (await grants.recall(clientId)) ?? [],

    async add({ scopes, ...api }, now) {
      const { count } = await prisma.resourceServer.createMany({
        data: { ...api, scopes: jsonOf(scopes), createdAt: now, updatedAt: now },
        skipDuplicates: true,
      });
      apis.forget('all');
      return count === 1;
    },

    list,

    async load(idOrIdentifier) {
      if (!IDENTIFIER.test(idOrIdentifier)) return null;
      const rows = await prisma.resourceServer.findMany({
        where: { OR: [{ id: idOrIdentifier }, { identifier: idOrIdentifier }] },
      });
      const row = rows.find(({ id }) => id === idOrIdentifier) ?? rows[0];
      return row === undefined ? null : recordOf(row);
    },

    async change({ id, read, changes: { scopes, ...changes } }, now) {
      const { count } = await prisma.resourceServer.updateMany({
        where: { id, updatedAt: read },
        data: {
          ...changes,
          ...(scopes !== undefined && { scopes: jsonOf(scopes) }),
          // Two changes within a millisecond are still two.
          updatedAt: now > read ? now : new Date(read.getTime() + 1),
        },
      });
      apis.forget('all');
      const row = count === 1 ? await prisma.resourceServer.findUnique({ where: { id } }) : null;
      return row === null ? null : recordOf(row);
    },

    async remove(id, now) {
      const [row] = await prisma.$queryRaw<[{ removed: number }]>`
        WITH removed AS (DELETE FROM resource_servers WHERE id = ${id}::text AND NOT is_system RETURNING identifier),
        codes AS (DELETE FROM authorization_codes WHERE audience IN (SELECT identifier FROM removed)),
        families AS (
          UPDATE token_families SET revoked_at = ${now.toISOString()}::timestamptz
          WHERE audience IN (SELECT identifier FROM removed) AND revoked_at IS NULL
        )
        SELECT count(*)::int AS removed FROM removed`;
      apis.forget('all');
      return row.removed === 1;
    },

    async grant({ id, clientId, audience, scopes }, now) {
      const at = now.toISOString();
      const [row] = await prisma.$queryRaw<[{ client: boolean; api: boolean; granted: boolean }]>`
        WITH client AS (SELECT client_id FROM clients WHERE client_id = ${clientId}::text),
        api AS (SELECT id FROM resource_servers WHERE identifier = ${audience}::text),
        granted AS (
          INSERT INTO client_grants (id, client_id, resource_server_id, scopes, created_at, updated_at)
          SELECT ${id}::text, client.client_id, api.id, ${[...scopes]}::text[], ${at}::timestamptz, ${at}::timestamptz
          FROM client, api
          ON CONFLICT DO NOTHING
          RETURNING id
        )
        SELECT EXISTS (SELECT 1 FROM client) AS client, EXISTS (SELECT 1 FROM api) AS api,
          EXISTS (SELECT 1 FROM granted) AS granted`;
      grants.forget(clientId);
      if (row.granted) return 'granted';
      if (!row.client) return 'unknown_client';
      return row.api ? 'granted_before' : 'unknown_api';
    },

    findGrant,

    async changeGrant({ id, scopes }, now) {
      const { count } = await prisma.clientGrant.updateMany({
        where: { id },
        data: { scopes: [...scopes], updatedAt: now },
      });
      const grant = count === 1 ? await findGrant(id) : null;
      if (grant !== null) grants.forget(grant.clientId);
      return grant;
    },

    async removeGrant(id) {
      if (!GRANT_ID.test(id)) return false;
      const [row] = await prisma.$queryRaw<{ clientId: string }[]>`
        DELETE FROM client_grants WHERE id = ${id}::text RETURNING client_id AS "clientId"`;
      if (row !== undefined) grants.forget(row.clientId);
      return row !== undefined;
    },

    async listGrants({ clientId, audience, after = null, offset = 0, limit }) {
      const where: Prisma.ClientGrantWhereInput = {
        ...(clientId !== undefined && { clientId }),
        ...(audience !== undefined && { resourceServer: { identifier: audience } }),
      };
      const behind: Prisma.ClientGrantWhereInput =
        after === null
          ? {}
          : {
              OR: [
                { createdAt: { gt: after.createdAt } },
                { createdAt: after.createdAt, id: { gt: after.id } },
              ],
            };
      const [rows, total] = await Promise.all([
        prisma.clientGrant.findMany({
          where: { AND: [where, behind] },
          include: WITH_AUDIENCE,
          orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
          skip: offset,
          take: limit,
        }),
        prisma.clientGrant.count({ where }),
      ]);
      return { grants: rows.map(grantOf), total };
    },
  };
}

/** What an id or an identifier can look like; anything else is not looked for. */
const IDENTIFIER = /^[\x21-\x7e]{1,600}$/;
const GRANT_ID = /^cgr_[A-Za-z0-9_-]{16}$/;

const WITH_AUDIENCE = {
  resourceServer: { select: { identifier: true } },
} satisfies Prisma.ClientGrantInclude;

function grantOf(row: Prisma.ClientGrantGetPayload<{ include: typeof WITH_AUDIENCE }>): ClientGrantRecord {
  const { id, clientId, resourceServer, scopes, createdAt } = row;
  return { id, clientId, audience: resourceServer.identifier, scopes, createdAt };
}

function jsonOf(scopes: readonly ApiScope[]): Prisma.InputJsonArray {
  return scopes.map((scope) => ({ ...scope }));
}

/**
 * Puts the management API in its place, with the scopes it has in this version, and grants the operator's client, where
 * there is one, what it is to have. For every boot; an operator's changes of lifetime and algorithm stay.
 */
export async function ensureManagementApi(
  prisma: PrismaClient,
  setup: Readonly<{
    identifier: string;
    scopes: readonly ApiScope[];
    operator: Readonly<{ clientId: string; scopes: readonly ApiScope[] }> | null;
    now: Date;
  }>,
): Promise<void> {
  const { identifier, scopes, operator } = setup;
  const now = Prisma.sql`${setup.now.toISOString()}::timestamptz`;
  const values = JSON.stringify(scopes);
  await prisma.$transaction([
    // Of two first boots one adds it; no target, because the identifier is just as much its own.
    prisma.$executeRaw`
      INSERT INTO resource_servers (id, identifier, name, scopes, is_system, created_at, updated_at)
      VALUES (${randomBytes(12).toString('hex')}::text, ${identifier}::text, 'Management API', ${values}::jsonb, true, ${now}, ${now})
      ON CONFLICT DO NOTHING`,
    prisma.$executeRaw`
      WITH api AS (
        UPDATE resource_servers SET identifier = ${identifier}::text, scopes = ${values}::jsonb WHERE is_system
        RETURNING id
      )
      INSERT INTO client_grants (id, client_id, resource_server_id, scopes, created_at, updated_at)
      SELECT ${`cgr_${randomBytes(12).toString('base64url')}`}::text, c.client_id, api.id,
        ${operator?.scopes.map(({ value }) => value) ?? []}::text[], ${now}, ${now}
      FROM clients c, api WHERE c.client_id = ${operator?.clientId ?? null}::text
      ON CONFLICT (client_id, resource_server_id) DO UPDATE SET scopes = excluded.scopes, updated_at = excluded.updated_at`,
  ]);
}

function recordOf({ createdAt: _created, ...row }: Row): ResourceServerRecord {
  return {
    ...row,
    scopes: row.scopes as ApiScope[],
    signingAlgorithm: row.signingAlgorithm as SigningAlgorithm,
    tokenDialect: row.tokenDialect as ResourceServerRecord['tokenDialect'],
  };
}
