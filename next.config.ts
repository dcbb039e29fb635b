import type { NextConfig } from 'next';
import { PHASE_PRODUCTION_BUILD } from 'next/constants';

const config = (phase: string): NextConfig => ({
  ...(phase === PHASE_PRODUCTION_BUILD ? { output: 'standalone' as const } : {}),
  poweredByHeader: false,
  reactStrictMode: true,
  productionBrowserSourceMaps: false,
  // The optimiser fetches and decodes pictures for strangers (CVE-2025-59471); no page of ours needs it.
  images: { unoptimized: true },
  devIndicators: false,
  typedRoutes: false,
  // Types are checked by `npm test`, once, with the whole tree.
  typescript: { ignoreBuildErrors: true },
  // These read files beside themselves (WebAssembly, workers) and cannot be bundled.
  serverExternalPackages: [
    '@electric-sql/pglite',
    'pglite-prisma-adapter',
    '@prisma/adapter-pg',
    '@prisma/schema-engine-wasm',
    'pg',
    'pino',
    'nodemailer',
    'twilio',
  ],
  // Named by their fingerprints (lib/runtime/compose.ts).
  headers: async () => [
    {
      source: '/:script(login\\.js|passkeys\\.js)',
      headers: [{ key: 'Cache-Control', value: 'public, max-age=31536000, immutable' }],
    },
  ],
  // Titles belong into the head, for everybody: streamed ones are put there by a script, which our pages do not run.
  htmlLimitedBots: /.*/,
  // Read at boot, by name: the tracer does not see them.
  outputFileTracingIncludes: {
    '/**': [
      './node_modules/@prisma/schema-engine-wasm/*.wasm',
      './prisma/migrations/**/*',
      './public/login.js',
      './public/passkeys.js',
    ],
  },
  experimental: {
    serverActions: { bodySizeLimit: '64kb' },
    authInterrupts: true,
    // Most pages of Next's are never asked for: a process loads one when somebody does.
    preloadEntriesOnStart: false,
  },
});

export default config;
