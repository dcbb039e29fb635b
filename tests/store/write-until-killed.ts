// Run by database.test.ts as a process of its own: writes rows into an embedded database, printing the number of each
// once it is committed, until it is killed.

import { writeSync } from 'node:fs';
import { openDatabase } from '@/lib/store/prisma/database';

const [dataDir = '', from = '0'] = process.argv.slice(2);
const { prisma } = await openDatabase({ databaseUrl: null, dataDir });
await prisma.$executeRaw`CREATE TABLE IF NOT EXISTS written (n int PRIMARY KEY, filler text)`;
const [last] = await prisma.$queryRaw<
  [{ n: number }]
>`SELECT coalesce(max(n), ${Number(from)}::int) AS n FROM written`;
for (let n = last.n + 1; ; n += 1) {
  await prisma.$executeRaw`INSERT INTO written VALUES (${n}::int, repeat('x', 2000))`;
  writeSync(1, `${n}\n`);
}
