-- By hand: Prisma's schema has no statistics targets.
-- How often a part of a word occurs is guessed from a sample of a hundred otherwise, and a word that is in one of them is
-- believed to be in ten thousand of a million. The columns are those of accounts_names.
ALTER TABLE "identities" ALTER COLUMN "identifier" SET STATISTICS 1000;
ALTER INDEX "accounts_names" ALTER COLUMN 1 SET STATISTICS 1000;
ALTER INDEX "accounts_names" ALTER COLUMN 2 SET STATISTICS 1000;
ALTER INDEX "accounts_names" ALTER COLUMN 3 SET STATISTICS 1000;
ALTER INDEX "accounts_names" ALTER COLUMN 4 SET STATISTICS 1000;
