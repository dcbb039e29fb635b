-- CreateTable
CREATE TABLE "log_streams" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "endpoint" TEXT,
    "content_format" TEXT NOT NULL DEFAULT 'JSONARRAY',
    "content_type" TEXT NOT NULL DEFAULT 'application/json',
    "sealed_authorization" TEXT,
    "sealed_signing_secret" TEXT,
    "categories" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "due_at" TIMESTAMPTZ(3) NOT NULL,
    "failures" INTEGER NOT NULL DEFAULT 0,
    "failing_since" TIMESTAMPTZ(3),
    "last_failure" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "log_streams_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "log_stream_entries" (
    "stream_id" TEXT NOT NULL,
    "event_id" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "log_stream_entries_pkey" PRIMARY KEY ("stream_id","event_id")
);

-- CreateIndex
CREATE INDEX "log_stream_entries_created_at_idx" ON "log_stream_entries"("created_at");

-- Every entry of the audit log waits for every stream, from the moment that both are there.
CREATE FUNCTION "queue_for_log_streams"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO "log_stream_entries" ("stream_id", "event_id", "created_at")
  SELECT s."id", w."id", w."occurred_at" FROM "log_streams" s CROSS JOIN "written" w;
  RETURN NULL;
END
$$;

CREATE TRIGGER "log_events_to_streams" AFTER INSERT ON "log_events"
  REFERENCING NEW TABLE AS "written" FOR EACH STATEMENT EXECUTE FUNCTION "queue_for_log_streams"();
