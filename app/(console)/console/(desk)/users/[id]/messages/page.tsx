// Why a code did not arrive: each message to a user, step by step.
import { Mail } from 'lucide-react';
import type { Metadata } from 'next';
import { Badge } from '@/components/console/badge';
import { Card } from '@/components/console/card';
import { EmptyState } from '@/components/console/empty-state';
import { Timeline } from '@/components/console/timeline';
import { MESSAGE_SEARCH_PATH } from '@/lib/management/report-routes';
import type { MessageDocument, MessagesDocument } from '@/lib/management/reports';
import type { MethodDocument } from '@/lib/management/user-document';
import { USERS_PATH } from '@/lib/management/user-routes';
import { askManagement, managementPath, readManagement } from '@/lib/web/console/ask';
import { consoleFormats, type Formats } from '@/lib/web/console/formats';
import { LANGUAGE, t } from '@/lib/web/console/words';
import { stateOf, storyOf } from '../../../message-story';
import { requireUser, UserPage, type UserPageProps } from '../user-page';

export const metadata: Metadata = { title: t('users.one.tabs.messages') };

/** Of each address; what is older is rarely asked for. */
const SHOWN_MAX = 50;

export default async function UserMessagesPage({ params }: UserPageProps) {
  const { caller, user } = await requireUser(params);
  const methods = await readManagement<MethodDocument[]>(caller, {
    path: managementPath(`${USERS_PATH}/{id}/authentication-methods`, { id: user.user_id }),
  });
  const found = await Promise.all(
    methods.map(({ email, phone_number }) =>
      askManagement<MessagesDocument>(caller, {
        method: 'POST',
        path: MESSAGE_SEARCH_PATH,
        body: { recipient: email ?? phone_number, limit: SHOWN_MAX },
      }),
    ),
  );
  const messages = found
    .flatMap(({ messages }) => messages)
    .sort((a, b) => askedAt(b).localeCompare(askedAt(a)));
  const formats = await consoleFormats();
  return (
    <UserPage caller={caller} user={user} view="messages">
      {messages.length === 0 ? (
        <Card>
          <EmptyState icon={<Mail aria-hidden />} title={t('users.messages.empty.title')}>
            {t('users.messages.empty.lead')}
          </EmptyState>
        </Card>
      ) : (
        <>
          <p className="text-muted">{t('users.messages.lead')}</p>
          {messages.map((message) => (
            <Message key={message.message_id} message={message} formats={formats} />
          ))}
        </>
      )}
    </UserPage>
  );
}

const askedAt = ({ steps }: MessageDocument) => steps[0]?.at ?? '';

function Message({ message, formats }: { message: MessageDocument; formats: Formats }) {
  const { kind, channel, recipient, language } = message;
  const state = stateOf(message);
  return (
    <Card
      title={t(`messages.kinds.${kind}`)}
      lead={t('users.messages.to', {
        recipient: recipient ?? '–',
        channel: t(`users.messages.channels.${channel === 'sms' ? 'sms' : 'email'}`),
        language: languages.of(language) ?? language,
      })}
      action={<Badge tone={state.tone}>{state.said}</Badge>}
    >
      <Timeline entries={storyOf(message, formats)} />
    </Card>
  );
}

const languages = new Intl.DisplayNames(LANGUAGE, { type: 'language' });
