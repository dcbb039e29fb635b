import { describe, expect, it } from 'vitest';
import { parseUserQuery } from '@/lib/management/user-query';
import { addressQueryOf, USER_STATES, userQueryOf } from '@/lib/web/console/user-search';

const asked = (typed: string) => {
  const q = userQueryOf({ typed, state: null, provider: null });
  return q === undefined ? undefined : parseUserQuery(q);
};
const anywhere = (...pattern: [string, ...string[]]) => ({ kind: 'anywhere', pattern });

describe('what is typed into the search for users', () => {
  it('is nobody’s name while it is empty', () => {
    expect(asked('  ')).toBeUndefined();
  });

  it('finds a word anywhere, a short one where a text begins, and all of several', () => {
    expect(asked('Ann')).toEqual(anywhere('', 'ann', ''));
    expect(asked('Al')).toEqual(anywhere('al', ''));
    expect(asked('ada lovelace')).toEqual({
      kind: 'and',
      parts: [anywhere('', 'ada', ''), anywhere('', 'lovelace', '')],
    });
  });

  it('finds numbers as people write them', () => {
    const number = { kind: 'text', field: 'phone_number', pattern: ['+4366412', ''] };
    expect(asked('+43 664-12')).toEqual(number);
    expect(asked('0043 (664) 12')).toEqual(number);
  });

  it('finds an id as a whole', () => {
    expect(asked('email|a"b\\c')).toEqual({ kind: 'text', field: 'user_id', pattern: ['email|a"b\\c'] });
  });

  it('is a query where it names a field', () => {
    expect(asked('email.domain:acme.test AND logins_count:0')).toMatchObject({ kind: 'and' });
  });

  it.each(['OR', 'AND not', 'ann@acme.test', '"', '(((', 'a\\', '*', '😀x', '-x', 'O’Neil [a TO'])(
    'MGT-3: takes %s for words, and breaks nothing',
    (typed) => {
      expect(asked(typed)).toBeDefined();
    },
  );

  it('looks for the holder of a whole address first', () => {
    expect(parseUserQuery(addressQueryOf(' Ann@acme.test ') ?? '')).toEqual({
      kind: 'text',
      field: 'email',
      pattern: ['ann@acme.test'],
    });
    for (const typed of [
      'ann',
      'ann@acme',
      '@acme.test',
      'ann*@acme.test',
      'email:ann@acme.test',
      'a"b@acme.test',
    ])
      expect(addressQueryOf(typed), typed).toBeNull();
  });

  it.each(USER_STATES)('narrows to %s beside whatever is typed', (state) => {
    const q = userQueryOf({ typed: 'name:ann OR name:ada', state, provider: 'sms' });
    expect(parseUserQuery(q ?? '')).toMatchObject({
      kind: 'and',
      parts: [{ kind: 'or' }, expect.anything(), { kind: 'provider', provider: 'sms' }],
    });
  });
});
