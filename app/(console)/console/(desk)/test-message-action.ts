'use server';
// Sends a test message, and says where it went or why it went nowhere.
import type { SentDocument } from '@/lib/management/operator-letters';
import { TEST_MESSAGE_PATH } from '@/lib/management/report-routes';
import { textOf } from '@/lib/web/answer';
import { type ActionState, operatorAction } from '@/lib/web/console/action';
import { askManagement, managementPath } from '@/lib/web/console/ask';
import { t } from '@/lib/web/console/words';

export async function sendTestMessage(_last: ActionState, form: FormData): Promise<ActionState> {
  return operatorAction('editor', async ({ caller }) => {
    const address = textOf(form, 'recipient').trim();
    const { accepted, attempts } = await askManagement<SentDocument>(caller, {
      method: 'POST',
      path: managementPath(TEST_MESSAGE_PATH, { id: textOf(form, 'connection') }),
      body: { recipient: address },
    });
    const provider = attempts.at(-1)?.provider ?? '';
    if (accepted && provider === 'inbox') return { kind: 'done', said: t('testMessage.sentToInbox') };
    if (accepted) return { kind: 'done', said: t('testMessage.sent', { address, provider }) };
    return { kind: 'refused', field: null, sentence: whyNot(attempts) };
  });
}

function whyNot(attempts: SentDocument['attempts']): string {
  if (attempts.length === 0) return t('testMessage.noProvider');
  const reasons = attempts.map(({ provider, outcome, reason }) =>
    [provider, outcome, reason].filter(Boolean).join(' '),
  );
  return t('testMessage.notSent', { reasons: reasons.join(', ') });
}
