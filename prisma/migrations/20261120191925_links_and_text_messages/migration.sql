-- DropForeignKey
ALTER TABLE "messages" DROP CONSTRAINT "messages_challenge_id_fkey";

-- AlterTable
ALTER TABLE "challenges" ADD COLUMN     "cancelled_at" TIMESTAMPTZ(3),
ADD COLUMN     "returned_at" TIMESTAMPTZ(3),
ADD COLUMN     "send_mode" TEXT NOT NULL DEFAULT 'both',
ADD COLUMN     "session_id" TEXT,
ADD COLUMN     "user_agent" TEXT,
ADD COLUMN     "withheld" TEXT;

-- AlterTable
ALTER TABLE "messages" ADD COLUMN     "client_id" TEXT,
ADD COLUMN     "connection" TEXT,
ADD COLUMN     "identifier_hash" TEXT,
ADD COLUMN     "kind" TEXT NOT NULL DEFAULT 'login',
ADD COLUMN     "masked_identifier" TEXT,
ALTER COLUMN "challenge_id" DROP NOT NULL;

-- CreateTable
CREATE TABLE "delivery_events" (
    "id" TEXT NOT NULL,
    "provider" TEXT NOT NULL,
    "provider_message_id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "reason" TEXT,
    "occurred_at" TIMESTAMPTZ(3) NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "delivery_events_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "sms_charges" (
    "id" TEXT NOT NULL,
    "occurred_at" TIMESTAMPTZ(3) NOT NULL,
    "country" TEXT NOT NULL,
    "client_id" TEXT,
    "connection" TEXT NOT NULL,
    "provider" TEXT NOT NULL,
    "segments" INTEGER NOT NULL,
    "estimated_price_micros" BIGINT,
    "currency" TEXT,

    CONSTRAINT "sms_charges_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "delivery_events_provider_provider_message_id_idx" ON "delivery_events"("provider", "provider_message_id");

-- CreateIndex
CREATE INDEX "delivery_events_received_at_idx" ON "delivery_events"("received_at");

-- CreateIndex
CREATE INDEX "sms_charges_occurred_at_idx" ON "sms_charges"("occurred_at");

-- CreateIndex
CREATE INDEX "delivery_attempts_provider_provider_message_id_idx" ON "delivery_attempts"("provider", "provider_message_id");

-- CreateIndex
CREATE INDEX "messages_created_at_idx" ON "messages"("created_at");

-- CreateIndex
CREATE INDEX "messages_identifier_hash_created_at_idx" ON "messages"("identifier_hash", "created_at");

-- AddForeignKey
ALTER TABLE "messages" ADD CONSTRAINT "messages_challenge_id_fkey" FOREIGN KEY ("challenge_id") REFERENCES "challenges"("id") ON DELETE SET NULL ON UPDATE CASCADE;
