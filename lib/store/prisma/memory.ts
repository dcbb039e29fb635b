// The memory of a store: what every request asks for is read once in five seconds.

/** How long a thing is remembered; a change elsewhere shows after that. */
const MEMORY_MS = 5_000;
/** Things remembered at once; beyond, the one read first goes. */
const MEMORY_MAX = 1_000;

/** What a store keeps in mind of one kind of thing, by its name. */
type Memory<Value> = Readonly<{
  /** What was read in the last five seconds, else what is read now. Whoever asks meanwhile waits for the same answer. */
  recall(key: string): Promise<Value | null>;
  renew(key: string): Promise<Value | null>;
  forget(key: string): void;
}>;

/** Remembers what `read` found; null is not remembered. */
export function createMemory<Value>(
  clock: () => Date,
  read: (key: string) => Promise<Value | null>,
): Memory<Value> {
  const entries = new Map<string, { value: Promise<Value | null>; readAt: number }>();

  function renew(key: string): Promise<Value | null> {
    const entry = { value: read(key), readAt: clock().getTime() };
    entries.delete(key);
    entries.set(key, entry);
    for (const oldest of entries.keys()) {
      if (entries.size <= MEMORY_MAX) break;
      entries.delete(oldest);
    }
    // Names that strangers make up are not kept, nor are failures.
    const forget = () => entries.get(key) === entry && entries.delete(key);
    entry.value.then((value) => value ?? forget(), forget);
    return entry.value;
  }

  return {
    async recall(key) {
      const entry = entries.get(key);
      return entry && clock().getTime() - entry.readAt < MEMORY_MS ? entry.value : renew(key);
    },
    renew,
    forget: (key) => entries.delete(key),
  };
}
