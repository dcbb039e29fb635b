// The certificate of a signing key, signed by the key itself: nobody needs it to trust a token, but tools that came from Auth0
// show and compare it. RFC 5280 §4.1; RFC 7517 §4.7, §4.8 for its members in a JWK. All ASN.1 is pkijs's.
import { createHash } from 'node:crypto';
import { Integer, Utf8String } from 'asn1js';
import type { CryptoKey } from 'jose';
import { AttributeTypeAndValue, Certificate } from 'pkijs';

/** Years that it is good for: longer than anything its key signed. */
const VALIDITY_YEARS = 10;
const COMMON_NAME = '2.5.4.3';
/** RFC 5280, Appendix A.1. */
const COMMON_NAME_MAX_CHARACTERS = 64;
/** RFC 5280 §4.1.2.2 allows 20. */
const SERIAL_BYTES = 16;

/** Of a JWK: the certificate in base64, and the SHA-1 of it, by which Auth0's tools call it. */
export type CertificateMembers = Readonly<{ x5c: readonly [string]; x5t: string }>;

/**
 * Certifies an RSA or P-256 key by itself.
 * @param named.kid gives the serial number
 * @param named.commonName the host of the issuer
 */
export async function certify(
  keys: Readonly<{ publicKey: CryptoKey; privateKey: CryptoKey }>,
  named: Readonly<{ kid: string; commonName: string; now: Date }>,
): Promise<CertificateMembers> {
  const certificate = new Certificate();
  certificate.version = 2;
  certificate.serialNumber = new Integer({ valueHex: serialOf(named.kid) });
  for (const name of [certificate.issuer, certificate.subject]) {
    const value = new Utf8String({ value: named.commonName.slice(0, COMMON_NAME_MAX_CHARACTERS) });
    name.typesAndValues.push(new AttributeTypeAndValue({ type: COMMON_NAME, value }));
  }
  certificate.notBefore.value = named.now;
  certificate.notAfter.value = yearsLater(named.now, VALIDITY_YEARS);
  await certificate.subjectPublicKeyInfo.importKey(keys.publicKey);
  await certificate.sign(keys.privateKey, 'SHA-256');
  const der = Buffer.from(certificate.toSchema(true).toBER());
  return { x5c: [der.toString('base64')], x5t: createHash('sha1').update(der).digest('base64url') };
}

/** Positive, and as little to be guessed as the name of the key. */
function serialOf(kid: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(createHash('sha256').update(kid).digest().subarray(0, SERIAL_BYTES));
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes;
}

function yearsLater(instant: Date, years: number): Date {
  const later = new Date(instant);
  later.setUTCFullYear(later.getUTCFullYear() + years);
  return later;
}
