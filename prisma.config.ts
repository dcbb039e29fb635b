import { defineConfig } from 'prisma/config';

/** `prisma generate` is all the CLI is used for: migrations run through lib/store/prisma/migrate.ts, which needs no engine download. */
export default defineConfig({ schema: 'prisma/schema.prisma', migrations: { path: 'prisma/migrations' } });
