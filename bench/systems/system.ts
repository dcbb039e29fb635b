// What is measured: a running OpenID Provider with one client registered. Nothing here knows which provider it is.

/** The relying party that every journey signs in to. */
export const RELYING_PARTY = {
  redirectUri: 'http://localhost:4000/callback',
  scope: 'openid email',
} as const;

/** A provider that is up, whose forms have the fields `identifier` and `code` and the button `Continue`. */
export type System = Readonly<{
  name: string;
  /** Exactly as its tokens say. */
  issuer: string;
  client: Readonly<{ id: string; secret: string }>;
  /** Root of its process tree. */
  pid: number;
  /** The database it has on the PostgreSQL server; null where it keeps its own. */
  databaseUrl: string | null;
  /** From the start of the process to the first 200, with a database that is up to date. */
  coldStartSeconds: number;
  stop(): Promise<void>;
}>;
