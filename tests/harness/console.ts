// The console with people at it: operators of every role, a plain user of the login, a stranger. Operators are invited by the
// register and sign in as everybody does, so what they hold is what operators hold.
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import type { Role } from '@/lib/management/roles';
import { createAccountRegister } from '@/lib/store/prisma/accounts';
import { type Database, openDatabase } from '@/lib/store/prisma/database';
import { createOperatorRegister } from '@/lib/store/prisma/operators';
import { openProfile, startBrowser, type Viewer } from './browser';
import { createDatabase } from './database';
import { type Environment, type LatchkeyProcess, startLatchkey } from './latchkey';
import { signIn } from './sign-in';
import { type SmtpSink, startSmtpSink } from './smtp-sink';
import { createVisitor, type Visitor } from './visitor';

const ROOT = path.resolve(import.meta.dirname, '../..');
const MANY = 10_000;

export type ConsoleStage = Awaited<ReturnType<typeof startConsole>>;

/** Starts a server with mail that arrives, a database beside it, and a browser. */
export async function startConsole(name: string, environment: Environment = {}) {
  const [post, databaseUrl, browser] = await Promise.all([
    startSmtpSink(),
    createDatabase(name),
    startBrowser(),
  ]);
  const server = await startLatchkey({
    DATABASE_URL: databaseUrl,
    SECRET: randomBytes(32).toString('hex'),
    SMTP_URL: post.url,
    EMAIL_FROM: 'login@acme.test',
    LIMITS: JSON.stringify({ starts_per_ip: MANY, starts_per_recipient_hour: MANY }),
    ...environment,
  });
  const database = await openDatabase({ databaseUrl, dataDir: '' });
  const stage = { server, post, browser, database, databaseUrl };
  return {
    ...stage,
    prisma: database.prisma,
    /** Somebody with a browser of their own, scripts aside. */
    visitor: (headers: Record<string, string> = {}) =>
      createVisitor(server.issuer, { connectTo: server.address, headers }),
    /** A person who signed in at the console's door, whoever they are to it. */
    signIn: (visitor: Visitor, address: string) => signInAtDoor(stage, visitor, address),
    /** A new operator, signed in. */
    async operator(role: Role, address = `${role}${randomBytes(3).toString('hex')}@acme.test`) {
      await invite(database, address, role);
      const visitor = createVisitor(server.issuer, { connectTo: server.address });
      await signInAtDoor(stage, visitor, address);
      return { address, visitor };
    },
    /** The id of a new user who has that address, which nobody proved. */
    user: (address: string) => addUser(database, address),
    async close() {
      await Promise.all([server.stop(), browser.close(), database.close()]);
      await post.close();
    },
  };
}

async function invite(database: Database, email: string, role: Role): Promise<void> {
  const now = new Date();
  await createOperatorRegister(database.prisma).invite({
    id: `opr_${randomBytes(12).toString('base64url')}`,
    email,
    role,
    invitedBy: null,
    createdAt: now,
    expiresAt: new Date(now.getTime() + 3_600_000),
  });
}

async function addUser(database: Database, address: string): Promise<string> {
  const userId = randomBytes(12).toString('hex');
  const added = await createAccountRegister(database.prisma).add(
    {
      identity: { provider: 'email', userId, identifier: address, typedForm: address, isVerified: false },
      ...{ name: null, nickname: null, givenName: null, familyName: null, picture: null },
      ...{ userMetadata: {}, appMetadata: {}, isBlocked: false },
    },
    new Date(),
  );
  if (added.kind !== 'added') throw new Error(`${address} is taken: ${added.kind}`);
  return added.account.id;
}

async function signInAtDoor({ post }: { post: SmtpSink }, visitor: Visitor, address: string) {
  const door = await visitor.open('/console/sign-in');
  const firstPage = await visitor.submit(door, { press: 'Sign in' });
  return signIn(visitor, firstPage, { post, address });
}

/** A page of a browser with that visitor's cookies. */
export async function openPage(
  { browser, server }: { browser: Browser; server: LatchkeyProcess },
  visitor: Visitor,
  viewer: Viewer = {},
): Promise<{ page: Page; profile: BrowserContext }> {
  const profile = await openProfile(browser, viewer);
  const { hostname } = new URL(server.issuer);
  await profile.addCookies(
    visitor.jar.list(hostname).map(({ name, value }) => ({ name, value, url: server.issuer })),
  );
  return { page: await profile.newPage(), profile };
}

/** A new operator of that role at that page. */
export async function openAs(
  stage: ConsoleStage,
  { role, path, viewer = {} }: { role: Role; path: string; viewer?: Viewer },
) {
  const operator = await stage.operator(role);
  const opened = await openPage(stage, operator.visitor, viewer);
  await opened.page.goto(stage.server.issuer + path);
  return { ...operator, ...opened };
}

/** Presses that button of the dialog which is open there, and waits until the dialog is gone. */
export async function pressInDialog(within: Page | Locator, name: string): Promise<void> {
  const dialog = within.getByRole('dialog');
  await dialog.getByRole('button', { name, exact: true }).click();
  await dialog.waitFor({ state: 'detached' });
}

/** An address of the console as the file tree has it, with something in the place of each parameter. */
export type ConsolePath = Readonly<{ path: string; kind: 'page' | 'route'; file: string }>;

/** Pages in the dress of the login, for frames: nothing that anybody opens. */
const PREVIEWS = 'app/(login)/console';

/** Every page and route file there is, so that new ones are covered by themselves. */
export function consolePaths(): ConsolePath[] {
  return ['app/(console)', PREVIEWS]
    .flatMap((folder) =>
      readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
        .map((file) => file.split(path.sep).join('/'))
        .map((file) => (folder === PREVIEWS ? `console/${file}` : file)),
    )
    .filter((file) => /(?:^|\/)(?:page|route)\.tsx?$/.test(file))
    .map((file) => ({
      file,
      kind:
        file.includes('page.') && file !== 'console/branding/preview/page.tsx'
          ? ('page' as const)
          : ('route' as const),
      path: `/${file
        .split('/')
        .slice(0, -1)
        .filter((part) => !part.startsWith('('))
        .map((part) => (part.startsWith('[') ? 'sample' : part))
        .join('/')}`,
    }))
    .sort((a, b) => a.path.localeCompare(b.path));
}

/** Where people are let in: for everybody to see. */
export const DOORS = ['/console/sign-in', '/console/sign-in/begin', '/console/sign-out', '/console/setup'];

/** Ids of the console's actions, as the production build names them. */
export function consoleActions(): Readonly<{ id: string; name: string; path: string }>[] {
  const manifest = JSON.parse(
    readFileSync(path.join(ROOT, '.next/server/server-reference-manifest.json'), 'utf8'),
  ) as { node: Record<string, { workers: Record<string, unknown>; exportedName: string }> };
  return Object.entries(manifest.node).flatMap(([id, { workers, exportedName: name }]) => {
    const [worker = ''] = Object.keys(workers).filter((each) => each.startsWith('app/(console)/'));
    if (worker === '') return [];
    const path = worker
      .split('/')
      .slice(1, -1)
      .filter((part) => !part.startsWith('('))
      .map((part) => (part.startsWith('[') ? 'sample' : part));
    return [{ id, name, path: `/${path.join('/')}` }];
  });
}
