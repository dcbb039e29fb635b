import { describe, expect, it } from 'vitest';
import { readMetadataChange } from '@/lib/web/console/metadata-change';

const change = (written: string, shown = '{"plan":"free","seats":2}') => readMetadataChange(written, shown);

describe('what is written over metadata', () => {
  it('names what is new or different, and leaves the rest unsaid', () => {
    expect(change('{"plan": "pro", "seats": 2, "from": ["a"]}')).toEqual({
      kind: 'changes',
      changes: { plan: 'pro', from: ['a'] },
    });
    expect(change('{"seats": 2, "plan": "free"}')).toEqual({ kind: 'changes', changes: {} });
  });

  it('says null of what was taken out, so that nothing that was never shown goes with it', () => {
    const nothing = { kind: 'changes', changes: { plan: null, seats: null } };
    expect(change('{}')).toEqual(nothing);
    expect(change('  ')).toEqual(nothing);
  });

  it('tells what is no JSON, and what is no object', () => {
    expect(change('{"plan": }')).toMatchObject({
      kind: 'not_json',
      problem: expect.stringMatching(/position|token/),
    });
    for (const written of ['[]', '"x"', 'null', '3']) expect(change(written)).toEqual({ kind: 'no_object' });
  });

  it('takes what the browser says was shown for what it is', () => {
    expect(change('{"a":1}', 'no json')).toEqual({ kind: 'changes', changes: { a: 1 } });
    expect(change('{"a":1}', '[1]')).toEqual({ kind: 'changes', changes: { a: 1 } });
  });
});
