// What was sent lately and what became of it. A person is named by the masked address alone, as the API does.
import { MailOpen } from 'lucide-react';
import type { Metadata } from 'next';
import { Badge } from '@/components/console/badge';
import { ButtonLink } from '@/components/console/button';
import { Card } from '@/components/console/card';
import { EmptyState } from '@/components/console/empty-state';
import { FilterBar } from '@/components/console/filter-bar';
import { Moment } from '@/components/console/moment';
import { PageHeader } from '@/components/console/page-header';
import { Timeline } from '@/components/console/timeline';
import type { Caller } from '@/lib/management/caller';
import { CONSOLE_PATH } from '@/lib/management/console-path';
import { MESSAGE_SEARCH_PATH } from '@/lib/management/report-routes';
import type { MessageDocument, MessagesDocument } from '@/lib/management/reports';
import { askManagement, ManagementRefusal } from '@/lib/web/console/ask';
import { consoleFormats, type Formats } from '@/lib/web/console/formats';
import { requireOperator } from '@/lib/web/console/operator';
import { pathWith } from '@/lib/web/console/paging';
import { t } from '@/lib/web/console/words';
import { stateOf, storyOf } from '../message-story';

export const metadata: Metadata = { title: t('messages.page') };

const PATH = `${CONSOLE_PATH}/messages`;
const PER_PAGE = 20;

type Props = { searchParams: Promise<Readonly<Record<string, string | string[] | undefined>>> };

export default async function MessagesPage({ searchParams }: Props) {
  const { caller } = await requireOperator();
  const { after, to } = await searchParams;
  const place = typeof after === 'string' ? after.slice(0, 64) : null;
  const recipient = typeof to === 'string' ? to.trim() : '';
  const { messages, next, problem } = await findMessages(caller, { place, recipient });
  const address = (page: Readonly<Record<string, string>> = {}) =>
    pathWith(PATH, { ...(recipient !== '' && { to: recipient }), ...page });
  const formats = await consoleFormats();
  return (
    <>
      <PageHeader title={t('messages.title')} lead={t('messages.lead')} />
      {(messages.length > 0 || recipient !== '' || place !== null) && (
        <FilterBar
          path={PATH}
          search={{
            name: 'to',
            label: t('messages.search.label'),
            value: recipient,
            problem,
            hint: t('messages.search.hint'),
          }}
        />
      )}
      {messages.length === 0 ? (
        problem === null && <Nothing isWhole={recipient === ''} />
      ) : (
        <ul className="grid divide-y divide-line rounded-card border border-line bg-card">
          {messages.map((message) => (
            <li key={message.message_id}>
              <Message message={message} formats={formats} />
            </li>
          ))}
        </ul>
      )}
      {(next !== null || place !== null) && (
        <div className="flex justify-end gap-2">
          {place !== null && <ButtonLink href={address()}>{t('messages.newest')}</ButtonLink>}
          {next !== null && <ButtonLink href={address({ after: next })}>{t('messages.older')}</ButtonLink>}
        </div>
      )}
    </>
  );
}

/** What is no address yet is told under the field: whoever is typing has not finished. */
async function findMessages(
  caller: Caller,
  { place, recipient }: { place: string | null; recipient: string },
): Promise<MessagesDocument & { problem: string | null }> {
  const body = { after: place, limit: PER_PAGE, ...(recipient !== '' && { recipient }) };
  try {
    const found = await askManagement<MessagesDocument>(caller, {
      method: 'POST',
      path: MESSAGE_SEARCH_PATH,
      body,
    });
    return { ...found, problem: null };
  } catch (refusal) {
    if (!(refusal instanceof ManagementRefusal) || refusal.status !== 400) throw refusal;
    return { messages: [], next: null, problem: t('messages.search.unfinished') };
  }
}

function Nothing({ isWhole }: { isWhole: boolean }) {
  return (
    <Card>
      <EmptyState
        icon={<MailOpen aria-hidden />}
        title={t(isWhole ? 'messages.empty.title' : 'messages.none.title')}
        action={!isWhole && <ButtonLink href={PATH}>{t('messages.none.all')}</ButtonLink>}
      >
        {t(isWhole ? 'messages.empty.lead' : 'messages.none.lead')}
      </EmptyState>
    </Card>
  );
}

/** What stays closed until somebody wants to know. */
function Message({ message, formats }: { message: MessageDocument; formats: Formats }) {
  const state = stateOf(message);
  const begun = message.steps[0];
  return (
    <details className="group">
      <summary className="flex cursor-pointer flex-wrap items-center gap-x-4 gap-y-1 px-4 py-3 hover:bg-hover">
        <span className="min-w-0 flex-1 font-medium">
          {t(`messages.kinds.${message.kind}`)}{' '}
          <bdi className="font-normal text-muted">
            {t('messages.to', { recipient: message.recipient ?? t('messages.unknownRecipient') })}
          </bdi>
        </span>
        <Badge tone={state.tone}>{state.said}</Badge>
        {begun && (
          <span className="text-table text-muted">
            <Moment moment={formats.moment(begun.at)} />
          </span>
        )}
      </summary>
      <div className="px-4 pt-3 pb-4">
        <Timeline entries={storyOf(message, formats)} />
      </div>
    </details>
  );
}
