// A target with all that it takes to check it: what the right request is, what proves something in it, and what may be gained.
// The checks are the same at the level of functions and over a socket; how to ask is handed in.
import fc from 'fast-check';
import { expect } from 'vitest';
import {
  type Case,
  type RightRequest,
  readCorpus,
  type Target,
  touchedBy,
  type WrittenRequest,
  write,
} from './case';
import { drawCase } from './draw';
import { type Answer, expectHarmless, gainsOf, type Kind, MAX_MILLISECONDS } from './harmless';

export type BentTarget = Target &
  Kind &
  Readonly<{
    /** A request that is right now, whatever was asked before. */
    fresh(): Promise<RightRequest>;
    /** What the right request is answered with. */
    right: Readonly<{ status: number; gains?: readonly string[] }>;
    /** Parameters and headers that prove something: while one of them is bent, nothing may be gained. Left out: never. */
    proof?: readonly string[];
    /** The answer to a right request says that the proof is right: to be gained, like tokens. */
    isGainToSucceed?: boolean;
  }>;

/** Sends a request and reads its answer. */
export type Ask = (written: WrittenRequest) => Promise<Answer>;

const SEED = Number(process.env.FUZZ_SEED ?? 20_261_128);
/** However slow the machine is, and however fast. */
const AT_LEAST = 3;
const A_SECOND_AT_MOST = 1_000;
const FOUND = readCorpus<readonly Case[]>('cases');

/** How long a file may draw cases at random. FUZZ_SECONDS looks further than a run of every day does. */
export const secondsToDraw = (usual: number): number => Number(process.env.FUZZ_SECONDS ?? usual);

/** Everything that holds of a bent request. */
export async function checkBent(
  ask: Ask,
  target: BentTarget,
  bent: Case,
  right: RightRequest,
): Promise<void> {
  const answer = await askPatiently(ask, write(target, bent, right));
  expectHarmless(answer, target, bent);
  const touched = touchedBy(bent, right).filter((name) => target.proof?.includes(name) ?? true);
  const label = `${JSON.stringify(bent)}\n→ ${answer.status} ${answer.text.slice(0, 300)}`;
  if (touched.length > 0) expect(gained(target, answer), label).toEqual([]);
}

/** Nobody who asks rightly is worse off. */
export async function checkRight(ask: Ask, target: BentTarget): Promise<void> {
  const [encoding = 'query'] = target.encodings;
  const bare: Case = { target: target.name, encoding, bends: [], wrappings: [] };
  const answer = await askPatiently(ask, write(target, bare, await target.fresh()));
  expectHarmless(answer, target, bare);
  const { status, gains = [] } = target.right;
  expect([answer.status, gainsOf(answer)], answer.text).toEqual([status, gains]);
}

/** Draws cases until the time is up, each with a right request of its own before and after it. */
export async function checkDrawn(ask: Ask, target: BentTarget, seconds: number): Promise<void> {
  const deadline = performance.now() + seconds * 1000;
  let runs = 0;
  let isFailing = false;
  const property = fc.asyncProperty(drawCase(target), async (bent) => {
    // A failure is made smaller however late it is.
    if (!isFailing && ++runs > AT_LEAST && performance.now() > deadline) return;
    isFailing = true;
    await checkBent(ask, target, bent, await target.fresh());
    await checkRight(ask, target);
    isFailing = false;
  });
  await fc.assert(property, { seed: SEED, numRuns: Math.ceil(seconds * A_SECOND_AT_MOST) });
}

/** What once broke something stays mended. */
export async function checkFound(ask: Ask, target: BentTarget): Promise<void> {
  for (const bent of FOUND.filter((each) => each.target === target.name)) {
    await checkBent(ask, target, bent, await target.fresh());
    await checkRight(ask, target);
  }
}

/** Asks again where the answer was slow: a machine that pauses does not do so three times. */
async function askPatiently(ask: Ask, written: WrittenRequest): Promise<Answer> {
  let answer = await ask(written);
  for (let again = 0; again < 2 && answer.milliseconds >= MAX_MILLISECONDS; again++)
    answer = { ...answer, milliseconds: (await ask(written)).milliseconds };
  return answer;
}

function gained(target: BentTarget, answer: Answer): string[] {
  const succeeded = target.isGainToSucceed && answer.status < 300 ? ['a yes'] : [];
  return [...gainsOf(answer), ...succeeded];
}
