// Whether a client may have what it asks for. Says who asks, of whose account, for what, and where it leads; yes and no weigh
// the same. Comes once somebody has proven who they are.
import type { ScopesToShow, ShownScope } from '@/lib/oidc/scopes-to-show';
import { addressOf } from '../address';
import { QuietButton, TextButton } from '../button';
import { Frame, type PageSetting } from '../frame';
import { type FormAction, HiddenInputs, type HiddenValues } from '../hidden-inputs';
import type { Words } from '../words';

export type ConsentCardProps = Readonly<{
  page: PageSetting;
  /** Receives the hidden values and `decision`, which is `allow` or `decline`. */
  action: FormAction;
  hidden: HiddenValues;
  /** Begins again for somebody else; receives the hidden values. */
  otherAccountAction: FormAction;
  /** Whose account it is: an address, a number, or a name where there is neither. */
  account: string;
  asked: ScopesToShow;
  /** Host that the browser goes on to; null for an application on the device. */
  returnsTo: string | null;
}>;

export function ConsentCard(props: ConsentCardProps) {
  const { page, action, hidden, otherAccountAction, account, asked, returnsTo } = props;
  const { t } = page;
  return (
    <Frame
      page={page}
      screen={{ prompt: 'consent', screen: 'consent' }}
      heading={t('consent.heading', { app: page.client?.name ?? '' })}
      lead={
        <>
          <p>{t.rich('elsewhere.signedInAs', { address: account, recipient: addressOf })}</p>
          <form action={otherAccountAction}>
            <HiddenInputs values={hidden} />
            <TextButton>{t('consent.otherAccount')}</TextButton>
          </form>
        </>
      }
      focusHeading
    >
      <Asked t={t} asked={asked} />
      <form action={action} className="form">
        <HiddenInputs values={hidden} />
        <div className="pair">
          <QuietButton pressed={{ name: 'decision', value: 'allow' }}>{t('consent.allow')}</QuietButton>
          <QuietButton pressed={{ name: 'decision', value: 'decline' }}>{t('consent.decline')}</QuietButton>
        </div>
        {returnsTo && (
          <p className="note">
            <span>{t.rich('consent.returnsTo', { host: returnsTo, recipient: addressOf })}</span>
          </p>
        )}
      </form>
    </Frame>
  );
}

function Asked({ t, asked: { shown, api, isMore } }: { t: Words; asked: ScopesToShow }) {
  return (
    <div className="grid gap-2">
      <p>{t(isMore ? 'consent.introMore' : 'consent.intro')}</p>
      <ul className="asked">
        {shown.map((scope) => (
          <li key={scope}>{t(WORDS[scope])}</li>
        ))}
        {api && (
          <li>
            {t('consent.api', { api: api.name })}
            {api.lines.length > 0 && (
              <ul className="asked">
                {api.lines.map((line) => (
                  <li key={line}>
                    <bdi>{line}</bdi>
                  </li>
                ))}
              </ul>
            )}
          </li>
        )}
      </ul>
    </div>
  );
}

const WORDS = {
  openid: 'consent.openid',
  profile: 'consent.profile',
  email: 'consent.email',
  phone: 'consent.phone',
  address: 'consent.address',
  offline_access: 'consent.offline',
} as const satisfies Record<ShownScope, string>;
