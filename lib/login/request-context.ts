// Who is asking, as far as the network tells: for limits, for the audit log, and for the words of a message.

export type RequestContext = Readonly<{
  /** Address of the client, by the operator's rule about proxies; null when the platform gives none. */
  ip: string | null;
  userAgent: string | null;
  /** BCP 47 tag chosen for this person. */
  language: string;
  /**
   * Id of this browser when it signed in as the identifier in question before, else null. Comes from a sealed cookie:
   * it has a budget of its own that strangers cannot use up.
   */
  knownBrowserId: string | null;
  now: Date;
}>;
