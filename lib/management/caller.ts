// Who asks something of the management API. What each may do is decided once, in routes.ts.
export type Caller = Readonly<{
  /**
   * The command line of this machine; a client by itself; an operator at the console; a person, who asks about themselves and
   * through a client.
   */
  kind: 'command_line' | 'client' | 'operator' | 'person';
  /** Null where no client is between. */
  clientId: string | null;
  /** Of an operator and of a person. */
  accountId: string | null;
  scopes: readonly string[] | 'every';
  /** Of an operator, and of a person where it is known: when they last proved who they are. */
  provenAt?: Date;
}>;

/** Tells callers apart. */
export type Operators = Readonly<{
  /** Whose bearer token the request carries; null when it is nobody's. Compares in constant time. */
  callerOf(request: Request): Promise<Caller | null>;
}>;

/** The command line, which may do everything: whoever can run it can open the database. */
export const COMMAND_LINE: Caller = {
  kind: 'command_line',
  clientId: null,
  accountId: null,
  scopes: 'every',
};

/** Whether the caller's token is good for one of these scopes. */
export function mayUse({ scopes }: Pick<Caller, 'scopes'>, wanted: readonly string[]): boolean {
  return scopes === 'every' || wanted.some((scope) => scopes.includes(scope));
}
