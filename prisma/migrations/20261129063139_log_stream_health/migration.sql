-- AlterTable
ALTER TABLE "log_streams" ADD COLUMN     "last_sent_at" TIMESTAMPTZ(3);
