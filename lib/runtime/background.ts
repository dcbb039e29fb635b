// Work that no request waits for: messages that need another try, rows that are over, keys that grow old. Runs in every
// process; each piece is safe to run in several at once. One piece at a time, and a failure only waits for the next turn.
import type { Log } from './log';

export type BackgroundWork = Readonly<{
  name: string;
  everySeconds: number;
  /** What takes long asks now and then whether the process is about to end. */
  run(isStopping: () => boolean): Promise<unknown>;
}>;

/** Starts the work; what is returned stops it and waits for the piece in hand. */
export function startBackground(works: readonly BackgroundWork[], log: Log): () => Promise<void> {
  let stopped = false;
  const inHand = new Map<string, Promise<void>>();
  const timers = works.map((work) =>
    setInterval(() => {
      if (stopped || inHand.has(work.name)) return;
      const running = Promise.resolve()
        .then(() => work.run(() => stopped))
        .then(
          () => {},
          (cause) => log.warn('background work failed', { work: work.name, cause: nameOf(cause) }),
        )
        .finally(() => inHand.delete(work.name));
      inHand.set(work.name, running);
    }, work.everySeconds * 1000),
  );
  return async () => {
    stopped = true;
    timers.forEach(clearInterval);
    await Promise.all(inHand.values());
  };
}

function nameOf(cause: unknown): string {
  return cause instanceof Error ? cause.name : typeof cause;
}
