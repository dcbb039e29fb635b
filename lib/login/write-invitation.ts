// The letter that invites somebody to the console. It holds nothing secret: whoever opens its link still has to prove the
// address it was sent to. English, like the console.
import { createTranslator } from 'use-intl/core';
import words from '@/messages/en/console.json';
import type { Letterhead } from './compose-email';
import { layOutEmail, layOutText } from './email-layout';
import type { Email } from './message';
import { plainName } from './plain-name';

const t = createTranslator({ locale: 'en', messages: words, namespace: 'invitation' });

/**
 * @param invitation.to canonical address
 * @param invitation.from whoever invites, as they are called; null where nobody in particular does
 * @param invitation.days how long it is good
 */
export function writeInvitation(
  invitation: Readonly<{
    id: string;
    to: string;
    from: string | null;
    role: keyof typeof words.roles;
    url: string;
    days: number;
  }>,
  { from: sender, issuerHost: host }: Letterhead,
): Email {
  const who = invitation.from === null ? null : plainName(invitation.from);
  const letter = {
    subject: t('subject', { host }),
    preview: t('preview', { host }),
    heading: t('heading', { host }),
    parts: [
      { kind: 'text', words: who === null ? t('lead', { host }) : t('leadBy', { who, host }) },
      { kind: 'text', words: t(`as.${invitation.role}`) },
      { kind: 'button', label: t('button'), address: invitation.url },
      { kind: 'text', words: t('how', { address: invitation.to }) },
    ],
    notes: [t('expiry', { days: invitation.days }), t('ignore')],
    stop: null,
  } as const;
  return {
    idempotencyKey: `invitation-${invitation.id}`,
    from: sender,
    to: invitation.to,
    subject: letter.subject,
    language: 'en',
    html: layOutEmail(letter, { language: 'en', direction: 'ltr' }),
    text: layOutText(letter),
  };
}
