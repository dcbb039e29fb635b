// Keeps the heap near what is alive in it. Left to itself V8 lets a small heap on a large machine grow to several times that
// before it looks, because memory that nobody asks for costs it nothing; an operator who pays for it sees a leak.
import v8 from 'node:v8';

/**
 * How much may be added to what the last collection left before the next one, in percent. A share of what is alive and no
 * bound: a heap that needs more gets more, up to what Node allows or NODE_OPTIONS says. Measured, docs/performance.md:
 * a hundred megabytes less and no more time.
 */
const GROWTH_PERCENT = 50;

/** For the start of a server. Whoever runs Node with a growth of their own keeps it. */
export function keepHeapSmall() {
  if (process.execArgv.some((flag) => /^--heap[-_]growing[-_]percent\b/.test(flag))) return;
  // V8 reads this at the end of each collection, so that it may be said to one that runs already.
  v8.setFlagsFromString(`--heap-growing-percent=${GROWTH_PERCENT}`);
}
