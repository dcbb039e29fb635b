// The port through which clients come to be, change and go. Finding the one a request names is ClientStore's.
// RFC 7591 for what registration means.
import type { Client, ClientStore } from './client';

/** A client as it is kept. */
export type ClientRecord = Client &
  Readonly<{
    /** What an operator's tools keep with it; it changes nothing. */
    description: string | null;
    metadata: Readonly<Record<string, string>>;
    customLoginPageOn: boolean;
    /** Later at every change: what tells one reading of it from another. */
    updatedAt: Date;
  }>;

/** What a new client is made of; its connections are given to it. */
export type NewClient = Omit<ClientRecord, 'connections' | 'updatedAt'>;

export type ClientRegister = ClientStore & {
  /** Writes a client and offers it every connection there is, in one step; found at once in this process. */
  add(client: NewClient, now: Date): Promise<ClientRecord>;
  /** As it is in the database now. */
  load(clientId: string): Promise<ClientRecord | null>;
  /** Clients in the order they were made, and how many there are of those that are wanted: what is left out may be any. */
  list(
    wanted: Readonly<{
      offset: number;
      limit: number;
      applicationTypes?: readonly Client['applicationType'][] | undefined;
      isFirstParty?: boolean | undefined;
      /** Holds this, whatever the case. */
      name?: string | undefined;
    }>,
  ): Promise<{ clients: readonly ClientRecord[]; total: number }>;
  /**
   * Puts these in the place of what was read: known at once in this process. Null, and nothing written, when it was changed
   * since or is gone.
   * @param change.read its `updatedAt` then
   */
  change(
    change: Readonly<{ clientId: string; read: Date; changes: Partial<Omit<NewClient, 'clientId'>> }>,
    now: Date,
  ): Promise<ClientRecord | null>;
  /**
   * Puts a secret before the newest one, which proves the client until then; any older one is dead. Where the client's secret
   * signs its ID tokens, the new one does from now on. Null where the client has no secret, or is gone.
   */
  rotateSecret(
    rotation: Readonly<{
      clientId: string;
      secretHash: string;
      sealedSecret: string;
      formerSecretExpiresAt: Date;
    }>,
    now: Date,
  ): Promise<ClientRecord | null>;
  /**
   * Ends everything of a client in one statement: its codes, token families, pushed requests and grants are gone with it, and no
   * session counts it any more. False where there was none.
   */
  remove(clientId: string): Promise<boolean>;
};
