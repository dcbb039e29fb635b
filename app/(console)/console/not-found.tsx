// What everybody sees at an address of the console that is not there, or not there for them: strangers and plain users alike.
import { PlainPage } from '@/components/console/plain-page';
import { SIGN_IN_PATH } from '@/lib/web/console/sign-in';
import { t } from '@/lib/web/console/words';

export default function NotFound() {
  return (
    <PlainPage title={t('absent.title')} lead={<p>{t('absent.leadOutside')}</p>}>
      <p>
        <a className="font-medium underline underline-offset-4" href={SIGN_IN_PATH}>
          {t('absent.signIn')}
        </a>
      </p>
    </PlainPage>
  );
}
