// The running server over bare sockets, where requests are what no HTTP library would send: cases drawn as for the functions, but
// fewer, also of the forms of our pages; then bytes that are hardly HTTP.
import { afterAll, describe, expect, it } from 'vitest';
import { findSpills } from '@/tests/harness/evidence';
import { everythingPrinted } from '@/tests/harness/latchkey';
import { sendRaw } from '@/tests/harness/raw-http';
import { readCorpus } from './case';
import { openServer } from './running-server';
import { checkDrawn, checkFound, checkRight, secondsToDraw } from './target';

/** Open before the tests are named, because it knows what there is to ask. */
const { address, targets, ask, signSomebodyIn, close } = await openServer();

afterAll(async () => {
  await close();
  expect(findSpills(everythingPrinted())).toEqual([]);
});

describe.each(targets)('$name', (target) => {
  it('lives with whatever is made of a request (INP-1, INP-2, INP-4)', () =>
    checkDrawn(ask, target, secondsToDraw(8) / targets.length));

  it('lives with what once broke something (INP-2)', () => checkFound(ask, target));
});

it('bytes that are hardly HTTP end in a refusal, and nobody notices (INP-2, HDR-4, NXT-8)', async () => {
  const texts = readCorpus<readonly string[]>('raw');
  const answers = await Promise.all(
    texts.map(async (text) => {
      const { status, body } = await sendRaw(address, Buffer.from(text, 'latin1'), {
        waitMilliseconds: 1_500,
      });
      return { text, status, body };
    }),
  );
  for (const { text, status, body } of answers) {
    expect(status ?? 400, JSON.stringify(text)).toBeLessThan(500);
    expect(body, JSON.stringify(text)).not.toMatch(/evil\.test|root:|node_modules|\bat .*\.js/);
  }
  for (const target of targets) await checkRight(ask, target);
});

it('after all of it somebody signs in as ever', async () => {
  expect(await signSomebodyIn()).not.toBeNull();
});
