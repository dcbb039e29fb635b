// How an import goes, and which lines it did not take.
import type { Metadata } from 'next';
import { Badge, type Tone } from '@/components/console/badge';
import { ButtonLink } from '@/components/console/button';
import { Callout } from '@/components/console/callout';
import { Card } from '@/components/console/card';
import { DataTable } from '@/components/console/data-table';
import { FigureCard } from '@/components/console/figure-card';
import { PageHeader } from '@/components/console/page-header';
import { RefreshOften } from '@/components/console/refresh-often';
import { JOBS_PATH } from '@/lib/management/job-routes';
import type { JobDocument, RowProblemsDocument } from '@/lib/management/jobs';
import { managementPath, readManagement } from '@/lib/web/console/ask';
import { consoleFormats, type Formats } from '@/lib/web/console/formats';
import { requireOperator } from '@/lib/web/console/operator';
import { idOfSegment, USERS_PAGE } from '@/lib/web/console/user-words';
import { t } from '@/lib/web/console/words';

type Props = Readonly<{ params: Promise<{ job: string }> }>;

export const metadata: Metadata = { title: t('users.import.job.page') };

const TONES: Record<JobDocument['status'], Tone> = {
  pending: 'plain',
  processing: 'plain',
  completed: 'good',
  failed: 'bad',
};

/** More are in the API's answer. */
const PROBLEMS_SHOWN = 200;

export default async function ImportJobPage({ params }: Props) {
  const { caller } = await requireOperator('editor');
  const id = idOfSegment((await params).job);
  const path = managementPath(`${JOBS_PATH}/{id}`, { id });
  const job = await readManagement<JobDocument>(caller, { path });
  const hasProblems = (job.summary?.failed ?? 0) > 0;
  const problems = hasProblems
    ? await readManagement<RowProblemsDocument>(caller, { path: `${path}/errors` })
    : [];
  const formats = await consoleFormats();
  const isOver = job.status === 'completed' || job.status === 'failed';
  return (
    <>
      <PageHeader
        trail={[
          { label: t('users.page'), href: USERS_PAGE },
          { label: t('users.import.page'), href: `${USERS_PAGE}/import` },
        ]}
        trailLabel={t('frame.trail')}
        title={t('users.import.job.title', { moment: formats.moment(job.created_at).said })}
        badge={<Badge tone={TONES[job.status]}>{t(`users.import.job.states.${job.status}`)}</Badge>}
        lead={t(isOver ? 'users.import.job.leadDone' : 'users.import.job.lead')}
        action={
          isOver && (
            <>
              <ButtonLink href={`${USERS_PAGE}/import`}>{t('users.import.job.more')}</ButtonLink>
              <ButtonLink href={USERS_PAGE} look="primary">
                {t('users.import.job.toUsers')}
              </ButtonLink>
            </>
          )
        }
      />
      {!isOver && <RefreshOften />}
      {job.status_details !== undefined && <Callout tone="bad">{job.status_details}</Callout>}
      <Progress job={job} formats={formats} />
      {problems.length > 0 && <Problems problems={problems} />}
    </>
  );
}

function Progress({ job, formats }: { job: JobDocument; formats: Formats }) {
  const { summary, percentage_done: done = 0 } = job;
  return (
    <>
      <Card>
        <div className="flex items-center gap-4">
          <progress className="progress" max={100} value={done} aria-label={t('users.import.job.progress')} />
          <span className="whitespace-nowrap tabular-nums">{formats.share(done / 100)}</span>
        </div>
      </Card>
      {summary && (
        <dl className="grid grid-cols-2 gap-4 lg:grid-cols-4">
          {(['total', 'inserted', 'updated', 'failed'] as const).map((figure) => (
            <FigureCard
              key={figure}
              label={t(`users.import.job.${figure}`)}
              value={formats.number(summary[figure])}
            />
          ))}
        </dl>
      )}
    </>
  );
}

function Problems({ problems }: { problems: RowProblemsDocument }) {
  return (
    <section className="grid gap-3" aria-labelledby="problems">
      <div className="grid gap-1">
        <h2 id="problems" className="text-base font-semibold">
          {t('users.import.job.problems')}
        </h2>
        <p className="max-w-[44rem] text-pretty text-muted">{t('users.import.job.problemsLead')}</p>
      </div>
      <DataTable
        caption={t('users.import.job.problems')}
        columns={[
          { key: 'row', label: t('users.import.job.row') },
          { key: 'line', label: t('users.import.job.line') },
          { key: 'field', label: t('users.import.job.field') },
          { key: 'problem', label: t('users.import.job.problem') },
        ]}
        rows={problems.slice(0, PROBLEMS_SHOWN).map(({ row, line, errors }) => ({
          key: String(row),
          cells: {
            row: <span className="font-medium tabular-nums">{row}</span>,
            line: <span className="tabular-nums">{line}</span>,
            field: <code>{errors[0]?.path ?? '–'}</code>,
            problem: errors[0]?.message,
          },
        }))}
      />
      {problems.length > PROBLEMS_SHOWN && (
        <p className="text-muted">
          {t('users.import.job.shown', { shown: PROBLEMS_SHOWN, total: problems.length })}
        </p>
      )}
    </section>
  );
}
