-- AlterTable
ALTER TABLE "settings" ADD COLUMN     "page_template" JSONB,
ADD COLUMN     "theme" JSONB;
