// The question of consent: asked of somebody who has proven who they are, or whom a session answers for; answered once. What
// is needed is decided in lib/oidc/consent.ts, what is shown by the page.
import type { Subject } from '@/lib/oidc/authorization-code';
import type { NeededConsent } from '@/lib/oidc/consent';
import type { Issued } from '@/lib/oidc/front-channel';
import { issuedOf, type NewAuthorization, newAuthorization } from './authorization';
import { INTERACTION_LIFETIME_SECONDS, type Interaction } from './interaction';
import type { Randomness } from './randomness';
import type { RequestContext } from './request-context';

/** A session as this browser holds it: the one that the question was asked of, with its secret. */
export type HeldSession = Readonly<{ id: string; secret: string }>;

/** What makes a question one that can be answered once. */
export type ConsentQuestion = Readonly<{
  interactionId: string;
  /** The challenge that proved who it is, whose client waits for an answer; null where a session said so. */
  challengeId: string | null;
  /** When the interaction is over. */
  expiresAt: Date;
}>;

export type ConsentAnswered = Readonly<
  | { kind: 'answered' }
  /** In another tab: nothing was written. */
  | { kind: 'answered_before' }
  /** The session has ended, or the account, the client or the API is gone. */
  | { kind: 'ended' }
>;

export type ConsentStore = Readonly<{
  /** Whom a live session is of, and what they have allowed so far; null once it is none. Writes nothing. */
  findAsked(
    asked: Readonly<{
      session: HeldSession;
      consent: Pick<NeededConsent, 'clientId' | 'audience'>;
      now: Date;
    }>,
  ): Promise<Readonly<{ subject: Subject; allowed: readonly string[] }> | null>;
  /**
   * Writes the grant, what the client is given under it, and the audit event, in one conditional statement: of any number of
   * answers at once, of yes and no, one counts.
   */
  allow(
    answer: ConsentAnswer &
      Readonly<{ consent: NeededConsent; newGrantId: string; authorization: NewAuthorization }>,
  ): Promise<ConsentAnswered>;
  /** The same for a no: nothing is granted, nothing that was granted before is taken back. */
  decline(
    answer: ConsentAnswer & Readonly<{ consent: Pick<NeededConsent, 'clientId'> }>,
  ): Promise<ConsentAnswered>;
}>;

type ConsentAnswer = Readonly<{
  question: ConsentQuestion;
  session: HeldSession;
  origin: Pick<RequestContext, 'ip' | 'userAgent' | 'now'>;
}>;

type Answer = Omit<ConsentAnswer, 'question'> &
  Readonly<{ interaction: Interaction; consent: NeededConsent }>;

/** Gives the client what its request asks for. */
export async function allowClient(
  deps: Readonly<{ consents: Pick<ConsentStore, 'allow'>; random: Randomness }>,
  { interaction, ...answer }: Answer,
): Promise<Exclude<ConsentAnswered, { kind: 'answered' }> | (Readonly<{ kind: 'answered' }> & Issued)> {
  const authorization = newAuthorization(deps.random, interaction.request, answer.origin.now);
  const answered = await deps.consents.allow({
    ...answer,
    question: questionOf(interaction),
    newGrantId: deps.random.hex24(),
    authorization,
  });
  return answered.kind === 'answered' ? { ...answered, ...issuedOf(authorization) } : answered;
}

/** Gives it nothing. */
export function declineClient(
  deps: Readonly<{ consents: Pick<ConsentStore, 'decline'> }>,
  { interaction, ...answer }: Answer,
): Promise<ConsentAnswered> {
  return deps.consents.decline({ ...answer, question: questionOf(interaction) });
}

function questionOf({ id, asked, createdAt }: Interaction): ConsentQuestion {
  return {
    interactionId: id,
    challengeId: asked?.challengeId ?? null,
    expiresAt: new Date(createdAt + INTERACTION_LIFETIME_SECONDS * 1000),
  };
}
