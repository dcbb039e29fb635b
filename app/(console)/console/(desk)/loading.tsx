import { PageSkeleton } from '@/components/console/skeleton';
import { t } from '@/lib/web/console/words';

export default function Loading() {
  return <PageSkeleton label={t('frame.loading')} cards={2} />;
}
