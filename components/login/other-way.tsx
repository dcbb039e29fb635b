// The way out for people whose message does not come: to be asked for something that is reached otherwise.
import type { Channel } from '@/lib/login/identifier';
import { TextButton } from '../button';
import { type FormAction, HiddenInputs, type HiddenValues } from '../hidden-inputs';
import type { Words } from '../words';

/** Another channel of the same client. */
export type OtherWay = Readonly<{
  channel: Channel;
  /** Goes back to the identifier step, which then asks for that channel only; receives the hidden values. */
  action: FormAction;
  hidden: HiddenValues;
}>;

export function OtherWayForm({ t, way }: { t: Words; way: OtherWay }) {
  return (
    <form action={way.action} className="text-form">
      <HiddenInputs values={way.hidden} />
      <TextButton>{t(way.channel === 'sms' ? 'identifier.usePhone' : 'identifier.useEmail')}</TextButton>
    </form>
  );
}
