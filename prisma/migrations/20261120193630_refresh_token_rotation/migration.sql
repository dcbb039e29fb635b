-- DropForeignKey
ALTER TABLE "refresh_tokens" DROP CONSTRAINT "refresh_tokens_family_id_fkey";

-- AlterTable
ALTER TABLE "token_families" ADD COLUMN     "auth_time_requested" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "authenticated_at" TIMESTAMPTZ(3),
ADD COLUMN     "refresh_expires_at" TIMESTAMPTZ(3),
ADD COLUMN     "refresh_idle_expires_at" TIMESTAMPTZ(3),
ADD COLUMN     "refresh_rotated_at" TIMESTAMPTZ(3),
ADD COLUMN     "refresh_sequence" INTEGER;

-- DropTable
DROP TABLE "refresh_tokens";
