// The way in. Says how somebody got here, and has one button: the sign-in itself is our own login's.
import type { Metadata } from 'next';
import { notFound, redirect } from 'next/navigation';
import { Button } from '@/components/console/button';
import { Callout } from '@/components/console/callout';
import { HiddenFields } from '@/components/console/confirm-dialog';
import { PlainPage } from '@/components/console/plain-page';
import { runtime } from '@/lib/runtime/boot';
import { findOperator, isNearConsole } from '@/lib/web/console/operator';
import { parseDestination, SIGN_IN_PATH, SIGN_IN_REASONS } from '@/lib/web/console/sign-in';
import { t } from '@/lib/web/console/words';

type Props = Readonly<{ searchParams: Promise<Record<string, string | string[] | undefined>> }>;

export const metadata: Metadata = { title: { absolute: t('signIn.title') } };

export default async function SignInPage({ searchParams }: Props) {
  if (!(await isNearConsole())) notFound();
  const latchkey = await runtime();
  const asked = await searchParams;
  const reason = SIGN_IN_REASONS.find((each) => each === asked.reason) ?? null;
  const to = parseDestination(latchkey, asked.to);
  const operator = await findOperator();
  if (operator !== null && reason !== 'proof') redirect(to);
  const { issuer } = latchkey.environment;
  return (
    <PlainPage title={t('signIn.title')} lead={<p>{t('signIn.lead', { host: new URL(issuer).host })}</p>}>
      {reason !== null && (
        <Callout tone={reason === 'no_operator' || reason === 'failed' ? 'heed' : 'plain'}>
          <p>{t(`signIn.reasons.${reason}`)}</p>
        </Callout>
      )}
      <form method="post" action={`${SIGN_IN_PATH}/begin`} className="grid">
        <HiddenFields fields={{ to, ...(reason === 'proof' && { fresh: 'yes' }) }} />
        <Button type="submit" look="primary">
          {t('signIn.button')}
        </Button>
      </form>
      {(reason === 'signed_out' || reason === 'no_operator') && (
        <p className="text-muted">
          {t('signIn.signedOutMore')}{' '}
          <a className="font-medium text-ink underline underline-offset-4" href={logoutPath(latchkey)}>
            {t('signIn.signOutToo')}
          </a>
        </p>
      )}
    </PlainPage>
  );
}

/** RP-Initiated Logout, without a hint: the login asks whether that is meant. */
function logoutPath({ console: { client } }: Awaited<ReturnType<typeof runtime>>): string {
  const parameters = new URLSearchParams({
    client_id: client.clientId,
    post_logout_redirect_uri: `${client.origin}${SIGN_IN_PATH}`,
  });
  return `/oidc/logout?${parameters}`;
}
