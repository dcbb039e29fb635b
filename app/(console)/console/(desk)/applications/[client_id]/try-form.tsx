// The button that runs an application's login: a form, because what follows is a way through other pages and no change of this one.
import { ExternalLink } from 'lucide-react';
import { ButtonLink, buttonClass } from '@/components/console/button';
import { tryOutCallback } from '@/lib/endpoints/try-out';
import type { ClientDocument } from '@/lib/management/client-settings';
import { AUTHORIZATION_CODE_GRANT } from '@/lib/oidc/vocabulary';
import { runtime } from '@/lib/runtime/boot';
import { t } from '@/lib/web/console/words';
import { applicationPath } from '../words';

/** Whether the login of an application can be tried, and what is in the way. */
export type TryReadiness = 'ready' | 'callback_missing' | 'no_codes' | 'machine';

export async function tryReadiness(application: ClientDocument): Promise<TryReadiness> {
  if (application.app_type === 'non_interactive') return 'machine';
  if (!application.grant_types.includes(AUTHORIZATION_CODE_GRANT)) return 'no_codes';
  const { issuer } = (await runtime()).environment;
  return application.callbacks.includes(tryOutCallback(issuer)) ? 'ready' : 'callback_missing';
}

/** In the header of an application: to the login where it can be tried, else to what has to be done first. */
export async function TryAction({ application }: { application: ClientDocument }) {
  const readiness = await tryReadiness(application);
  if (readiness === 'machine') return null;
  if (readiness === 'ready') return <TryForm clientId={application.client_id} isNewTab look="quiet" />;
  return (
    <ButtonLink href={applicationPath(application.client_id, 'try')}>
      {t('applications.try.start')}
    </ButtonLink>
  );
}

export function TryForm({
  clientId,
  isNewTab,
  look,
}: {
  clientId: string;
  /** Otherwise the tab that shows what came of the last one goes once more. */
  isNewTab: boolean;
  look: 'primary' | 'quiet';
}) {
  return (
    <form
      method="post"
      action={`${applicationPath(clientId, 'try')}/begin`}
      target={isNewTab ? '_blank' : undefined}
    >
      <button type="submit" className={buttonClass({ look })}>
        {t(isNewTab ? 'applications.try.start' : 'applications.try.again')}
        {isNewTab && (
          <>
            <ExternalLink aria-hidden />
            <span className="sr-only">{t('applications.try.newTab')}</span>
          </>
        )}
      </button>
    </form>
  );
}
