// Turns the many ways in which a database can be away into the one error that endpoints answer with 503 (AVL-1).
import { StorageUnavailable } from '@/lib/oidc/errors';
import { isDatabaseUnavailable } from './database';

type Methods = Record<string, (...given: never[]) => Promise<unknown>>;

/** The same store, whose methods throw {@link StorageUnavailable} while the database is away. */
export function guardStore<Store extends object>(store: Store): Store {
  const guarded = Object.entries(store as Methods).map(([name, method]) => [
    name,
    async (...given: never[]) => {
      try {
        return await method(...given);
      } catch (error) {
        throw isDatabaseUnavailable(error) ? new StorageUnavailable(error) : error;
      }
    },
  ]);
  return Object.fromEntries(guarded) as Store;
}
