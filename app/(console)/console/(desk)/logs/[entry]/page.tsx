// One entry of the audit log, and what happened around it.
import type { Metadata } from 'next';
import { Badge } from '@/components/console/badge';
import { ButtonLink, TextLink } from '@/components/console/button';
import { Card } from '@/components/console/card';
import { CodeBlock } from '@/components/console/code-block';
import { DescriptionList } from '@/components/console/description-list';
import { Moment } from '@/components/console/moment';
import { PageHeader } from '@/components/console/page-header';
import { Timeline } from '@/components/console/timeline';
import type { Caller } from '@/lib/management/caller';
import { LOGS_PATH } from '@/lib/management/log-routes';
import type { LogDocument } from '@/lib/management/logs';
import type { UserDocument } from '@/lib/management/user-document';
import { USERS_PATH } from '@/lib/management/user-routes';
import { askManagement, findManagement, managementPath, readManagement } from '@/lib/web/console/ask';
import { eventTone, eventWords, LOGS_PAGE, logPage } from '@/lib/web/console/event-words';
import { consoleFormats, type Formats } from '@/lib/web/console/formats';
import { storyQueryOf } from '@/lib/web/console/log-search';
import { requireOperator } from '@/lib/web/console/operator';
import { idOfSegment, userPage } from '@/lib/web/console/user-words';
import { t } from '@/lib/web/console/words';

type Props = Readonly<{ params: Promise<{ entry: string }> }>;

export const metadata: Metadata = { title: t('logs.entry.page') };

const STORY_MAX = 50;

export default async function LogEntryPage({ params }: Props) {
  const { caller } = await requireOperator();
  const id = idOfSegment((await params).entry);
  const path = managementPath(`${LOGS_PATH}/{id}`, { id });
  const entry = await readManagement<LogDocument>(caller, { path });
  const story = await readStory(caller, entry);
  const formats = await consoleFormats();
  return (
    <>
      <PageHeader
        trail={[{ label: t('logs.page'), href: LOGS_PAGE }]}
        trailLabel={t('frame.trail')}
        title={eventWords(entry)}
        badge={<Badge tone={eventTone(entry.type)}>{entry.type}</Badge>}
        lead={formats.moment(entry.date).exact}
        action={
          entry.user_id !== undefined &&
          !entry.user_id.startsWith('deleted|') && (
            <ButtonLink href={userPage(entry.user_id)}>{t('logs.entry.toUser')}</ButtonLink>
          )
        }
      />
      <div className="grid items-start gap-6 lg:grid-cols-2">
        <Facts entry={entry} formats={formats} />
        <Story entry={entry} story={story} formats={formats} />
      </div>
    </>
  );
}

/** The newest first. */
async function readStory(caller: Caller, entry: LogDocument): Promise<readonly LogDocument[]> {
  const q = storyQueryOf(entry, await readAddresses(caller, entry));
  if (q === null) return [];
  return askManagement<LogDocument[]>(caller, { path: LOGS_PATH, query: { q, per_page: STORY_MAX } });
}

/** Of whoever the entry is about, where they are still there. */
async function readAddresses(caller: Caller, { user_id: id }: LogDocument): Promise<string[]> {
  if (id === undefined) return [];
  const path = managementPath(`${USERS_PATH}/{id}`, { id });
  const user = await findManagement<UserDocument>(caller, { path });
  return [user?.email, user?.phone_number].filter((address) => address !== undefined);
}

function Facts({ entry, formats }: { entry: LogDocument; formats: Formats }) {
  return (
    <Card title={t('logs.entry.facts')}>
      <DescriptionList
        facts={[
          { name: t('logs.entry.when'), value: <Moment moment={formats.moment(entry.date)} /> },
          { name: t('logs.entry.description'), value: entry.description },
          { name: t('logs.entry.who'), value: entry.user_name },
          { name: t('logs.entry.user'), value: entry.user_id },
          { name: t('logs.entry.application'), value: entry.client_name ?? entry.client_id },
          { name: t('logs.entry.connection'), value: entry.connection },
          { name: t('logs.entry.ip'), value: entry.ip },
          { name: t('logs.entry.browser'), value: entry.user_agent },
          { name: t('logs.entry.id'), value: <code className="font-mono text-table">{entry.log_id}</code> },
        ]}
      />
      {entry.details !== undefined && (
        <CodeBlock code={JSON.stringify(entry.details, null, 2)} label={t('logs.entry.details')} />
      )}
    </Card>
  );
}

function Story({
  entry,
  story,
  formats,
}: {
  entry: LogDocument;
  story: readonly LogDocument[];
  formats: Formats;
}) {
  if (story.length === 0) return null;
  const isOfUser = entry.user_id !== undefined;
  return (
    <Card
      title={t(isOfUser ? 'logs.entry.story' : 'logs.entry.storyFrom')}
      lead={t(isOfUser ? 'logs.entry.storyLead' : 'logs.entry.storyFromLead')}
    >
      <Timeline
        entries={story.map((each) => ({
          key: each.log_id,
          at: formats.moment(each.date),
          title: eventWords(each),
          tone: each.log_id === entry.log_id ? 'good' : eventTone(each.type),
          detail:
            each.log_id === entry.log_id ? (
              t('logs.entry.this')
            ) : (
              <TextLink href={logPage(each.log_id)}>{each.client_name ?? t('logs.entry.show')}</TextLink>
            ),
        }))}
      />
    </Card>
  );
}
