// Connections as operators see them: what is kept of each, and how it may be changed. The port behind the management API.
import type { ConnectionStore } from './connection';
import type { ConnectionRow, StoredOptions } from './connection-options';

/** A connection as it is kept, whether its options can be read or not. */
export type ConnectionRecord = ConnectionRow &
  Readonly<{
    /** For operators and their tools; pages show neither. */
    displayName: string | null;
    metadata: Readonly<Record<string, string>>;
    /** Ids of the clients whose pages offer it. */
    clientIds: readonly string[];
  }>;

export type ConnectionChange = Readonly<
  | { kind: 'changed'; connection: ConnectionRecord }
  | { kind: 'name_taken' }
  /** Somebody else changed it meanwhile, or it is gone: nothing was written. */
  | { kind: 'outdated' }
  /** Ids that are no client's: nothing was written. */
  | { kind: 'unknown_clients'; clientIds: readonly string[] }
>;

/** Which pages offer a connection: those of these clients and of no other, or of these besides and of those no longer. */
export type OfferingChange = Readonly<
  | { kind: 'exactly'; clientIds: readonly string[] }
  | { kind: 'some'; enabled: readonly string[]; disabled: readonly string[] }
>;

export type ConnectionRegister = ConnectionStore &
  Readonly<{
    /** Every connection as it is in the database now, the oldest first. */
    list(): Promise<readonly ConnectionRecord[]>;
    find(id: string): Promise<ConnectionRecord | null>;
    add(connection: ConnectionRecord, now: Date): Promise<ConnectionChange>;
    /**
     * Changes what is there of these, in one statement: all of it or nothing.
     * @param change.options take the place of those that were read: of two operators at once, one is told `outdated`
     */
    change(
      change: Readonly<{
        id: string;
        options?: Readonly<{ read: StoredOptions; written: StoredOptions }>;
        displayName?: string | null;
        metadata?: Readonly<Record<string, string>>;
        offering?: OfferingChange;
      }>,
      now: Date,
    ): Promise<ConnectionChange>;
    /** Takes it from every page for good. Who signed in with it stays who they are. False where there was none. */
    remove(id: string): Promise<boolean>;
  }>;
