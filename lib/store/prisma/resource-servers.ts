// APIs and what clients were granted of them, in PostgreSQL, and in memory for five seconds: the client credentials grant
// asks for nothing else. The management API is a row among them, which follows ISSUER at every boot.
import { randomBytes } from 'node:crypto';
import type {
  ApiScope,
  ClientGrant,
  ResourceServer,
  ResourceServerRegister,
} from '@/lib/oidc/resource-server';
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

  async function list(): Promise<ResourceServer[]> {
    const rows = await prisma.resourceServer.findMany({
      orderBy: [{ isSystem: 'desc' }, { createdAt: 'asc' }, { id: 'asc' }],
    });
    return rows.map(resourceServerOf);
  }

  return {
    find: async (identifier) => (await apis.recall('all'))?.get(identifier) ?? null,

    findGrants: async (clientId) => (await grants.recall(clientId)) ?? [],

    async add({ scopes, ...api }, now) {
      const { count } = await prisma.resourceServer.createMany({
        data: { ...api, scopes: scopes.map((scope) => ({ ...scope })), createdAt: now, updatedAt: now },
        skipDuplicates: true,
      });
      apis.forget('all');
      return count === 1;
    },

    list,

    async grant({ id, clientId, audience, scopes }, now) {
      const granted = await prisma.$executeRaw(
        upsertGrant({
          id,
          scopes,
          now,
          from: Prisma.sql`clients c, resource_servers api
            WHERE c.client_id = ${clientId}::text AND api.identifier = ${audience}::text`,
        }),
      );
      grants.forget(clientId);
      return granted === 1;
    },
  };
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
  await prisma.$executeRaw`
    WITH api AS (
      INSERT INTO resource_servers (id, identifier, name, scopes, is_system, created_at, updated_at)
      VALUES (${randomBytes(12).toString('hex')}::text, ${identifier}::text, 'Management API',
        ${JSON.stringify(scopes)}::jsonb, true, ${now}, ${now})
      ON CONFLICT (is_system) WHERE is_system DO UPDATE SET identifier = excluded.identifier, scopes = excluded.scopes
      RETURNING id
    )
    ${upsertGrant({
      id: `cgr_${randomBytes(12).toString('base64url')}`,
      scopes: operator?.scopes.map(({ value }) => value) ?? [],
      now: setup.now,
      from: Prisma.sql`clients c, api WHERE c.client_id = ${operator?.clientId ?? null}::text`,
    })}`;
}

/** A grant for each pair of `c` and `api`, in place of the one it had. */
function upsertGrant(grant: {
  id: string;
  scopes: readonly string[];
  now: Date;
  from: Prisma.Sql;
}): Prisma.Sql {
  const now = Prisma.sql`${grant.now.toISOString()}::timestamptz`;
  return Prisma.sql`
    INSERT INTO client_grants (id, client_id, resource_server_id, scopes, created_at, updated_at)
    SELECT ${grant.id}::text, c.client_id, api.id, ${[...grant.scopes]}::text[], ${now}, ${now}
    FROM ${grant.from}
    ON CONFLICT (client_id, resource_server_id) DO UPDATE SET scopes = excluded.scopes, updated_at = excluded.updated_at`;
}

function resourceServerOf({ createdAt: _created, updatedAt: _updated, ...row }: Row): ResourceServer {
  return {
    ...row,
    scopes: row.scopes as ApiScope[],
    signingAlgorithm: row.signingAlgorithm as SigningAlgorithm,
  };
}
