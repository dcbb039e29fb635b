-- AlterTable
ALTER TABLE "authorization_codes" ADD COLUMN     "grant_id" TEXT;

-- AlterTable
ALTER TABLE "clients" ADD COLUMN     "allowed_origins" TEXT[] DEFAULT ARRAY[]::TEXT[],
ADD COLUMN     "is_first_party" BOOLEAN NOT NULL DEFAULT true;

-- AlterTable
ALTER TABLE "token_families" ADD COLUMN     "grant_id" TEXT;

-- CreateTable
CREATE TABLE "grants" (
    "id" TEXT NOT NULL,
    "account_id" TEXT NOT NULL,
    "client_id" TEXT NOT NULL,
    "audience" TEXT,
    "scopes" TEXT[],
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "grants_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "consent_answers" (
    "interaction_id" TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "consent_answers_pkey" PRIMARY KEY ("interaction_id")
);

-- CreateIndex
CREATE INDEX "grants_client_id_idx" ON "grants"("client_id");

-- CreateIndex
CREATE INDEX "grants_audience_idx" ON "grants"("audience");

-- CreateIndex
CREATE INDEX "consent_answers_expires_at_idx" ON "consent_answers"("expires_at");

-- AddForeignKey
ALTER TABLE "grants" ADD CONSTRAINT "grants_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "accounts"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "grants" ADD CONSTRAINT "grants_client_id_fkey" FOREIGN KEY ("client_id") REFERENCES "clients"("client_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "grants" ADD CONSTRAINT "grants_audience_fkey" FOREIGN KEY ("audience") REFERENCES "resource_servers"("identifier") ON DELETE CASCADE ON UPDATE CASCADE;

-- By hand: one grant for a person, a client and an API, or UserInfo.
CREATE UNIQUE INDEX "grants_one_each" ON "grants"("account_id", "client_id", COALESCE("audience", ''));
