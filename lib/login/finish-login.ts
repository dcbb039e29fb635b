// The last step of a login whose proof gave the client nothing yet: a link was opened, or the person may have to be asked. A tab
// fetches what the client is given; however many ask, one gets it, and the client's callback is visited once.
import type { NeededConsent } from '@/lib/oidc/consent';
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
  /** The person of that session has to be asked whether the client may. */
  | { kind: 'consent_required'; sessionId: string }
  /** Whoever holds the message did not ask for it. */
  | { kind: 'cancelled' }
  /** The client has its code, the session was ended, or the account was blocked. */
  | { kind: 'ended' }
>;

/**
 * @param finish.interaction of this browser: nothing but its cookie says who may finish
 * @param finish.consent what the person must have allowed; null where nobody has to be asked
 */
export async function finishSignIn(
  deps: Readonly<{ challenges: Pick<ChallengeStore, 'finish'>; random: Randomness }>,
  { interaction, consent, now }: { interaction: Interaction; consent: NeededConsent | null; now: Date },
): Promise<LoginFinished> {
  if (interaction.asked === null) return { kind: 'ended' };
  const authorization = newAuthorization(deps.random, interaction.request, now);
  const finished = await deps.challenges.finish({
    challengeId: interaction.asked.challengeId,
    interactionId: interaction.id,
    ...authorization,
    consent,
    now,
  });
  switch (finished.kind) {
    case 'finished':
      return { ...finished, ...issuedOf(authorization) };
    case 'not_proven':
      return { kind: 'problem', problem: { kind: 'link_not_opened' } };
    case 'consent_required':
    case 'cancelled':
    case 'ended':
      return finished;
  }
}
