// `q` of the user search: what its terms ask about accounts. The syntax is that of query-reader.ts. auth0-contract §5.2.
import {
  type AccountCondition,
  type AccountTest,
  type Bound,
  FLAG_FIELDS,
  type FlagField,
  INSTANT_FIELDS,
  type InstantField,
  METADATA_FIELDS,
  type MetadataField,
  type MetadataScalar,
  TEXT_FIELDS,
  type TextField,
} from '@/lib/login/account-query';
import { parseEmailIdentifier, parsePhoneIdentifier } from '@/lib/login/identifier';
import {
  checkedPattern,
  isAnything,
  isOneOf,
  type RangeEnd,
  readQuery,
  readSpan,
  refuse,
  type Written,
  wordOf,
} from './query-reader';

/** Names on the way to a value in metadata. */
const PATH_MAX = 4;

/** @throws {ManagementProblem} 400 that says what is wrong, and at which character */
export function parseUserQuery(q: string): AccountCondition {
  return readQuery<AccountTest>(q, {
    ofField: testOf,
    ofWord: (reader, term) => ({ kind: 'anywhere', pattern: checkedPattern(reader, term) }),
  });
}

const ALIASES: Readonly<Record<string, TextField>> = { 'email.domain': 'email_domain' };
const IDENTITY_FIELDS = ['identities.connection', 'identities.provider', 'identities.user_id'];

/** What may stand before a colon, for whoever wrote something else. */
const FIELDS = [
  ...TEXT_FIELDS.map((field) => (field === 'email_domain' ? 'email.domain' : field)),
  ...FLAG_FIELDS,
  ...INSTANT_FIELDS,
  'logins_count',
  ...IDENTITY_FIELDS,
  ...METADATA_FIELDS.map((field) => `${field}.…`),
  '_exists_',
];

function testOf(written: Written): AccountCondition {
  const { reader, field, at } = written;
  const text = textField(field);
  if (text !== null) return testText(written, text);
  if (isOneOf(FLAG_FIELDS, field)) return testFlag(written, field);
  if (isOneOf(INSTANT_FIELDS, field)) return testInstant(written, field);
  if (field === 'logins_count') return testLoginsCount(written);
  if (IDENTITY_FIELDS.includes(field)) return testIdentity(written);
  const metadata = readMetadataField(written);
  if (metadata !== null) return testMetadata(written, metadata);
  if (field === '_exists_') return testExistence(written);
  throw refuse(reader, `names a field that is not searched (there are ${FIELDS.join(', ')})`, at);
}

function textField(field: string): TextField | null {
  return ALIASES[field] ?? (field !== 'email_domain' && isOneOf(TEXT_FIELDS, field) ? field : null);
}

function testText({ reader, value, at }: Written, field: TextField): AccountCondition {
  if ('from' in value) throw refuse(reader, 'has a range of a text', value.at);
  if (isAnything(value)) return { kind: 'exists', field };
  const pattern = checkedPattern(reader, value);
  const [only] = pattern;
  if (pattern.length > 1 || only === undefined) return { kind: 'text', field, pattern };
  if (only === '') throw refuse(reader, 'looks for nothing', at);
  return { kind: 'text', field, pattern: [canonicalOf(field, only)] };
}

/** Addresses and numbers are compared in the form they are kept in. */
function canonicalOf(field: TextField, typed: string): string {
  if (field === 'email') return parseEmailIdentifier(typed)?.canonical ?? typed;
  if (field !== 'phone_number') return typed;
  const number = parsePhoneIdentifier(typed, null);
  return 'kind' in number ? typed : number.canonical;
}

function testFlag(written: Written, field: FlagField): AccountCondition {
  const { value, reader } = written;
  if (!('from' in value) && isAnything(value)) return { kind: 'exists', field };
  const word = wordOf(written);
  if (word !== 'true' && word !== 'false') throw refuse(reader, 'needs true or false', value.at);
  return { kind: 'flag', field, value: word === 'true' };
}

function testInstant(written: Written, field: InstantField): AccountCondition {
  const { value } = written;
  if (!('from' in value) && isAnything(value)) return { kind: 'exists', field };
  return { kind: 'instant', field, ...readSpan(written) };
}

function testLoginsCount(written: Written): AccountCondition {
  const { reader, value } = written;
  const numberOf = (text: string): number => {
    if (!/^\d{1,9}$/.test(text)) throw refuse(reader, 'needs a whole number', value.at);
    return Number(text);
  };
  const bound = ({ text, isInclusive }: RangeEnd): Bound<number> =>
    text === null ? null : { value: numberOf(text), isInclusive };
  if ('from' in value) return { kind: 'logins_count', from: bound(value.from), to: bound(value.to) };
  const exactly = { value: numberOf(wordOf(written) ?? ''), isInclusive: true };
  return { kind: 'logins_count', from: exactly, to: exactly };
}

function testIdentity(written: Written): AccountCondition {
  const word = wordOf(written);
  if (word === null) throw refuse(written.reader, 'has a range or a * of an identity', written.value.at);
  return written.field === 'identities.user_id'
    ? { kind: 'identity_user_id', userId: word }
    : { kind: 'provider', provider: word };
}

type MetadataPlace = Readonly<{ field: MetadataField; path: readonly string[] }>;

function readMetadataField({
  reader,
  field: written,
  at,
}: Pick<Written, 'reader' | 'field' | 'at'>): MetadataPlace | null {
  const [field = '', ...path] = written.split('.');
  if (!isOneOf(METADATA_FIELDS, field)) return null;
  if (path.length === 0 || path.length > PATH_MAX || path.includes(''))
    throw refuse(reader, `needs one to ${PATH_MAX} names behind ${field}, with dots between them`, at);
  return { field, path };
}

function testMetadata(written: Written, place: MetadataPlace): AccountCondition {
  const { reader, value } = written;
  if (!('from' in value) && isAnything(value)) return { kind: 'metadata_exists', ...place };
  const word = wordOf(written);
  if (word === null)
    throw refuse(reader, 'has a range or a * of metadata, which is compared as a whole', value.at);
  const isQuoted = 'isQuoted' in value && value.isQuoted;
  return { kind: 'metadata', ...place, values: isQuoted ? [word] : readingsOf(word) };
}

/** What a word without quotes may stand for in JSON. */
function readingsOf(word: string): MetadataScalar[] {
  if (word === 'true' || word === 'false') return [word, word === 'true'];
  return /^-?\d{1,15}(?:\.\d{1,15})?$/.test(word) ? [word, Number(word)] : [word];
}

function testExistence(written: Written): AccountCondition {
  const { reader, value } = written;
  const word = wordOf(written) ?? '';
  const metadata = readMetadataField({ reader, field: word, at: value.at });
  if (metadata !== null) return { kind: 'metadata_exists', ...metadata };
  const field = textField(word);
  if (field !== null) return { kind: 'exists', field };
  if (isOneOf(FLAG_FIELDS, word) || isOneOf(INSTANT_FIELDS, word) || word === 'logins_count')
    return { kind: 'exists', field: word };
  throw refuse(
    reader,
    `needs the name of a field behind _exists_ (there are ${FIELDS.slice(0, -1).join(', ')})`,
    value.at,
  );
}
