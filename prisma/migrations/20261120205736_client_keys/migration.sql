-- AlterTable
ALTER TABLE "clients" ADD COLUMN     "jwks" JSONB NOT NULL DEFAULT '[]';

-- CreateTable
CREATE TABLE "client_assertions" (
    "client_id" TEXT NOT NULL,
    "jti" TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "client_assertions_pkey" PRIMARY KEY ("client_id","jti")
);

-- CreateIndex
CREATE INDEX "client_assertions_expires_at_idx" ON "client_assertions"("expires_at");
