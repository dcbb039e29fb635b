// The last step of a login that a link proved: the tab that waited, or the one that opened the link, fetches what the client
// is given. However many ask, one gets it, and the client's callback is visited once.
import type { Issued } from '@/lib/oidc/front-channel';
import { issuedOf, newAuthorization } from './authorization';
import type { ChallengeStore } from './challenge';
import type { Interaction } from './interaction';
import type { LoginProblem } from './problems';
import type { Randomness } from './randomness';

export type LoginFinished = Readonly<
  | ({ kind: 'finished'; accountId: string } & Issued)
  /** The link was not opened yet, or not in this browser. */
  | { kind: 'problem'; problem: LoginProblem }
  /** Whoever holds the message did not ask for it. */
  | { kind: 'cancelled' }
  /** The client has its code, the session was ended, or the account was blocked. */
  | { kind: 'ended' }
>;

/** @param finish.interaction of this browser: nothing but its cookie says who may finish */
export async function finishSignIn(
  deps: Readonly<{ challenges: Pick<ChallengeStore, 'finish'>; random: Randomness }>,
  { interaction, now }: { interaction: Interaction; now: Date },
): Promise<LoginFinished> {
  if (interaction.asked === null) return { kind: 'ended' };
  const authorization = newAuthorization(deps.random, interaction.request, now);
  const finished = await deps.challenges.finish({
    challengeId: interaction.asked.challengeId,
    interactionId: interaction.id,
    ...authorization,
    now,
  });
  switch (finished.kind) {
    case 'finished':
      return { ...finished, ...issuedOf(authorization) };
    case 'not_proven':
      return { kind: 'problem', problem: { kind: 'link_not_opened' } };
    case 'cancelled':
    case 'ended':
      return finished;
  }
}
