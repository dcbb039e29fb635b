import { describe, expect, it } from 'vitest';
import { createCodeDeriver } from '@/lib/keys/one-time-code';
import {
  CODE_LENGTH,
  CODE_LIFETIME_SECONDS,
  findGeneration,
  MAX_GUESSES,
  parseTypedCode,
  resendWaitSeconds,
} from '@/lib/login/one-time-code';
import { box } from '@/tests/store/conformance/stores';

describe('a typed code (OTP-15)', () => {
  it('is looked at while it is as short as anybody types one', () => {
    expect(parseTypedCode('048291'.padEnd(64), 6)).toBe('048291');
    expect(parseTypedCode('048291'.padEnd(65), 6)).toBeNull();
  });

  it.each([
    ['048291'],
    [' 048291\n'],
    ['048 291'],
    ['0 4 8 2 9 1'],
    ['048-291'],
    ['048–291'],
    ['048.291'],
    ['048\u00a0291'],
    ['\u200f048291\u200e'],
    ['\u2066048\u2069291'],
    ['０４８２９１'],
    ['٠٤٨٢٩١'],
    ['۰۴۸۲۹۱'],
    ['०४८२९१'],
    ['๐๔๘๒๙๑'],
    ['𝟎𝟒𝟖𝟐𝟗𝟏'],
    ['𝟢𝟦𝟪𝟤𝟫𝟣'],
  ])('is the digits a person meant: %j', (typed) => {
    expect(parseTypedCode(typed, 6)).toBe('048291');
  });

  it.each([
    [''],
    ['      '],
    ['04829'],
    ['0482911'],
    ['04829a'],
    ['0x8291'],
    ['+48291'],
    ['048291!'],
    ['048,291'],
    ['四八二九一零'],
    ['048291'.repeat(20)],
    ['1'.repeat(1_000_000)],
  ])('is no guess when it cannot be one', (typed) => {
    expect(parseTypedCode(typed, 6)).toBeNull();
  });

  it.each([4, 10])('has as many digits as the connection says: %i', (codeLength) => {
    expect(parseTypedCode('1'.repeat(codeLength), codeLength)).toBe('1'.repeat(codeLength));
    expect(parseTypedCode('1'.repeat(codeLength + 1), codeLength)).toBeNull();
    expect(parseTypedCode('1'.repeat(codeLength - 1), codeLength)).toBeNull();
  });
});

describe('the generation of a typed code', () => {
  const codes = createCodeDeriver(box);
  const seed = { challengeId: 'challenge', generation: 5, codeLength: 10, pepperId: box.currentId };
  const codeOf = (generation: number) => codes.derive({ ...seed, generation }) ?? '';

  it('is the newest one or the one before', () => {
    expect(findGeneration(codes, codeOf(5), seed)).toBe(5);
    expect(findGeneration(codes, codeOf(4), seed)).toBe(4);
  });

  it('is the next one, where the browser missed that there is one', () => {
    expect(findGeneration(codes, codeOf(6), seed)).toBe(6);
  });

  it('is none of those further away, nor of another challenge', () => {
    expect([3, 7, 0].map((generation) => findGeneration(codes, codeOf(generation), seed))).toEqual([
      null,
      null,
      null,
    ]);
    expect(findGeneration(codes, codeOf(5), { ...seed, challengeId: 'other' })).toBeNull();
    expect(findGeneration(codes, '', seed)).toBeNull();
  });

  it('is never below the first', () => {
    expect(findGeneration(codes, codeOf(-1), { ...seed, generation: 0 })).toBeNull();
  });

  it('is none when the SECRET it derives from is no longer configured', () => {
    expect(findGeneration(codes, codeOf(5), { ...seed, pepperId: 'gone' })).toBeNull();
  });
});

it('OTP-16: messages are 30, 60 and then always 120 seconds apart', () => {
  expect([1, 2, 3, 4, 50].map(resendWaitSeconds)).toEqual([30, 60, 120, 120, 120]);
});

it('contract §4: six digits, ten minutes, five guesses', () => {
  expect([CODE_LENGTH, CODE_LIFETIME_SECONDS, MAX_GUESSES]).toEqual([6, 600, 5]);
});
