// Settings of the installation: one row, each part of which is put in the place of what was read, or not at all; and the pictures
// and fonts of its pages. The promises are those of lib/login/settings.ts.
import type { BrandAssets, Settings, SettingsPart, SettingsRegister } from '@/lib/login/settings';
import { Prisma, type PrismaClient } from '@/prisma/generated/client';

const COLUMNS: Readonly<Record<SettingsPart, Prisma.Sql>> = {
  limits: Prisma.sql`limits`,
  tenant: Prisma.sql`tenant`,
  branding: Prisma.sql`branding`,
  theme: Prisma.sql`theme`,
  pageTemplate: Prisma.sql`page_template`,
  customTexts: Prisma.sql`custom_texts`,
  emailProvider: Prisma.sql`email_provider`,
};

const PARTS = {
  limits: true,
  tenant: true,
  branding: true,
  theme: true,
  pageTemplate: true,
  customTexts: true,
  emailProvider: true,
} satisfies Record<SettingsPart, true>;

export function createSettingsStore(prisma: PrismaClient): SettingsRegister {
  return {
    async read() {
      return (await prisma.settings.findUniqueOrThrow({
        where: { id: 1 },
        select: PARTS,
      })) as unknown as Settings;
    },

    async change(part, { read, written }, now) {
      const column = COLUMNS[part];
      const changed = await prisma.$executeRaw`
        UPDATE settings SET ${column} = ${jsonOf(written)}::jsonb, updated_at = ${now.toISOString()}::timestamptz
        WHERE id = 1 AND ${column} IS NOT DISTINCT FROM ${jsonOf(read)}::jsonb`;
      return changed === 1;
    },
  };
}

function jsonOf(value: unknown): string | null {
  return value === null ? null : JSON.stringify(value);
}

export function createBrandAssetStore(prisma: PrismaClient): BrandAssets {
  return {
    find: (id) => prisma.brandAsset.findUnique({ where: { id }, select: { mediaType: true, bytes: true } }),

    async add({ id, mediaType, bytes }, now) {
      await prisma.$executeRaw`
        INSERT INTO brand_assets (id, media_type, bytes, created_at)
        VALUES (${id}::text, ${mediaType}::text, ${Buffer.from(bytes)}::bytea, ${now.toISOString()}::timestamptz)
        ON CONFLICT (id) DO NOTHING`;
    },

    async keepOnly(ids) {
      await prisma.brandAsset.deleteMany({ where: { id: { notIn: [...ids] } } });
    },
  };
}
