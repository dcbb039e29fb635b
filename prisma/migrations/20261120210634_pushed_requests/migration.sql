-- AlterTable
ALTER TABLE "clients" ADD COLUMN     "require_pushed_requests" BOOLEAN NOT NULL DEFAULT false;

-- CreateTable
CREATE TABLE "pushed_requests" (
    "reference_hash" TEXT NOT NULL,
    "client_id" TEXT NOT NULL,
    "sealed_parameters" TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "pushed_requests_pkey" PRIMARY KEY ("reference_hash")
);

-- CreateIndex
CREATE INDEX "pushed_requests_expires_at_idx" ON "pushed_requests"("expires_at");
