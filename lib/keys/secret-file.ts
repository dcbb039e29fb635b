// SECRET for those who set none: drawn once and kept in the data folder. Only loopback issuers come here.
import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * The secrets in force, the one that seals first. Draws one into `<dataDir>/secret` (mode 0600) when none is set and
 * none was drawn before. Of any number of processes that begin at once all return the same.
 */
export async function loadSecrets(given: {
  secrets: readonly string[] | null;
  dataDir: string;
}): Promise<readonly string[]> {
  if (given.secrets !== null) return given.secrets;
  const file = join(given.dataDir, 'secret');
  const secret = (await readSecret(file)) ?? (await drawSecret(given.dataDir, file));
  return [secret];
}

async function drawSecret(dataDir: string, file: string): Promise<string> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  try {
    await writeDurably(draft, `${randomBytes(32).toString('base64url')}\n`);
    // A hard link is atomic and never shows half a file; whoever comes second takes what the first one drew.
    await link(draft, file).catch((problem: NodeJS.ErrnoException) => {
      if (problem.code !== 'EEXIST') throw problem;
    });
  } finally {
    await rm(draft, { force: true });
  }
  const secret = await readSecret(file);
  if (secret === null) throw new Error(`${file} vanished while it was being made.`);
  return secret;
}

/** Everything sealed with it is lost with it, so it reaches the disk before anything does. */
async function writeDurably(file: string, text: string): Promise<void> {
  const handle = await open(file, 'wx', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function readSecret(file: string): Promise<string | null> {
  let secret: string;
  try {
    secret = (await readFile(file, 'utf8')).trim();
  } catch (problem) {
    if ((problem as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw problem;
  }
  if (Buffer.byteLength(secret) < 32)
    throw new Error(`${file} does not hold the secret that was drawn into it.`);
  return secret;
}
