// The one Latchkey of this process, for pages and routes. Next bundles each of them apart, so what they share hangs on
// globalThis and not in a module; and what starts it is in a file of its own, so that no page carries it all along.
import type { Runtime } from './compose';

const RUNTIME = Symbol.for('latchkey.runtime');

type Shared = { [RUNTIME]?: Promise<Runtime> };

/** The running Latchkey: `instrumentation.ts` starts it before Next hands out the first request. */
export function runtime(): Promise<Runtime> {
  const { [RUNTIME]: running } = globalThis as Shared;
  if (running === undefined) throw new Error('Latchkey has not been started in this process.');
  return running;
}

/** What {@link runtime} gives from now on. */
export function shareRuntime(starting: Promise<Runtime>): Promise<Runtime> {
  (globalThis as Shared)[RUNTIME] = starting;
  return starting;
}
