-- AlterTable
ALTER TABLE "sessions" ADD COLUMN     "metadata" JSONB NOT NULL DEFAULT '{}';

-- AlterTable
ALTER TABLE "token_families" ADD COLUMN     "metadata" JSONB NOT NULL DEFAULT '{}';
