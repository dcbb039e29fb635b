// Run by data-folder.test.ts as a process of its own: takes and releases data folders as it is told, line by line.

import { createInterface } from 'node:readline';
import { DataFolderHeldError, type HeldDataFolder, holdDataFolder } from '@/lib/store/prisma/data-folder';

let held: HeldDataFolder | null = null;

for await (const line of createInterface({ input: process.stdin })) {
  console.log(await answer(line));
}

async function answer(line: string): Promise<string> {
  const [command, dataDir = ''] = line.split(' ');
  if (command === 'release') {
    await held?.release();
    return 'released';
  }
  try {
    held = await holdDataFolder(dataDir);
    return 'held';
  } catch (error) {
    return error instanceof DataFolderHeldError ? `refused ${error.pid}` : String(error);
  }
}
