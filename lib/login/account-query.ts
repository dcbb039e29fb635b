// What is asked of the accounts there are: which of them, in which order, from where on. Said in the words of the account, so
// that neither a query language nor a database shows through.

/** Texts of an account. `email` and `phone_number` are every one it holds, `name` and `nickname` what tokens say. */
export const TEXT_FIELDS = [
  'user_id',
  'email',
  'email_domain',
  'phone_number',
  'name',
  'nickname',
  'given_name',
  'family_name',
  'last_ip',
] as const;
export type TextField = (typeof TEXT_FIELDS)[number];

/** Things that are so or not. */
export const FLAG_FIELDS = ['email_verified', 'phone_verified', 'blocked'] as const;
export type FlagField = (typeof FLAG_FIELDS)[number];

export const INSTANT_FIELDS = ['created_at', 'updated_at', 'last_login'] as const;
export type InstantField = (typeof INSTANT_FIELDS)[number];

export const METADATA_FIELDS = ['user_metadata', 'app_metadata'] as const;
export type MetadataField = (typeof METADATA_FIELDS)[number];

/**
 * A text that is looked for: the parts that are known, with anything between them. `['ann']` is exactly that, `['ann', '']`
 * begins with it. Upper and lower case are the same but for ids and network addresses.
 */
export type TextPattern = readonly [string, ...string[]];

/** One end of a range; null: there is none. */
export type Bound<Value> = Readonly<{ value: Value; isInclusive: boolean }> | null;

/** What one account is asked. */
export type AccountTest = Readonly<
  | { kind: 'text'; field: TextField; pattern: TextPattern }
  /** Any name, address, number or id of it. */
  | { kind: 'anywhere'; pattern: TextPattern }
  | { kind: 'flag'; field: FlagField; value: boolean }
  | { kind: 'instant'; field: InstantField; from: Bound<Date>; to: Bound<Date> }
  | { kind: 'logins_count'; from: Bound<number>; to: Bound<number> }
  /** An identity of that provider, or of that id. */
  | { kind: 'provider'; provider: string }
  | { kind: 'identity_user_id'; userId: string }
  /** Any of these values at that path, or in a list there; lists on the way are looked into. */
  | { kind: 'metadata'; field: MetadataField; path: readonly string[]; values: readonly MetadataScalar[] }
  /** Whether there is anything in that place. */
  | { kind: 'exists'; field: TextField | InstantField | FlagField | 'logins_count' }
  | { kind: 'metadata_exists'; field: MetadataField; path: readonly string[] }
>;

export type MetadataScalar = string | number | boolean;

export type AccountCondition =
  | Readonly<
      { kind: 'and' | 'or'; parts: readonly AccountCondition[] } | { kind: 'not'; part: AccountCondition }
    >
  | AccountTest;

/** What a list may be sorted by; those without a value come last. */
export const SORT_FIELDS = ['created_at', 'updated_at', 'last_login', 'logins_count', 'user_id'] as const;

export type AccountOrder = Readonly<{
  field: (typeof SORT_FIELDS)[number];
  descending: boolean;
}>;

/** Accounts in the order they were made. */
export const OLDEST_FIRST: AccountOrder = { field: 'created_at', descending: false };

/** A place between two accounts in the order they were made. */
export type AccountPlace = Readonly<{ createdAt: Date; id: string }>;

export type AccountSearch = Readonly<{
  /** Null: all of them. */
  condition: AccountCondition | null;
  /** A page, or what follows a place; then the order is that of creation. */
  range:
    | Readonly<{ kind: 'page'; order: AccountOrder; offset: number; limit: number }>
    | Readonly<{ kind: 'after'; place: AccountPlace | null; descending: boolean; limit: number }>;
}>;

/** A search that took longer than a statement may. */
export class SearchTooSlow extends Error {
  override name = 'SearchTooSlow';
}
