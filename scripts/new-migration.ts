// `npm run migration -- <name>` writes prisma/migrations/<time>_<name>/migration.sql: what leads from the migrations
// there are to prisma/schema.prisma, found in a database in memory. With `--again` it writes the newest migration of that
// name anew (one that was never released), and keeps the lines under its `-- By hand` mark, which Prisma cannot express.

import { mkdir, readdir, readFile, rm, rmdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { openScratchDatabase } from '@/lib/store/prisma/database';
import { writeMigration } from '@/lib/store/prisma/migrate';

const HAND_MARK = '-- By hand';
const directory = fileURLToPath(new URL('../prisma/migrations', import.meta.url));
const schemaFile = fileURLToPath(new URL('../prisma/schema.prisma', import.meta.url));

const { values, positionals } = parseArgs({
  options: { again: { type: 'boolean' } },
  allowPositionals: true,
});
const name = positionals[0];
if (name === undefined || !/^[a-z][a-z0-9_]*$/.test(name)) {
  console.error('Usage: npm run migration -- <name_in_lower_case> [--again]');
  process.exit(2);
}

await mkdir(directory, { recursive: true });
const rewritten = values.again === true ? await takeOut(name) : null;
const folder = rewritten?.folder ?? `${timestamp()}_${name}`;

const scratch = await openScratchDatabase();
const difference = await writeMigration(scratch, { directory, schemaFile })
  .catch(async (error) => {
    await rewritten?.putBack();
    throw error;
  })
  .finally(() => scratch.close());

if (difference === '' && rewritten === null) {
  console.log('The migrations already lead to prisma/schema.prisma: nothing written.');
} else {
  await mkdir(`${directory}/${folder}`, { recursive: true });
  await writeFile(
    `${directory}/${folder}/migration.sql`,
    `${difference.trimEnd()}\n${rewritten?.byHand ?? ''}`,
  );
  await writeFile(`${directory}/migration_lock.toml`, 'provider = "postgresql"\n');
  console.log(`prisma/migrations/${folder}/migration.sql`);
}

/** Takes the newest migration out of the directory, keeping what a person wrote in it. */
async function takeOut(wanted: string) {
  const entries = await readdir(directory);
  const newest = entries
    .filter((entry) => /^\d{14}_/.test(entry))
    .sort()
    .at(-1);
  if (newest === undefined || newest.slice(15) !== wanted) {
    console.error(`Only the newest migration can be written again; that is ${newest ?? 'none'}.`);
    process.exit(2);
  }
  const file = `${directory}/${newest}/migration.sql`;
  const sql = await readFile(file, 'utf8');
  await rm(file);
  await rmdir(`${directory}/${newest}`);
  const mark = sql.indexOf(HAND_MARK);
  return {
    folder: newest,
    byHand: mark === -1 ? '' : `\n${sql.slice(mark)}`,
    putBack: async () => {
      await mkdir(`${directory}/${newest}`);
      await writeFile(file, sql);
    },
  };
}

/** UTC, as Prisma names its folders: YYYYMMDDHHMMSS. */
function timestamp(): string {
  return new Date().toISOString().replace(/\D/g, '').slice(0, 14);
}
