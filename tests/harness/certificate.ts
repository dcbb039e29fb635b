// Certificates that nobody signed, made on the spot: no private key is kept in the project, and none runs out one day.
// RFC 5280 §4.1, in just the DER (X.690) that it takes.
import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';

/** Fit for `tls.createServer`. */
export type Certificate = Readonly<{
  /** PEM. */
  key: string;
  /** PEM. */
  cert: string;
  /** Base64 of SHA-256 over the public key: how Chromium is told of one certificate to believe. */
  keyFingerprint: string;
}>;

const DAY_MILLISECONDS = 86_400_000;

/**
 * Makes a certificate of a new P-256 key, valid from yesterday until tomorrow.
 * @param names DNS names; `*.example.test` covers one label
 */
export function createCertificate(names: readonly string[]): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const issuerAndSubject = sequence(set(sequence(COMMON_NAME, text(0x0c, names[0] ?? ''))));
  const version3 = der(0xa0, der(0x02, Buffer.of(2)));
  const serial = der(0x02, Buffer.concat([Buffer.of(1), randomBytes(15)]));
  const validity = sequence(time(Date.now() - DAY_MILLISECONDS), time(Date.now() + DAY_MILLISECONDS));
  const dnsNames = sequence(...names.map((name) => text(0x82, name)));
  const extensions = der(0xa3, sequence(sequence(SUBJECT_ALT_NAME, der(0x04, dnsNames))));

  const toBeSigned = sequence(
    version3,
    serial,
    ECDSA_WITH_SHA256,
    issuerAndSubject,
    validity,
    issuerAndSubject,
    spki,
    extensions,
  );
  const signature = der(0x03, Buffer.concat([Buffer.of(0), sign('sha256', toBeSigned, privateKey)]));
  const certificate = sequence(toBeSigned, ECDSA_WITH_SHA256, signature).toString('base64');
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${certificate}\n-----END CERTIFICATE-----\n`,
    keyFingerprint: createHash('sha256').update(spki).digest('base64'),
  };
}

/** ITU-T X.690 §8.1: tag, length, contents. */
function der(tag: number, contents: Buffer): Buffer {
  const { length } = contents;
  if (length < 0x80) return Buffer.concat([Buffer.of(tag, length), contents]);
  const size = length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.of(tag, ...size), contents]);
}

function sequence(...parts: Buffer[]): Buffer {
  return der(0x30, Buffer.concat(parts));
}

function set(part: Buffer): Buffer {
  return der(0x31, part);
}

function text(tag: number, value: string): Buffer {
  return der(tag, Buffer.from(value));
}

/** UTCTime: two digits of the year, good until 2049. @see RFC 5280 §4.1.2.5.1 */
function time(milliseconds: number): Buffer {
  const digits = new Date(milliseconds).toISOString().replace(/\D/g, '').slice(2, 14);
  return text(0x17, `${digits}Z`);
}

const COMMON_NAME = Buffer.from('0603550403', 'hex');
const SUBJECT_ALT_NAME = Buffer.from('0603551d11', 'hex');
const ECDSA_WITH_SHA256 = sequence(Buffer.from('06082a8648ce3d040302', 'hex'));
