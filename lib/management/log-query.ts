// `q` of the audit log's search: what its terms ask of entries. The syntax is that of query-reader.ts. What is searched is what
// an index leads to, so that ten million entries answer as quickly as ten. auth0-contract §5.6, MGT-3.
import { type Identifier, parseIdentifier } from '@/lib/login/identifier';
import { LOG_TEXT_FIELDS, type LogCondition, type LogTest } from './logs';
import {
  checkedPattern,
  isAnything,
  isOneOf,
  type Reader,
  readQuery,
  readSpan,
  refuse,
  type Term,
  type Written,
} from './query-reader';

/** The keyed hashes under which the log knows somebody, one for each configured SECRET. */
export type IdentifierHashes = (identifier: Pick<Identifier, 'channel' | 'canonical'>) => readonly string[];

/** What may stand before a colon. */
export const LOG_FIELDS = [...LOG_TEXT_FIELDS, 'user_name', 'date'] as const;

/** @throws {ManagementProblem} 400 that says what is wrong, and at which character */
export function parseLogQuery(q: string, identifierHashes: IdentifierHashes): LogCondition {
  return readQuery<LogTest>(q, {
    ofField: (written) => testOf(written, identifierHashes),
    ofWord: (reader, term) =>
      subjectOf(term, identifierHashes) ??
      fail(reader, `needs a field (${FIELDS}), or a whole address`, term.at),
  });
}

const FIELDS = `there are ${LOG_FIELDS.join(', ')}`;

function testOf(written: Written, identifierHashes: IdentifierHashes): LogTest {
  const { reader, field, value, at } = written;
  if (field === 'date') return { kind: 'date', ...readSpan(written) };
  if ('from' in value) throw refuse(reader, 'has a range of a text', value.at);
  if (field === 'user_name') {
    const sentence = 'needs a whole address or number behind user_name: the log keeps them hashed';
    return subjectOf(value, identifierHashes) ?? fail(reader, sentence, value.at);
  }
  if (!isOneOf(LOG_TEXT_FIELDS, field))
    throw refuse(reader, `names a field that is not searched (${FIELDS})`, at);
  if (isAnything(value)) return { kind: 'exists', field };
  const pattern = checkedPattern(reader, value);
  if (pattern.length === 1 && pattern[0] === '') throw refuse(reader, 'looks for nothing', at);
  return { kind: 'text', field, pattern };
}

/** Null for what is no address and no number. */
function subjectOf({ pattern }: Term, identifierHashes: IdentifierHashes): LogTest | null {
  const [typed, ...more] = pattern;
  if (more.length > 0) return null;
  const identifier = parseIdentifier(typed, { channels: ['email', 'sms'], country: null });
  return 'kind' in identifier ? null : { kind: 'subject', hashes: identifierHashes(identifier) };
}

function fail(reader: Reader, sentence: string, at: number): never {
  throw refuse(reader, sentence, at);
}
