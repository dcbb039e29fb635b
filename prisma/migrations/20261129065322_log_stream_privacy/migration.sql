-- AlterTable
ALTER TABLE "log_streams" ADD COLUMN     "custom_headers" JSONB NOT NULL DEFAULT '[]',
ADD COLUMN     "pii_fields" TEXT[] DEFAULT ARRAY[]::TEXT[],
ADD COLUMN     "pii_method" TEXT NOT NULL DEFAULT 'mask';
