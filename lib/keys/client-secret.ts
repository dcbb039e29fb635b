// Client identifiers and secrets: how they are drawn, and what is stored of a secret (CLI-4).
// 256 random bits need no slow hash; a keyed one keeps a dump of the database from being checked against guesses.
import { randomBytes, randomInt } from 'node:crypto';
import type { VerifySecret } from '@/lib/oidc/client-authentication';
import type { SecretBox } from './secret-box';

/** Tells what a leaked string is, to people and to secret scanners. */
const SECRET_PREFIX = 'lks_';

const ALPHANUMERIC = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** 32 letters and digits, as Auth0 shapes a client identifier: about 190 random bits. */
export function drawClientId(): string {
  return Array.from({ length: 32 }, () => ALPHANUMERIC[randomInt(ALPHANUMERIC.length)]).join('');
}

/** A client secret of 256 random bits. */
export function drawClientSecret(): string {
  return SECRET_PREFIX + randomBytes(32).toString('base64url');
}

/** What is stored of a client secret. */
export function hashClientSecret(box: SecretBox, clientSecret: string): string {
  return box.hash('client-secret', clientSecret);
}

/** What is stored of a client secret that signs ID tokens too: it can be read again, with SECRET. */
export function sealClientSecret(box: SecretBox, clientSecret: string): string {
  return box.seal('client-secret', clientSecret);
}

/** @throws when no configured SECRET opens it */
export function openClientSecret(box: SecretBox, sealedSecret: string): string {
  const clientSecret = box.unseal('client-secret', sealedSecret);
  if (clientSecret === null)
    throw new Error('A client secret is sealed with a SECRET that is not configured.');
  return clientSecret;
}

/** The port by which the token endpoint checks a secret. Every pair is compared, whatever the first one says. */
export function createSecretVerifier(box: SecretBox): VerifySecret {
  return async (clientSecret, secretHashes) => {
    let belongs = false;
    for (const candidate of box.hashes('client-secret', clientSecret)) {
      // Of no hashes at all the comparison is with itself made impossible, so that it takes the same work.
      for (const secretHash of secretHashes.length > 0 ? secretHashes : ['']) {
        belongs = box.equal(candidate, secretHash) || belongs;
      }
    }
    return belongs;
  };
}
