-- AlterTable
ALTER TABLE "limit_counters" ADD COLUMN     "told_window" TIMESTAMPTZ(3);
