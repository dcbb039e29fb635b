// A client proves itself with a key instead of a secret: a JWT that it signed for us, good for minutes and once.
// RFC 7523 §2.2, §3, narrowed as draft-ietf-oauth-rfc7523bis asks: our issuer is the only audience there is.
import { compactVerify, decodeJwt, decodeProtectedHeader, errors, importJWK } from 'jose';
import { type Client, keysAt } from './client';
import {
  algorithmsOf,
  CLIENT_SIGNING_ALGORITHMS,
  type ClientKey,
  type ClientSigningAlgorithm,
} from './client-key';
import { byteLength } from './parameters';

/** The one `client_assertion_type` there is. @see RFC 7523 §2.2 */
export const JWT_BEARER_ASSERTION = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** Seconds an assertion may live. */
const LIFETIME_SECONDS = 300;
/** Seconds that the clocks of client and server may differ. */
const CLOCK_LEEWAY_SECONDS = 30;
const JTI_MAX_BYTES = 255;

/** Keeps one kind of JWT from being taken for another. Most clients say JWT or nothing. @see RFC 8725 §3.11 */
const TYPES: readonly unknown[] = [undefined, 'jwt', 'client-authentication+jwt'];
/** Each names a key that the sender chose, and no registered one. @see CVE-2018-0114 */
const FOREIGN_KEY_MEMBERS = ['jwk', 'jku', 'x5u', 'x5c', 'crit'] as const;

export type ClientAssertionStore = Readonly<{
  /**
   * Takes note that a client used this `jti`, in one conditional statement: true for the first call of any number over any
   * number of processes, false for every other.
   * @param use.expiresAt from then on the assertion itself is too old
   */
  consume(use: { clientId: string; jti: string; expiresAt: Date }): Promise<boolean>;
}>;

export type AssertionDeps = Readonly<{
  issuer: string;
  clock: () => Date;
  clientAssertions: ClientAssertionStore;
}>;

/** Which client an assertion says it comes from; nothing of it is proven. Null when it is no JWT. */
export function readAssertingClient(clientAssertion: string): string | null {
  try {
    return decodeJwt(clientAssertion).sub ?? null;
  } catch {
    return null;
  }
}

/** Whether the client itself made this assertion, for us, just now, and it was never used before. Uses it up. */
export async function consumeClientAssertion(
  deps: AssertionDeps,
  client: Client,
  clientAssertion: string,
): Promise<boolean> {
  const claims = await openAssertion(keysAt(client, deps.clock()), clientAssertion);
  if (claims === null || !isForUsNow(deps, claims, client)) return false;
  const { jti, exp } = claims;
  if (typeof jti !== 'string' || !isId(jti)) return false;
  const expiresAt = new Date((Number(exp) + CLOCK_LEEWAY_SECONDS) * 1000);
  return deps.clientAssertions.consume({ clientId: client.clientId, jti, expiresAt });
}

function isId(jti: string): boolean {
  return jti !== '' && byteLength(jti) <= JTI_MAX_BYTES && !/[\p{Cc}\p{Cs}]/u.test(jti);
}

type Claims = Readonly<Record<string, unknown>>;

/** The claims, if one of the registered keys signed them. */
async function openAssertion(keys: readonly ClientKey[], clientAssertion: string): Promise<Claims | null> {
  try {
    const { alg, kid, typ, ...header } = decodeProtectedHeader(clientAssertion);
    const algorithm = CLIENT_SIGNING_ALGORITHMS.find((each) => each === alg);
    if (algorithm === undefined || !TYPES.includes(typ?.toLowerCase())) return null;
    if (FOREIGN_KEY_MEMBERS.some((name) => name in header)) return null;
    return await verifyWithAny(keys, clientAssertion, { algorithm, kid });
  } catch (problem) {
    if (problem instanceof TypeError || problem instanceof errors.JOSEError) return null;
    throw problem;
  }
}

async function verifyWithAny(
  keys: readonly ClientKey[],
  clientAssertion: string,
  { algorithm, kid }: { algorithm: ClientSigningAlgorithm; kid: string | undefined },
): Promise<Claims | null> {
  const fitting = keys.filter(
    (key) => algorithmsOf(key).includes(algorithm) && (kid === undefined || key.kid === kid),
  );
  for (const key of fitting) {
    try {
      await compactVerify(clientAssertion, await importJWK(key, algorithm), { algorithms: [algorithm] });
      return decodeJwt(clientAssertion);
    } catch (problem) {
      if (!(problem instanceof errors.JWSSignatureVerificationFailed)) throw problem;
    }
  }
  return null;
}

/** @see RFC 7523 §3 */
function isForUsNow({ issuer, clock }: AssertionDeps, claims: Claims, { clientId }: Client): boolean {
  const { iss, sub, aud, exp, iat, nbf } = claims;
  const now = clock().getTime() / 1000;
  const hasBegun = (instant: unknown) =>
    instant === undefined || (typeof instant === 'number' && instant <= now + CLOCK_LEEWAY_SECONDS);
  if (iss !== clientId || sub !== clientId || aud !== issuer) return false;
  if (typeof exp !== 'number' || !hasBegun(iat) || !hasBegun(nbf)) return false;
  const isShort = exp <= now + LIFETIME_SECONDS + CLOCK_LEEWAY_SECONDS;
  return (
    isShort && exp > now - CLOCK_LEEWAY_SECONDS && (typeof iat !== 'number' || exp - iat <= LIFETIME_SECONDS)
  );
}
