// Runs once before all test files: starts the one PostgreSQL they share and tells the workers where it is, and sees that
// the command line they call is that of these sources.
// `tests/harness/database.ts` is the side the tests see.
import type { TestProject } from 'vitest/node';
import { startPostgres } from './postgres';

const PREPARE = new URL('../../scripts/prepare.mjs', import.meta.url);

declare module 'vitest' {
  interface ProvidedContext {
    postgresAdminUrl: string;
  }
}

/** Vitest's global set-up; the function it returns runs after the last file. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { bundleCommandLine } = await import(PREPARE.href);
  await bundleCommandLine();
  const server = await startPostgres();
  project.provide('postgresAdminUrl', server.adminUrl);
  return server.stop;
}
