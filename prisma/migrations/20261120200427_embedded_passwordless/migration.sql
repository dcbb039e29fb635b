-- AlterTable
ALTER TABLE "challenges" ADD COLUMN     "checked_at" TIMESTAMPTZ(3),
ADD COLUMN     "checked_origin" TEXT,
ADD COLUMN     "embedded_link" JSONB,
ADD COLUMN     "slot" TEXT;

-- CreateIndex
CREATE UNIQUE INDEX "challenges_slot_key" ON "challenges"("slot");
