// How often a client may fail from one network before its next attempt is no longer looked at. A right attempt asks no
// database: failures are counted where they happen, and what is closed is kept in mind by each process. COD-6, CLI-4.
import {
  type CountedLimit,
  countLimit,
  type LimitName,
  type LimitOverrides,
  networkOf,
  retryAt,
} from './limits';

/** What may fail, and be closed. */
export type Attempt = Readonly<{
  limit: Extract<LimitName, 'wrong_secrets' | 'failed_redemptions'>;
  clientId: string;
  /** Null where the platform does not say it: then nothing is limited, or one stranger would close the client to all. */
  ip: string | null;
  /** What is guessed at, where a client has many: only that is closed, as others of the network hold others. */
  target?: string;
}>;

export type FailureLimits = Readonly<{
  /** Until when such an attempt is not looked at; null: it is. From memory. */
  closedUntil(attempt: Attempt): Date | null;
  /** Counts a failure, over all processes. Returns until when the next is not looked at; null: there is room. */
  count(attempt: Attempt): Promise<Date | null>;
}>;

/** The port through which limits are counted that nothing else happens with. */
export type LimitStore = Readonly<{
  /**
   * Counts against a limit in one statement. Null when it had room, else the limit with its counts, and nothing counted; the
   * audit log is told once for each time it filled up.
   */
  count(
    limit: CountedLimit,
    by: Readonly<{ clientId: string; ip: string; now: Date }>,
  ): Promise<CountedLimit | null>;
}>;

/** Attempts kept in mind as closed; beyond, the oldest goes, and is counted again. */
const CLOSED_MAX = 10_000;

export function createFailureLimits(
  deps: Readonly<{
    store: LimitStore;
    clock: () => Date;
    hashSubject: (subject: string) => string;
    limitOverrides: () => LimitOverrides;
  }>,
): FailureLimits {
  const closed = new Map<string, Date>();

  return {
    closedUntil(attempt) {
      const key = closedKey(attempt);
      const until = closed.get(key);
      if (until === undefined) return null;
      if (until > deps.clock()) return until;
      closed.delete(key);
      return null;
    },

    async count(attempt) {
      const { limit: name, clientId, ip } = attempt;
      if (ip === null) return null;
      const now = deps.clock();
      const limit = countLimit(name, {
        key: deps.hashSubject(`${name}:${clientId}:${networkOf(ip)}`),
        now,
        overrides: deps.limitOverrides(),
      });
      const full = await deps.store.count(limit, { clientId, ip, now });
      if (full === null) return null;
      const until = retryAt(full);
      closed.set(closedKey(attempt), until);
      for (const oldest of closed.keys()) {
        if (closed.size <= CLOSED_MAX) break;
        closed.delete(oldest);
      }
      return until;
    },
  };

  function closedKey({ limit, clientId, ip, target = '' }: Attempt): string {
    return deps.hashSubject(`${limit}:${clientId}:${ip === null ? '' : networkOf(ip)}:${target}`);
  }
}
