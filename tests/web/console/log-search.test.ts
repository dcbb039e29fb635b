import { describe, expect, it } from 'vitest';
import { parseLogQuery } from '@/lib/management/log-query';
import { LOG_KINDS, LOG_SPANS, type LogSpan, logQueryOf, storyQueryOf } from '@/lib/web/console/log-search';

const now = new Date('2026-11-28T12:00:00Z');
const read = (q: string) => parseLogQuery(q, ({ canonical }) => [`hash of ${canonical}`]);
const asked = (typed: string) => {
  const q = logQueryOf({ typed, kind: null, span: null, now });
  return q === undefined ? undefined : read(q);
};
const text = (field: string, ...pattern: string[]) => ({ kind: 'text', field, pattern });

describe('what is typed into the search of the log', () => {
  it('is all of it while it is empty', () => {
    expect(asked(' ')).toBeUndefined();
  });

  it('is somebody by a whole address or number, which the log knows hashed', () => {
    expect(asked('Ann@acme.test')).toEqual({ kind: 'subject', hashes: ['hash of ann@acme.test'] });
    expect(asked('+43 664 123 45 67')).toEqual({ kind: 'subject', hashes: ['hash of +436641234567'] });
    expect(asked('email|a1')).toEqual(text('user_id', 'email|a1'));
  });

  it('is a network address, or the beginning of one', () => {
    expect(asked('203.0.113')).toEqual(text('ip', '203.0.113', ''));
    expect(asked('2001:db8::1')).toEqual(text('ip', '2001:db8::1'));
  });

  it('is an application by its name, an entry by its id, or a query', () => {
    expect(asked('My app')).toEqual(text('client_name', 'My app', ''));
    expect(asked('0'.repeat(32))).toEqual(text('log_id', '0'.repeat(32)));
    expect(asked('type:f')).toEqual(text('type', 'f'));
  });

  it.each(LOG_KINDS)('narrows to %s beside whatever is typed, in every span', (kind) => {
    for (const span of Object.keys(LOG_SPANS) as LogSpan[]) {
      const q = logQueryOf({ typed: 'type:s OR type:f', kind, span, now }) ?? '';
      expect(read(q)).toMatchObject({ kind: 'and', parts: [{ kind: 'or' }, {}, { kind: 'date' }] });
    }
  });

  it('tells the story around an entry: of the person, or else of the network', () => {
    const date = now.toISOString();
    expect(
      read(storyQueryOf({ date, user_id: 'email|a"', ip: '::1' }, ['ann@acme.test']) ?? ''),
    ).toMatchObject({
      kind: 'and',
      parts: [
        {
          kind: 'or',
          parts: [text('user_id', 'email|a"'), { kind: 'subject', hashes: ['hash of ann@acme.test'] }],
        },
        { kind: 'date', from: { value: new Date('2026-11-27T12:00:00Z') } },
      ],
    });
    expect(read(storyQueryOf({ date, ip: '203.0.113.9' }, []) ?? '')).toMatchObject({
      parts: [text('ip', '203.0.113.9'), { kind: 'date', to: { value: new Date('2026-11-28T13:00:00Z') } }],
    });
    expect(storyQueryOf({ date }, [])).toBeNull();
  });
});
