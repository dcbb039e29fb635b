// How far the heap of a server grows beyond what is alive in it, in a process of its own that makes much and keeps little.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const HEAP = new URL('../../scripts/heap.mjs', import.meta.url);

/** Runs a program, with flags that an operator might give Node; answers with what it printed. */
async function run(program: string, ...flags: string[]): Promise<string> {
  const whole = `import v8 from 'node:v8'; import { keepHeapSmall } from '${HEAP}'; ${program}`;
  const words = [...flags, '--input-type=module', '--eval', whole];
  return (await promisify(execFile)(process.execPath, words)).stdout.trim();
}

describe('the heap of a server', () => {
  it('stays near what is alive in it', async () => {
    const peakMegabytes = await run(`
      keepHeapSmall();
      const alive = Array.from({ length: 400_000 }, (_, i) => ({ i, text: 'alive ' + i })); // forty megabytes
      const recent = new Array(200_000); // long enough to be taken for alive
      let peak = 0;
      for (let i = 0; i < 3_000_000; i++) {
        recent[i % recent.length] = { i, text: 'over ' + i };
        if (i % 1_000 === 0) peak = Math.max(peak, v8.getHeapStatistics().used_heap_size);
      }
      console.log(alive.length && Math.round(peak / 1e6));
    `);
    expect(Number(peakMegabytes)).toBeLessThan(160);
  });

  it('grows as whoever runs it says', async () => {
    const told = 'v8.setFlagsFromString = (flag) => console.log(flag); keepHeapSmall();';
    expect(await run(told)).toBe('--heap-growing-percent=50');
    expect(await run(told, '--heap-growing-percent=400')).toBe('');
    expect(await run(told, '--heap_growing_percent=400')).toBe('');
  });
});
