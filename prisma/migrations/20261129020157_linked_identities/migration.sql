-- AlterTable
ALTER TABLE "identities" ADD COLUMN     "linked_at" TIMESTAMPTZ(3),
ADD COLUMN     "profile" JSONB;
