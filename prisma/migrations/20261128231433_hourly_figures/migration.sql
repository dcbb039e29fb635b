-- AlterTable
ALTER TABLE "settings" ADD COLUMN     "figures_until" TIMESTAMPTZ(3);

-- CreateTable
CREATE TABLE "hourly_figures" (
    "hour" TIMESTAMPTZ(3) NOT NULL,
    "figure" TEXT NOT NULL,
    "channel" TEXT NOT NULL,
    "detail" TEXT NOT NULL,
    "count" BIGINT NOT NULL,

    CONSTRAINT "hourly_figures_pkey" PRIMARY KEY ("hour","figure","channel","detail")
);
