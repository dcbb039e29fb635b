// Every endpoint of the protocol under everything that can be done to a request, at the level of functions and on a real store.
// First each value that was ever thought of in the place of each parameter, then whatever fast-check makes of all of it, then
// every request that once found something. After each, the right request works.
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { type NastyValue, readCorpus } from './case';
import { openProvider } from './provider';
import { checkBent, checkDrawn, checkFound, checkRight, secondsToDraw } from './target';

/** Open before the tests are named, because it knows what there is to ask. */
const provider = await openProvider();
const { ask, targets } = provider;
afterAll(() => provider.close());

/** One person, whom nobody else could be taken for. */
const RECIPIENT = /^(?:[^\s,;<>"@]+@[a-z0-9.-]+|\+[1-9]\d{6,14})$/;
afterEach(() => {
  for (const { recipient } of provider.messages.splice(0)) expect(recipient).toMatch(RECIPIENT);
});

const VALUES = readCorpus<readonly NastyValue[]>('values');

describe.each(targets)('$name', (target) => {
  it('lives with every nasty value in every parameter (INP-2, INP-4, OTP-14)', async () => {
    const right = await target.fresh();
    const { name, encodings, parameters, share = { of: 1, at: 0 } } = target;
    const values = VALUES.filter((_, index) => index % share.of === share.at);
    for (const parameter of parameters)
      for (const [index, value] of values.entries()) {
        const encoding = encodings[index % encodings.length] ?? 'query';
        const bends = [{ do: 'replace', name: parameter, value }] as const;
        await checkBent(ask, target, { target: name, encoding, bends, wrappings: [] }, right);
      }
    await checkRight(ask, target);
  });

  it('lives with whatever is made of a request (INP-1, INP-2, INP-4)', () =>
    checkDrawn(ask, target, secondsToDraw(10) / targets.length));

  it('lives with what once broke something (INP-2)', () => checkFound(ask, target));
});
