// Everything that a process does without being asked, and how often. Each piece is done in batches, and goes on while there is
// more of it, but not for ever: a piece that is long lets the next one wait.
import { createHash } from 'node:crypto';
import type { SecretBox } from '@/lib/keys/secret-box';
import { tellClients } from '@/lib/login/logout-notice';
import { drainOutbox } from '@/lib/login/outbox';
import { sendLogs } from '@/lib/management/log-delivery';
import { workOnImports } from '@/lib/management/user-imports';
import type { Database } from '@/lib/store/prisma/database';
import { countActiveUsers, countFigures } from '@/lib/store/prisma/figures';
import { removeExpired } from '@/lib/store/prisma/housekeeping';
import type { createInboxStore } from '@/lib/store/prisma/inbox';
import { createLogStreamStore } from '@/lib/store/prisma/log-streams';
import type { BackgroundWork } from './background';
import { LOG_STREAM_SECRET } from './delivery';
import type { Log } from './log';

/** Messages one process takes from the outbox at once, and how often in one turn at most. */
const OUTBOX_BATCH = 20;
const OUTBOX_BATCHES = 50;
/** Sign-outs one process tells of at once, and how often in one turn at most. */
export const NOTICE_BATCH = 50;
const NOTICE_BATCHES = 50;
/** Batches of log entries one process sends for a stream in one turn at most. */
const LOG_BATCHES = 100;
/** Batches of expired rows that go in one turn at most. */
const CLEAN_UP_BATCHES = 50;
/** How long a message stays in the inbox page. */
const INBOX_SECONDS = 86_400;
/** What an operator set shows in every process within that time. */
const SETTINGS_EVERY_SECONDS = 5;
/** A key signs for this long; the next one has been published all the while. */
const KEY_LIFETIME_DAYS = 90;

/**
 * @param given.guard as for every store: tells an outage from a bug
 * @param given.readSettings reads what other processes changed
 */
export function backgroundWorks(given: {
  prisma: Database['prisma'];
  guard: <Store extends object>(store: Store) => Store;
  box: SecretBox;
  clock: () => Date;
  log: Log;
  logRetentionDays: number;
  delivery: Parameters<typeof drainOutbox>[0];
  telling: Parameters<typeof tellClients>[0];
  postLogBatch: Parameters<typeof sendLogs>[0]['postLogBatch'];
  imports: Parameters<typeof workOnImports>[0];
  inbox: Pick<ReturnType<typeof createInboxStore>, 'purge'>;
  signer: { rotateIfOlderThan(days: number): Promise<unknown> };
  readSettings(): Promise<void>;
}): BackgroundWork[] {
  const { prisma, guard, box, clock, log, logRetentionDays, delivery, telling, postLogBatch } = given;
  const streaming = {
    logStreams: guard(createLogStreamStore(prisma)),
    postLogBatch,
    printLine: (line: string) => void process.stdout.write(`${line}\n`),
    unsealLogStreamSecret: (sealed: string) => box.unseal(LOG_STREAM_SECRET, sealed),
    digest: (texts: readonly string[]) =>
      createHash('sha256').update(texts.join()).digest('hex').slice(0, 32),
    clock,
    onSuspended: (suspended: { stream: string; reason: string }) =>
      log.warn('log stream suspended: nobody took it for a day', suspended),
  };
  return [
    {
      name: 'outbox',
      everySeconds: 1,
      run: () =>
        repeatWhile(
          async () => (await drainOutbox(delivery, { limit: OUTBOX_BATCH })) === OUTBOX_BATCH,
          OUTBOX_BATCHES,
        ),
    },
    {
      name: 'sign-outs',
      everySeconds: 1,
      run: () =>
        repeatWhile(
          async () => (await tellClients(telling, { limit: NOTICE_BATCH })) === NOTICE_BATCH,
          NOTICE_BATCHES,
        ),
    },
    {
      name: 'log streams',
      everySeconds: 1,
      run: (isStopping) => repeatWhile(async () => !isStopping() && (await sendLogs(streaming)), LOG_BATCHES),
    },
    { name: 'settings', everySeconds: SETTINGS_EVERY_SECONDS, run: given.readSettings },
    {
      name: 'expired rows',
      everySeconds: 60,
      run: (isStopping) =>
        repeatWhile(
          async () => !isStopping() && (await removeExpired(prisma, clock(), { logRetentionDays })) > 0,
          CLEAN_UP_BATCHES,
        ),
    },
    { name: 'imports', everySeconds: 2, run: (isStopping) => workOnImports(given.imports, isStopping) },
    {
      name: 'inbox',
      everySeconds: 600,
      run: () => given.inbox.purge(new Date(clock().getTime() - INBOX_SECONDS * 1000)),
    },
    {
      name: 'figures',
      everySeconds: 60,
      async run() {
        while (await countFigures(prisma, clock()));
        await countActiveUsers(prisma, clock());
      },
    },
    { name: 'key age', everySeconds: 3600, run: () => given.signer.rotateIfOlderThan(KEY_LIFETIME_DAYS) },
  ];
}

/** Does a piece of work again and again while there is more of it, but not for ever. */
async function repeatWhile(hasMore: () => Promise<boolean>, times: number): Promise<void> {
  for (let time = 0; time < times && (await hasMore()); time++);
}
