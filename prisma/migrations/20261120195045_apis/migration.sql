-- AlterTable
ALTER TABLE "authorization_codes" ADD COLUMN     "audience" TEXT;

-- AlterTable
ALTER TABLE "token_families" ADD COLUMN     "audience" TEXT;

-- CreateTable
CREATE TABLE "resource_servers" (
    "id" TEXT NOT NULL,
    "identifier" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "scopes" JSONB NOT NULL DEFAULT '[]',
    "signing_algorithm" TEXT NOT NULL DEFAULT 'RS256',
    "token_lifetime_seconds" INTEGER NOT NULL DEFAULT 86400,
    "token_lifetime_for_web_seconds" INTEGER NOT NULL DEFAULT 7200,
    "allow_offline_access" BOOLEAN NOT NULL DEFAULT false,
    "skip_consent" BOOLEAN NOT NULL DEFAULT true,
    "is_system" BOOLEAN NOT NULL DEFAULT false,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "resource_servers_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "client_grants" (
    "id" TEXT NOT NULL,
    "client_id" TEXT NOT NULL,
    "resource_server_id" TEXT NOT NULL,
    "scopes" TEXT[],
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "client_grants_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "resource_servers_identifier_key" ON "resource_servers"("identifier");

-- CreateIndex
CREATE INDEX "client_grants_resource_server_id_idx" ON "client_grants"("resource_server_id");

-- CreateIndex
CREATE UNIQUE INDEX "client_grants_client_id_resource_server_id_key" ON "client_grants"("client_id", "resource_server_id");

-- AddForeignKey
ALTER TABLE "client_grants" ADD CONSTRAINT "client_grants_client_id_fkey" FOREIGN KEY ("client_id") REFERENCES "clients"("client_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "client_grants" ADD CONSTRAINT "client_grants_resource_server_id_fkey" FOREIGN KEY ("resource_server_id") REFERENCES "resource_servers"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- By hand: Prisma's schema has no partial indexes.
-- There is one management API.
CREATE UNIQUE INDEX "resource_servers_one_system" ON "resource_servers"("is_system") WHERE "is_system";
