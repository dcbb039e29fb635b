import { describe, expect, it } from 'vitest';
import { createCodeDeriver } from '@/lib/keys/one-time-code';
import { createSecretBox } from '@/lib/keys/secret-box';

const SECRET = 'kT9v0pQ2xWm5Zr8LbN4yUc7HdJ1sGfEa';
const codes = createCodeDeriver(createSecretBox([SECRET]));

const derive = (seed: Partial<Parameters<typeof codes.derive>[0]> = {}) =>
  codes.derive({
    challengeId: 'challenge',
    generation: 0,
    codeLength: 6,
    pepperId: codes.pepperId,
    ...seed,
  }) ?? '';

describe('a code (RFC 4226 §5.3, OTP-12)', () => {
  it('is the same each time it is derived, so that it can be sent again', () => {
    expect(derive()).toBe(derive());
  });

  it('changes with the challenge, the generation, the length and the secret', () => {
    const other = createCodeDeriver(createSecretBox(['Vw3eRt6yUi9oPa2sDf5gHj8kLz1xCv4b']));
    const seed = { challengeId: 'challenge', generation: 0, codeLength: 10, pepperId: other.pepperId };
    const long = [
      derive({ codeLength: 10 }),
      derive({ codeLength: 10, challengeId: 'challengf' }),
      other.derive(seed),
    ];
    expect(new Set([...long, derive({ codeLength: 10, generation: 1 })]).size).toBe(4);
    expect(derive({ codeLength: 10 }).endsWith(derive())).toBe(false);
  });

  it.each([4, 5, 6, 7, 8, 9, 10])('has exactly %i digits where the connection says so', (codeLength) => {
    for (let generation = 0; generation < 200; generation++) {
      expect(derive({ codeLength, generation })).toMatch(new RegExp(`^\\d{${codeLength}}$`));
    }
  });

  it('survives the replacement of SECRET while the old one is listed, and is gone after', () => {
    const seed = { challengeId: 'challenge', generation: 0, codeLength: 6, pepperId: codes.pepperId };
    const replacement = 'Vw3eRt6yUi9oPa2sDf5gHj8kLz1xCv4b';
    expect(createCodeDeriver(createSecretBox([replacement, SECRET])).derive(seed)).toBe(derive());
    expect(createCodeDeriver(createSecretBox([replacement])).derive(seed)).toBeNull();
  });
});

describe('20 000 codes (OTP-1, ASVS 6.5.3)', () => {
  /** 99.99 % of truly uniform draws stay below, at nine degrees of freedom. */
  const CHI_SQUARE_BOUND = 33.72;
  const drawn = Array.from({ length: 20_000 }, (_, at) =>
    derive({ challengeId: `challenge-${at}`, codeLength: 10 }),
  );

  it.each([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])('have every digit equally often at place %i', (place) => {
    expect(chiSquare(drawn.map((code) => Number(code[place])))).toBeLessThan(CHI_SQUARE_BOUND);
  });

  it('do not tell the next one', () => {
    const steps = drawn.slice(1).map((code, at) => (Number(code[9]) - Number(drawn[at]?.[9]) + 10) % 10);
    expect(chiSquare(steps)).toBeLessThan(CHI_SQUARE_BOUND);
  });

  it('keep the zeros in front', () => {
    const zeros = drawn.filter((code) => code.startsWith('0')).length;
    expect(zeros).toBeGreaterThan(1_700);
    expect(zeros).toBeLessThan(2_300);
    expect(drawn.every((code) => code.length === 10)).toBe(true);
  });
});

function chiSquare(digits: readonly number[]): number {
  const expected = digits.length / 10;
  const counts = Array.from({ length: 10 }, (_, digit) => digits.filter((each) => each === digit).length);
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}
