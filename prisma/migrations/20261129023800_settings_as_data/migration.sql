-- AlterTable
ALTER TABLE "settings" ADD COLUMN     "branding" JSONB NOT NULL DEFAULT '{}',
ADD COLUMN     "custom_texts" JSONB NOT NULL DEFAULT '{}',
ADD COLUMN     "email_provider" JSONB,
ADD COLUMN     "tenant" JSONB NOT NULL DEFAULT '{}';

-- CreateTable
CREATE TABLE "brand_assets" (
    "id" TEXT NOT NULL,
    "media_type" TEXT NOT NULL,
    "bytes" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "brand_assets_pkey" PRIMARY KEY ("id")
);
