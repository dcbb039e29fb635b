-- DropIndex
DROP INDEX "log_events_account_id_occurred_at_idx";

-- DropIndex
DROP INDEX "log_events_identifier_hash_idx";

-- CreateIndex
CREATE INDEX "log_events_account_id_id_idx" ON "log_events"("account_id", "id");

-- CreateIndex
CREATE INDEX "log_events_identifier_hash_id_idx" ON "log_events"("identifier_hash", "id");

-- CreateIndex
CREATE INDEX "log_events_type_id_idx" ON "log_events"("type", "id");

-- CreateIndex
CREATE INDEX "log_events_client_id_id_idx" ON "log_events"("client_id", "id");

-- CreateIndex
CREATE INDEX "log_events_ip_id_idx" ON "log_events"("ip", "id");
