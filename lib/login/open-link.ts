// What a magic link leads to. Looking at one changes nothing, whoever looks: a person, a scanner, a preview (MAG-2). Opening
// one needs the interaction of the browser that asked, or a press where the connection allows it (MAG-4); stopping needs
// only the link. The pages put words to what comes back.
import type { Issued } from '@/lib/oidc/front-channel';
import type { AnswerDeps, SignedIn } from './answer-challenge';
import { prove } from './answer-challenge';
import { issuedOf, NO_AUTHORIZATION, newAuthorization } from './authorization';
import type { ChallengeStore, FoundChallenge } from './challenge';
import type { Connection } from './connection';
import { maskIdentifier } from './identifier';
import { INTERACTION_LIFETIME_SECONDS, type Interaction } from './interaction';
import type { LinkTarget, MagicLinks } from './magic-link';
import type { RequestContext } from './request-context';
import { findConnection, subjectHash } from './start-login';

export type LinkDeps = AnswerDeps &
  Readonly<{
    challenges: Pick<ChallengeStore, 'answer' | 'cancel' | 'find' | 'findAccountId'>;
    links: Pick<MagicLinks, 'read'>;
  }>;

/** Whose sign-in a genuine link is. */
type Seen = Readonly<{
  /** Null when house-keeping has removed the challenge. */
  clientId: string | null;
  /** This browser's, for the way back; null in every other browser. */
  interaction: Interaction | null;
}>;

/** What the landing page shows. */
export type LinkVisit = Readonly<
  /** Not a link of ours, or not a whole one. */
  | { kind: 'broken' }
  /** Too old, out of guesses, or forgotten. */
  | ({ kind: 'expired' } & Seen)
  /** A newer message was asked for. */
  | ({ kind: 'replaced' } & Seen)
  | ({ kind: 'used' } & Seen)
  /** Whoever holds the message did not ask for it. */
  | ({ kind: 'cancelled' } & Seen)
  /** The browser that asked: one press, or the script's, and it is signed in. */
  | { kind: 'here'; clientId: string; interaction: Interaction }
  | {
      kind: 'elsewhere';
      /** The code of the same message, to be typed where the sign-in began. */
      relayCode: string;
      clientId: string;
      connection: string;
      /** Whose sign-in it is, as shown: `m***@example.com`. */
      maskedIdentifier: string;
      /** A press may sign in here instead; null where the connection does not allow it. */
      signInHere: Readonly<{
        /** This browser is signed in as somebody else, and would not be any more. */
        endsOther: boolean;
      }> | null;
      /** The browser that asked, and when. */
      userAgent: string | null;
      createdAt: Date;
      /** When code and link are dead. */
      expiresAt: Date;
    }
  /** Of an application that asked with its own pages: here it can be stopped, and nothing else. */
  | { kind: 'stoppable'; clientId: string }
>;

/**
 * Looks at a link; writes nothing.
 *
 * @param visit.findInteraction what this browser holds of an interaction, or null
 * @param visit.findAccountId whom this browser is signed in as, or null
 */
export async function visitLink(
  deps: Pick<LinkDeps, 'connections' | 'codes' | 'links'> & {
    challenges: Pick<ChallengeStore, 'find' | 'findAccountId'>;
  },
  visit: {
    magicLinkToken: string;
    findInteraction(interactionId: string): Promise<Interaction | null>;
    findAccountId(): Promise<string | null>;
    now: Date;
  },
): Promise<LinkVisit> {
  const target = deps.links.read(visit.magicLinkToken);
  if (target === null) return { kind: 'broken' };
  const found = await deps.challenges.find(target.challengeId);
  if (found === null) return { kind: 'expired', clientId: null, interaction: null };
  const { clientId } = found;
  const interaction = await visit.findInteraction(found.interactionId);
  const over = whyDead(target, found, { interaction, now: visit.now });
  if (over !== null) return { kind: over, clientId, interaction };
  if (isEmbedded(target, found)) return { kind: 'stoppable', clientId };
  if (interaction !== null) return { kind: 'here', clientId, interaction };

  const relayCode = deps.codes.derive({ ...found, ...target });
  const expiresAt = deadline(target, found);
  if (relayCode === null || expiresAt === null) return { kind: 'broken' };
  const mayOpen = opensElsewhere(await findConnection(deps, found.connection));
  return {
    kind: 'elsewhere',
    relayCode,
    clientId,
    connection: found.connection,
    maskedIdentifier: maskIdentifier({ channel: found.channel, canonical: found.identifier }),
    signInHere: mayOpen ? { endsOther: await isOther(deps, found, await visit.findAccountId()) } : null,
    userAgent: found.userAgent,
    createdAt: found.createdAt,
    expiresAt,
  };
}

export type LinkOpened = Readonly<
  /** Nothing is issued where a tab fetches it: see finish-login.ts. */
  | (SignedIn & Issued)
  /** Proven, but blocked by an operator: nobody is signed in (MAG-10). */
  | { kind: 'blocked' }
  /** It cannot be opened any more, or not here: {@link visitLink} says why. */
  | { kind: 'dead' }
>;

/**
 * Opens a link in the browser that asked for it, in one statement. A genuine link is no guess: no limit counts it.
 *
 * @param open.finishesHere true where a person pressed: this tab leaves for the client. False where the script did: the tab
 *   that waits may be the one the client expects, so neither is given the authorization code yet
 */
export async function openLink(
  deps: LinkDeps,
  open: {
    magicLinkToken: string;
    interaction: Interaction;
    applicationName: string;
    finishesHere: boolean;
    replacedSessionSecret: string | null;
    context: RequestContext;
  },
): Promise<LinkOpened> {
  const { interaction, context } = open;
  const { asked } = interaction;
  const target = deps.links.read(open.magicLinkToken);
  if (asked === null || target?.challengeId !== asked.challengeId) return { kind: 'dead' };
  const authorization = open.finishesHere
    ? newAuthorization(deps.random, interaction.request, context.now)
    : NO_AUTHORIZATION;
  const proof = await prove(deps, {
    ...open,
    asked,
    interactionId: interaction.id,
    connection: await findConnection(deps, asked.connection),
    matchedGeneration: target.generation,
    provenBy: 'link',
    limits: [],
    ...authorization,
  });
  if (proof.kind === 'signed_in') return { ...proof, ...issuedOf(authorization) };
  return { kind: proof.kind === 'blocked' ? 'blocked' : 'dead' };
}

export type LinkOpenedElsewhere = Readonly<
  /** `clientId`: where the sign-in was asked for. No authorization code is issued to anybody. */
  | (SignedIn & Readonly<{ clientId: string }>)
  | { kind: 'blocked' }
  | { kind: 'dead' }
  /** It would sign somebody else out here, and nobody said that it may. */
  | { kind: 'unconfirmed' }
>;

/**
 * Opens a link in a browser that did not ask, because a person pressed there and the connection allows it. That browser gets
 * a session; the client's state and PKCE verifier are in the other one, which is not let in.
 *
 * @param open.accountId whom this browser is signed in as, or null
 * @param open.mayEndOther the person ticked that somebody else is signed out here: a link that was sent by an attacker must
 *   not put this browser into the attacker's account unseen (FRM-3)
 * @param open.contextOf the context of this request, for an identifier by its keyed hash
 */
export async function openLinkElsewhere(
  deps: LinkDeps,
  open: {
    magicLinkToken: string;
    applicationNameOf(clientId: string): Promise<string>;
    accountId: string | null;
    mayEndOther: boolean;
    replacedSessionSecret: string | null;
    contextOf(subject: string): Promise<RequestContext>;
  },
): Promise<LinkOpenedElsewhere> {
  const target = deps.links.read(open.magicLinkToken);
  const found = target && (await deps.challenges.find(target.challengeId));
  const connection = found && (await findConnection(deps, found.connection));
  if (target === null || found === null || isEmbedded(target, found)) return { kind: 'dead' };
  if (!opensElsewhere(connection)) return { kind: 'dead' };
  if (!open.mayEndOther && (await isOther(deps, found, open.accountId))) return { kind: 'unconfirmed' };
  const asked = { ...found, challengeId: target.challengeId };
  const proof = await prove(deps, {
    asked,
    interactionId: null,
    connection,
    applicationName: await open.applicationNameOf(found.clientId),
    matchedGeneration: target.generation,
    provenBy: 'link',
    limits: [],
    ...NO_AUTHORIZATION,
    replacedSessionSecret: open.replacedSessionSecret,
    context: await open.contextOf(subjectHash(deps, { channel: found.channel, canonical: found.identifier })),
  });
  if (proof.kind === 'signed_in') return { ...proof, clientId: found.clientId };
  return { kind: proof.kind === 'blocked' ? 'blocked' : 'dead' };
}

/**
 * Ends a sign-in because whoever holds its message did not ask for it: an older message of it will do.
 *
 * @returns false when it had ended before, or the link is none: {@link visitLink} says what it is
 */
export async function stopSignIn(
  deps: Pick<LinkDeps, 'links' | 'hashSubject'> & { challenges: Pick<ChallengeStore, 'find' | 'cancel'> },
  { magicLinkToken, context }: { magicLinkToken: string; context: RequestContext },
): Promise<boolean> {
  const target = deps.links.read(magicLinkToken);
  const found = target && (await deps.challenges.find(target.challengeId));
  if (target === null || found === null) return false;
  const identifier = { channel: found.channel, canonical: found.identifier };
  return deps.challenges.cancel({
    challengeId: target.challengeId,
    logged: {
      maskedIdentifier: maskIdentifier(identifier),
      identifierHash: subjectHash(deps, identifier),
    },
    context,
  });
}

/** Whether no browser of ours asked: its challenge goes by its own name. */
function isEmbedded({ challengeId }: LinkTarget, { interactionId }: FoundChallenge): boolean {
  return interactionId === challengeId;
}

function opensElsewhere(connection: Connection | null): boolean {
  return connection?.strategy === 'email' && connection.signInOnOtherDevice;
}

/** Whether a browser is signed in as another account than the one a link is for. */
async function isOther(
  { challenges }: { challenges: Pick<ChallengeStore, 'findAccountId'> },
  found: FoundChallenge,
  accountId: string | null,
): Promise<boolean> {
  return accountId !== null && accountId !== (await challenges.findAccountId(found));
}

/** Why a genuine link opens nothing, or null: it does. What ended the sign-in is told before what became of the link. */
function whyDead(
  target: LinkTarget,
  found: FoundChallenge,
  { interaction, now }: { interaction: Interaction | null; now: Date },
): 'used' | 'cancelled' | 'expired' | 'replaced' | null {
  if (found.state === 'proven') return 'used';
  if (found.state === 'cancelled') return 'cancelled';
  if (found.state === 'ended') return 'expired';
  if (interaction !== null && interaction.asked?.challengeId !== target.challengeId) return 'replaced';
  if (target.generation < found.generation - 1) return 'replaced';
  const diesAt = deadline(target, found);
  if (diesAt === null || diesAt <= now || (interaction !== null && isOver(interaction, now)))
    return 'expired';
  return null;
}

/** Until when the code that a link stands for lives; null when it is none of the newest two. */
function deadline({ generation }: LinkTarget, found: FoundChallenge): Date | null {
  if (generation === found.generation) return found.codeExpiresAt;
  return generation === found.generation - 1 ? found.previousCodeExpiresAt : null;
}

/** The page that asked would not take an answer any more either. */
function isOver({ createdAt, finished }: Interaction, now: Date): boolean {
  return finished !== null || now.getTime() - createdAt > INTERACTION_LIFETIME_SECONDS * 1000;
}
