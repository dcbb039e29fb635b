// How a client proves itself at the token endpoint: Basic, post or none, exactly one and the registered one.
// RFC 6749 §2.3; RFC 7617 for the header.

/**
 * Whether a secret belongs to one of the keyed hashes. Compares with every hash in constant time; an empty list is false
 * after the same work.
 */
export type VerifySecret = (clientSecret: string, secretHashes: readonly string[]) => Promise<boolean>;
