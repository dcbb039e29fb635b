// Looks over an installation and says of each part whether it is in order. Changes nothing. Part by part, because what is
// wrong is easiest to see beside what is right.
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createSecretBox } from '@/lib/keys/secret-box';
import { loadSecrets } from '@/lib/keys/secret-file';
import { canSignWith } from '@/lib/keys/signing-keys';
import type { Finding } from '@/lib/management/overview';
import type { OperatorDocument } from '@/lib/management/team';
import { OPERATORS_PATH } from '@/lib/management/team-routes';
import { PATHS } from '@/lib/oidc/vocabulary';
import { describeHolder, type Holder } from '@/lib/store/prisma/data-folder';
import { type Database, openDatabase } from '@/lib/store/prisma/database';
import { diagnose } from '@/lib/store/prisma/migrate';
import { createSigningKeyStore } from '@/lib/store/prisma/signing-keys';
import { type Environment, EnvironmentError, readEnvironment } from './environment';
import { doubtful, examineMail, examineTexts, failing, good } from './examine-running';
import { MIGRATIONS, placeOf, reasonOf } from './operations';

/** Examines the installation that this process's environment describes. Never rejects for anything it is to find out. */
export async function examineInstallation(): Promise<Finding[]> {
  const findings = [examineNode()];
  let environment: Environment;
  try {
    environment = readEnvironment();
  } catch (problem) {
    if (!(problem instanceof EnvironmentError)) throw problem;
    return [...findings, failing('Environment', problem.message.replace(/\.$/, ''))];
  }
  findings.push(good('Environment', `every variable can be used; the issuer is ${environment.issuer}`));
  findings.push(await examineSecret(environment));
  findings.push(...(await examineStorage(environment)));
  findings.push(examineMail(environment, { emailProvider: null }), examineTexts(environment, []));
  findings.push(await examineIssuer(environment));
  return findings;
}

/** As `engines` in package.json says. */
const NODE_MINIMUM = [20, 19] as const;

function examineNode(): Finding {
  const { node } = process.versions;
  const [major = 0, minor = 0] = node.split('.').map(Number);
  const isNewEnough = major > NODE_MINIMUM[0] || (major === NODE_MINIMUM[0] && minor >= NODE_MINIMUM[1]);
  return isNewEnough
    ? good('Node', `${node} will do`)
    : failing('Node', `${node} is too old: Latchkey needs ${NODE_MINIMUM.join('.')} or newer`);
}

async function examineSecret({ secrets, dataDir }: Environment): Promise<Finding> {
  if (secrets !== null) {
    const others =
      secrets.length === 1 ? '' : `, and ${secrets.length - 1} former value(s) that still unseal`;
    return good('Secret', `SECRET is set${others}`);
  }
  const file = join(dataDir, 'secret');
  const mode = await modeOf(file);
  if (mode === null) return good('Secret', `will be drawn into ${file} at the first start`);
  return (mode & 0o077) === 0
    ? good('Secret', `was drawn into ${file}`)
    : doubtful('Secret', `${file} can be read by other users: chmod 600 it`);
}

async function modeOf(file: string): Promise<number | null> {
  try {
    return (await stat(file)).mode;
  } catch {
    return null;
  }
}

/** The data folder, the database, and what is in it. */
async function examineStorage(environment: Environment): Promise<Finding[]> {
  if (environment.databaseUrl !== null) return examineDatabase(environment);
  const { dataDir } = environment;
  try {
    const holder = await describeHolder(dataDir);
    if (holder !== null) {
      const held = good('Data folder', `${dataDir} is held by process ${holder.pid}`);
      return [held, ...(await examineThroughServer(environment, holder))];
    }
  } catch (problem) {
    return [failing('Data folder', `${dataDir} cannot be used: ${reasonOf(problem)}`)];
  }
  if ((await modeOf(join(dataDir, 'postgres'))) === null) {
    return [good('Data folder', `${dataDir} is made, with the database in it, at the first start`)];
  }
  return [good('Data folder', `${dataDir} is held by nobody`), ...(await examineDatabase(environment))];
}

/** What a server that has the embedded database to itself tells of it. */
async function examineThroughServer(
  environment: Environment,
  { url, token }: Pick<Holder, 'url' | 'token'>,
): Promise<Finding[]> {
  if (url === null) return [doubtful('Database', 'is held by a process that has not begun to listen')];
  const [ready, keys, team] = await Promise.all([
    fetchJson(url, PATHS.readyz),
    fetchJson(url, PATHS.jwks),
    fetchJson(url, `${OPERATORS_PATH}?include_totals=true&per_page=100`, token),
  ]);
  const operators = (team?.operators ?? []) as readonly OperatorDocument[];
  const count = Array.isArray(keys?.keys) ? keys.keys.length : 0;
  return [
    ready === null
      ? failing('Database', `the server at ${url} is not ready`)
      : good('Database', `answers, through the server at ${url}, which migrated it when it started`),
    count === 0
      ? failing('Signing keys', 'the server publishes none')
      : good('Signing keys', `${count} are published`),
    examineConsole(
      environment,
      operators.filter(({ role, status }) => role === 'owner' && status === 'active').length,
    ),
  ];
}

async function examineDatabase(environment: Environment): Promise<Finding[]> {
  const place = environment.databaseUrl === null ? 'embedded' : placeOf(environment.databaseUrl);
  let database: Database | null = null;
  try {
    database = await openDatabase(environment);
    const [row] = await database.migrationTarget.query('SHOW server_version');
    const found = good(
      'Database',
      `PostgreSQL ${String(row?.server_version).split(' ')[0]} answers (${place})`,
    );
    const migrations = await examineMigrations(database);
    // Tables are asked only where they are as this version knows them.
    return migrations.state === 'failing'
      ? [found, migrations]
      : [
          found,
          migrations,
          await examineKeys(database, environment),
          await examineConnections(database),
          examineConsole(
            environment,
            await database.prisma.operator.count({ where: { role: 'owner', accountId: { not: null } } }),
          ),
        ];
  } catch (problem) {
    return [failing('Database', `${place} cannot be used: ${reasonOf(problem)}`)];
  } finally {
    await database?.close();
  }
}

async function examineMigrations(database: Database): Promise<Finding> {
  const { pending, failed, edited, unknown } = await diagnose(database, MIGRATIONS);
  const part = 'Migrations';
  if (edited.length > 0) return failing(part, `changed after they were applied: ${edited.join(', ')}`);
  if (unknown.length > 0) return failing(part, `a newer version has been here: ${unknown.join(', ')}`);
  if (failed.length > 0)
    return failing(part, `did not go through: ${failed.join(', ')}; run "latchkey migrate"`);
  if (pending.length > 0)
    return failing(part, `still to apply: ${pending.join(', ')}; run "latchkey migrate"`);
  return good(part, 'all applied');
}

async function examineKeys(database: Database, environment: Environment): Promise<Finding> {
  const part = 'Signing keys';
  const keys = await createSigningKeyStore(database.prisma).list();
  const inUse = keys.filter(({ status }) => status === 'current' || status === 'next');
  if (inUse.length === 0) return good(part, 'will be made at the first start');
  if (environment.secrets === null && (await modeOf(join(environment.dataDir, 'secret'))) === null) {
    return failing(part, `the secret that opens them is no longer in ${environment.dataDir}`);
  }
  const box = createSecretBox(await loadSecrets(environment));
  if (!inUse.every((key) => canSignWith(box, key))) {
    return failing(part, 'SECRET cannot open them: put its former value back, after a comma');
  }
  const since = inUse
    .find(({ status }) => status === 'current')
    ?.activatedAt?.toISOString()
    .slice(0, 10);
  return good(part, `the current one has signed since ${since}; ${keys.length} in all`);
}

async function examineConnections(database: Database): Promise<Finding> {
  const connections = await database.prisma.connection.findMany({ orderBy: { createdAt: 'asc' } });
  return connections.length === 0
    ? good('Connections', 'will be made at the first start')
    : good('Connections', connections.map(({ name }) => name).join(', '));
}

function examineConsole({ consoleAdmins }: Environment, owners: number): Finding {
  const part = 'Console';
  if (owners > 0) return good(part, owners === 1 ? 'has an owner' : `has ${owners} owners`);
  return consoleAdmins.length > 0
    ? good(part, 'is for the addresses in CONSOLE_ADMINS; none of them has signed in yet')
    : doubtful(part, 'has no owner: "latchkey console link" prints a link that makes one');
}

async function examineIssuer({ issuer }: Environment): Promise<Finding> {
  const part = 'Issuer';
  const metadata = await fetchJson(issuer, PATHS.openidConfiguration);
  if (metadata === null) return doubtful(part, `${issuer} does not answer: is the server running?`);
  return metadata.issuer === issuer
    ? good(part, `${issuer} answers, and says so of itself`)
    : failing(part, `${issuer} is answered by something that calls itself otherwise: is ISSUER right?`);
}

const FETCH_TIMEOUT_MS = 3_000;

/** The JSON object at that address, or null. */
async function fetchJson(
  base: string,
  path: string,
  bearerToken: string | null = null,
): Promise<Record<string, unknown> | null> {
  try {
    const response = await fetch(new URL(path, base), {
      signal: AbortSignal.timeout(FETCH_TIMEOUT_MS),
      ...(bearerToken !== null && { headers: { authorization: `Bearer ${bearerToken}` } }),
    });
    const value: unknown = response.ok ? await response.json() : null;
    return typeof value === 'object' ? (value as Record<string, unknown> | null) : null;
  } catch {
    return null;
  }
}
