// The keys that sign tokens, as operators look at them, replace them and end them. Auth0's shapes, in which a key is known by its
// certificate. OpenID Connect Core §10.1.1; security JWT-4.
import { z } from 'zod';
import { countLimit } from '@/lib/login/limits';
import type { SigningKey, SigningKeyRegister } from '@/lib/oidc/signing-key';
import type { Caller } from './caller';
import { instant } from './fields';
import { ManagementProblem, notSupported } from './problem';
import type { RateLimitDeps } from './rate-limit';
import type { Frozen } from './route';

export type SigningKeysDeps = RateLimitDeps & Readonly<{ signingKeys: SigningKeyRegister }>;

type KnownKey = Omit<SigningKey, 'sealedPrivateJwk'>;

/** A key on the wire. */
export const signingKeyDocument = z.strictObject({
  kid: z.string(),
  /** JWS algorithm. Auth0 has RS256 alone, and does not say it. */
  alg: z.string(),
  /** PEM. There are none for EdDSA, as what asks for certificates does not know it. */
  cert: z.string().optional(),
  /** SHA-1 of the certificate in hexadecimal digits, with colons and without. */
  fingerprint: z.string().optional(),
  thumbprint: z.string().optional(),
  /** It signs; it is published and will sign; it signed, and what it signed is good. */
  current: z.boolean(),
  next: z.boolean(),
  previous: z.boolean(),
  /** What it signed is good no longer. */
  revoked: z.boolean(),
  current_since: instant().optional(),
  current_until: instant().optional(),
  revoked_at: instant().optional(),
});

export type SigningKeyDocument = Frozen<z.output<typeof signingKeyDocument>>;

/** A key that was touched. */
export const touchedKeyDocument = signingKeyDocument.pick({ kid: true, cert: true });

/** Every key there ever was, oldest first. */
export async function listSigningKeys({
  signingKeys,
}: Pick<SigningKeysDeps, 'signingKeys'>): Promise<SigningKeyDocument[]> {
  return (await signingKeys.list()).map(describe);
}

/** @throws {ManagementProblem} 404 */
export async function loadSigningKey(
  deps: Pick<SigningKeysDeps, 'signingKeys'>,
  kid: string,
): Promise<SigningKeyDocument> {
  return describe(await loadKey(deps, kid));
}

/**
 * Has the next keys sign from now on. Five times a day, but for the operator at the machine itself.
 * @returns the RS256 key that signs now
 * @throws {ManagementProblem} 404 where there are no keys yet, 429
 */
export async function rotateSigningKeys(
  deps: SigningKeysDeps,
  caller: Caller,
): Promise<Frozen<z.output<typeof touchedKeyDocument>>> {
  await countRotation(deps, caller);
  const kids = await deps.signingKeys.rotate();
  const key = (await deps.signingKeys.list()).find(
    ({ kid, algorithm }) => kids.includes(kid) && algorithm === 'RS256',
  );
  if (key === undefined)
    throw new ManagementProblem(
      404,
      'inexistent_signing_key',
      'There are no keys until a server has started',
    );
  return describeTouched(key);
}

/**
 * Ends the trust in a previous key, and in everything it signed. A second time changes nothing.
 * @throws {ManagementProblem} 400 for a key that signs or will, 404
 */
export async function revokeSigningKey(
  deps: Pick<SigningKeysDeps, 'signingKeys'>,
  kid: string,
): Promise<Frozen<z.output<typeof touchedKeyDocument>>> {
  const key = await loadKey(deps, kid);
  if (key.status !== 'revoked' && !(await deps.signingKeys.revoke(kid)))
    throw notSupported('Only a previous key can be revoked. Rotate the keys first.');
  return describeTouched(key);
}

/** Rotating is rare, and everything that rotates too often does so by mistake. */
async function countRotation(deps: RateLimitDeps, caller: Caller): Promise<void> {
  if (caller.kind === 'command_line') return;
  const now = deps.clock();
  const limit = countLimit('key_rotations', { key: 'all', now, overrides: deps.limitOverrides() });
  if ((await deps.rateLimits.take(limit)) <= limit.max) return;
  const opensAt = limit.windowStart.getTime() + limit.windowSeconds * 1000;
  throw new ManagementProblem(429, 'too_many_requests', 'The keys were rotated too often today', {
    'Retry-After': String(Math.max(1, Math.ceil((opensAt - now.getTime()) / 1000))),
  });
}

async function loadKey(
  { signingKeys }: Pick<SigningKeysDeps, 'signingKeys'>,
  wanted: string,
): Promise<KnownKey> {
  const key = (await signingKeys.list()).find(({ kid }) => kid === wanted);
  if (key === undefined)
    throw new ManagementProblem(404, 'inexistent_signing_key', 'The signing key does not exist');
  return key;
}

function describe(key: KnownKey): SigningKeyDocument {
  const { kid, algorithm, publicJwk, status, activatedAt, retiredAt } = key;
  const fingerprint = fingerprintOf(publicJwk.x5t);
  return {
    kid,
    alg: algorithm,
    ...certificateOf(key),
    ...(fingerprint !== null && { fingerprint, thumbprint: fingerprint.replaceAll(':', '') }),
    current: status === 'current',
    next: status === 'next',
    previous: status === 'previous',
    revoked: status === 'revoked',
    ...(activatedAt !== null && { current_since: activatedAt.toISOString() }),
    ...(retiredAt !== null && {
      [status === 'revoked' ? 'revoked_at' : 'current_until']: retiredAt.toISOString(),
    }),
  };
}

function describeTouched(key: KnownKey): Frozen<z.output<typeof touchedKeyDocument>> {
  return { kid: key.kid, ...certificateOf(key) };
}

/** In lines of 64 characters. @see RFC 7468 §5 */
function certificateOf({ publicJwk: { x5c } }: KnownKey): { cert?: string } {
  const base64 = Array.isArray(x5c) ? x5c[0] : undefined;
  if (base64 === undefined) return {};
  const lines = base64.match(/.{1,64}/g) ?? [];
  return { cert: ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n') };
}

function fingerprintOf(x5t: unknown): string | null {
  if (typeof x5t !== 'string') return null;
  const digits = Buffer.from(x5t, 'base64url').toString('hex').toUpperCase();
  return digits.match(/../g)?.join(':') ?? null;
}
