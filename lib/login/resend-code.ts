// The message again. A code in hand never dies of it: it is sent once more while it lives long enough, else a new one is
// born beside it; guesses already made stay counted.
import type { ChallengeStore } from './challenge';
import { parsePhoneIdentifier } from './identifier';
import type { AskedChallenge, Interaction } from './interaction';
import { retryAt } from './limits';
import type { LoginMessage } from './message';
import { messageReference } from './message-reference';
import { RESEND_SAME_CODE_SECONDS, RESEND_WAITS_SECONDS, resendWaitSeconds } from './one-time-code';
import { OUTBOX_LEASE_SECONDS } from './outbox';
import type { LoginProblem } from './problems';
import type { RequestContext } from './request-context';
import {
  findConnection,
  loginMessage,
  reasonToWithhold,
  type StartLoginDeps,
  startLimits,
  subjectHash,
} from './start-login';

export type CodeResent = Readonly<
  | { kind: 'resent'; asked: AskedChallenge; newCode: boolean; message: LoginMessage | null }
  | { kind: 'problem'; problem: LoginProblem }
  /** Whoever holds the message did not ask for it. */
  | { kind: 'cancelled' }
  /** Answered in another tab, or too old. */
  | { kind: 'ended' }
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
  // The store decides; what the page knows already need not use up the purse.
  if (asked.resendAllowedAt > now.getTime()) return problem({ kind: 'wait', until: asked.resendAllowedAt });
  const identifier = { channel: asked.channel, canonical: asked.identifier };
  const messageId = deps.random.id();
  const limits = startLimits(deps, identifier, context);
  const resent = await deps.challenges.resend({
    challengeId: asked.challengeId,
    interactionId: interaction.id,
    messageId,
    messageDueAt: new Date(now.getTime() + OUTBOX_LEASE_SECONDS * 1000),
    applicationName,
    codeLifetimeSeconds: asked.codeLifetimeSeconds,
    resendWaitsSeconds: RESEND_WAITS_SECONDS,
    sameCodeSeconds: RESEND_SAME_CODE_SECONDS,
    withheld: await reasonToWithhold(deps, {
      connection: (await findConnection(deps, asked.connection)) ?? {
        name: asked.connection,
        signUpOpen: true,
        testIdentities: [],
      },
      identifier: { ...identifier, country: countryOf(asked) },
      clientId: interaction.request.clientId,
      startLimits: limits,
      context,
    }),
    limits,
    logged: { maskedIdentifier: asked.maskedRecipient, identifierHash: subjectHash(deps, identifier) },
    context,
  });
  switch (resent.kind) {
    case 'wait':
      return problem({ kind: 'wait', until: resent.until.getTime() });
    case 'limited':
      return problem({ kind: 'wait', until: retryAt(resent.limit).getTime() });
    case 'exhausted':
      return problem({ kind: 'too_many_tries' });
    case 'cancelled':
    case 'ended':
      return { kind: resent.kind };
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
        message: loginMessage(deps, {
          seed: { ...asked, generation },
          messageId,
          recipient: resent.recipient,
          channel: asked.channel,
          connection: asked.connection,
          sendMode: asked.sendMode,
          applicationName,
          expiresAt: resent.codeExpiresAt,
          context,
        }),
      };
    }
  }
}

/** E.164 says its country by itself. */
function countryOf({ channel, identifier }: AskedChallenge): string | null {
  const number = channel === 'sms' ? parsePhoneIdentifier(identifier, null) : null;
  return number === null || 'kind' in number ? null : number.country;
}

function problem(value: LoginProblem): CodeResent {
  return { kind: 'problem', problem: value };
}
