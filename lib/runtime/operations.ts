// What the command line does: the same parts as the server's, opened for one command. The embedded database belongs to
// one process, so while a server holds it the command goes to that server instead, with the token from its lock file.
import { setTimeout as sleep } from 'node:timers/promises';
import { createSecretBox } from '@/lib/keys/secret-box';
import { loadSecrets } from '@/lib/keys/secret-file';
import { createTokenSigner } from '@/lib/keys/signing-keys';
import { readConnection } from '@/lib/login/connection-options';
import { COMMAND_LINE } from '@/lib/management/caller';
import { managementEndpoint } from '@/lib/management/routes';
import { workOnImports } from '@/lib/management/user-imports';
import { createBackgroundEvents } from '@/lib/store/prisma/background-events';
import { createClientStore } from '@/lib/store/prisma/clients';
import { createConnectionStore } from '@/lib/store/prisma/connections';
import { DataFolderHeldError, describeHolder } from '@/lib/store/prisma/data-folder';
import { type Database, isDatabaseUnavailable, openDatabase } from '@/lib/store/prisma/database';
import { createIdentifierChangeStore } from '@/lib/store/prisma/identifier-changes';
import { diagnose, MigrationFailedError, migrate } from '@/lib/store/prisma/migrate';
import { createResourceServerStore } from '@/lib/store/prisma/resource-servers';
import { createBrandAssetStore, createSettingsStore } from '@/lib/store/prisma/settings';
import { ensureSetup } from '@/lib/store/prisma/setup';
import { createSigningKeyStore } from '@/lib/store/prisma/signing-keys';
import type { Environment } from './environment';
import { examineRunning } from './examine-running';
import { guardStore } from './guard-store';
import { createEndpointLog, createLog } from './log';
import { composeLoginParts, createApplicationNames } from './login-parts';
import { composeManagement } from './management';

/** Relative to the project's folder, which is the working directory of every command. */
export const MIGRATIONS = 'prisma/migrations';

/** A command that cannot be carried out. The message is one sentence for the operator. */
export class OperationFailure extends Error {
  override name = 'OperationFailure';
}

/** The management API, wherever it is answered. */
export type ManagementApi = Readonly<{
  /**
   * @param request.path below the issuer, such as `/api/v2/clients`
   * @param request.body JSON, or a form with a file
   */
  send(request: { method: string; path: string; body?: unknown }): Promise<Response>;
  /** Does the jobs that wait, where there may be no server that does. */
  work(): Promise<void>;
  close(): Promise<void>;
}>;

/** How long a command waits for a server that is starting, or for another command, to make room. */
const PATIENCE_MS = 15_000;
/** How long a file may take, either way. */
const FILE_PATIENCE_MS = 15 * 60_000;
const POLL_MS = 200;

/** @throws {OperationFailure} */
export function openManagementApi(environment: Environment): Promise<ManagementApi> {
  const open = environment.databaseUrl === null ? openWhereverItIs : openHere;
  return sayWhyNot(environment, () => open(environment));
}

export type MigrationOutcome = Readonly<
  /** A server holds the embedded database; it applied everything when it started. */
  { kind: 'held'; pid: number } | { kind: 'migrated'; applied: readonly string[] }
>;

/** Applies pending migrations. @throws {OperationFailure} */
export async function migrateDatabase(environment: Environment): Promise<MigrationOutcome> {
  return sayWhyNot(environment, async () => {
    const holder = environment.databaseUrl === null ? await describeHolder(environment.dataDir) : null;
    if (holder !== null) return { kind: 'held', pid: holder.pid };
    const database = await openDatabase(environment);
    try {
      return { kind: 'migrated', ...(await migrate(database, MIGRATIONS)) };
    } finally {
      await database.close();
    }
  });
}

/** The embedded database: through the server that holds it, or here once nobody does. */
async function openWhereverItIs(environment: Environment): Promise<ManagementApi> {
  for (const giveUpAt = performance.now() + PATIENCE_MS; ; await sleep(POLL_MS)) {
    const holder = await describeHolder(environment.dataDir);
    if (holder?.url && holder.token) return openThere({ url: holder.url, token: holder.token });
    const isLate = performance.now() > giveUpAt;
    if (holder !== null && !isLate) continue;
    try {
      return await openHere(environment);
    } catch (error) {
      if (isLate || !(error instanceof DataFolderHeldError)) throw error;
    }
  }
}

/** At a running server, over loopback. */
function openThere({ url, token }: { url: string; token: string }): ManagementApi {
  return {
    async send({ method, path, body }) {
      const { headers, ...sent } = writeBody(body);
      const address = new URL(path, url);
      const isFile = body instanceof FormData || address.pathname.endsWith('/file');
      try {
        return await fetch(address, {
          method,
          headers: { authorization: `Bearer ${token}`, ...headers },
          ...sent,
          redirect: 'error',
          signal: AbortSignal.timeout(isFile ? FILE_PATIENCE_MS : PATIENCE_MS),
        });
      } catch (cause) {
        throw new OperationFailure(`The server at ${url} holds the database and does not answer.`, { cause });
      }
    },
    work: async () => {},
    close: async () => {},
  };
}

/** In this process, by the function that answers in the server. */
async function openHere(environment: Environment): Promise<ManagementApi> {
  const database = await openDatabase(environment);
  try {
    await bringUpToDate(database, environment);
    const clock = () => new Date();
    const { prisma } = database;
    const events = createBackgroundEvents(prisma, { reportLost: () => {} });
    const box = createSecretBox(await loadSecrets(environment));
    const clients = guardStore(createClientStore(prisma, { clock }));
    const settingsStore = guardStore(createSettingsStore(prisma));
    const settings = await settingsStore.read();
    const limitOverrides = () => settings.limits;
    const log = createLog('silent');
    const connections = guardStore(
      createConnectionStore(prisma, { clock, read: readConnection, reportUnreadable: () => {} }),
    );
    const management = composeManagement({
      environment,
      prisma,
      box,
      guard: guardStore,
      clients,
      resourceServers: guardStore(createResourceServerStore(prisma, { clock })),
      signingKeys: createTokenSigner({
        store: guardStore(createSigningKeyStore(prisma)),
        box,
        clock,
        issuer: environment.issuer,
      }),
      connections,
      clock,
      // Whoever can open the database needs no token.
      operators: { callerOf: async () => COMMAND_LINE },
      managementEvents: events,
      clientAddress: () => null,
      limitOverrides,
      settings: settingsStore,
      brandAssets: guardStore(createBrandAssetStore(prisma)),
      changes: {
        ...composeLoginParts({ environment, prisma, box, guard: guardStore, settings: () => settings, log }),
        changes: guardStore(createIdentifierChangeStore(prisma)),
        applicationNameOf: createApplicationNames(clients, { ...environment, settings: () => settings }),
      },
      examine: () => examineRunning(environment, { prisma, now: clock(), settings, connections }),
      // A server takes it from the outbox.
      sendLater: () => {},
      log: createEndpointLog(log),
    });
    return {
      send: ({ method, path, body }) =>
        managementEndpoint(
          management,
          new Request(new URL(path, environment.issuer), { method, ...writeBody(body) }),
        ),
      work: () =>
        workOnImports(
          {
            ...management,
            reportFailed: (cause) => process.stderr.write(`latchkey: ${reasonOf(cause)}\n`),
          },
          () => false,
        ),
      async close() {
        await events.close();
        await database.close();
      },
    };
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** A form says by itself what it is. */
function writeBody(body: unknown): { body?: string | FormData; headers?: Record<string, string> } {
  if (body === undefined || body instanceof FormData) return body === undefined ? {} : { body };
  return { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
}

/**
 * The embedded database is nobody else's and is migrated on the way. A server's may be in use by an older version, so
 * that is left to whoever decides it.
 */
async function bringUpToDate(database: Database, { limits }: Environment): Promise<void> {
  if (database.kind === 'embedded') {
    await migrate(database, MIGRATIONS);
  } else {
    const { pending, failed } = await diagnose(database, MIGRATIONS);
    if (pending.length + failed.length > 0) {
      throw new OperationFailure('The database is behind this version: run "latchkey migrate" first.');
    }
  }
  await ensureSetup(database.prisma, { limits, clients: [], now: new Date() });
}

/** Puts into a sentence what an operator can do something about; anything else is a bug and keeps its stack. */
async function sayWhyNot<Outcome>(environment: Environment, work: () => Promise<Outcome>): Promise<Outcome> {
  try {
    return await work();
  } catch (cause) {
    const sentence = findSentence(environment, cause);
    throw sentence === null ? cause : new OperationFailure(sentence, { cause });
  }
}

/** What an operator can do something about, in one sentence; null for a bug. */
export function findSentence({ databaseUrl, dataDir }: Environment, cause: unknown): string | null {
  if (cause instanceof DataFolderHeldError || cause instanceof MigrationFailedError) return cause.message;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  if (FOLDER_PROBLEMS.test(code)) return `The data folder ${dataDir} cannot be used: ${reasonOf(cause)}.`;
  if (databaseUrl === null) return null;
  if (isDatabaseUnavailable(cause)) return `The database at ${placeOf(databaseUrl)} does not answer.`;
  if (REFUSALS.test(code)) return `The database at ${placeOf(databaseUrl)} refuses: ${reasonOf(cause)}.`;
  return null;
}

/** Of Node: no permission, no space, something else in the way. */
const FOLDER_PROBLEMS = /^(EACCES|EPERM|EROFS|ENOSPC|ENOTDIR|EEXIST)$/;

/** Of PostgreSQL: wrong user or password, no such database, no permission. */
const REFUSALS = /^(28\w{3}|3D000|42501)$/;

/** The first line of the error at the bottom: what lies above it only says that there was one. */
export function reasonOf(problem: unknown): string {
  let deepest = problem;
  while (deepest instanceof Error && deepest.cause instanceof Error) deepest = deepest.cause;
  const { message = '', code = '' } = deepest as { message?: string; code?: string };
  return message.split('\n').find((line) => line.trim() !== '') ?? code;
}

/** Host and database alone: an address may hold a password. */
export function placeOf(databaseUrl: string): string {
  const { host, pathname } = new URL(databaseUrl);
  return `${host}${pathname}`;
}
