// What everybody sees at an address of the console that is not there, or not there for them: strangers and plain users alike.
import { PlainPage } from '@/components/console/plain-page';
import { runtime } from '@/lib/runtime/boot';
import { askedPath } from '@/lib/web/console/operator';
import { parseDestination, signInPath } from '@/lib/web/console/sign-in';
import { t } from '@/lib/web/console/words';

export default async function NotFound() {
  const href = signInPath({ to: parseDestination(await runtime(), await askedPath()) });
  return (
    <PlainPage title={t('absent.title')} lead={<p>{t('absent.leadOutside')}</p>}>
      <p>
        <a className="font-medium underline underline-offset-4" href={href}>
          {t('absent.signIn')}
        </a>
      </p>
    </PlainPage>
  );
}
