// For an operator: nothing at this address, in the frame, with a way on.
import { ButtonLink } from '@/components/console/button';
import { PageHeader } from '@/components/console/page-header';
import { CONSOLE_PATH } from '@/lib/management/console-path';
import { t } from '@/lib/web/console/words';

export default function NotFound() {
  return (
    <>
      <PageHeader title={t('absent.title')} lead={t('absent.lead')} />
      <div>
        <ButtonLink href={CONSOLE_PATH}>{t('absent.home')}</ButtonLink>
      </div>
    </>
  );
}
