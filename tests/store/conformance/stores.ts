// The stores that the suite of promises runs against, each as two processes see it: on a server two pools of
// connections; the embedded database belongs to one process, which then stands for both.
import pg from 'pg';
import { createSecretBox } from '@/lib/keys/secret-box';
import type { AccountLinkStore } from '@/lib/login/account-links';
import type { AccountRegister } from '@/lib/login/account-register';
import type { ChallengeStore } from '@/lib/login/challenge';
import type { IdentifierChangeStore } from '@/lib/login/change-identifier';
import type { ConsentStore } from '@/lib/login/consent';
import type { EmbeddedChallengeStore } from '@/lib/login/embedded-challenge';
import type { LimitStore } from '@/lib/login/failure-limits';
import type { LogoutNoticeStore } from '@/lib/login/logout-notice';
import type { PasskeyStore } from '@/lib/login/passkey';
import type { SessionStore } from '@/lib/login/session';
import type { SessionRegister } from '@/lib/login/session-register';
import { type BrandAssets, NO_SETTINGS, type SettingsRegister, sessionLifetimes } from '@/lib/login/settings';
import type { ConsoleDoor } from '@/lib/management/console-door';
import type { LogStreamStore } from '@/lib/management/log-streams';
import type { OperatorRegister } from '@/lib/management/operator-register';
import type { TokenFamilyStore } from '@/lib/oidc/access-token';
import type { ClientAssertionStore } from '@/lib/oidc/client-assertion';
import type { GrantStore } from '@/lib/oidc/consent';
import type { PushedRequestStore } from '@/lib/oidc/pushed-request';
import type { RefreshTokenStore } from '@/lib/oidc/refresh-token';
import type { RefreshTokenRegister } from '@/lib/oidc/refresh-token-register';
import { createAccountLinkStore } from '@/lib/store/prisma/account-links';
import { createAccountRegister } from '@/lib/store/prisma/accounts';
import { createAuthorizationCodeStore, type IssuedCodeStore } from '@/lib/store/prisma/authorization-codes';
import { createChallengeStore } from '@/lib/store/prisma/challenges';
import { createClientAssertionStore } from '@/lib/store/prisma/client-assertions';
import { createConsoleDoor } from '@/lib/store/prisma/console-door';
import { type Database, openDatabase, openScratchDatabase } from '@/lib/store/prisma/database';
import { createEmbeddedChallengeStore } from '@/lib/store/prisma/embedded-challenges';
import { createGrantStore } from '@/lib/store/prisma/grants';
import { createIdentifierChangeStore } from '@/lib/store/prisma/identifier-changes';
import { createLimitStore } from '@/lib/store/prisma/limits';
import { createLogStreamStore } from '@/lib/store/prisma/log-streams';
import { createLogoutNoticeStore } from '@/lib/store/prisma/logout-notices';
import { migrate } from '@/lib/store/prisma/migrate';
import { createOperatorRegister } from '@/lib/store/prisma/operators';
import { createPasskeyStore } from '@/lib/store/prisma/passkeys';
import { createPushedRequestStore } from '@/lib/store/prisma/pushed-requests';
import { createRefreshTokenRegister } from '@/lib/store/prisma/refresh-token-register';
import { createRefreshTokenStore } from '@/lib/store/prisma/refresh-tokens';
import { createSessionRegister } from '@/lib/store/prisma/session-register';
import { createSessionStore } from '@/lib/store/prisma/sessions';
import { createBrandAssetStore, createSettingsStore } from '@/lib/store/prisma/settings';
import { createTokenFamilyStore } from '@/lib/store/prisma/token-families';
import type { PrismaClient } from '@/prisma/generated/client';
import { createDatabase } from '@/tests/harness/database';

/** What one process holds of the database. */
export type Process = Readonly<{
  prisma: PrismaClient;
  accounts: AccountRegister;
  links: AccountLinkStore;
  changes: IdentifierChangeStore;
  challenges: ChallengeStore & EmbeddedChallengeStore;
  codes: IssuedCodeStore;
  sessions: SessionStore;
  passkeys: PasskeyStore;
  sessionRegister: SessionRegister;
  notices: LogoutNoticeStore;
  logStreams: LogStreamStore;
  families: TokenFamilyStore;
  grants: ConsentStore & GrantStore;
  refreshTokens: RefreshTokenStore;
  refreshTokenRegister: RefreshTokenRegister;
  limits: LimitStore;
  clientAssertions: ClientAssertionStore;
  pushedRequests: PushedRequestStore;
  operators: OperatorRegister;
  door: ConsoleDoor;
  settings: SettingsRegister;
  brandAssets: BrandAssets;
}>;

export type OpenStore = Readonly<{
  kind: Database['kind'];
  processes: readonly [Process, Process];
  close(): Promise<void>;
}>;

const SECRET = 'kT9v0pQ2xWm5Zr8LbN4yUc7HdJ1sGfEa';
const NEXT_SECRET = 'Vw3eRt6yUi9oPa2sDf5gHj8kLz1xCv4b';

export const box = createSecretBox([SECRET]);
/** After an operator replaced SECRET and listed the old one behind the new. */
export const rotatedBox = createSecretBox([NEXT_SECRET, SECRET]);
/** After the old one was taken from the list. */
export const nextBox = createSecretBox([NEXT_SECRET]);

/** The stores of a process that was given these secrets. */
export function processOf(prisma: PrismaClient, secrets = box): Process {
  const accounts = createAccountRegister(prisma);
  return {
    prisma,
    accounts,
    links: createAccountLinkStore(prisma, accounts),
    changes: createIdentifierChangeStore(prisma),
    challenges: { ...createChallengeStore(prisma, secrets), ...createEmbeddedChallengeStore(prisma) },
    codes: createAuthorizationCodeStore(prisma, secrets),
    sessions: createSessionStore(prisma, secrets, () => sessionLifetimes(NO_SETTINGS)),
    passkeys: createPasskeyStore(prisma, secrets),
    sessionRegister: createSessionRegister(prisma),
    notices: createLogoutNoticeStore(prisma),
    logStreams: createLogStreamStore(prisma),
    families: createTokenFamilyStore(prisma),
    grants: createGrantStore(prisma, secrets),
    refreshTokens: createRefreshTokenStore(prisma),
    refreshTokenRegister: createRefreshTokenRegister(prisma),
    limits: createLimitStore(prisma),
    clientAssertions: createClientAssertionStore(prisma),
    operators: createOperatorRegister(prisma),
    door: createConsoleDoor(prisma, secrets),
    settings: createSettingsStore(prisma),
    brandAssets: createBrandAssetStore(prisma),
    pushedRequests: createPushedRequestStore(prisma, secrets, {
      seal: (plain) => secrets.seal('pushed-request', plain),
      unseal: (sealed) => secrets.unseal('pushed-request', sealed),
    }),
  };
}

/** PostgreSQL inside this process. */
export async function openEmbeddedStore(): Promise<OpenStore> {
  const database = await openScratchDatabase();
  await migrate(database, 'prisma/migrations');
  const process = processOf(database.prisma);
  return { kind: 'embedded', processes: [process, process], close: database.close };
}

/** A PostgreSQL server, whose operator may have given the database a time zone and a date style. */
export async function openServerStore(odd: { zone: string; dateStyle: string } | null): Promise<OpenStore> {
  const databaseUrl = await createDatabase('promises');
  if (odd !== null) await setDefaults(databaseUrl, odd);
  const [first, second] = await Promise.all([openServer(databaseUrl), openServer(databaseUrl)]);
  await migrate(first, 'prisma/migrations');
  await Promise.all([first, second].map(connectFully));
  return {
    kind: 'server',
    processes: [processOf(first.prisma), processOf(second.prisma)],
    close: async () => void (await Promise.all([first.close(), second.close()])),
  };
}

const openServer = (databaseUrl: string) => openDatabase({ databaseUrl, dataDir: '/nowhere' });

/** Races begin with every connection open, else the first ones to connect decide them. */
async function connectFully({ prisma }: Database): Promise<void> {
  await Promise.all(Array.from({ length: 10 }, () => prisma.$queryRaw`SELECT pg_sleep(0.1)::text`));
}

async function setDefaults(
  databaseUrl: string,
  { zone, dateStyle }: { zone: string; dateStyle: string },
): Promise<void> {
  const client = new pg.Client(databaseUrl);
  await client.connect();
  const database = new URL(databaseUrl).pathname.slice(1);
  await client.query(`ALTER DATABASE "${database}" SET timezone = '${zone}'`);
  await client.query(`ALTER DATABASE "${database}" SET datestyle = '${dateStyle}'`);
  await client.end();
}
