// Run by migrate.test.ts as a process of its own: migrates a server and prints the names of what it applied.

import { openDatabase } from '@/lib/store/prisma/database';
import { migrate } from '@/lib/store/prisma/migrate';

const [databaseUrl = '', directory = ''] = process.argv.slice(2);
const database = await openDatabase({ databaseUrl, dataDir: '/nowhere' });
const { applied } = await migrate(database, directory);
await database.close();
process.stdout.write(applied.join(' '));
