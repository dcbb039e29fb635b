// The port through which APIs come to be, change and go, and what clients are granted of them. Finding the one that a request
// names is ResourceServerStore's.
import type { ClientGrant, ResourceServer, ResourceServerStore } from './resource-server';

/** An API as it is kept. */
export type ResourceServerRecord = ResourceServer &
  Readonly<{
    /** Auth0's name for the claims of its tokens. Ours have those of both. */
    tokenDialect: 'access_token' | 'rfc9068_profile';
    /** Later at every change: what tells one reading of it from another. */
    updatedAt: Date;
  }>;

export type NewResourceServer = Omit<ResourceServerRecord, 'updatedAt'>;

/** A grant as it is kept. */
export type ClientGrantRecord = ClientGrant &
  Readonly<{
    /** `cgr_` and 16 characters. */
    id: string;
    clientId: string;
    /** When it was given, which with the id is its place in a list. */
    createdAt: Date;
  }>;

/** The place of a grant in a list. */
export type ClientGrantPlace = Pick<ClientGrantRecord, 'createdAt' | 'id'>;

export type ResourceServerRegister = ResourceServerStore & {
  /** Writes an API; found at once in this process. False, and nothing written, when the identifier is taken. */
  add(api: NewResourceServer, now: Date): Promise<boolean>;
  /** All of them in the order they were made, the management API first. As they are in the database now. */
  list(): Promise<readonly ResourceServerRecord[]>;
  /** The API of that id, else the one of that identifier, as it is in the database now. */
  load(idOrIdentifier: string): Promise<ResourceServerRecord | null>;
  /**
   * Puts these in the place of what was read: known at once in this process. Null, and nothing written, when it was changed
   * since or is gone.
   * @param change.read its `updatedAt` then
   */
  change(
    change: Readonly<{
      id: string;
      read: Date;
      changes: Partial<Omit<NewResourceServer, 'id' | 'identifier' | 'isSystem'>>;
    }>,
    now: Date,
  ): Promise<ResourceServerRecord | null>;
  /**
   * Ends an API in one statement, but never the management API: its grants are gone with it, and so is whatever people let
   * clients have of it, for good: an API of the same identifier that comes later begins with nothing. False where there was none.
   */
  remove(id: string, now: Date): Promise<boolean>;

  /** Gives a client a first grant of an API; known at once in this process. Nothing is written unless it is `granted`. */
  grant(
    grant: Omit<ClientGrantRecord, 'createdAt'>,
    now: Date,
  ): Promise<'granted' | 'granted_before' | 'unknown_client' | 'unknown_api'>;
  findGrant(id: string): Promise<ClientGrantRecord | null>;
  /** Puts these scopes in the place of those it had. Null where there is no such grant. */
  changeGrant(change: Pick<ClientGrantRecord, 'id' | 'scopes'>, now: Date): Promise<ClientGrantRecord | null>;
  /** False where there was none. */
  removeGrant(id: string): Promise<boolean>;
  /** A part of the grants, the oldest first, and how many there are in all. @param wanted.after from the one behind this on */
  listGrants(
    wanted: Readonly<{
      clientId?: string | undefined;
      audience?: string | undefined;
      after?: ClientGrantPlace | null;
      offset?: number;
      limit: number;
    }>,
  ): Promise<{ grants: readonly ClientGrantRecord[]; total: number }>;
};
