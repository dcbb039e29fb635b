-- AlterTable
ALTER TABLE "challenges" ADD COLUMN     "links_account_id" TEXT;

-- AlterTable
ALTER TABLE "identities" ADD COLUMN     "linked_at" TIMESTAMPTZ(3),
ADD COLUMN     "profile" JSONB;
