// What a page that waits for a message may know: how the message fares, and whether the sign-in went on without this page.
// The page itself and the script that asks for it now and then get the same answer.
import type { ChallengeStore, FoundChallenge } from '@/lib/login/challenge';
import type { Interaction } from '@/lib/login/interaction';
import type { DeliveryState } from '@/lib/login/outbox';
import type { Runtime } from '@/lib/runtime/compose';
import type { Browser } from './browser';

export type WaitingState =
  | DeliveryState
  /** The link was opened in this browser: whichever of its tabs goes on first finishes. */
  | 'proven'
  /** Signed in, but not for this page: it ended in another tab, or on the device that opened the link. */
  | 'finished'
  /** Whoever holds the message did not ask for it. */
  | 'cancelled';

/**
 * Whether the link was opened in this browser and the client has not been given what it asked for. The cookie says so, unless
 * an answer to the tab that waited overtook the one that said it; the database says so always.
 */
export async function isProvenByLink(
  { challenges }: { challenges: Pick<ChallengeStore, 'find'> },
  interaction: Interaction,
): Promise<boolean> {
  const { asked, provenByLink } = interaction;
  if (provenByLink || asked === null) return provenByLink;
  const challenge = await challenges.find(asked.challengeId);
  return challenge !== null && isFetchable(challenge, interaction);
}

/** Proven in this very interaction, and the client was given nothing yet. */
export function isFetchable(
  { state, interactionId, isReturned }: FoundChallenge,
  { id }: Pick<Interaction, 'id'>,
): boolean {
  return state === 'proven' && interactionId === id && !isReturned;
}

/** A message needs a moment; asking for its fate any sooner would only cost every login a statement. */
const FATE_KNOWN_AFTER_MS = 2_000;

/**
 * A challenge that nobody may answer looks as one that is waited for, so that this tells nothing of an account (ENU-1). What
 * was said to the person last is not taken away by news of the message.
 */
export async function waitingState(
  runtime: Pick<Runtime, 'clock' | 'deliveryState'> & {
    login: { challenges: Pick<ChallengeStore, 'find'> };
  },
  interaction: Interaction,
): Promise<WaitingState> {
  const { asked, outcome, finished } = interaction;
  if (finished !== null) return finished === 'cancelled' ? 'cancelled' : 'finished';
  if (interaction.provenByLink) return 'proven';
  if (asked === null || runtime.clock().getTime() - asked.sentAt <= FATE_KNOWN_AFTER_MS) return 'under_way';

  const challenge = await runtime.login.challenges.find(asked.challengeId);
  if (challenge?.state === 'proven') return isFetchable(challenge, interaction) ? 'proven' : 'finished';
  if (challenge?.state === 'cancelled') return 'cancelled';
  const isQuiet = outcome === null || outcome.kind === 'sent_again';
  return isQuiet ? runtime.deliveryState(asked) : 'under_way';
}

/** What the script of a waiting page is told: as little as the page itself tells, and nothing of anybody else's sign-in. */
export async function waitingNews(
  runtime: Runtime,
  { cookies }: Browser,
  interactionId: string,
): Promise<Readonly<{ state: WaitingState }>> {
  const interaction = await runtime.cookies.readInteraction(cookies, interactionId);
  return { state: interaction === null ? 'under_way' : await waitingState(runtime, interaction) };
}
