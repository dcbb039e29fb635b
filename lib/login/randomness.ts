// Randomness is handed in, so that floors 1 and 2 are pure and tests can say what was drawn.

export type Randomness = Readonly<{
  /** 128 bits, base64url: names things. */
  id(): string;
  /** 256 bits, base64url: proves things. */
  secret(): string;
  /** 96 bits as 24 hex digits: account ids, as Auth0 shapes them. */
  hex24(): string;
}>;
