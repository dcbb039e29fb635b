// The message again. A code in hand never dies of it: it is sent once more while it lives long enough, else a new one is
// born beside it; guesses already made stay counted.
import type { ChallengeStore } from './challenge';
import type { AskedChallenge, Interaction } from './interaction';
import { retryAt } from './limits';
import type { LoginMessage } from './message';
import { messageReference } from './message-reference';
import {
  CODE_LIFETIME_SECONDS,
  RESEND_SAME_CODE_SECONDS,
  RESEND_WAITS_SECONDS,
  resendWaitSeconds,
} from './one-time-code';
import { OUTBOX_LEASE_SECONDS } from './outbox';
import type { LoginProblem } from './problems';
import type { RequestContext } from './request-context';
import { loginMessage, type StartLoginDeps, startLimits, subjectHash } from './start-login';

export type CodeResent = Readonly<
  | { kind: 'resent'; asked: AskedChallenge; newCode: boolean; message: LoginMessage | null }
  | { kind: 'problem'; problem: LoginProblem }
>;

export async function resendCode(
  deps: Omit<StartLoginDeps, 'challenges'> & { challenges: Pick<ChallengeStore, 'resend'> },
  resend: {
    interaction: Interaction;
    asked: AskedChallenge;
    applicationName: string;
    context: RequestContext;
  },
): Promise<CodeResent> {
  const { interaction, asked, applicationName, context } = resend;
  const { now } = context;
  const identifier = { channel: asked.channel, canonical: asked.identifier };
  const messageId = deps.random.id();
  const resent = await deps.challenges.resend({
    challengeId: asked.challengeId,
    interactionId: interaction.id,
    messageId,
    messageDueAt: new Date(now.getTime() + OUTBOX_LEASE_SECONDS * 1000),
    applicationName,
    codeLifetimeSeconds: CODE_LIFETIME_SECONDS,
    resendWaitsSeconds: RESEND_WAITS_SECONDS,
    sameCodeSeconds: RESEND_SAME_CODE_SECONDS,
    limits: startLimits(deps, identifier, context),
    logged: { maskedIdentifier: asked.maskedRecipient, identifierHash: subjectHash(deps, identifier) },
    context,
  });
  switch (resent.kind) {
    case 'wait':
      return { kind: 'problem', problem: { kind: 'wait', until: resent.until.getTime() } };
    case 'limited':
      return { kind: 'problem', problem: { kind: 'wait', until: retryAt(resent.limit).getTime() } };
    case 'ended':
      return { kind: 'problem', problem: { kind: 'too_many_tries' } };
    case 'resent': {
      const { generation, sends } = resent;
      return {
        kind: 'resent',
        newCode: generation !== asked.generation,
        asked: {
          ...asked,
          generation,
          sends,
          reference: messageReference(asked.challengeId, generation),
          sentAt: now.getTime(),
          resendAllowedAt: now.getTime() + resendWaitSeconds(sends) * 1000,
        },
        message: loginMessage(deps.codes, {
          seed: { ...asked, generation },
          messageId,
          recipient: resent.recipient,
          channel: asked.channel,
          applicationName,
          expiresAt: resent.codeExpiresAt,
          context,
        }),
      };
    }
  }
}
