-- DropIndex
DROP INDEX "accounts_created_at_idx";

-- AlterTable
ALTER TABLE "accounts" ADD COLUMN     "last_ip" TEXT;

-- AlterTable
ALTER TABLE "challenges" ADD COLUMN     "changes_user_id" TEXT;

-- CreateTable
CREATE TABLE "jobs" (
    "id" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "connection_id" TEXT,
    "external_id" TEXT,
    "options" JSONB NOT NULL DEFAULT '{}',
    "total" INTEGER NOT NULL DEFAULT 0,
    "inserted" INTEGER NOT NULL DEFAULT 0,
    "updated" INTEGER NOT NULL DEFAULT 0,
    "failed" INTEGER NOT NULL DEFAULT 0,
    "reason" TEXT,
    "leased_until" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "jobs_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "job_chunks" (
    "job_id" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "rows" JSONB NOT NULL,

    CONSTRAINT "job_chunks_pkey" PRIMARY KEY ("job_id","number")
);

-- CreateTable
CREATE TABLE "job_errors" (
    "job_id" TEXT NOT NULL,
    "row" INTEGER NOT NULL,
    "line" INTEGER NOT NULL,
    "code" TEXT NOT NULL,
    "message" TEXT NOT NULL,
    "path" TEXT,

    CONSTRAINT "job_errors_pkey" PRIMARY KEY ("job_id","row")
);

-- CreateIndex
CREATE INDEX "jobs_status_created_at_idx" ON "jobs"("status", "created_at");

-- CreateIndex
CREATE INDEX "jobs_expires_at_idx" ON "jobs"("expires_at");

-- CreateIndex
CREATE INDEX "accounts_created_at_id_idx" ON "accounts"("created_at", "id");

-- CreateIndex
CREATE INDEX "accounts_user_metadata" ON "accounts" USING GIN ("user_metadata" jsonb_path_ops);

-- CreateIndex
CREATE INDEX "accounts_app_metadata" ON "accounts" USING GIN ("app_metadata" jsonb_path_ops);

-- CreateIndex
CREATE INDEX "identities_identifier_trigrams" ON "identities" USING GIN ("identifier" gin_trgm_ops);

-- AddForeignKey
ALTER TABLE "job_chunks" ADD CONSTRAINT "job_chunks_job_id_fkey" FOREIGN KEY ("job_id") REFERENCES "jobs"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "job_errors" ADD CONSTRAINT "job_errors_job_id_fkey" FOREIGN KEY ("job_id") REFERENCES "jobs"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- By hand: Prisma's schema has no partial indexes, and none on expressions.
-- What a search of users may begin with.
CREATE INDEX "accounts_names" ON "accounts" USING gin (
  lower("name") gin_trgm_ops, lower("nickname") gin_trgm_ops, lower("given_name") gin_trgm_ops,
  lower("family_name") gin_trgm_ops);
CREATE INDEX "accounts_blocked" ON "accounts"("blocked_at") WHERE "blocked_at" IS NOT NULL;
CREATE INDEX "identities_unverified" ON "identities"("account_id") WHERE "verified_at" IS NULL;
CREATE INDEX "challenges_changes" ON "challenges"("changes_user_id") WHERE "changes_user_id" IS NOT NULL;
-- What operators did with one account.
CREATE INDEX "log_events_subject" ON "log_events"(("details" #>> '{request,params,id}')) WHERE "details" IS NOT NULL;
