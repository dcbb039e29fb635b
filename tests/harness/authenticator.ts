// An authenticator of our own, for answers that no browser would give: of another site, without its owner, to another question.
// One passkey of ES256; Web Authentication Level 3 §6.1, §6.5.
import { createHash, createPrivateKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { isoCBOR } from '@simplewebauthn/server/helpers';

type Said = Readonly<{
  /** As the Relying Party's JSON has it. */
  challenge: string;
  origin: string;
  rpId?: string;
  /** Whether the owner unlocked it. */
  isVerified?: boolean;
  signCount?: number;
  /** What it keeps of the account; null where it says nothing of it. */
  userHandle?: string | null;
  /** By what it shows its make, which a browser leaves out. */
  attestation?: Readonly<{ format: string; statement: ReadonlyMap<string, unknown> }>;
}>;

export function createAuthenticator() {
  const id = randomBytes(16);
  const { privateKey, publicKey } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'der' },
  });
  // The last 64 bytes of the SPKI are the point.
  const [x, y] = [publicKey.subarray(-64, -32), publicKey.subarray(-32)];
  const cose = new Map<number, number | Uint8Array>([
    [1, 2],
    [3, -7],
    [-1, 1],
    [-2, new Uint8Array(x)],
    [-3, new Uint8Array(y)],
  ]);
  const credentialPublicKey = Buffer.from(isoCBOR.encode(cose));

  function authenticatorData({ origin, rpId, isVerified = true, signCount = 0 }: Said, attested?: Buffer) {
    const hash = createHash('sha256')
      .update(rpId ?? new URL(origin).hostname)
      .digest();
    const count = Buffer.alloc(4);
    count.writeUInt32BE(signCount);
    const flags = 0x01 | (isVerified ? 0x04 : 0) | (attested ? 0x40 : 0);
    return Buffer.concat([hash, Buffer.from([flags]), count, ...(attested ? [attested] : [])]);
  }

  const clientData = (type: string, { challenge, origin }: Said) =>
    Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }));
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url');
  const named = { id: text(id), rawId: text(id), type: 'public-key' };

  return {
    /** RegistrationResponseJSON, as text. */
    create(said: Said): string {
      const length = Buffer.alloc(2);
      length.writeUInt16BE(id.length);
      const attested = Buffer.concat([Buffer.alloc(16), length, id, credentialPublicKey]);
      const attestation = new Map<string, unknown>([
        ['fmt', said.attestation?.format ?? 'none'],
        ['attStmt', said.attestation?.statement ?? new Map()],
        ['authData', new Uint8Array(authenticatorData(said, attested))],
      ]);
      return JSON.stringify({
        ...named,
        clientExtensionResults: {},
        response: {
          clientDataJSON: text(clientData('webauthn.create', said)),
          attestationObject: text(isoCBOR.encode(attestation as never)),
          transports: ['internal'],
        },
      });
    },

    /** AuthenticationResponseJSON, as text. */
    answer(said: Said): string {
      const data = authenticatorData(said);
      const clientDataJSON = clientData('webauthn.get', said);
      const signed = Buffer.concat([data, createHash('sha256').update(clientDataJSON).digest()]);
      return JSON.stringify({
        ...named,
        clientExtensionResults: {},
        response: {
          clientDataJSON: text(clientDataJSON),
          authenticatorData: text(data),
          signature: text(sign('sha256', signed, createPrivateKey(privateKey))),
          ...(said.userHandle != null && { userHandle: said.userHandle }),
        },
      });
    },
  };
}
