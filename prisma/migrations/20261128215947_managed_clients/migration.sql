-- AlterTable
ALTER TABLE "clients" ADD COLUMN     "credentials" JSONB NOT NULL DEFAULT '[]',
ADD COLUMN     "cross_origin_authentication" BOOLEAN NOT NULL DEFAULT true,
ADD COLUMN     "custom_login_page_on" BOOLEAN NOT NULL DEFAULT true,
ADD COLUMN     "description" TEXT,
ADD COLUMN     "former_secret_expires_at" TIMESTAMPTZ(3),
ADD COLUMN     "metadata" JSONB NOT NULL DEFAULT '{}',
ADD COLUMN     "trusts_forwarded_address" BOOLEAN NOT NULL DEFAULT false;

-- AlterTable
ALTER TABLE "connections" ADD COLUMN     "display_name" TEXT,
ADD COLUMN     "metadata" JSONB NOT NULL DEFAULT '{}';

-- AlterTable
ALTER TABLE "resource_servers" ADD COLUMN     "token_dialect" TEXT NOT NULL DEFAULT 'rfc9068_profile';
