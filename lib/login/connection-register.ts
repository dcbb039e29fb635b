// Connections as operators see them: what is kept of each, and how it may be changed. The port behind the management API.
import type { ConnectionStore } from './connection';
import type { ConnectionRow, StoredOptions } from './connection-options';

/** A connection as it is kept, whether its options can be read or not. */
export type ConnectionRecord = ConnectionRow &
  Readonly<{
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

export type ConnectionRegister = ConnectionStore &
  Readonly<{
    /** Every connection as it is in the database now, the oldest first. */
    list(): Promise<readonly ConnectionRecord[]>;
    find(id: string): Promise<ConnectionRecord | null>;
    add(connection: ConnectionRecord, now: Date): Promise<ConnectionChange>;
    /** Puts these options in place of those that were read: of two operators at once, one is told `outdated`. */
    replaceOptions(
      change: { id: string; read: StoredOptions; options: StoredOptions },
      now: Date,
    ): Promise<ConnectionChange>;
    /** Puts it on the pages of some clients and takes it from those of others; all of it or nothing. */
    enable(
      change: { id: string; clients: readonly Readonly<{ clientId: string; enabled: boolean }>[] },
      now: Date,
    ): Promise<ConnectionChange>;
  }>;
