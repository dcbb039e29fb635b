// The port through which clients come to be and are looked over. Finding the one a request names is ClientStore's.
// RFC 7591 for what registration means.
import type { Client, ClientStore } from './client';

/** What a new client is made of; its connections are given to it. */
export type NewClient = Omit<Client, 'connections'>;

export type ClientRegister = ClientStore & {
  /** Writes a client and offers it every connection there is, in one step; found at once in this process. */
  add(client: NewClient, now: Date): Promise<Client>;
  /** Clients in the order they were made, and how many there are in all. */
  list(range: { offset: number; limit: number }): Promise<{ clients: readonly Client[]; total: number }>;
};
