// A sign-in by a passkey: who it is nobody has to type. The answer of the authenticator is checked, then used, once; what
// follows is what follows the proof of an address. Whatever is wrong with it is said in the same words.
// Web Authentication Level 3 §7.2.
import type { NeededConsent } from '@/lib/oidc/consent';
import type { Issued } from '@/lib/oidc/front-channel';
import { newSession, type SessionMaker, type SignedIn } from './answer-challenge';
import { issuedOf, newAuthorization } from './authorization';
import type { Connection } from './connection';
import type { Interaction } from './interaction';
import type { KeyedHash } from './keyed-hash';
import { type PasskeyCeremonies, type PasskeyStore, parsePasskeyAnswer } from './passkey';
import { isPasskeyChallenge, passkeyChallengeOver } from './passkey-challenge';
import type { RequestContext } from './request-context';
import { type StartLoginDeps, subjectHash } from './start-login';

export type PasskeySignedIn = Readonly<
  /** `issued` is null where the person of that session has to be asked whether the client may. */
  | (SignedIn & { sessionId: string; issued: Issued | null })
  /** An operator blocked the account: the client is told, this person is not signed in. */
  | { kind: 'blocked' }
  /** `unknown` is the credential id of one that is not known; null where it is, or where it was no answer. */
  | { kind: 'refused'; unknown: string | null }
>;

export type PasskeyParts = Readonly<{
  ceremonies: PasskeyCeremonies;
  store: PasskeyStore;
  keyedHash: KeyedHash;
}>;

export async function signInWithPasskey(
  deps: SessionMaker & Pick<StartLoginDeps, 'hashSubject'> & Readonly<{ passkeys: PasskeyParts }>,
  signIn: {
    interaction: Interaction;
    /** The client's connections, as the page offers them. */
    offered: readonly Connection[];
    /** What the browser sent. */
    answer: string;
    consent: NeededConsent | null;
    replacedSessionSecret: string | null;
    context: RequestContext;
  },
): Promise<PasskeySignedIn> {
  const { interaction, context } = signIn;
  const { now } = context;
  const { ceremonies, store, keyedHash } = deps.passkeys;
  const answer = parsePasskeyAnswer(signIn.answer);
  const key = answer && (await store.findKey(answer.id));
  if (answer === null || key === null) return { kind: 'refused', unknown: answer?.id ?? null };
  const question = { use: 'sign_in', interaction } as const;
  const genuine = await ceremonies.verifyAnswer(answer, {
    key,
    isChallenge: (challenge) => isPasskeyChallenge(keyedHash, question, { challenge, now }),
  });
  if (genuine === null) return REFUSED;

  const session = { ...newSession(deps, 'email', now), amr: PASSKEY_AMR };
  const authorization = newAuthorization(deps.random, interaction.request, now);
  const used = await store.signIn({
    ...genuine,
    credentialId: key.credentialId,
    challengeExpiresAt: passkeyChallengeOver(now),
    clientId: interaction.request.clientId,
    offered: signIn.offered,
    session,
    replacedSessionSecret: signIn.replacedSessionSecret,
    authorization,
    consent: signIn.consent,
    context,
  });
  if (used.kind === 'refused') return REFUSED;
  if (used.kind === 'blocked') return used;
  return {
    kind: 'signed_in',
    accountId: used.accountId,
    firstLogin: false,
    sessionSecret: session.secret,
    sessionExpiresAt: session.expiresAt,
    subject: subjectHash(deps, used.identifier),
    // Nobody else can have been here with it: a new browser is no news.
    notice: null,
    sessionId: used.sessionId,
    issued: used.isPermitted ? issuedOf(authorization) : null,
  };
}

const REFUSED = { kind: 'refused', unknown: null } as const;

/** RFC 8176 §2: possession of a key, somebody there, and what unlocked it: two factors. */
const PASSKEY_AMR = ['pop', 'user', 'mfa'] as const;
