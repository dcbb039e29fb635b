// The message did not get through: no provider took it, or the mailbox sent it back. Says so only to the browser that asked,
// and without saying whether the address has an account.
import type { Channel } from '@/lib/login/identifier';
import { addressOf } from '../address';
import { PrimaryButton, PrimaryLink, TextButton, TextLink } from '../button';
import { Frame, type PageSetting } from '../frame';
import { type FormAction, HiddenInputs, type HiddenValues } from '../hidden-inputs';
import { type OtherWay, OtherWayForm } from './other-way';

export type SendingTroubleCardProps = Readonly<{
  page: PageSetting;
  channel: Channel;
  /** Where a message came back from, as it was typed; null where nobody took it to begin with. */
  returnedFrom: string | null;
  /** Sends once more; receives the hidden values. */
  retryAction: FormAction;
  hidden: HiddenValues;
  /** The identifier step, with the address kept. */
  changeHref: string;
  otherWay: OtherWay | null;
}>;

export function SendingTroubleCard(props: SendingTroubleCardProps) {
  const { page, channel, returnedFrom, retryAction, hidden, changeHref, otherWay } = props;
  const { t } = page;
  const change = t(channel === 'sms' ? 'sendingTrouble.changeNumber' : 'sendingTrouble.change');
  const lead = t(channel === 'sms' ? 'sendingTrouble.leadText' : 'sendingTrouble.lead');
  // What came back once comes back again: there, correcting it is the first thing to do.
  const Retry = returnedFrom === null ? PrimaryButton : TextButton;
  return (
    <Frame
      page={page}
      heading={t(returnedFrom === null ? 'sendingTrouble.heading' : 'sendingTrouble.returnedHeading')}
      lead={returnedFrom === null ? lead : <ReturnedLead t={t} address={returnedFrom} />}
      focusHeading
    >
      {returnedFrom !== null && <PrimaryLink href={changeHref}>{change}</PrimaryLink>}
      <form action={retryAction}>
        <HiddenInputs values={hidden} />
        <Retry>{t('sendingTrouble.tryAgain')}</Retry>
      </form>
      {returnedFrom === null && <TextLink href={changeHref}>{change}</TextLink>}
      {otherWay && <OtherWayForm t={t} way={otherWay} />}
    </Frame>
  );
}

function ReturnedLead({ t, address }: { t: PageSetting['t']; address: string }) {
  return (
    <p>
      {t.rich('sendingTrouble.returnedLead', {
        address,
        recipient: addressOf,
      })}
    </p>
  );
}
