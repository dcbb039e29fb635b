// What has to be in a database before the first sign-in, put there at every boot and harmless a second time: the
// connections, the settings, and the clients that the environment describes. Never overwrites what an operator changed.
import { randomBytes } from 'node:crypto';
import type { LimitOverrides } from '@/lib/login/limits';
import { Prisma, type PrismaClient } from '@/prisma/generated/client';

/** A client that exists because the environment says so; its addresses follow the environment. */
export type DeclaredClient = Readonly<{
  clientId: string;
  name: string;
  applicationType: 'regular_web' | 'non_interactive';
  /** How the program that uses it sends its secret: next-auth by Basic, an operator's by whichever. */
  tokenEndpointAuthMethod: 'client_secret_basic' | 'client_secret';
  secretHash: string;
  redirectUris: readonly string[];
  postLogoutRedirectUris: readonly string[];
  grantTypes: readonly string[];
  initiateLoginUri: string | null;
}>;

export async function ensureSetup(
  prisma: PrismaClient,
  setup: { limits: LimitOverrides; clients: readonly DeclaredClient[]; now: Date },
): Promise<void> {
  const now = Prisma.sql`${setup.now.toISOString()}::timestamptz`;
  // The first boot alone makes connections: one that an operator deleted does not come back. A millisecond apart, which is the
  // order in which pages offer them.
  await prisma.$queryRaw`
    WITH first_boot AS (
      INSERT INTO settings (id, limits, updated_at) VALUES (1, ${JSON.stringify(setup.limits)}::jsonb, ${now})
      ON CONFLICT (id) DO NOTHING
      RETURNING id
    )
    INSERT INTO connections (id, name, strategy, options, created_at, updated_at)
    SELECT made.id, made.channel, made.channel, '{}'::jsonb, made.created_at, ${now}
    FROM first_boot, (VALUES (${drawConnectionId()}::text, 'email', ${now}),
      (${drawConnectionId()}::text, 'sms', ${now} + interval '1 millisecond')) AS made (id, channel, created_at)
    ON CONFLICT (name) DO NOTHING`;
  for (const client of setup.clients) await ensureClient(prisma, client, now);
}

function drawConnectionId(): string {
  return `con_${randomBytes(12).toString('base64url')}`;
}

/** A client that is new gets every connection there is; of one that was there before the operator decides. */
async function ensureClient(prisma: PrismaClient, client: DeclaredClient, now: Prisma.Sql): Promise<void> {
  await prisma.$queryRaw`
    WITH client AS (
      INSERT INTO clients (client_id, name, application_type, token_endpoint_auth_method, secret_hashes, redirect_uris,
        post_logout_redirect_uris, web_origins, grant_types, initiate_login_uri, created_at, updated_at)
      VALUES (${client.clientId}::text, ${client.name}::text, ${client.applicationType}::text,
        ${client.tokenEndpointAuthMethod}::text, ${[client.secretHash]}::text[], ${[...client.redirectUris]}::text[], ${[...client.postLogoutRedirectUris]}::text[],
        '{}', ${[...client.grantTypes]}::text[], ${client.initiateLoginUri}::text, ${now}, ${now})
      ON CONFLICT (client_id) DO UPDATE SET secret_hashes = excluded.secret_hashes,
        token_endpoint_auth_method = excluded.token_endpoint_auth_method,
        redirect_uris = excluded.redirect_uris, post_logout_redirect_uris = excluded.post_logout_redirect_uris,
        initiate_login_uri = excluded.initiate_login_uri
      RETURNING client_id, redirect_uris
    )
    INSERT INTO client_connections (client_id, connection_id)
    SELECT client.client_id, connections.id FROM client, connections
    WHERE cardinality(client.redirect_uris) > 0
      AND NOT EXISTS (SELECT 1 FROM clients known WHERE known.client_id = client.client_id)
    ON CONFLICT DO NOTHING`;
}
