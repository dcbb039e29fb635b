// For an operator: nothing at this address, in the frame, with a way on.
import { ButtonLink } from '@/components/console/button';
import { EmptyState } from '@/components/console/empty-state';
import { CONSOLE_PATH } from '@/lib/management/console-path';
import { t } from '@/lib/web/console/words';

export default function NotFound() {
  return (
    <EmptyState
      title={t('absent.title')}
      action={<ButtonLink href={CONSOLE_PATH}>{t('absent.home')}</ButtonLink>}
    >
      {t('absent.lead')}
    </EmptyState>
  );
}
