// Web Authentication by @simplewebauthn/server, which is loaded when the first passkey is asked for. Whatever is wrong with an
// answer is one case: it is not genuine. Web Authentication Level 3 §7.
import { isIP } from 'node:net';
import type { CreatedPasskey, PasskeyCeremonies } from '@/lib/login/passkey';
import { PASSKEY_CHALLENGE_SECONDS } from '@/lib/login/passkey-challenge';

/**
 * @param party.origin the issuer's: no header of a request has a say
 * @param party.name of the installation, as authenticators show it
 */
export function createPasskeyCeremonies(party: { origin: string; name(): string }): PasskeyCeremonies {
  const { origin } = party;
  const rpID = new URL(origin).hostname;
  const library = () => import('@simplewebauthn/server');
  const timeout = PASSKEY_CHALLENGE_SECONDS * 1000;
  return {
    async askForOne(challenge) {
      const { generateAuthenticationOptions } = await library();
      return JSON.stringify(
        await generateAuthenticationOptions({ rpID, challenge, timeout, userVerification: 'required' }),
      );
    },

    async askToCreate({ challenge, userHandle, accountName, held }) {
      const { generateRegistrationOptions } = await library();
      const options = await generateRegistrationOptions({
        rpID,
        rpName: party.name(),
        challenge,
        timeout,
        userID: new Uint8Array(Buffer.from(userHandle, 'base64url')),
        userName: accountName,
        userDisplayName: accountName,
        excludeCredentials: held.map(({ credentialId, transports }) => ({
          id: credentialId,
          transports: [...transports],
        })),
        authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
        supportedAlgorithmIDs: ALGORITHMS,
      });
      return JSON.stringify(options);
    },

    async verifyAnswer(answer, { key, isChallenge }) {
      if (answer.id !== key.credentialId || answer.response.userHandle !== key.userHandle) return null;
      const challenge = challengeOf(answer.response.clientDataJSON);
      if (challenge === null || !isChallenge(challenge)) return null;
      const { verifyAuthenticationResponse } = await library();
      const verified = await verifyAuthenticationResponse({
        response: { ...answer, clientExtensionResults: {} },
        expectedChallenge: encoded(challenge),
        expectedOrigin: origin,
        expectedRPID: rpID,
        // What it counted before is looked at where the new count is written.
        credential: { id: key.credentialId, publicKey: key.publicKey, counter: 0 },
        requireUserVerification: true,
      }).catch(() => null);
      if (!verified?.verified) return null;
      const { newCounter, credentialBackedUp } = verified.authenticationInfo;
      return { challenge, signCount: newCounter, isBackedUp: credentialBackedUp };
    },

    async verifyCreated(created, { isChallenge }) {
      const challenge = challengeOf(created.response.clientDataJSON);
      if (challenge === null || !isChallenge(challenge)) return null;
      const { verifyRegistrationResponse } = await library();
      const verified = await withoutAttestation(created)
        .then((response) =>
          verifyRegistrationResponse({
            response: { ...created, response, clientExtensionResults: {} },
            expectedChallenge: encoded(challenge),
            expectedOrigin: origin,
            expectedRPID: rpID,
            requireUserVerification: true,
            supportedAlgorithmIDs: ALGORITHMS,
          }),
        )
        .catch(() => null);
      // It goes by what the authenticator calls it, which the field of the form bounds.
      if (!verified?.verified || verified.registrationInfo.credential.id !== created.id) return null;
      const { credential, aaguid, credentialDeviceType, credentialBackedUp } = verified.registrationInfo;
      return {
        challenge,
        credentialId: credential.id,
        publicKey: credential.publicKey,
        signCount: credential.counter,
        aaguid,
        transports: created.response.transports,
        deviceType: credentialDeviceType === 'multiDevice' ? 'multi_device' : 'single_device',
        isBackedUp: credentialBackedUp,
      };
    },
  };
}

/** Passkeys belong to a name: on a bare address browsers have none (§5.1.2, the effective domain). */
export function canHavePasskeys(origin: string): boolean {
  return isIP(new URL(origin).hostname.replace(/^\[|\]$/g, '')) === 0;
}

/** EdDSA, ES256 and RS256 (IANA COSE): together all authenticators there are. */
const ALGORITHMS = [-8, -7, -257];

/**
 * What was made, without what shows its make, as browsers pass it on that are asked for none (§5.1.3). Who sends it may write
 * certificates of their own, and those name addresses that the library would fetch.
 */
async function withoutAttestation({ response }: CreatedPasskey): Promise<CreatedPasskey['response']> {
  const { decodeAttestationObject, isoBase64URL, isoCBOR } = await import('@simplewebauthn/server/helpers');
  const made = decodeAttestationObject(isoBase64URL.toBuffer(response.attestationObject));
  const unattested = new Map()
    .set('fmt', 'none')
    .set('attStmt', new Map())
    .set('authData', made.get('authData'));
  return { ...response, attestationObject: isoBase64URL.fromBuffer(isoCBOR.encode(unattested)) };
}

/** The challenge that an answer names, as it was before it was encoded; null where it names none. */
function challengeOf(clientDataJSON: string): string | null {
  try {
    const { challenge } = JSON.parse(Buffer.from(clientDataJSON, 'base64url').toString());
    return typeof challenge === 'string' ? Buffer.from(challenge, 'base64url').toString() : null;
  } catch {
    return null;
  }
}

const encoded = (challenge: string) => Buffer.from(challenge).toString('base64url');
