// A form that sends a message of a connection to an address or a number of the operator's own.
import type { ReactNode } from 'react';
import { HiddenFields } from '@/components/console/confirm-dialog';
import { TextField } from '@/components/console/field';
import { Form, SubmitButton } from '@/components/console/form';
import type { OperatorVisit } from '@/lib/management/console-door';
import { t } from '@/lib/web/console/words';
import { sendTestMessage } from './test-message-action';

/** @param form.children stands beside the button */
export function TestMessageForm({
  connectionId,
  visit,
  isText = false,
  children,
}: {
  connectionId: string;
  visit: OperatorVisit;
  /** Whether it goes to a number. */
  isText?: boolean;
  children?: ReactNode;
}) {
  const kind = isText ? ('tel' as const) : ('email' as const);
  const isOwn = visit.address?.includes('@') !== isText;
  return (
    <Form name="test-message" action={sendTestMessage}>
      <HiddenFields fields={{ connection: connectionId }} />
      <TextField
        name="recipient"
        type={kind}
        label={t('testMessage.recipient')}
        defaultValue={isOwn ? (visit.address ?? '') : ''}
        autoComplete={kind}
        spellCheck={false}
      />
      <div className="flex flex-wrap items-center gap-4">
        <SubmitButton look="quiet">{t('testMessage.button')}</SubmitButton>
        {children}
      </div>
    </Form>
  );
}
