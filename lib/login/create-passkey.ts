// A passkey for whoever has just proven an address or a number: made by their browser, checked, kept for that identity. The proof
// is of this very interaction and of a moment ago; a session left open makes none. Web Authentication Level 3 §7.1.

import { maskIdentifier } from './identifier';
import type { AskedChallenge, Interaction } from './interaction';
import { parseCreatedPasskey } from './passkey';
import { isPasskeyChallenge, passkeyChallenge, passkeyChallengeOver } from './passkey-challenge';
import { passkeyName } from './passkey-name';
import type { Randomness } from './randomness';
import type { RequestContext } from './request-context';
import type { PasskeyParts } from './sign-in-with-passkey';
import { type StartLoginDeps, subjectHash } from './start-login';

type Deps = Pick<StartLoginDeps, 'hashSubject'> &
  Readonly<{ random: Randomness; passkeys: PasskeyParts & Readonly<{ drawId(): string }> }>;

/** What the browser is asked to make, as JSON. */
export async function askToCreatePasskey(
  { passkeys: { ceremonies, store, keyedHash } }: Pick<Deps, 'passkeys'>,
  asked: { interaction: Interaction; accountId: string; accountName: string; now: Date },
): Promise<string> {
  const { interaction, accountId, accountName, now } = asked;
  return ceremonies.askToCreate({
    challenge: passkeyChallenge(keyedHash, { use: 'create', interaction }, now),
    userHandle: userHandleOf(keyedHash, accountId),
    accountName,
    held: await store.list(accountId),
  });
}

/** @returns whether it is kept; for any reason it may not be, nothing is written */
export async function createPasskey(
  deps: Deps,
  creation: {
    interaction: Interaction;
    asked: AskedChallenge;
    /** Who proved it, in this interaction. */
    accountId: string;
    /** What the browser sent. */
    created: string;
    context: RequestContext;
  },
): Promise<boolean> {
  const { interaction, asked, accountId, context } = creation;
  const { now, userAgent } = context;
  const { ceremonies, store, keyedHash, drawId } = deps.passkeys;
  const created = parseCreatedPasskey(creation.created);
  const question = { use: 'create', interaction } as const;
  const credential =
    created &&
    (await ceremonies.verifyCreated(created, {
      isChallenge: (challenge) => isPasskeyChallenge(keyedHash, question, { challenge, now }),
    }));
  if (credential === null) return false;
  const identity = { channel: asked.channel, canonical: asked.identifier };
  return store.add({
    id: drawId(),
    name: passkeyName(credential.aaguid, userAgent),
    userHandle: userHandleOf(keyedHash, accountId),
    credential,
    challengeExpiresAt: passkeyChallengeOver(now),
    accountId,
    identity,
    clientId: interaction.request.clientId,
    logged: { maskedIdentifier: maskIdentifier(identity), identifierHash: subjectHash(deps, identity) },
    context,
  });
}

/** What an authenticator keeps of the account: the same each time, and nothing of the person (§14.6.1). */
function userHandleOf(keyedHash: PasskeyParts['keyedHash'], accountId: string): string {
  return keyedHash.hash('passkey-user', accountId);
}
