// The overview: what needs attention first, then how sign-ins went, by day and channel.
import { Gauge } from 'lucide-react';
import type { Metadata } from 'next';
import { BarChart } from '@/components/console/bar-chart';
import { ButtonLink, TextLink } from '@/components/console/button';
import { Callout } from '@/components/console/callout';
import { Card } from '@/components/console/card';
import type { Series } from '@/components/console/chart-frame';
import { DataTable } from '@/components/console/data-table';
import { EmptyState } from '@/components/console/empty-state';
import { FigureCard } from '@/components/console/figure-card';
import { Funnel } from '@/components/console/funnel';
import { LineChart } from '@/components/console/line-chart';
import { Moment } from '@/components/console/moment';
import { PageHeader } from '@/components/console/page-header';
import { Tabs } from '@/components/console/tabs';
import { CONSOLE_PATH } from '@/lib/management/console-path';
import type { OverviewDocument } from '@/lib/management/overview';
import { OVERVIEW_PATH } from '@/lib/management/stats-routes';
import { EXAMINED } from '@/lib/runtime/examine-running';
import { readManagement } from '@/lib/web/console/ask';
import { consoleFormats, type Formats } from '@/lib/web/console/formats';
import { requireOperator } from '@/lib/web/console/operator';
import { nameOfProvider } from '@/lib/web/console/provider-words';
import { t } from '@/lib/web/console/words';

type Props = Readonly<{ searchParams: Promise<Record<string, string | string[] | undefined>> }>;

export const metadata: Metadata = { title: t('overview.page') };

const SPANS = [7, 30, 90] as const;

export default async function OverviewPage({ searchParams }: Props) {
  const { caller, visit } = await requireOperator();
  const asked = (await searchParams).days;
  const days = SPANS.find((span) => String(span) === asked) ?? SPANS[0];
  const overview = await readManagement<OverviewDocument>(caller, { path: OVERVIEW_PATH, query: { days } });
  const formats = await consoleFormats();
  const shared = { overview, formats };
  return (
    <>
      <PageHeader title={t('overview.title')} lead={t('overview.lead')} />
      <Tabs
        label={t('overview.span.label')}
        tabs={SPANS.map((span) => ({
          label: t('overview.span.days', { days: span }),
          href: span === SPANS[0] ? CONSOLE_PATH : `${CONSOLE_PATH}?days=${span}`,
          isCurrent: span === days,
        }))}
      />
      <Attention {...shared} />
      {overview.days.length === 0 ? (
        <Card>
          <EmptyState
            icon={<Gauge aria-hidden />}
            title={t('overview.empty.title')}
            action={
              visit.role === 'owner' && (
                <ButtonLink href={`${CONSOLE_PATH}/welcome`}>{t('overview.empty.welcome')}</ButtonLink>
              )
            }
          >
            {t('overview.empty.lead')}
          </EmptyState>
        </Card>
      ) : (
        <>
          <Figures {...shared} />
          <div className="grid gap-6 lg:grid-cols-2">
            <SignInsByDay {...shared} />
            <SuccessByDay {...shared} />
          </div>
          <Funnels {...shared} />
          <Providers {...shared} />
          <Spend {...shared} />
        </>
      )}
      <p className="text-table text-muted">
        {overview.counted_until === null
          ? t('overview.notCounted')
          : t.rich('overview.counted', {
              moment: () => <Moment key="moment" moment={formats.moment(overview.counted_until ?? '')} />,
            })}
      </p>
    </>
  );
}

type Shared = Readonly<{ overview: OverviewDocument; formats: Formats }>;

function Attention({ overview: { attention }, formats }: Shared) {
  if (attention.length === 0) return null;
  return (
    <section className="grid gap-3" aria-labelledby="attention">
      <h2 id="attention" className="text-base font-semibold">
        {t('overview.attention.title')}
      </h2>
      {attention.map((each) => (
        <AttentionItem key={keyOf(each)} item={each} formats={formats} />
      ))}
    </section>
  );
}

type Item = OverviewDocument['attention'][number];

/** Where what was found is put right. */
const PLACES = new Map<string, Readonly<{ href: string; label: string }>>([
  [EXAMINED.mail, { href: `${CONSOLE_PATH}/connections`, label: t('connections.page') }],
  [EXAMINED.texts, { href: `${CONSOLE_PATH}/connections`, label: t('connections.page') }],
  [EXAMINED.keys, { href: `${CONSOLE_PATH}/keys`, label: t('keys.page') }],
]);

function keyOf(item: Item): string {
  if (item.kind === 'provider') return `${item.channel} ${item.provider}`;
  return item.kind === 'country' ? item.country : item.part;
}

function AttentionItem({ item, formats }: { item: Item; formats: Formats }) {
  const tone = item.state === 'failing' ? 'bad' : 'heed';
  if (item.kind === 'installation') {
    const place = PLACES.get(item.part);
    return (
      <Callout tone={tone}>
        <p>
          {t('overview.attention.installation', item)}
          {place && (
            <>
              {' '}
              <TextLink href={place.href}>{place.label}</TextLink>
            </>
          )}
        </p>
      </Callout>
    );
  }
  if (item.kind === 'country') {
    return (
      <Callout
        tone={tone}
        title={t('overview.attention.country', { country: formats.country(item.country) })}
      >
        <p>{t('overview.attention.countryMore', { moment: formats.moment(item.until).said })}</p>
      </Callout>
    );
  }
  const title = item.accepted === 0 ? 'overview.attention.providerFailing' : 'overview.attention.provider';
  return (
    <Callout tone={tone} title={t(title, { ...item, provider: nameOfProvider(item.provider) })}>
      <p>
        {t('overview.attention.providerMore', {
          channel: t(`overview.channels.${item.channel}`).toLowerCase(),
        })}
      </p>
    </Callout>
  );
}

const totalOf = (
  days: OverviewDocument['days'],
  figure: 'begun' | 'sent' | 'delivered' | 'signed_in' | 'signed_up',
) => days.reduce((sum, day) => sum + day[figure], 0);

function Figures({ overview, formats }: Shared) {
  const { days, seconds_to_sign_in: answers, sms } = overview;
  const [begun, signedIn, signedUp] = [
    totalOf(days, 'begun'),
    totalOf(days, 'signed_in'),
    totalOf(days, 'signed_up'),
  ];
  // Of several channels the one that most people use: their times are not to be mixed.
  const [answer] = [...answers].sort((a, b) => b.sign_ins - a.sign_ins);
  return (
    <dl className="grid grid-cols-2 gap-4 lg:grid-cols-[repeat(auto-fit,minmax(10rem,1fr))]">
      <FigureCard
        label={t('overview.figures.signIns')}
        value={formats.number(signedIn)}
        more={t('overview.figures.signUps', { count: formats.number(signedUp) })}
      />
      <FigureCard
        label={t('overview.figures.success')}
        value={begun === 0 ? t('overview.figures.none') : formats.share(Math.min(1, signedIn / begun))}
        more={t('overview.figures.successMore', { begun: formats.number(begun) })}
      />
      <FigureCard
        label={t('overview.figures.time')}
        value={
          answer?.median == null
            ? t('overview.figures.none')
            : t('overview.figures.within', { time: formats.seconds(answer.median) })
        }
        more={
          answer !== undefined && answer.sign_ins > 0
            ? answer.nine_in_ten === null
              ? t('overview.figures.timeOver')
              : t('overview.figures.timeMore', { time: formats.seconds(answer.nine_in_ten) })
            : null
        }
      />
      <FigureCard
        label={t('overview.figures.active')}
        value={formats.number(overview.active_users)}
        more={t('overview.figures.activeMore')}
      />
      {sms.messages > 0 && (
        <FigureCard
          label={t('overview.figures.sms')}
          value={formats.number(sms.messages)}
          more={
            sms.cost.length === 0
              ? t('overview.figures.smsUnpriced')
              : t('overview.figures.smsMore', { cost: costOf(sms.cost, formats) })
          }
        />
      )}
    </dl>
  );
}

function costOf(cost: OverviewDocument['sms']['cost'], formats: Formats): string {
  return cost.map(({ currency, amount }) => formats.money(amount, currency)).join(' + ');
}

const PAINTS = { email: 'first', sms: 'second' } as const;

/** The channels that anything happened on, and their figures day by day. */
function byDay({ days }: OverviewDocument) {
  const channels = [...new Set(days.map(({ channel }) => channel))];
  const series: Series[] = channels.map((channel) => ({
    key: channel,
    label: t(`overview.channels.${channel}`),
    paint: PAINTS[channel],
  }));
  const dates = [...new Set(days.map(({ day }) => day))].sort();
  const of = (day: string) =>
    channels.map((channel) => days.find((each) => each.day === day && each.channel === channel));
  return { series, dates, of };
}

function SignInsByDay({ overview, formats }: Shared) {
  const { series, dates, of } = byDay(overview);
  return (
    <Card title={t('overview.byDay.title')}>
      <BarChart
        label={t('overview.byDay.label')}
        series={series}
        days={dates.map((day) => ({
          key: day,
          label: formats.day(day),
          counts: of(day).map((each) => each?.signed_in ?? 0),
        }))}
        words={tableWords(formats.number)}
      />
    </Card>
  );
}

function SuccessByDay({ overview, formats }: Shared) {
  const { series, dates, of } = byDay(overview);
  return (
    <Card title={t('overview.success.title')}>
      <LineChart
        label={t('overview.success.label')}
        series={series}
        days={dates.map((day) => ({
          key: day,
          label: formats.day(day),
          values: of(day).map((each) =>
            each === undefined || each.begun === 0
              ? null
              : Math.min(100, (each.signed_in / each.begun) * 100),
          ),
        }))}
        words={tableWords((percent) => formats.share(percent / 100))}
      />
    </Card>
  );
}

function tableWords(said: (value: number) => string) {
  return {
    openTable: t('overview.table.open'),
    day: t('overview.table.day'),
    nothing: t('overview.table.nothing'),
    said,
  };
}

function Funnels({ overview: { days, providers }, formats }: Shared) {
  const channels = [...new Set(days.map(({ channel }) => channel))];
  return (
    <Card title={t('overview.funnel.title')} lead={t('overview.funnel.note')}>
      <div className="grid gap-8 lg:grid-cols-2">
        {channels.map((channel) => {
          const own = days.filter((day) => day.channel === channel);
          const isTold = providers.some(
            (provider) => provider.channel === channel && provider.delivered !== null,
          );
          const begun = totalOf(own, 'begun');
          const steps = [
            { key: 'begun', label: t('overview.funnel.begun'), count: begun },
            { key: 'sent', label: t('overview.funnel.sent'), count: totalOf(own, 'sent') },
            ...(isTold
              ? [
                  {
                    key: 'delivered',
                    label: t('overview.funnel.delivered'),
                    count: totalOf(own, 'delivered'),
                  },
                ]
              : []),
            { key: 'signed_in', label: t('overview.funnel.signedIn'), count: totalOf(own, 'signed_in') },
          ];
          return (
            <div key={channel} className="grid content-start gap-2">
              <h3 className="text-table font-medium text-muted">{t(`overview.channels.${channel}`)}</h3>
              <Funnel
                label={t('overview.funnel.label', { channel: t(`overview.channels.${channel}`) })}
                steps={steps.map((step, index) => ({
                  ...step,
                  said: formats.number(step.count),
                  share: index === 0 || begun === 0 ? null : formats.share(step.count / begun),
                }))}
              />
            </div>
          );
        })}
      </div>
    </Card>
  );
}

function Providers({ overview: { providers }, formats }: Shared) {
  if (providers.length === 0) return null;
  const told = (count: number | null) =>
    count === null ? t('overview.providers.untold') : formats.number(count);
  return (
    <section className="grid gap-3" aria-labelledby="providers">
      <h2 id="providers" className="text-base font-semibold">
        {t('overview.providers.title')}
      </h2>
      <DataTable
        caption={t('overview.providers.caption')}
        columns={[
          { key: 'provider', label: t('overview.providers.provider') },
          { key: 'channel', label: t('overview.providers.channel') },
          { key: 'attempts', label: t('overview.providers.attempts'), isNumeric: true },
          { key: 'accepted', label: t('overview.providers.accepted'), isNumeric: true },
          { key: 'delivered', label: t('overview.providers.delivered'), isNumeric: true },
          { key: 'returned', label: t('overview.providers.returned'), isNumeric: true },
        ]}
        rows={providers.map((each) => ({
          key: `${each.channel} ${each.provider}`,
          cells: {
            provider: <span className="font-medium">{nameOfProvider(each.provider)}</span>,
            channel: t(`overview.channels.${each.channel}`),
            attempts: formats.number(each.attempts),
            accepted: `${formats.number(each.accepted)} (${formats.share(each.accepted / Math.max(1, each.attempts))})`,
            delivered: told(each.delivered),
            returned: told(each.returned),
          },
        }))}
      />
    </section>
  );
}

function Spend({ overview: { sms }, formats }: Shared) {
  if (sms.messages === 0) return null;
  return (
    <Card
      title={t('overview.spend.title')}
      lead={
        sms.cost.length === 0
          ? t('overview.spend.leadUnpriced', { count: sms.messages })
          : t('overview.spend.lead', { count: sms.messages, cost: costOf(sms.cost, formats) })
      }
    >
      <BarChart
        label={t('overview.spend.label')}
        series={[{ key: 'messages', label: t('overview.spend.messages'), paint: 'first' }]}
        days={sms.days.map(({ day, messages }) => ({
          key: day,
          label: formats.day(day),
          counts: [messages],
        }))}
        words={tableWords(formats.number)}
      />
    </Card>
  );
}
