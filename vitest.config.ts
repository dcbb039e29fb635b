import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const root = fileURLToPath(new URL('.', import.meta.url));

/** What takes long begins first, so that both workers are busy to the end. */
const LONGEST = ['tests/e2e/console/', 'tests/components/', 'tests/e2e/', 'tests/cli/', 'tests/store/'];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const place = LONGEST.findIndex((folder) => moduleId.includes(folder));
      return place === -1 ? LONGEST.length : place;
    };
    return (await super.sort(files)).sort((one, other) => rank(one) - rank(other));
  }
}

export default defineConfig({
  resolve: {
    alias: [
      { find: /^@\//, replacement: root },
      // Next's compiler gives this name a meaning; outside of it the package only throws.
      { find: /^server-only$/, replacement: `${root}tests/harness/server-only.ts` },
    ],
  },
  test: {
    environment: 'node',
    include: ['tests/**/*.test.ts'],
    globalSetup: 'tests/harness/global-setup.ts',
    pool: 'forks',
    // Of two cores: the browsers and servers of a file are waited for much of the time.
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
