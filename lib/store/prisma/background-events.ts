// Writes audit events that no request waits for: the first at once, those that arrive meanwhile together in the statement
// after it. Alone an event costs what it always did; under load a statement carries hundreds.
import type { ManagementEvent, ManagementEvents } from '@/lib/management/audit';
import type { TokenEvent, TokenEvents } from '@/lib/oidc/token-events';
import type { PrismaClient } from '@/prisma/generated/client';
import { isDatabaseUnavailable } from './database';
import { logEventId, USER_AGENT_MAX_LENGTH } from './log-events';

/** Events in one statement. */
const BATCH_MAX = 500;
/** Events kept while the database is away; later ones are lost, and said to be. */
const WAITING_MAX = 10_000;
/** How long the database is left alone after it did not answer. */
const RETRY_MS = 1_000;

type Target = Pick<PrismaClient, '$executeRaw'>;

type Waiting = (TokenEvent | ManagementEvent) & Readonly<{ id: string }>;

/** Both ports, one queue. */
export type BackgroundEvents = TokenEvents &
  ManagementEvents &
  Readonly<{
    /** Resolves when what was recorded until now is written, or could not be in one last attempt. */
    close(): Promise<void>;
  }>;

/** @param reportLost told how many events will never be written, and why */
export function createBackgroundEvents(
  prisma: Target,
  { reportLost }: { reportLost(count: number, cause: unknown): void },
): BackgroundEvents {
  let waiting: Waiting[] = [];
  let writing: Promise<void> | null = null;
  let isClosing = false;
  let wake = () => {};

  async function writeAll(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, BATCH_MAX);
      try {
        await insertEvents(prisma, batch);
      } catch (cause) {
        if (isDatabaseUnavailable(cause) && !isClosing) {
          await pause();
          continue;
        }
        reportLost(batch.length, cause);
      }
      waiting = waiting.slice(batch.length);
    }
    // In the same breath as the last look: an event told after it begins anew.
    writing = null;
  }

  /** Ends early when the process is about to. */
  function pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, RETRY_MS).unref();
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  return {
    record(event) {
      if (waiting.length >= WAITING_MAX) return reportLost(1, new Error('Too many events wait.'));
      waiting.push({ ...event, id: logEventId(event.occurredAt) });
      writing ??= writeAll();
    },

    async close() {
      isClosing = true;
      wake();
      await writing;
    },
  };
}

/** An event that was written, though nobody heard of it, is not written twice. */
async function insertEvents(prisma: Target, events: readonly Waiting[]): Promise<void> {
  await prisma.$executeRaw`
    INSERT INTO log_events (id, occurred_at, type, client_id, account_id, ip, user_agent, description, details)
    SELECT id, "occurredAt", type, "clientId", "accountId", ip, left("userAgent", ${USER_AGENT_MAX_LENGTH}::int),
      description, details
    FROM jsonb_to_recordset(${JSON.stringify(events)}::jsonb)
      AS event (id text, "occurredAt" timestamptz, type text, "clientId" text, "accountId" text, ip text,
        "userAgent" text, description text, details jsonb)
    ON CONFLICT (id) DO NOTHING`;
}
