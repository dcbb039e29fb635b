// From where something is asked, as far as the network tells: kept beside sessions and tokens, so that whoever looks them over
// knows one from another. No decision hangs on it.

export type Whereabouts = Readonly<{
  /** Address of the client, by the operator's rule about proxies; null when the platform gives none. */
  ip: string | null;
  userAgent: string | null;
}>;
