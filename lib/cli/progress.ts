// How far a long command is.
import { SingleBar } from 'cli-progress';

export type Bar = Readonly<{ show(done: number): void; close(): void }>;

/** A line that fills up, where a person watches; nothing anywhere else. @param of.what in the plural: `users` */
export function openBar({ total, what, isQuiet }: { total: number; what: string; isQuiet: boolean }): Bar {
  if (isQuiet || total === 0 || !process.stderr.isTTY) return { show() {}, close() {} };
  const bar = new SingleBar({
    format: `{bar} {percentage}% | {value} of {total} ${what} | {eta_formatted} left`,
    stream: process.stderr,
    clearOnComplete: true,
  });
  bar.start(total, 0);
  return { show: (done) => bar.update(Math.min(done, total)), close: () => bar.stop() };
}
