// What a run was made with: figures without it mean nothing.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus } from 'node:os';
import path from 'node:path';

const require = createRequire(import.meta.url);
const PACKAGES = [
  'next',
  'react',
  '@prisma/client',
  '@prisma/adapter-pg',
  'pg',
  '@electric-sql/pglite',
  'iron-session',
  'jose',
  'oidc-provider',
] as const;

export type Versions = Readonly<{
  date: string;
  machine: string;
  node: string;
  postgres: string;
  packages: Readonly<Record<string, string>>;
}>;

/** @param postgres as the server says */
export function readVersions(postgres: string): Versions {
  const [cpu] = cpus();
  return {
    date: new Date().toISOString(),
    machine: `${cpus().length} × ${cpu?.model ?? 'unknown CPU'}`,
    node: process.versions.node,
    postgres,
    packages: Object.fromEntries(PACKAGES.map((name) => [name, versionOf(name)])),
  };
}

/** Read as a file: not every package exports its package.json. */
function versionOf(name: string): string {
  for (const folder of require.resolve.paths(name) ?? []) {
    try {
      return JSON.parse(readFileSync(path.join(folder, name, 'package.json'), 'utf8')).version;
    } catch {
      // not in this node_modules
    }
  }
  return 'not installed';
}
