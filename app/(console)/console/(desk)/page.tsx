// The overview.
import type { Metadata } from 'next';
import { PageHeader } from '@/components/console/page-header';
import { requireOperator } from '@/lib/web/console/operator';
import { t } from '@/lib/web/console/words';

export const metadata: Metadata = { title: t('overview.page') };

export default async function OverviewPage() {
  await requireOperator();
  return <PageHeader title={t('overview.title')} lead={t('overview.lead')} />;
}
