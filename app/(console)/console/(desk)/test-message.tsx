// A form that sends a message of a connection to an address of the operator's own.
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
  children,
}: {
  connectionId: string;
  visit: OperatorVisit;
  children?: ReactNode;
}) {
  return (
    <Form name="test-message" action={sendTestMessage}>
      <HiddenFields fields={{ connection: connectionId }} />
      <TextField
        name="recipient"
        type="email"
        label={t('testMessage.recipient')}
        defaultValue={visit.address?.includes('@') ? visit.address : ''}
        autoComplete="email"
        spellCheck={false}
      />
      <div className="flex flex-wrap items-center gap-4">
        <SubmitButton look="quiet">{t('testMessage.button')}</SubmitButton>
        {children}
      </div>
    </Form>
  );
}
