-- AlterTable
ALTER TABLE "clients" ADD COLUMN     "backchannel_initiators" TEXT[] DEFAULT ARRAY['all']::TEXT[],
ADD COLUMN     "backchannel_logout_uri" TEXT,
ADD COLUMN     "backchannel_needs_sid" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "refresh_grace_seconds" INTEGER NOT NULL DEFAULT 10,
ADD COLUMN     "refresh_idle_seconds" INTEGER DEFAULT 2592000,
ADD COLUMN     "refresh_lifetime_seconds" INTEGER DEFAULT 2592000,
ADD COLUMN     "refresh_rotates" BOOLEAN NOT NULL DEFAULT true;

-- AlterTable
ALTER TABLE "sessions" ADD COLUMN     "client_ids" TEXT[] DEFAULT ARRAY[]::TEXT[],
ADD COLUMN     "last_ip" TEXT,
ADD COLUMN     "last_user_agent" TEXT;

-- AlterTable
ALTER TABLE "token_families" ADD COLUMN     "ip" TEXT,
ADD COLUMN     "last_ip" TEXT,
ADD COLUMN     "last_user_agent" TEXT,
ADD COLUMN     "refresh_used_at" TIMESTAMPTZ(3),
ADD COLUMN     "user_agent" TEXT,
ALTER COLUMN "expires_at" DROP NOT NULL;

-- CreateTable
CREATE TABLE "logout_notices" (
    "session_id" TEXT NOT NULL,
    "client_id" TEXT NOT NULL,
    "account_id" TEXT NOT NULL,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "due_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "logout_notices_pkey" PRIMARY KEY ("session_id","client_id")
);

-- CreateIndex
CREATE INDEX "logout_notices_due_at_idx" ON "logout_notices"("due_at");

-- AddForeignKey
ALTER TABLE "logout_notices" ADD CONSTRAINT "logout_notices_client_id_fkey" FOREIGN KEY ("client_id") REFERENCES "clients"("client_id") ON DELETE CASCADE ON UPDATE CASCADE;
