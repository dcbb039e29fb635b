// Turns the many ways in which a database can be away into the one error that endpoints answer with 503 (AVL-1).
import { StorageUnavailable } from '@/lib/oidc/errors';
import { isDatabaseUnavailable } from '@/lib/store/prisma/database';

type Methods = Record<string, (...given: never[]) => Promise<unknown>>;

/** The same store, whose methods throw {@link StorageUnavailable} while the database is away, and say so to `onAway`. */
export function guardStore<Store extends object>(store: Store, onAway: () => void = () => {}): Store {
  const guarded = Object.entries(store as Methods).map(([name, method]) => [
    name,
    async (...given: never[]) => {
      try {
        return await method(...given);
      } catch (error) {
        if (!isDatabaseUnavailable(error)) throw error;
        onAway();
        throw new StorageUnavailable(error);
      }
    },
  ]);
  return Object.fromEntries(guarded) as Store;
}
