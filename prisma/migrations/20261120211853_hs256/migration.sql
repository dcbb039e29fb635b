-- AlterTable
ALTER TABLE "clients" ADD COLUMN     "sealed_secret" TEXT;
